"""Tests that their author skips, or expects to fail, already."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from support.core import MARKS, STRICT, XDIST, XFAIL

if TYPE_CHECKING:
    from support.project import Project, Run

AUTHOR_SKIPS = """
pytestmark = MARK
@pytest.mark.skip(reason="by the author")
def test_skip(broken): assert 0
@pytest.mark.skipif(True, reason="by the author")
def test_skipif(broken): assert 0
@pytest.mark.skip(reason="by the author")
@pytest.mark.xfail(strict=True)
def test_skip_xfail(broken): assert 0
@unittest.skip("by the author")
class TestSkipped(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise RuntimeError("setUpClass ran")
    def test(self): assert 0
@unittest.skip("by the author")
def test_function(): assert 0
class TestMethod(unittest.TestCase):
    @unittest.skip("by the author")
    def test(self): assert 0
    def setUp(self): raise RuntimeError("setUp ran")
class TestRaises(unittest.TestCase):
    @pytest.mark.skip(reason="by the author")
    def test(self): assert 0
"""


@pytest.mark.parametrize("mark", ["unmet", "unmet_strict", "unknown"])
@pytest.mark.parametrize(
    "options",
    [
        pytest.param("", id="default"),
        pytest.param(STRICT, id="strict"),
        pytest.param(XFAIL, id="xfail"),
        pytest.param("--ddcompat-undetermined=fail", id="undetermined fail"),
    ],
)
def test_what_the_author_skips_is_never_failed_nor_run(
    project: Project, mark: str, options: str
) -> None:
    project.write("test_it.py", MARKS + AUTHOR_SKIPS.replace("MARK", mark))
    run = project.run("-rs", *options.split())
    assert run.outcomes == dict.fromkeys(run.outcomes, "skipped")
    assert len(run.outcomes) == 7
    reasons = [line for line in run.section("short test summary info") if "SKIPPED" in line]
    assert all(line.endswith(": by the author") for line in reasons), reasons
    assert run.status == 0


AUTHOR_XFAILS = """
pytestmark = unmet
@pytest.mark.xfail(reason="by the author")
def test_xfail(): assert 0
@pytest.mark.xfail(strict=True)
def test_strict(): assert 0
@pytest.mark.xfail(run=False)
def test_no_run(broken): assert 0
@unittest.expectedFailure
def test_function(): pass
class TestExpected(unittest.TestCase):
    @unittest.expectedFailure
    def test(self): assert 0
"""


@pytest.mark.parametrize("more", ["", "--runxfail"])
def test_strict_fails_also_what_the_author_expects_to_fail(project: Project, more: str) -> None:
    project.write("test_it.py", MARKS + AUTHOR_XFAILS)
    run = project.run(STRICT, *more.split())
    assert run.outcomes == dict.fromkeys(run.outcomes, "failed")
    assert len(run.outcomes) == 5


NOT_RUN = """
@pytest.mark.xfail(run=False)
@unmet
class TestClass:
    def test(self): pass
@unmet
@pytest.mark.xfail(True, reason="known", run=False, strict=True)
@pytest.mark.parametrize("n", [1, 2])
def test_many(n): pass
@unmet
def test_late(): pass
"""
HOOK = """
import pytest
def pytest_collection_modifyitems(items):
    for item in items:
        if item.name == "test_late":
            item.add_marker(pytest.mark.xfail(run=False))
"""


@pytest.mark.parametrize("more", ["", "-p xdist.plugin -n 2"])
class TestXfailThatIsNotRun:
    """An author's `xfail(run=False)`: a failure under strict like any other, else left alone."""

    def run(self, project: Project, *options: str) -> tuple[Run, list[str], list[str]]:
        project.write("conftest.py", HOOK)
        project.write("test_it.py", MARKS + NOT_RUN)
        report, xml = project.path / "record.json", project.path / "junit.xml"
        run = project.run(f"--ddcompat-report={report}", f"--junitxml={xml}", *options)
        tests = json.loads(report.read_text())["tests"]
        cases = ET.parse(xml).iter("testcase")  # noqa: S314 - of our own run
        named = [
            c.attrib["name"] for c in cases if c.find(".//property[@name='ddcompat']") is not None
        ]
        return (
            run,
            sorted(f"{t['id'].split('::')[-1]} {t['outcome']}" for t in tests),
            sorted(named),
        )

    def test_strict(self, project: Project, more: str) -> None:
        run, tests, with_property = self.run(project, STRICT, *more.split())
        names = ["test", "test_late", "test_many[1]", "test_many[2]"]
        assert {*run.outcomes.values()} == {"failed"}
        assert "4 gated: 4 failed" in run.section("ddcompat")
        assert tests == [f"{name} failed" for name in names]
        assert with_property == names

    @pytest.mark.parametrize("options", [(), ("--maxfail=1", "--ddcompat-unsupported=xfail")])
    def test_not_strict(self, project: Project, more: str, options: tuple[str, ...]) -> None:
        run, tests, with_property = self.run(project, *options, *more.split())
        assert {*run.outcomes.values()} == {"xfailed"}
        assert (run.section("ddcompat"), tests, with_property) == ([], [], [])


@pytest.mark.parametrize("options", [("-x",), ("--maxfail=1",), ("-x", *XDIST)])
def test_what_the_author_skips_stays_out_of_the_record_of_a_run_that_stops(
    project: Project, options: tuple[str, ...]
) -> None:
    tests = AUTHOR_SKIPS.replace("MARK", "unmet") + NOT_RUN
    project.write("test_a.py", "def test_fails(): assert 0")
    project.write("test_b.py", f"{MARKS}\n@unmet\ndef test_gated(): pass\n")
    project.write("test_it.py", MARKS + tests)
    project.run("--ddcompat-report=run.json", "-p", "no:randomly", *options)
    record = json.loads((project.path / "run.json").read_text())
    assert {test["id"] for test in record["tests"]} <= {
        "test_b.py::test_gated",
        "test_it.py::test_late",
    }
