"""`ddcompat compare`: show what is gained and lost between two environments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.check import Answer, answers
from pytest_ddcompat.cli.common import matrix_named
from pytest_ddcompat.cli.output import printing, write
from pytest_ddcompat.environment.layers import FactSources, Layer, file_layer
from pytest_ddcompat.environment.machine import check_agent_option
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.values.errors import FactsError
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.verdict import Finding

__all__ = ["add", "run"]

_HERE = "here"
_WORDS = {
    "won": "is now supported",
    "lost": "is no longer supported",
    "changed": "changes",
    "same": "stays",
}


def add(subcommands: arguments.Subcommands) -> None:
    """Add the command."""
    parser = arguments.add_command(
        subcommands,
        "compare",
        "show what is gained and lost between two environments",
        "ddcompat compare here tracer=4.16.0,python=3.12",
        run,
    )
    what = "here, a facts file, or settings that override here (KEY=VALUE,KEY=VALUE)"
    parser.add_argument("a", metavar="A", help=what)
    parser.add_argument("b", metavar="B", help=what)
    arguments.add_requirement(parser)
    arguments.add_agent(parser)
    arguments.add_matrix(parser)
    arguments.add_format(parser, "json")


def run(options: argparse.Namespace) -> int:
    """Print the comparison; return 1 if a capability is lost."""
    matrix = matrix_named(options.matrix)
    before, after = (
        answers([], options, _environment(which, options.agent), matrix)
        for which in (options.a, options.b)
    )
    groups: dict[str, list[dict[str, Any]]] = {"won": [], "lost": [], "changed": [], "same": []}
    for a, b in zip(before, after):
        group, because = _compared(a, b)
        groups[group].append(
            {
                "capability": a.capability,
                "from": a.verdict.status.value,
                "to": b.verdict.status.value,
                "because": [finding.to_mapping() for finding in because],
            }
        )
    if options.format == "json":
        write(json.dumps(groups, indent=2))
    else:
        with printing() as out:
            _print(groups, options, out)
    return int(bool(groups["lost"]))


def _compared(a: Answer, b: Answer) -> tuple[str, tuple[Finding, ...]]:
    """The group of a change, and the findings that make it."""
    if a.verdict.status is b.verdict.status:
        return "same", ()
    if b.verdict.status is Status.SUPPORTED:
        return "won", a.verdict.decisive
    if a.verdict.status is Status.SUPPORTED:
        return "lost", b.verdict.decisive
    return "changed", b.verdict.decisive


def _environment(which: str, agent: str) -> Environment:
    check_agent_option(agent, "--agent")
    layers: tuple[Layer, ...] = ()
    if "=" in which and not Path(which).is_file():
        layers = (Layer(which, _settings(which)),)
    elif which != _HERE:
        try:
            layers = (file_layer(which, Path.cwd()),)
        except FactsError as error:
            raise FactsError(f"{error}; valid: here, a facts file, or KEY=VALUE,…") from None
    settings = FactSources(layers, agent)
    settings.check()
    return settings.environment()


def _settings(text: str) -> list[str]:
    """Split a list of settings; a part without `=` belongs to the value before it.

    Raises:
        FactsError: A part is empty.
    """
    settings: list[str] = []
    for part in text.split(","):
        if not part.strip():
            raise FactsError(f"{text}: a setting between commas is empty; valid: KEY=VALUE,…")
        if "=" in part or not settings:
            settings.append(part)
        else:
            settings[-1] += f",{part}"
    return settings


def _print(
    groups: dict[str, list[dict[str, Any]]], options: argparse.Namespace, out: Console
) -> None:
    out.print(printable(f"from {options.a} to {options.b}"), style="bold", soft_wrap=True)
    styles = {"won": "green", "lost": "red", "changed": "yellow", "same": ""}
    for group, entries in groups.items():
        for entry in entries:
            statuses = entry["to"]
            if group != "same":
                statuses = f"from {entry['from']} to {statuses}"
            line = f"{entry['capability']} {_WORDS[group]}: {statuses}"
            out.print(line, style=styles[group], soft_wrap=True)
            for finding in entry["because"]:
                needs = f"needs {finding['documented']}, found {finding['observed']}"
                out.print(printable(f"  {needs} ({finding['source']})"), soft_wrap=True)
