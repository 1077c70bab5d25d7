"""In a process of its own, started in ways that take something from Python or from pytest."""

from __future__ import annotations

import os
import shutil
import sys
import xml.etree.ElementTree as ET
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Project

TESTS = """
    import pytest
    from pytest_ddcompat import requires_capability
    @requires_capability("threat_detection")
    def test_met(): pass
    @requires_capability("api_security")
    def test_unmet(): raise ValueError
    @pytest.mark.requires_tracer(">=2.6")
    def test_tracer(): raise ValueError
    def test_plain(): pass
"""
MODULE = """
    import pytest_ddcompat
    pytest_ddcompat.require("api_security")
    def test(): raise ValueError
"""
SKIPPED = {
    "test_it.test_met": "passed",
    "test_it.test_unmet": "skipped",
    "test_it.test_tracer": "skipped",
    "test_it.test_plain": "passed",
    ".test_module": "skipped",
}
FAILED = {
    "test_it.test_met": "passed",
    "test_it.test_unmet": "failure",
    "test_it.test_tracer": "failure",
    "test_it.test_plain": "passed",
    "test_module.require": "failure",
}
MEANT = {"": SKIPPED, "--ddcompat-strict": FAILED}


@pytest.fixture
def suite(project: Project, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the tests, in which pytest is run."""
    project.write("suite/pytest.ini", "[pytest]\nddcompat_facts = ../facts.json\n")
    project.write("suite/test_it.py", TESTS)
    project.write("suite/test_module.py", MODULE)
    monkeypatch.chdir(project.path / "suite")
    return project.path / "suite"


def outcomes(record: Path) -> dict[str, str]:
    """Read what became of each test from pytest's XML."""
    cases = ET.parse(record).iter("testcase")  # noqa: S314 - pytest wrote it a moment ago
    return {
        f"{case.get('classname')}.{case.get('name')}": next(
            (child.tag for child in case if child.tag != "properties"), "passed"
        )
        for case in cases
    }


@pytest.mark.parametrize("option", list(MEANT), ids=["skip", "fail"])
@pytest.mark.parametrize(
    ("python", "options"),
    [
        pytest.param("-OO", "", id="optimized, as by PYTHONOPTIMIZE=2"),
        pytest.param("-I", "", id="isolated"),
        pytest.param("", "-p no:terminal", id="no terminal"),
        pytest.param("", "-p no:cacheprovider", id="no cache"),
        pytest.param("-bb -X dev", "-W error", id="warnings are errors"),
        pytest.param("", "--import-mode=importlib", id="importlib"),
    ],
)
def test_outcomes_are_those_of_a_plain_run(
    project: Project, suite: Path, python: str, options: str, option: str
) -> None:
    record = suite / "record.xml"
    command = (sys.executable, *python.split(), "-m", "pytest", f"--junitxml={record}")
    result = project.pytester.run(*command, *options.split(), *option.split())
    assert outcomes(record) == MEANT[option], result.outlines
    assert result.ret == (1 if option else 0)


@contextmanager
def read_only(folder: Path) -> Iterator[list[str]]:
    """Make a folder one that cannot be written to; root needs a command that gives up its right."""
    lost = "-dac_override"
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root and not shutil.which("setpriv"):
        pytest.skip("root can write to any folder, and there is no setpriv")
    folder.chmod(0o555)
    try:
        yield ["setpriv", f"--bounding-set={lost}", f"--inh-caps={lost}"] if root else []
    finally:
        folder.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="a folder has no such mode")
@pytest.mark.parametrize("option", list(MEANT), ids=["skip", "fail"])
def test_a_folder_that_cannot_be_written_to_changes_nothing(
    project: Project, suite: Path, option: str
) -> None:
    record = project.path / "record.xml"
    with read_only(suite) as command:
        result = project.pytester.run(
            *command, sys.executable, "-m", "pytest", f"--junitxml={record}", *option.split()
        )
    assert outcomes(record) == MEANT[option], result.outlines
    assert {path.name for path in suite.iterdir()} == {"pytest.ini", "test_it.py", "test_module.py"}


def test_each_run_of_a_process_goes_by_its_own_facts(project: Project, suite: Path) -> None:
    """A module that has been imported is not again, so the run that lets all run is the last."""
    script = """
        import pytest
        for n, option in enumerate(["--ddcompat-strict", "-q", "--ddcompat-set=tracer=2.6.0"]):
            pytest.main([f"--junitxml={n}.xml", option])
    """
    project.write("suite/run.py", script)
    project.pytester.run(sys.executable, "run.py")
    ran = {
        "test_it.test_met": "passed",
        "test_it.test_unmet": "failure",
        "test_it.test_tracer": "failure",
        "test_it.test_plain": "passed",
        "test_module.test": "failure",
    }
    assert [outcomes(suite / f"{n}.xml") for n in range(3)] == [FAILED, SKIPPED, ran]
