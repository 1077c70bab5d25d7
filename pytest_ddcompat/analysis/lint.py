"""What is probably wrong with a matrix that can be loaded, or why it cannot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_ddcompat.analysis.rules import RULES
from pytest_ddcompat.analysis.rules.common import Complaint

if TYPE_CHECKING:
    import datetime as dt

    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.values.errors import InvalidMatrixError

__all__ = ["Complaint", "lint", "refusals"]

_PROBLEM = re.compile(
    r"(?:(?P<where>[a-z_]+(?:\[\d+\])?(?:\.[\w-]+(?:\[\d+\])?)*): )?"
    r"(?P<what>.*?)(?:;? valid: (?P<valid>.*))?",
    re.DOTALL,
)


def lint(matrix: Matrix, today: dt.date) -> tuple[Complaint, ...]:
    """Hold a matrix against every rule.

    Args:
        matrix: What is looked at.
        today: The day that tells what is past.

    Returns:
        The complaints, in the order of `rules.RULES`; none if all is well.
    """
    return tuple(complaint for rule in RULES for complaint in rule(matrix, today))


def refusals(error: InvalidMatrixError, origin: str) -> tuple[Complaint, ...]:
    """Why a matrix cannot be loaded, as complaints.

    Args:
        error: What loading it raised.
        origin: Name of the file, as the problems begin with it.
    """
    return tuple(_refusal(problem.removeprefix(f"{origin}: ")) for problem in error.problems)


def _refusal(problem: str) -> Complaint:
    found = _PROBLEM.fullmatch(problem)
    assert found, "it takes any text"  # noqa: S101
    where, what, valid = found.group("where", "what", "valid")
    tip = "nothing can be evaluated until this is mended"
    return Complaint(where or "", what, "", valid or "", tip)
