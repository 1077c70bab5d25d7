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
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.environment import Environment, Fact
    from pytest_ddcompat.gate import Gate
    from pytest_ddcompat.tally import Tally

__all__ = ["environment_words", "head", "summary_lines"]

_ACTIONS = {
    "run": "let through",
    "xfail": "let through as xfail",
    "skip": "skipped",
    "fail": "failed",
    "deselect": "deselected",
}
_MINIMUM = re.compile(r"(.+) >=([\w.!+]+)(?: \(preview\))?")


def head(gate: Gate) -> list[str]:
    """Words for a run's page, the day on which it was read, and the environment."""
    matrix, environment = gate.matrix, gate.environment
    names = [*matrix.framework_names(), *environment.frameworks()]
    tracer, *others = environment_words(environment, names)
    release = Situation.of(environment, matrix).release
    level = f" ({LEVEL_WORDS[release.level(environment.date)]})" if release else ""
    page = f"{matrix.page.id} (read {matrix.page.read})"
    return [page, f"{tracer}{level}", *others]


def environment_words(environment: Environment, frameworks: Iterable[str]) -> list[str]:
    """Name an environment's facts; of the frameworks, those that are not known to be absent."""
    python = IMPLEMENTATIONS.get(environment.implementation.value or "", "Python")
    facts: list[tuple[str, Fact[Any]]] = [
        ("ddtrace", environment.tracer),
        (python, environment.python),
        ("on", environment.os),
        ("CPU", environment.cpu),
        *((name, f) for name in frameworks if not _is_absent(f := environment.framework(name))),
        ("deployment", environment.deployments),
        ("site", environment.site),
        ("Remote Configuration", environment.remote_configuration),
        ("Agent", environment.agent),
    ]
    words = [_in_words(label, fact) for label, fact in facts if fact.signal != NOT_ASKED]
    return list(dict.fromkeys(words))


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


def summary_lines(tally: Tally, head: Sequence[str]) -> list[str]:
    """Tell what was gated.

    Args:
        tally: How many tests had each decision.
        head: Words for the page and the environment.
    """
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
        f"{head[0]}: {', '.join(head[1:])}",
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
    lines = []
    for remedy, own in sorted(by_remedy.items()):
        count = own + sum(n for other, n in by_remedy.items() if _is_below(other, remedy))
        tests = "test" if count == 1 else "tests"
        lines.append(f"{' and '.join(remedy)} would let {count} more {tests} run")
    return lines


def _is_below(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether both are a minimum of the same thing alone, and the first is the lower."""
    if len(one) != 1 or len(other) != 1:
        return False
    lower, higher = _MINIMUM.fullmatch(one[0]), _MINIMUM.fullmatch(other[0])
    if not lower or not higher or lower[1] != higher[1]:
        return False
    return parse_version(lower[2]) < parse_version(higher[2])
