"""The verdict on a declared state, from those on its conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.environment.fact import tracer_key
from pytest_ddcompat.evaluation.checks.common import newest
from pytest_ddcompat.evaluation.verdict import Finding, Outcome, Status, Verdict
from pytest_ddcompat.values.names import fold
from pytest_ddcompat.values.stretches import stretches
from pytest_ddcompat.values.versions import parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.checks.common import Remedy
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["Condition", "evaluate_state", "key_of"]


class Condition(NamedTuple):
    """A condition of a state.

    Attributes:
        requirement: What it asks for.
        matrix: The matrix that decides on it.
        verdict: What it came to.
    """

    requirement: Requirement
    matrix: Matrix
    verdict: Verdict


def evaluate_state(
    requirement: Requirement, conditions: Sequence[Condition], environment: Environment
) -> Verdict:
    """Evaluate a state: it is unsupported where all its conditions are supported.

    It is supported where one of them is unsupported, and else undetermined. A state without
    conditions is always unsupported.

    Args:
        requirement: The state.
        conditions: Its conditions, evaluated in the environment.
        environment: The facts.
    """
    statuses = {condition.verdict.status for condition in conditions}
    finding = Finding(
        "state",
        Outcome.SATISFIED,
        documented=f"not to be declared {requirement.names[0]}",
        source=requirement.marker,
        subject="the test",
    )
    status = Status.SUPPORTED
    if Status.UNSUPPORTED in statuses:
        finding = finding._replace(observed="a condition that is not met")
    elif Status.UNDETERMINED in statuses:
        status = Status.UNDETERMINED
        finding = finding._replace(
            outcome=Outcome.UNKNOWN, observed="unknown", signal=_unknown(conditions)
        )
    else:
        status = Status.UNSUPPORTED
        finding = _applying(finding, conditions, environment)
    before = dict.fromkeys(f for condition in conditions for f in condition.verdict.findings)
    decisive = () if status is Status.SUPPORTED else (finding,)
    return Verdict(status, (*before, finding), decisive, decisive)


def key_of(requirement: Requirement, matrix: Matrix) -> str:
    """Return the fact that a requirement's specifier speaks of."""
    if requirement.kind == "framework":
        return f"framework.{fold(requirement.frameworks[0])}"
    if requirement.kind == "package":
        return f"package.{requirement.packages[0]}"
    return tracer_key(matrix.page.tracer) if requirement.kind == "tracer" else requirement.kind


def _applying(
    finding: Finding, conditions: Sequence[Condition], environment: Environment
) -> Finding:
    """Return the finding of a state that applies, with the first change that ends it."""
    ways = (_way_out(condition, environment) for condition in conditions)
    remedy, change = next((way for way in ways if way[1]), ("", ()))
    return finding._replace(
        outcome=Outcome.VIOLATED,
        observed=" and ".join(_met(condition) for condition in conditions),
        remedy=remedy,
        change=change,
    )


def _way_out(condition: Condition, environment: Environment) -> Remedy:
    """Return the change to a version that a condition does not admit; only versions have one."""
    requirement, matrix, verdict = condition
    if not requirement.specifier:
        return "", ()
    wanted, key = parse_marker_range(requirement.specifier), key_of(requirement, matrix)
    found = stretches(wanted.cuts, lambda version: version not in wanted)
    label = verdict.findings[0].documented.removesuffix(f" {wanted}")
    return newest(label, found, key, environment.fact(key).value)


def _met(condition: Condition) -> str:
    """Return what a condition asks for and what was found, in words."""
    if condition.requirement.kind == "capability":
        return f"{' and '.join(condition.requirement.names)} supported"
    finding = condition.verdict.findings[0]
    if finding.observed in finding.documented:
        return finding.observed  # such as Docker, of "to run on Docker"
    return f"{finding.documented} ({finding.observed})"


def _unknown(conditions: Sequence[Condition]) -> str:
    """Return what keeps the conditions from being decided, in words."""
    decisive = (finding for condition in conditions for finding in condition.verdict.decisive)
    return "; ".join(
        dict.fromkeys(f"{f.documented}{f' ({f.signal})' if f.signal else ''}" for f in decisive)
    )
