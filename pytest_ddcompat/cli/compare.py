"""`ddcompat compare`: show what is gained and lost between two environments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import environment_by, holds, matrix_named, requirement_of
from pytest_ddcompat.cli.output import folded, printing, write
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

PURPOSE = "Show which capabilities you win and lose between two environments"
EXAMPLE = "ddcompat compare here tracer=4.16.0,python=3.12"

_HERE = "here"
_GROUPS = {"won": "green", "lost": "red", "changed": "yellow", "same": ""}
"""Colour of each group of capabilities, in their order."""

_ID_INDENT, _REASON_INDENT = 2, 4


class _Change(NamedTuple):
    """A capability's statuses in both environments, and the findings that make the change."""

    capability: str
    old: str
    new: str
    because: tuple[Finding, ...]


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    what = "An environment: here, a facts file, or here with other facts (KEY=VALUE,KEY=VALUE)"
    parser.add_argument("a", metavar="A", help=what)
    parser.add_argument("b", metavar="B", help=what)
    arguments.add_requirement(parser)
    arguments.add_python(parser)
    arguments.add_agent(parser)
    arguments.add_matrix(parser)
    arguments.add_format(parser, "json")


def run(options: argparse.Namespace) -> int:
    """Print the comparison; return 1 if a capability is lost."""
    matrix = matrix_named(options.matrix)
    sides = [_environment(which, options, matrix) for which in (options.a, options.b)]
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


def _environment(which: str, options: argparse.Namespace, matrix: Matrix) -> Environment:
    agent, python = options.agent, options.python
    if which == _HERE:
        return environment_by([], agent, [matrix], python)
    if "=" in which and not holds(Path(which).is_file):
        return environment_by([Layer.of(which, _settings(which))], agent, [matrix], python)
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
    def say(text: str, indent: int = 0, style: str = "", first: str = "") -> None:
        text = folded(printable(text), indent, out.width, first or None)
        out.print(text, style=style, soft_wrap=True)

    say(f"from {options.a} to {options.b}", style="bold")
    together, of_some = _with_reasons(groups)
    for (group, heading), parts in together.items():
        out.print()
        say(f"{heading}:", style=f"bold {_GROUPS[group]}".rstrip())
        for reasons, names in parts.items():
            for name in names:
                say(name, _ID_INDENT, _GROUPS[group])
            for reason in () if of_some else reasons:
                say(reason, _REASON_INDENT)
    if of_some:
        out.print()
        say("because:", style="bold")
    for reason, names in of_some.items():
        text = f"{', '.join(names)}: {reason}" if names else reason
        say(text, _REASON_INDENT, first=" " * _ID_INDENT)


_Reasons = tuple[str, ...]


def _with_reasons(
    groups: dict[str, list[_Change]],
) -> tuple[dict[tuple[str, str], dict[_Reasons, list[str]]], dict[str, list[str]]]:
    """Put changes together so that each reason is written once.

    Returns:
        The capabilities by heading and reasons; and the capabilities by reason, if their reasons
        must stand apart from them, for some share one and not another. A reason of all has none.
    """
    together: dict[tuple[str, str], dict[_Reasons, list[str]]] = {}
    by_reason: dict[str, list[str]] = {}
    for group, changes in groups.items():
        for change in changes:
            reasons = tuple(dict.fromkeys(finding.sentence for finding in change.because))
            parts = together.setdefault((group, _heading(group, change)), {})
            parts.setdefault(reasons, []).append(change.capability)
            for reason in reasons:
                by_reason.setdefault(reason, []).append(change.capability)
    if len(by_reason) == sum(len(reasons) for parts in together.values() for reasons in parts):
        return together, {}
    changed = sum(len(changes) for group, changes in groups.items() if group != "same")
    for_all: dict[str, list[str]] = {
        reason: [] for reason, names in by_reason.items() if len(names) == changed
    }
    return together, {**for_all, **{r: n for r, n in by_reason.items() if r not in for_all}}


def _heading(group: str, change: _Change) -> str:
    if group == "same":
        return f"unchanged ({change.new})"
    if group == "won":
        return f"now supported (was {change.old})"
    if group == "changed":
        return f"changed (was {change.old}, now {change.new})"
    known = "known to be " if change.new == Status.UNDETERMINED.value else ""
    return f"no longer {known}supported (now {change.new})"
