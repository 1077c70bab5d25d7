"""Markers whose names a suite or plugin has registered are left to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.core import XDIST

if TYPE_CHECKING:
    from support.project import Project

INI = "[pytest]\nmarkers =\n    requires_python(version): ours\n    requires_fact: ours too\n"
CONFTEST = """
    def pytest_configure(config):
        config.addinivalue_line("markers", "requires_python(version): ours")
        config.addinivalue_line("markers", "requires_fact")
"""
OTHERS = """
    import pytest
    @pytest.mark.requires_python(3, minor=99)
    @pytest.mark.requires_fact
    def test_others(): pass
"""
OURS = """
    import pytest
    @pytest.mark.requires_platform(os="plan9")
    @pytest.mark.requires_python(3)
    def test_ours(): pass
"""
LINES = [
    f"{name} does not gate tests: your suite or a plugin registers a marker of that name"
    for name in ("requires_fact", "requires_python")
]


@pytest.fixture(params=["pytest.ini", "conftest.py"])
def registered(request: pytest.FixtureRequest, project: Project) -> Project:
    """A project that has registered two markers of these names, in the ini file or a conftest."""
    project.write(request.param, {"pytest.ini": INI, "conftest.py": CONFTEST}[request.param])
    return project


@pytest.mark.parametrize("options", [(), XDIST, ("--strict-markers",)], ids=" ".join)
def test_one_line_each(registered: Project, options: tuple[str, ...]) -> None:
    registered.write("test_others.py", OTHERS)
    run = registered.run(*options, "-W", "error")
    assert run.outcomes == {"test_others": "passed"}
    assert run.section("ddcompat")[: len(LINES)] == LINES


@pytest.mark.parametrize("options", [(), XDIST], ids=["alone", "distributed"])
def test_beside_tests_that_are_gated(registered: Project, options: tuple[str, ...]) -> None:
    registered.write("test_others.py", OTHERS)
    registered.write("test_ours.py", OURS)
    run = registered.run(*options, "-W", "error")
    assert run.outcomes == {"test_others": "passed", "test_ours": "skipped"}
    lines = run.section("ddcompat")
    assert lines.count(LINES[0]) == lines.count(LINES[1]) == 1
    assert "1 gated: 1 skipped" in lines


def test_nothing_is_said_where_no_test_has_it(registered: Project) -> None:
    registered.write("test_it.py", "def test_it(): pass")
    assert registered.run("-W", "error").section("ddcompat") == []


def test_a_misspelt_one_is_not_ours_either(registered: Project) -> None:
    registered.write("test_it.py", OTHERS.replace("requires_python", "requires_pyhton"))
    assert registered.run("-W", "ignore").outcomes == {"test_others": "passed"}


def test_our_own_line_is_ours(project: Project) -> None:
    line = "requires_python(specifier, *, strict=None): by default, skip the test unless Python "
    project.write("pytest.ini", f"[pytest]\nmarkers = {line}matches this version specifier.\n")
    project.write("test_it.py", OURS.replace("requires_python(3)", 'requires_python("<3")'))
    assert project.run("-W", "error").outcomes == {"test_ours": "skipped"}


def test_other_markers_do_not_step_back(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nmarkers = requires_tracer: ours\n")
    project.write("test_it.py", OURS.replace("requires_python(3)", 'requires_tracer("<0")'))
    run = project.run("-W", "error")
    assert run.outcomes == {"test_ours": "skipped"}
    assert not [line for line in run.section("ddcompat") if "does not gate" in line]


def test_another_run_of_the_process_starts_anew(project: Project) -> None:
    project.write("pytest.ini", INI)
    project.write("test_others.py", OTHERS)
    assert project.run("-W", "error").outcomes == {"test_others": "passed"}
    (project.path / "pytest.ini").unlink()
    assert project.run("-W", "error").outcomes == {"test_others.py": "collection failed"}
