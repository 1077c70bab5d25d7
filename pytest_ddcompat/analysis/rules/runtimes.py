"""The rule that rows of the runtime table speak of different things."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.analysis.rules.common import Complaint
from pytest_ddcompat.values.versions import meet, spans

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["runtime_that_is_doubled"]


class _Area(NamedTuple):
    """The versions that a row covers on one platform.

    Attributes:
        number: Index of the row.
        spans: The versions of Python, and those of the tracer.
    """

    number: int
    spans: tuple[list[tuple[int, int]], list[tuple[int, int]]]


def runtime_that_is_doubled(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """One row speaks of one platform, Python and tracer version."""
    pythons = spans(row.python for row in matrix.runtimes)
    tracers = spans(row.tracer for row in matrix.runtimes)
    platforms: dict[tuple[str, str, str], list[_Area]] = {}
    for number, row in enumerate(matrix.runtimes):
        area = _Area(number, (pythons[row.python], tracers[row.tracer]))
        for cpu in dict.fromkeys(row.cpus) if all(area.spans) else ():
            platforms.setdefault((row.os, row.implementation, cpu), []).append(area)
    doubled: dict[tuple[int, int], set[str]] = {}
    for (_os, _implementation, cpu), areas in platforms.items():
        for index, number in _doubled(areas):
            doubled.setdefault((number, index), set()).add(cpu)
    for (number, index), cpus in sorted(doubled.items()):
        yield _complaint(matrix, number, index, cpus)


def _complaint(matrix: Matrix, number: int, index: int, cpus: set[str]) -> Complaint:
    row, other = matrix.runtimes[number], matrix.runtimes[index]
    return Complaint(
        f"runtimes[{number}]",
        f"runtimes[{index}] speaks of {row.os} {'/'.join(c for c in row.cpus if c in cpus)} "
        f"{row.implementation} with the same versions",
        f"Python {row.python}, {matrix.page.tracer} {row.tracer}",
        f"versions other than Python {other.python} with {other.tracer}",
        "leave one of the two out, or correct its versions by the page",
    )


def _doubled(areas: Sequence[_Area]) -> Iterator[tuple[int, int]]:
    """Pairs of rows that share versions, at least one of each row that shares some."""
    for group in _apart(areas):
        reaching: dict[int, _Area] = {}
        ends: list[tuple[int, int]] = []
        for area in sorted(group, key=lambda each: (each.spans[1][0], each.number)):
            while ends and ends[0][0] <= area.spans[1][0][0]:
                del reaching[heappop(ends)[1]]
            other = next((each for each in reaching.values() if _meet(each, area)), None)
            if other is not None:
                first, second = sorted((other.number, area.number))
                yield first, second
            reaching[area.number] = area
            heappush(ends, (area.spans[1][-1][1], area.number))


def _apart(areas: Sequence[_Area]) -> Iterator[list[_Area]]:
    """Groups of rows, of which no row can meet one of another group."""
    waiting = [list(areas)]
    while waiting:
        group = waiting.pop()
        parts = next((p for p in (_split(group, 0), _split(group, 1)) if len(p) > 1), None)
        if parts is None:
            yield group
        else:
            waiting.extend(parts)


def _split(areas: Sequence[_Area], axis: int) -> list[list[_Area]]:
    """Part rows where on an axis all of them end before the next begins."""
    parts: list[list[_Area]] = []
    reached = -1
    for area in sorted(areas, key=lambda each: each.spans[axis][0]):
        if area.spans[axis][0][0] >= reached:
            parts.append([])
        parts[-1].append(area)
        reached = max(reached, area.spans[axis][-1][1])
    return parts


def _meet(one: _Area, other: _Area) -> bool:
    return all(map(meet, one.spans, other.spans))
