"""Kinds of JSON that the schemas of answers share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_ddcompat.matrix.fields import Key, Kind
from pytest_ddcompat.matrix.kinds import array, mapping, text
from pytest_ddcompat.matrix.schema import object_schema

if TYPE_CHECKING:
    from pytest_ddcompat.jobs.selection import Suite

__all__ = ["COUNT", "DAY", "STRING", "SUITE", "described", "nullable", "object_of", "suite_of"]


def described(schema: dict[str, Any]) -> Kind:
    """Make a kind that is only written, never read."""
    return Kind(lambda value, _: value, schema)


def object_of(doc: str, **keys: Key) -> Kind:
    """Make the kind of an object with these keys."""
    return described(object_schema(doc, keys))


def nullable(kind: Kind) -> Kind:
    """Make a kind that may be null too."""
    return described({"anyOf": [kind.schema, {"type": "null"}]})


STRING = described({"type": "string"})
COUNT = described({"type": "integer", "minimum": 0})
DAY = described({"type": "string", "format": "date"})
SUITE = object_of(
    "Runs that can be compared.",
    id=Key(text, "Digest of repository and pages."),
    repository=Key(nullable(text), "Address of the repository; null: not known."),
    pages=Key(mapping(text), "SHA-256 of each page's matrix, by its id."),
    commits=Key(array(nullable(text)), "Hashes of the commits; null: not known."),
    runs=Key(COUNT, "Number of runs."),
)


def suite_of(suite: Suite) -> dict[str, Any]:
    """Return a suite as JSON has it."""
    return {**suite._asdict(), "commits": [*suite.commits]}
