"""A bug of ours anywhere behind a hook is told, and changes no other test's outcome."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.core import DESELECT

import pytest_ddcompat.session.faults
import pytest_ddcompat.session.record_hooks  # noqa: F401 - before inner runs restore sys.modules

if TYPE_CHECKING:
    from support.project import Project, Run

CONFTEST = """\
import importlib
import pytest
def broken(*_, **__):
    raise {error}
patch = pytest.MonkeyPatch()
module, names = "{place}".split(":")
owner = importlib.import_module("pytest_ddcompat." + module)
*path, name = names.split(".")
for step in path:
    owner = getattr(owner, step)
patch.setattr(owner, name, broken)
def pytest_unconfigure():
    patch.undo()
"""
TESTS = """
import pytest
from pytest_ddcompat import require, requires_capability
def test_passes(): pass
def test_fails(): assert 0
@requires_capability("sca")
def test_met(): pass
@requires_capability("api_security")
def test_unmet(): pass
@requires_capability("api_security", strict=True)
def test_strict(): pass
@requires_capability("api_security")
@requires_capability("code_security")
def test_two(): pass
def test_asks(ddcompat): ddcompat.require("api_security")
"""
MODULE = """
import pytest_ddcompat
pytest_ddcompat.require("api_security")
def test(): pass
"""
PLAIN = {"test_passes": "passed", "test_fails": "failed"}
UNTOUCHED = {
    **PLAIN,
    "test_met": "passed",
    "test_unmet": "skipped",
    "test_strict": "failed",
    "test_two": "skipped",
    "test_asks": "skipped",
}
ERROR = "RuntimeError: made to fail"
XDIST = ("-p", "xdist.plugin", "-n", "1")


def run_broken(
    project: Project, place: str, *options: str, error: str = "RuntimeError('made to fail')"
) -> Run:
    """Run the tests where something of ours raises."""
    project.write("conftest.py", CONFTEST.format(place=place, error=error))
    project.write("test_it.py", TESTS)
    run = project.run("-p", "no:randomly", *options)
    assert "INTERNALERROR" not in "\n".join([*run.out, *run.err])
    return run


def told(run: Run) -> list[str]:
    """What the summary tells of errors that are no test's."""
    return [line for line in run.out if line.startswith("ddcompat: ")]


def unread(which: str) -> str:
    return f"ddcompat: cannot read the markers of {which}: {ERROR} (conftest.py:4)"


def summary(what: str) -> str:
    return f"ddcompat: {what}: {ERROR} (conftest.py:4)"


def uncounted(*tests: str) -> list[str]:
    return [summary(f"the summary does not count test_it.py::{test}") for test in tests]


GATED = ("test_met", "test_unmet", "test_strict", "test_two", "test_asks")
ASKED = "the requirements inside test_it.py::test_asks are not reported"
UNKNOWN = "cannot print the summary"
UNSEEN = "tests may change the environment before the plugin looks at it"
UNREAD = [unread("test_it.py")]
IN_THE_SUMMARY = [
    pytest.param("session.summary:head_of", [summary(UNKNOWN)], id="words of the environment"),
    pytest.param("session.summary:_lines", [summary(UNKNOWN)], id="lines of the summary"),
    pytest.param("evaluation.remedies:are_met", [summary(UNKNOWN)], id="what would mend it, tried"),
    pytest.param("session.outcomes:Ledger.counts", [summary(UNKNOWN)], id="counting"),
    pytest.param("session.gate:Gate.problem", UNREAD, id="markers that are not understood"),
    pytest.param(
        "session.gate:Gate.decide_known", [summary(UNSEEN)], id="deciding before the tests"
    ),
    pytest.param("session.fixture:decision_of", [summary(ASKED)], id="what a test required"),
    pytest.param("session.fixture:summarize", [summary(ASKED)], id="one decision of several"),
    pytest.param(
        "session.collection:take_stand_ins",
        [summary("plugins may reorder the tests that stand for unsupported modules")],
        id="tests that stand for modules",
    ),
]


@pytest.mark.parametrize(("place", "lines"), IN_THE_SUMMARY)
def test_what_is_no_tests_error_is_told_in_the_summary(
    project: Project, place: str, lines: list[str]
) -> None:
    run = run_broken(project, place)
    assert (run.status, run.outcomes) == (1, UNTOUCHED)
    assert told(run) == lines


