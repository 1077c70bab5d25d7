"""`ddcompat compare`: show what is gained and lost between two environments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import environment_by, holds, matrix_named, requirement_of
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

_DOUBTED = "is no longer known to be supported"


class _Change(NamedTuple):
    """A capability's statuses in both environments, and the findings that make the change."""

    capability: str
    old: str
    new: str
    because: tuple[Finding, ...]


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
    groups: dict[str, list[_Change]] = {group: [] for group in _GROUPS}
    for capability in matrix.capabilities:
        requirement = requirement_of(capability.id, options)
        a, b = (evaluate(requirement, side, matrix) for side in sides)
        group, because = _compared(a, b)
        groups[group].append(_Change(capability.id, a.status.value, b.status.value, because))
    if options.format == "json":
        write(_json(groups))
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
    if "=" in which and not holds(Path(which).is_file):
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


def _json(groups: dict[str, list[_Change]]) -> str:
    shown = {
        group: [
            {
                "capability": change.capability,
                "from": change.old,
                "to": change.new,
                "because": [finding.to_mapping() for finding in change.because],
            }
            for change in changes
        ]
        for group, changes in groups.items()
    }
    return json.dumps(shown, indent=2)


def _print(groups: dict[str, list[_Change]], options: argparse.Namespace, out: Console) -> None:
    out.print(printable(f"from {options.a} to {options.b}"), style="bold", soft_wrap=True)
    for group, (words, style) in _GROUPS.items():
        for changes, reasons in _with_reasons(groups[group]):
            for change in changes:
                before = "" if group == "same" else f"from {change.old} to "
                said = _DOUBTED if (group, change.new) == ("lost", "undetermined") else words
                line = f"{change.capability} {said}: {before}{change.new}"
                out.print(line, style=style, soft_wrap=True)
            for reason in reasons:
                out.print(printable(f"  {reason}"), soft_wrap=True)


def _with_reasons(changes: list[_Change]) -> list[tuple[list[_Change], list[str]]]:
    """Put changes together so that each reason is written once, below those that it is for."""
    by_reasons: dict[tuple[str, ...], list[_Change]] = {}
    by_reason: dict[str, list[_Change]] = {}
    for change in changes:
        reasons = tuple(dict.fromkeys(finding.sentence for finding in change.because))
        by_reasons.setdefault(reasons, []).append(change)
        for reason in reasons:
            by_reason.setdefault(reason, []).append(change)
    if len(by_reason) == sum(map(len, by_reasons)):
        return [(together, list(reasons)) for reasons, together in by_reasons.items()]
    # Some changes share one reason and not another.
    return [
        (
            changes,
            [
                reason
                if len(of) == len(changes)
                else f"{', '.join(change.capability for change in of)}: {reason}"
                for reason, of in by_reason.items()
            ],
        )
    ]
