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

    from support.project import Project

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


@pytest.mark.parametrize(
    "first",
    [
        pytest.param("import pytest_ddcompat; pytest_ddcompat.load_matrix()", id="the package"),
        pytest.param("pytest.main(arguments)", id="another run"),
    ],
)
def test_what_was_imported_before_is_no_warning(project: Project, suite: Path, first: str) -> None:
    """pytest warns of modules whose assertions it can no longer rewrite; there are none."""
    script = f"""
        import pytest
        arguments = ["-p", "pytest_ddcompat.plugin", "-W", "error", "--junitxml=record.xml"]
        {first}
        pytest.main(arguments)
    """
    project.write("suite/run.py", script)
    result = project.pytester.run(sys.executable, "run.py")
    assert outcomes(suite / "record.xml") == SKIPPED, result.outlines
    assert "Traceback" not in result.stderr.str()


PATCHING = """
    import platform
    import pytest
    @pytest.fixture(scope="module", autouse=True)
    def another_machine():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(platform, "python_implementation", lambda: "Patched")
            yield
    def test_first(): assert platform.python_implementation() == "Patched"
    @pytest.mark.requires_capability("sca")
    def test_gated(): pass
"""


@pytest.mark.parametrize("more", ["", "-p xdist.plugin -n 1"], ids=["", "xdist"])
def test_what_fixtures_patch_decides_nothing(project: Project, more: str) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("pytest.ini", "[pytest]\nddcompat_set =\n  tracer=4.0\n  python=3.11\n")
    project.write("test_it.py", PATCHING)
    run = project.run(*more.split())
    assert "Patched" not in run.section("ddcompat")[0]
    assert run.outcomes == {"test_first": "passed", "test_gated": "passed"}


def test_where_no_gated_test_is_left_the_machine_is_not_looked_at(project: Project) -> None:
    hook = "def pytest_ddcompat_facts(): print('ASKED')"
    project.write("conftest.py", hook)
    project.write("test_it.py", PATCHING)
    asked = {
        option: "ASKED" in project.run("-s", *option.split()).out
        for option in ("-k first", "--collect-only", "-k gated")
    }
    assert asked == {"-k first": False, "--collect-only": False, "-k gated": True}
    project.write("test_wrong.py", "no_such_name")
    assert "ASKED" not in project.run("-s").out


PROTOCOL = """
    import pytest
    from _pytest.runner import runtestprotocol
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(item, nextitem):
        runtestprotocol(item, nextitem=nextitem)
        return True
"""


@pytest.mark.parametrize("option", ["", "--ddcompat-unsupported=xfail"])
def test_tests_of_another_protocol_are_counted(project: Project, option: str) -> None:
    project.write("conftest.py", PROTOCOL)
    project.write("test_it.py", TESTS)
    run = project.run(*option.split())
    told = "2 ran as xfail" if option else "2 skipped"
    assert run.section("ddcompat")[1] == f"3 gated: 1 ran, {told}"


@pytest.mark.parametrize(
    ("option", "mark"),
    [
        pytest.param("-s", "", id="the first of the run"),
        pytest.param(
            "--ddcompat-set=tracer=4.0", "@pytest.mark.requires_tracer('>=1')", id="beside another"
        ),
        pytest.param("--ddcompat-set=tracer=4.0", "", id="a run that is told something"),
    ],
)
def test_marks_that_a_setup_hook_adds_count(project: Project, option: str, mark: str) -> None:
    hook = """
        import pytest
        def pytest_runtest_setup(item):
            if item.name == "test_late":
                item.add_marker(pytest.mark.requires_tracer(">=99"))
    """
    project.write("pytest.ini", "[pytest]\nddcompat_unsupported =")
    project.write("conftest.py", hook)
    tests = f"""
        import pytest
        {mark}
        def test_late(): raise ValueError
        @pytest.mark.skipif(False, reason="")
        def test_plain(): pass
    """
    project.write("test_it.py", tests)
    run = project.run(option, "-rs")
    assert run.outcomes == {"test_late": "skipped", "test_plain": "passed"}
    assert run.section("ddcompat")[1] == "1 gated: 1 skipped"


def test_a_process_of_many_runs_keeps_none_of_their_classes(project: Project) -> None:
    conftest = """
        import pytest
        class Kept(pytest.File):
            def collect(self): yield Item.from_parent(self, name="it")
        class Item(pytest.Item):
            def runtest(self): pass
        def pytest_collect_file(file_path, parent):
            if file_path.suffix == ".it": return Kept.from_parent(parent, path=file_path)
        def pytest_itemcollected(item):
            item.add_marker(pytest.mark.requires_capability("threat_detection"))
    """
    project.write("conftest.py", conftest)
    program = """
        import gc, sys
        import pytest
        for _ in range(5):
            assert pytest.main(["-p", "no:cacheprovider"]) == 0
            del sys.modules["conftest"]
        gc.collect()
        print("kept", sum(each.__name__ == "Kept" for each in pytest.File.__subclasses__()))
    """
    project.write("a.it", "")
    project.write("run.py", program)
    lines = project.pytester.run(sys.executable, "run.py").outlines
    assert lines.count("1 gated: 1 ran") == 5
    assert lines[-1] in {"kept 0", "kept 1", "kept 2"}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("mark.kwargs['strict'] = nightly", id="another value"),
        pytest.param("mark.kwargs.update(strict=True) if nightly else mark.kwargs.clear()",
                     id="no keyword"),
    ],
)  # fmt: skip
def test_a_hook_may_change_what_a_shared_mark_says(project: Project, change: str) -> None:
    conftest = f"""
        import pytest
        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(item):
            for mark in item.iter_markers("requires_tracer"):
                nightly = item.name.endswith("nightly")
                {change}
    """
    tests = """
        import pytest
        class TestBoth:
            pytestmark = pytest.mark.requires_tracer(">=99")
            def test_first(self): pass
            def test_nightly(self): pass
            def test_last(self): pass
    """
    project.write("conftest.py", conftest)
    project.write("test_it.py", tests)
    run = project.run()
    assert list(run.outcomes.values()) == ["skipped", "failed", "skipped"]
