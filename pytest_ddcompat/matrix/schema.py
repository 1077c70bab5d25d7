"""The JSON Schemas of a matrix and of an overlay, made from the declarations of their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_ddcompat.matrix.matrix import Matrix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_ddcompat.matrix.fields import Key, Row

__all__ = ["document_schema", "matrix_schema", "object_schema", "overlay_schema"]


def matrix_schema() -> dict[str, Any]:
    """Describe a matrix file as JSON Schema, draft 2020-12."""
    return _schema("Compatibility matrix of pytest-ddcompat", Matrix)


def overlay_schema() -> dict[str, Any]:
    """Describe an overlay's file as JSON Schema, draft 2020-12."""
    from pytest_ddcompat.matrix.overlay.rows import OverlayFile

    return _schema("Overlay of a compatibility matrix of pytest-ddcompat", OverlayFile)


def _schema(title: str, file: type[Row]) -> dict[str, Any]:
    rows = sorted(_rows_within(file), key=lambda row: row.__name__)
    defined = {row.__name__.lower(): _row_schema(row) for row in rows}
    return document_schema(title, {**_row_schema(file), "$defs": defined})


def _row_schema(row: type[Row]) -> dict[str, Any]:
    return object_schema((row.__doc__ or "").strip().splitlines()[0], row.fields)


def document_schema(title: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of a whole document, draft 2020-12, with its title."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **schema,
    }


def object_schema(doc: str, keys: Mapping[str, Key]) -> dict[str, Any]:
    """Describe a table of declared keys as JSON Schema, every key with its meaning."""
    return {
        "type": "object",
        "description": doc,
        "additionalProperties": False,
        "required": [key for key, spec in keys.items() if spec.required],
        "properties": {
            key: {**spec.kind.schema, "description": spec.doc} for key, spec in keys.items()
        },
    }


def _rows_within(row: type[Row]) -> set[type[Row]]:
    inside = {spec.kind.row for spec in row.fields.values() if spec.kind.row}
    return inside.union(*map(_rows_within, inside))
