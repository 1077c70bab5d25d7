"""What type checkers and editors say of the public interface.

Tests of pyright need its npm package in the folder `DDCOMPAT_PYRIGHT`: `nox -s types` fetches it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
from support.language_server import LanguageServer

from pytest_ddcompat import Requirement, load_matrix
from pytest_ddcompat.requirement import bundled

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FRAGMENTS = ("architecture", "extending")  # pages whose blocks are parts of modules
PYRIGHT = os.environ.get("DDCOMPAT_PYRIGHT", "")
HERE = {"pythonVersion": "{}.{}".format(*sys.version_info), "reportMissingImports": "none"}
PYRIGHT_CONFIG = {"typeCheckingMode": "standard", **HERE}

# What a type checker must refuse, each line by itself.
WRONG = [
    "requires_capability(1)",
    'requires_capability("sca", frameworks="django")',
    'requires_capability("sca", framework=["django"])',
    'requires_capability("sca", support_level=1)',
    'require("sca", preview="yes")',
    'Requirement.deployment("docker", strict=True)',
]
IMPORTS = "from pytest_ddcompat import Requirement, require, requires_capability\n"

needs_mypy = pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")
needs_pyright = pytest.mark.skipif(not PYRIGHT, reason="DDCOMPAT_PYRIGHT is not set")


def literals(name: str) -> list[str]:
    """Return the names that a type of `bundled` lists before it allows any."""
    listed, any_other = get_args(getattr(bundled, name))
    assert any_other is str
    return [*get_args(listed)]


def test_listed_names_are_those_of_the_bundled_page() -> None:
    matrix = load_matrix()
    ids = [name for row in matrix.capabilities for name in (row.id, *row.aliases)]
    assert literals("Capability") == ids
    assert literals("Framework") == matrix.framework_names()
    assert literals("Deployment") == [row.id for row in matrix.deployments]
    assert literals("Datastore") == matrix.datastore_names()


def test_listed_levels_are_those_that_a_requirement_takes() -> None:
    levels = [Requirement.support_level(level).level for level in literals("Level")]
    assert set(levels) == {"general_availability", "maintenance", "end_of_life"}


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with each Python example of the documentation in a package of its page."""
    folder = tmp_path_factory.mktemp("examples")
    for page in PAGES:
        if page.stem not in FRAGMENTS:
            blocks = re.findall(r"(?m)^```python\n((?s:.*?))^```$", page.read_text("utf-8"))
            for number, block in enumerate(filter(re.compile("ddcompat").search, blocks)):
                path = folder / f"{page.stem.replace('-', '_')}_{number}.py"
                path.write_text(block, encoding="utf-8")
    (folder / "example_security.py").write_bytes((ROOT / "tests/example_security.py").read_bytes())
    return folder


def mypy(folder: Path) -> str:
    command = [sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports"]
    command += ["--config-file=", f"--cache-dir={folder / '.mypy_cache'}", "--no-error-summary"]
    # Outside the checkout, whose package would be found in the place of the installed one.
    done = subprocess.run([*command, "."], cwd=folder, check=False, capture_output=True, text=True)
    return done.stdout + done.stderr


def pyright(folder: Path) -> list[dict[str, Any]]:
    (folder / "pyrightconfig.json").write_text(json.dumps(PYRIGHT_CONFIG), encoding="utf-8")
    command = ["node", f"{PYRIGHT}/index.js", f"--pythonpath={sys.executable}", "--outputjson"]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)["generalDiagnostics"]
    return found


@needs_mypy
def test_mypy_accepts_the_examples(examples: Path) -> None:
    assert mypy(examples) == ""


@needs_pyright
def test_pyright_accepts_the_examples(examples: Path) -> None:
    assert [f"{found['file']}: {found['message']}" for found in pyright(examples)] == []


@needs_mypy
def test_mypy_refuses_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(IMPORTS + "\n".join(WRONG), encoding="utf-8")
    lines = {int(line.split(":")[1]) for line in mypy(tmp_path).splitlines() if "error" in line}
    assert lines == {*range(2, len(WRONG) + 2)}


@needs_pyright
def test_pyright_refuses_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(IMPORTS + "\n".join(WRONG), encoding="utf-8")
    lines = {found["range"]["start"]["line"] + 1 for found in pyright(tmp_path)}
    assert lines == {*range(2, len(WRONG) + 2)}


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    folder = tmp_path_factory.mktemp("editor")
    settings = {"venvPath": str(Path(sys.prefix).parent), "venv": Path(sys.prefix).name}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    server = LanguageServer(["node", f"{PYRIGHT}/langserver.index.js", "--stdio"], folder)
    yield server
    server.close()


@needs_pyright
@pytest.mark.parametrize(
    ("call", "name"),
    [
        ('requires_capability("|")', "Capability"),
        ('requires_capability("of_ones_own", "|")', "Capability"),
        ('requires_capability("sca", framework="|")', "Framework"),
        ('requires_capability("sca", framework=("flask", "|"))', "Framework"),
        ('requires_capability("sca", deployment="|")', "Deployment"),
        ('requires_capability("sca", datastore="|")', "Datastore"),
        ('requires_capability("sca", support_level="|")', "Level"),
        ('requires_framework("|")', "Framework"),
        ('requires_deployment("|")', "Deployment"),
        ('requires_support_level("|")', "Level"),
        ('require("|")', "Capability"),
        ('require("sca", framework="|")', "Framework"),
        ('require("sca", support_level="|")', "Level"),
        ('Requirement.capability("|")', "Capability"),
        ('Requirement.capability("sca", framework="|")', "Framework"),
        ('Requirement.capability("sca", support_level="|")', "Level"),
        ('Requirement.framework("|")', "Framework"),
        ('Requirement.deployment("|")', "Deployment"),
        ('Requirement.support_level("|")', "Level"),
        ('def test(ddcompat: Compatibility):\n    ddcompat.require("|")', "Capability"),
        ('def test(ddcompat: Compatibility):\n    ddcompat.check("a", framework="|")', "Framework"),
    ],
)
def test_editors_complete(call: str, name: str, editor: LanguageServer) -> None:
    offered = editor.completions(f"from pytest_ddcompat import *\n{call}\n")
    assert {*literals(name)} <= {*offered}
