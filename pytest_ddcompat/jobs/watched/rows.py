"""The shift of each fact of a row, table by table."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.analysis.words import capability_name
from pytest_ddcompat.jobs.watched.ends import moved_ends, moved_minimum
from pytest_ddcompat.matrix.rows import LEVEL_WORDS, LEVELS, NOT_THERE
from pytest_ddcompat.values.names import fact_id
from pytest_ddcompat.values.versions import Version, parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pytest_ddcompat.matrix.kinds import Mark
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import (
        Capability,
        Coverage,
        Deployment,
        Framework,
        Minimum,
        Release,
        Runtime,
        Site,
    )

    Values = Mapping[str, Sequence[Any]]

__all__ = ["CHANGES", "Change"]

_GONE = "not there"
_DAY = dt.timedelta(days=1)
_MARKS: dict[Mark, str] = {True: "yes", False: "no"}
_FLIPPED: dict[Mark, tuple[bool, ...]] = {
    True: (False,),
    False: (True,),
    "preview": (True, False),
}
_ALL = {"frameworks": "all frameworks", "datastores": "all data stores"}


class Change(NamedTuple):
    """A row with one fact shifted.

    Attributes:
        before: What the matrix reads, in words.
        after: What the shift puts in its place, in words.
        keys: The keys of the row that change, with their new values; None: the row is taken away.
        checks: The checks that rest on the fact.
        column: A pattern of the column's head.
        cell: Index of the cell where no column has such a head.
        capabilities: Ids of those that the fact is about; None: it may be any.
        words: The words that say so, where they are not those of the cell.
    """

    before: str
    after: str
    keys: dict[str, Any] | None
    checks: tuple[str, ...]
    column: str = "^$"  # of no head
    cell: int = -1
    capabilities: tuple[str, ...] | None = None
    words: str = ""


def _of_site(_: Matrix, row: Site) -> Iterator[Change]:
    words = row.status.replace("_", " ")
    for site in row.excluded:
        rest = tuple(other for other in row.excluded if other != site)
        yield Change(f"{site} {words}", f"{site} {_GONE}", {"excluded": rest}, ("site",))
    other = "preview" if row.status == "not_supported" else "not_supported"
    yield Change(words, other.replace("_", " "), {"status": other}, ("site",))


def _of_capability(matrix: Matrix, row: Capability) -> Iterator[Change]:
    for change in (*_versions_of(matrix, row), *_status_of(row), *_needs_of(matrix, row)):
        yield change._replace(capabilities=(row.id,))


def _versions_of(matrix: Matrix, row: Capability) -> Iterator[Change]:
    if row.minimum is not None:
        for words, version in moved_minimum(row.minimum):
            yield Change(f">={row.minimum}", words, {"minimum": version}, ("tracer",))
    if row.versions is not None:
        for words, moved in moved_ends(row.versions):
            yield Change(str(row.versions), words, {"versions": moved}, ("tracer",))
    for number, minimum in enumerate(row.minimums):
        for before, after, keys in _minimum_of(matrix, minimum):
            rows = list(row.minimums)
            rows[number] = minimum.replaced(keys)
            yield Change(before, after, {"minimums": tuple(rows)}, ("tracer",))


def _minimum_of(matrix: Matrix, row: Minimum) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield what one of several minimums says before and after a shift, and its changed keys."""
    if row.tracer is not None:
        for words, version in moved_minimum(row.tracer):
            yield f">={row.tracer}", words, {"tracer": version}
    if row.tracers is not None:
        for words, moved in moved_ends(row.tracers):
            yield str(row.tracers), words, {"tracers": moved}
    if row.versions is not None:
        for words, moved in moved_ends(row.versions):
            yield f"{row.runtime} {row.versions}", f"{row.runtime} {words}", {"versions": moved}
    for before, after, facts in _shifted_values(matrix, row.facts):
        yield before, after, {"facts": facts}


def _status_of(row: Capability) -> Iterator[Change]:
    words = row.status.replace("_", " ")
    if row.status in NOT_THERE:
        keys = {"status": "available", "minimum": Version("0.dev0")}
        yield Change(words, "every version", keys, ("tracer",))
    elif row.status in {"preview", "partial"}:
        yield Change(words, "available", {"status": "available"}, ("tracer",))


def _needs_of(matrix: Matrix, row: Capability) -> Iterator[Change]:
    for before, after, needs in _shifted_values(matrix, row.needs):
        yield Change(before, after, {"needs": needs}, ("facts",))
    if row.remote_configuration:
        yield Change(
            "required",
            "not required",
            {"remote_configuration": ""},
            ("remote_configuration",),
            words=row.remote_configuration,
        )


