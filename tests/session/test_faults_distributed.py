"""A bug of ours in a worker of pytest-xdist, or in what it and its controller tell each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from session.test_faults import (
    ERROR,
    GATED,
    OF_MARK,
    PLAIN,
    UNSEEN,
    XDIST,
    run_broken,
    summary,
    told,
)

if TYPE_CHECKING:
    from support.project import Project

pytest.importorskip("xdist")
LACKS = "the summary may lack tests of a worker"
UNTOLD = summary("a worker reads the options itself")


@pytest.mark.parametrize(
    ("place", "line"),
    [
        pytest.param("environment.layers:FactSources.with_answer", UNTOLD, id="asking the Agent"),
        pytest.param("environment.layers:FactSources.encode", UNTOLD, id="telling a worker"),
        pytest.param("session.summary:head_of", summary(LACKS), id="what a worker knows"),
        pytest.param(
            "session.outcomes:Ledger.entries", summary(LACKS), id="taking over what a worker knows"
        ),
        pytest.param(
            "session.gate:Gate.decide_known",
            summary(UNSEEN),
            id="deciding before the tests",
        ),
        pytest.param(
            "session.hooks:GatingHooks._refuse_problems",
            summary("cannot read the markers of test_it.py"),
            id="reading markers",
        ),
        pytest.param(
            "session.collection:take_stand_ins",
            summary("plugins may reorder the tests that stand for unsupported modules"),
            id="tests that stand for modules",
        ),
        pytest.param(
            "session.fixture:decision_of",
            summary("the requirements inside test_it.py::test_asks are not reported"),
            id="what a test required",
        ),
        pytest.param(
            "session.outcomes:Ledger.see",
            summary("the summary does not count test_it.py::test_met"),
            id="counting",
        ),
    ],
)
def test_what_is_no_tests_error_is_told_in_the_summary(
    project: Project, place: str, line: str
) -> None:
    run = run_broken(project, place, *XDIST)
    assert run.status == 1
    assert {t for t, outcome in run.outcomes.items() if outcome in {"error", "failed"}} == {
        "test_fails",
        "test_strict",
    }
    assert line in told(run)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        pytest.param(
            "environment.layers:FactSources.decode",
            "ddcompat: " + ERROR,
            id="what a worker is told",
        ),
        pytest.param("session.gate:Gate.decide", "ddcompat: " + ERROR, id="the decision"),
        pytest.param("evaluation.pages:evaluate", OF_MARK, id="the evaluation"),
        pytest.param("session.gate:environment_of", OF_MARK, id="the environment"),
        pytest.param("session.hooks:stop", ERROR, id="stopping a test"),
    ],
)
def test_what_is_a_tests_error_is_that_tests_alone(
    project: Project, place: str, message: str
) -> None:
    run = run_broken(project, place, *XDIST)
    assert run.status == 1
    assert {run.outcomes[test] for test in GATED[:4]} == {"error"}
    assert {test: run.outcomes[test] for test in PLAIN} == PLAIN
    assert message in "\n".join(run.out)


@pytest.mark.parametrize(
    ("place", "state"),
    [
        pytest.param("session.record_hooks:build_record", "is not written", id="noting"),
        pytest.param(
            "session.record_hooks:WorkerRecorder._collect", "may lack tests", id="in a worker alone"
        ),
        pytest.param("session.xdist:_lines", "is not written", id="reading what workers noted"),
    ],
)
def test_a_bug_in_the_record_is_told_and_is_no_tests(
    project: Project, place: str, state: str
) -> None:
    run = run_broken(project, place, "--ddcompat-report=run.json", *XDIST)
    assert run.status == 1
    assert {test: run.outcomes[test] for test in PLAIN} == PLAIN
    assert f"ddcompat: the record {project.path}/run.json {state}: {ERROR}" in told(run)
