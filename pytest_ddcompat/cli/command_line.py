"""The command line of `ddcompat`: parse it, run the command, and refuse bad input."""

from __future__ import annotations

import argparse
import os
import re
import textwrap
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_ddcompat.cli.output import write, write_error
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.names import unknown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["run"]

_COMMAND = "COMMAND"
_COMMANDS = (
    "check", "facts", "explain", "compare", "policy", "declare", "plan", "matrix", "matrices",
    "report", "records", "coverage", "wins", "import", "diff", "lint",
)  # fmt: skip
_MODULES = {"import": "importing"}  # Python's own word cannot be the name of a module
_EXTRAS = {
    **dict.fromkeys(("argcomplete", "jinja2", "markdown_it", "markupsafe", "rich", "yaml"), "cli"),
    **dict.fromkeys(("check_jsonschema", "duckdb", "sqlglot", "tomlkit"), "jobs"),
    "highspy": "plan",
    **dict.fromkeys(("py4j", "pyspark"), "spark"),
}
"""The extra that brings each package."""

_EXAMPLE = "Example:"
_USAGE = 2


def run(arguments: Sequence[str] | None, version: str) -> int:
    """Run a command.

    Args:
        arguments: The command line without the program's name; None: that of this process.
        version: What `--version` says.

    Returns:
        The exit status.
    """
    parser = _parser(version)
    if "_ARGCOMPLETE" in os.environ:
        with suppress(ModuleNotFoundError):
            import argcomplete

            argcomplete.autocomplete(parser)
    try:
        options = parser.parse(arguments)
        if options.command is None:
            write(parser.format_help())
            return 0
        status: int = options.run(options)
    except CompatibilityError as error:
        return _refuse(error.problems)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _EXTRAS:
            raise
        what = f"{options.command} needs {missing}, which is not installed"
        extra = _EXTRAS[missing]
        # No command: it would name an index on which the plugin may not be.
        how = f"install pytest-ddcompat with the extra {extra}: pytest-ddcompat[{extra}]"
        return _refuse([f"{what}; {how}"])
    return status


class Help(argparse.HelpFormatter):
    """A help text in which names with hyphens stay whole, and examples are one line."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if text.startswith(_EXAMPLE) else super()._fill_text(text, width, indent)


class Once(argparse.Action):
    """Keeps the value of an argument; an option must not be given again, with another value."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Keep a value."""
        del parser
        if option_string:
            given = namespace.__dict__.setdefault("given_options", {})
            before = given.setdefault(self.dest, values)
            if before is not values and before != values:  # nan is not equal to itself
                what = "it is given with two values"
                raise CompatibilityError(Problem(what, "this option once", option_string))
        setattr(namespace, self.dest, values)


class Parser(argparse.ArgumentParser):
    """A parser that refuses bad input in one line, with the nearest valid spelling."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, add_help=False, allow_abbrev=False, formatter_class=Help)
        self.register("action", None, Once)
        self._positionals.title = "Arguments"
        self._optionals.title = "Options"
        self.add_argument("-h", "--help", action="help", help="Show this help, and exit")

    @property
    def long_options(self) -> list[str]:
        """The names of its options, without the short ones."""
        names = (name for action in self._actions for name in action.option_strings)
        return [name for name in names if name.startswith("--")]

    def parse(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """Parse the arguments.

        Raises:
            CompatibilityError: One is not known.
        """
        options, unknown = self.parse_known_args(arguments)
        if unknown:
            valid = options.parser_options
            wrong = unknown[0].partition("=")[0]
            command = options.command or self.prog
            if wrong.startswith("-"):
                what = f'{command} has no option "{wrong:.80}"'
                raise CompatibilityError(unknown_name(what, wrong, valid))
            what = f'{command} takes no further argument (got "{unknown[0]:.80}")'
            raise CompatibilityError(f"{what}; see {self.prog} {command} --help")
        return options

    def error(self, message: str) -> NoReturn:
        """Refuse an argument.

        Raises:
            CompatibilityError: Always.
        """
        wrong = re.search(r"invalid choice: '?(.*?)'? \(choose from (.*)\)$", message)
        if wrong:
            valid = [word.strip(" '") for word in wrong[2].split(",")]
            where = message.partition(": invalid choice")[0].removeprefix("argument ")
            what = f'{where}: "{wrong[1]:.80}" is not valid'
            if where == _COMMAND:
                what = f'there is no command "{wrong[1]:.80}"'
            raise CompatibilityError(unknown_name(what, wrong[1], valid))
        raise CompatibilityError(f"{message}; see {self.prog} --help")


def _parser(version: str) -> Parser:
    parser = Parser(
        prog="ddcompat",
        description="Ask what Datadog's compatibility pages say about your environment.",
        epilog=f"{_EXAMPLE} ddcompat check threat_protection --framework django",
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"pytest-ddcompat {version}",
        help="Show the version, and exit",
    )
    parser.set_defaults(parser_options=parser.long_options)
    subcommands = parser.add_subparsers(title="Commands", dest="command", metavar=_COMMAND)
    for name in _COMMANDS:
        command = import_module(f"pytest_ddcompat.cli.{_MODULES.get(name, name)}")
        added = subcommands.add_parser(
            name,
            help=command.PURPOSE,
            description=f"{command.PURPOSE}.",
            epilog=f"{_EXAMPLE} {command.EXAMPLE}",
        )
        command.add(added)
        added.set_defaults(run=command.run, parser_options=added.long_options, release=version)
    return parser


def _refuse(problems: Sequence[str | Problem]) -> int:
    write_error("\n".join(f"ddcompat: {problem}" for problem in problems))
    return _USAGE
