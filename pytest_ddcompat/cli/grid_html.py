"""Render the grid as one HTML file, which a choice of platform or framework updates.

Every check depends on few of the choices, and on no other check. So each is evaluated here for
those that it depends on; the file's script looks the findings up and combines them.
"""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.cli.common import fact_rows
from pytest_ddcompat.cli.grid_choices import CHOSEN, Axes, Choice, axes_of, axes_of_check
from pytest_ddcompat.cli.output import render_template
from pytest_ddcompat.environment.detection import FORCED_OFF
from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.environment.fact import FACTS, KEYS
from pytest_ddcompat.evaluation.checks import CHECKS
from pytest_ddcompat.evaluation.evaluate import evaluate
from pytest_ddcompat.evaluation.verdict import Outcome
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_ddcompat.analysis.grid import Column, Grid
    from pytest_ddcompat.environment.value import Fact
    from pytest_ddcompat.evaluation.verdict import Finding

__all__ = ["html"]

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def html(grid: Grid) -> str:
    """Render a grid as one self-contained HTML file, in ASCII."""
    from markupsafe import Markup

    style, script = _resource("grid.css"), _resource("grid.js")
    axes = axes_of(grid)
    page = render_template(
        "grid.html.jinja",
        grid=grid,
        page=grid.matrix.page,
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        style_hash=_hash(style),
        script_hash=_hash(script),
        selects={axis: (FACTS[key].label, _groups(axes[axis])) for axis, key in CHOSEN.items()},
        branches=_branches(grid.columns),
        fixed=_fixed_facts(grid),
        words=_words(),
        data=_Findings(grid, axes).to_mapping(),
    )
    text = page.encode("ascii", "xmlcharrefreplace").decode()
    return _CONTROLS.sub(lambda found: printable(found[0]), text)


class _Findings:
    """All findings that a choice can lead to, with each text once."""

    def __init__(self, grid: Grid, axes: Axes) -> None:
        self._grid = grid
        self._axes = axes
        self._columns = {column.label: column for column in grid.columns}
        self._strings: dict[str, int] = {}
        self._findings: dict[tuple[int, ...], int] = {}
        self._start = {
            name: next((c for c in choices if c.here), choices[0]) for name, choices in axes.items()
        }

    def to_mapping(self) -> dict[str, Any]:
        """Return a table of indices for each check, the findings, and their texts."""
        tables = {
            check.name: {"axes": axes, "at": self._table(check.name, axes, self._start)}
            for check, axes in ((check, axes_of_check(check)) for check in CHECKS)
        }
        return {
            "tables": tables,
            "findings": list(self._findings),
            "strings": list(self._strings),
            "words": _words(),
            "tracer": self._grid.matrix.page.tracer,
            "capabilities": [choice.label for choice in self._axes["capability"]],
            "columns": [choice.label for choice in self._axes["column"]],
            "here": [choice.here for choice in self._axes["column"]].index(True),
        }

    def _table(self, check: str, axes: Sequence[str], chosen: Mapping[str, Choice]) -> Any:
        if not axes:
            return self._index(self._finding(check, chosen))
        return [
            self._table(check, axes[1:], {**chosen, axes[0]: choice})
            for choice in self._axes[axes[0]]
        ]

    def _finding(self, check: str, chosen: Mapping[str, Choice]) -> Finding:
        facts: dict[str, Fact[Any]] = dict(chosen["column"].facts)
        for axis in CHOSEN:
            facts.update(chosen[axis].facts)
        column = self._columns[chosen["column"].label].environment
        # What is detected from the deployment type follows the chosen one.
        moved = column.replaced("deployments", chosen["deployment"].facts["deployments"].value)
        facts.update({key: moved.fact(key) for key in KEYS if FACTS[key].derived_from})
        requirement = Requirement.capability(
            *chosen["capability"].asks,
            framework=chosen["framework"].asks or None,
            deployment=self._grid.deployments or None,
        )
        verdict = evaluate(requirement, Environment(facts), self._grid.matrix)
        return next(f for f in verdict.findings if f.check == check)

    def _index(self, finding: Finding) -> int:
        unknown = finding.outcome is Outcome.UNKNOWN
        texts = (
            finding.outcome.value,
            finding.documented,
            finding.observed,
            finding.source,
            finding.remedy,
            finding.signal if unknown else "",
        )
        key = tuple(self._strings.setdefault(text, len(self._strings)) for text in texts)
        return self._findings.setdefault(key, len(self._findings))


def _groups(choices: Sequence[Choice]) -> list[tuple[str, list[tuple[int, Choice]]]]:
    grouped = groupby(enumerate(choices), key=lambda pair: pair[1].group)
    return [(group, list(pairs)) for group, pairs in grouped]


def _branches(columns: Sequence[Column]) -> list[tuple[str, int]]:
    return [(branch, len(list(of))) for branch, of in groupby(columns, key=lambda c: c.branch)]


def _fixed_facts(grid: Grid) -> dict[str, str]:
    words = {key: value for key, value, _ in fact_rows(grid.environment, grid.matrix)}
    if grid.environment.derives("remote_configuration"):
        words["remote_configuration"] += f"; {FORCED_OFF}"
    varied = {"tracer", *CHOSEN.values()}
    return {FACTS[key].label: words[key] for key in KEYS if key not in varied}


def _words() -> dict[str, str]:
    return {check.name: check.label for check in CHECKS}


def _resource(name: str) -> str:
    return (files("pytest_ddcompat.cli") / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return the hash by which a Content-Security-Policy allows exactly this text."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