def _shifted_values(matrix: Matrix, wanted: Values) -> Iterator[tuple[str, str, Values]]:
    """Yield what wanted values of facts are before and after a shift, in words, and as values."""
    for name, values in wanted.items():
        kind = matrix.own_facts[fact_id(name)].kind
        for number, value in enumerate(values):
            rest = (*values[:number], *values[number + 1 :])
            for other in _other_values(value, kind):
                yield f"{name} {value}", f"{name} {other}", {**wanted, name: (*rest, other)}
            if kind == "word" and rest:
                yield f"{name} {value}", f"{name} {_GONE}", {**wanted, name: rest}
        if kind == "word":
            without = {key: others for key, others in wanted.items() if key != name}
            words = " or ".join(map(str, values))
            yield f"{name} {words}", f"any {name}", without


def _other_values(value: str | bool, kind: str) -> list[str | bool]:
    if isinstance(value, bool):
        return [not value]
    if kind != "version":
        return []
    found = [moved for _, moved in moved_ends(parse_marker_range(value))]
    return ["|".join(map(str, moved.specifiers)) or ">=0.dev0" for moved in found]


def _of_deployment(matrix: Matrix, row: Deployment) -> Iterator[Change]:
    yield from _marks_of(matrix, row.capabilities, "deployment")


def _marks_of(matrix: Matrix, marks: Mapping[str, Mark], check: str) -> Iterator[Change]:
    """Yield a change for each mark and each blank of a row; one not understood is no fact."""
    for capability, mark in marks.items():
        column = re.escape(capability_name(matrix, capability))
        for other in _FLIPPED.get(mark, ()):
            keys = {"capabilities": {**marks, capability: other}}
            before, after = (_MARKS.get(each, str(each)) for each in (mark, other))
            yield Change(before, after, keys, (check,), column, capabilities=(capability,))


def _of_release(_: Matrix, row: Release) -> Iterator[Change]:
    for words, moved in moved_ends(row.tracer):
        checks = ("release", "agent")
        yield Change(str(row.tracer), words, {"tracer": moved}, checks, "^release", 0)
    yield from _level_of(row)
    if row.agent is None:
        lowest = {"agent": Version("0.dev0")}
        yield Change("no minimum", "any Agent", lowest, ("agent",), "agent", 2)
        return
    for words, version in moved_minimum(row.agent):
        yield Change(f">={row.agent}", words, {"agent": version}, ("agent",), "agent", 2)


def _level_of(row: Release) -> Iterator[Change]:
    """Yield the level just above and just below that of a branch, and the day before and after."""
    place = LEVELS.index(row.support_level)
    for other in (place - 1, place + 1):
        if 0 <= other < len(LEVELS):
            keys = {"support_level": LEVELS[other], "until": None}
            before, after = (LEVEL_WORDS[level] for level in (row.support_level, LEVELS[other]))
            yield Change(before, after, keys, ("release",), "level", 1)
    if row.until is not None:
        days = [row.until - _DAY] if row.until > dt.date.min else []
        days += [row.until + _DAY] if row.until < dt.date.max else []
        for day in days:
            before, after = f"until {row.until}", f"until {day}"
            yield Change(before, after, {"until": day}, ("release",), "level", 1)


def _of_runtime(_: Matrix, row: Runtime) -> Iterator[Change]:
    about = (row.capability,) if row.capability else None
    checks = ("runtime",)
    for cpu in row.cpus:
        rest = tuple(other for other in row.cpus if other != cpu)
        keys = {"cpus": rest}
        yield Change(cpu, _GONE, keys, checks, "cpu|architecture", 1, about)
    for words, moved in moved_ends(row.python):
        head = "runtime version|python version"
        yield Change(str(row.python), words, {"python": moved}, checks, head, 3, about)
    for words, moved in moved_ends(row.tracer):
        head = "supported|tracer"
        yield Change(str(row.tracer), words, {"tracer": moved}, checks, head, 4, about)


def _of_framework(matrix: Matrix, row: Framework) -> Iterator[Change]:
    about = tuple(row.capabilities)
    for words, moved in moved_ends(row.versions) if row.versions is not None else ():
        keys, checks = {"versions": moved}, ("framework",)
        yield Change(str(row.versions), words, keys, checks, "version", 1, about)
    yield from _marks_of(matrix, row.capabilities, "framework")


def _of_coverage(_: Matrix, row: Coverage) -> Iterator[Change]:
    about = (row.capability,) if row.capability else None
    check = {"frameworks": "framework", "datastores": "datastore"}[row.of]
    for name in row.named or (_ALL[row.of],):
        rest = tuple(other for other in row.named if other != name)
        # Without any name the sentence would be about all.
        keys = {"named": rest} if rest else None
        yield Change(name, _GONE, keys, (check,), capabilities=about)


CHANGES: dict[str, Callable[[Matrix, Any], Iterator[Change]]] = {
    "sites": _of_site,
    "capabilities": _of_capability,
    "deployments": _of_deployment,
    "releases": _of_release,
    "runtimes": _of_runtime,
    "frameworks": _of_framework,
    "coverage": _of_coverage,
}
"""Of each table of a matrix what yields the shifts of a row; the others document no such fact."""
