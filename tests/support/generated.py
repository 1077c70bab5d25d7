"""Files in `matrices/` that are made from others: `python tests/support/generated.py` writes them.

It is run from a checkout, after a change of a matrix, of its interpretations, or of a declaration
that a schema follows. A test compares every file with what is made anew.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_ddcompat.environment.fact import facts_schema
from pytest_ddcompat.matrix.fields import plain
from pytest_ddcompat.matrix.loading import matrix_from_toml
from pytest_ddcompat.matrix.schema import matrix_schema, overlay_schema
from pytest_ddcompat.record.format import record_schema
from pytest_ddcompat.values.versions import Range, Version

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_ddcompat.matrix.matrix import Matrix

MATRICES: Final = Path(__file__).parents[2] / "matrices"
IDS: Final = sorted(
    file.stem for file in MATRICES.glob("*.toml") if not file.stem.endswith(".overlay")
)


def _schema(describe: Callable[[], dict[str, Any]]) -> Callable[[], str]:
    return lambda: json.dumps(describe(), indent=2) + "\n"


def prepared(matrix: Matrix) -> str:
    """Write a matrix as the JSON that the package loads."""
    return json.dumps(plain(matrix, _leaf), indent=1, ensure_ascii=False) + "\n"


def _leaf(value: object) -> object:
    if isinstance(value, Range):
        return [str(specifier) for specifier in value.specifiers]
    return str(value) if isinstance(value, (dt.date, Version)) else value


def _prepared(matrix_id: str) -> Callable[[], str]:
    return lambda: prepared(matrix_from_toml(matrix_id))


GENERATED: Final[dict[str, Callable[[], str]]] = {
    "facts.schema.json": _schema(facts_schema),
    "matrix.schema.json": _schema(matrix_schema),
    "overlay.schema.json": _schema(overlay_schema),
    "record.schema.json": _schema(record_schema),
    **{f"{matrix_id}.prepared.json": _prepared(matrix_id) for matrix_id in IDS},
}
"""Each file's name, and the function that returns its text."""


if __name__ == "__main__":
    for name, make in GENERATED.items():
        (MATRICES / name).write_bytes(make().encode())
