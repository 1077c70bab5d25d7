"""Files that are made from others: `python tests/support/generated.py` writes them.

It is run from a checkout, after a change of a matrix, of its interpretations, or of a declaration
that a schema follows. A test compares every file with what is made anew.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_ddcompat.cli.plan_schema import plan_schema
from pytest_ddcompat.declarations.schema import declarations_schema
from pytest_ddcompat.environment.fact import IMPLEMENTATIONS, facts_schema
from pytest_ddcompat.jobs.account import coverage_schema
from pytest_ddcompat.jobs.wins.account import wins_schema
from pytest_ddcompat.matrix.fields import plain
from pytest_ddcompat.matrix.loading import matrix_from_toml
from pytest_ddcompat.matrix.rows import LEVELS
from pytest_ddcompat.matrix.schema import matrix_schema, overlay_schema
from pytest_ddcompat.record.format import record_schema
from pytest_ddcompat.values.versions import Range, Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_ddcompat.matrix.matrix import Matrix

ROOT: Final = Path(__file__).parents[2]
MATRICES: Final = ROOT / "matrices"
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


_NAMES_HEAD: Final = '''\
"""Names of the bundled pages, for editors to complete; `nox -s generate` writes this file.

Each type is any string, as other pages and overlays have names of their own. Import this module
for types only: making them is no part of what a first verdict costs.
"""

from __future__ import annotations

from typing import Literal, Union

__all__ = [
    "Capability",
    "Cpus",
    "Datastores",
    "Deployment",
    "Deployments",
    "Framework",
    "Frameworks",
    "Implementations",
    "Level",
    "Systems",
]
'''


def _bundled_names() -> str:
    """Write the names of the bundled matrices as types that editors complete."""
    matrices = [*map(matrix_from_toml, IDS)]
    names = {
        "Capability": [n for m in matrices for c in m.capabilities for n in (c.id, *c.aliases)],
        "Framework": [name for m in matrices for name in m.framework_names()],
        "Deployment": [row.id for m in matrices for row in m.deployments],
        "Datastore": [name for m in matrices for name in m.datastore_names()],
        "Level": [*reversed(LEVELS), "ga", "eol"],
        "System": ["linux", "macos", "windows"],
        "Cpu": ["x86-64", "aarch64", "i686"],
        "Implementation": [*IMPLEMENTATIONS],
    }
    return _NAMES_HEAD + "".join(map(_names_type, names, names.values()))


def _names_type(name: str, values: Iterable[str]) -> str:
    listed = "".join(f'        "{value}",\n' for value in dict.fromkeys(values))
    text = f"\n{name} = Union[\n    Literal[\n{listed}    ],\n    str,\n]\n"
    if name not in {"Capability", "Level"}:
        text += f'{name}s = Union[{name}, "tuple[{name}, ...]", None]\n'
    return text


GENERATED: Final[dict[str, Callable[[], str]]] = {
    "matrices/coverage.schema.json": _schema(coverage_schema),
    "matrices/declarations.schema.json": _schema(declarations_schema),
    "matrices/facts.schema.json": _schema(facts_schema),
    "matrices/matrix.schema.json": _schema(matrix_schema),
    "matrices/overlay.schema.json": _schema(overlay_schema),
    "matrices/plan.schema.json": _schema(plan_schema),
    "matrices/record.schema.json": _schema(record_schema),
    "matrices/wins.schema.json": _schema(wins_schema),
    **{f"matrices/{matrix_id}.prepared.json": _prepared(matrix_id) for matrix_id in IDS},
    "pytest_ddcompat/requirement/bundled.py": _bundled_names,
}
"""Each file's path, and the function that returns its text."""


if __name__ == "__main__":
    for name, make in GENERATED.items():
        (ROOT / name).write_bytes(make().encode())
