"""The terminal summary: what was gated, why, and what would let more tests run."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.session.faults import contain, faults_of
from pytest_ddcompat.session.outcomes import outcome_of
from pytest_ddcompat.session.state import gates_of, ledger_of
from pytest_ddcompat.values.text import inert

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.environment.value import Fact
    from pytest_ddcompat.evaluation.decision import Decision
    from pytest_ddcompat.matrix.matrix import Matrix
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

# Characters of pytest's -r by which its own summary lists tests with their whole reasons.
_CHARS = {Action.SKIP: "s", Action.XFAIL: "x"}

_UNEXPECTED = "passed unexpectedly"
_REASONS = 40  # lines at most
_FILES = 5  # names at most


def head_of(gate: Gate) -> list[tuple[int, str]]:
    """Words for a run's pages, the day on which each was read, and the environment.

    Each has a rank, so that those of several processes can be put together in order.
    """
    environment = gate.environment
    named = {
        plural: {name: fact for name, fact in facts.items() if not _is_absent(fact)}
        for plural, facts in environment.named().items()
    }
    frameworks = named["frameworks"]
    documented = {name: environment.framework(name) for name in gate.matrices.framework_names()}
    frameworks.update({n: f for n, f in documented.items() if f.known and f.value is not None})
    by_library = {m.page.tracer: m for m in reversed([*gate.matrices])}
    for library in by_library:
        frameworks.pop(library, None)
    pages = " and ".join(f"{m.page.id} (read {m.page.read})" for m in gate.matrices)
    tracers = [(1, _tracer(environment, matrix)) for matrix in by_library.values()]
    return sorted([(0, pages), *tracers, *environment.phrases(named)])


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
        self, terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
    ) -> None:
        """Print what was gated, why, and what would let more run."""
        option = config.option
        if getattr(option, "collectonly", False) and option.verbose < 0:
            if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
                self._print_faults(terminalreporter, config)
            return  # programs read the ids, if there are any
        with contain(config, "cannot print the summary"):
            if self._is_interrupted:
                self._ledger.keep(_ended(terminalreporter))
            counts = self._ledger.counts()
            if counts:
                # Here, as a run without markers has this module too if it has workers.
                from pytest_ddcompat.session.stepping import take_lines

                shown = {a for a, char in _CHARS.items() if terminalreporter.hasopt(char)}
                lines = _lines(self._ledger, counts, gates_of(config), shown)
                terminalreporter.section("ddcompat", sep="=")
                for line in (*lines, *take_lines(config)):
                    terminalreporter.line(inert(line))
        self._print_faults(terminalreporter, config)

    def _print_faults(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        for fault in sorted(faults_of(config)):
            terminalreporter.line(inert(fault), yellow=True)


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


def _lines(
    ledger: Ledger, counts: Counter[Decision], gates: Gates, shown: Container[Action]
) -> list[str]:
    """Return the lines of the summary.

    Args:
        ledger: What became of each test.
        counts: How many tests had each decision.
        gates: The run's matrices and environments.
        shown: Actions whose reasons pytest shows.
    """
    by_action: Counter[Action] = Counter()
    by_reason: Counter[tuple[str, str]] = Counter()
    by_folder: dict[str, list[tuple[Decision, int]]] = {}
    for decision, count in counts.items():
        by_action[decision.action] += count
        if decision.shown and decision.action not in shown:
            by_reason[_ACTIONS[decision.action], decision.shown] += count
        by_folder.setdefault(decision.folder, []).append((decision, count))
    for decision, count in ledger.unexpected().items():
        by_reason[_UNEXPECTED, decision.shown] += count
    total = ", ".join(f"{by_action[a]} {_ACTIONS[a]}" for a in _ACTIONS if by_action[a])
    return [
        *_heads(ledger, gates),
        f"{sum(by_action.values())} gated: {total}",
        *_declared(counts),
        *_reasons(by_reason),
        *_advice(ledger, by_folder, gates),
        *_skipped_files(ledger.skipped_files()),
    ]


def _declared(counts: Counter[Decision]) -> list[str]:
    """Return how many tests are in each state that files declare and that applies here."""
    by_state: Counter[str] = Counter()
    for decision, count in counts.items():
        for state in {d.state for d in decision.declarations if d.status is Status.UNSUPPORTED}:
            by_state[state] += count
    del by_state[""]  # of declarations without one
    words = [f"{n} {state}" for state, n in sorted(by_state.items(), key=lambda p: (-p[1], p[0]))]
    return [f"declared here: {', '.join(words)}"] if words else []


def _skipped_files(files: list[str]) -> Iterator[str]:
    """Return a line about files none of whose gated tests ran, unless there is no such file."""
    if files:
        more = f" and {len(files) - _FILES} more files" if len(files) > _FILES else ""
        yield f"every gated test was skipped in {', '.join(files[:_FILES])}{more}"


def _advice(
    ledger: Ledger, by_folder: dict[str, list[tuple[Decision, int]]], gates: Gates
) -> Iterator[str]:
    """Return what would let more tests run, and which pages are too old, for each environment."""
    if all(decision.status is Status.SUPPORTED for of in by_folder.values() for decision, _ in of):
        return
    # Imported here, since most runs have no advice.
    from pytest_ddcompat.session.advice import known_remedy_lines, remedy_lines, stale_lines

    for folder, decisions in sorted(by_folder.items()):
        # A policy stops supported tests, too: no change of the environment lets those run.
        unmet = [(d, n) for d, n in decisions if d.status is not Status.SUPPORTED]
        stopped = [(d, n) for d, n in unmet if not d.action.runs]
        gate = gates.of_folder(folder)
        keys = {key for named, key in ledger.heads if named == folder}
        if gate is None or (keys and keys != {gate.key}):
            # Other processes have other environments, in which nothing can be tried here.
            lines = known_remedy_lines(stopped)
        else:
            lines = remedy_lines(stopped, gate)
        lines += stale_lines(dict(decisions), gate or gates.first)
        named = f"{folder}: " if folder and len(by_folder) > 1 else ""
        yield from (f"{named}{line}" for line in lines)


def _reasons(counts: Counter[tuple[str, str]]) -> list[str]:
    """Return a line for each reason, those of most tests first; equal ones always in one order."""

    def rank(pair: tuple[tuple[str, str], int]) -> tuple[bool, int, str, str]:
        (what, reason), count = pair
        return what == _UNEXPECTED, -count, what, reason

    lines = [f"  {n} {what}: {reason}" for (what, reason), n in sorted(counts.items(), key=rank)]
    rest = len(lines) - _REASONS
    return (
        [*lines[:_REASONS], f"  and {rest} more; use --ddcompat-report to list all of them"]
        if rest > 0
        else lines
    )
