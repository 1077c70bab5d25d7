"""Write TOML: values, and a matrix."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["to_toml", "toml_value"]

_SCHEMA = "#:schema matrix.schema.json"


def to_toml(mapping: Mapping[str, Any]) -> str:
    """Return the text of a matrix's file, with a table for each row."""
    lines = [_SCHEMA, "", "[page]", *_pairs(mapping["page"])]
    for kind, rows in mapping.items():
        for row in rows if kind != "page" else ():
            lines += ["", f"[[{kind}]]", *_pairs(row)]
    return "\n".join(lines) + "\n"


def _pairs(row: Mapping[str, Any]) -> Iterator[str]:
    return (f"{key} = {toml_value(value)}" for key, value in row.items())


def toml_value(value: object) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{key} = {toml_value(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, dt.date):
        return value.isoformat()
    # JSON's strings, numbers and booleans are TOML's, but for characters that cannot be seen.
    return "".join(map(_visible, json.dumps(value, ensure_ascii=False)))


def _visible(character: str) -> str:
    return character if character.isprintable() else f"\\U{ord(character):08x}"
