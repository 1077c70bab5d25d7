"""The terminal summary: what was gated, why, and what would mend it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.environment.detection import NOT_ASKED
from pytest_ddcompat.evaluation.checks.common import Situation
from pytest_ddcompat.evaluation.checks.tracer import IMPLEMENTATIONS
from pytest_ddcompat.matrix.rows import LEVEL_WORDS
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from pytest_ddcompat.environment.environment import Environment, Fact
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.session.gate import Gate
    from pytest_ddcompat.session.outcomes import Tally

__all__ = ["head_of", "tell"]

_ACTIONS = {
    "run": "let through",
    "xfail": "let through as xfail",
    "skip": "skipped",
    "fail": "failed",
    "deselect": "deselected",
}


_TRIED = 20  # changes, each on all tests that are stopped; of more, those that most tests need


def head_of(gate: Gate) -> list[tuple[int, str]]:
    """Words for a run's pages, the day on which each was read, and the environment.

    Each has a rank, so that those of several processes can be put together in order.
    """
    environment = gate.environment
    python = IMPLEMENTATIONS.get(environment.implementation.value or "", "Python")
    frameworks = {n: f for n, f in environment.frameworks().items() if not _is_absent(f)}
    documented = {name: environment.framework(name) for name in gate.matrices.framework_names()}
    frameworks.update({n: f for n, f in documented.items() if f.known and f.value is not None})
    by_library = {m.page.tracer: m for m in reversed([*gate.matrices])}
    for library in by_library:
        frameworks.pop(library, None)
    facts: list[list[tuple[str, Fact[Any]]]] = [
        [(python, environment.python)],
        [("on", environment.os)],
        [("CPU", environment.cpu)],
        list(frameworks.items()),
        [("deployment", environment.deployments)],
        [("site", environment.site)],
        [("Remote Configuration", environment.remote_configuration)],
        [("Agent", environment.agent)],
    ]
    words = [
        (rank, _in_words(label, fact))
        for rank, group in enumerate(facts, start=2)
        for label, fact in group
        if fact.signal != NOT_ASKED
    ]
    pages = " and ".join(f"{m.page.id} (read {m.page.read})" for m in gate.matrices)
    tracers = [(1, _tracer(environment, matrix)) for matrix in by_library.values()]
    return sorted([(0, pages), *tracers, *words])


def _tracer(environment: Environment, matrix: Matrix) -> str:
    situation = Situation.of(environment, matrix)
    release, day = situation.release, environment.date
    level = f" ({LEVEL_WORDS[release.level(day)]})" if release else ""
    return f"{_in_words(matrix.page.tracer, situation.installed)}{level}"


def _is_absent(fact: Fact[Any]) -> bool:
    return fact.known and fact.value is None


def _in_words(label: str, fact: Fact[Any]) -> str:
    if not fact.known:
        return f"{label} unknown ({fact.signal})"
    if fact.value is None:
        return f"no {label}"
    if isinstance(fact.value, frozenset):
        return f"{label} {'+'.join(sorted(fact.value)) or 'of no documented type'}"
    value = {True: "on", False: "off"}[fact.value] if isinstance(fact.value, bool) else fact.value
    return f"{label} {value}"


def tell(reporter: pytest.TerminalReporter, tally: Tally, gate: Gate) -> None:
    """Write the section of the summary, all of it or nothing."""
    lines = _lines(tally, tally.head or head_of(gate), gate)
    reporter.section("ddcompat", sep="=")
    for line in lines:
        reporter.line(line)


def _lines(tally: Tally, head: Sequence[tuple[int, str]], gate: Gate) -> list[str]:
    """Tell what was gated.

    Args:
        tally: How many tests had each decision.
        head: Words for the page and the environment.
        gate: The run's page, environment and policy.
    """
    words = [word for _, word in head]
    news: Counter[str] = Counter()
    for text, count in tally.news.items():
        news[json.loads(text)["reason"]] += count
    by_action: Counter[str] = Counter()
    by_reason: Counter[tuple[str, str]] = Counter()
    stopped: list[tuple[list[Requirement], int]] = []
    for decision, count in tally.parsed():
        action = decision["action"]
        by_action[action] += count
        if decision["reason"]:
            by_reason[action, decision["reason"]] += count
        if action not in {"run", "xfail"}:
            stopped.append(([Requirement.from_marker(r) for r in decision["requires"]], count))
    total = sum(by_action.values())
    counts = ", ".join(f"{by_action[a]} {_ACTIONS[a]}" for a in _ACTIONS if by_action[a])
    return [
        f"{words[0]}: {', '.join(words[1:])}",
        f"{total} gated: {counts}",
        *(f"  {n} {_ACTIONS[a]}: {reason}" for (a, reason), n in by_reason.most_common()),
        *(f"  {n} passed all the same: {reason}" for reason, n in news.items()),
        *_remedies(stopped, gate),
    ]


def _remedies(stopped: Sequence[tuple[list[Requirement], int]], gate: Gate) -> list[str]:
    """What would let how many more tests run; each remedy is tried on all that are stopped."""
    try:
        mended = [(gate.mended(asked), n) for asked, n in stopped]
        by_need: Counter[tuple[str, ...]] = Counter()
        for found, n in mended:
            by_need[found.remedies] += n
        del by_need[()]
        environments = {found.remedies: found.environment for found, _ in mended}
        counts = {
            remedies: sum(
                n for asked, n in stopped if gate.would_run(asked, environments[remedies])
            )
            for remedies, _ in by_need.most_common(_TRIED)
        }
    except CompatibilityError:
        # The hook of a folder's conftest gave pages to workers alone.
        return []
    told = [
        f"{' and '.join(remedies)} would let {n} more {'test' if n == 1 else 'tests'} run"
        for remedies, n in sorted(counts.items(), key=lambda pair: (pair[1], pair[0]))
    ]
    rest = len(by_need) - len(counts)
    changes = "change" if rest == 1 else "changes"
    return [*told, f"{rest} other {changes} would let tests run too"] if rest else told
