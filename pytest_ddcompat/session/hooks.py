"""The hooks that gate a run's tests: ask the gate, then act."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddcompat.declared import ENVIRON, IMPORTED, asks_inside, marks_of, own_marks_of
from pytest_ddcompat.evaluation.decision import Decision
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.session.execution import is_skipped_by_author, prepare, stop, undo
from pytest_ddcompat.session.faults import contain, describe
from pytest_ddcompat.session.folders import Gates
from pytest_ddcompat.session.outcomes import place_of
from pytest_ddcompat.session.state import STAND_IN, ledger_of
from pytest_ddcompat.values.text import inert, printable
from pytest_ddcompat.values.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_ddcompat.session.declarations import RunDeclarations

__all__ = ["GatingHooks"]

_FAIL, _XFAIL = Action.FAIL, Action.XFAIL  # an enumeration's members are slow to look up


class GatingHooks:
    """Decides on each test before anything of it is set up.

    Attributes:
        gates: The run's gates.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._ledger = ledger_of(config)
        self._has_prepared = False
        self.gates = Gates(config, Variables(config.stash[ENVIRON]()))
        self._required = self.gates.first.inputs.required
        self._declarations = self.gates.first.inputs.declarations

    def before_collected(self, collector: pytest.Collector) -> None:
        """Prepare a module for what the conftests of its folders require."""
        with contain(
            self._config, f"the requirements of its folder do not gate {collector.nodeid}"
        ):
            self.gates.look()
            if "require" in IMPORTED:
                # Imported here, since most runs have no `require()`.
                from pytest_ddcompat.session.fixture import require_for_folders

                require_for_folders(collector, self.gates)

    def see_collected(self, collector: pytest.Collector, report: pytest.CollectReport) -> None:
        """Refuse markers that cannot be understood; act on what a module has required."""
        where = collector.nodeid or "the session"
        with contain(self._config, f"cannot read the markers of {where}"):
            self.gates.look()
            if self._declarations is not None:
                _mark_declared(report, self._declarations)
            if self._required:
                from pytest_ddcompat.session.collection import act_on_required

                act_on_required(report, collector, self._required)
            self._refuse_problems(collector, report)

    def _refuse_problems(self, collector: pytest.Collector, report: pytest.CollectReport) -> None:
        inherited = marks_of(collector)
        problems: dict[str, tuple[int, int]] = {}
        has_folders = self.gates.has_folders
        good: set[int] = set()  # ids of marks, of which tests share imported ones
        for item in report.result or ():
            if not isinstance(item, pytest.Item):
                continue
            gate = self.gates.at(item) if has_folders else self.gates.first
            alone = item.parent is collector
            for mark in (*own_marks_of(item), *inherited) if alone else marks_of(item):
                if id(mark) in good:
                    continue
                problem = gate.problem(mark)
                if problem:
                    problems.update(self._placed(item, mark, problem))
                elif not has_folders:
                    good.add(id(mark))
        if problems:
            report.outcome = "failed"
            report.result = []
            # The tags of a scenario are a set, and come in any order.
            report.longrepr = "\n".join(map(inert, sorted(problems, key=problems.__getitem__)))
            report.ddcompat_refused = True  # type: ignore[attr-defined]

    def _placed(
        self, item: pytest.Item, mark: pytest.Mark, problem: str
    ) -> dict[str, tuple[int, int]]:
        """Return a problem as told at its places, each with what orders them."""
        at_tags: dict[str, tuple[int, int]] = {}
        if self._config.pluginmanager.has_plugin("ddcompat-bdd"):
            from pytest_ddcompat.session.bdd import problems_at_tags

            at_tags = problems_at_tags(item, mark, problem)
        place = place_of(item)
        return at_tags or {f"{printable(str(place))}: {problem}": (place.line or 0, 0)}

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None, None, None]:
        """Deselect tests after all other plugins have had their say."""
        stand_ins: list[pytest.Item] = []
        if "require" in IMPORTED:
            from pytest_ddcompat.session.collection import take_stand_ins

            with contain(
                config, "plugins may reorder the tests that stand for unsupported modules"
            ):
                stand_ins = take_stand_ins(items)
        yield
        items.extend(stand_ins)
        gone: dict[pytest.Item, Decision] = {}
        if self.gates.first.inputs.may(Action.DESELECT):
            from pytest_ddcompat.session.collection import take_deselected

            with contain(config, "no test is deselected"):
                gone = take_deselected(items, self.decide)
        with contain(config, "the summary does not count the deselected tests"):
            for item, decision in gone.items():
                self._ledger.collect(item.nodeid, place_of(item), decision, "deselected")
                self._tell(item, decision)
        if gone:
            config.hook.pytest_deselected(items=list(gone))

    def before_tests(self, session: pytest.Session) -> None:
        """Look and decide before a test, or a fixture, can change what is detected."""
        with contain(
            self._config, "tests may change the environment before the plugin looks at it"
        ):
            option = session.config.option
            stops = session.testsfailed and not option.continue_on_collection_errors
            # With pytest-xdist, the session that starts the workers has no tests.
            items = () if option.collectonly or stops else getattr(session, "items", ())
            # One marked test is enough to look for: most runs have nothing to prepare.
            is_gated = any(map(marks_of, items))
            asks = bool(items) and asks_inside(session)
            if asks or (items and (is_gated or IMPORTED)):
                self.gates.look_ahead(items, everywhere=asks)
            known = [gate.decide_known() for gate in self.gates] if is_gated else ()
            if self.gates.is_amended or any(map(_changes_test, chain.from_iterable(known))):
                for item in items:
                    self._prepare(item)

    def _prepare(self, item: pytest.Item) -> None:
        """Prepare a test for its decision, if that changes the test itself."""
        decision = self.decide(item)
        if decision is not None and _changes_test(decision):
            self._has_prepared = True
            # A fault is the test's own error: it is prepared again when it is set up.
            with suppress(Exception):
                prepare(item, decision)

    def decide(self, item: pytest.Item) -> Decision | None:
        """Decide on a test by all marks that it has now; None if it has none of ours."""
        marks = marks_of(item)
        if not marks:
            return None
        try:
            gates = self.gates
            if gates.has_folders or gates.is_amended:
                return gates.decide(item, marks)
            return gates.first.decide(marks)  # in most runs: each call counts for each test
        except BaseException as error:  # noqa: BLE001 - the test's error, not the run's
            return Decision.failed(f"ddcompat: {describe(error)}")

    def stop(self, item: pytest.Item) -> BaseException | None:
        """Return the outcome to raise when a test is set up, or None if it is to run."""
        # Decided anew, for hooks may have marked the test since, or changed what a mark says.
        decision = self.decide(item) or item.stash.get(STAND_IN, None)
        if decision is None:
            if self._has_prepared:
                undo(item)
            return None
        if self.gates.is_observed:
            self._tell(item, decision)
        action = decision.action
        if action is _FAIL or action is _XFAIL:  # as `_changes_test`, whose call costs each test
            self._has_prepared = True
            prepare(item, decision)
        elif self._has_prepared:
            undo(item)
        return stop(item, decision, self._ledger)

    def _tell(self, item: pytest.Item, decision: Decision) -> None:
        with contain(self._config, f"pytest_ddcompat_decided has an error for {item.nodeid}"):
            item.ihook.pytest_ddcompat_decided(item=item, decision=decision)

    def pytest_exception_interact(self, node: object, call: pytest.CallInfo[Any]) -> None:
        """Count a test whose set-up another hook ended before this plugin decided on it."""
        if call.when != "setup" or not isinstance(node, pytest.Item):
            return
        with contain(self._config, f"the summary does not count {node.nodeid}"):
            decision = self.decide(node)
            is_known = self._ledger.codec.find(node.user_properties) is not None
            if decision is not None and not is_known and not is_skipped_by_author(node):
                self._ledger.enter_early(node, decision)


def _changes_test(decision: Decision) -> bool:
    """Whether a decision changes the test itself, before it is set up."""
    action = decision.action
    return action is _FAIL or action is _XFAIL


def _mark_declared(report: pytest.CollectReport, declarations: RunDeclarations) -> None:
    """Mark tests by their declarations, but not those that stand for a stopped module."""
    for item in report.result or ():
        if isinstance(item, pytest.Item) and STAND_IN not in item.stash:
            declarations.mark(item)
