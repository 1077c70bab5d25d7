"""Every fact of a page, with the shift that shows whether a test watches it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.analysis.words import headed_cell
from pytest_ddcompat.jobs.watched.rows import CHANGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_ddcompat.jobs.watched.rows import Change
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Statement

__all__ = ["PageFact", "Shift", "shifts"]


class PageFact(NamedTuple):
    """A fact that a page documents: one side of a boundary, a mark, or a blank.

    Attributes:
        table: Table of the matrix that has its row, such as `capabilities`.
        heading: Heading of the page that the row stands under.
        row: The words of the row.
        column: Head of the column that the cell stands under; empty where there is none.
        words: The words of the cell, or a sentence.
        before: How the matrix reads them.
        after: What the shift puts in their place.
    """

    table: str
    heading: str
    row: str
    column: str
    words: str
    before: str
    after: str


class Shift(NamedTuple):
    """A fact, and its row with that fact shifted.

    Attributes:
        fact: The fact.
        row: The row as the matrix has it.
        changed: The row with the fact shifted; None: the row is taken away.
        checks: Names of the checks that rest on the fact.
        capabilities: Ids of the capabilities that it is about; None: it may be any.
    """

    fact: PageFact
    row: Statement
    changed: Statement | None
    checks: tuple[str, ...]
    capabilities: tuple[str, ...] | None

    def applied(self, matrix: Matrix) -> Matrix:
        """Return a matrix with the fact shifted.

        Args:
            matrix: One that has the row itself, not a copy.
        """
        rows: tuple[Statement, ...] = getattr(matrix, self.fact.table)
        changed = (self.changed if row is self.row else row for row in rows)
        return matrix.replaced({self.fact.table: tuple(row for row in changed if row is not None)})


def shifts(matrix: Matrix) -> Iterator[Shift]:
    """Yield a shift for each fact that a page documents, in the order of its tables.

    Every minimum and every end of a range is moved to just above and to just below it. Every mark
    and every blank is flipped. Words that are not understood, notes and rows that an overlay has
    taken away are no facts.

    Args:
        matrix: The page, with its overlays.
    """
    for table, changes in CHANGES.items():
        for row in getattr(matrix, table):
            for change in changes(matrix, row):
                keys = change.keys
                changed = None if keys is None else row.replaced(keys)
                fact = _fact(matrix, table, row, change)
                yield Shift(fact, row, changed, change.checks, change.capabilities)


def _fact(matrix: Matrix, table: str, row: Statement, change: Change) -> PageFact:
    head, cell = headed_cell(matrix, row, change.column, change.cell)
    if change.words:
        head, cell = "", change.words
    words = " | ".join(row.documented)
    return PageFact(table, row.heading, words, head, cell, change.before, change.after)
