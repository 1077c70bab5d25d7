"""Read the cells of a row together, those of unknown columns too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.importer.prose import limited, may_limit
from pytest_ddcompat.importer.words import status_of_label

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from pytest_ddcompat.importer.blocks import Words
    from pytest_ddcompat.importer.draft import Draft
    from pytest_ddcompat.importer.readers import Column

__all__ = [
    "UNKNOWN_CELL", "WHOLE", "limit_by_cells", "read_cells", "unread_cells",
]  # fmt: skip

UNKNOWN_CELL = "a cell of an unknown column"
WHOLE = {"releases", "runtimes"}
"""Kinds of rows that need every cell to be understood."""

_NOT_THERE = {"not_supported", "not_applicable", "pending"}


def read_cells(
    kind: str, row: Sequence[str], columns: dict[int, Column]
) -> tuple[dict[str, Any] | None, dict[int, str]]:
    """Read a row of a table.

    Args:
        kind: Key of the matrix that the row is for.
        row: Words of its cells.
        columns: The columns that are read, by their index.

    Returns:
        The row's keys, or None where a cell that it needs is not understood; and why cells are
        not understood, by their index.
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
    """Merge the keys that cells give; two that contradict each other give a reason."""
    values: dict[str, Any] = {}
    refused: set[str] = set()
    for number, words in found.items():
        for key, value in words.values.items():
            if key == "capabilities":
                marks = values.setdefault(key, {})
                # Two columns may speak of one capability: where they differ, neither counts.
                for name, mark in value.items():
                    marks[name] = mark if marks.get(name, mark) == mark else "unresolved"
            elif values.setdefault(key, value) != value:
                reasons[number] = "another cell of the row says otherwise"
                refused.add(key)
    return {key: value for key, value in values.items() if key not in refused}


def _finished(kind: str, name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Add what needs the whole row: a status in its name, or that it has no marks."""
    label = status_of_label(name)
    if kind == "capabilities":
        # A name that says "not supported" beside a version: one of both is wrong.
        if label in _NOT_THERE and not values.get("status"):
            return {"id": values["id"], "aliases": values.get("aliases"), "status": "unresolved"}
        return {**values, "status": values.get("status") or label}
    if kind == "deployments":
        marks = values.get("capabilities", {})
        marked_as = {"": True, "deprecated": True, "preview": "preview"}.get(label, "unresolved")
        marked = {key: marked_as if mark is True else mark for key, mark in marks.items()}
        return {**values, "capabilities": marked}
    if kind == "frameworks":
        values.setdefault("capabilities", {})
    return values


def unread_cells(head: Sequence[str], row: Sequence[str], columns: Container[int]) -> list[str]:
    """Return the words of cells in unknown columns, each after its column's head."""
    return [
        f"{head[number]} {words}"
        for number, words in enumerate(row)
        if number not in columns and re.search(r"\w", words)
    ]


def limit_by_cells(kind: str, row: dict[str, Any], words: Sequence[str], draft: Draft) -> None:
    """Leave open what cells of unknown columns may limit, once all capabilities are known.

    Args:
        kind: Key of the matrix that the row is for.
        row: The row, whose own marks are left open.
        words: As from `unread_cells`.
        draft: The draft, which keeps the row open for other capabilities.
    """
    telling = [text for text in words if may_limit(text)]
    if not telling:
        return
    rows = [row] if kind == "capabilities" else []
    # A row of a capability or of marks says itself what it speaks of.
    names_itself = kind == "capabilities" or "capabilities" in row
    for text in telling:
        rows += draft.capabilities_in(text) if names_itself else limited(text, draft)
    marks = row.get("capabilities", {})
    ids = [id_ for id_ in dict.fromkeys(each["id"] for each in rows) if id_ not in marks]
    sure = [name for name, mark in marks.items() if mark in {True, "preview"}]
    if sure:
        marks.update(dict.fromkeys(sure, "unresolved"))
        notes = (row.pop("interpretation", ""), f"{UNKNOWN_CELL} may limit the row")
        row["interpretation"] = "; ".join(filter(None, notes))
    if ids:
        draft.limit(row, ids, f"{UNKNOWN_CELL} may limit it")
