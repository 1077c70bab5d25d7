"""Write a matrix as TOML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_ddcompat.values.toml import toml_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["to_toml"]

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
