"""JSON Schemas, looked into."""

from __future__ import annotations

from typing import Any


def tables_of(schema: Any) -> list[dict[str, Any]]:
    """Every part of a schema that has keys of its own."""
    parts = schema.values() if isinstance(schema, dict) else schema
    if not isinstance(schema, (dict, list)):
        return []
    inner = [table for part in parts for table in tables_of(part)]
    return [schema, *inner] if isinstance(schema, dict) and "properties" in schema else inner
