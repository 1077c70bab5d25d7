"""What a collection comes to: markers that cannot be understood, modules that are not supported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddcompat.execution import failure
from pytest_ddcompat.fixture import decision_of

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from pytest_ddcompat.gate import Gate

__all__ = ["UnsupportedModule", "refuse_problems", "resolve_module"]


def refuse_problems(
    report: pytest.CollectReport,
    gate: Gate,
    marked: Sequence[tuple[pytest.Item, Sequence[pytest.Mark]]],
) -> None:
    """Make a collection fail that has markers which cannot be understood; name them all."""
    problems = dict.fromkeys(
        f"{_place(item)}: {problem}"
        for item, marks in marked
        for mark in marks
        if (problem := gate.problem(mark))
    )
    if problems:
        report.outcome = "failed"
        report.result = []
        report.longrepr = "\n".join(problems)
        report.ddcompat_refused = True  # type: ignore[attr-defined]


def resolve_module(report: pytest.CollectReport, collector: pytest.Collector) -> str:
    """Act on a module that called `require()` where it is not supported.

    Returns:
        The decision's text where the module is skipped; a module that fails becomes a test.
    """
    excinfo = getattr(getattr(report, "call", None), "excinfo", None)
    decision = decision_of(excinfo.value) if excinfo else ""
    if not excinfo or not decision or report.skipped:
        return decision
    lines = [entry.lineno for entry in excinfo.traceback if entry.path == collector.path] or [0]
    if _is_selected_within(collector):
        # No test of its own can stand for one that is asked for by its id.
        report.longrepr = f"{collector.nodeid}:{lines[-1] + 1}: {excinfo.value}"
        return ""
    item = UnsupportedModule.from_parent(
        collector, name="require", reason=str(excinfo.value), line=lines[-1]
    )
    item.user_properties.append(("ddcompat", decision))
    report.outcome = "passed"
    report.longrepr = None
    report.result = [item]
    vars(report)["call"] = None
    return ""


class UnsupportedModule(pytest.Item):
    """Stands for the tests of a module whose `require()` failed it."""

    def __init__(self, *, reason: str, line: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._reason = reason
        self._line = line

    def runtest(self) -> None:
        """Fail."""
        pytest.fail(self._reason, pytrace=False)

    def repr_failure(self, *_: object, **__: object) -> Any:
        """Point at the module's call of `require()`."""
        return failure(self, self._reason)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Where the module calls `require()`."""
        return self.path, self._line, "pytest_ddcompat.require"


def _is_selected_within(collector: pytest.Collector) -> bool:
    """Whether the run asks for single tests of a module."""
    folder = collector.config.invocation_params.dir
    paths = [arg.partition("::")[0] for arg in collector.config.args if "::" in arg]
    return any((folder / path).resolve() == collector.path for path in paths)


def _place(item: pytest.Item) -> str:
    path, line, _ = item.location
    return path if line is None else f"{path}:{line + 1}"
