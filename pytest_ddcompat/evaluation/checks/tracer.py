"""Checks of the tracer: its release branch, runtime and Agent."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.environment.fact import IMPLEMENTATIONS, tracer_key
from pytest_ddcompat.evaluation.checks.common import (
    NOT_APPLICABLE,
    SATISFIED,
    UNKNOWN,
    VIOLATED,
    Question,
    Situation,
    check_version,
    newest,
    quotes,
    undecided,
    unknown,
)
from pytest_ddcompat.evaluation.verdict import Finding
from pytest_ddcompat.matrix.rows import LEVEL_WORDS, LEVELS
from pytest_ddcompat.values.stretches import stretches
from pytest_ddcompat.values.versions import base, series

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.checks.common import Remedy
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Runtime
    from pytest_ddcompat.values.stretches import Stretch
    from pytest_ddcompat.values.versions import Version

__all__ = [
    "branch_with",
    "check_agent",
    "check_level",
    "check_release",
    "check_runtime",
    "rank_of",
]

_WIDTHS = {"x86-64": "64bit", "aarch64": "64bit", "arm64": "64bit", "ia64": "64bit"}
_PLATFORM = ("cpus", "python")  # keys of a runtime, beside those that name it


class _Platform(NamedTuple):
    """The platform that a runtime must admit; None: unknown. Of Python only major and minor."""

    os: str | None
    cpu: str | None
    implementation: str | None
    python: Version | None

    @classmethod
    def of(cls, environment: Environment) -> _Platform:
        python = environment.python.value
        return cls(
            environment.os.value,
            environment.cpu.value,
            environment.implementation.value,
            None if python is None else series(python),
        )

    def admitted_by(self, row: Runtime) -> bool | None:
        """Whether a row admits the platform; None if a fact is unknown and it still could."""
        os, cpu, implementation, python = self
        if (
            (os is not None and os != row.os)
            or (cpu is not None and not _admits_cpu(row, cpu))
            or (implementation is not None and implementation != row.implementation)
            or (python is not None and python not in row.python)
        ):
            return False
        return None if None in self else True


def check_release(question: Question) -> Finding:
    """Check the support level of the tracer's release branch."""
    return check_level(question.situation, question.requirement.level)


def check_level(situation: Situation, level: str | None) -> Finding:
    """Check that the tracer's release branch has at least a support level.

    Args:
        situation: Whose tracer it is.
        level: One of `LEVELS`; any will do if it is None.
    """
    library, releases = situation.matrix.page.tracer, situation.matrix.releases
    open_row = situation.matrix.leaves_open("releases")
    if situation.tracer is None or not (releases or open_row):
        return Finding("release", NOT_APPLICABLE)
    wanted = f"{LEVEL_WORDS[level]} or better" if level else "any support level"
    needed = f"a release branch of {library} with {wanted}"
    installed = f"{library} {situation.version}"
    row = situation.release
    if row is None:
        return Finding(
            "release",
            UNKNOWN,
            needed,
            observed=installed,
            signal=f"no release branch of the page holds {installed}",
            source=quotes(releases, "tracer") if releases or not open_row else open_row.quote(),
        )
    day = situation.environment.date
    actual = row.level(day)
    observed = f"{installed} with {LEVEL_WORDS[actual]} on {day}"
    source, signal = row.quote(None, ("support_level", "until")), situation.installed.signal
    if level is None or LEVELS.index(actual) >= LEVELS.index(level):
        return Finding("release", SATISFIED, needed, observed, source, signal=signal)
    remedy, change = branch_with(situation, level)
    return Finding(
        "release", VIOLATED, needed, observed, source, remedy, signal=signal, change=change
    )


def branch_with(situation: Situation, level: str) -> Remedy:
    """Return the versions whose release branches have at least a support level, as a remedy.

    Args:
        situation: Whose tracer it is.
        level: One of `LEVELS`.
    """
    matrix, day = situation.matrix, situation.environment.date
    library = matrix.page.tracer
    found = _with_level(matrix, day, LEVELS.index(level))
    return newest(library, found, tracer_key(library), situation.installed.value)


@lru_cache(maxsize=1024)
def _with_level(matrix: Matrix, day: dt.date, least: int) -> tuple[Stretch, ...]:
    def admits(version: Version) -> bool:
        row = matrix.release(base(version))
        return row is not None and LEVELS.index(row.level(day)) >= least

    return stretches([cut for row in matrix.releases for cut in row.tracer.cuts], admits)


def check_runtime(question: Question) -> Finding:
    """Check the platform by the rows of the runtime table that speak of the tracer's version."""
    situation = question.situation
    environment, rows = situation.environment, situation.matrix.runtimes_of(question.capability)
    open_row = situation.matrix.leaves_open("runtimes")
    if situation.tracer is None or not (rows or open_row):
        return Finding("runtime", NOT_APPLICABLE)
    covering = tuple(row for row in rows if situation.tracer in row.tracer)
    library, version = situation.matrix.page.tracer, situation.version
    if not covering:
        return Finding(
            "runtime",
            UNKNOWN,
            documented=f"a runtime that the page gives for {library} {version}",
            observed=f"{library} {version}",
            signal="no row of the page speaks of that version",
            source=open_row.quote() if open_row else _counted(rows),
        )
    platform = _Platform.of(environment)
    admitted, words, observed, source = _compared(covering, platform)
    documented, signal = f"{words} for {library} {version}", environment.python.signal
    if admitted:
        return Finding("runtime", SATISFIED, documented, observed, source, signal=signal)
    signal = _unknown_of_platform(environment) or signal
    found = Finding("runtime", VIOLATED, documented, observed, source, signal=signal)
    if admitted is None:
        return unknown(found)
    if open_row:
        # Words that are not understood may be a row that admits the platform.
        return undecided(found, source=open_row.quote(), signal=open_row.reason)
    remedy, change = _remedy_of_runtime(situation, platform, rows, covering)
    return found._replace(remedy=remedy, change=change)


