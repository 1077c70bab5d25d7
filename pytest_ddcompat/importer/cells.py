"""What the cells of a row say together, and what those do that no column is known for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.importer.prose import limited, may_limit
from pytest_ddcompat.importer.words import status_of_label

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from pytest_ddcompat.importer.blocks import Words
    from pytest_ddcompat.importer.draft import Draft
    from pytest_ddcompat.importer.readers import Column

__all__ = [
    "UNKNOWN_CELL", "WHOLE", "leave_open", "limit_by_cells", "limited_by", "read_cells",
    "unread_cells",
]  # fmt: skip

UNKNOWN_CELL = "a cell of an unknown column"
WHOLE = {"releases", "runtimes"}
"""Kinds of rows that say nothing unless every cell is understood."""

_NOT_THERE = {"not_supported", "not_applicable", "pending"}


def read_cells(
    kind: str, row: Sequence[str], columns: dict[int, Column]
) -> tuple[dict[str, Any] | None, dict[int, str]]:
    """Understand a row of a table by itself.

    Args:
        kind: What it is a row of.
        row: Words of its cells.
        columns: The columns that are read, by their number.

    Returns:
        Keys of the row, or None where cells that it cannot do without are not understood; and
        why single cells are not, by their index.
    """
    found = {number: column.read(row[number]) for number, column in columns.items()}
    reasons = {number: words.reason for number, words in found.items() if words.reason}
    if not row[0]:
        reasons[0] = "a row without a name"
    values = _merged(found, reasons)
    if reasons and (0 in reasons or kind in WHOLE):
        return None, reasons
    notes = dict.fromkeys(words.interpretation for words in found.values() if words.interpretation)
    return {**_finished(kind, row[0], values), "interpretation": "; ".join(notes)}, reasons


def _merged(found: dict[int, Words], reasons: dict[int, str]) -> dict[str, Any]:
    """What the cells of a row say together; where two contradict each other, that is a reason."""
    values: dict[str, Any] = {}
    refused: set[str] = set()
    for number, words in found.items():
        for key, value in words.values.items():
            if key == "capabilities":
                marks = values.setdefault(key, {})
                for name, mark in value.items():
                    marks[name] = mark if marks.get(name, mark) == mark else "unresolved"
            elif values.setdefault(key, value) != value:
                reasons[number] = "another cell of the row says otherwise"
                refused.add(key)
    return {key: value for key, value in values.items() if key not in refused}


def _finished(kind: str, name: str, values: dict[str, Any]) -> dict[str, Any]:
    """What only the whole row can tell: the status that the name has, or no marks."""
    label = status_of_label(name)
    if kind == "capabilities":
        if label in _NOT_THERE and not values.get("status"):
            return {"id": values["id"], "aliases": values.get("aliases"), "status": "unresolved"}
        return {**values, "status": values.get("status") or label}
    if kind == "deployments":
        marks = values.get("capabilities", {})
        told = {"": True, "deprecated": True, "preview": "preview"}.get(label, "unresolved")
        marked = {key: told if mark is True else mark for key, mark in marks.items()}
        return {**values, "capabilities": marked}
    return (
        {**values, "capabilities": values.get("capabilities", {})}
        if kind == "frameworks"
        else values
    )


def unread_cells(head: Sequence[str], row: Sequence[str], columns: Container[int]) -> list[str]:
    """The words of a row's cells in unknown columns, each behind those of its column's head.

    Args:
        head: Words of the table's head.
        row: Words of the row's cells.
        columns: The columns that are known.
    """
    return [
        f"{head[number]} {words}"
        for number, words in enumerate(row)
        if number not in columns and re.search(r"\w", words)
    ]


def limit_by_cells(kind: str, row: dict[str, Any], words: Sequence[str], draft: Draft) -> None:
    """Leave open what cells of unknown columns may limit, once all capabilities are known.

    Args:
        kind: What it is a row of.
        row: The row; its own marks are left open.
        words: Those of each cell, behind those of its column's head.
        draft: Keeps the row open for other capabilities.
    """
    ids = limited_by(kind, row, words, draft)
    leave_open(kind, row, words)
    if ids:
        draft.limit(row, ids, f"{UNKNOWN_CELL} may limit it")


def limited_by(kind: str, row: dict[str, Any], words: Iterable[str], draft: Draft) -> list[str]:
    """The ids of the capabilities, but for those that a row marks, that such cells may limit.

    Args:
        kind: What it is a row of.
        row: The row.
        words: As for `limit_by_cells`.
        draft: Knows the capabilities.
    """
    telling = [text for text in words if may_limit(text)]
    if kind == "capabilities" or "capabilities" in row:
        rows = [each for text in telling for each in draft.named(text)]
        if kind == "capabilities" and telling:
            rows = [row, *rows]
    else:
        rows = [each for text in telling for each in limited(text, draft)]
    return [id_ for id_ in dict.fromkeys(each["id"] for each in rows) if id_ not in _marks(row)]


def _marks(row: dict[str, Any]) -> dict[str, Any]:
    return row.get("capabilities") or {}


def leave_open(kind: str, row: dict[str, Any], words: Iterable[str]) -> None:
    """Leave the marks of a row open where such cells may limit it.

    Args:
        kind: What it is a row of.
        row: The row.
        words: As for `limit_by_cells`.
    """
    if kind == "capabilities" or "capabilities" not in row or not any(map(may_limit, words)):
        return
    sure = [name for name, mark in _marks(row).items() if mark in {True, "preview"}]
    row["capabilities"].update(dict.fromkeys(sure, "unresolved"))
    if sure:
        notes = (row.pop("interpretation", ""), f"{UNKNOWN_CELL} may limit the row")
        row["interpretation"] = "; ".join(filter(None, notes))
