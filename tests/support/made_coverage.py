"""Makes what `jobs/coverage.py` measures, without records."""

from __future__ import annotations

from typing import Any

from pytest_ddcompat.jobs.covered import Coverage, Job, Missed, Reason
from pytest_ddcompat.jobs.selection import Suite

HOSTILE = "a|b`c<script>alert(1)</script>\n::error::*d* [e](f) @g \\ \x1b[31m \u202e é"


def made_coverage(**changes: Any) -> Coverage:
    """Make a coverage of one test, which ran in one of two jobs, but for some changes."""
    suite = Suite("0", "https://git.example/acme", {"iast-python": 64 * "a"}, ("c0ffee",), 2)
    jobs = [Job("linux", "ddtrace 2.6.0, linux", 1, 1), Job("mac", "ddtrace 2.5.0, macos", 1, 0)]
    plain = Coverage(suite, jobs, 1, 1, [], [], [], [], [], [], [], [], [])
    return plain._replace(**changes)


def long_coverage(number: int, kinds: int, word: str = "x") -> Coverage:
    """Make a coverage of which every list is long, and every word may be anything."""

    def missed(n: int) -> Missed:
        reason = Reason(word, word, f"{word} {n % kinds}", word, word, "", 1)
        return Missed(f"{word}::{n}", word, 1, (reason,) * 10, word)

    tests = [missed(n) for n in range(number)]
    suite = Suite("0", word, {word: word}, (word,), number)
    return Coverage(
        suite, [Job(f"{word}{n}", word, 1, 1) for n in range(number)], number, 0, tests,
        [one.test for one in tests], [one._replace(allowed=word) for one in tests], tests,
        [f"{word}{n}" for n in range(number)], None, [], [suite] * number, [],
    )  # fmt: skip
