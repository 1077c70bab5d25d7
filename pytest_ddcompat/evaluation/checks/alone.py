"""The checks of markers that name no capability: what they say decides, and no page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from pytest_ddcompat.environment.fact import IMPLEMENTATIONS
from pytest_ddcompat.evaluation.checks.common import (
    SATISFIED,
    UNKNOWN,
    VIOLATED,
    Situation,
    check_installed,
    check_presence,
    check_version,
    in_range,
    unknown,
)
from pytest_ddcompat.evaluation.checks.deployment import deployment_named
from pytest_ddcompat.evaluation.checks.facts import check_fact
from pytest_ddcompat.evaluation.checks.tracer import branch_with, check_level
from pytest_ddcompat.evaluation.verdict import Finding
from pytest_ddcompat.matrix.rows import LEVEL_WORDS, LEVELS
from pytest_ddcompat.values.versions import parse_marker_range

if TYPE_CHECKING:
    from pytest_ddcompat.environment.value import Fact
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["findings_alone"]


def _tracer(requirement: Requirement, situation: Situation) -> Finding:
    wanted, library = parse_marker_range(requirement.specifier), situation.matrix.page.tracer
    return check_installed(
        f"{library} {wanted}",
        situation,
        wanted.__contains__,
        source=requirement.marker,
        remedy=in_range(library, wanted),
    )


def _agent(requirement: Requirement, situation: Situation) -> Finding:
    return _specified("Datadog Agent", "agent", "no Agent", requirement, situation)


def _specified(
    called: str, key: str, absent: str, requirement: Requirement, situation: Situation
) -> Finding:
    wanted = parse_marker_range(requirement.specifier)
    fact = situation.environment.fact(key)
    return check_version(
        f"{called} {wanted}",
        fact,
        wanted.__contains__,
        key=key,
        source=requirement.marker,
        absent=absent,
        remedy=in_range(called, wanted),
    )


def _framework(requirement: Requirement, situation: Situation) -> Finding:
    name = requirement.frameworks[0]
    if requirement.specifier:
        key = f"framework.{name}"
        return _specified(name, key, "none installed", requirement, situation)
    return check_presence(situation, f"framework.{name}", f"{name} installed", requirement.marker)


def _deployment(requirement: Requirement, situation: Situation) -> Finding:
    ids = [situation.matrix.deployment(name).id for name in requirement.deployments]
    return deployment_named(situation, ids, requirement.marker)


def _support_level(requirement: Requirement, situation: Situation) -> Finding:
    fact = situation.installed
    if fact.value is not None:
        return check_level(situation, requirement.level)
    library, level = situation.matrix.page.tracer, requirement.level or LEVELS[0]
    needed = f"a release branch of {library} with {LEVEL_WORDS[level]} or better"
    found = Finding("release", UNKNOWN, needed, "unknown", requirement.marker)
    found = found._replace(signal=fact.signal)
    if not fact.known:
        return found
    remedy, change = branch_with(situation, level)
    return found._replace(outcome=VIOLATED, observed="none installed", remedy=remedy, change=change)


def _python(requirement: Requirement, situation: Situation) -> Finding:
    return _specified("Python", "python", "", requirement, situation)


def _package(requirement: Requirement, situation: Situation) -> Finding:
    (name,) = requirement.packages
    key = f"package.{name}"
    if requirement.specifier:
        return _specified(name, key, "none installed", requirement, situation)
    return check_presence(situation, key, f"{name} installed", requirement.marker)


def _platform(requirement: Requirement, situation: Situation) -> list[Finding]:
    return [
        _word_of_platform(key, [str(word) for word in words], requirement, situation)
        for key, words in requirement.values
    ]


def _word_of_platform(
    key: str, words: list[str], requirement: Requirement, situation: Situation
) -> Finding:
    fact: Fact[str] = situation.environment.fact(key)
    wanted = " or ".join(IMPLEMENTATIONS.get(word, word) for word in words)
    observed = IMPLEMENTATIONS.get(str(fact.value), str(fact.value))
    source, signal = requirement.marker, fact.signal
    found = Finding(key, SATISFIED, f"to run on {wanted}", observed, source, signal=signal)
    if not fact.known:
        return unknown(found)
    if fact.value in words:
        return found
    change = ((key, words[0]),)
    return found._replace(outcome=VIOLATED, remedy=f"a run on {wanted}", change=change)


def _fact(requirement: Requirement, situation: Situation) -> Finding:
    ((name, values),) = requirement.values
    fact = situation.environment.fact(f"fact.{name}")
    found = check_fact(name, values, fact, requirement.marker, requirement.excluded)
    return found._replace(check="fact")


_CHECKS: dict[str, Callable[[Requirement, Situation], Finding]] = {
    "tracer": _tracer,
    "agent": _agent,
    "framework": _framework,
    "deployment": _deployment,
    "support_level": _support_level,
    "python": _python,
    "package": _package,
    "fact": _fact,
}


def findings_alone(requirement: Requirement, situation: Situation) -> list[Finding]:
    """Check what a marker says that names no capability.

    Args:
        requirement: What it says.
        situation: Where it must hold.
    """
    if requirement.kind == "platform":
        return _platform(requirement, situation)
    return [_CHECKS[requirement.kind](requirement, situation)]
