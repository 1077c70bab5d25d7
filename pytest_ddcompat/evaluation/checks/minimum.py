"""The check of the tracer's version, for which the capability table names a minimum."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

from pytest_ddcompat.evaluation.checks.common import (
    SATISFIED,
    UNKNOWN,
    VIOLATED,
    Question,
    Situation,
    check_installed,
    newest,
    undecided,
)
from pytest_ddcompat.evaluation.checks.facts import found_in_words, hold, in_words, reasons
from pytest_ddcompat.evaluation.checks.tracer import rank_of
from pytest_ddcompat.evaluation.verdict import Finding
from pytest_ddcompat.matrix.rows import MINIMUMS, NOT_THERE, Minimum
from pytest_ddcompat.values.stretches import stretches
from pytest_ddcompat.values.versions import Version, base, series

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.checks.common import Remedy
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.values.stretches import Stretch
    from pytest_ddcompat.values.versions import Range

__all__ = ["check_tracer"]


def check_tracer(question: Question) -> Finding:
    """Check the tracer's version by the capability's row, in PEP 440 order."""
    capability, situation = question.capability, question.situation
    source = capability.quote(-1, (*MINIMUMS, "status"))
    if capability.status in NOT_THERE:
        needed = f"a {situation.matrix.page.tracer} release that supports it"
        return Finding("tracer", VIOLATED, needed, NOT_THERE[capability.status], source)
    finding = _check_version(question, source)
    if capability.status == "partial" and finding.outcome is SATISFIED:
        finding = finding._replace(outcome=UNKNOWN, signal="the page calls it partial")
    limit = situation.matrix.limit_of(capability)
    if limit is not None and finding.outcome is SATISFIED:
        signal = "words of the page may limit it"
        finding = finding._replace(outcome=UNKNOWN, source=limit.quote(), signal=signal)
    if capability.status == "preview" and not question.requirement.preview:
        return _without_preview(finding)
    return finding


def _check_version(question: Question, source: str) -> Finding:
    capability, situation = question.capability, question.situation
    library, minimum = situation.matrix.page.tracer, capability.minimum
    status = "" if capability.status == "available" else f" ({capability.status})"
    if capability.minimums:
        return _by_condition(question, source)
    if capability.versions is not None:
        return _in_versions(capability.versions, situation, source, status)
    if minimum is not None:
        needed = f"{library} >={minimum}{status}"
        return check_installed(
            needed,
            situation,
            lambda version: version >= minimum,
            source=source,
            remedy=lambda key, _: (needed, ((key, minimum),)),
        )
    what = "a preview" if capability.status == "preview" else "words that are not understood"
    signal = f"the page gives {what}, and no version"
    found = Finding("tracer", UNKNOWN, f"a version of {library}", "unknown", source)
    return found._replace(signal=signal)


def _in_versions(wanted: Range, situation: Situation, source: str, status: str) -> Finding:
    """Check that the version is in a range, which may have gaps."""
    library = situation.matrix.page.tracer

    def remedy(key: str, version: Version | None) -> Remedy:
        found = _stretches(situation.matrix, wanted)
        words, change = newest(library, found, key, version, _rank(situation))
        return f"{words}{status}", change

    return check_installed(
        f"{library} {wanted}{status}",
        situation,
        wanted.__contains__,
        source=source,
        remedy=remedy,
    )


@lru_cache(maxsize=1024)
def _stretches(matrix: Matrix, wanted: Range) -> tuple[Stretch, ...]:
    """Return the connected ranges of a range, each with a version of each branch that it meets."""
    return stretches([*wanted.cuts, *_cuts_of_branches(matrix)], wanted.__contains__)


def _cuts_of_branches(matrix: Matrix) -> list[Version]:
    return [cut for row in matrix.releases for cut in row.tracer.cuts]


def _rank(situation: Situation) -> Callable[[Stretch], int]:
    matrix, day = situation.matrix, situation.environment.date
    return lambda stretch: max(rank_of(matrix, version, day) for version in stretch.samples)


def _by_condition(question: Question, source: str) -> Finding:
    """Check minimums that depend on the runtime or on user-defined facts."""
    minimums, situation = question.capability.minimums, question.situation
    names = dict.fromkeys(name for each in minimums for name in each.facts)
    needed = _in_words(minimums, situation.matrix.page.tracer)
    possible = _possible(question)
    found = [_by_runtime(rows, situation, source) for rows in possible if rows]
    if not all(possible):
        facts, signal = found_in_words(names, situation.environment), situation.installed.signal
        found.append(Finding("tracer", VIOLATED, needed, facts, source, signal=signal))
    if len({finding.outcome for finding in found}) == 1:
        return found[0]
    # A fact that is not known decides between the minimums.
    signal = reasons(names, situation.environment)
    return undecided(found[0], documented=needed, signal=signal, remedy="", change=())


def _possible(question: Question) -> list[tuple[Minimum, ...]]:
    """Return the minimums that count: one choice of them, or several where facts are unknown."""
    capability, environment = question.capability, question.situation.environment
    general = tuple(each for each in capability.minimums if not each.facts)
    if capability.minimum is not None or capability.versions is not None:
        others = {"tracer": capability.minimum, "tracers": capability.versions}
        general = (Minimum.from_values(others),)
    answers = [(each, hold(each.facts, environment)) for each in capability.minimums if each.facts]
    sure = tuple(each for each, answer in answers if answer)
    return [sure or general, *((*sure, each) for each, answer in answers if answer is None)]


def _in_words(minimums: Sequence[Minimum], library: str) -> str:
    def written(one: Minimum) -> str:
        wanted = one.tracers or f">={one.tracer}"
        runtime = f" on {one.runtime} {one.versions}" if one.runtime else ""
        facts = f" with {in_words(one.facts)}" if one.facts else ""
        return f"{library} {wanted}{runtime}{facts}"

    return " or ".join(map(written, minimums))


def _by_runtime(minimums: Sequence[Minimum], situation: Situation, source: str) -> Finding:
    """Check minimums and ranges, of which some may depend on the runtime."""
    library, environment = situation.matrix.page.tracer, situation.environment
    needed, fact = _in_words(minimums, library), situation.installed
    admitted = {row: _admits_runtime(row, environment) for row in minimums}
    if not any(answer is not False for answer in admitted.values()):
        return Finding(
            "tracer",
            VIOLATED,
            needed,
            observed=", ".join(dict.fromkeys(_runtime_here(r, environment) for r in minimums)),
            source=source,
            signal=fact.signal,
        )
    has = partial(_has, admitted)

    def remedy(key: str, version: Version | None) -> Remedy:
        rows = [row.tracers.cuts if row.tracers else _cuts(row) for row in minimums]
        cuts = [*(c for row in rows for c in row), *_cuts_of_branches(situation.matrix)]
        found = stretches(cuts, lambda v: has(v) is True)
        found = found or stretches(cuts, lambda v: has(v) is not False)
        return newest(library, found, key, version, _rank(situation))

    finding = check_installed(
        needed, situation, lambda v: has(v) is not False, source=source, remedy=remedy
    )
    if finding.outcome is not SATISFIED or fact.value is None or has(fact.value):
        return finding
    return undecided(finding, signal=_signal(admitted, environment))


def _cuts(row: Minimum) -> tuple[Version, ...]:
    return () if row.tracer is None else (row.tracer, Version(str(row.tracer.major + 1)))


def _has(admitted: Mapping[Minimum, bool | None], version: Version) -> bool | None:
    """Whether a version has the capability by rows whose runtime is or is not the one here."""
    answers = {answer for row, answer in admitted.items() if row.tracers and version in row.tracers}
    by_version: dict[Version, list[bool | None]] = {}
    for row, answer in admitted.items():
        if row.tracer is not None:
            by_version.setdefault(row.tracer, []).append(answer)
    answers.add(_is_newer({v: _any(each) for v, each in by_version.items()}, version))
    return _any(answers)


def _is_newer(minimums: Mapping[Version, bool | None], version: Version) -> bool | None:
    """Whether a version is at least one of the minimums, each of which speaks of its series."""
    lowest = min((m for m, answer in minimums.items() if answer is not False), default=None)
    if lowest is None or version < lowest:
        return False
    # Between two minimums the page may mean either: from 2.5 on 3.8 and 3.1 on 3.12, what of 3.0?
    deciding = max(minimum for minimum in minimums if minimum <= version)
    later = any(m > version and m.major <= version.major for m in minimums)
    return True if minimums[deciding] is True and not later else None


def _any(answers: Collection[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False


def _admits_runtime(row: Minimum, environment: Environment) -> bool | None:
    """Whether the runtime here is the row's; None if it is unknown."""
    if not row.runtime or row.versions is None:
        return True
    version = environment.fact(_key(row)).value
    if not isinstance(version, Version):
        return None
    return (series(version) if row.runtime == "python" else base(version)) in row.versions


def _key(row: Minimum) -> str:
    return "python" if row.runtime == "python" else f"fact.{row.runtime}"


def _runtime_here(row: Minimum, environment: Environment) -> str:
    name = "Python" if row.runtime == "python" else row.runtime
    return f"{name} {environment.fact(_key(row)).words}"


def _signal(admitted: Mapping[Minimum, bool | None], environment: Environment) -> str:
    unknown = [row for row, answer in admitted.items() if answer is None]
    if not unknown:
        return "the minimum depends on the runtime, and the page leaves this version open"
    key = _key(unknown[0])
    name = _runtime_here(unknown[0], environment)
    return f"the minimum depends on the runtime: {name}; you can set it as {key}"


def _without_preview(finding: Finding) -> Finding:
    # Violated whatever the version: what the page calls a preview may not be relied on.
    violated = finding.outcome is VIOLATED
    return finding._replace(
        outcome=VIOLATED,
        documented=f"{finding.documented} and previews allowed",
        observed=f"{finding.observed} and preview=False",
        remedy=f"{finding.remedy} and preview=True" if violated else "preview=True",
        change=(),
    )
