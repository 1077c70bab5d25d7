"""A project to run pytest in, as the tests of the plugin share it."""

from __future__ import annotations

import json
import sys
from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat import plugin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

FACTS: dict[str, object] = {
    "tracer": "2.5.0",
    "python": "3.11.7",
    "implementation": "cpython",
    "os": "linux",
    "cpu": "x86-64",
    "deployments": [],
    "frameworks": {"django": "4.2.1", "flask": None},
    "agent": "7.60.0",
    "site": "datadoghq.com",
    "remote_configuration": True,
    "date": "2026-05-31",
}


class Run(NamedTuple):
    """One run of pytest.

    Attributes:
        status: Exit status.
        out: Lines of the output.
        err: Lines of the standard error.
        outcomes: Each test's outcome, by the end of its node id; several are joined.
    """

    status: int
    out: list[str]
    err: list[str]
    outcomes: dict[str, str]

    def section(self, title: str) -> list[str]:
        """Lines of the output under a title, without empty ones, up to the next title."""
        heads = [n for n, line in enumerate(self.out) if line.startswith("==")]
        ours = [n for n in heads if self.out[n].strip("=") == f" {title} "]
        if not ours:
            return []
        end = min(n for n in heads if n > ours[0])
        return [line for line in self.out[ours[0] + 1 : end] if line]


class Project:
    """A project that takes all facts from a file, so that this machine decides nothing."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pytester = pytester
        self.path = pytester.path
        # Loading every installed plugin into each run would take most of the time.
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        monkeypatch.setenv("PYTEST_PLUGINS", "pytest_ddcompat.plugin")
        monkeypatch.setenv("COLUMNS", "300")
        # A run of these tests on workers is not to make the project's runs look like theirs.
        for name in ("CI", "BUILD_NUMBER", "DD_SITE", "PYTEST_XDIST_WORKER"):
            monkeypatch.delenv(name, raising=False)
        self.write("facts.json", json.dumps(FACTS))
        self.write("pytest.ini", "[pytest]\nddcompat_facts = facts.json\n")

    def write(self, name: str, text: str) -> Path:
        """Write a file of the project."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    def run(self, *options: str, plugins: Sequence[object] = ()) -> Run:
        """Run pytest in this process."""
        recorder = Recorder()
        result = self.pytester.runpytest_inprocess(
            "-p", "no:cacheprovider", *options, plugins=[plugin, recorder, *plugins]
        )
        return Run(int(result.ret), result.outlines, result.errlines, recorder.outcomes)

    def run_apart(self, *options: str, given: bytes = b"") -> Run:
        """Run pytest in a process of its own; the outcomes are counts."""
        command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options)
        result = self.pytester.run(*command, stdin=given)
        counts = {name: str(count) for name, count in result.parseoutcomes().items()}
        return Run(int(result.ret), result.outlines, result.errlines, counts)


class Recorder:
    """Keeps the outcome of each test."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        for item in items:
            self._add(item.nodeid, "deselected")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            self._add(report.nodeid, self._category(report))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if not report.passed:
            self._add(report.nodeid, f"collection {report.outcome}")

    def _add(self, nodeid: str, outcome: str) -> None:
        name = nodeid.partition("::")[2] or nodeid
        self.outcomes[name] = " ".join(filter(None, (self.outcomes.get(name), outcome)))

    def _category(self, report: pytest.TestReport) -> str:
        if hasattr(report, "wasxfail"):
            return "xfailed" if report.skipped else "xpassed"
        return "error" if report.failed and report.when != "call" else str(report.outcome)
