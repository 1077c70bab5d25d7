"""The picture as one HTML file, in which choosing another platform or framework updates it.

Every check depends on few of the choices, and on no other check. So each is evaluated here for
those that it depends on; the file's script looks the findings up and combines them.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.cli.common import fact_rows
from pytest_ddcompat.environment import KEYS, Environment, Fact
from pytest_ddcompat.evaluation import evaluate
from pytest_ddcompat.names import fold
from pytest_ddcompat.requirement import Requirement
from pytest_ddcompat.verdict import Outcome
from pytest_ddcompat.versions import Version, series

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.grid import Column, Grid
    from pytest_ddcompat.matrix import Matrix
    from pytest_ddcompat.verdict import Finding
    from pytest_ddcompat.versions import Range

__all__ = ["AXES", "CHECK_WORDS", "Choice", "axes_of", "html"]

AXES: dict[str, tuple[str, ...]] = {
    "site": (),
    "tracer": ("capability", "column"),
    "release": ("column",),
    "runtime": ("column", "os", "cpu", "python"),
    "agent": ("column",),
    "remote_configuration": ("capability", "column"),
    "deployment": ("capability", "deployment"),
    "framework": ("capability", "framework"),
    "datastore": (),
}
"""What each check depends on, of what differs between the cells or can be chosen."""

CHECK_WORDS = {
    "site": "site",
    "tracer": "version",
    "release": "branch",
    "runtime": "runtime",
    "agent": "Agent",
    "remote_configuration": "Remote Conf.",
    "deployment": "deployment",
    "framework": "framework",
    "datastore": "data store",
}
"""What a cell calls each check."""

_LABELS = {
    "python": "Python", "os": "OS", "cpu": "CPU", "deployment": "Deployment",
    "framework": "Framework",
}  # fmt: skip
_FIXED = {
    "implementation": "Python implementation", "agent": "Datadog Agent", "site": "Datadog site",
    "remote_configuration": "Remote Configuration", "date": "Support levels on",
}  # fmt: skip
_CPUS = ("x86-64", "aarch64", "i686")
_MOST_MINORS = 40  # of one major version; more would be a slip in the matrix


class Choice(NamedTuple):
    """One value that can be chosen, or a row or column.

    Attributes:
        label: How it is called.
        facts: The facts that it sets.
        here: Whether it is what the environment has.
        asks: The capability or framework that it asks for.
        group: What it is listed under.
    """

    label: str
    facts: Mapping[str, Fact[Any]]
    here: bool = False
    asks: str | None = None
    group: str = ""


Axes = dict[str, tuple[Choice, ...]]


def html(grid: Grid) -> str:
    """Render the picture as one self-contained HTML file, in ASCII.

    Args:
        grid: The picture.
    """
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    style, script = _resource("grid.css"), _resource("grid.js")
    axes = axes_of(grid)
    page = environment.from_string(_resource("grid.html.jinja")).render(
        grid=grid,
        page=grid.matrix.page,
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        style_hash=_hash(style),
        script_hash=_hash(script),
        selects={name: (_LABELS[name], _groups(axes[name])) for name in _LABELS},
        branches=_branches(grid.columns),
        fixed=_fixed_facts(grid),
        words=CHECK_WORDS,
        data=_Findings(grid, axes).to_mapping(),
    )
    return page.encode("ascii", "xmlcharrefreplace").decode()


def axes_of(grid: Grid) -> Axes:
    """Rows, columns, and what can be chosen.

    Args:
        grid: The picture.
    """
    environment, matrix = grid.environment, grid.matrix
    runtimes = matrix.runtimes
    deployments: dict[str, object] = {"none (plain host)": frozenset()}
    for row in matrix.deployments:
        deployments[row.documented[0]] = frozenset([row.id])
    return {
        "capability": tuple(Choice(c.name, {}, asks=c.id) for c in matrix.capabilities),
        "column": tuple(_of_column(column) for column in grid.columns),
        "python": _pythons(environment, [row.python for row in runtimes]),
        "os": _values(environment, "os", {row.os: row.os for row in runtimes}),
        "cpu": _values(environment, "cpu", {cpu: cpu for cpu in _CPUS}),
        "deployment": _values(environment, "deployments", deployments),
        "framework": _frameworks(environment, matrix, grid.framework),
    }


def _of_column(column: Column) -> Choice:
    facts = {key: column.environment.fact(key) for key in KEYS}
    return Choice(column.label, facts, here=column.here)


def _values(
    environment: Environment, key: str, named: Mapping[str, object], unknown: str = "not known"
) -> tuple[Choice, ...]:
    """Named values of a fact, the environment's own, and that it is not known."""
    own = environment.fact(key)
    values = dict(named)
    if own.known and own.value not in values.values():
        several = own.value if isinstance(own.value, frozenset) else {str(own.value)}
        values[" and ".join(sorted(several))] = own.value
    choices = []
    for label, value in values.items():
        here = own.known and own.value == value
        choices.append(Choice(label, {key: own if here else Fact(value, "chosen")}, here))
    left_open = Fact.unknown("chosen as not known") if own.known else own
    return (*choices, Choice(unknown, {key: left_open}, here=not own.known))


