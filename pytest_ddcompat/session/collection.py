"""Act on a collection: modules that call `require()`, and tests that are deselected."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.requirement.markers import mark_of
from pytest_ddcompat.session.execution import is_skipped_by_author, prepare
from pytest_ddcompat.session.fixture import decision_of, require
from pytest_ddcompat.session.outcomes import Place
from pytest_ddcompat.session.state import STAND_IN, ledger_of
from pytest_ddcompat.values.text import inert, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_ddcompat.session.decision import Decision

__all__ = [
    "UnsupportedModule",
    "act_on_required",
    "take_deselected",
    "take_stand_ins",
]

_STAND_INS = pytest.StashKey[list[pytest.Item]]()
_STAND_IN_NAME = "require"
_STOPPED = pytest.StashKey[set[Path]]()


def act_on_required(
    report: pytest.CollectReport, collector: pytest.Collector, queue: list[Decision]
) -> None:
    """Act on the requirements that code made while it was collected, and take them from the queue.

    Those of a module that goes on become markers of each of its tests.
    """
    required, queue[:] = [*queue], []
    if not report.passed:
        _stop_module(report, collector)
    elif isinstance(collector, pytest.Module):
        pairs = dict.fromkeys(p for d in required for p in zip(d.requirements, d.strict))
        collector.own_markers.extend(mark_of(*pair) for pair in pairs)


def _stop_module(report: pytest.CollectReport, collector: pytest.Collector) -> None:
    """Enter a module that `require()` skipped, or replace a failed one by a test that fails."""
    excinfo = getattr(getattr(report, "call", None), "excinfo", None)
    decision = decision_of(excinfo.value) if excinfo else None
    if not excinfo or not decision:
        return
    stopped = collector.config.stash.setdefault(_STOPPED, set())
    is_known = collector.path in stopped  # as a module of doctests, too
    stopped.add(collector.path)
    caller = _caller(excinfo)
    in_module = caller.path == collector.path
    place = Place(collector.nodeid, caller.lineno + 1 if in_module else None)
    if report.skipped:
        if not is_known:
            ledger_of(collector.config).collect(collector.nodeid, place, decision, "skipped")
        return
    if not in_module or _is_selected_within(collector):
        # No test can stand for a package, nor for one that is selected by its id.
        path = _relative(caller.path, collector.config.invocation_params.dir)
        report.longrepr = inert(f"{printable(path)}:{caller.lineno + 1}: {excinfo.value}")
        ledger_of(collector.config).collect(collector.nodeid, place, decision, "error")
        return
    report.outcome = "passed"
    report.longrepr = None
    report.result = []
    vars(report)["call"] = None
    if not is_known:
        report.result.append(_stand_in(collector, decision, caller.lineno))


def _stand_in(collector: pytest.Collector, decision: Decision, line: int) -> pytest.Item:
    # Plugins such as flaky ask for the module itself, which must not be imported again.
    collector.obj = ModuleType(collector.name)  # type: ignore[attr-defined]
    item = UnsupportedModule.from_parent(collector, name=_STAND_IN_NAME, line=line)
    prepare(item, decision)
    item.stash[STAND_IN] = decision
    collector.config.stash.setdefault(_STAND_INS, []).append(item)
    return item


def _caller(excinfo: pytest.ExceptionInfo[BaseException]) -> Any:
    """Return the traceback's entry of whoever called `require()`."""
    own = Path(require.__code__.co_filename)
    return [entry for entry in excinfo.traceback if entry.path != own][-1]


def _relative(path: str | os.PathLike[str], folder: Path) -> str:
    try:
        return os.path.relpath(path, folder)
    except ValueError:  # on another drive of Windows
        return str(path)


def take_stand_ins(config: pytest.Config, items: list[pytest.Item]) -> list[pytest.Item]:
    """Take the tests that stand for modules out, so that no other plugin deselects them."""
    stand_ins = config.stash.get(_STAND_INS, [])
    if stand_ins:
        items[:] = [item for item in items if item not in stand_ins]
    return stand_ins


def take_deselected(
    items: list[pytest.Item], decide: Callable[[pytest.Item], Decision | None]
) -> dict[pytest.Item, Decision]:
    """Take the tests out that a decision deselects, but not those that their author skips."""
    decided = {item: decision for item in items if (decision := decide(item)) is not None}
    gone = {
        item: decision
        for item, decision in decided.items()
        if decision.action is Action.DESELECT and not is_skipped_by_author(item)
    }
    if gone:
        items[:] = [item for item in items if item not in gone]
    return gone


class UnsupportedModule(pytest.Item):
    """Stands for the tests of a module whose `require()` failed it."""

    def __init__(self, *, line: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._line = line

    def runtest(self) -> None:
        """Do nothing: `execution.prepare` makes it fail."""

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Return the place where the module calls `require()`."""
        return self.path, self._line, "pytest_ddcompat.require"


def _is_selected_within(collector: pytest.Collector) -> bool:
    """Whether the run selects single tests of a module, other than its stand-in."""
    folder = collector.config.invocation_params.dir
    selected = [arg.partition("::") for arg in collector.config.args]
    paths = [path for path, _, test in selected if test not in {"", _STAND_IN_NAME}]
    return any((folder / path).resolve() == collector.path for path in paths)
