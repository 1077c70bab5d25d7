"""The terminal summary: what was gated, why, and what would mend it."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.checks.common import Situation
from pytest_ddcompat.checks.tracer import IMPLEMENTATIONS
from pytest_ddcompat.detection import NOT_ASKED
from pytest_ddcompat.matrix import LEVEL_WORDS
from pytest_ddcompat.versions import parse_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_ddcompat.environment import Fact
    from pytest_ddcompat.gate import Gate
    from pytest_ddcompat.tally import Tally

__all__ = ["head_of", "summary_lines"]

_ACTIONS = {
    "run": "let through",
    "xfail": "let through as xfail",
    "skip": "skipped",
    "fail": "failed",
    "deselect": "deselected",
}
_MINIMUM = re.compile(r"(.+) >=([\w.!+]+)(?: \(preview\))?")


def head_of(gate: Gate) -> list[tuple[int, str]]:
    """Words for a run's page, the day on which it was read, and the environment.

    Each has a rank, so that those of several processes can be put together in order.
    """
    matrix, environment = gate.matrix, gate.environment
    release = Situation.of(environment, matrix).release
    level = f" ({LEVEL_WORDS[release.level(environment.date)]})" if release else ""
    python = IMPLEMENTATIONS.get(environment.implementation.value or "", "Python")
    frameworks = {n: f for n, f in environment.frameworks().items() if not _is_absent(f)}
    documented = {name: environment.framework(name) for name in matrix.framework_names()}
    frameworks.update({n: f for n, f in documented.items() if f.known and f.value is not None})
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
    page = f"{matrix.page.id} (read {matrix.page.read})"
    tracer = _in_words(matrix.page.tracer, environment.tracer)
    return sorted([(0, page), (1, f"{tracer}{level}"), *words])


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


def summary_lines(tally: Tally, head: Sequence[tuple[int, str]]) -> list[str]:
    """Tell what was gated.

    Args:
        tally: How many tests had each decision.
        head: Words for the page and the environment.
    """
    words = [word for _, word in head]
    by_action: Counter[str] = Counter()
    by_reason: Counter[tuple[str, str]] = Counter()
    by_remedy: Counter[tuple[str, ...]] = Counter()
    for decision, count in tally.parsed():
        action = decision["action"]
        by_action[action] += count
        if decision["reason"]:
            by_reason[action, decision["reason"]] += count
        if decision["mend"] and action not in {"run", "xfail"}:
            by_remedy[tuple(decision["mend"])] += count
    total = sum(by_action.values())
    counts = ", ".join(f"{by_action[a]} {_ACTIONS[a]}" for a in _ACTIONS if by_action[a])
    return [
        f"{words[0]}: {', '.join(words[1:])}",
        f"{total} gated: {counts}",
        *(f"  {n} {_ACTIONS[a]}: {reason}" for (a, reason), n in by_reason.most_common()),
        *(
            f"  {n} passed all the same: {json.loads(text)['reason']}"
            for text, n in tally.news.items()
        ),
        *_remedies(by_remedy),
    ]


def _remedies(by_remedy: Mapping[tuple[str, ...], int]) -> list[str]:
    """What would let how many more run; a higher minimum counts those of the lower ones too."""
    counts = {
        remedy: own + sum(n for other, n in by_remedy.items() if _is_below(other, remedy))
        for remedy, own in by_remedy.items()
    }
    return [
        f"{' and '.join(remedy)} would let {n} more {'test' if n == 1 else 'tests'} run"
        for remedy, n in sorted(counts.items(), key=lambda pair: (pair[1], pair[0]))
    ]


def _is_below(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether both are a minimum of the same thing alone, and the first is the lower."""
    if len(one) != 1 or len(other) != 1:
        return False
    lower, higher = _MINIMUM.fullmatch(one[0]), _MINIMUM.fullmatch(other[0])
    if not lower or not higher or lower[1] != higher[1]:
        return False
    return parse_version(lower[2]) < parse_version(higher[2])
