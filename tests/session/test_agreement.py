"""Summary and record say the same of each test: what became of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from support.core import MARKS, ONE_WORKER, STRICT
from support.records import outcomes_of, record_of

if TYPE_CHECKING:
    from support.project import Project

WORDS = {"run": "ran", "xfail": "ran as xfail", "skip": "skipped", "fail": "failed"}
RERUN = "-p pytest_rerunfailures --reruns=1"
EXPECTED = """
class TestIt(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def take(self, ddcompat): self.ddcompat = ddcompat
    @unittest.expectedFailure
    def test(self): self.ddcompat.require("api_security")
"""
SUBTESTS = """
def test(subtests, ddcompat):
    with subtests.test("one"): ddcompat.require("api_security")
    with subtests.test("two"): pass
"""
LATE = """
@pytest.fixture
def late(ddcompat): yield; ddcompat.require("api_security")
def test(late): assert {}
"""
FIRST_RUN = """
runs = []
def test(ddcompat):
    runs.append(1)
    if len(runs) == 1: ddcompat.require("api_security", strict=True)
"""
FIRST_RUN_MARKED = FIRST_RUN.replace("def test", "@met\ndef test")
AUTHOR_SKIPS = """
@met
def test(): assert 0
@met
@pytest.mark.skip
def test_skipped(): pass
@met
@unittest.skip("by the author")
def test_unittest(): pass
"""
ENDS_RUN = """
@met
def test(): {}
@met
def test_after(): pass
"""
HOOK_FAILS = """
import pytest
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item): assert 0
"""
TWICE = "def pytest_collection_modifyitems(items): items += items"
WRONG = "no_such_name"


@pytest.mark.parametrize(
    ("tests", "options", "more", "outcomes"),
    [
        pytest.param(
            "@pytest.mark.xfail\ndef test(ddcompat): ddcompat.require('api_security')",
            STRICT, {}, {"test": "run xfailed"}, id="an author expects the failure",
        ),
        pytest.param(
            EXPECTED, "", {}, {"TestIt::test": "run xfailed"}, id="unittest expects the skip"
        ),
        pytest.param(
            EXPECTED, STRICT, {}, {"TestIt::test": "run xfailed"}, id="unittest expects the failure"
        ),
        pytest.param(SUBTESTS, "", {}, {"test": "run passed"}, id="one subtest is skipped"),
        pytest.param(SUBTESTS, STRICT, {}, {"test": "fail failed"}, id="one subtest fails"),
        pytest.param(
            LATE.format(0), "", {}, {"test": "run failed"}, id="in a teardown, the test failed"
        ),
        pytest.param(
            LATE.format(1), "", {}, {"test": "skip skipped"}, id="in a teardown, the test passed"
        ),
        pytest.param(
            LATE.format(1), STRICT, {}, {"test": "fail error"}, id="a teardown fails by it"
        ),
        pytest.param(FIRST_RUN, RERUN, {}, {}, id="in the first run only"),
        pytest.param(
            FIRST_RUN_MARKED, RERUN, {}, {"test": "run passed"}, id="in the first run only, marked"
        ),
        pytest.param(
            AUTHOR_SKIPS, "", {}, {"test": "run failed"}, id="an author skips"
        ),
        pytest.param(
            AUTHOR_SKIPS, "--collect-only", {}, {"test": "run not_run"}, id="collected only"
        ),
        pytest.param(
            AUTHOR_SKIPS, "-x", {}, {"test": "run failed"}, id="stopped at the first failure"
        ),
        pytest.param(
            AUTHOR_SKIPS, "", {"conftest.py": HOOK_FAILS}, {"test": "run error"},
            id="another hook fails first",
        ),
        pytest.param(
            "@met\ndef test(): pass\n@unmet\ndef test_b(): pass", "", {"conftest.py": TWICE},
            {"test": "run passed", "test_b": "skip skipped"}, id="selected twice",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("workers", [(), ONE_WORKER], ids=["", "xdist"])
def test_summary_and_record_agree(
    project: Project,
    *,
    tests: str,
    options: str,
    more: dict[str, str],
    outcomes: dict[str, str],
    workers: tuple[str, ...],
) -> None:
    skip_if_missing(tests, options, workers)
    project.write("test_it.py", MARKS + tests)
    for name, text in more.items():
        project.write(name, text)
    check_agreement(project, outcomes, *options.split(), *workers)


@pytest.mark.parametrize(
    ("end", "outcomes"),
    [
        ("raise KeyboardInterrupt", {"test": "run not_run", "test_after": "run not_run"}),
        ("pytest.exit('enough')", {"test": "run not_run", "test_after": "run not_run"}),
    ],
)
def test_a_test_that_is_interrupted_is_not_counted(
    project: Project, end: str, outcomes: dict[str, str]
) -> None:
    project.write("test_it.py", MARKS + "@met\ndef test_a(): pass" + ENDS_RUN.format(end))
    for option in ((), ("--ddcompat-report=run.json",)):
        run = project.run_apart("-p", "no:randomly", *option)
        assert "1 gated: 1 ran" in run.out
    record = record_of(project)
    assert record_outcomes(record) == {"test_a": "run passed", **outcomes}


def test_tests_are_in_the_record_of_a_run_that_a_collection_error_stops(project: Project) -> None:
    project.write("test_it.py", MARKS + AUTHOR_SKIPS)
    project.write("test_wrong.py", WRONG)
    check_agreement(project, {"test": "run not_run"})


def skip_if_missing(tests: str, options: str, workers: tuple[str, ...]) -> None:
    if workers:
        pytest.importorskip("xdist")
    if RERUN in options:
        pytest.importorskip("pytest_rerunfailures")
    if "subtests" in tests and pytest.version_tuple < (9, 0):
        pytest.skip("subtests came with pytest 9")


def check_agreement(project: Project, outcomes: dict[str, str], *options: str) -> None:
    """Check what summaries, with and without a record, and the record say of the tests."""
    counts = Counter(o.split()[0] for o in outcomes.values() if not o.endswith("not_run"))
    total = ", ".join(f"{counts[action]} {WORDS[action]}" for action in WORDS if counts[action])
    expected = [f"{sum(counts.values())} gated: {total}"] if counts else []
    for option in ((), ("--ddcompat-report=run.json",)):
        run = project.run("-p", "no:randomly", *options, *option)
        assert run.section("ddcompat")[1:2] == expected
    assert record_outcomes(record_of(project)) == outcomes


def record_outcomes(record: dict[str, Any]) -> dict[str, str]:
    """Return the action and the outcome of each test."""
    actions = [record["decisions"][test["decision"]]["action"] for test in record["tests"]]
    return {n: f"{a} {o}" for a, (n, o) in zip(actions, outcomes_of(record).items())}
