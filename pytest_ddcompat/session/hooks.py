"""What a run does with gated tests: it asks the gate, and acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.declared import ENVIRON, MARKERS, marks_of
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.session.collection import (
    place_of,
    settle_asked,
    take_deselected,
    take_stand_ins,
)
from pytest_ddcompat.session.execution import fails, run_failing, stopping
from pytest_ddcompat.session.faults import harmless, note, reason_of
from pytest_ddcompat.session.gate import Decision, Gate
from pytest_ddcompat.session.state import DECISION, tally_of

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

__all__ = ["Gating"]

_RUN = Action.RUN  # an enumeration's members are slow to look up


class Gating:
    """Decides of each test before anything of it is set up.

    Attributes:
        gate: What it asks.
        counts: Whether it counts the tests itself: they run in this process, and none of them is
            to fail as expected, which only its reports tell.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._tally = tally_of(config)
        self.gate = Gate(config, config.stash[ENVIRON])
        self.counts = not (
            hasattr(config, "workerinput")
            or config.getoption("dist", "no") != "no"
            or config.pluginmanager.hasplugin("pytest_forked")
            or Action.XFAIL in self.gate.policy
        )
        self._begun: tuple[pytest.Item | None, int, Decision | None] = (None, 0, None)

    def see_collected(self, collector: pytest.Collector, report: pytest.CollectReport) -> None:
        """Refuse markers that cannot be understood; act on what a module has required."""
        where = collector.nodeid or "the session"
        with harmless(self._config, f"the markers of {where} cannot be read"):
            self._look_at(collector, report)

    def _look_at(self, collector: pytest.Collector, report: pytest.CollectReport) -> None:
        if self.gate.asked:
            decision = settle_asked(report, collector, self.gate)
            if decision:
                self._tally.add(decision)
        inherited = marks_of(collector)
        problems: dict[str, None] = {}
        for item in report.result or ():
            if not isinstance(item, pytest.Item):
                continue
            alone = item.parent is collector
            for mark in (*item.own_markers, *inherited) if alone else marks_of(item):
                problem = mark.name in MARKERS and self.gate.problem(mark)
                if problem:
                    problems[f"{place_of(item)}: {problem}"] = None
        if problems:
            report.outcome = "failed"
            report.result = []
            report.longrepr = "\n".join(problems)
            report.ddcompat_refused = True  # type: ignore[attr-defined]

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None, None, None]:
        """Deselect what the policy deselects, when all others have had their say."""
        stand_ins: list[pytest.Item] = []
        with harmless(config, "the tests for unsupported modules are not kept apart"):
            stand_ins = take_stand_ins(config, items)
        yield
        items.extend(stand_ins)
        gone: dict[pytest.Item, Decision] = {}
        if self.gate.policy.deselects:
            with harmless(config, "the tests to deselect are not known"):
                gone = take_deselected(items, self.decide)
        if gone:
            config.hook.pytest_deselected(items=list(gone))
        with harmless(config, "the deselected tests are not counted"):
            for decision in gone.values():
                self._tally.add(self.gate.text(decision))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Look at the machine before tests, or fixtures that outlive them, change how it looks."""
        with harmless(self._config, "the machine was not looked at before the tests"):
            option = session.config.option
            stops = session.testsfailed and not option.continue_on_collection_errors
            # With pytest-xdist, the session that starts the workers has no tests.
            items = () if option.collectonly or stops else getattr(session, "items", ())
            if any(map(marks_of, items)):
                self.gate.decide_known()

    def decide(self, item: pytest.Item) -> Decision | None:
        """What happens to a test by all marks that it has now; None if it has none of ours."""
        marks = marks_of(item)
        decision = item.stash[DECISION] = self._decide(marks) if marks else None
        return decision

    def _decide(self, marks: Sequence[pytest.Mark]) -> Decision:
        try:
            return self.gate.decide(marks)
        except BaseException as error:  # noqa: BLE001 - it is that test's error
            return _broken(error)

    def begin(
        self, item: pytest.Item, nextitem: pytest.Item | None, marks: Sequence[pytest.Mark]
    ) -> bool | None:
        """Decide by a test's marks; True where it has been run to its end, as a failure."""
        self.settle()
        try:
            decision = item.stash[DECISION] = self.gate.decide(marks)
            failing = decision.action is not _RUN and fails(item, decision)
            self._begun = (item, len(item.own_markers), decision)
        except BaseException as error:  # noqa: BLE001 - it is that test's error
            item.stash[DECISION] = decision = _broken(error)
            self._begun = (item, len(item.own_markers), decision)
            return None
        return run_failing(item, nextitem, decision) if failing else None

    def settle(self, item: pytest.Item | None = None) -> None:
        """Count the test that was begun last, by what is attached to it, unless that is `item`."""
        begun = self._begun[0]
        if begun is item:
            return
        self._begun = (item, 0, None)
        if begun is None or not self.counts:
            return
        try:
            for name, text in begun.user_properties:
                if name == "ddcompat":
                    self._tally.see_ended(str(text))
        except BaseException as error:  # noqa: BLE001 - what ends a run is raised again
            note(self._config, f"{begun.nodeid} cannot be counted", error)

    def stopping(self, item: pytest.Item) -> BaseException | None:
        """What is to be raised when a test is set up; None if it is to run."""
        begun, marks, decision = self._begun
        if begun is not item or len(item.own_markers) != marks:
            # Another plugin's protocol came before ours, or a hook has marked it since.
            self.settle(item)
            decision = self.decide(item)
        return None if decision is None else stopping(item, decision, self.gate)


def _broken(error: BaseException) -> Decision:
    return Decision.failed(f"ddcompat: {reason_of(error)}")
