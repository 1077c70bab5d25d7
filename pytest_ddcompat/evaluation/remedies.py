"""Find the changes to an environment with which requirements are met: each is tried."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.environment.fact import tracer_key
from pytest_ddcompat.evaluation.checks import CHECKS
from pytest_ddcompat.evaluation.evaluate import evaluate
from pytest_ddcompat.evaluation.verdict import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.evaluation.verdict import Verdict
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["Remedies", "Verdicts", "are_met", "find_remedies"]


class Remedies(NamedTuple):
    """Changes with which requirements are met together.

    Attributes:
        phrases: Each change in words; empty if none is known, or none is needed.
        environment: The environment with the changes made.
    """

    phrases: tuple[str, ...]
    environment: Environment

    @property
    def key(self) -> frozenset[str]:
        """The changes in any order, with `>=2.6.0` as `>=2.6`; `~=2.6.0` is another range."""
        zeros = r"((?:[<>]=?|[=!]=)\d+(?:\.\d+)*?)(?:\.0)+(?![.\w])"
        return frozenset(re.sub(zeros, r"\1", phrase) for phrase in self.phrases)


class Verdicts:
    """The verdicts of one environment; each requirement is evaluated once."""

    def __init__(self, environment: Environment, matrices: Matrices) -> None:
        self._environment = environment
        self._matrices = matrices
        self._known: dict[Requirement, Verdict] = {}

    def of(self, requirement: Requirement) -> Verdict:
        """Return the verdict on a requirement.

        Raises:
            RequirementError: It names what its matrix does not have, or has no matrix.
        """
        known = self._known.get(requirement)
        if known is None:
            matrix = self._matrices.pick(requirement)
            known = evaluate(requirement, self._environment, matrix)
            self._known[requirement] = known
        return known


def find_remedies(
    requirements: Sequence[Requirement],
    environment: Environment,
    matrices: Matrices,
    *,
    undetermined: bool = True,
    known: Verdicts | None = None,
) -> Remedies:
    """Find the changes with which requirements are met together.

    Each change is tried, for it may need another: of an upgrade that the page allows on another
    Python only, both are named.

    Args:
        requirements: All of them are to be met.
        environment: The facts.
        matrices: The matrices.
        undetermined: Whether a verdict that is undetermined will do.
        known: The verdicts of the environment, as far as they were reached.

    Raises:
        RequirementError: A requirement names what its matrix does not have, or has no matrix.
    """
    phrases: dict[str, str] = {}
    changed = environment
    reached = known or Verdicts(environment, matrices)
    # A change may violate another check; after one for each check nothing new can come.
    for _ in CHECKS:
        verdicts = [reached.of(r) for r in requirements]
        if not any(v.status is Status.UNSUPPORTED for v in verdicts):
            if not undetermined and any(v.status is Status.UNDETERMINED for v in verdicts):
                break
            _limit_ranges(phrases, requirements, changed, matrices)
            return Remedies(tuple(phrases.values()), changed)
        unmet = [v for v in verdicts if v.status is Status.UNSUPPORTED]
        findings = [finding for verdict in unmet for finding in verdict.nearest]
        if not all(finding.change for finding in findings):
            break
        for finding in findings:
            for key, value in finding.change:
                changed = changed.replaced(key, value)
                phrases[key] = finding.remedy
        reached = Verdicts(changed, matrices)
    return Remedies((), environment)


def are_met(
    requirements: Sequence[Requirement],
    environment: Environment,
    matrices: Matrices,
    *,
    undetermined: bool = True,
) -> bool:
    """Whether all requirements are met; the arguments are those of `find_remedies`."""
    statuses = {evaluate(r, environment, matrices.pick(r)).status for r in requirements}
    return not statuses & {Status.UNSUPPORTED, *(() if undetermined else (Status.UNDETERMINED,))}


def _limit_ranges(
    phrases: dict[str, str],
    requirements: Sequence[Requirement],
    environment: Environment,
    matrices: Matrices,
) -> None:
    """End the range of a remedy at the first branch in which the requirements are not met."""
    if not all(requirement.is_upward for requirement in requirements):
        phrases.update({key: _exactly(text) for key, text in phrases.items()})
        return
    pages = dict.fromkeys(map(matrices.pick, requirements))
    for library in {matrix.page.tracer for matrix in pages}:
        key = tracer_key(library)
        remedy, version = phrases.get(key, ""), environment.tracer_of(library).value
        if ">=" not in remedy or "," in remedy or not version:
            continue
        of_it = (matrix for matrix in pages if matrix.page.tracer == library)
        lowers = {row.tracer.lower for matrix in of_it for row in matrix.releases}
        for lower in sorted(v for v in lowers if v and v > version):
            if not are_met(requirements, environment.replaced(key, lower), matrices):
                phrases[key] = f"{remedy.replace(' (preview)', '')},<{lower}"
                break


def _exactly(remedy: str) -> str:
    """Name only the version that was tried, where a higher one may not do."""
    return remedy if "," in remedy else remedy.replace(">=", "")
