"""Which room of the package may import which, and whether architecture.md names them all."""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/explanation/architecture.md"
PACKAGE = "pytest_ddcompat"

# What each room, or module beside the rooms, may import of the package.
VALUES = {"values"}
INPUTS = {*VALUES, "matrix", "environment"}
EVALUATION = {*INPUTS, "requirement", "evaluation"}
MAY_IMPORT = {
    "values": VALUES,
    "matrix": {*VALUES, "matrix"},
    "environment": {*VALUES, "environment"},
    "requirement": {*INPUTS, "requirement", "declared"},
    "declarations": {*INPUTS, "requirement", "declarations"},
    "importer": {*INPUTS, "importer"},
    "evaluation": {*EVALUATION, "declarations"},
    "record": {*EVALUATION, "record"},
    "analysis": {*EVALUATION, "analysis"},
    "jobs": {*EVALUATION, "declarations", "record", "analysis", "jobs"},
    "planning": {*EVALUATION, "planning"},
    "session": {*EVALUATION, "declarations", "record", "session", "declared", "__version__"},
    "cli": {
        *EVALUATION, "declarations", "record", "analysis", "jobs", "planning", "importer", "cli",
        "declared",
    },
    "declared": INPUTS,
}  # fmt: skip
HAND_ON = {"__init__", "__main__", "plugin"}  # these may import all of the package

# Where else than in these may not be imported.
ONLY_IN = {
    "pytest": r"requirement\.(markers|conditions)|session\..*|plugin|declared",
    "rich": r"cli\..*",
    "jinja2": r"cli\..*",
    "markdown_it": r"importer\..*",
    "yaml": r"importer\..*",
    "bs4": r"importer\..*",
    "duckdb": r"jobs\..*",
    "sqlglot": r"jobs\..*",
    "tomlkit": r"jobs\..*",
}


