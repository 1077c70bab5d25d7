"""What a test looks like that strict mode fails."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.project import Project

REASON = (
    "api_security needs ddtrace >=2.6.0, found 2.5.0 "
    '(Application Security capabilities support: "2.6.0")'
)
TEST = """\
import unittest
import pytest

@pytest.fixture
def broken(): raise RuntimeError

@pytest.mark.requires_capability("api_security")
def test_plain(broken):
    pass

class TestUnittest(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise RuntimeError
    @pytest.mark.requires_capability("api_security")
    def test(self):
        pass
"""
LINES = {"test_plain": 7, "TestUnittest.test": 14}


@pytest.mark.parametrize(
    "style", ["auto", "long", "short", "line", "native", "no", "short --showlocals"]
)
def test_a_failure_stands_at_the_test_in_every_style(project: Project, style: str) -> None:
    project.write("test_it.py", TEST)
    run = project.run("--ddcompat-strict", *f"--tb={style}".split())
    assert run.outcomes == {"test_plain": "failed", "TestUnittest::test": "failed"}
    text = "\n".join(run.out)
    assert "pytest_ddcompat/" not in text
    if style != "no":
        for line in LINES.values():
            assert f"test_it.py:{line}: {REASON}" in run.out
    assert [line for line in run.out if line.startswith("FAILED")] == [
        f"FAILED test_it.py::test_plain - {REASON}",
        f"FAILED test_it.py::TestUnittest::test - {REASON}",
    ]


def test_junit_has_the_failure_the_place_and_the_verdict(project: Project) -> None:
    project.write("test_it.py", TEST)
    project.run("--ddcompat-strict", "--junitxml=out.xml", "-o", "junit_family=xunit1")
    cases = list(ET.parse(project.path / "out.xml").iter("testcase"))  # noqa: S314
    assert [(case.get("file"), case.get("line")) for case in cases] == [
        ("test_it.py", str(line - 1)) for line in LINES.values()
    ]
    for case, line in zip(cases, LINES.values()):
        (failure,) = [child for child in case if child.tag != "properties"]
        assert (failure.tag, failure.get("message")) == ("failure", REASON)
        assert (failure.text or "").strip() == f"test_it.py:{line}: {REASON}"


@pytest.mark.parametrize(
    ("options", "failed"),
    [
        pytest.param("-x", 1, id="stop at the first"),
        pytest.param("--maxfail=2", 2, id="stop at the second"),
        pytest.param("--runxfail", 3, id="xfail not heeded"),
    ],
)
def test_a_failure_counts_as_one(project: Project, options: str, failed: int) -> None:
    tests = """
        import pytest
        @pytest.mark.requires_capability("api_security")
        @pytest.mark.parametrize("n", [1, 2, 3])
        def test(n): pass
    """
    project.write("test_it.py", tests)
    run = project.run("--ddcompat-strict", *options.split())
    assert list(run.outcomes.values()) == ["failed"] * failed
    assert run.status == 1


@pytest.mark.parametrize(("option", "stops"), [("--pdb", True), ("--trace", False)])
def test_the_debugger_shows_no_frame_of_the_plugin(
    project: Project, option: str, stops: bool
) -> None:
    project.write("test_it.py", TEST)
    run = project.run_apart("--ddcompat-strict", option, given=b"where\nc\n" * 9)
    assert any("(Pdb)" in line for line in run.out) is stops
    assert not [line for line in run.out if "pytest_ddcompat/" in line]
    assert run.status == 1


def test_the_run_goes_on_as_if_the_test_had_not_been_there(project: Project) -> None:
    tests = """
        import pytest
        events = []

        @pytest.fixture(scope="module")
        def module():
            events.append("module up")
            yield
            events.append("module down")

        def test_before(module): events.append("before")
        @pytest.mark.requires_capability("api_security")
        def test_gated(module): events.append("gated")
        def test_after(module): assert events == ["module up", "before"]
        class TestLast:
            def test(self): assert events == ["module up", "before"]
    """
    project.write("test_it.py", tests)
    project.write(
        "test_next.py", "import test_it\ndef test_last(): assert len(test_it.events) == 3"
    )
    run = project.run("--ddcompat-strict", "--setup-show")
    assert run.outcomes == {
        "test_before": "passed",
        "test_gated": "failed",
        "test_after": "passed",
        "TestLast::test": "passed",
        "test_last": "passed",
    }


@pytest.mark.parametrize(
    ("option", "line"),
    [
        pytest.param("-rs", rf"SKIPPED \[1\] test_it.py:7: {re.escape(REASON)}", id="skipped"),
        pytest.param("-v", rf"test_it.py::test_plain SKIPPED \({re.escape(REASON)}\) .*", id="v"),
    ],
)
def test_a_skip_stands_at_the_test(project: Project, option: str, line: str) -> None:
    project.write("test_it.py", TEST)
    run = project.run(option)
    assert any(re.fullmatch(line, text) for text in run.out)
    assert "pytest_ddcompat/" not in "\n".join(run.out)
