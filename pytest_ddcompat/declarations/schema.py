"""The JSON Schema of a declarations file, made from the declarations of its keys."""

from __future__ import annotations

from typing import Any

from pytest_ddcompat.declarations.keys import KEYS
from pytest_ddcompat.declarations.requirements import KEYS as REQUIREMENT_KEYS
from pytest_ddcompat.declarations.requirements import MARKER_KEYS, PLATFORM_KEYS
from pytest_ddcompat.matrix.facts import FactDeclaration
from pytest_ddcompat.matrix.schema import document_schema, object_schema

__all__ = ["declarations_schema"]


def declarations_schema() -> dict[str, Any]:
    """Describe a declarations file as JSON Schema, draft 2020-12."""
    declaration = {
        **object_schema("What is said for some tests.", KEYS),
        "anyOf": [{"required": ["requires"]}, {"required": ["state"]}],
        "dependentRequired": {"when": ["state"]},
    }
    requirement = object_schema("What is required; all keys together.", REQUIREMENT_KEYS)
    schema = {
        "type": "object",
        "description": "What tests require and what is known of them, beside their sources.",
        "additionalProperties": False,
        "required": [],
        "properties": {
            "declarations": {
                "type": "array",
                "items": {"$ref": "#/$defs/declaration"},
                "description": "Declarations; all that a test has count together.",
            },
            "facts": {
                "type": "array",
                "items": {"$ref": "#/$defs/factdeclaration"},
                "description": "Facts of your own, as a matrix declares them.",
            },
        },
        "$defs": {
            "declaration": declaration,
            "factdeclaration": object_schema(
                "A fact of your own, which no page documents.", FactDeclaration.fields
            ),
            "platform": object_schema("A platform; all keys together.", PLATFORM_KEYS),
            "requirement": {**requirement, "anyOf": [{"required": [key]} for key in MARKER_KEYS]},
        },
    }
    return document_schema("Declarations of pytest-ddcompat", schema)
