"""Markdown that GitHub takes and that shows every word as it stands."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from pytest_ddcompat.values.text import at_start, escaped, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "LARGEST", "LARGEST_COMMENT", "code", "fitting_list", "fitting_table", "paragraph", "size",
    "table", "table_row", "words",
]  # fmt: skip

LARGEST = 1_000_000
"""Bytes of a whole answer; GitHub refuses a step summary of more than 1 MiB."""

LARGEST_COMMENT = 65_000
"""The same for a pull request or a comment, of which GitHub refuses more than 65,536 characters."""

_ADDRESS = re.compile(r"(?<=\w)(?=://)|(?<=www)(?=\.)", re.IGNORECASE)
_LONGEST = 2000  # characters of one paragraph
_CELL = 200  # characters of one cell


def words(text: str, longest: int = _LONGEST) -> str:
    """Escape words within a line, and cut them where they are too long."""
    return _unlinked(escaped(_cut(text, longest)))


def paragraph(text: str) -> str:
    """Escape words at the start of a line, and cut them where they are too long."""
    return _unlinked(at_start(_cut(text, _LONGEST)))


def code(text: str) -> str:
    """Escape words for HTML inside Markdown."""
    return escape(text).replace("|", "&#124;").replace("`", "&#96;")


def table_row(cells: Iterable[str]) -> str:
    """Join cells of Markdown to one line of a table."""
    return f"| {' | '.join(cells)} |"


def table(head: Sequence[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """Return the lines of a table of plain words, with an empty one after it."""
    lines = (table_row(words(str(cell), _CELL) for cell in cells) for cells in (head, *rows))
    return [next(lines), table_row(["---"] * len(head)), *lines, ""]


def fitting_table(head: Sequence[str], rows: Sequence[Iterable[object]], room: int) -> list[str]:
    """Return the lines of a table with as many rows as fit in a number of bytes."""
    lines = table(head, rows)[:-1]
    shown = 2
    for line in lines[2:]:
        room -= size([line])
        if room < 0:
            break
        shown += 1
    left_out = len(lines) - shown
    return [*lines[:shown], "", *([f"{left_out} more are left out.", ""] if left_out else [])]


def fitting_list(summary: str, items: Sequence[str], room: int, *, is_open: bool) -> list[str]:
    """Return the lines of a list that can be folded, with as many items as fit in some bytes.

    Args:
        summary: What stands above the list, in HTML.
        items: The items, in HTML, where no word is Markdown.
        room: Bytes that all of it may have; the frame alone is always there.
        is_open: Whether a reader sees the items without asking for them.
    """
    opened = " open" if is_open else ""
    lines = [f"<details{opened}><summary>{summary}</summary>", "<ul>"]
    end = ["</ul>", "</details>", ""]
    room -= size(lines) + size(end) + len(f"<li>{len(items)} left out</li>") + 1
    for number, item in enumerate(items):
        line = f"<li>{item}</li>"
        room -= size([line])
        if room < 0:
            lines.append(f"<li>{len(items) - number} left out</li>")
            break
        lines.append(line)
    return [*lines, *end]


def size(lines: Iterable[str]) -> int:
    """Count the bytes of some lines."""
    return sum(len(line.encode()) + 1 for line in lines)


def _cut(text: str, longest: int) -> str:
    text = text.strip()
    return printable(text if len(text) <= longest else f"{text[:longest]}…")


def _unlinked(markdown: str) -> str:
    # GitHub looks for names to mention, and for addresses without brackets, after it has read the
    # Markdown, escapes and all: only a character that no name or address has keeps them apart.
    return _ADDRESS.sub("&#8203;", markdown.replace("\\@", "@&#8203;"))
