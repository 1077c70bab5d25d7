"""The rules of `lint`, one function each, and what they share: the complaint, a page's rows."""

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


def statements(matrix: Matrix) -> Iterator[tuple[str, int, Statement]]:
    """Yield all statements of a page, each with its table and its number there."""
    for table in matrix.fields:
        rows = getattr(matrix, table)
        for number, row in enumerate(rows if isinstance(rows, tuple) else ()):
            # Heads of tables are rows too, and state nothing.
            if isinstance(row, Statement):
                yield table, number, row
