"""Rules about release branches, and the rows that name their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.analysis.rules import Complaint
from pytest_ddcompat.matrix.rows import MINIMUMS
from pytest_ddcompat.values.spans import meet, regions, spans
from pytest_ddcompat.values.versions import base

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Release, Runtime
    from pytest_ddcompat.values.versions import Version

__all__ = [
    "agent_that_decreases",
    "branches_that_overlap",
    "gap_between_branches",
    "maintenance_that_is_past",
    "minimum_outside_every_branch",
    "runtime_of_no_branch",
    "runtimes_of_a_part",
]


def branches_that_overlap(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """A version is of one branch."""
    pairs: dict[tuple[int, int], None] = {}
    for version in _stretches(matrix):
        holding = [n for n, row in enumerate(matrix.releases) if version in row.tracer]
        pairs.update(dict.fromkeys(zip(holding, holding[1:])))
    for first, second in pairs:
        other = matrix.releases[first].tracer
        yield Complaint(
            f"releases[{second}].tracer",
            f"this range overlaps releases[{first}], {other}",
            f'"{matrix.releases[second].tracer}"',
            f"a range without the versions of {other}",
            "the first row decides for a version of both; end one where the other begins",
        )


def gap_between_branches(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """Between the lowest and the highest branch every version is of one."""
    # The branch that seems to be missing may be the row that was not understood.
    if matrix.leaves_open("releases"):
        return
    below: int | None = None
    in_gap = False
    for version in _stretches(matrix):
        here = next((n for n, r in enumerate(matrix.releases) if version in r.tracer), None)
        if here is not None and below is not None and in_gap:
            lower = matrix.releases[below].tracer
            yield Complaint(
                f"releases[{here}].tracer",
                f"no branch holds the versions between releases[{below}], {lower}, and this one",
                f'"{matrix.releases[here].tracer}"',
                f"a range that begins where {lower} ends",
                "check whether the page has a row between the two, or one of the two ends is wrong",
            )
        below, in_gap = (below, True) if here is None else (here, False)


def minimum_outside_every_branch(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """A capability begins in a branch, or before the first of them."""
    held = [version for version in _stretches(matrix) if matrix.release(version)]
    if not held or matrix.leaves_open("releases"):
        return
    for number, capability in enumerate(matrix.capabilities):
        key = next((key for key in MINIMUMS if getattr(capability, key)), "")
        for minimum in capability.boundaries:
            if matrix.release(base(minimum)) or base(minimum) < held[0]:
                continue
            above = base(minimum) > held[-1]
            yield Complaint(
                f"capabilities[{number}].{key}",
                f"the minimum of {capability.name} is "
                f"{'above every release branch' if above else 'in a gap of the release branches'}",
                f'"{minimum}"',
                f"a version of {' or '.join(str(row.tracer) for row in matrix.releases)}",
                "check whether the page has a branch for it, or the minimum is misspelt",
            )


def maintenance_that_is_past(matrix: Matrix, today: dt.date) -> Iterator[Complaint]:
    """A branch that is called maintained is."""
    for number, row in enumerate(matrix.releases):
        if row.until and row.until < today:
            yield Complaint(
                f"releases[{number}].until",
                f"the maintenance of {row.tracer} has ended, and the page still calls it that",
                str(row.until),
                f'a day from {today} on, or the support level "end_of_life"',
                "read the page again; until then the branch counts as end of life",
            )


def agent_that_decreases(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """A newer branch needs no older Agent than the one before."""
    ordered = _ascending(matrix)
    for (_number, older), (number, newer) in zip(ordered, ordered[1:]):
        if older.agent and (newer.agent is None or newer.agent < older.agent):
            yield Complaint(
                f"releases[{number}].agent",
                f"{newer.tracer} needs an older Datadog Agent than {older.tracer}",
                f'"{newer.agent}"' if newer.agent else "no minimum",
                f"{older.agent} or newer",
                "look the cell up on the page; correct it by an overlay where the page is wrong",
            )


def runtime_of_no_branch(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """A row of the runtime table speaks of versions that a branch holds."""
    if not matrix.releases or matrix.leaves_open("releases"):
        return
    ranges = [row.tracer for row in matrix.releases]
    places = spans([*ranges, *(row.tracer for row in matrix.runtimes)])
    for number, row in enumerate(matrix.runtimes):
        if not any(meet(places[row.tracer], places[each]) for each in ranges):
            yield Complaint(
                f"runtimes[{number}].tracer",
                "no release branch holds a version of this range",
                f'"{row.tracer}"',
                f"versions of {' or '.join(str(r.tracer) for r in matrix.releases)}",
                "check whether the page has a branch for it, or the range is misspelt",
            )


def runtimes_of_a_part(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """Where rows speak of a platform in a branch, they speak of all versions of the branch."""
    if matrix.leaves_open("runtimes"):
        return
    platforms: dict[tuple[str, ...], list[tuple[int, Runtime]]] = {}
    for number, row in enumerate(matrix.runtimes):
        own = (f"for {row.capability}",) if row.capability else ()
        for cpu in row.cpus:
            platforms.setdefault((row.os, cpu, row.implementation, *own), []).append((number, row))
    versions = _stretches(matrix)
    told: set[tuple[int, ...]] = set()
    for platform, rows in platforms.items():
        for index, release in enumerate(matrix.releases):
            held = [version for version in versions if version in release.tracer]
            part = [(n, r) for n, r in rows if any(v in r.tracer for v in held)]
            numbers = (index, *(number for number, _ in part))
            left_out = [v for v in held if not any(v in row.tracer for _, row in part)]
            if part and left_out and numbers not in told:
                told.add(numbers)
                yield _of_a_part(part, " ".join(platform), release)


def _of_a_part(rows: list[tuple[int, Runtime]], platform: str, release: Release) -> Complaint:
    return Complaint(
        f"runtimes[{rows[0][0]}].tracer",
        f"the rows of {platform} cover only a part of the release branch {release.tracer}",
        " or ".join(dict.fromkeys(f'"{row.tracer}"' for _, row in rows)),
        f"ranges that cover all of {release.tracer}",
        "check whether the page has a further row, or the range is misspelt",
    )


def _stretches(matrix: Matrix) -> list[Version]:
    """A version of each stretch that branches and runtimes divide the tracer's versions into."""
    ranges = [row.tracer for row in matrix.releases]
    return regions([*ranges, *(row.tracer for row in matrix.runtimes)])


def _ascending(matrix: Matrix) -> list[tuple[int, Release]]:
    """The branches by their lowest versions, each with its place on the page."""
    versions = _stretches(matrix)
    lowest = {
        number: next((v for v in versions if v in row.tracer), versions[-1])
        for number, row in enumerate(matrix.releases)
    }
    return [(number, matrix.releases[number]) for number in sorted(lowest, key=lowest.__getitem__)]