def _pythons(environment: Environment, ranges: Iterable[Range]) -> tuple[Choice, ...]:
    """Every minor version between those that the page names, of each major one."""
    named = {series(version) for version in _bounds(ranges)}
    if environment.python.value is not None:
        named.add(series(environment.python.value))
    for _, group in groupby(sorted(named), key=lambda version: version.major):
        versions = list(group)
        minors = range(versions[0].minor, versions[-1].minor + 1)[:_MOST_MINORS]
        named.update(Version(f"{versions[0].major}.{minor}") for minor in minors)
    own = environment.python
    seen = Fact(series(own.value), own.signal) if own.value is not None else own
    only_python = Environment({"python": seen})
    return _values(only_python, "python", {str(v): v for v in sorted(named)})


def _frameworks(environment: Environment, matrix: Matrix, asked: str | None) -> tuple[Choice, ...]:
    """None named; or each framework of the page at each version that the page names."""
    choices = [Choice("none named", {}, here=asked is None)]
    names = {fold(row.id): row.name for row in reversed(matrix.frameworks)}
    if asked is not None:
        names.setdefault(fold(asked), asked)
    for folded, name in sorted(names.items()):
        is_asked = asked is not None and fold(asked) == folded
        choices += [
            choice._replace(here=choice.here and is_asked, asks=folded, group=name)
            for choice in _versions(environment, matrix, folded, name)
        ]
    return tuple(choices)


def _versions(
    environment: Environment, matrix: Matrix, folded: str, name: str
) -> tuple[Choice, ...]:
    found = _bounds(row.versions for row in matrix.frameworks if fold(row.id) == folded)
    own = environment.framework(folded).value
    named: dict[str, object] = {f"{name} {v}": v for v in sorted(found | ({own} if own else set()))}
    named[f"{name}, not installed"] = None
    return _values(environment, f"framework.{folded}", named, f"{name}, version not known")


def _bounds(ranges: Iterable[Range]) -> set[Version]:
    found = set()
    for specifier in (s for one in ranges for set_ in one.specifiers for s in set_):
        with suppress(ValueError):
            found.add(Version(specifier.version.removesuffix(".*")))
    return found


class _Findings:
    """All findings that a choice can bring, each text once."""

    def __init__(self, grid: Grid, axes: Axes) -> None:
        self._grid = grid
        self._axes = axes
        self._strings: dict[str, int] = {}
        self._findings: dict[tuple[int, ...], int] = {}
        self._start = {
            name: next((c for c in choices if c.here), choices[0]) for name, choices in axes.items()
        }

    def to_mapping(self) -> dict[str, Any]:
        """Plain values: a table of indices for each check, findings, and their texts."""
        tables = {
            check: {"axes": axes, "at": self._table(check, axes, self._start)}
            for check, axes in AXES.items()
        }
        return {
            "tables": tables,
            "findings": list(self._findings),
            "strings": list(self._strings),
            "words": CHECK_WORDS,
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
        for name in _LABELS:
            facts.update(chosen[name].facts)
        asked = Requirement.capability(
            str(chosen["capability"].asks),
            framework=chosen["framework"].asks,
            deployment=self._grid.deployment,
        )
        verdict = evaluate(asked, Environment(facts), self._grid.matrix)
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
    return {label: words[key] for key, label in _FIXED.items()}


def _resource(name: str) -> str:
    return (files("pytest_ddcompat.cli") / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """A hash by which a Content-Security-Policy allows exactly this text."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
