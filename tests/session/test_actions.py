"""From a verdict to what happens to a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.core import DESELECT, MARKS, STRICT, XFAIL

if TYPE_CHECKING:
    from support.project import Project

REASON = (
    "api_security needs ddtrace >=2.6.0, found 2.5.0 "
    '(Application Security capabilities support: "2.6.0")'
)
LET_RUN = "--ddcompat-unsupported=run"


@pytest.mark.parametrize(
    ("option", "unsupported", "undetermined", "status"),
    [
        pytest.param("", "skipped", "passed", 0, id="default"),
        pytest.param(STRICT, "failed", "passed", 1, id="strict"),
        pytest.param("--ddcompat-unsupported=skip", "skipped", "passed", 0, id="skip"),
        pytest.param("--ddcompat-unsupported=fail", "failed", "passed", 1, id="fail"),
        pytest.param(XFAIL, "xfailed", "passed", 0, id="xfail"),
        pytest.param(DESELECT, "deselected", "passed", 0, id="deselect"),
        pytest.param(LET_RUN, "failed", "passed", 1, id="run"),
        pytest.param("--ddcompat-undetermined=run", "skipped", "passed", 0, id="undetermined run"),
        pytest.param(
            "--ddcompat-undetermined=skip", "skipped", "skipped", 0, id="undetermined skip"
        ),
        pytest.param(
            "--ddcompat-undetermined=fail", "skipped", "failed", 1, id="undetermined fail"
        ),
        pytest.param(
            "--ddcompat-undetermined=xfail", "skipped", "xpassed", 0, id="undetermined xfail"
        ),
        pytest.param(
            "--ddcompat-undetermined=deselect",
            "skipped",
            "deselected",
            0,
            id="undetermined deselect",
        ),
    ],
)
def test_each_verdict_becomes_the_action_of_the_run(
    project: Project, option: str, unsupported: str, undetermined: str, status: int
) -> None:
    tests = """
@met
def test_met(): pass
@unmet
def test_unmet(): assert 0
@unknown
def test_unknown(): pass
"""
    project.write("test_it.py", MARKS + tests)
    run = project.run(*option.split())
    assert run.outcomes == {
        "test_met": "passed",
        "test_unmet": unsupported,
        "test_unknown": undetermined,
    }
    assert run.status == status


@pytest.mark.parametrize(
    ("option", "status"),
    [
        pytest.param("", 0, id="all skipped"),
        pytest.param(STRICT, 1, id="all failed"),
        pytest.param(XFAIL, 0, id="all expected to fail"),
        pytest.param(DESELECT, 5, id="all deselected"),
    ],
)
def test_exit_status_where_nothing_is_supported(project: Project, option: str, status: int) -> None:
    project.write("test_it.py", MARKS + "@unmet\ndef test_unmet(): assert 0")
    assert project.run(*option.split()).status == status


@pytest.mark.parametrize(
    ("option", "strict", "lax"),
    [
        pytest.param("", "failed", "skipped", id="skip"),
        pytest.param(STRICT, "failed", "skipped", id="strict"),
        pytest.param(XFAIL, "failed", "xpassed", id="xfail"),
        pytest.param(LET_RUN, "failed", "passed", id="run"),
        pytest.param(DESELECT, "failed", "deselected", id="deselect"),
    ],
)
def test_strict_on_a_marker_decides_for_that_marker(
    project: Project, option: str, strict: str, lax: str
) -> None:
    tests = "@unmet_strict\ndef test_strict(): pass\n@unmet_lax\ndef test_lax(): pass"
    project.write("test_it.py", MARKS + tests)
    assert project.run(*option.split()).outcomes == {"test_strict": strict, "test_lax": lax}


PLACES = """
@unmet
def test_function(): assert 0
@met
@unmet
@met
def test_stacked(): assert 0
@unmet
class TestClass:
    def test(self): assert 0
@unmet
class Base: pass
@met
class TestDerived(Base):
    def test(self): assert 0
@pytest.mark.parametrize("x", [pytest.param(1, marks=unmet, id="x")])
def test_parameter(x): assert 0
@unmet
class TestUnittest(unittest.TestCase):
    def test(self): assert 0
class TestMethod(unittest.TestCase):
    @unmet
    def test(self): assert 0
