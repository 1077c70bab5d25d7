"""The ways in which pytest loads the plugin, or is told not to."""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING

import pytest
from support.project import Project

if TYPE_CHECKING:
    from support.project import Run

BY_NAME = "@pytest.mark.requires_capability('api_security')\ndef test_named(): raise OSError\n"
IMPORTED = (
    "from pytest_ddcompat import requires_capability\n"
    "@requires_capability('api_security')\ndef test_imported(): raise OSError\n"
)
NAMES = ("pytest_ddcompat", "pytest_ddcompat.plugin", "ddcompat")
WAYS = [
    *(("-p", name) for name in NAMES),
    *(("PYTEST_PLUGINS", name) for name in NAMES[:2]),
    *(("-p", f"{a} -p {b}") for a, b in itertools.combinations(NAMES, 2)),
    ("PYTEST_PLUGINS", "pytest_ddcompat,pytest_ddcompat.plugin"),
    ("conftest", "pytest_ddcompat.plugin"),
    ("conftest", "pytest_ddcompat"),
]


@pytest.fixture
def plain(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose environment does not load the plugin by itself."""
    project = Project(pytester, monkeypatch)
    monkeypatch.delenv("PYTEST_PLUGINS")
    project.write("pytest.ini", "[pytest]\n")
    project.write("test_named.py", f"import pytest\n{BY_NAME}")
    project.write("test_imported.py", IMPORTED)
    return project


def run(
    project: Project, monkeypatch: pytest.MonkeyPatch, way: str, name: str, *, autoload: bool
) -> Run:
    if autoload:
        monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    if way == "PYTEST_PLUGINS":
        monkeypatch.setenv("PYTEST_PLUGINS", name)
    if way == "conftest":
        project.write("conftest.py", f"pytest_plugins = ['{name}']")
    options = f"-p {name}".split() if way == "-p" else []
    return project.run_apart(*options)


@pytest.mark.parametrize("autoload", [True, False])
@pytest.mark.parametrize(("way", "name"), WAYS)
def test_each_way_loads_the_plugin_once(
    plain: Project, monkeypatch: pytest.MonkeyPatch, way: str, name: str, autoload: bool
) -> None:
    plain.write("pytest.ini", "[pytest]\nfilterwarnings = ignore\n")
    facts = '["tracer=1.9.7", "python=3.11"]'
    plain.write("pyproject.toml", f"[tool.pytest.ini_options]\nddcompat_set = {facts}")
    (plain.path / "pytest.ini").unlink()
    done = run(plain, monkeypatch, way, name, autoload=autoload)
    assert (done.status, done.outcomes) == (0, {"skipped": "2"}), done.err
    assert len([line for line in done.out if "= ddcompat =" in line]) == 1


@pytest.mark.parametrize(
    ("blocked", "autoload", "gated"),
    [
        ("no:ddcompat", True, False),
        # As pytest does with each plugin: only the name of its entry point blocks it.
        ("no:pytest_ddcompat.plugin", True, True),
        ("no:pytest_ddcompat", True, True),
        ("no:ddcompat", False, False),
    ],
)
def test_without_the_plugin_an_imported_marker_fails_its_collection(
    plain: Project, monkeypatch: pytest.MonkeyPatch, blocked: str, autoload: bool, gated: bool
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--continue-on-collection-errors")
    done = run(plain, monkeypatch, "-p", blocked, autoload=autoload)
    if gated:
        assert done.status == 0
        return
    assert done.outcomes["errors"] == "1"
    assert any(
        line.startswith("E   ") and "requires_capability: pytest has not loaded the plugin" in line
        for line in done.out
    )
    # pytest itself only warns of a marker that it does not know.
    assert done.outcomes["failed"] == "1"


def test_a_program_that_is_no_test_run_may_import_tests(plain: Project) -> None:
    done = plain.pytester.run(sys.executable, "-c", "import test_imported")
    assert done.ret == 0
