"""Options that several commands have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.matrix.loading import DEFAULT, load_matrix
from pytest_ddcompat.matrix.rows import LEVELS
from pytest_ddcompat.values.variables import Hidden

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = [
    "add_agent", "add_environment", "add_format", "add_matrix", "add_page", "add_python",
    "add_repeatable", "add_requirement", "add_service", "complete",
]  # fmt: skip


def add_repeatable(
    parser: argparse.ArgumentParser, option: str, metavar: str, purpose: str
) -> argparse.Action:
    """Add an option that may be given several times, and return it."""
    return parser.add_argument(option, metavar=metavar, action="append", default=[], help=purpose)


def add_format(parser: argparse.ArgumentParser, *forms: str) -> None:
    """Add `--format`: text, or one of other forms."""
    parser.add_argument(
        "--format",
        metavar="NAME",
        choices=("text", *forms),
        default="text",
        help=f"Print in this format: text, {', '.join(forms)} (default: text)",
    )


def complete(action: argparse.Action, valid: Callable[[Matrix], Iterable[str]]) -> None:
    """Let the shell complete an argument with names of the bundled matrix."""
    action.completer = lambda **_: valid(load_matrix())  # type: ignore[attr-defined] # argcomplete's


def add_matrix(parser: argparse.ArgumentParser) -> None:
    """Add `--matrix`."""
    parser.add_argument(
        "--matrix",
        metavar="ID|PATH",
        default=DEFAULT,
        help=f"Judge by this bundled matrix or .toml file (default: {DEFAULT})",
    )


def add_agent(parser: argparse.ArgumentParser) -> None:
    """Add `--agent`, which queries the Agent of this machine."""
    parser.add_argument(
        "--agent",
        type=Hidden,
        metavar="auto|URL|off",
        default="off",
        help="Ask the Datadog Agent for its version: auto finds its address as ddtrace does "
        "(default: off)",
    )


def add_python(parser: argparse.ArgumentParser) -> None:
    """Add `--python`, which looks at another Python than the one that runs the command."""
    parser.add_argument(
        "--python",
        metavar="PATH",
        help="Look at this Python, or at the one of this virtual environment; it is started once "
        "(default: the Python that runs ddcompat)",
    )


def add_environment(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what the environment is."""
    add_python(parser)
    add_agent(parser)
    parser.add_argument(
        "--facts",
        metavar="FILE",
        help="Take all facts from this JSON file, or from standard input with -",
    )
    purpose = (
        "Set one fact, such as tracer=2.5.0 or framework.django=4.2; you can repeat this option"
    )
    add_repeatable(parser, "--set", "KEY=VALUE", purpose)


def add_requirement(parser: argparse.ArgumentParser) -> None:
    """Add the options for all that a requirement may say of capabilities."""
    add_service(parser, _SERVICE)
    level = parser.add_argument(
        "--support-level",
        metavar="LEVEL",
        help="Require at least this support level of the release branch of ddtrace",
    )
    complete(level, lambda _: LEVELS)


def add_service(parser: argparse.ArgumentParser, names: Iterable[str]) -> None:
    """Add options for what capabilities must be supported with: frameworks and the like."""
    for name in names:
        what, valid = _SERVICE[name]
        purpose = f"Require that this {what} is supported too; if you repeat it, one is enough"
        complete(add_repeatable(parser, f"--{name}", "NAME", purpose), valid)


_SERVICE: dict[str, tuple[str, Callable[[Matrix], Iterable[str]]]] = {
    "framework": ("framework", lambda matrix: matrix.framework_names()),
    "deployment": ("deployment type", lambda matrix: [row.id for row in matrix.deployments]),
    "datastore": ("data store", lambda matrix: matrix.datastore_names()),
}


def add_page(parser: argparse.ArgumentParser) -> None:
    """Add the options for reading a page."""
    parser.add_argument(
        "--language",
        metavar="NAME",
        default="",
        help="Read this column, if the page has one for each language",
    )
    parser.add_argument(
        "--partials",
        metavar="DIR",
        help="Look here for files that the page includes: the folder layouts/partials of the "
        "documentation repository",
    )
