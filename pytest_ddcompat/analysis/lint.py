"""Check a matrix against the rules; list why it cannot be loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.analysis.rules import RULES
from pytest_ddcompat.analysis.rules.common import Complaint

if TYPE_CHECKING:
    import datetime as dt

    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.values.errors import InvalidMatrixError, Problem

__all__ = ["Complaint", "lint", "refusals"]


def lint(matrix: Matrix, today: dt.date) -> tuple[Complaint, ...]:
    """Hold a matrix against every rule.

    Args:
        matrix: What is looked at.
        today: The day that tells what is past.

    Returns:
        The complaints, in the order of `rules.RULES`; none if all is well.
    """
    return tuple(complaint for rule in RULES for complaint in rule(matrix, today))


def refusals(error: InvalidMatrixError, file: str) -> tuple[Complaint, ...]:
    """Return why a matrix cannot be loaded, as complaints.

    Args:
        error: What loading it raised.
        file: Name of the file, as the problems have it.
    """
    return tuple(_refusal(problem, file) for problem in error.problems)


def _refusal(problem: Problem, file: str) -> Complaint:
    # A problem of a file that this one extends stands elsewhere.
    other = "" if problem.file == file else problem.file
    where = ": ".join(filter(None, (problem.origin, other, problem.where)))
    tip = "nothing can be evaluated until this is mended"
    return Complaint(where, problem.what, "", problem.valid, tip)
