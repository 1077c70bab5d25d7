"""Search for a test that watches a fact: what it requires, and the facts of its environment.

A search goes where the checks that rest on the fact turn, and then looks for other facts with which
no other check hides that.
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.environment.fact import tracer_key
from pytest_ddcompat.evaluation.checks import CHECKS
from pytest_ddcompat.evaluation.checks.common import Question, Situation
from pytest_ddcompat.evaluation.verdict import Outcome, Status
from pytest_ddcompat.jobs.watched.candidates import (
    PLATFORM,
    environment_of,
    may_turn,
    requirements_of,
    values_of,
)
from pytest_ddcompat.jobs.watched.suite import status_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.environment.value import Fact
    from pytest_ddcompat.evaluation.verdict import Finding
    from pytest_ddcompat.jobs.watched.shifts import Shift
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Requirement

    Values = dict[str, Any]

__all__ = ["Search", "Watcher", "facts_checked", "rank_of", "rest_on_capability"]

_BY_NAME = {check.name: check for check in CHECKS}
_RANKS = {Outcome.SATISFIED: 0, Outcome.NOT_APPLICABLE: 0, Outcome.UNKNOWN: 1, Outcome.VIOLATED: 2}
_STATUSES = (Status.SUPPORTED, Status.UNDETERMINED, Status.UNSUPPORTED, None)
_CORE = ("tracer", "release", "facts")  # checks whose facts other checks rest on too
_COVERED = "other rows say the same: shifted, it changes the outcome of no check"
_HIDDEN = "other facts decide before it: shifted, it changes the outcome of a check, but no verdict"
_MOST = 50_000
"""Environments that are tried for one fact; hundreds do for a page without facts of your own."""
_ENOUGH = 5_000


class Watcher(NamedTuple):
    """A test that would watch a fact.

    Attributes:
        requirement: What it requires.
        facts: The facts of its environment, in the form of `--ddcompat-facts`.
    """

    requirement: Requirement
    facts: dict[str, Any]


class Search:
    """The search for tests that watch the facts of one page."""

    def __init__(self, matrix: Matrix) -> None:
        """Take a page.

        Args:
            matrix: The page, without the rows that overlays have taken away.
        """
        self._matrix = matrix
        self._library = tracer_key(matrix.page.tracer)
        self._capabilities = {row.id: row for row in matrix.capabilities}
        self._best: dict[tuple[str, bool], Values] = {}
        self._left = 0
        self._turned = False

    def watcher_of(self, shift: Shift) -> Watcher | None:
        """Return a test that watches a fact, or None.

        Args:
            shift: The shift of the fact.
        """
        self._left, self._turned = _MOST, False
        names = self._alike(shift) if shift.capabilities is None else shift.capabilities
        shared = shift.checks == ("runtime",) or not rest_on_capability(shift.checks)
        for name in names:
            matrix = self._matrix.replaced({"capabilities": (self._capabilities[name],)})
            for requirement in requirements_of(shift, matrix):
                found = self._watching(shift, requirement, matrix)
                if found is not None:
                    return Watcher(requirement, environment_of(found, matrix).to_mapping())
            # Where a check that is the same for all capabilities does not turn, no other helps.
            if not self._left or (shared and not self._turned):
                break
        return None

    def why_unwatchable(self, shift: Shift) -> str:
        """Return why no test can watch a fact; empty if one can.

        Args:
            shift: The shift of the fact.
        """
        if self.watcher_of(shift) is not None:
            return ""
        if not self._left:
            return f"no test was found among {_MOST:,} environments"
        if shift.capabilities == ():
            return "its row is about no capability"
        return _HIDDEN if self._turned else _COVERED

    def _alike(self, shift: Shift) -> list[str]:
        """Return the capabilities that a fact may be about which names none."""
        is_runtime = shift.checks == ("runtime",)
        own = {row.capability for row in self._matrix.runtimes} if is_runtime else ()
        return [name for name in self._capabilities if name not in own]

    def _watching(self, shift: Shift, requirement: Requirement, matrix: Matrix) -> Values | None:
        """Return facts with which a requirement comes to another verdict by the shifted page."""
        pages = (matrix, shift.applied(matrix))
        values = values_of(shift, requirement, *pages)
        neutral = {key: each[0] for key, each in values.items() if key != "agent"}
        axes = self._axes(shift, values, pages)
        for point in _points(values, axes):
            at = {**neutral, **point}
            if not self._left:
                return None
            if not may_turn(shift, at[self._library], at[PLATFORM], at["python"]):
                continue
            environment = self._tried(at, matrix)
            if not _differ(rank_of(shift.checks, requirement, environment, p) for p in pages):
                continue
            self._turned = True
            for rest in self._completions(requirement, matrix, values, axes):
                at.update(rest)
                environment = self._tried(at, matrix)
                if _differ(_status(requirement, environment, page) for page in pages):
                    return at
                if not self._left:
                    return None
        return None

    def _tried(self, values: Values, matrix: Matrix) -> Environment:
        """Return an environment to try, and count it."""
        self._left = max(self._left - 1, 0)
        return environment_of(values, matrix)

    def _axes(self, shift: Shift, values: Values, pages: Sequence[Matrix]) -> list[str]:
        """Return the facts that the shifted checks rest on."""
        found = dict[str, None]()
        for axis in (axis for name in shift.checks for axis in _BY_NAME[name].axes):
            if axis in {"os", "cpu", "implementation"}:
                found[PLATFORM] = None
            elif axis in {"fact", "framework"}:
                found.update((key, None) for key in values if key.startswith(f"{axis}."))
            elif axis != "capability":
                found[self._library if axis == "tracer" else axis] = None
        if shift.checks == ("tracer",) and not any(
            row.minimums for page in pages for row in page.capabilities
        ):
            return [self._library]
        return list(found)

    def _completions(
        self, requirement: Requirement, matrix: Matrix, values: Values, axes: Sequence[str]
    ) -> Iterable[Values]:
        """Return the other facts that may hide how a check turns, at their values."""
        core = [self._library, "python", PLATFORM, *(k for k in values if k.startswith("fact."))]
        rest = [key for key in core if key not in axes]
        if len(rest) < len(core):
            return _points(values, rest)
        key = (matrix.capabilities[0].id, requirement.preview)
        if key not in self._best:
            self._best[key] = _least_hiding(requirement, matrix, values, core)
        return (self._best[key],)


def rest_on_capability(checks: Iterable[str]) -> bool:
    """Whether one of some checks may come to something else for another capability."""
    return any("capability" in _BY_NAME[name].axes for name in checks)


def facts_checked(
    checks: Iterable[str], requirement: Requirement, environment: Environment, matrix: Matrix
) -> Hashable:
    """Return the facts that checks look at: where these are equal, so is what they come to.

    Args:
        checks: Their names.
        requirement: What is required.
        environment: The facts.
        matrix: The page.
    """
    found: list[Fact[Any]] = []
    for axis in dict.fromkeys(axis for name in checks for axis in _BY_NAME[name].axes):
        if axis == "tracer":
            found.append(environment.tracer_of(matrix.page.tracer))
        elif axis == "framework":
            found += map(environment.framework, requirement.frameworks)
        elif axis == "fact":
            found += [environment.fact(f"fact.{name}") for name in matrix.own_facts]
        elif axis != "capability":
            found.append(environment.fact(axis))
    return tuple((fact.known, fact.value) for fact in found)


def rank_of(
    checks: Iterable[str], requirement: Requirement, environment: Environment, matrix: Matrix
) -> int:
    """Return what checks of a capability come to: 0 supported, 1 undetermined, 2 unsupported.

    Args:
        checks: Their names.
        requirement: What asks for the capability; of another marker its verdict counts.
        environment: The facts.
        matrix: The page, with the capability alone.
    """
    if requirement.kind != "capability":
        return _STATUSES.index(_status(requirement, environment, matrix))
    situation = Situation.of(environment, matrix)
    question = Question(matrix.capabilities[0], requirement, situation)
    return max(_rank(_BY_NAME[name].run(question)) for name in checks)


def _status(requirement: Requirement, environment: Environment, matrix: Matrix) -> Status | None:
    return status_of(requirement, environment, lambda _: matrix)


def _rank(finding: Finding) -> int:
    # An unknown Agent leaves no capability undetermined.
    is_silent = finding.check == "agent" and finding.outcome is Outcome.UNKNOWN
    return 0 if is_silent else _RANKS[finding.outcome]


def _least_hiding(
    requirement: Requirement, matrix: Matrix, values: Values, core: Sequence[str]
) -> Values:
    """Return the facts with which the checks that share some come to as little as they can."""
    best, least = {key: values[key][0] for key in core}, 3
    neutral = {key: each[0] for key, each in values.items() if key != "agent"}
    without = [key for key in core if key != PLATFORM]
    for point in islice(_points(values, without), _ENOUGH):
        at = {**neutral, **point}
        rank = rank_of(_CORE, requirement, environment_of(at, matrix), matrix)
        for platform in values[PLATFORM] if rank < least else ():
            there = environment_of({**at, PLATFORM: platform}, matrix)
            both = max(rank, rank_of(("runtime",), requirement, there, matrix))
            if both < least:
                best, least = {**point, PLATFORM: platform}, both
        if not least:
            break
    return best


def _points(values: Values, keys: Sequence[str]) -> Iterator[Values]:
    """Yield every combination of the values of some facts."""
    for point in product(*(values[key] for key in keys)):
        yield dict(zip(keys, point))


def _differ(values: Iterable[object]) -> bool:
    one, other = values
    return one != other
