"""The ledger: the outcome of each test of a run, taken from its reports."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.session.faults import note_fault

if TYPE_CHECKING:
    from pytest_ddcompat.evaluation.decision import Codec, Decision

__all__ = ["Entry", "Ledger", "Place", "ReportHooks", "outcome_of", "place_of"]

_FINAL = {"failed", "error"}
_STANDS = {
    Action.SKIP: {"skipped", "not_run", "error"},
    Action.FAIL: {"failed", "not_run", "error"},
}
"""Outcomes of a test that an action has stopped."""


class Place(NamedTuple):
    """Where a test stands: its file with slashes, relative to pytest's root, and its line."""

    file: str
    line: int | None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


class Entry:
    """One test, or one module that was stopped before its tests were known.

    Attributes:
        id: Node id.
        place: Where it stands.
        decision: The decision on it; None for a test without a requirement, and for one that was
            skipped before anything was decided.
        outcome: One of `record.format.OUTCOMES`, of the last of its runs.
        unexpected: Whether it passed although its decision expected it to fail.
        worker: Id of the worker of pytest-xdist that decided on it; empty in a run without.
    """

    __slots__ = ("_early", "_set_up", "decision", "id", "outcome", "place", "unexpected", "worker")

    def __init__(
        self, nodeid: str, place: Place, outcome: str = "not_run", worker: str = ""
    ) -> None:
        self.id = nodeid
        self.worker = worker
        self.place = place
        self.decision: Decision | None = None
        self.outcome = outcome
        self.unexpected = False
        self._set_up = False
        self._early = False

    def see(self, report: pytest.TestReport) -> None:
        """Take in one report of the test."""
        outcome, rerun = outcome_of(report), str(report.outcome) == "rerun"
        if report.when == "setup":
            self.outcome = "failed" if self._early else "not_run"
            self._set_up, self._early, self.unexpected = True, False, False
        elif rerun or report.when == "teardown":
            self._set_up = False
        elif outcome == "failed" and not self._set_up:
            # pytest-rerunfailures reports a test when all of it is over, but subtests at once.
            self._early = True
        before = self.outcome
        # A subtest that fails is the test's failure, whatever follows.
        if outcome and before != "failed" and not (before in _FINAL and outcome not in _FINAL):
            self.outcome = outcome
        if outcome == "xpassed" and self.decision is not None:
            expected = self.decision.action is Action.XFAIL
            self.unexpected = expected and getattr(report, "wasxfail", "") == self.decision.shown

    def contradicts(self, decision: Decision) -> bool:
        """Whether the test ended otherwise than a decision to stop it says."""
        return self.outcome not in _STANDS.get(decision.action, {self.outcome})


