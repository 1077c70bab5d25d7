"""Words of a page, and values in words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_ddcompat.values.names import bare
from pytest_ddcompat.values.text import as_toml

if TYPE_CHECKING:
    from collections.abc import Hashable

    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Statement

__all__ = [
    "capability_name",
    "cell_or",
    "cell_under",
    "folded",
    "headed_cell",
    "in_words",
    "words_of",
]

_VERSION = re.compile(r"\d+(?:\.\d+)*")


def in_words(value: Hashable) -> str:
    """Write a compared value, such as a bool as TOML does."""
    if isinstance(value, frozenset):
        return "; ".join(sorted(map(in_words, value)))
    if isinstance(value, tuple):
        return " ".join(map(in_words, value))
    if value is None:
        return "none"
    return as_toml(value) if isinstance(value, bool) else str(value)


def folded(words: str) -> str:
    """Leave out case, spacing and code marks."""
    return re.sub(r"[`*\s]+", "", words).casefold()


def words_of(row: Statement, words: str, value: Hashable) -> tuple[str, Hashable]:
    """Return words of a row, or what an overlay has put in their place, and the value."""
    said = in_words(value)
    if row.overlays and not set(_VERSION.findall(said)) <= set(_VERSION.findall(words)):
        return f"{said} ({row.overlays[-1].name})", value
    return words, value


def capability_name(matrix: Matrix, capability: str) -> str:
    """Return the documented name of a capability without its parenthesis, or else its id."""
    row = matrix.find_capability(capability)
    return bare(row.name) if row else capability


def cell_under(matrix: Matrix, row: Statement, column: str) -> str | None:
    """Find the cell of a row under a column whose head matches a pattern."""
    number = _column(matrix, row.heading, len(row.documented), column)
    if number is None:
        return None
    return row.documented[number] if number < len(row.documented) else ""


def cell_or(matrix: Matrix, row: Statement, column: str, index: int) -> str:
    """Find a cell by the head of its column, else take the one at its usual place."""
    cell = cell_under(matrix, row, column)
    if cell is not None:
        return cell
    return row.documented[index] if index < len(row.documented) else ""


def headed_cell(matrix: Matrix, row: Statement, column: str, index: int) -> tuple[str, str]:
    """Find the head of a column and a row's cell under it, as `cell_or` finds the cell.

    Returns:
        Both; the head is empty where the page has no such table.
    """
    heads = _heads(matrix, row.heading, len(row.documented))
    number = _column(matrix, row.heading, len(row.documented), column)
    if number is None and heads and len(heads[0]) == len(row.documented):
        head = heads[0][index] if -len(heads[0]) <= index < len(heads[0]) else ""
        return head, cell_or(matrix, row, column, index)
    head = next((h[number] for h in heads if number is not None and number < len(h)), "")
    return head, cell_or(matrix, row, column, index)


def _heads(matrix: Matrix, heading: str, width: int) -> list[tuple[str, ...]]:
    """Return the heads of the tables under a heading, those of as many columns first."""
    heads = [table.columns for table in matrix.tables if table.heading == heading]
    return sorted(heads, key=lambda head: len(head) != width)


@lru_cache(maxsize=4096)
def _column(matrix: Matrix, heading: str, width: int, column: str) -> int | None:
    for columns in _heads(matrix, heading, width):
        for number, name in enumerate(columns):
            if re.search(column, name, re.IGNORECASE):
                return number
    return None
