"""Find the changes to an environment with which requirements are met: each is tried."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.evaluation.checks import CHECKS
from pytest_ddcompat.evaluation.pages import Verdicts
from pytest_ddcompat.evaluation.search import Search
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.values.versions import parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.requirement.requirement import Requirement
    from pytest_ddcompat.values.versions import Range

__all__ = ["Remedies", "are_met", "changes_in", "find_remedies"]


class Remedies(NamedTuple):
    """Changes with which requirements are met together.

    Attributes:
        phrases: Each change in words; empty if none is known, or none is needed.
        environment: The environment with the changes made.
        ranges: The versions that the phrases name, by fact.
    """

    phrases: tuple[str, ...]
    environment: Environment
    ranges: Mapping[str, Range] = MappingProxyType({})


def changes_in(phrases: Iterable[str]) -> frozenset[str]:
    """Return changes in any order, with `>=2.6.0` as `>=2.6`; `~=2.6.0` is another range."""
    zeros = r"((?:[<>]=?|[=!]=)\d+(?:\.\d+)*?)(?:\.0)+(?![.\w])"
    return frozenset(re.sub(zeros, r"\1", phrase) for phrase in phrases)


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
    Python only, both are named. Of a version the whole range is named that will do.

    Args:
        requirements: All of them are to be met.
        environment: The facts.
        matrices: The matrices.
        undetermined: Whether a verdict that is undetermined will do.
        known: The verdicts of the environment, as far as they were reached.

    Raises:
        RequirementError: A requirement names what its matrix does not have, or has no matrix.
    """
    reached = known or Verdicts(environment, matrices)
    if len(requirements) == 1:
        remedies = _remedy_of_range(requirements[0], reached, environment)
        if remedies is not None:
            return remedies
    search = Search(requirements, environment, matrices, undetermined=undetermined)
    # A change may violate another check; after one for each check nothing new can come.
    for _ in CHECKS:
        verdicts = [reached.of(r) for r in requirements]
        unmet = [v for v in verdicts if v.status is Status.UNSUPPORTED]
        if not unmet:
            if not undetermined and any(v.status is Status.UNDETERMINED for v in verdicts):
                break
            return Remedies(tuple(search.phrases()), search.environment, search.ranges)
        findings = [finding for verdict in unmet for finding in verdict.nearest]
        if not all(finding.change for finding in findings):
            break
        search.change(findings)
        reached = Verdicts(search.environment, matrices)
    return Remedies((), environment)


def are_met(
    requirements: Sequence[Requirement],
    remedies: Remedies,
    matrices: Matrices,
    *,
    undetermined: bool = True,
) -> bool:
    """Whether requirements are met wherever the remedies of others may lead.

    Args:
        requirements: All of them are to be met.
        remedies: The changes.
        matrices: The matrices.
        undetermined: Whether a verdict that is undetermined will do.
    """
    # Of alternatives only the first was tried.
    if any(" or " in phrase for phrase in remedies.phrases):
        return False
    search = Search(requirements, remedies.environment, matrices, undetermined=undetermined)
    return search.holds(remedies.ranges)


def _remedy_of_range(
    requirement: Requirement, reached: Verdicts, environment: Environment
) -> Remedies | None:
    """Return the finding's own remedy if a newer version of one range is all that is needed.

    Returns:
        None if it must be searched for.
    """
    specifier = requirement.specifier
    has_gaps = "|" in specifier or "!=" in specifier
    has_lower_bound = any(operator in specifier for operator in (">", "~=", "=="))
    nearest = reached.of(requirement).nearest
    if has_gaps or not has_lower_bound or len(nearest) != 1:
        return None
    for key, version in nearest[0].change:
        installed = environment.fact(key).value
        # Which older version to try depends on the page, too.
        if installed is None or version > installed:
            changed = environment.replaced(key, version)
            return Remedies((nearest[0].remedy,), changed, {key: parse_marker_range(specifier)})
    return None