class Ledger:
    """The outcomes of a run's tests.

    The summary counts its entries, and the record lists them. A test is one entry, also where it
    runs several times or in several processes, unless each process runs all of them.

    Attributes:
        codec: The codec of the run's decisions.
        heads: The parts of a line of the summary, each with its rank, by the folder and the key
            of the environment that they are of, of all workers that made a decision.
        by_reports: Whether reports are entered, which tell outcomes too. A hook for the reports
            costs a test as much as all else that gates it, so that runs go without where the
            decisions of this process are all that is asked for.
    """

    def __init__(self, codec: Codec, *, each: bool = False) -> None:
        self.heads: dict[tuple[str, str], set[tuple[int, str]]] = {}
        self.codec = codec
        self._each = each
        self._collected: dict[tuple[str, str], Entry] = {}
        self.by_reports = False
        self._entered: dict[str, Decision] = {}
        self._ran: dict[tuple[str, str], Entry] = {}

    def collect(
        self,
        nodeid: str,
        place: Place,
        decision: Decision,
        outcome: str = "not_run",
        worker: str = "",
    ) -> None:
        """Enter a test as the collection knows it; the outcome stays if no report follows."""
        key = self._key(nodeid, worker)
        if key not in self._collected:
            entry = self._collected[key] = Entry(nodeid, place, outcome, worker)
            entry.decision = decision

    def _key(self, nodeid: str, worker: str) -> tuple[str, str]:
        return nodeid, worker if self._each else ""

    def enter(self, item: pytest.Item, decision: Decision) -> None:
        """Enter a test of this process on which a decision is acted, unless its reports do."""
        if not self.by_reports:
            self._entered[item.nodeid] = decision

    def enter_early(self, item: pytest.Item, decision: Decision) -> None:
        """Enter a test that another hook ended, so that its reports carry no decision."""
        if self.by_reports:
            self.collect(item.nodeid, place_of(item), decision)
        else:
            self.enter(item, decision)

    def forget(self, nodeid: str) -> None:
        """Forget what was decided on an earlier run of a test, or on one that did not end."""
        self._entered.pop(nodeid, None)

    def keep(self, ended: set[str]) -> None:
        """Forget the tests of this process that were interrupted.

        Args:
            ended: Node ids of the tests that were not.
        """
        for nodeid in self._entered.keys() - ended:
            self.forget(nodeid)

    def see(self, report: pytest.TestReport) -> None:
        """Enter one report of a test."""
        # Each report counts: where nobody else runs tests, none is of a worker.
        key = (report.nodeid, _worker_of(report) if self.codec.reads_others else "")
        entry = self._ran.get(key)
        if entry is None:
            entry = self._ran[key] = Entry(report.nodeid, place_of(report), worker=key[1])
        found = self.codec.find(report.user_properties) if report.user_properties else None
        # Of several runs the last counts, which may have required nothing.
        if found is not None or report.when == "setup":
            entry.decision = found
        entry.see(report)

    def entries(self) -> list[Entry]:
        """Return every gated test in the order of collection, those that did not run too."""
        ran: dict[tuple[str, str], Entry] = {}
        skipped = set()
        for entry in self._ran.values():
            key = self._key(entry.id, entry.worker)
            other = ran.get(key)
            # By its author, with `xfail(run=False)` too: no decision is attached then.
            if entry.outcome in {"skipped", "xfailed"}:
                skipped.add(key)
            # Where several workers ran a test, one that failed counts, or else the last.
            if self._decided(entry) and (other is None or other.outcome not in _FINAL):
                ran[key] = entry
        skipped.difference_update(ran)
        known = {**self._collected, **ran}
        return [entry for key, entry in known.items() if key not in skipped]

    def counts(self) -> Counter[Decision]:
        """Count the tests that ran or were stopped, by decision."""
        ended = (e.decision for e in self.entries() if e.outcome != "not_run")
        return Counter(d for d in (*self._entered.values(), *ended) if d and not d.error)

    def skipped_files(self) -> list[str]:
        """Return the files of which every test that was decided on was skipped by its decision."""
        skip = Action.SKIP  # an enumeration's members are slow to look up
        decided = [(entry.id, entry.decision) for entry in self.entries()]
        pairs = [(nodeid, d) for nodeid, d in (*self._entered.items(), *decided) if d is not None]
        skipped = {nodeid.partition("::")[0] for nodeid, d in pairs if d.action is skip}
        others = {nodeid.partition("::")[0] for nodeid, d in pairs if d.action is not skip}
        return sorted(skipped - others)

    def unexpected(self) -> Counter[Decision]:
        """Count the tests that passed although a failure was expected, by decision."""
        return Counter(e.decision for e in self.entries() if e.decision and e.unexpected)

    def _decided(self, entry: Entry) -> Decision | None:
        """Return the decision on a test that ran.

        No report carries it where the markers could not be evaluated, or a worker crashed.
        """
        known = self._collected.get(self._key(entry.id, entry.worker))
        if entry.decision is None and known is not None and entry.outcome in _FINAL:
            entry.decision, entry.worker = known.decision, known.worker
        return entry.decision


class ReportHooks:
    """Enters the reports of a run in its ledger."""

    def __init__(self, config: pytest.Config, ledger: Ledger) -> None:
        self._config = config
        self._ledger = ledger
        ledger.by_reports = True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Enter a report."""
        try:
            self._ledger.see(report)
        except BaseException as error:  # noqa: BLE001 - what ends a run is raised again
            note_fault(self._config, f"the summary does not count {report.nodeid}", error)


def place_of(test: pytest.Item | pytest.TestReport) -> Place:
    """Return where a test stands."""
    file, line, _ = test.location
    return Place(file.replace(os.sep, "/"), None if line is None else line + 1)


def _worker_of(report: pytest.TestReport) -> str:
    """Return the id of the worker of pytest-xdist that ran a test, or an empty string."""
    worker: str = getattr(report, "worker_id", "")
    # The report of a test that brought its worker down is made by the controller.
    node = getattr(report, "node", None)
    return worker or str(getattr(getattr(node, "gateway", None), "id", ""))


def outcome_of(report: pytest.TestReport) -> str:
    """Return the outcome that one report gives a test, or an empty string if it decides nothing."""
    expected = hasattr(report, "wasxfail")
    if report.failed:
        return "error" if report.when in {"setup", "teardown"} else "failed"
    # A subtest that does not fail says nothing of the whole test.
    if type(report) is not pytest.TestReport:
        return ""
    if report.outcome == "skipped":
        return "xfailed" if expected else "skipped"
    if report.passed and report.when == "call":
        return "xpassed" if expected else "passed"
    return ""
