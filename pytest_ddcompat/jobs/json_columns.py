"""Columns that hold JSON: read, and refused if they hold what no packing has written."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.jobs.tables import RUNS, TESTS
from pytest_ddcompat.matrix.fields import Key
from pytest_ddcompat.matrix.kinds import array, text
from pytest_ddcompat.record.format import DECLARATION, KNOWN_FACTS, object_kind
from pytest_ddcompat.values.errors import CompatibilityError, Place
from pytest_ddcompat.values.text import as_json

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["JSON_COLUMNS", "parsed"]

_PAGE = object_kind("A page.", id=Key(text, "Its id."), sha256=Key(text, "Its SHA-256."))
JSON_COLUMNS = {
    "matrices": (RUNS.name, array(_PAGE)),
    "requires": (TESTS.name, array(text)),
    "declarations": (TESTS.name, array(DECLARATION)),
    "facts": (TESTS.name, KNOWN_FACTS),
}
"""The columns: the table of each, and what it holds, in the form of a record."""


def parsed(row: Mapping[str, Any], column: str) -> Any:
    """Return what a column of JSON holds; rows share the value, so nobody may change it.

    Args:
        row: A row of a question, with the column.
        column: Its name, one of `JSON_COLUMNS`.

    Raises:
        CompatibilityError: It holds no JSON of the column's form; table and column are named.
    """
    return _parsed(column, row[column])


@lru_cache(maxsize=2_000)  # many tests share their markers, declarations and facts
def _parsed(column: str, content: str | None) -> Any:
    table, kind = JSON_COLUMNS[column]
    place = Place(f"table {table}", [], f"column {column}", as_json)
    try:
        value = json.loads("" if content is None else content)
        kind.read(value, place)
    except (ValueError, RecursionError):
        held = "null" if content is None else f'"{content:.80}"'
        place.problem(f"this must be JSON (got {held})")
    if place.problems:
        raise CompatibilityError(place.problems[:1])
    return value
