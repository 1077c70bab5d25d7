"""Runs pytest once or more in this process, and writes what became of each test.

    python drive.py RECORD TIMES OPTION...

It imports nothing of its own, so that it works with `python -I` too.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if not sys.flags.isolated:
    sys.path[0] = ""  # as `python -m pytest` has it

import pytest

if TYPE_CHECKING:
    import warnings


class Recorder:
    """Keeps each phase of each test and collector, and each warning, of one run.

    Attributes:
        plugins: The distributions whose plugins were loaded.
        order: Node ids as they were run; under pytest-xdist, as its workers collected them.
        phases: By node id, what was reported of it.
        warnings: By node id, the categories of its warnings.
    """

    def __init__(self) -> None:
        self.plugins: list[str] = []
        self.order: list[str] = []
        self.phases: dict[str, list[str]] = {}
        self.warnings: dict[str, list[str]] = {}

    def pytest_configure(self, config: pytest.Config) -> None:
        loaded = config.pluginmanager.list_plugin_distinfo()
        self.plugins = sorted({distribution.metadata["name"] for _, distribution in loaded})

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self.order = ids

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        self.order.append(item.nodeid)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        for item in items:
            self._add(item.nodeid, "deselected")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._add(report.nodeid, f"collect {report.outcome}{reason(report)}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        more = [f" {name}" for name, _ in report.user_properties]
        more += [f" [{title}]" for title, _ in report.sections]
        self._add(report.nodeid, f"{report.when} {report.outcome}{reason(report)}{''.join(more)}")

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, nodeid: str
    ) -> None:
        self.warnings.setdefault(nodeid, []).append(warning_message.category.__name__)

    def _add(self, nodeid: str, phase: str) -> None:
        self.phases.setdefault(nodeid, []).append(phase)


def reason(report: pytest.CollectReport | pytest.TestReport) -> str:
    """Tell why a test was skipped, or expected to fail."""
    if hasattr(report, "wasxfail"):
        return f" xfail={report.wasxfail}"
    return f" ({report.longrepr[-1]})" if isinstance(report.longrepr, tuple) else ""


def run(options: list[str]) -> dict[str, Any]:
    """Run pytest once."""
    recorder = Recorder()
    status = int(pytest.main(options, plugins=[recorder]))
    return {"status": status, **vars(recorder)}


if __name__ == "__main__":
    record, times, *given = sys.argv[1:]
    runs = [run(given) for _ in range(int(times))]
    Path(record).write_text(json.dumps(runs), encoding="utf-8")
