"""Check a matrix against the rules; list why it cannot be loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.analysis.rules import Complaint, branches, page, tables

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.values.errors import CompatibilityError

__all__ = ["lint", "refusals"]

# From the page as a whole to its parts; words left open come last, as they explain the rest.
_RULES: tuple[Callable[[Matrix, dt.date], Iterator[Complaint]], ...] = (
    page.address_without_https,
    page.day_in_the_future,
    page.words_that_are_blank,
    tables.row_that_is_repeated,
    page.overlay_without_source,
    page.overlay_row_of_a_near_name,
    tables.range_that_is_empty,
    branches.minimum_outside_every_branch,
    tables.capability_never_marked,
    branches.branches_that_overlap,
    branches.gap_between_branches,
    branches.maintenance_that_is_past,
    branches.agent_that_decreases,
    tables.runtime_that_is_doubled,
    branches.runtime_of_no_branch,
    branches.runtimes_of_a_part,
    tables.versions_that_overlap,
    page.unresolved_words,
)

_COMPARING = {
    branches.minimum_outside_every_branch,
    branches.branches_that_overlap,
    branches.gap_between_branches,
    branches.agent_that_decreases,
    tables.runtime_that_is_doubled,
    branches.runtime_of_no_branch,
    branches.runtimes_of_a_part,
}
_MOST_COMPARED = 300  # published pages have some ten
_NOT_COMPARED = Complaint(
    "runtimes",
    f"more than {_MOST_COMPARED} branches and runtimes differ in their versions: they are not "
    "compared",
    "",
    "fewer",
    "split the page, or look for gaps and overlaps by other means",
)


def lint(matrix: Matrix, today: dt.date) -> tuple[Complaint, ...]:
    """Hold a matrix against every rule.

    Args:
        matrix: What is looked at.
        today: The day that tells what is past.

    Returns:
        The complaints, in the order of the rules; none if all is well.
    """
    rules = _RULES if _is_comparable(matrix) else [r for r in _RULES if r not in _COMPARING]
    found = tuple(complaint for rule in rules for complaint in rule(matrix, today))
    return found if rules is _RULES else (*found, _NOT_COMPARED)


def _is_comparable(matrix: Matrix) -> bool:
    """Whether few enough rows differ in their versions that each can be compared with each."""
    branches = {row.tracer for row in matrix.releases}
    runtimes = {(row.python, row.tracer) for row in matrix.runtimes}
    return len(branches) + len(runtimes) <= _MOST_COMPARED


def refusals(error: CompatibilityError, file: str) -> list[Complaint]:
    """Return why a file cannot be loaded, as complaints.

    Args:
        error: What loading it raised.
        file: Name of the file, as the problems have it.
    """
    found = []
    for problem in error.problems:
        # A problem of a file that this one extends stands elsewhere.
        other = "" if problem.file == file else problem.file
        where = ": ".join(filter(None, (problem.origin, other, problem.where)))
        tip = "nothing can be evaluated until you fix this"
        found.append(Complaint(where, problem.what, "", problem.valid, tip))
    return found
