"""The hooks that count gated tests by their reports, and tell of them at the end of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat import as_it_is
from pytest_ddcompat.session.faults import harmless, note, trouble_of
from pytest_ddcompat.session.state import gate_of, settle, tally_of

if TYPE_CHECKING:
    import pytest

__all__ = ["Counting", "CountingReports"]


class Counting:
    """Tells at the end of a run what was gated, which the run's own gating counts."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._tally = tally_of(config)

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        """Tell what was gated, why, and what would mend it."""
        settle(config)
        with harmless(config, "the summary cannot be told"):
            if self._tally.parsed():
                as_it_is("session.summary")
                from pytest_ddcompat.session.summary import tell

                tell(terminalreporter, self._tally, gate_of(config))
        for trouble in trouble_of(config):
            terminalreporter.line(trouble, yellow=True)


class CountingReports(Counting):
    """Counts each gated test once by its reports, whichever process ran it.

    A hook that is called for each of a test's reports costs as much as all else of gating it.
    """

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test's decision when the test has ended, reruns once."""
        try:
            for name, text in report.user_properties:
                if name == "ddcompat":
                    self._tally.see(report, str(text))
        except BaseException as error:  # noqa: BLE001 - what ends a run is raised again
            note(self._config, f"{report.nodeid} cannot be counted", error)
