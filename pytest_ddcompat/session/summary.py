"""The terminal summary: what was gated, why, and what would let more tests run."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.session.faults import contain, faults_of
from pytest_ddcompat.session.outcomes import outcome_of
from pytest_ddcompat.session.state import gates_of, ledger_of
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.environment.value import Fact
    from pytest_ddcompat.evaluation.remedies import Remedies
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Requirement
    from pytest_ddcompat.session.decision import Decision
    from pytest_ddcompat.session.folders import Gates
    from pytest_ddcompat.session.gate import Gate
    from pytest_ddcompat.session.outcomes import Ledger

__all__ = ["Summary", "head_of"]

_ACTIONS = {
    Action.RUN: "ran",
    Action.XFAIL: "ran as xfail",
    Action.SKIP: "skipped",
    Action.FAIL: "failed",
    Action.DESELECT: "deselected",
}

# Remedies that are tried on all stopped tests, the most needed ones: trying takes the square.
_TRIED = 20


def head_of(gate: Gate) -> list[tuple[int, str]]:
    """Words for a run's pages, the day on which each was read, and the environment.

    Each has a rank, so that those of several processes can be put together in order.
    """
    environment = gate.environment
    frameworks = {n: f for n, f in environment.frameworks().items() if not _is_absent(f)}
    documented = {name: environment.framework(name) for name in gate.matrices.framework_names()}
    frameworks.update({n: f for n, f in documented.items() if f.known and f.value is not None})
    by_library = {m.page.tracer: m for m in reversed([*gate.matrices])}
    for library in by_library:
        frameworks.pop(library, None)
    pages = " and ".join(f"{m.page.id} (read {m.page.read})" for m in gate.matrices)
    tracers = [(1, _tracer(environment, matrix)) for matrix in by_library.values()]
    return sorted([(0, pages), *tracers, *environment.phrases(frameworks)])


def _tracer(environment: Environment, matrix: Matrix) -> str:
    from pytest_ddcompat.environment.fact import phrase
    from pytest_ddcompat.evaluation.checks.common import Situation
    from pytest_ddcompat.matrix.rows import LEVEL_WORDS

    situation = Situation.of(environment, matrix)
    release, day = situation.release, environment.date
    level = f" ({LEVEL_WORDS[release.level(day)]})" if release else ""
    return f"{phrase(matrix.page.tracer, situation.installed)}{level}"


def _is_absent(fact: Fact[Any]) -> bool:
    return fact.known and fact.value is None


class Summary:
    """Prints the summary at the end of a run."""

    def __init__(self, config: pytest.Config) -> None:
        self._ledger = ledger_of(config)
        self._is_interrupted = False

    def pytest_keyboard_interrupt(self) -> None:
        """Remember that a test may have been interrupted; `pytest.exit` does so too."""
        self._is_interrupted = True

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        """Print what was gated, why, and what would let more run."""
        with contain(config, "the summary cannot be printed"):
            if self._is_interrupted:
                self._ledger.keep(_ended(terminalreporter))
            counts = self._ledger.counts()
            if counts:
                lines = _lines(self._ledger, counts, gates_of(config))
                terminalreporter.section("ddcompat", sep="=")
                for line in lines:
                    terminalreporter.line(line)
        for fault in faults_of(config):
            terminalreporter.line(fault, yellow=True)


def _ended(terminalreporter: pytest.TerminalReporter) -> set[str]:
    """Return the node ids of the tests that ended, whatever their outcome."""
    # pytest keeps all reports here, so that no hook of ours needs to see each of them.
    reports = chain.from_iterable(terminalreporter.stats.values())
    return {r.nodeid for r in reports if isinstance(r, pytest.TestReport) and outcome_of(r)}


def _heads(ledger: Ledger, gates: Gates) -> list[str]:
    """Return one line for each environment; those of folders and workers are told apart."""
    heads = ledger.heads or {
        (gate.folder, ""): set(head_of(gate)) for gate in gates.used() or [gates.first]
    }
    lines = []
    for (folder, _), ranked in sorted(heads.items()):
        first, *words = [word for _, word in sorted(ranked)]
        named = f"{folder}: " if folder and len(heads) > 1 else ""
        lines.append(f"{named}{first}: {', '.join(words)}")
    return lines


def _lines(ledger: Ledger, counts: Counter[Decision], gates: Gates) -> list[str]:
    """Return the lines of the summary.

    Args:
        ledger: What became of each test.
        counts: How many tests had each decision.
        gates: The run's matrices and environments.
    """
    by_action: Counter[Action] = Counter()
    by_reason: Counter[tuple[Action, str]] = Counter()
    stopped: dict[str, list[tuple[Decision, int]]] = {}
    for decision, count in counts.items():
        by_action[decision.action] += count
        if decision.reason:
            by_reason[decision.action, decision.reason] += count
        if decision.action not in {Action.RUN, Action.XFAIL}:
            stopped.setdefault(decision.folder, []).append((decision, count))
    unexpected: Counter[str] = Counter()
    for decision, count in ledger.unexpected().items():
        unexpected[decision.reason] += count
    total = ", ".join(f"{by_action[a]} {_ACTIONS[a]}" for a in _ACTIONS if by_action[a])
    return [
        *_heads(ledger, gates),
        f"{sum(by_action.values())} gated: {total}",
        *(f"  {n} {_ACTIONS[a]}: {reason}" for (a, reason), n in by_reason.most_common()),
        *(f"  {n} passed unexpectedly: {reason}" for reason, n in unexpected.items()),
        *_remedies_by_folder(ledger, stopped, gates),
    ]


def _remedies_by_folder(
    ledger: Ledger, stopped: dict[str, list[tuple[Decision, int]]], gates: Gates
) -> Iterator[str]:
    for folder, decisions in sorted(stopped.items()):
        gate = gates.of_folder(folder)
        keys = {key for named, key in ledger.heads if named == folder}
        if gate is None or (keys and keys != {gate.key}):
            # Other processes have other environments, in which nothing can be tried here.
            lines = _known_remedies(decisions)
        else:
            lines = _remedies([(d.requirements, n) for d, n in decisions], gate)
        named = f"{folder}: " if folder and len(stopped) > 1 else ""
        yield from (f"{named}{line}" for line in lines)


def _known_remedies(decisions: Sequence[tuple[Decision, int]]) -> list[str]:
    counts: Counter[tuple[str, ...]] = Counter()
    for decision, n in decisions:
        counts[decision.remedies] += n
    del counts[()]
    return _remedy_lines(counts)


def _remedy_lines(counts: Mapping[tuple[str, ...], int]) -> list[str]:
    return [
        f"{' and '.join(phrases)} would let {n} more {'test' if n == 1 else 'tests'} run"
        for phrases, n in sorted(counts.items(), key=lambda pair: (pair[1], pair[0]))
    ]


def _remedies(stopped: Sequence[tuple[tuple[Requirement, ...], int]], gate: Gate) -> list[str]:
    """Return how many more tests each remedy would let run; each is tried on all that stopped."""
    try:
        found: dict[frozenset[str], Remedies] = {}
        by_need: Counter[frozenset[str]] = Counter()
        for required, n in stopped:
            remedies = gate.remedies(required)
            by_need[remedies.key] += n
            known = found.setdefault(remedies.key, remedies)
            # Of two spellings always the same, in whatever order the tests ran.
            found[remedies.key] = min(known, remedies, key=lambda one: one.phrases)
        del by_need[frozenset()]
        counts = {
            found[key].phrases: sum(
                n for required, n in stopped if gate.would_run(required, found[key].environment)
            )
            for key, _ in by_need.most_common(_TRIED)
        }
    except CompatibilityError:
        # The hook of a folder's conftest gave pages to workers alone.
        return []
    lines = _remedy_lines(counts)
    rest = len(by_need) - len(counts)
    changes = "change" if rest == 1 else "changes"
    return [*lines, f"{rest} other {changes} would let tests run too"] if rest else lines
