"""Read from the ini file of pytest how a run treats tests, unless its command line says more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_ddcompat.cli.ini_file import find_ini_file, read_ini_file
from pytest_ddcompat.declarations.states import actions_of_states
from pytest_ddcompat.evaluation.policy import Action, Policy
from pytest_ddcompat.evaluation.policy_reading import read_lines
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.names import unknown_name

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from pytest_ddcompat.cli.ini_file import IniFile
    from pytest_ddcompat.evaluation.policy_lines import PolicyLines

__all__ = [
    "add_config_file", "config_file_of", "declarations_files_of", "lines_of", "policy_of",
    "states_of",
]  # fmt: skip

_LINES = "ddcompat_policy"
_STATES = "ddcompat_states"


def add_config_file(parser: argparse.ArgumentParser) -> None:
    """Add `--config-file`."""
    parser.add_argument(
        "-c",
        "--config-file",
        metavar="FILE",
        help="Read the options of pytest from this file (default: where pytest finds them)",
    )


def config_file_of(options: argparse.Namespace) -> IniFile | None:
    """Return the ini file that an option names, or the one that pytest would find, if any.

    Raises:
        CompatibilityError: It cannot be read.
    """
    named = options.config_file
    return find_ini_file(Path.cwd()) if named is None else read_ini_file(Path(named))


def lines_of(file: IniFile | None, given: Sequence[str] = ()) -> PolicyLines:
    """Return the lines of a policy.

    Args:
        file: The ini file.
        given: Lines of `--line`, which replace those of the file.

    Raises:
        CompatibilityError: One cannot be understood.
    """
    if given or file is None:
        return read_lines(given, "--line")
    return read_lines(file.lines(_LINES), f"{file.path}: {_LINES}")


def policy_of(file: IniFile | None) -> Policy:
    """Return the actions of a run.

    Raises:
        CompatibilityError: The file names one that does not exist.
    """
    if file is None:
        return Policy()
    unsupported = _action(file, "ddcompat_unsupported") or Action.SKIP
    if file.flag("ddcompat_strict"):
        unsupported = Action.FAIL
    return Policy(unsupported, _action(file, "ddcompat_undetermined") or Action.RUN)


def states_of(file: IniFile | None) -> dict[str, Action]:
    """Return what tests do that are in a state, by the state.

    Raises:
        CompatibilityError: A line of the file cannot be understood.
    """
    lines, origin = ([], "") if file is None else (file.lines(_STATES), f"{file.path}: {_STATES}")
    return {state: Action(word) for state, word in actions_of_states(lines, origin).items()}


def declarations_files_of(file: IniFile | None) -> list[tuple[str, Path]]:
    """Return the name and path of each declarations file."""
    named = [] if file is None else file.lines("ddcompat_declarations")
    return [] if file is None else [(name, file.path.parent / name) for name in named]


def _action(file: IniFile, key: str) -> Action | None:
    word, valid = file.word(key), [action.value for action in Action]
    if word and word not in valid:
        problem = unknown_name(f'"{word:.80}" is not an action', word, valid)
        raise CompatibilityError(problem.within(f"{file.path}: {key}"))
    return Action(word) if word else None
