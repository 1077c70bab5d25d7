"""Words in Markdown that fits a GitHub step summary, escaped."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["LARGEST", "at_start", "code", "escaped", "row", "size", "table"]

LARGEST = 1_000_000
"""Bytes of what is written; GitHub refuses a step summary of more than 1 MiB."""

_LONGEST = 2000  # characters of one paragraph
_CELL = 200  # characters of one cell
_FORCED = str.maketrans({c: f"\\{c}" for c in r"\`*_[]|~#!$@"})


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Lines of a table, with an empty one after it."""
    return [row(head), f"| {' | '.join(['---'] * len(head))} |", *map(row, rows), ""]


def row(cells: Sequence[object]) -> str:
    """One line of a table."""
    return f"| {' | '.join(escaped(str(cell), _CELL) for cell in cells)} |"


def escaped(words: str, longest: int = _LONGEST) -> str:
    """Escape words for Markdown, and cut them off where they are too long."""
    words = words.strip()
    cut = words if len(words) <= longest else f"{words[:longest]}…"
    return escape(cut.translate(_FORCED), quote=False)


def at_start(words: str) -> str:
    """Escape words at the start of a line, where a number or a dash would begin a list."""
    return re.sub(r"^[\d+-]", lambda found: f"&#{ord(found[0])};", escaped(words))


def code(words: str) -> str:
    """Escape words for HTML inside Markdown."""
    return escape(words).replace("|", "&#124;").replace("`", "&#96;")


def size(lines: Iterable[str]) -> int:
    """Bytes of some lines."""
    return sum(len(line.encode()) + 1 for line in lines)
