"""The ledger: one entry a test, and what became of it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddcompat.evaluation.decision import Codec, Decision
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.session.outcomes import Ledger, Place

ID, PLACE = "test_it.py::test", Place("test_it.py", 3)
SUPPORTED = Decision(Action.RUN, Status.SUPPORTED, ())
SKIPPED = Decision(Action.SKIP, Status.UNSUPPORTED, (), reason="it is old")
EXPECTED = Decision(Action.XFAIL, Status.UNSUPPORTED, (), reason="it is old")


def reading() -> Codec:
    """Read what other processes encode, as the session that starts workers does."""
    codec = Codec()
    codec.reads_others = True
    return codec


REFUSED = Decision.failed("its marker is misspelt")


class Subtest(pytest.TestReport):
    """A report of a part of a test: plugins derive classes of their own."""


def report(when: Any, outcome: Any, decision: Decision | None = None, **more: Any) -> Any:
    properties = [] if decision is None else [Codec().property_of(decision)]
    kind = more.pop("kind", pytest.TestReport)
    made = kind(ID, ("test_it.py", 2, "test"), {}, outcome, None, when, user_properties=properties)
    vars(made).update(more)
    return made


SETUP, CALL, TEARDOWN = (report(w, "passed") for w in ("setup", "call", "teardown"))
FAILED, RERUN = report("call", "failed"), report("call", "rerun")
FAILED_SUBTEST = report("call", "failed", kind=Subtest)


@pytest.mark.parametrize(
    ("reports", "outcome"),
    [
        pytest.param([SETUP, CALL, TEARDOWN], "passed", id="passes"),
        pytest.param([SETUP, CALL, report("teardown", "failed")], "error", id="fails in teardown"),
        pytest.param([SETUP, FAILED, report("teardown", "failed")], "failed", id="fails twice"),
        pytest.param([report("setup", "failed"), TEARDOWN], "error", id="fails in setup"),
        pytest.param([SETUP], "not_run", id="does not end"),
        pytest.param([SETUP, report("???", "failed")], "failed", id="brings its worker down"),
        pytest.param([SETUP, FAILED, SETUP, CALL], "passed", id="is rerun"),
        pytest.param([SETUP, CALL, report("setup", "failed")], "error", id="fails when rerun"),
        pytest.param([report("setup", "skipped"), TEARDOWN], "skipped", id="is skipped"),
        pytest.param([report("call", "skipped", wasxfail="")], "xfailed", id="is expected to fail"),
        pytest.param([report("call", "passed", wasxfail="")], "xpassed", id="passes unexpectedly"),
        pytest.param([SETUP, FAILED_SUBTEST, CALL], "failed", id="a subtest fails"),
        pytest.param([FAILED_SUBTEST, SETUP, CALL], "failed", id="a subtest is reported first"),
        pytest.param(
            [FAILED_SUBTEST, SETUP, RERUN, SETUP, CALL], "passed", id="only an earlier run fails"
        ),
        pytest.param(
            [SETUP, CALL, TEARDOWN, FAILED_SUBTEST, SETUP, CALL],
            "failed",
            id="a subtest of the second run fails",
        ),
    ],
)
def test_the_last_run_of_a_test_counts(reports: list[pytest.TestReport], outcome: str) -> None:
    ledger = Ledger(reading())
    ledger.collect(ID, PLACE, SKIPPED)
    for each in reports:
        vars(each)["user_properties"] = [Codec().property_of(SKIPPED)]
        ledger.see(each)
    assert [(entry.id, entry.outcome) for entry in ledger.entries()] == [(ID, outcome)]


def test_a_test_that_did_not_run_is_an_entry_and_is_not_counted() -> None:
    ledger = Ledger(reading())
    ledger.collect(ID, PLACE, SKIPPED)
    assert [(e.id, e.place, e.outcome) for e in ledger.entries()] == [(ID, PLACE, "not_run")]
    assert ledger.counts() == {}


@pytest.mark.parametrize("outcome", ["skipped", "deselected"])
def test_a_test_that_the_collection_stops_is_counted(outcome: str) -> None:
    ledger = Ledger(reading())
    ledger.collect(ID, PLACE, SKIPPED, outcome)
    ledger.collect(ID, PLACE, SKIPPED, outcome)
    assert ledger.counts() == {SKIPPED: 1}
    assert [entry.outcome for entry in ledger.entries()] == [outcome]


def test_a_test_that_its_author_skips_is_no_entry() -> None:
    ledger = Ledger(reading())
    ledger.collect(ID, PLACE, SKIPPED)
    ledger.see(report("setup", "skipped"))
    assert ledger.entries() == []
    assert ledger.counts() == {}


def test_a_test_that_brings_its_worker_down_is_counted_by_what_was_noted_before() -> None:
    ledger = Ledger(reading())
    ledger.collect(ID, PLACE, SKIPPED)
    ledger.see(report("???", "failed"))
    assert ledger.counts() == {SKIPPED: 1}
    assert [entry.outcome for entry in ledger.entries()] == ["failed"]


def test_a_test_whose_marker_is_refused_is_an_entry_and_is_not_counted() -> None:
    ledger = Ledger(reading())
    ledger.collect(ID, PLACE, REFUSED)
    ledger.see(report("setup", "failed"))
    assert [(entry.decision, entry.outcome) for entry in ledger.entries()] == [(REFUSED, "error")]
    assert ledger.counts() == {}


@pytest.mark.parametrize("failing", ["gw0", "gw1"])
def test_a_test_that_two_workers_run_is_one_entry_which_failed_if_either_did(failing: str) -> None:
    ledger = Ledger(reading())
    for when in ("setup", "call"):
        for worker in ("gw0", "gw1"):
            outcome = "failed" if (worker, when) == (failing, "call") else "passed"
            ledger.see(report(when, outcome, SUPPORTED, worker_id=worker))
    assert [entry.outcome for entry in ledger.entries()] == ["failed"]
    assert sum(ledger.counts().values()) == 1


@pytest.mark.parametrize(
    ("reason", "unexpected"), [("it is old", 1), ("of the author", 0), ("", 0)]
)
def test_only_a_pass_that_the_decision_did_not_expect_is_news(reason: str, unexpected: int) -> None:
    ledger = Ledger(reading())
    ledger.see(report("call", "passed", EXPECTED, wasxfail=reason))
    assert sum(ledger.unexpected().values()) == unexpected
