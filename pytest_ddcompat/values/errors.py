"""The errors that bad input raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.values.names import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = [
    "CompatibilityError",
    "FactsError",
    "InvalidMatrixError",
    "MatrixError",
    "RequirementError",
]


class CompatibilityError(ValueError):
    """Input that cannot be understood: what is wrong, where, and what would be valid.

    Attributes:
        problems: One sentence for each thing that is wrong.
    """

    def __init__(self, problems: str | Iterable[str]) -> None:
        each = (problems,) if isinstance(problems, str) else problems
        self.problems = tuple(map(printable, each))
        super().__init__("\n".join(self.problems))


class MatrixError(CompatibilityError):
    """A matrix file that cannot be found, read or understood."""


class InvalidMatrixError(MatrixError):
    """A matrix that can be read, but is not as it must be.

    Attributes:
        matrix: As much of it as was understood in spite of that; None if too little was.
    """

    def __init__(self, problems: Iterable[str], matrix: Matrix | None = None) -> None:
        super().__init__(problems)
        self.matrix = matrix


class FactsError(CompatibilityError):
    """Given facts of an environment that cannot be read or understood."""


class RequirementError(CompatibilityError):
    """A requirement that cannot be understood, or that names what the page does not have."""
