"""Rules of single tables: their ranges, marks and repeated rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.analysis.rules import Complaint, statements
from pytest_ddcompat.values.spans import meet, overlapping, regions, spans
from pytest_ddcompat.values.versions import Range

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Statement

__all__ = [
    "capability_never_marked",
    "range_that_is_empty",
    "row_that_is_repeated",
    "runtime_that_is_doubled",
    "versions_that_overlap",
]


def row_that_is_repeated(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """A table says a thing once; what stands there twice was probably meant to differ."""
    seen: dict[tuple[str, ...], tuple[int, Statement]] = {}
    for table, number, row in statements(matrix):
        first, other = seen.setdefault((table, row.heading, *row.documented), (number, row))
        # Of two tables under one heading, rows may read alike, each of its own capabilities.
        is_same = other is not row and row.deciding() == other.deciding()
        if is_same and table not in _NO_ROWS:
            yield Complaint(
                f"{table}[{number}].documented",
                f'this row repeats {table}[{first}] under "{row.heading}"',
                f'"{" | ".join(row.documented)}"',
                "each row once",
                "leave one of the two out, or correct it by the page",
            )


_NO_ROWS = {"coverage", "notes", "unresolved"}


def runtime_that_is_doubled(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """One row of the runtime table speaks of one platform, Python and tracer version."""
    pythons = spans(row.python for row in matrix.runtimes)
    tracers = spans(row.tracer for row in matrix.runtimes)
    # Numbers for versions: a cell of the page names few, and each pair of rows is compared.
    areas = [(pythons[row.python], tracers[row.tracer]) for row in matrix.runtimes]
    platforms: dict[tuple[str, ...], dict[tuple[Range, Range], int]] = {}
    for number, row in enumerate(matrix.runtimes):
        doubled: dict[int, list[str]] = {}
        for cpu in dict.fromkeys(row.cpus):
            place = (row.os, row.implementation, cpu, row.capability)
            before = platforms.setdefault(place, {})
            first = next(
                (n for n in before.values() if all(map(meet, areas[n], areas[number]))), None
            )
            if first is not None:
                doubled.setdefault(first, []).append(cpu)
            # Of rows of the same versions, the first: what meets one of them meets all.
            before.setdefault((row.python, row.tracer), number)
        for first, cpus in sorted(doubled.items()):
            other = matrix.runtimes[first]
            yield Complaint(
                f"runtimes[{number}]",
                f"runtimes[{first}] speaks of {row.os} {'/'.join(cpus)} {row.implementation} "
                "with the same versions",
                f"Python {row.python}, {matrix.page.tracer} {row.tracer}",
                f"versions other than Python {other.python} with {other.tracer}",
                "leave one of the two out, or correct its versions by the page",
            )


def range_that_is_empty(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """A range admits some version."""
    for where, each in _ranges(matrix):
        for specifier in each.specifiers:
            alone = Range([specifier])
            if not any(version in alone for version in regions([alone])):
                yield Complaint(
                    where,
                    "no version is in this range",
                    f'"{alone}"',
                    "a range with its lower end first, such as >=3,<4",
                    "check whether the two ends are swapped",
                )


def _ranges(matrix: Matrix) -> Iterator[tuple[str, Range]]:
    for number, capability in enumerate(matrix.capabilities):
        for index, minimum in enumerate(capability.minimums):
            if minimum.versions is not None:
                yield f"capabilities[{number}].minimums[{index}].versions", minimum.versions
    for number, release in enumerate(matrix.releases):
        yield f"releases[{number}].tracer", release.tracer
    for number, runtime in enumerate(matrix.runtimes):
        yield f"runtimes[{number}].python", runtime.python
        yield f"runtimes[{number}].tracer", runtime.tracer
    for number, framework in enumerate(matrix.frameworks):
        if framework.versions is not None:
            yield f"frameworks[{number}].versions", framework.versions


def capability_never_marked(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """A table has a column for a capability because some row has a mark in it."""
    for kind in ("deployments", "frameworks"):
        marked: dict[str, bool] = {}
        for row in getattr(matrix, kind):
            for capability, mark in row.capabilities.items():
                marked[capability] = marked.get(capability, False) or mark is not False
        for capability in (name for name, has_mark in marked.items() if not has_mark):
            yield Complaint(
                f"{kind}.capabilities.{capability}",
                f"{capability} has a column in the table of {kind}, and no row marks it",
                "false in every row",
                'a row with true or "preview", or no column',
                "look the column up on the page; without it the page does not limit the capability",
            )


def versions_that_overlap(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """A cell that lists versions of a framework lists each once."""
    for number, row in enumerate(matrix.frameworks):
        specifiers = row.versions.specifiers if row.versions else ()
        parts = [Range([specifier]) for specifier in specifiers]
        for before, index in overlapping(parts):
            yield Complaint(
                f"frameworks[{number}].versions[{index}]",
                f"these versions of {row.name} are in {parts[before]} too",
                f'"{parts[index]}"',
                "ranges that share no version",
                "check whether a bare version of the page is a series, such as ==2.2.*, "
                "and not a minimum",
            )
