"""The parts of a page, the same for each form in which it is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Union

from pytest_ddcompat.values.errors import CompatibilityError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "LONGEST_HEAD", "MOST_CELLS", "OTHER_LANGUAGES", "Account", "Block", "Callout", "Cell", "Gap",
    "Heading", "PageError", "Table", "Tag", "Text", "Words", "collapsed", "squared",
]  # fmt: skip

MOST_CELLS = 100_000
"""Cells of all tables of a page; published pages have some hundreds."""

_MOST_ROWS = 12_000
_MOST_BLOCKS = 50_000

LONGEST_HEAD = 200
"""Characters of a heading, or of a cell of a table's head: every row repeats them."""


class Cell(NamedTuple):
    """A cell of a table.

    Attributes:
        text: Its words without markup, with ` / ` between lines.
        line: Line of the page, from 1.
    """

    text: str
    line: int


class Table(NamedTuple):
    """A table; once `squared`, every row has as many cells as the head.

    Attributes:
        head: Cells of the head.
        rows: Cells of each row.
        reason: Why no row can be read, whatever the head; empty if they can.
    """

    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    reason: str = ""


class Heading(NamedTuple):
    """A heading."""

    text: str
    line: int


class Text(NamedTuple):
    """A paragraph, an item of a list, or a block of code."""

    text: str
    line: int


class Tag(NamedTuple):
    """A tag on lines of its own: `{% callout %}`, `{{< site-region region="gov" >}}`.

    Attributes:
        name: Its name; that of a closing tag begins with a slash.
        arguments: What follows the name.
        text: The whole tag.
        line: Line of the page, from 1.
    """

    name: str
    arguments: str
    text: str
    line: int


class Gap(NamedTuple):
    """Words of the page that are not understood, cannot be read, or that it does not show.

    Attributes:
        line: Line of the page, from 1.
        text: The words.
        reason: Why they are not understood.
    """

    line: int
    text: str
    reason: str


class Account(NamedTuple):
    """How much of a page the matrix has.

    Attributes:
        cells: Number of cells of tables, and of gaps outside of tables.
        interpreted: Number of cells that are understood.
        unresolved: All others, and the gaps outside of tables.
        warnings: Contradictions and omissions of the page.
    """

    cells: int
    interpreted: int
    unresolved: tuple[Gap, ...]
    warnings: tuple[str, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {**self._asdict(), "unresolved": [gap._asdict() for gap in self.unresolved]}


class Callout(NamedTuple):
    """A part of the page that is set off from the rest.

    Attributes:
        name: Name of its tag; empty for a sentence.
        arguments: Arguments of its tag.
        line: Line of the page, from 1.
        words: Its paragraphs, and headings after the first.
        title: Its first heading; empty without one.
        is_closed: Whether the page ends it.
    """

    name: str
    arguments: str
    line: int
    words: list[str]
    title: str
    is_closed: bool = True


OTHER_LANGUAGES = "the table is about other languages"

Block = Union[Heading, Table, Text, Tag, Gap, Callout]


class Words(NamedTuple):
    """The meaning of some words of the page.

    Attributes:
        values: Keys of a row, with their values.
        interpretation: How the words are read, where they leave it open.
        reason: Why they are not understood; empty if they are.
    """

    values: dict[str, Any]
    interpretation: str = ""
    reason: str = ""


class PageError(CompatibilityError):
    """A documentation page cannot be read.

    Attributes:
        account: The account of its cells; None if it was not read as far as that.
    """

    def __init__(self, problems: str | Problem, account: Account | None = None) -> None:
        self.account = account
        super().__init__(problems)


def squared(blocks: Iterable[Block], origin: str) -> Iterator[Block]:
    """Give each row of a table as many cells as the head has.

    Raises:
        PageError: All tables together would have too many cells or rows, or the page has too many
            blocks.
    """
    cells = rows = 0
    for number, block in enumerate(blocks):
        if number == _MOST_BLOCKS:
            raise PageError(f"{origin}: this page has more than {_MOST_BLOCKS} parts")
        if not isinstance(block, Table):
            yield block
            continue
        width = len(block.head)
        cells += width * (len(block.rows) + 1)
        if cells > MOST_CELLS:
            raise PageError(f"{origin}: the tables of this page have more than {MOST_CELLS} cells")
        rows += len(block.rows)
        if rows > _MOST_ROWS:
            raise PageError(f"{origin}: the tables of this page have more than {_MOST_ROWS} rows")
        filled = ((*row, *_blank(row or block.head) * (width - len(row))) for row in block.rows)
        yield block._replace(rows=tuple(filled))


def _blank(row: Sequence[Cell]) -> list[Cell]:
    return [Cell("", row[-1].line)]


def collapsed(text: str) -> str:
    """Replace each run of white space with one blank, and strip the ends."""
    return " ".join(text.split())