def imports(root: Path) -> dict[str, set[str]]:
    """Map each module to the names that it imports, also in functions and for types only."""
    found: dict[str, set[str]] = {}
    for path in root.joinpath(PACKAGE).rglob("*.py"):
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        names = found.setdefault(module.replace(".__init__", ""), set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                relative = "." * node.level + (node.module or "")
                base = resolve_name(relative, module.rpartition(".")[0])
                names.update(f"{base}.{alias.name}" for alias in node.names)
                names.add(base)
    return found


def violations(root: Path) -> list[str]:
    """List what the rules forbid: one line for each module and room or library, and circles."""
    graph = imports(root)
    found = set()
    for module, names in graph.items():
        place = module.partition(".")[2] or "__init__"
        room = place.partition(".")[0]
        for name in names:
            library, _, inner = name.lstrip("_").partition(".")
            other = inner.partition(".")[0]
            if library == PACKAGE and room not in HAND_ON and other:
                if other not in MAY_IMPORT.get(room, ()):
                    found.add(f"{place} imports {other}")
            elif not re.fullmatch(ONLY_IN.get(library, ".*"), place):
                found.add(f"{place} imports {library}")
    return sorted({*found, *circles(graph)})


def circles(graph: dict[str, set[str]]) -> list[str]:
    """List circles between modules, until the imports that are left have none."""
    found: list[str] = []
    modules = graph.keys() - {PACKAGE}
    within = {module: graph[module] & modules - {module} for module in modules}
    while True:
        try:
            TopologicalSorter(within).prepare()
        except CycleError as error:
            first, second, *_ = circle = error.args[1]
            within[second].remove(first)
            names = sorted({module.partition(".")[2] for module in circle})
            found.append(f"circle: {', '.join(names)}")
        else:
            return found


def test_imports_point_downwards() -> None:
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param(
            {
                "__init__": "if TYPE_CHECKING:\n    from pytest_ddcompat.matrix.rows import Row",
                "plugin": "import pytest\nfrom pytest_ddcompat.session import state",
                "session/state": "from _pytest import nodes\nfrom pytest_ddcompat import declared",
                "matrix/rows": "import json, tomli\nfrom pytest_ddcompat.values.names import shown",
                "cli/check": "import rich.table\nfrom . import output",
                "cli/output": "from ..matrix.rows import Row",
            },
            [],
            id="all allowed",
        ),
        pytest.param(
            {"values/names": "from pytest_ddcompat.matrix.rows import Row"},
            ["values.names imports matrix"],
            id="upwards",
        ),
        pytest.param(
            {"values/names": "import pytest_ddcompat.matrix.rows as rows"},
            ["values.names imports matrix"],
            id="upwards, without from",
        ),
        pytest.param(
            {"matrix/overlay/apply": "def f():\n    from pytest_ddcompat.analysis import lint"},
            ["matrix.overlay.apply imports analysis"],
            id="in a function",
        ),
        pytest.param(
            {"record/format": "if TYPE_CHECKING:\n    from pytest_ddcompat.session import gate"},
            ["record.format imports session"],
            id="for types only",
        ),
        pytest.param(
            {"matrix/overlay/__init__": "from ...environment import fact"},
            ["matrix.overlay imports environment"],
            id="relative, to the side",
        ),
        pytest.param(
            {"session/gate": "from pytest_ddcompat import Environment"},
            ["session.gate imports Environment"],
            id="a public name",
        ),
        pytest.param(
            {"cli/report": "from pytest_ddcompat.session.summary import line"},
            ["cli.report imports session"],
            id="the session from a command",
        ),
        pytest.param(
            {"declared": "from pytest_ddcompat.session.state import State"},
            ["declared imports session"],
            id="a module beside the rooms",
        ),
        pytest.param(
            {"attic/old": "from pytest_ddcompat.values import names"},
            ["attic.old imports values"],
            id="a room without rules",
        ),
        pytest.param(
            {
                "matrix/a": "from pytest_ddcompat.matrix.b import x",
                "matrix/b": "def f():\n    from pytest_ddcompat.matrix import c",
                "matrix/c": "if TYPE_CHECKING:\n    from .a import y",
            },
            ["circle: matrix.a, matrix.b, matrix.c"],
            id="a circle",
        ),
        pytest.param(
            {
                "matrix/a": "from pytest_ddcompat.matrix import b",
                "matrix/b": "from pytest_ddcompat.matrix import a",
                "cli/c": "from pytest_ddcompat.cli import d",
                "cli/d": "from pytest_ddcompat.cli import c",
            },
            ["circle: cli.c, cli.d", "circle: matrix.a, matrix.b"],
            id="two circles",
        ),
        pytest.param(
            {"requirement/markers": "import pytest", "requirement/requirement": "import pytest"},
            ["requirement.requirement imports pytest"],
            id="pytest in a core module",
        ),
        pytest.param(
            {"evaluation/policy": "from _pytest.config import Config"},
            ["evaluation.policy imports pytest"],
            id="pytest by its private package",
        ),
        pytest.param(
            {"importer/tables": "import bs4, yaml, markdown_it", "cli/matrix": "import bs4, yaml"},
            ["cli.matrix imports bs4", "cli.matrix imports yaml"],
            id="the importer's libraries",
        ),
        pytest.param(
            {"plugin": "import rich", "analysis/grid": "def f():\n    from jinja2 import Template"},
            ["analysis.grid imports jinja2", "plugin imports rich"],
            id="the commands' libraries",
        ),
    ],
)
def test_violation_is_found(files: dict[str, str], found: list[str], tmp_path: Path) -> None:
    for name in ("matrix/rows", "analysis/lint", "session/gate", *files):
        path = tmp_path / PACKAGE / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files.get(name, ""), encoding="utf-8")
    assert violations(tmp_path) == found


def test_page_names_what_exists() -> None:
    named = set(re.findall(r"`([\w/]+(?:/|\.py))`", PAGE.read_text(encoding="utf-8")))
    assert named
    assert not {n for n in named if not any((r / n).exists() for r in (ROOT / PACKAGE, ROOT))}


def test_page_has_a_paragraph_for_each_room() -> None:
    text = PAGE.read_text(encoding="utf-8")
    paragraphs = re.findall(r"^### `(\w+)/`\n\n\w", text, re.MULTILINE)
    rooms = {path.parent.name for path in (ROOT / PACKAGE).glob("*/*.py")}
    assert sorted(paragraphs) == sorted(rooms)
    inner = {path.parent for path in (ROOT / PACKAGE).glob("*/*/*.py")}
    assert all(f"`{path.relative_to(ROOT / PACKAGE)}/`" in text for path in inner)
