"""The hooks that count gated tests by their reports, and tell of them at the end of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.run import gate_of, tally_of

if TYPE_CHECKING:
    import pytest

__all__ = ["Counting"]


class Counting:
    """Counts each gated test once, whichever process ran it."""

    def __init__(self, config: pytest.Config) -> None:
        self._tally = tally_of(config)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test's decision when the test has ended, reruns once."""
        for name, text in report.user_properties:
            if name == "ddcompat":
                self._tally.see(report, str(text))

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        """Tell what was gated, why, and what would mend it."""
        if self._tally.parsed():
            from pytest_ddcompat.report import head_of, summary_lines

            gate = gate_of(config)
            head = self._tally.head or head_of(gate)
            terminalreporter.section("ddcompat", sep="=")
            for line in summary_lines(self._tally, head, gate):
                terminalreporter.line(line)
