"""What the commands share: options, the environment and page that they name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.environment.fact import KEYS, tracer_key
from pytest_ddcompat.environment.layers import FactSources, Layer, file_layer
from pytest_ddcompat.environment.machine import check_agent_option
from pytest_ddcompat.environment.parsing import LIMIT
from pytest_ddcompat.evaluation.pages import load_kept
from pytest_ddcompat.matrix.loading import DEFAULT, load_matrix
from pytest_ddcompat.matrix.rows import LEVELS
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.errors import CompatibilityError, FactsError, MatrixError
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = [
    "Subcommands",
    "add_agent_option",
    "add_command",
    "add_environment_options",
    "add_format_option",
    "add_matrix_option",
    "add_page_options",
    "add_requirement_options",
    "add_service_options",
    "add_two",
    "complete",
    "environment_of",
    "fact_rows",
    "is_page",
    "matrix_named",
    "matrix_of",
    "partials_folder",
    "requirement_of",
    "settings_of",
]

_PAGES = (".md", ".markdown")
_MATRIX = ".toml"

Subcommands = Any  # argparse's class of subparsers is private


def add_command(
    subcommands: Subcommands, name: str, purpose: str, example: str
) -> argparse.ArgumentParser:
    """Add a command with its help, which ends with an example."""
    parser: argparse.ArgumentParser = subcommands.add_parser(
        name,
        help=purpose,
        description=f"{purpose[0].upper()}{purpose[1:]}.",
        epilog=f"example: {example}",
        allow_abbrev=False,
    )
    return parser


def add_format_option(parser: argparse.ArgumentParser, *forms: str) -> None:
    """Let a command be told in which form it answers: text, or one of others."""
    parser.add_argument("--format", choices=("text", *forms), default="text")


def add_two(parser: argparse.ArgumentParser, names: Iterable[str], what: str) -> None:
    """Let a command be told what it holds against each other."""
    for name in names:
        parser.add_argument(name.lower(), metavar=name, help=what)


def complete(action: argparse.Action, valid: Callable[[Matrix], Iterable[str]]) -> None:
    """Let the shell complete an argument by what the bundled page has."""
    action.completer = lambda **_: valid(load_matrix())  # type: ignore[attr-defined] # argcomplete's


def add_matrix_option(parser: argparse.ArgumentParser) -> None:
    """Let a command be told which page it is about."""
    parser.add_argument(
        "--matrix",
        metavar="ID|PATH",
        default=DEFAULT,
        help=f"bundled matrix, or the path of a .toml file (default: {DEFAULT})",
    )


def add_agent_option(parser: argparse.ArgumentParser) -> None:
    """Let a command query the Agent of this machine."""
    parser.add_argument(
        "--agent",
        metavar="auto|URL|off",
        default="off",
        help="query the Datadog Agent for its version (default: off)",
    )


def add_environment_options(parser: argparse.ArgumentParser) -> None:
    """Let a command be told what the environment is."""
    add_agent_option(parser)
    parser.add_argument(
        "--facts", metavar="FILE", help="take the facts from a JSON file (-: standard input)"
    )
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="set one fact, such as tracer=2.5.0 or framework.django=4.2 (repeatable)",
    )


def add_requirement_options(parser: argparse.ArgumentParser) -> None:
    """Let a command be told all that a requirement may say of capabilities."""
    add_service_options(parser, _SERVICE)
    level = parser.add_argument(
        "--support-level", metavar="LEVEL", help="least support level of ddtrace's release branch"
    )
    complete(level, lambda _: LEVELS)


def add_service_options(parser: argparse.ArgumentParser, names: Iterable[str]) -> None:
    """Let a command be told what capabilities must be supported with."""
    for name in names:
        what, valid = _SERVICE[name]
        option = parser.add_argument(
            f"--{name}",
            metavar="NAME",
            action="append",
            default=[],
            help=f"{what} with which it must be supported (of several, any will do)",
        )
        complete(option, valid)


_SERVICE: dict[str, tuple[str, Callable[[Matrix], Iterable[str]]]] = {
    "framework": ("framework", lambda matrix: matrix.framework_names()),
    "deployment": ("deployment type", lambda matrix: [row.id for row in matrix.deployments]),
    "datastore": ("data store", lambda matrix: matrix.datastore_names()),
}


def requirement_of(name: str, options: argparse.Namespace) -> Requirement:
    """What is asked of one capability, with the options' framework and the rest.

    Raises:
        RequirementError: An option cannot be understood.
    """
    return Requirement.capability(
        name,
        framework=tuple(options.framework) or None,
        deployment=tuple(options.deployment) or None,
        datastore=tuple(options.datastore) or None,
        support_level=options.support_level,
    )


def fact_rows(environment: Environment, matrix: Matrix) -> list[tuple[str, str, str]]:
    """Return key, value and signal of each of the environment's facts, in words.

    Args:
        environment: The facts.
        matrix: Its frameworks and its library are among them.
    """
    for name in matrix.framework_names():
        environment.framework(name)
    facts = [(key, environment.fact(key)) for key in KEYS]
    library = {tracer_key(matrix.page.tracer): environment.tracer_of(matrix.page.tracer)}
    facts += [(f"framework.{name}", f) for name, f in environment.frameworks().items()]
    rows = ((key, fact.words, fact.signal) for key, fact in {**dict(facts), **library}.items())
    return [(printable(key), printable(value), printable(signal)) for key, value, signal in rows]


def settings_of(options: argparse.Namespace) -> FactSources:
    """What the options say of the environment, checked.

    Raises:
        FactsError: A file cannot be read, or something in it or in an option not understood.
    """
    layers = [Layer("--set", options.set)] if options.set else []
    if options.facts == "-":
        layers.append(Layer("standard input", _standard_input()))
    elif options.facts is not None:
        layers.append(file_layer(options.facts, Path.cwd()))
    check_agent_option(options.agent, "--agent")
    settings = FactSources(tuple(layers), options.agent)
    settings.check()
    return settings


def _standard_input() -> bytes:
    try:
        return sys.stdin.buffer.read(LIMIT + 1)
    except (AttributeError, OSError) as error:
        reason = getattr(error, "strerror", None) or "it is closed"
        raise FactsError(f"standard input: it cannot be read: {reason}") from None


def environment_of(options: argparse.Namespace) -> Environment:
    """The environment that the options name; what they leave open is looked up.

    Raises:
        FactsError: As for `settings_of`.
    """
    return settings_of(options).environment()


def matrix_of(options: argparse.Namespace, files: dict[str, bytes] | None = None) -> Matrix:
    """The page that the options name.

    Args:
        options: What was told.
        files: Takes the contents of a matrix's files by their paths.

    Raises:
        MatrixError: It cannot be found, read or understood.
    """
    return matrix_named(options.matrix, files=files)


def matrix_named(
    which: str,
    *,
    language: str = "",
    partials: str | None = None,
    alone: bool = False,
    files: dict[str, bytes] | None = None,
) -> Matrix:
    """The page that an argument names.

    Args:
        which: Id of a bundled matrix, path of a `.toml` file, or of a page: see `is_page`.
        language: Column that is read where a page has one for each of several languages.
        partials: The documentation repository's `layouts/partials`, for what a page includes.
        alone: Whether a bundled matrix is taken without the interpretations of its overlay.
        files: As for `matrix_of`.

    Raises:
        MatrixError: It cannot be found, read or understood.
        PageError: It is a page that cannot be read.
    """
    if not is_page(which):
        return _load(which, {} if files is None else files, overlay=not alone)
    from pytest_ddcompat.importer.importer import Options, import_page
    from pytest_ddcompat.importer.source import read_page

    told = Options(language=language, partials=partials_folder(partials))
    return import_page(read_page(which), which, told).matrix


def is_page(which: str) -> bool:
    """Whether an argument names the file of a page, by its ending."""
    return which.lower().endswith(_PAGES)


def _load(which: str, files: dict[str, bytes], *, overlay: bool) -> Matrix:
    try:
        return load_kept(which, files, overlay=overlay)
    except MatrixError:
        if which.endswith(_MATRIX) or not Path(which).is_file():
            raise
    raise MatrixError(
        [f"{which}: its name does not tell what it is; valid: .toml, or .md of a page"]
    )


def add_page_options(parser: argparse.ArgumentParser) -> None:
    """Let a command be told what a page itself does not tell."""
    parser.add_argument(
        "--language", metavar="NAME", default="", help="column of an overview of several languages"
    )
    parser.add_argument(
        "--partials",
        metavar="DIR",
        help="layouts/partials of the documentation repository, for what the page includes",
    )


def partials_folder(text: str | None) -> Path | None:
    """The folder that `--partials` names.

    Raises:
        CompatibilityError: There is none.
    """
    if text is None:
        return None
    folder = Path(text)
    if not folder.is_dir():
        raise CompatibilityError(f"--partials: there is no folder {text}; valid: layouts/partials")
    return folder
