"""Checks of the tracer: its release branch, runtime and Agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.checks.common import (
    NOT_APPLICABLE,
    SATISFIED,
    UNKNOWN,
    VIOLATED,
    Asked,
    Situation,
    check_version,
    quotes,
)
from pytest_ddcompat.environment import tracer_key
from pytest_ddcompat.rows import LEVEL_WORDS, LEVELS
from pytest_ddcompat.verdict import Finding
from pytest_ddcompat.versions import series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.environment import Environment
    from pytest_ddcompat.rows import Runtime
    from pytest_ddcompat.versions import Range, Version

__all__ = [
    "IMPLEMENTATIONS",
    "branch_with",
    "check_agent",
    "check_level",
    "check_release",
    "check_runtime",
]

_WIDTHS = {"x86-64": "64bit", "aarch64": "64bit", "arm64": "64bit", "ia64": "64bit"}
_PLATFORM = ("cpus", "python")  # keys of a runtime, beside those that name it
Remedy = tuple[str, tuple[tuple[str, object], ...]]
"""What would mend a finding, in words and as changed facts."""

IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy"}


def check_release(asked: Asked) -> Finding:
    """The release table gives each branch a support level."""
    return check_level(asked.situation, asked.requirement.level)


def check_level(situation: Situation, level: str | None) -> Finding:
    """Hold the support level of the tracer's branch against the one asked for.

    Args:
        situation: Whose tracer it is.
        level: One of `LEVELS`; any will do if it is None.
    """
    library, releases = situation.matrix.page.tracer, situation.matrix.releases
    open_row = situation.matrix.leaves_open("releases")
    if situation.tracer is None or not (releases or open_row):
        return Finding("release", NOT_APPLICABLE)
    wanted = f"{LEVEL_WORDS[level]} or better" if level else "any support level"
    found = Finding("release", SATISFIED, f"a release branch of {library} with {wanted}")
    version = situation.installed.value
    row = situation.release
    if row is None:
        return found._replace(
            outcome=UNKNOWN,
            observed="unknown",
            signal=f"no release branch of the page holds {library} {version}",
            source=quotes(releases, "tracer") if releases or not open_row else open_row.quote(),
        )
    day = situation.environment.date
    actual = row.level(day)
    found = found._replace(
        observed=f"{library} {version} with {LEVEL_WORDS[actual]} on {day}",
        signal=situation.installed.signal,
        source=row.quote(None, ("support_level", "until")),
    )
    if level is None or LEVELS.index(actual) >= LEVELS.index(level):
        return found
    remedy, change = branch_with(situation, level)
    return found._replace(outcome=VIOLATED, remedy=remedy, change=change)


def branch_with(situation: Situation, level: str) -> Remedy:
    """The nearest newer release branch with a support level, of `LEVELS`."""
    day = situation.environment.date
    better = [
        release.tracer
        for release in situation.matrix.releases
        if LEVELS.index(release.level(day)) >= LEVELS.index(level)
    ]
    return _newer(situation.matrix.page.tracer, situation.tracer, better)


def check_runtime(asked: Asked) -> Finding:
    """The runtime table gives platforms and Pythons for ranges of tracer versions."""
    situation = asked.situation
    environment, rows = situation.environment, situation.matrix.runtimes
    open_row = situation.matrix.leaves_open("runtimes")
    if situation.tracer is None or not (rows or open_row):
        return Finding("runtime", NOT_APPLICABLE)
    covering = [row for row in rows if situation.tracer in row.tracer]
    library, version = situation.matrix.page.tracer, situation.installed.value
    if not covering:
        return Finding(
            "runtime",
            UNKNOWN,
            documented=f"a runtime that the page gives for {library} {version}",
            observed="unknown",
            signal="no row of the page speaks of that version",
            source=open_row.quote() if open_row else f"{rows[0].heading}: {len(rows)} rows",
        )
    admitted = [_admits(row, environment) for row in covering]
    relevant = [r for r in covering if r.os == environment.os.value] or covering
    found = Finding(
        "runtime",
        VIOLATED,
        documented=_runtimes_in_words(relevant, f"{library} {version}"),
        observed=_platform_in_words(environment),
        source=quotes(relevant, *_PLATFORM),
        signal=_unknown_of_platform(environment) or environment.python.signal,
    )
    if True in admitted:
        row = covering[admitted.index(True)]
        return found._replace(outcome=SATISFIED, source=row.quote(None, _PLATFORM))
    if None in admitted:
        return found._replace(outcome=UNKNOWN, observed="unknown")
    if open_row:
        return found._replace(
            outcome=UNKNOWN, observed="unknown", source=open_row.quote(), signal=open_row.reason
        )
    remedy, change = _remedy_of_runtime(situation, covering)
    return found._replace(remedy=remedy, change=change)


def check_agent(asked: Asked) -> Finding:
    """The release table gives a branch a minimum Agent."""
    row = asked.situation.release
    if row is None:
        return Finding("agent", NOT_APPLICABLE)
    source = row.quote(None, ["agent"])
    if row.agent is None:
        return Finding("agent", NOT_APPLICABLE, source=source if row.by_overlay(["agent"]) else "")
    minimum = row.agent
    return check_version(
        f"Datadog Agent >={minimum}",
        asked.situation.environment.agent,
        lambda version: version >= minimum,
        key="agent",
        source=source,
        absent="no Agent",
        bring=minimum,
    )


def _newer(library: str, tracer: Version | None, ranges: Sequence[Range]) -> Remedy:
    """The nearest of some ranges above a tracer version, or of all where there is none."""
    above = [(r.lower, r) for r in ranges if r.lower and (tracer is None or r.lower > tracer)]
    if not above:
        return "", ()
    lower, nearest = min(above, key=lambda pair: pair[0])
    return f"{library} {nearest}", ((tracer_key(library), lower),)


def _admits(row: Runtime, environment: Environment) -> bool | None:
    """Whether a row admits the platform; None if a fact is unknown and it still could."""
    facts = environment.os, environment.cpu, environment.implementation, environment.python
    os, cpu, implementation, python = facts
    answers = (
        os.value == row.os if os.known else None,
        _admits_cpu(row, cpu.value) if cpu.known else None,
        implementation.value == row.implementation if implementation.known else None,
        series(python.value) in row.python if python.value else None,
    )
    if False in answers:
        return False
    return None if None in answers else True


def _admits_cpu(row: Runtime, cpu: str | None) -> bool:
    return cpu in row.cpus or _WIDTHS.get(cpu or "", "32bit") in row.cpus


def _remedy_of_runtime(situation: Situation, covering: Sequence[Runtime]) -> Remedy:
    """A newer tracer for this platform, else another Python for this tracer, if any would do."""
    environment, tracer = situation.environment, situation.tracer
    rows = situation.matrix.runtimes
    ranges = [row.tracer for row in rows if _admits(row, environment)]
    upgrade = _newer(situation.matrix.page.tracer, tracer, ranges)
    if upgrade[0]:
        return upgrade
    for row in covering:
        python = row.python.above(environment.python.value)
        if python and _admits(row, environment.replaced("python", python)):
            return f"Python {row.python}", (("python", python),)
    return "", ()


def _runtimes_in_words(rows: Sequence[Runtime], tracer: str) -> str:
    words = dict.fromkeys(
        f"{IMPLEMENTATIONS.get(r.implementation, r.implementation)} {r.python} "
        f"on {r.os} {'/'.join(r.cpus)}"
        for r in rows
    )
    return f"{' or '.join(words)} for {tracer}"


def _platform_in_words(environment: Environment) -> str:
    name = environment.implementation.value or "an unknown implementation"
    python = environment.python.value
    return (
        f"{IMPLEMENTATIONS.get(name, name)} {series(python) if python else '(unknown version)'} "
        f"on {environment.os.value or 'an unknown OS'} {environment.cpu.value or '(unknown CPU)'}"
    )


def _unknown_of_platform(environment: Environment) -> str:
    facts = {key: environment.fact(key) for key in ("os", "cpu", "implementation", "python")}
    return ", ".join(f"{key} {fact.signal}" for key, fact in facts.items() if not fact.known)
