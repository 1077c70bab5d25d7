"""What changes from one page to another, as Markdown that fits a GitHub step summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.cli.markdown import LARGEST, row, size, table
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_ddcompat.cli.diff import Answer

__all__ = ["markdown"]

_ROOM = LARGEST - 1000  # bytes for rows; the rest is for what stands around them

_Part = tuple[str, "tuple[str, ...]", "Sequence[tuple[str, ...]]"]
"""Title, head and rows of a table."""


def markdown(answer: Answer, headings: Mapping[str, str]) -> str:
    """Show what changes: less than 1 MiB, whatever its size.

    Args:
        answer: What changes.
        headings: What each kind of fact is called.
    """
    changes: Sequence[tuple[str, ...]] = [
        (headings[c.kind], c.row, c.old or "", c.new or "") for c in answer.changes
    ]
    parts: list[_Part] = [
        ("Documented facts that change", ("kind", "fact", "old", "new"), changes),
    ]
    for kind, turned in answer.turned.items():
        rows: Sequence[tuple[str, ...]] = [
            (one.name, one.statuses, "; ".join(one.why)) for one in turned
        ]
        title = f"{kind.capitalize()} that change their verdict"
        parts.append((title, (kind, "verdict", "because"), rows))
    lines = []
    for title, head, rows in parts:
        lines += [f"### {title}: {len(rows) or 'none'}", ""]
        if rows:
            lines += _fitting(head, rows, _ROOM // len(parts))
    return "\n".join(lines)


def _fitting(head: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[str]:
    """A table of as many rows as there is room for."""
    shown: list[list[str]] = []
    for cells in rows:
        line = [printable(cell) for cell in cells]
        room -= size([row(line)])
        if room < 0:
            break
        shown.append(line)
    left_out = len(rows) - len(shown)
    return [*table(head, shown), *([f"{left_out} more are left out.", ""] if left_out else [])]
