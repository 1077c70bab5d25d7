"""What a collection comes to: markers that cannot be understood, modules that are not supported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.pathlib import bestrelpath

from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.requirement.markers import mark_of
from pytest_ddcompat.session.execution import attach, failure, is_skipped_by_author
from pytest_ddcompat.session.fixture import decision_of, require
from pytest_ddcompat.session.state import gating_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from pytest_ddcompat.session.gate import Decision, Gate

__all__ = [
    "UnsupportedModule",
    "place_of",
    "settle_asked",
    "take_deselected",
    "take_stand_ins",
]

_STAND_INS = pytest.StashKey[list[pytest.Item]]()
_STAND_IN = "require"
_STOPPED = pytest.StashKey[set[Path]]()


def settle_asked(report: pytest.CollectReport, collector: pytest.Collector, gate: Gate) -> str:
    """Act on what was required while something was collected.

    What a module required, where it was let through, becomes a marker of each of its tests.

    Returns:
        The decision's text where a module is skipped.
    """
    asked, gate.asked[:] = [*gate.asked], []
    if not report.passed:
        return _resolve_module(report, collector)
    if isinstance(collector, pytest.Module):
        requirements = dict.fromkeys(r for d in asked for r in d.requirements)
        collector.own_markers.extend(mark_of(r) for r in requirements)
    return ""


def _resolve_module(report: pytest.CollectReport, collector: pytest.Collector) -> str:
    """Act on a module that called `require()` where it is not supported.

    Returns:
        The decision's text where the module is skipped; a module that fails becomes a test.
    """
    excinfo = getattr(getattr(report, "call", None), "excinfo", None)
    decision = decision_of(excinfo.value) if excinfo else None
    if not excinfo or not decision:
        return ""
    stopped = collector.config.stash.setdefault(_STOPPED, set())
    is_known = collector.path in stopped  # as a module of doctests, too
    stopped.add(collector.path)
    if report.skipped:
        return "" if is_known else decision.to_text()
    own = Path(require.__code__.co_filename)
    caller = [entry for entry in excinfo.traceback if entry.path != own][-1]
    if caller.path != collector.path or _is_selected_within(collector):
        # No test can stand for a package, nor for one that is asked for by its id.
        path = bestrelpath(collector.config.invocation_params.dir, Path(caller.path))
        report.longrepr = f"{path}:{caller.lineno + 1}: {excinfo.value}"
        return ""
    report.outcome = "passed"
    report.longrepr = None
    report.result = []
    vars(report)["call"] = None
    if not is_known:
        item = UnsupportedModule.from_parent(
            collector, name=_STAND_IN, reason=str(excinfo.value), line=caller.lineno
        )
        attach(item, ("ddcompat", decision.to_text()))
        report.result.append(item)
        collector.config.stash.setdefault(_STAND_INS, []).append(item)
    return ""


def take_stand_ins(config: pytest.Config, items: list[pytest.Item]) -> list[pytest.Item]:
    """Take the tests that stand for modules out, so that no other plugin deselects them."""
    stand_ins = config.stash.get(_STAND_INS, [])
    if stand_ins:
        items[:] = [item for item in items if item not in stand_ins]
    return stand_ins


def take_deselected(
    items: list[pytest.Item], decide: Callable[[pytest.Item], Decision | None]
) -> dict[pytest.Item, Decision]:
    """Take the tests out of which that is decided, but not those that their author skips."""
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

    def __init__(self, *, reason: str, line: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._reason = reason
        self._line = line

    def runtest(self) -> None:
        """Fail, and be counted."""
        gating_of(self.config).settle(self)
        pytest.fail(self._reason, pytrace=False)

    def repr_failure(self, *_: object, **__: object) -> Any:
        """Point at the module's call of `require()`."""
        return failure(self, self._reason)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Where the module calls `require()`."""
        return self.path, self._line, "pytest_ddcompat.require"


def _is_selected_within(collector: pytest.Collector) -> bool:
    """Whether the run asks for single tests of a module, beside the one that stands for it."""
    folder = collector.config.invocation_params.dir
    asked = [arg.partition("::") for arg in collector.config.args]
    paths = [path for path, _, test in asked if test not in {"", _STAND_IN}]
    return any((folder / path).resolve() == collector.path for path in paths)


def place_of(item: pytest.Item) -> str:
    """Where a test stands: its file and line."""
    path, line, _ = item.location
    return path if line is None else f"{path}:{line + 1}"
