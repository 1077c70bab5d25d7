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
from pytest_ddcompat.session.fixture import call_of, decision_of, require
from pytest_ddcompat.session.outcomes import Place
from pytest_ddcompat.session.state import STAND_IN, ledger_of
from pytest_ddcompat.values.text import inert, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_ddcompat.evaluation.decision import Decision

__all__ = [
    "UnsupportedModule",
    "act_on_required",
    "take_deselected",
    "take_stand_ins",
]

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
    """Enter a module that `require()` stopped, or replace it by tests that stand for it."""
    excinfo = getattr(getattr(report, "call", None), "excinfo", None)
    decision = decision_of(excinfo.value) if excinfo else None
    if not excinfo or not decision:
        return
    stopped = collector.config.stash.setdefault(_STOPPED, set())
    # As a module of doctests, too, or anew: pytest collects a folder again for each file of it.
    is_known = collector.path in stopped
    stopped.add(collector.path)
    path, line = _place_of_call(excinfo)
    in_module = path == collector.path
    place = Place(collector.nodeid, line if in_module else None)
    of_folder = _is_of_folder(path, collector)
    if of_folder and report.skipped:
        # At the module, since pytest-xdist shows skips of one place once.
        report.longrepr = (str(collector.path), 1, f"Skipped: {excinfo.value}")
    selected = _selected_within(collector)
    ledger = ledger_of(collector.config)
    if not (report.skipped or in_module or of_folder):
        # No test can stand for a module that others import.
        shown = _relative(path, collector.config.invocation_params.dir)
        report.longrepr = inert(f"{printable(shown)}:{line}: {excinfo.value}")
        ledger.collect(collector.nodeid, place, decision, "error")
    elif report.skipped and not (selected or is_known):
        ledger.collect(collector.nodeid, place, decision, "skipped")
    else:
        names = selected or ([] if is_known else [(_STAND_IN_NAME,)])
        _replace(report, collector, _stand_ins(collector, decision, place.line, names))


def _replace(
    report: pytest.CollectReport,
    collector: pytest.Collector,
    nodes: list[pytest.Item | pytest.Collector],
) -> None:
    """Make a module that could not be imported one that has these tests."""
    # Plugins such as flaky ask for the module itself, which must not be imported again.
    collector.obj = ModuleType(collector.name)  # type: ignore[attr-defined]
    report.outcome = "passed"
    report.longrepr = None
    report.result = nodes
    vars(report)["call"] = None


def _stand_ins(
    collector: pytest.Collector,
    decision: Decision,
    line: int | None,
    selected: Iterable[tuple[str, ...]],
) -> list[pytest.Item | pytest.Collector]:
    """Return a test for each name, which is found where the names of tests are selected."""
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for first, *rest in selected:
        by_first.setdefault(first, []).append(tuple(rest))
    nodes: list[pytest.Item | pytest.Collector] = []
    for name, rests in by_first.items():
        inner = [rest for rest in rests if rest]
        if inner:
            group = _StandInGroup.from_parent(collector, name=name)
            group.nodes = _stand_ins(group, decision, line, inner)
            nodes.append(group)
        else:
            nodes.append(_stand_in(collector, decision, line, name))
    return nodes


def _stand_in(
    collector: pytest.Collector, decision: Decision, line: int | None, name: str
) -> pytest.Item:
    item = UnsupportedModule.from_parent(collector, name=name, line=line)
    if decision.action is Action.FAIL:
        prepare(item, decision)
    item.stash[STAND_IN] = decision
    return item


def _place_of_call(excinfo: pytest.ExceptionInfo[BaseException]) -> tuple[Path, int]:
    """Return where `require()` was called."""
    call = call_of(excinfo.value)
    if call is not None:
        return call.file, call.line
    caller = _caller(excinfo)
    return Path(caller.path), caller.lineno + 1


def _is_of_folder(path: Path, collector: pytest.Collector) -> bool:
    """Whether a file speaks for all tests of its folder, a module's among them."""
    speaks = path.name in {"conftest.py", "__init__.py"}
    return speaks and path.parent in collector.path.parents


def _caller(excinfo: pytest.ExceptionInfo[BaseException]) -> Any:
    """Return the traceback's entry of whoever called `require()`."""
    own = Path(require.__code__.co_filename)
    return [entry for entry in excinfo.traceback if entry.path != own][-1]


def _relative(path: str | os.PathLike[str], folder: Path) -> str:
    try:
        return os.path.relpath(path, folder)
    except ValueError:  # on another drive of Windows
        return str(path)


def take_stand_ins(items: list[pytest.Item]) -> list[pytest.Item]:
    """Take the tests that stand for modules out, so that no other plugin deselects them.

    Each is left once, and the first of a module that its folder stops: the others of it only have
    to be found.
    """
    stand_ins: dict[object, pytest.Item] = {}
    for item in [item for item in items if isinstance(item, UnsupportedModule)]:
        items.remove(item)
        stand_ins.setdefault(item.path if item.is_of_folder else item.nodeid, item)
    return [*stand_ins.values()]


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
    """Stands for the tests of a module that `require()` stopped.

    Attributes:
        is_of_folder: Whether the call stands not in the module, but in its folder's conftest, or in
            a helper.
    """

    def __init__(self, *, line: int | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.is_of_folder = line is None
        self._line = (line or 1) - 1

    def runtest(self) -> None:
        """Do nothing: it is skipped, or `execution.prepare` makes it fail."""

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Return the place where the module calls `require()`."""
        return self.path, self._line, "pytest_ddcompat.require"


class _StandInGroup(pytest.Collector):
    """Stands for a class of a module whose `require()` stopped it, if a test in it is selected."""

    nodes: list[pytest.Item | pytest.Collector]

    def collect(self) -> list[pytest.Item | pytest.Collector]:
        """Return the tests that stand for the selected ones."""
        return self.nodes


def _selected_within(collector: pytest.Collector) -> list[tuple[str, ...]]:
    """Return the names of the tests of a module that the run selects, other than its stand-in."""
    folder = collector.config.invocation_params.dir
    selected: dict[tuple[str, ...], None] = {}
    for arg in collector.config.args:
        base, bracket, rest = arg.partition("[")  # of parameters, which may have colons
        path, *names = base.split("::")
        if names and names != [_STAND_IN_NAME] and (folder / path).resolve() == collector.path:
            names[-1] += bracket + rest
            selected[tuple(names)] = None
    return list(selected)
