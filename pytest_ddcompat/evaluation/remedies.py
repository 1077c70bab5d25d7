"""What would have to change for requirements to be met: every change is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.environment.environment import tracer_key
from pytest_ddcompat.evaluation.checks import CHECKS
from pytest_ddcompat.evaluation.evaluate import evaluate
from pytest_ddcompat.evaluation.verdict import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.evaluation.verdict import Verdict
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["Mended", "Verdicts", "is_met", "mend"]


class Mended(NamedTuple):
    """What would have to change for requirements to be met.

    Attributes:
        remedies: Each change in words; empty if none is known, or none is needed.
        environment: The environment with the changes made.
    """

    remedies: tuple[str, ...]
    environment: Environment


class Verdicts:
    """The verdicts of one environment, each reached once."""

    def __init__(self, environment: Environment, matrices: Matrices) -> None:
        self._environment = environment
        self._matrices = matrices
        self._known: dict[Requirement, Verdict] = {}

    def of(self, requirement: Requirement) -> Verdict:
        """The verdict on a requirement.

        Raises:
            RequirementError: It names what its page does not have, or has no page.
        """
        known = self._known.get(requirement)
        if known is None:
            matrix = self._matrices.pick(requirement)
            known = evaluate(requirement, self._environment, matrix)
            self._known[requirement] = known
        return known


def mend(
    requirements: Sequence[Requirement],
    environment: Environment,
    matrices: Matrices,
    *,
    undetermined: bool = True,
    known: Verdicts | None = None,
) -> Mended:
    """What would have to change for requirements to be met together.

    Every change is tried: an upgrade that the page allows on another Python only names both.

    Args:
        requirements: All that is asked.
        environment: The facts.
        matrices: The pages.
        undetermined: Whether a verdict that is undetermined will do.
        known: The verdicts of the environment, as far as they were reached.

    Raises:
        RequirementError: A requirement names what its page does not have, or has no page.
    """
    remedies: dict[str, str] = {}
    changed = environment
    reached = known or Verdicts(environment, matrices)
    for _ in range(len(CHECKS)):
        verdicts = [reached.of(r) for r in requirements]
        if not any(v.status is Status.UNSUPPORTED for v in verdicts):
            if not undetermined and any(v.status is Status.UNDETERMINED for v in verdicts):
                break
            _bound(remedies, requirements, changed, matrices)
            return Mended(tuple(remedies.values()), changed)
        unmet = [v for v in verdicts if v.status is Status.UNSUPPORTED]
        findings = [finding for verdict in unmet for finding in verdict.nearest]
        if not all(finding.change for finding in findings):
            break
        for finding in findings:
            for key, value in finding.change:
                changed = changed.replaced(key, value)
                remedies[key] = finding.remedy
        reached = Verdicts(changed, matrices)
    return Mended((), environment)


def is_met(
    requirements: Sequence[Requirement],
    environment: Environment,
    matrices: Matrices,
    *,
    undetermined: bool = True,
) -> bool:
    """Whether all requirements are met; the arguments are those of `mend`."""
    statuses = {evaluate(r, environment, matrices.pick(r)).status for r in requirements}
    return not statuses & {Status.UNSUPPORTED, *(() if undetermined else (Status.UNDETERMINED,))}


def _bound(
    remedies: dict[str, str],
    requirements: Sequence[Requirement],
    environment: Environment,
    matrices: Matrices,
) -> None:
    """Promise no version of the tracer from a branch on in which the requirements are not met."""
    if not all(requirement.is_upward for requirement in requirements):
        remedies.update({key: _exactly(text) for key, text in remedies.items()})
        return
    pages = dict.fromkeys(map(matrices.pick, requirements))
    for library in {matrix.page.tracer for matrix in pages}:
        key = tracer_key(library)
        remedy, version = remedies.get(key, ""), environment.tracer_of(library).value
        if ">=" not in remedy or "," in remedy or not version:
            continue
        of_it = (matrix for matrix in pages if matrix.page.tracer == library)
        lowers = {row.tracer.lower for matrix in of_it for row in matrix.releases}
        for lower in sorted(v for v in lowers if v and v > version):
            if not is_met(requirements, environment.replaced(key, lower), matrices):
                remedies[key] = f"{remedy.replace(' (preview)', '')},<{lower}"
                break


def _exactly(remedy: str) -> str:
    """Promise only the version that was tried, where a higher one may not do."""
    return remedy if "," in remedy else remedy.replace(">=", "")