@unmet
class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def test(self): assert 0
@unmet
@pytest.mark.usefixtures("broken")
def test_before_fixtures(): pass
"""


@pytest.mark.parametrize(
    ("option", "outcome"),
    [
        pytest.param("", "skipped", id="default"),
        pytest.param(STRICT, "failed", id="strict"),
        pytest.param(XFAIL, "xfailed", id="xfail"),
        pytest.param(DESELECT, "deselected", id="deselect"),
    ],
)
def test_markers_count_wherever_they_stand(project: Project, option: str, outcome: str) -> None:
    project.write("test_it.py", MARKS + PLACES)
    project.write("test_module.py", MARKS + "pytestmark = [met, unmet]\ndef test_in_module(): 1/0")
    outcomes = project.run(*option.split()).outcomes
    assert outcomes == dict.fromkeys(outcomes, outcome)
    assert len(outcomes) == 10


@pytest.mark.parametrize(
    ("unsupported", "undetermined", "outcome"),
    [
        pytest.param("skip", "xfail", "skipped", id="skip before xfail"),
        pytest.param("xfail", "run", "xpassed", id="xfail before run"),
        pytest.param("skip", "deselect", "deselected", id="deselect before skip"),
        pytest.param("deselect", "fail", "failed", id="fail before deselect"),
        pytest.param("run", "run", "passed", id="all ran"),
    ],
)
def test_of_several_markers_the_strongest_action_is_taken(
    project: Project, unsupported: str, undetermined: str, outcome: str
) -> None:
    tests = "@met\n@unmet\n@unknown\n@met\ndef test(): pass"
    project.write("test_it.py", MARKS + tests)
    run = project.run(
        f"--ddcompat-unsupported={unsupported}", f"--ddcompat-undetermined={undetermined}"
    )
    assert run.outcomes == {"test": outcome}


def test_a_strict_marker_fails_beside_one_that_is_not(project: Project) -> None:
    project.write("test_it.py", MARKS + "@unmet_lax\n@unmet_strict\ndef test(): pass")
    assert project.run().outcomes == {"test": "failed"}


@pytest.mark.parametrize(("strict", "passes"), [("false", "xpassed"), ("true", "failed")])
def test_xfail_expects_failures_of_fixtures_and_tells_of_passes(
    project: Project, strict: str, passes: str
) -> None:
    tests = """
@unmet
def test_fixture(broken): pass
@unmet
def test_passes(): pass
@unmet
@pytest.mark.xfail(strict=True, reason="by the author")
def test_author(): assert 0
@unmet
class TestUnittest(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise RuntimeError
    def test(self): pass
"""
    project.write("test_it.py", MARKS + tests)
    run = project.run(XFAIL, "-rX", "-o", f"xfail_strict={strict}")
    assert run.outcomes == {
        "test_fixture": "xfailed",
        "test_passes": passes,
        "test_author": "xfailed",
        "TestUnittest::test": "xfailed",
    }
    news = [line for line in run.section("ddcompat") if "passed unexpectedly" in line]
    is_news = passes == "xpassed"
    assert (run.status, news) == (
        int(not is_news),
        [f"  1 passed unexpectedly: {REASON}"] if is_news else [],
    )


AUTHORS = """
@pytest.mark.xfail(reason="of the class")
class TestAuthors:
    @unmet
    def test_unconditional(self): assert 0
@pytest.mark.xfail(False, reason="of no case")
class TestOthers:
    @unmet
    def test_conditional(self): assert 0
"""


def test_an_xfail_of_the_author_comes_before_ours_wherever_it_stands(project: Project) -> None:
    project.write("test_it.py", MARKS + AUTHORS)
    run = project.run(XFAIL, "-rx", "-p", "no:randomly")
    reasons = [line.partition(" - ")[2] for line in run.out if line.startswith("XFAIL ")]
    assert reasons == ["of the class", REASON]


def test_xfail_that_is_not_to_be_heeded_runs_the_test(project: Project) -> None:
    project.write("test_it.py", MARKS + "@unmet\ndef test(): assert 0")
    assert project.run(XFAIL, "--runxfail").outcomes == {"test": "failed"}


def test_all_tests_of_an_unsupported_class_leave_its_set_up_alone(project: Project) -> None:
    tests = """
@unmet
class TestUnittest(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise RuntimeError("setUpClass ran")
    @classmethod
    def tearDownClass(cls): raise RuntimeError("tearDownClass ran")
    def test_one(self): pass
    def test_two(self): pass
@unmet
class TestPlain:
    @classmethod
    def setup_class(cls): raise RuntimeError("setup_class ran")
    def test_one(self, broken): pass
"""
    project.write("test_it.py", MARKS + tests)
    assert set(project.run().outcomes.values()) == {"skipped"}
    assert set(project.run(STRICT).outcomes.values()) == {"failed"}


def test_passes_for_one_reason_are_told_in_one_line(project: Project) -> None:
    tests = "@unmet\ndef test_one(): pass\n@met\n@unmet\ndef test_two(): pass"
    project.write("test_it.py", MARKS + tests)
    run = project.run("--ddcompat-unsupported=xfail")
    told = [line for line in run.section("ddcompat") if "passed unexpectedly" in line]
    assert told == [f"  2 passed unexpectedly: {REASON}"]
