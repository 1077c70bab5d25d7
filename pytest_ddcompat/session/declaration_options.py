"""Read the options for declarations, and the files that they name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.declarations.file import load_declarations, read_content
from pytest_ddcompat.declarations.states import actions_of_states, check_state
from pytest_ddcompat.declared import gives_declarations
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.session.declarations import RunDeclarations
from pytest_ddcompat.session.faults import describe, result_or_error
from pytest_ddcompat.values.errors import DeclarationError, Problem
from pytest_ddcompat.values.text import as_json, shown
from pytest_ddcompat.values.variables import HiddenBytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from pytest_ddcompat.declarations.file import Declaration

__all__ = ["load", "named_files"]

_HOOK = "pytest_ddcompat_declarations"


def named_files(
    option: Sequence[str] | None, ini: Sequence[object], config: pytest.Config
) -> tuple[tuple[str, str], ...]:
    """Return the declarations files of a run, each with the option that names it.

    Args:
        option: Paths of the command line, in place of those of the ini file if there are some.
        ini: Paths of the ini file, relative to its folder.
        config: The run's configuration.

    Raises:
        DeclarationError: A path is empty, or a hook gives none.
    """
    if option:
        origin, named, folder = "--ddcompat-declarations", [*option], config.invocation_params.dir
    else:
        origin, named = "ddcompat_declarations", [*map(str, ini)]
        folder = config.inipath.parent if config.inipath else config.rootpath
    if not all(name.strip() for name in named):
        raise DeclarationError(f"{origin}: the name of a file is empty; valid: a .toml file")
    paths = [(origin, str(folder / name)) for name in named]
    paths += [(_HOOK, str(config.rootpath / path)) for path in _of_hooks(config)]
    unique: dict[str, tuple[str, str]] = {}
    for origin, path in paths:
        unique.setdefault(_real(path), (origin, path))
    return tuple(unique.values())


def _of_hooks(config: pytest.Config) -> list[str]:
    """Return the paths that hooks give, those of the last registered one first."""
    if not gives_declarations(config):
        return []
    paths: list[Any] = []
    results = result_or_error(lambda: config.hook.pytest_ddcompat_declarations(config=config))
    if isinstance(results, BaseException):
        raise DeclarationError(f"{_HOOK}: {describe(results)}") from results
    for result in results:
        if isinstance(result, (str, os.PathLike)) or not isinstance(result, Iterable):
            got = shown(result, as_json)
            raise DeclarationError(
                f"{_HOOK}: it must return an iterable (got {got}); valid: a list of paths"
            )
        paths += result
    for path in paths:
        if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
            what = f"{_HOOK}: {shown(path, as_json)} is not the path of a file"
            raise DeclarationError(f"{what}; valid: the path of a .toml file")
    return [str(path) for path in paths]


def load(
    named: Sequence[tuple[str, str]], files: dict[str, bytes], config: pytest.Config
) -> RunDeclarations:
    """Load the declarations files of a run, and read what its ini file says of states.

    Args:
        named: What `named_files` returned.
        files: Contents of files by their paths; those that are read are added.
        config: The run's configuration.

    Raises:
        CompatibilityError: A file cannot be read or understood, or lacks a ticket that the run
            asks for; or the ini file names a state or an action that does not exist.
    """
    actions, need_ticket = _actions(config), _need_ticket(config)
    origins = {_shown(path, config): origin for origin, path in named}
    try:
        contents = [(_shown(path, config), _read(path, files, config)) for _, path in named]
        declarations = load_declarations(contents)
        problems = [_without_ticket(d) for d in declarations.declarations
                    if d.state in need_ticket and not d.ticket]  # fmt: skip
        if problems:
            raise DeclarationError(problems)
    except DeclarationError as error:
        raise DeclarationError(
            problem.within(origins.get(re.sub(r":\d+$", "", problem.file), ""))
            for problem in error.problems
        ) from None
    return RunDeclarations(declarations, actions, config)


def _read(path: str, files: dict[str, bytes], config: pytest.Config) -> bytes:
    content = files.get(path)
    if content is None:
        content = files[path] = HiddenBytes(read_content(path, _shown(path, config)))
    return content


def _shown(path: str, config: pytest.Config) -> str:
    """Return a file as messages name it: within pytest's root folder by its path there."""
    try:
        return Path(_real(path)).relative_to(_real(str(config.rootpath))).as_posix()
    except ValueError:
        return os.path.normpath(path)


def _real(path: str) -> str:
    """Return a path without links. Unlike `Path.resolve`, it takes links that lead in a circle."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):  # no path has a null character
        return path


def _without_ticket(declaration: Declaration) -> Problem:
    what = f'state "{declaration.state}" needs a ticket in this run (ddcompat_require_ticket)'
    return Problem(what, 'ticket = "…"', file=declaration.place)


def _need_ticket(config: pytest.Config) -> frozenset[str]:
    """Return the states that need a ticket."""
    name = "ddcompat_require_ticket"
    words = [w for line in config.getini(name) for w in re.split(r"[\s,]+", str(line)) if w]
    for word in words:
        check_state(word, name)
    return frozenset(words)


def _actions(config: pytest.Config) -> dict[str, Action]:
    """Return the action of each state."""
    name = "ddcompat_states"
    words = actions_of_states(map(str, config.getini(name)), name)
    return {state: Action(word) for state, word in words.items()}
