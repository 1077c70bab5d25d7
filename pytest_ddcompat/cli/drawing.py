"""Draw the rows of a matrix as Markdown tables: the page's words, and how they are read."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from pytest_ddcompat.analysis.rules import statements
from pytest_ddcompat.cli.markdown import table_row, words
from pytest_ddcompat.importer.tables import kind_of
from pytest_ddcompat.matrix.fields import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Statement

__all__ = ["draw_rows"]


def draw_rows(matrix: Matrix) -> str:
    """Draw every row of a matrix, with all its fields that can decide a verdict."""
    parts = []
    for (kind, heading, width, columns), rows in groupby(statements(matrix), _table_of):
        head = columns if len(columns) == width else _head(matrix, kind, heading, width)
        parts += [f"### {words(heading)}", _table(head, [row for _, _, row in rows])]
    return "\n\n".join(parts)


def _table_of(place: tuple[str, int, Statement]) -> tuple[str, str, int, Sequence[str]]:
    """Return kind, heading, width and head of a row's table; only open words have a head."""
    kind, _, row = place
    return kind, row.heading, len(row.documented), getattr(row, "columns", ())


def _head(matrix: Matrix, kind: str, heading: str, width: int) -> list[str]:
    """Return the head of the table that rows are of.

    A row does not say which of several tables under one heading is its own: then each column has
    the words of all.
    """
    heads = [
        table.columns
        for table in matrix.tables
        if (table.heading, len(table.columns)) == (heading, width)
        and kind_of(table.columns) in {kind, ""}
    ]
    columns = zip(*heads) if heads else [()] * width
    return [" or ".join(dict.fromkeys(column)) for column in columns]


def _table(head: Sequence[str], rows: Sequence[Statement]) -> str:
    lines = [table_row(map(_whole, [*head, "read as"])), table_row(["---"] * (len(head) + 1))]
    lines += [table_row([*map(_whole, each.documented), _whole(_reading(each))]) for each in rows]
    return "\n".join(lines)


def _whole(text: str) -> str:
    return words(text, len(text))


def _reading(statement: Statement) -> str:
    """Write the fields of a row that can decide a verdict, by which a new one is shown too."""
    values = cast("dict[str, Any]", plain(statement, _leaf))
    return "; ".join(
        f"{key} {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for key, value in values.items()
        if statement.fields[key].decides
    )


def _leaf(value: object) -> object:
    return value if isinstance(value, (bool, int)) else str(value)
