"""A suite made to watch a page: for each of its facts the test that its shift asks for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_ddcompat import Environment, evaluate
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.jobs.watched.search import Search
from pytest_ddcompat.jobs.watched.shifts import shifts
from pytest_ddcompat.jobs.watched.suite import Asked
from pytest_ddcompat.jobs.watched.watching import watched
from support.core import facts as supported

if TYPE_CHECKING:
    from pytest_ddcompat import Matrix, Requirement
    from pytest_ddcompat.jobs.watched.shifts import Shift


def shift_of(matrix: Matrix, words: str) -> Shift:
    """Return the first shift of these words: `>=1.2.0 → >1.2.0`."""
    return next(each for each in shifts(matrix) if written(each) == words)


def written(shift: Shift) -> str:
    return f"{shift.fact.before} → {shift.fact.after}"


def asked(matrix: Matrix, *requirements: Requirement, job: str = "job", **facts: Any) -> Asked:
    """A decision as a job made it, with facts in which all else is supported."""
    given = supported(**facts)
    found = [evaluate(each, Environment.from_mapping(given), matrix) for each in requirements]
    order = ("supported", "undetermined", "unsupported")
    verdict = max((each.status.value for each in found), key=order.index)
    return Asked(job, json.dumps(given), tuple(each.marker for each in requirements), verdict)


def watching_suite(matrix: Matrix) -> dict[Shift, Asked]:
    """A test for each fact that can be watched, in a job of its own."""
    search = Search(matrix)
    suite = {}
    for number, shift in enumerate(shifts(matrix)):
        watcher = search.watcher_of(shift)
        if watcher is not None:
            environment = Environment.from_mapping(watcher.facts)
            verdict = evaluate(watcher.requirement, environment, matrix).status.value
            suite[shift] = Asked(
                f"job {number}", json.dumps(watcher.facts), (watcher.requirement.marker,), verdict
            )
    return suite


def noticed(matrix: Matrix, *decisions: Asked) -> dict[str, int]:
    """Return the facts that decisions watch: `before → after`, and how many jobs notice."""
    found = watched(Matrices([matrix]), decisions)
    assert found.left_out == 0
    return {
        f"{each.fact.before} → {each.fact.after}": each.jobs for each in found.facts if each.jobs
    }
