"""`ddcompat compare`: show what is gained and lost between two environments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import environment_by, matrix_named, requirement_of
from pytest_ddcompat.cli.output import printing, write
from pytest_ddcompat.environment.layers import Layer, file_layer
from pytest_ddcompat.evaluation.evaluate import evaluate
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.values.errors import FactsError
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.verdict import Finding, Verdict
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "show what is gained and lost between two environments"
EXAMPLE = "ddcompat compare here tracer=4.16.0,python=3.12"

_HERE = "here"
_GROUPS = {
    "won": ("is now supported", "green"),
    "lost": ("is no longer supported", "red"),
    "changed": ("changes", "yellow"),
    "same": ("stays", ""),
}
"""Words and colour of each group of capabilities, in their order."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
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
    sides = [_environment(which, options.agent, matrix) for which in (options.a, options.b)]
    groups: dict[str, list[dict[str, Any]]] = {group: [] for group in _GROUPS}
    for capability in matrix.capabilities:
        requirement = requirement_of(capability.id, options)
        a, b = (evaluate(requirement, side, matrix) for side in sides)
        group, because = _compared(a, b)
        groups[group].append(
            {
                "capability": capability.id,
                "from": a.status.value,
                "to": b.status.value,
                "because": [finding.to_mapping() for finding in because],
            }
        )
    if options.format == "json":
        write(json.dumps(groups, indent=2))
    else:
        with printing() as out:
            _print(groups, options, out)
    return int(bool(groups["lost"]))


def _compared(a: Verdict, b: Verdict) -> tuple[str, tuple[Finding, ...]]:
    """The group of a change, and the findings that make it."""
    if a.status is b.status:
        return "same", ()
    groups = {a.status: "lost", b.status: "won"}
    # Nothing is decisive where all is supported: then the other environment says why.
    return groups.get(Status.SUPPORTED, "changed"), b.decisive or a.decisive


def _environment(which: str, agent: str, matrix: Matrix) -> Environment:
    if which == _HERE:
        return environment_by([], agent, [matrix])
    if "=" in which and not Path(which).is_file():
        return environment_by([Layer.of(which, _settings(which))], agent, [matrix])
    try:
        layer = file_layer(which, Path.cwd())
    except FactsError as error:
        raise FactsError(f"{error}; valid: here, a facts file, or KEY=VALUE,…") from None
    return environment_by([layer], agent, [matrix])


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
    for group, (words, style) in _GROUPS.items():
        for entry in groups[group]:
            change = "" if group == "same" else f"from {entry['from']} to "
            line = f"{entry['capability']} {words}: {change}{entry['to']}"
            out.print(line, style=style, soft_wrap=True)
            for finding in entry["because"]:
                needs = f"needs {finding['documented']}, found {finding['observed']}"
                out.print(printable(f"  {needs} ({finding['source']})"), soft_wrap=True)
