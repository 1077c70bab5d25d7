"""What a page is made of, whichever form it was published in."""

from __future__ import annotations

from typing import Any, NamedTuple, Union

__all__ = [
    "IN_A_CALLOUT", "NO_HEAD", "OTHER_LANGUAGES", "SPANS", "WHOLE_TABLE", "Block", "Cell",
    "Heading", "Lost", "Table", "Tag", "Text", "Words", "collapsed",
]  # fmt: skip


class Cell(NamedTuple):
    """One cell of a table.

    Attributes:
        text: Its words, without markup; ` / ` stands between its lines.
        line: Line of the page, from 1.
    """

    text: str
    line: int


class Table(NamedTuple):
    """A table; every row has as many cells as the head.

    Attributes:
        head: Cells of the head.
        rows: Cells of each row.
        reason: Why no row of it can be read; empty if they can.
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


class Lost(NamedTuple):
    """Words of the page that its form leaves out or that cannot be read."""

    text: str
    line: int
    reason: str


IN_A_CALLOUT = "a table within a callout"
SPANS = "cells of the table span several rows or columns"
NO_HEAD = "the table has no head"
OTHER_LANGUAGES = "the table is about other languages"
WHOLE_TABLE = (IN_A_CALLOUT, SPANS, NO_HEAD, OTHER_LANGUAGES)
"""Why no row of a table can be read, whatever its head."""

Block = Union[Heading, Table, Text, Tag, Lost]


class Words(NamedTuple):
    """What words of the page say.

    Attributes:
        values: Keys of the row that they give.
        interpretation: How they are read, where they leave it open.
        reason: Why they are not understood; empty if they are.
    """

    values: dict[str, Any]
    interpretation: str = ""
    reason: str = ""


def collapsed(text: str) -> str:
    """Make one blank of all white space, and none at the ends."""
    return " ".join(text.split())
