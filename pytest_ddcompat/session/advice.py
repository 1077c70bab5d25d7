"""The lines of the summary that advise: what would let more tests run, and where a page is old."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.staleness import stale_checks
from pytest_ddcompat.evaluation.verdict import Outcome
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.versions import Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.evaluation.decision import Decision
    from pytest_ddcompat.evaluation.remedies import Remedies
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Requirement
    from pytest_ddcompat.session.gate import Gate

__all__ = ["known_remedy_lines", "remedy_lines", "stale_lines"]

_TRIED = 20  # remedies at most, those that most tests need
_TRIALS = 10_000  # of all tried remedies on all decisions, as each takes as long as a verdict


def remedy_lines(stopped: Sequence[tuple[Decision, int]], gate: Gate) -> list[str]:
    """Return how many more tests each remedy would let run; each is tried on all that stopped.

    Args:
        stopped: Decisions that stopped tests, each with their number.
        gate: Their matrices and environment.
    """
    if not stopped:
        return []
    most = min(_TRIED, _TRIALS // len(stopped))
    counts: dict[tuple[str, ...], int] = {}
    try:
        by_need = _by_need(stopped)
        found = {need: _remedies(decisions, gate) for need, decisions in by_need.items()}
        ranked = sorted(found, key=sorted)
        # Of changes that as many tests need, the one to the newest versions helps most others.
        ranked.sort(key=lambda need: (sum(by_need[need].values()), _newest(found[need])))
        tried = ranked[::-1][:most]
        for need in tried:
            others = (pair for pair in stopped if pair[0] not in by_need[need])
            counts[found[need].phrases] = sum(by_need[need].values()) + _running(
                others, found[need], gate
            )
        needing = {one: n for decisions in by_need.values() for one, n in decisions.items()}
        total = sum(needing.values())
        # Searched only where no single change does, as it takes some ten verdicts a decision.
        if len(found) == len(tried) and max(counts.values(), default=total) < total:
            together = _remedies_of_all(needing, gate).phrases
            if _changes_in(together) not in found:
                counts[together] = total
        counts.pop((), None)  # a worker's environment is another
    except CompatibilityError:
        # The hook of a folder's conftest gave pages to workers alone.
        return []
    lines = _in_words(counts)
    rest = len(found) - len(tried)
    if rest:
        other = f"other {'change' if rest == 1 else 'changes'}" if tried else "changes"
        lines.append(f"{rest} {other} would let tests run{' too' if tried else ''}")
    return lines


def _running(stopped: Iterable[tuple[Decision, int]], remedies: Remedies, gate: Gate) -> int:
    """Count the tests that would run with a remedy."""
    # Many declarations ask for the same, each with a reason of its own.
    counts: Counter[tuple[Requirement, ...]] = Counter()
    for decision, n in stopped:
        counts[decision.requirements] += n
    return sum(n for asked, n in counts.items() if gate.would_run(asked, remedies))


def known_remedy_lines(stopped: Sequence[tuple[Decision, int]]) -> list[str]:
    """Return how many tests each remedy was found for, where none can be tried on the others."""
    counts: Counter[tuple[str, ...]] = Counter()
    for decision, n in stopped:
        counts[decision.remedies] += n
    del counts[()]
    return _in_words(counts)


def _in_words(counts: Mapping[tuple[str, ...], int]) -> list[str]:
    return [
        f"{_joined(phrases)} would let {n} more {'test' if n == 1 else 'tests'} run"
        for phrases, n in sorted(counts.items(), key=lambda pair: (pair[1], pair[0]))
    ]


def _joined(phrases: Sequence[str]) -> str:
    return (", and " if any(" or " in phrase for phrase in phrases) else " and ").join(phrases)


def _by_need(
    stopped: Sequence[tuple[Decision, int]],
) -> dict[frozenset[str], dict[Decision, int]]:
    """Return the decisions on tests that need the same changes, each with its number of tests."""
    found: dict[frozenset[str], dict[Decision, int]] = {}
    for decision, n in stopped:
        if decision.remedies:
            found.setdefault(_changes_in(decision.remedies), {})[decision] = n
    return found


def _changes_in(phrases: Sequence[str]) -> frozenset[str]:
    # Imported here, since most runs stop no test.
    from pytest_ddcompat.evaluation.remedies import changes_in

    return changes_in(phrases)


def _remedies(decisions: Iterable[Decision], gate: Gate) -> Remedies:
    # Of two spellings always the same, in whatever order the tests ran.
    return gate.remedies(min(decisions, key=lambda one: one.remedies).requirements)


def _remedies_of_all(decisions: Iterable[Decision], gate: Gate) -> Remedies:
    requirements = {r for decision in decisions for r in decision.requirements}
    return gate.remedies(tuple(sorted(requirements, key=lambda one: one.marker)))


def _newest(remedies: Remedies) -> Version:
    """Return the newest of the versions that were tried."""
    tried = (remedies.environment.fact(key).value for key in remedies.ranges)
    return max((version for version in tried if version), default=Version("0"))


def stale_lines(counts: Mapping[Decision, int], gate: Gate) -> list[str]:
    """Return a line for each page that was too old to decide, as far as it decided on a test."""
    try:
        stale = {m: checks for m in gate.matrices if (checks := stale_checks(gate.environment, m))}
        found: dict[Matrix, Counter[str]] = {matrix: Counter() for matrix in stale}
        for decision, n in counts.items() if stale else ():
            for page, cause in _causes(decision, stale, gate):
                found[page][cause] += n
    except CompatibilityError:
        # The hook of a folder's conftest gave pages to workers alone.
        return []
    return [_stale_line(page, causes) for page, causes in found.items() if causes]


def _stale_line(page: Matrix, causes: Counter[str]) -> str:
    counted = "; ".join(f"{n} {cause}" for cause, n in sorted(causes.items()))
    is_open = any(cause.startswith("undetermined") for cause in causes)
    fails = "; to fail undetermined tests, use --ddcompat-undetermined=fail" if is_open else ""
    return (
        f"{counted} ({page.page.id}, read {page.page.read}); for a newer page, upgrade "
        f"pytest-ddcompat or use `ddcompat import`{fails}"
    )


def _causes(
    decision: Decision, stale: Mapping[Matrix, Mapping[str, str]], gate: Gate
) -> set[tuple[Matrix, str]]:
    """Return the stale pages that a decision rests on, each with the verdict and its cause."""
    causes = set()
    for requirement in decision.requirements:
        page = gate.matrices.pick(requirement)
        for finding in gate.verdicts.of(requirement).decisive if page in stale else ():
            cause = stale[page].get(finding.check)
            if cause and finding.check == "release":
                cause = stale_checks(gate.environment, page, requirement.level).get("release")
            if cause and finding.outcome is Outcome.VIOLATED:
                causes.add((page, f"unsupported: {cause}"))
            elif cause and decision.action is not Action.FAIL:
                causes.add((page, f"undetermined: {cause}"))
    return causes
