"""The command line of `ddcompat`: parse it, run the command, and refuse bad input."""

from __future__ import annotations

import argparse
import os
import re
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from pytest_ddcompat.cli.output import write_error
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.names import unknown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["run"]

_COMMANDS = (
    "check", "facts", "explain", "compare", "matrix", "matrices", "report", "import", "diff",
    "lint",
)  # fmt: skip
_MODULES = {"import": "importing"}  # Python's own word cannot be the name of a module
_OF_THE_EXTRA = ("argcomplete", "jinja2", "markdown_it", "rich", "yaml")
_WITHOUT_EXTRA = {"facts"}
_USAGE = 2
_OPTION = re.compile(r"^  (?:-\w[^-\n]*)?(--[a-z][a-z-]*)", re.MULTILINE)
"""The line of an option in a command's help, whose text may name options of other programs."""


def run(arguments: Sequence[str] | None, version: str) -> int:
    """Run a command.

    Args:
        arguments: The command line without the program's name; None: that of this process.
        version: What `--version` says.

    Returns:
        The exit status.
    """
    parser = _parser(version)
    if "_ARGCOMPLETE" in os.environ and _has_extra():
        import argcomplete

        argcomplete.autocomplete(parser)
    try:
        options = parser.parse(arguments)
    except CompatibilityError as error:
        return _refuse(error.problems)
    if options.command not in _WITHOUT_EXTRA and not _has_extra():
        return _refuse([f"{options.command} needs more: pip install 'pytest-ddcompat[cli]'"])
    try:
        status: int = options.run(options)
    except CompatibilityError as error:
        return _refuse(error.problems)
    return status


class Parser(argparse.ArgumentParser):
    """A parser that refuses bad input in one line, with the nearest valid spelling."""

    def parse(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """Parse the arguments.

        Raises:
            CompatibilityError: One is not known.
        """
        options, unknown = self.parse_known_args(arguments)
        if unknown:
            valid = options.parser_options
            wrong = unknown[0].partition("=")[0]
            what = f'"{wrong:.80}" is not known to {options.command}'
            if wrong.startswith("-"):
                raise CompatibilityError(unknown_name(what, wrong, valid))
            raise CompatibilityError(f"{what}; see {self.prog} --help")
        return options

    def error(self, message: str) -> NoReturn:
        """Refuse an argument.

        Raises:
            CompatibilityError: Always.
        """
        wrong = re.search(r"invalid choice: '?(.*?)'? \(choose from (.*)\)$", message)
        if wrong:
            valid = [word.strip(" '") for word in wrong[2].split(",")]
            what = message.partition(": invalid choice")[0].removeprefix("argument ")
            what = f'{what}: "{wrong[1]:.80}" is not valid'
            raise CompatibilityError(unknown_name(what, wrong[1], valid))
        raise CompatibilityError(f"{message}; see {self.prog} --help")


def _parser(version: str) -> Parser:
    parser = Parser(
        prog="ddcompat",
        description="Check an environment against Datadog's compatibility pages.",
        epilog="example: ddcompat check threat_protection --framework django",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"pytest-ddcompat {version}")
    subcommands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in _COMMANDS:
        command = import_module(f"pytest_ddcompat.cli.{_MODULES.get(name, name)}")
        added = subcommands.add_parser(
            name,
            help=command.PURPOSE,
            description=f"{command.PURPOSE[0].upper()}{command.PURPOSE[1:]}.",
            epilog=f"example: {command.EXAMPLE}",
            allow_abbrev=False,
        )
        command.add(added)
        added.set_defaults(run=command.run, parser_options=_OPTION.findall(added.format_help()))
    return parser


def _has_extra() -> bool:
    from importlib.util import find_spec

    return all(find_spec(name) for name in _OF_THE_EXTRA)


def _refuse(problems: Sequence[str | Problem]) -> int:
    write_error("\n".join(f"ddcompat: {problem}" for problem in problems))
    return _USAGE
