"""What the commands share: options, the environment and page that they name, output."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.detection import check_agent_option
from pytest_ddcompat.environment import KEYS
from pytest_ddcompat.facts import LIMIT
from pytest_ddcompat.given import Layer, Settings, file_layer
from pytest_ddcompat.loading import DEFAULT, load_matrix
from pytest_ddcompat.requirement import Requirement

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from pytest_ddcompat.environment import Environment, Fact
    from pytest_ddcompat.matrix import Matrix

__all__ = [
    "Subcommands",
    "add_agent_option",
    "add_command",
    "add_environment_options",
    "add_matrix_option",
    "add_requirement_options",
    "console",
    "environment_of",
    "fact_rows",
    "matrix_of",
    "requirement_of",
    "settings_of",
    "write",
]

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


def add_matrix_option(parser: argparse.ArgumentParser) -> None:
    """Let a command be told which page it is about."""
    parser.add_argument(
        "--matrix",
        metavar="ID|PATH",
        default=DEFAULT,
        help=f"bundled matrix, or the path of a .toml file (default: {DEFAULT})",
    )


def add_agent_option(parser: argparse.ArgumentParser) -> None:
    """Let a command ask the Agent of this machine."""
    parser.add_argument(
        "--agent",
        metavar="auto|URL|off",
        default="off",
        help="ask the Datadog Agent for its version (default: off, nothing is asked)",
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
    """Let a command be told what capabilities must be supported with."""
    for name, what in (
        ("framework", "framework"),
        ("deployment", "deployment type"),
        ("datastore", "data store"),
    ):
        parser.add_argument(
            f"--{name}",
            metavar="NAME",
            action="append",
            default=[],
            help=f"{what} with which it must be supported (of several, any will do)",
        )
    parser.add_argument(
        "--support-level", metavar="LEVEL", help="least support level of ddtrace's release branch"
    )


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
    """The environment's facts: name, value and signal of each."""
    for name in matrix.framework_names():
        environment.framework(name)
    facts = [(key, environment.fact(key)) for key in KEYS]
    facts += [(f"framework.{name}", f) for name, f in environment.frameworks().items()]
    return [(key, _in_words(fact), fact.signal) for key, fact in facts]


def _in_words(fact: Fact[Any]) -> str:
    if not fact.known:
        return "unknown"
    if isinstance(fact.value, bool):
        return "on" if fact.value else "off"
    if isinstance(fact.value, frozenset):
        return ", ".join(sorted(fact.value)) or "none"
    return "none" if fact.value is None else str(fact.value)


def settings_of(options: argparse.Namespace) -> Settings:
    """What the options say of the environment, checked.

    Raises:
        FactsError: A file cannot be read, or something in it or in an option not understood.
    """
    layers = [Layer("--set", options.set)] if options.set else []
    if options.facts == "-":
        layers.append(Layer("standard input", sys.stdin.buffer.read(LIMIT + 1)))
    elif options.facts is not None:
        layers.append(file_layer(options.facts, Path.cwd()))
    check_agent_option(options.agent, "--agent")
    settings = Settings(tuple(layers), options.agent)
    settings.check()
    return settings


def environment_of(options: argparse.Namespace) -> Environment:
    """The environment that the options name; what they leave open is looked up.

    Raises:
        FactsError: As for `settings_of`.
    """
    return settings_of(options).environment()


def matrix_of(options: argparse.Namespace) -> Matrix:
    """The page that the options name.

    Raises:
        MatrixError: It cannot be found, read or understood.
    """
    return load_matrix(options.matrix)


def console() -> Console:
    """Where text goes; colours only on a terminal that wants them (`NO_COLOR`)."""
    from rich.console import Console

    return Console(highlight=False, emoji=False, markup=False)


def write(text: str) -> None:
    """Write to the standard output as it stands, with a line end."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