@pytest.mark.parametrize(
    ("place", "more"),
    [
        pytest.param("session.outcomes:Ledger.see", [], id="the ledger"),
        # The same reading tells whether what a test required inside has ended it.
        pytest.param("session.outcomes:Entry.see", [summary(ASKED)], id="the outcome"),
    ],
)
def test_a_bug_in_reading_reports_is_told(project: Project, place: str, more: list[str]) -> None:
    run = run_broken(project, place, "--ddcompat-undetermined=xfail")
    assert (run.status, run.outcomes) == (1, UNTOUCHED)
    assert sorted(told(run)) == sorted([*uncounted(*PLAIN, *GATED), *more])


def test_a_bug_in_the_deselecting_leaves_the_tests_to_be_skipped(project: Project) -> None:
    run = run_broken(project, "session.collection:take_deselected", DESELECT)
    assert (run.status, run.outcomes) == (1, UNTOUCHED)
    assert told(run) == [summary("no test is deselected")]


def test_a_bug_in_counting_the_deselected_is_told(project: Project) -> None:
    run = run_broken(project, "session.outcomes:Ledger.collect", DESELECT)
    gone = dict.fromkeys(["test_unmet", "test_two"], "deselected")
    assert (run.status, run.outcomes) == (1, {**UNTOUCHED, **gone})
    assert told(run) == [summary("the summary does not count the deselected tests")]


OF_MARK = 'requires_capability("api_security"): RuntimeError: made to fail'
OF_TEST = "ddcompat: RuntimeError: made to fail"
OF_A_TEST = [
    pytest.param("session.gate:Gate.decide", GATED[:4], OF_TEST, id="the decision"),
    pytest.param("session.gate:Gate._marker", GATED[:4], OF_TEST, id="the reading of a marker"),
    pytest.param("session.gate:Gate.combine", ("test_two",), OF_TEST, id="several markers"),
    pytest.param("session.gate:Gate.judge", (*GATED[:4], "test_asks"), OF_MARK, id="a verdict"),
    pytest.param(
        "evaluation.pages:evaluate", (*GATED[:4], "test_asks"), OF_MARK, id="the evaluation"
    ),
    # What a test asks inside has skipped it before its report names what would mend it.
    pytest.param(
        "evaluation.remedies:find_remedies", GATED[1:4], summary(ASKED), id="what would mend it"
    ),
    pytest.param("evaluation.policy:Policy.action", GATED, OF_MARK, id="the policy"),
    pytest.param("evaluation.checks.common:Situation.of", GATED, OF_MARK, id="every check"),
    pytest.param("session.gate:environment_of", GATED, OF_MARK, id="the environment"),
    pytest.param("session.gate:matrices_of", GATED, OF_MARK, id="the pages"),
    pytest.param("session.gate:load_matrix", GATED, OF_MARK, id="loading a page"),
    pytest.param(
        "evaluation.decision:Codec.property_of", GATED[:4], ERROR, id="the decision's text"
    ),
    pytest.param("session.hooks:stop", GATED[:4], ERROR, id="stopping a test"),
    pytest.param("session.execution:attach", GATED[:4], ERROR, id="attaching the decision"),
    pytest.param("session.outcomes:Ledger.enter", GATED[:4], ERROR, id="counting a test"),
    pytest.param("session.hooks:prepare", ("test_strict",), ERROR, id="preparing a test"),
    pytest.param("session.execution:_at_item", ("test_strict",), OF_TEST, id="showing the failure"),
    pytest.param("session.fixture:Compatibility.__init__", ("test_asks",), ERROR, id="the fixture"),
    pytest.param("session.fixture:_decide", ("test_asks",), ERROR, id="what is asked in a test"),
    pytest.param("environment.machine:Variables.only", GATED, OF_MARK, id="reading the variables"),
    pytest.param("environment.machine:Detector.detect", GATED, OF_MARK, id="detecting any fact"),
]


@pytest.mark.parametrize(("place", "broken", "message"), OF_A_TEST)
def test_what_is_a_tests_error_is_that_tests_alone(
    project: Project, place: str, broken: tuple[str, ...], message: str
) -> None:
    if place.startswith("environment."):
        project.write("pytest.ini", "[pytest]")
    run = run_broken(project, place)
    wrong = {test for test, outcome in run.outcomes.items() if outcome in {"error", "failed"}}
    assert run.status == 1
    assert wrong == {"test_fails", "test_strict", *broken}
    assert message in "\n".join(run.out)
    assert {test: run.outcomes[test] for test in PLAIN} == PLAIN


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("session.gate:requirement_of", id="reading a marker"),
        pytest.param("evaluation.pages:Matrices.check", id="holding it against the pages"),
        pytest.param("evaluation.pages:Matrices.pick", id="picking a page"),
    ],
)
def test_a_marker_that_cannot_be_read_is_an_error_of_the_collection(
    project: Project, place: str
) -> None:
    run = run_broken(project, place)
    assert (run.status, run.outcomes) == (2, {"test_it.py": "collection failed"})
    assert f"test_it.py:8: {OF_MARK}" in run.out


