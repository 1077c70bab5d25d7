"""A suite made to watch a page: for each of its facts the test that its shift asks for."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_ddcompat import Environment, Requirement, evaluate
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.jobs.watched.index import Index
from pytest_ddcompat.jobs.watched.search import Search
from pytest_ddcompat.jobs.watched.shifts import shifts
from pytest_ddcompat.jobs.watched.suite import Asked, Suite
from pytest_ddcompat.jobs.watched.watching import watched
from support.core import facts as supported

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_ddcompat import Matrix
    from pytest_ddcompat.jobs.watched.shifts import PageFact, Shift


def shift_of(matrix: Matrix, words: str) -> Shift:
    """Return the first shift of these words: `>=1.2.0 → >1.2.0`."""
    return next(each for each in shifts(matrix) if written(each) == words)


def written(shift: Shift) -> str:
    return f"{shift.fact.before} → {shift.fact.after}"


def asked(matrix: Matrix, *requirements: Requirement, job: str = "job", **facts: Any) -> Asked:
    """A decision as a job made it, with facts in which all else is supported."""
    given = supported(**facts)
    markers = tuple(each.marker for each in requirements)
    return Asked(job, json.dumps(given), markers, worst(markers, given, matrix))


def worst(markers: Iterable[str], facts: dict[str, Any], matrix: Matrix) -> str:
    """The worst verdict on some markers."""
    environment = Environment.from_mapping(facts)
    required = [Requirement.from_marker(marker) for marker in markers]
    found = [evaluate(each, environment, matrix).status.value for each in required]
    return max(found, key=("supported", "undetermined", "unsupported").index)


@cache
def watching_suite(matrix: Matrix) -> dict[Shift, Asked]:
    """A test for each fact that can be watched, in a job of its own."""
    search = Search(matrix)
    suite = {}
    for number, shift in enumerate(shifts(matrix)):
        watcher = search.watcher_of(shift)
        if watcher is not None:
            markers = (watcher.requirement.marker,)
            verdict = worst(markers, watcher.facts, matrix)
            suite[shift] = Asked(f"job {number}", json.dumps(watcher.facts), markers, verdict)
    return suite


def noticed(matrix: Matrix, *decisions: Asked) -> dict[str, int]:
    """Return the facts that decisions watch: `before → after`, and how many jobs notice."""
    found = watched(Matrices([matrix]), decisions)
    assert found.left_out == 0
    return {
        f"{each.fact.before} → {each.fact.after}": each.jobs for each in found.facts if each.jobs
    }


def noticing(matrix: Matrix, decisions: Iterable[Asked]) -> dict[PageFact, list[str]]:
    """Return for each fact the jobs that notice, without a search for those that could."""
    each = list(decisions)
    jobs = list(dict.fromkeys(one.job for one in each))
    matrices = Matrices([matrix])
    index = Index(matrices, matrix, Suite(matrices, each))
    bits = {shift.fact: index.jobs_noticing(shift) for shift in shifts(matrix)}
    return {
        fact: sorted(job for n, job in enumerate(jobs) if own >> n & 1)
        for fact, own in bits.items()
    }


def by_brute_force(matrix: Matrix, decisions: Iterable[Asked]) -> dict[PageFact, list[str]]:
    """The same by the evaluator alone: all decisions, with each fact shifted on the page."""
    each = [(one, json.loads(one.facts)) for one in decisions]
    found = {}
    for shift in shifts(matrix):
        changed = shift.applied(matrix)
        turned = [
            one.job for one, facts in each if worst(one.markers, facts, changed) != one.verdict
        ]
        found[shift.fact] = sorted({*turned})
    return found
