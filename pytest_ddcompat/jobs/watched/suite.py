"""The decisions on the tests of some jobs, each distinct one once."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.environment.parsing import facts_from_mapping
from pytest_ddcompat.evaluation.evaluate import capabilities_named, evaluate
from pytest_ddcompat.evaluation.states import Condition, evaluate_state
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.errors import FactsError, Problem, RequirementError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.matrix.matrix import Matrix

    Pick = Callable[[Requirement], Matrix]

__all__ = ["Asked", "Decision", "Suite", "ids_of", "status_of", "worst_of"]

_WORST = (Status.SUPPORTED, Status.UNDETERMINED, Status.UNSUPPORTED, None)


class Asked(NamedTuple):
    """A decision that was made in a job.

    Attributes:
        job: What tells the job from others.
        facts: The facts of the environment as JSON, in the form of `--ddcompat-facts`.
        markers: The markers that it was made on.
        verdict: What it came to.
    """

    job: str
    facts: str
    markers: tuple[str, ...]
    verdict: str


class Decision(NamedTuple):
    """A distinct decision.

    Attributes:
        environment: The facts.
        requirements: What is required.
        status: The worst status of the requirements.
        jobs: The jobs in which it was made: a bit each.
    """

    environment: Environment
    requirements: tuple[Requirement, ...]
    status: Status
    jobs: int


class Suite:
    """The distinct decisions of some jobs, made again.

    Attributes:
        decisions: The decisions.
        left_out: How many come to something else by these pages than they did in their job.
    """

    def __init__(self, matrices: Matrices, asked: Iterable[Asked]) -> None:
        """Make the decisions again.

        Args:
            matrices: The pages by which they were made.
            asked: The decisions.

        Raises:
            CompatibilityError: Facts or a marker cannot be understood.
        """
        self._matrices = matrices
        self._environments: dict[str, Environment] = {}
        self._requirements: dict[str, Requirement] = {}
        jobs: dict[str, int] = {}
        seen: dict[tuple[str, tuple[str, ...], str], int] = {}
        for each in asked:
            bit = 1 << jobs.setdefault(each.job, len(jobs))
            key = (each.facts, each.markers, each.verdict)
            if key not in seen:
                self._read(each)
            seen[key] = seen.get(key, 0) | bit
        self.decisions: list[Decision] = []
        self.left_out = 0
        for (facts, markers, verdict), bits in seen.items():
            decision = self._decided(facts, markers, bits)
            if decision is None or decision.status.value != verdict:
                self.left_out += 1
            else:
                self.decisions.append(decision)

    def _read(self, asked: Asked) -> None:
        """Understand facts and markers that were not seen before."""
        if asked.facts not in self._environments:
            self._environments[asked.facts] = _environment(asked, self._matrices)
        for marker in asked.markers:
            if marker not in self._requirements:
                try:
                    self._requirements[marker] = Requirement.from_marker(marker)
                except ValueError as error:
                    problem = Problem(str(error), origin=f'job "{asked.job}"')
                    raise RequirementError(problem) from None

    def _decided(self, facts: str, markers: Sequence[str], jobs: int) -> Decision | None:
        environment = self._environments[facts]
        requirements = tuple(self._requirements[marker] for marker in markers)
        found = [status_of(each, environment, self._matrices.pick) for each in requirements]
        status = worst_of(found)
        return None if status is None else Decision(environment, requirements, status, jobs)


def worst_of(statuses: Iterable[Status | None]) -> Status | None:
    """Return the worst of some statuses; None where one of them is."""
    return max(statuses, key=_WORST.index, default=Status.SUPPORTED)


def status_of(requirement: Requirement, environment: Environment, pick: Pick) -> Status | None:
    """Return what a requirement comes to; None where a page lacks what it names.

    Args:
        requirement: The requirement.
        environment: The facts.
        pick: Returns the page that decides on a requirement.
    """
    try:
        if requirement.kind != "state":
            return evaluate(requirement, environment, pick(requirement)).status
        conditions = [
            Condition(each, pick(each), evaluate(each, environment, pick(each)))
            for each in requirement.when
        ]
        return evaluate_state(requirement, conditions, environment).status
    except RequirementError:
        return None


def ids_of(requirement: Requirement, matrix: Matrix) -> tuple[str, ...]:
    """Return the ids of the capabilities that a requirement names on a page."""
    if requirement.kind != "capability":
        return ()
    names = capabilities_named(requirement, matrix)
    return tuple(dict.fromkeys(matrix.capability(name).id for name in names))


def _environment(asked: Asked, matrices: Matrices) -> Environment:
    origin = f'the facts of job "{asked.job}"'
    try:
        parsed = json.loads(asked.facts)
    except (ValueError, RecursionError):
        raise FactsError(Problem("this is not JSON", "a JSON object", origin=origin)) from None
    # A run has as many frameworks as its markers name.
    environment = Environment(facts_from_mapping(parsed, origin, sys.maxsize))
    return environment.declaring(matrices.own_facts) if matrices.own_facts else environment