def check_agent(question: Question) -> Finding:
    """Check the Agent's version, where the tracer's release branch names a minimum."""
    row = question.situation.release
    if row is None:
        return Finding("agent", NOT_APPLICABLE)
    source = row.quote(None, ["agent"])
    if row.agent is None:
        return Finding("agent", NOT_APPLICABLE, source=source if row.by_overlay(["agent"]) else "")
    minimum = row.agent
    return check_version(
        f"Datadog Agent >={row.agent}",
        question.situation.environment.agent,
        lambda version: version >= minimum,
        key="agent",
        source=source,
        absent="no Agent",
        remedy=lambda key, _: (f"Datadog Agent >={minimum}", ((key, minimum),)),
    )


def _counted(rows: Sequence[Runtime]) -> str:
    """Name the table by its heading and size, with the overlays that rows of it rest on."""
    overlays = dict.fromkeys(row.by_overlay(("tracer",)) for row in rows)
    return f"{rows[0].heading}: {len(rows)} rows{''.join(overlays)}"


def _admits_cpu(row: Runtime, cpu: str) -> bool:
    return cpu in row.cpus or _WIDTHS.get(cpu, "32bit") in row.cpus


def _remedy_of_runtime(
    situation: Situation,
    platform: _Platform,
    rows: tuple[Runtime, ...],
    covering: tuple[Runtime, ...],
) -> Remedy:
    """Return a newer tracer for this platform, else another Python, else an older tracer."""
    matrix, environment = situation.matrix, situation.environment
    library, installed = matrix.page.tracer, situation.installed.value

    def rank(stretch: Stretch) -> int:
        return max(rank_of(matrix, version, environment.date) for version in stretch.samples)

    found = _versions_for(matrix, platform, rows)
    tracer = newest(library, found, tracer_key(library), installed, rank)
    if installed is None or any(stretch.samples[-1] > installed for stretch in found):
        return tracer
    pythons = _pythons_for(covering, platform._replace(python=None))
    python = newest("Python", pythons, "python", environment.python.value)
    return python if python[0] else tracer


def rank_of(matrix: Matrix, version: Version, day: dt.date) -> int:
    """Rank a version: 2 in a branch that is supported, 1 at its End of Life, 0 in no branch.

    Args:
        matrix: The page.
        version: The version of its library.
        day: The day that decides.
    """
    row = matrix.release(base(version))
    return 0 if row is None else 1 + (row.level(day) != LEVELS[0])


@lru_cache(maxsize=1024)
def _versions_for(
    matrix: Matrix, platform: _Platform, rows: tuple[Runtime, ...]
) -> tuple[Stretch, ...]:
    """Return the versions of the library of which one of some rows admits a platform."""
    admitting = [row for row in rows if platform.admitted_by(row)]
    # Of rows, and of branches, so that each stretch has a sample of each branch.
    ranges = [row.tracer for row in admitting] + [row.tracer for row in matrix.releases]
    cuts = [cut for each in ranges for cut in each.cuts]
    return stretches(cuts, lambda version: any(base(version) in row.tracer for row in admitting))


@lru_cache(maxsize=1024)
def _pythons_for(rows: tuple[Runtime, ...], platform: _Platform) -> tuple[Stretch, ...]:
    """Return the versions of Python with which some row admits a platform."""

    def admits(version: Version) -> bool:
        there = platform._replace(python=series(version))
        return any(there.admitted_by(row) for row in rows)

    return stretches([cut for row in rows for cut in row.python.cuts], admits)


@lru_cache(maxsize=1024)
def _compared(
    covering: tuple[Runtime, ...], platform: _Platform
) -> tuple[bool | None, str, str, str]:
    """Return whether rows admit a platform (None: open), both in words, and the rows' quote."""
    admitted = [platform.admitted_by(row) for row in covering]
    relevant = [row for row in covering if row.os == platform.os] or covering
    words, observed = _runtimes_in_words(relevant), _platform_in_words(platform)
    if True in admitted:
        source = covering[admitted.index(True)].quote(None, _PLATFORM)
        return True, words, observed, source
    return None if None in admitted else False, words, observed, quotes(relevant, *_PLATFORM)


def _runtimes_in_words(rows: Sequence[Runtime]) -> str:
    platforms: dict[str, dict[str, None]] = {}
    for row in rows:
        runtime = f"{IMPLEMENTATIONS.get(row.implementation, row.implementation)} {row.python}"
        platforms.setdefault(runtime, {})[f"{row.os} {'/'.join(row.cpus)}"] = None
    return " or ".join(f"{runtime} on {', '.join(names)}" for runtime, names in platforms.items())


def _platform_in_words(platform: _Platform) -> str:
    name = platform.implementation or "an unknown implementation"
    return (
        f"{IMPLEMENTATIONS.get(name, name)} {platform.python or '(unknown version)'} "
        f"on {platform.os or 'an unknown OS'} {platform.cpu or '(unknown CPU)'}"
    )


def _unknown_of_platform(environment: Environment) -> str:
    facts = {key: environment.fact(key) for key in ("os", "cpu", "implementation", "python")}
    return ", ".join(f"{key} {fact.signal}" for key, fact in facts.items() if not fact.known)
