"""Render the grid as one HTML file, which a choice of platform or framework updates.

Every check depends on few of the choices, and on no other check. So each is evaluated here for
those that it depends on; the file's script looks the findings up and combines them.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from pytest_ddcompat.cli.common import fact_rows
from pytest_ddcompat.cli.grid_choices import CHOSEN, Axes, Choice, axes_of, axes_of_check
from pytest_ddcompat.cli.output import SHORT, render_page
from pytest_ddcompat.environment.detection import FORCED_OFF
from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.environment.fact import FACTS, KEYS, kind_of
from pytest_ddcompat.evaluation.checks import CHECKS
from pytest_ddcompat.evaluation.checks.common import Question, Situation
from pytest_ddcompat.evaluation.evaluate import run_check
from pytest_ddcompat.evaluation.verdict import Outcome
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.names import fold
from pytest_ddcompat.values.text import printable, without_bidi

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.analysis.grid import Column, Grid
    from pytest_ddcompat.environment.value import Fact
    from pytest_ddcompat.evaluation.checks import Check
    from pytest_ddcompat.evaluation.verdict import Finding

__all__ = ["html"]

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PLACE = itemgetter("column", *CHOSEN)
_STEP = 100
"""Rows that the script shows at once; of more, the file has the first row's buttons only."""


def html(grid: Grid) -> str:
    """Render a grid as one self-contained HTML file, in ASCII."""
    axes = axes_of(grid)
    page = render_page(
        "grid.html.jinja",
        "grid.js",
        grid=grid,
        page=grid.matrix.page,
        step=_STEP,
        whole=len(grid.rows) if len(grid.rows) <= _STEP else 1,
        short=SHORT,
        selects={axis: (FACTS[key].label, _groups(axes[axis])) for axis, key in CHOSEN.items()},
        branches=_branches(grid.columns),
        fixed={**_fixed_facts(grid), **_not_offered(grid, axes)},
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
        self._bodies: dict[tuple[str, ...], int] = {}
        self._findings: dict[tuple[int, int], int] = {}
        self._moved: dict[tuple[str, str], dict[str, Fact[Any]]] = {}
        self._situations: dict[tuple[int, ...], Situation] = {}
        self._start = {
            name: next((n for n, c in enumerate(choices) if c.here), 0)
            for name, choices in axes.items()
        }

    def to_mapping(self) -> dict[str, Any]:
        """Return a table of indices for each check, the findings, and their texts."""
        tables = {
            check.name: {"axes": axes, "at": self._table(check, axes, self._start)[0]}
            for check, axes in ((c, axes_of_check(c, self._grid.matrix)) for c in CHECKS)
        }
        return {
            "tables": tables,
            "findings": list(self._findings),
            "bodies": [list(map(self._string, body)) for body in self._bodies],
            "strings": list(map(without_bidi, self._strings)),
            "words": _words(),
            "tracer": self._grid.matrix.page.tracer,
            "capabilities": [without_bidi(choice.label) for choice in self._axes["capability"]],
            "columns": [choice.label for choice in self._axes["column"]],
            "here": [choice.here for choice in self._axes["column"]].index(True),
        }

    def _table(
        self, check: Check, axes: Sequence[str], chosen: Mapping[str, int]
    ) -> tuple[Any, set[str]]:
        """Return the table below what is chosen, and the facts that its findings have read.

        An axis whose facts none of them reads cannot change them: it has one entry for all.
        """
        if not axes:
            situation = self._situation(chosen)
            read = cast("_Watched", situation.environment).read
            read.clear()
            return self._index(run_check(check, self._question(situation, chosen))), set(read)
        axis, rest = axes[0], axes[1:]
        table, read = self._table(check, rest, {**chosen, axis: 0})
        if not self._may_change(check, axis, read):
            return table if isinstance(table, int) else [table], read
        tables = [table]
        for number in range(1, len(self._axes[axis])):
            further, more = self._table(check, rest, {**chosen, axis: number})
            tables.append(further)
            read |= more
        return tables, read

    def _may_change(self, check: Check, axis: str, read: Iterable[str]) -> bool:
        if axis in {"capability", "framework"}:
            return True
        if axis == "column":
            key = "tracer"
            if key in check.axes:
                return True  # the version is looked up before the check
        else:
            key = CHOSEN[axis]
        return any(key == fact or key in kind_of(fact).derived_from for fact in read)

    def _question(self, situation: Situation, chosen: Mapping[str, int]) -> Question:
        capability = self._grid.matrix.capabilities[chosen["capability"]]
        frameworks = self._axes["framework"][chosen["framework"]].asks
        return Question(capability, self._required(frameworks), situation)

    @cache  # noqa: B019 - it lives as long as what it caches
    def _required(self, frameworks: tuple[str, ...]) -> Requirement:
        # Of the requirement, checks read all but the name.
        return Requirement.capability(
            self._grid.matrix.capabilities[0].id,
            framework=frameworks or None,
            deployment=self._grid.deployments or None,
        )

    def _situation(self, chosen: Mapping[str, int]) -> Situation:
        place = _PLACE(chosen)
        if place not in self._situations:
            facts = self._facts({axis: self._axes[axis][n] for axis, n in chosen.items()})
            self._situations[place] = Situation.of(_Watched(facts), self._grid.matrix)
        return self._situations[place]

    def _facts(self, chosen: Mapping[str, Choice]) -> dict[str, Fact[Any]]:
        facts: dict[str, Fact[Any]] = dict(chosen["column"].facts)
        for axis in CHOSEN:
            facts.update(chosen[axis].facts)
        return {**facts, **self._derived(chosen["column"].label, chosen["deployment"])}

    def _derived(self, column: str, deployment: Choice) -> dict[str, Fact[Any]]:
        """Return what is detected from other facts: it follows the chosen deployment type."""
        place = (column, deployment.label)
        if place not in self._moved:
            types = deployment.facts["deployments"].value
            moved = self._columns[column].environment.replaced("deployments", types)
            self._moved[place] = {key: moved.fact(key) for key in KEYS if FACTS[key].derived_from}
        return self._moved[place]

    def _index(self, finding: Finding) -> int:
        unknown = finding.outcome is Outcome.UNKNOWN
        body = (
            finding.outcome.value,
            finding.documented,
            finding.source,
            finding.remedy,
            finding.signal if unknown else "",
        )
        # Most findings of a capability differ in the version alone that was found.
        key = (self._bodies.setdefault(body, len(self._bodies)), self._string(finding.observed))
        return self._findings.setdefault(key, len(self._findings))

    def _string(self, text: str) -> int:
        return self._strings.setdefault(text, len(self._strings))


class _Watched(Environment):
    """An environment that remembers which facts were read."""

    def __init__(self, facts: Mapping[str, Fact[Any]]) -> None:
        super().__init__(facts)
        self.read: set[str] = set()

    def _fact(self, key: str, name: str = "") -> Fact[Any]:
        self.read.add(key)
        return super()._fact(key, name)


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


def _not_offered(grid: Grid, axes: Axes) -> dict[str, str]:
    offered = {name for choice in axes["framework"] for name in choice.asks}
    count = len({fold(name) for name in grid.matrix.framework_names()} - offered)
    return {"Other frameworks": f"{count}, each for --framework"} if count else {}


def _words() -> dict[str, str]:
    return {check.name: check.label for check in CHECKS}
