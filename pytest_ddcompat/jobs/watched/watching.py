"""Which facts of the pages the tests of some jobs watch, and how many jobs would notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.jobs.watched.index import Index
from pytest_ddcompat.jobs.watched.search import Search
from pytest_ddcompat.jobs.watched.shifts import shifts
from pytest_ddcompat.jobs.watched.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.jobs.watched.shifts import PageFact
    from pytest_ddcompat.jobs.watched.suite import Asked

__all__ = ["Watch", "Watched", "watched"]


class Watched(NamedTuple):
    """A fact of a page, with how well it is watched.

    Attributes:
        page: Id of the page.
        fact: The fact.
        jobs: How many jobs have a decision that changes if the fact is shifted.
        unwatchable: Why no test can watch the fact; empty if one can.
    """

    page: str
    fact: PageFact
    jobs: int
    unwatchable: str = ""

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values, for JSON; `unwatchable` is left out where a test can watch it."""
        why = {"unwatchable": self.unwatchable} if self.unwatchable else {}
        return {"page": self.page, **self.fact._asdict(), "jobs": self.jobs, **why}


class Watch(NamedTuple):
    """The facts of some pages, and how many jobs watch each.

    Attributes:
        facts: All facts of the pages, those that the fewest jobs watch first, else in the order of
            the pages.
        left_out: How many distinct decisions come to something else by these pages than they did
            in their job, and so show nothing.
    """

    facts: tuple[Watched, ...]
    left_out: int

    @property
    def watchable(self) -> tuple[Watched, ...]:
        """The facts that some test can watch."""
        return tuple(each for each in self.facts if not each.unwatchable)

    @property
    def unwatchable(self) -> tuple[Watched, ...]:
        """The facts that no test can watch."""
        return tuple(each for each in self.facts if each.unwatchable)

    @property
    def unwatched(self) -> tuple[Watched, ...]:
        """The facts that some test can watch, and none does."""
        return tuple(each for each in self.watchable if not each.jobs)

    @property
    def share(self) -> float:
        """The share of the watchable facts that are watched, from 0 to 1."""
        total = len(self.watchable)
        return (total - len(self.unwatched)) / total if total else 1.0


def watched(matrices: Matrices, asked: Iterable[Asked]) -> Watch:
    """Find the facts of pages of which a shift changes a decision.

    Args:
        matrices: The pages by which the decisions were made, with their overlays.
        asked: The decisions.

    Raises:
        CompatibilityError: Facts or a marker of a decision cannot be understood.
    """
    suite = Suite(matrices, asked)
    found = []
    for matrix in matrices:
        index = Index(matrices, matrix, suite)
        search = Search(index.matrix)
        for shift in shifts(index.matrix):
            jobs = index.jobs_noticing(shift)
            why = "" if jobs else search.why_unwatchable(shift)
            found.append(Watched(matrix.page.id, shift.fact, bin(jobs).count("1"), why))
    found.sort(key=lambda each: each.jobs)
    return Watch(tuple(found), suite.left_out)