def test_a_bug_in_what_modules_require_is_told(project: Project) -> None:
    project.write("test_module.py", MODULE)
    run = run_broken(project, "session.collection:act_on_required")
    assert (run.status, run.outcomes) == (1, {**UNTOUCHED, "test_module.py": "collection skipped"})
    assert told(run) == [unread("test_module.py")]


@pytest.mark.parametrize(
    "place", ["session.collection:_stop_module", "session.collection:decision_of"]
)
def test_a_bug_in_skipping_a_module_leaves_it_skipped(project: Project, place: str) -> None:
    project.write("test_module.py", MODULE)
    run = run_broken(project, place)
    assert (run.status, run.outcomes) == (1, {**UNTOUCHED, "test_module.py": "collection skipped"})
    assert unread("test_module.py") in told(run)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        pytest.param("session.gate:Gate.__init__", OF_TEST, id="the gate"),
        pytest.param("session.gate:settings_of", OF_TEST, id="the settings"),
        pytest.param("session.options:RunSettings.load_matrices", OF_TEST, id="the pages"),
    ],
)
def test_without_options_a_run_that_cannot_be_prepared_fails_its_gated_tests(
    project: Project, place: str, message: str
) -> None:
    project.write("pytest.ini", "[pytest]")
    run = run_broken(project, place)
    wrong = {test for test, outcome in run.outcomes.items() if outcome in {"error", "failed"}}
    assert (run.status, wrong) == (1, {"test_fails", *GATED})
    assert message in "\n".join(run.out)


@pytest.mark.parametrize(
    ("place", "options"),
    [
        pytest.param("session.gate:Gate.__init__", (), id="the gate"),
        pytest.param("session.gate:settings_of", (), id="the settings"),
        pytest.param("session.gate:policy_of", (), id="the policy"),
        pytest.param("session.outcomes:Ledger.__init__", (), id="the ledger"),
        pytest.param(
            "session.record_hooks:register", ("--ddcompat-report=run.json",), id="the record"
        ),
        pytest.param("session.record_hooks:_path", ("--ddcompat-report=run.json",), id="its path"),
    ],
)
def test_options_that_a_bug_keeps_from_being_read_end_the_run(
    project: Project, place: str, options: tuple[str, ...]
) -> None:
    run = run_broken(project, place, *options)
    assert (run.status, run.outcomes) == (4, {})
    assert run.err == [f"ERROR: ddcompat: cannot read the options: {ERROR}", ""]


RECORD = "ddcompat: the record {}/run.json {}: RuntimeError: made to fail"
OF_THE_RECORD = {
    "session.record_hooks:_Hooks._collect": "may lack tests",
    "session.record_hooks:Recorder._explain": "is not written",
    "session.record_hooks:Recorder._write": "is not written",
    "session.record_hooks:write_atomically": "is not written",
    "session.record_hooks:decision_entry": "is not written",
    "session.record_hooks:environment_entry": "is not written",
    "session.record_hooks:matrix_entry": "is not written",
    "session.record_hooks:build_record": "is not written",
}


@pytest.mark.parametrize(("place", "state"), OF_THE_RECORD.items(), ids=list(OF_THE_RECORD))
def test_a_bug_in_the_record_is_told_and_is_no_tests(
    project: Project, place: str, state: str
) -> None:
    run = run_broken(project, place, "--ddcompat-report=run.json")
    assert (run.status, run.outcomes) == (1, UNTOUCHED)
    assert told(run) == [RECORD.format(project.path, state)]
    if state == "is not written":
        assert not list(project.path.glob("*run*.json"))
    else:
        json.loads((project.path / "run.json").read_text())
    assert not list(project.path.glob(".*.tmp"))


def test_a_bug_in_what_summary_and_record_both_read_is_told_of_both(project: Project) -> None:
    run = run_broken(project, "session.outcomes:Ledger.entries", "--ddcompat-report=run.json")
    assert (run.status, run.outcomes) == (1, UNTOUCHED)
    assert told(run) == [summary(UNKNOWN), RECORD.format(project.path, "is not written")]
