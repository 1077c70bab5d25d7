"""Shared by the rules: the complaint, and the rows of a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.matrix.rows import Statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["Complaint", "statements"]


class Complaint(NamedTuple):
    """Something of a matrix that is probably wrong.

    Attributes:
        where: The field: `releases[1].until`.
        what: What is wrong with it.
        value: What stands there.
        valid: What would be right.
        tip: What to do.
    """

    where: str
    what: str
    value: str
    valid: str
    tip: str

    def __str__(self) -> str:
        got = f" (got {self.value})" if self.value else ""
        joint = "" if self.what.endswith("?") else ";"
        valid = f"{joint} valid: {self.valid}" if self.valid else ""
        where = f"{self.where}: " if self.where else ""
        return f"{where}{self.what}{got}{valid}; tip: {self.tip}"


def statements(matrix: Matrix) -> Iterator[tuple[str, Statement]]:
    """All statements of a page, each with its place: `releases[1]`."""
    for kind in matrix.fields:
        rows = getattr(matrix, kind)
        for number, row in enumerate(rows if isinstance(rows, tuple) else ()):
            if isinstance(row, Statement):
                yield f"{kind}[{number}]", row
