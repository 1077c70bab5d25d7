"""The JSON Schemas of a matrix and of an overlay, made from the declarations of their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_ddcompat.matrix.fields import schema_of
from pytest_ddcompat.matrix.matrix import Matrix

if TYPE_CHECKING:
    from pytest_ddcompat.matrix.fields import Row

__all__ = ["matrix_schema", "overlay_schema"]


def matrix_schema() -> dict[str, Any]:
    """Describe a matrix file as JSON Schema, draft 2020-12."""
    return _schema("Compatibility matrix of pytest-ddcompat", Matrix)


def overlay_schema() -> dict[str, Any]:
    """Describe an overlay's file as JSON Schema, draft 2020-12."""
    from pytest_ddcompat.matrix.overlay.rows import OverlayFile

    return _schema("Overlay of a compatibility matrix of pytest-ddcompat", OverlayFile)


def _schema(title: str, file: type[Row]) -> dict[str, Any]:
    rows = sorted(_rows_within(file), key=lambda row: row.__name__)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **schema_of(file),
        "$defs": {row.__name__.lower(): schema_of(row) for row in rows},
    }


def _rows_within(row: type[Row]) -> set[type[Row]]:
    inside = {spec.kind.row for spec in row.fields.values() if spec.kind.row}
    return inside.union(*map(_rows_within, inside))
