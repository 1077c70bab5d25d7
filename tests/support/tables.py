"""Tables of the reference pages that are made from the JSON Schemas: key, value and meaning."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_ddcompat.declarations.schema import declarations_schema
from pytest_ddcompat.environment.fact import facts_schema
from pytest_ddcompat.jobs.account import coverage_schema
from pytest_ddcompat.jobs.tables import TABLES
from pytest_ddcompat.jobs.wins.account import wins_schema
from pytest_ddcompat.matrix.schema import matrix_schema, overlay_schema
from pytest_ddcompat.matrix.statement import Statement
from pytest_ddcompat.record.format import record_schema

if TYPE_CHECKING:
    from collections.abc import Callable


def packed_schema() -> dict[str, Any]:
    """Describe the tables of packed records as a schema does the keys of a file."""
    return {
        "properties": {
            table.name: {
                "properties": {
                    column.name: {"type": column.type, "description": column.meaning}
                    for column in table.columns
                }
            }
            for table in TABLES
        }
    }


REFERENCE: Final = Path(__file__).parents[2] / "docs/reference"
SCHEMAS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "coverage": coverage_schema,
    "declarations": declarations_schema,
    "facts": facts_schema,
    "matrix": matrix_schema,
    "overlay": overlay_schema,
    "packed": packed_schema,
    "record": record_schema,
    "wins": wins_schema,
}
TABLE: Final = re.compile(
    r"(?m)^<!-- keys: (?P<schema>\w+)(?P<steps>(?: \w+)*?)"
    r"(?: (?P<less>without statements|only [\w ]+))? -->\n"
    r"(?s:.*?)^<!-- end of keys -->$"
)
"""A table of a page: the name of a schema, and the keys that lead to an object in it."""


def made_anew(page: str) -> str:
    """Return the text of a page with its tables made from the schemas."""
    return TABLE.sub(_table, page)


def _table(found: re.Match[str]) -> str:
    schema = SCHEMAS[found["schema"]]()
    for step in found["steps"].split():
        schema = schema.get("$defs", {}).get(step) or schema["properties"][step]
        schema = schema.get("items", schema)
    only = (found["less"] or "").partition("only ")[2].split()
    hidden = set(Statement.fields) if found["less"] else set()
    rows = [
        f"| `{key}` | {_value(value)} | {_meaning(value, key in schema.get('required', ()))} |"
        for key, value in schema["properties"].items()
        if (key in only if only else key not in hidden)
    ]
    opening = found[0].partition("\n")[0]
    head = ["| key | value | meaning |", "| --- | --- | --- |"]
    return "\n".join([opening, *head, *rows, "<!-- end of keys -->"])


def _meaning(value: dict[str, Any], required: bool) -> str:
    return f"{'**Required.** ' if required else ''}{value['description']}".replace("|", "\\|")


def _value(schema: dict[str, Any]) -> str:
    """Return in words what a schema admits."""
    if "anyOf" in schema:
        return " or ".join(map(_value, schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(f"`{_written(value)}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "$ref" in schema:
        row = schema["$ref"].rpartition("/")[2]
        return f"[{row}](#{row})"
    return _of_type(schema)


def _of_type(schema: dict[str, Any]) -> str:
    inner = schema.get("items", schema.get("additionalProperties"))
    if isinstance(inner, dict):
        return f"{'array' if 'items' in schema else 'names'}: {_value(inner)}"
    kinds = schema.get("format", schema["type"])
    kind: str = kinds if isinstance(kinds, str) else " or ".join(kinds)
    example = "".join(f", such as `{_written(each)}`" for each in schema.get("examples", ())[:1])
    return kind if kind in {"date", "boolean"} else kind + example


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


if __name__ == "__main__":
    for file in REFERENCE.glob("*.md"):
        text = file.read_text(encoding="utf-8")
        file.write_bytes(made_anew(text).encode())
