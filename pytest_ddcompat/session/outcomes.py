"""How many tests had each decision."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Tally", "parsed_decision"]

_KEYS = {"verdict", "action", "requires", "reason", "mend"}
_ACTIONS = {"run", "skip", "fail", "xfail", "deselect"}


class Tally:
    """Counts tests by the text of their decision (`Decision.to_text`).

    Attributes:
        decisions: Tests by decision.
        news: Those of them that passed although a failure was expected.
        head: Words for the page and the environment, of all processes that decided, each with its
            rank.
    """

    def __init__(self) -> None:
        self.decisions: dict[str, int] = {}
        self.news: dict[str, int] = {}
        self.head: list[tuple[int, str]] = []
        self._shared: dict[str, int] = {}
        self._last: dict[tuple[str, str], str] = {}
        self._parsed: dict[str, dict[str, Any]] = {}

    def add(self, decision: str, count: int = 1) -> None:
        """Count tests with a decision."""
        self.decisions[decision] = self.decisions.get(decision, 0) + count

    def see(self, report: pytest.TestReport, decision: str) -> None:
        """Count a test by the last report of it: once in each process, however often it is run."""
        if report.when == "teardown" and self._is_decision(decision):
            worker = getattr(report, "worker_id", "")
            self._last[report.nodeid, worker] = sys.intern(decision)
        elif report.when == "call" and hasattr(report, "wasxfail"):
            self._see_expected(report, decision)

    def see_ended(self, decision: str) -> None:
        """Count a test that has ended, and that a decision is attached to."""
        known = self.decisions.get(decision)
        if known is not None:
            self.decisions[decision] = known + 1
        elif self._is_decision(decision):
            self.add(decision)

    def _is_decision(self, text: str) -> bool:
        """Whether it is no property of the test's own."""
        return self._parse(text).get("action") in _ACTIONS

    def _see_expected(self, report: pytest.TestReport, decision: str) -> None:
        """Count a test that passed although a decision expected its failure."""
        parsed = self._parse(decision)
        # Reports of subtests are of classes of their own.
        passed = type(report) is pytest.TestReport and report.passed
        expected = parsed.get("action") == "xfail" and parsed["reason"]
        if passed and expected and getattr(report, "wasxfail", None) == expected:
            self.news[decision] = self.news.get(decision, 0) + 1

    def merge(self, head: Iterable[tuple[int, str]], decisions: Mapping[str, int]) -> None:
        """Take over what another process counted of the collection, which all share."""
        self.head = sorted({*self.head, *((rank, word) for rank, word in head)})
        for text, count in decisions.items():
            self._shared[text] = max(count, self._shared.get(text, 0))

    def parsed(self) -> list[tuple[dict[str, Any], int]]:
        """All decisions as mappings, each with its count."""
        counts = Counter(self.decisions)
        counts.update(self._shared)
        counts.update(self._last.values())
        return [(self._parse(text), count) for text, count in counts.items()]

    def _parse(self, decision: str) -> dict[str, Any]:
        parsed = self._parsed.get(decision)
        if parsed is None:
            parsed = self._parsed[decision] = parsed_decision(decision) or {}
        return parsed


def parsed_decision(text: str) -> dict[str, Any] | None:
    """What `Decision.to_text` wrote; None if it is a test's own property of the same name."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) and set(parsed) == _KEYS else None
