"""The JSON Schema of a matrix, made from the declarations that the reader follows.

`python -m pytest_ddcompat.schema` prints it; it ships as `matrices/matrix.schema.json`.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pytest_ddcompat.matrix import Matrix
from pytest_ddcompat.reading import Row, schema_of
from pytest_ddcompat.rows import Statement

__all__ = ["matrix_schema"]


def matrix_schema() -> dict[str, Any]:
    """Describe a matrix file as JSON Schema, draft 2020-12."""
    rows = {*Row.__subclasses__(), *Statement.__subclasses__()} - {Matrix, Statement}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Compatibility matrix of pytest-ddcompat",
        **schema_of(Matrix),
        "$defs": {row.__name__.lower(): schema_of(row) for row in sorted(rows, key=str)},
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(matrix_schema(), indent=2) + "\n")
