"""The rules of `lint`, one function each, and what they share: the complaint, a page's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.matrix.rows import Statement
from pytest_ddcompat.values.complaint import Complaint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["Complaint", "statements"]


def statements(matrix: Matrix) -> Iterator[tuple[str, int, Statement]]:
    """Yield all statements of a page, each with its table and its number there."""
    for table in matrix.fields:
        rows = getattr(matrix, table)
        for number, row in enumerate(rows if isinstance(rows, tuple) else ()):
            # Heads of tables are rows too, and state nothing.
            if isinstance(row, Statement):
                yield table, number, row
