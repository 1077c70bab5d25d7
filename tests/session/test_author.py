"""Tests that their author skips, or expects to fail, already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.core import MARKS, STRICT, XFAIL

if TYPE_CHECKING:
    from support.project import Project

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
