"""Words in Markdown that fits a GitHub step summary, escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from pytest_ddcompat.values.text import at_start, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["LARGEST", "code", "paragraph", "row", "size", "table", "words"]

LARGEST = 1_000_000
"""Bytes of what is written; GitHub refuses a step summary of more than 1 MiB."""

_LONGEST = 2000  # characters of one paragraph
_CELL = 200  # characters of one cell


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Lines of a table, with an empty one after it."""
    return [row(head), f"| {' | '.join(['---'] * len(head))} |", *map(row, rows), ""]


def row(cells: Sequence[object]) -> str:
    """One line of a table."""
    return f"| {' | '.join(_unlinked(escaped(_cut(str(cell), _CELL))) for cell in cells)} |"


def words(text: str) -> str:
    """Words within a line, cut off where they are too long."""
    return _unlinked(escaped(_cut(text, _LONGEST)))


def paragraph(text: str) -> str:
    """The same at the start of a line."""
    return _unlinked(at_start(_cut(text, _LONGEST)))


def _unlinked(markdown: str) -> str:
    """Mention nobody: GitHub looks for names after it has read the Markdown, escapes and all."""
    return markdown.replace("\\@", "@&#8203;")


def _cut(text: str, longest: int) -> str:
    text = text.strip()
    return text if len(text) <= longest else f"{text[:longest]}…"


def code(words: str) -> str:
    """Escape words for HTML inside Markdown."""
    return escape(words).replace("|", "&#124;").replace("`", "&#96;")


def size(lines: Iterable[str]) -> int:
    """Bytes of some lines."""
    return sum(len(line.encode()) + 1 for line in lines)
