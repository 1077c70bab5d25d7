"""The check of the tracer's version, for which the capability table names a minimum."""

from __future__ import annotations

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
from pytest_ddcompat.evaluation.verdict import Finding
from pytest_ddcompat.matrix.rows import NOT_THERE, Minimum
from pytest_ddcompat.values.stretches import stretches
from pytest_ddcompat.values.versions import Version, series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.checks.common import Remedy

__all__ = ["check_tracer"]


def check_tracer(question: Question) -> Finding:
    """Check the tracer's version: that of the capability's row or newer, by PEP 440 order."""
    capability, situation = question.capability, question.situation
    library = situation.matrix.page.tracer
    source = capability.quote(-1, ("minimum", "minimums", "status"))
    if capability.status in NOT_THERE:
        needed, found = f"a {library} release that supports it", NOT_THERE[capability.status]
        return Finding("tracer", VIOLATED, needed, found, source)
    if not capability.boundaries:
        what = "a preview" if capability.status == "preview" else "words that are not understood"
        signal = f"the page gives {what}, and no version"
        finding = Finding("tracer", UNKNOWN, f"a version of {library}", "unknown", source)
        finding = finding._replace(signal=signal)
    elif capability.minimums:
        finding = _by_condition(question, source)
    else:
        minimum = capability.boundaries[0]
        status = "" if capability.status == "available" else f" ({capability.status})"
        needed = f"{library} >={minimum}{status}"
        finding = check_installed(
            needed,
            situation,
            lambda version: version >= minimum,
            source=source,
            remedy=lambda key, _: (needed, ((key, minimum),)),
        )
    if capability.status == "partial" and finding.outcome is SATISFIED:
        finding = finding._replace(outcome=UNKNOWN, signal="the page calls it partial")
    limit = situation.matrix.limit_of(capability)
    if limit is not None and finding.outcome is SATISFIED:
        signal = "words of the page may limit it"
        finding = finding._replace(outcome=UNKNOWN, source=limit.quote(), signal=signal)
    if capability.status == "preview" and not question.requirement.preview:
        return _without_preview(finding)
    return finding


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
    if capability.minimum is not None:
        general = (Minimum.from_values({"tracer": capability.minimum}),)
    answers = [(each, hold(each.facts, environment)) for each in capability.minimums if each.facts]
    sure = tuple(each for each, answer in answers if answer)
    return [sure or general, *((*sure, each) for each, answer in answers if answer is None)]


def _in_words(minimums: Sequence[Minimum], library: str) -> str:
    def written(one: Minimum) -> str:
        runtime = f" on {one.runtime} {one.versions}" if one.runtime else ""
        facts = f" with {in_words(one.facts)}" if one.facts else ""
        return f"{library} >={one.tracer}{runtime}{facts}"

    return " or ".join(map(written, minimums))


def _by_runtime(minimums: Sequence[Minimum], situation: Situation, source: str) -> Finding:
    """Check minimums that depend on the runtime: each speaks of its own series of the tracer."""
    library, environment = situation.matrix.page.tracer, situation.environment
    needed, fact = _in_words(minimums, library), situation.installed
    answers: dict[Version, list[bool | None]] = {}
    for each in minimums:
        answers.setdefault(each.tracer, []).append(_admits_runtime(each, environment))
    admitted = {v: True in a or (None if None in a else False) for v, a in answers.items()}
    if not any(answer is not False for answer in admitted.values()):
        python = str(environment.python.value)
        return Finding("tracer", VIOLATED, needed, f"Python {python}", source, signal=fact.signal)
    lowest = min(minimum for minimum, answer in admitted.items() if answer is not False)

    def remedy(key: str, version: Version | None) -> Remedy:
        cuts = [*admitted, *(Version(str(minimum.major + 1)) for minimum in admitted)]
        sure = stretches(cuts, lambda v: v >= lowest and _is_sure(admitted, v))
        return newest(library, sure or stretches(cuts, lambda v: v >= lowest), key, version)

    finding = check_installed(
        needed,
        situation,
        lambda version: version >= lowest,
        source=source,
        remedy=remedy,
    )
    if finding.outcome is not SATISFIED or fact.value is None or _is_sure(admitted, fact.value):
        return finding
    signal = "the minimum depends on the runtime, and the page leaves this version open"
    return undecided(finding, signal=signal)


def _is_sure(admitted: Mapping[Version, bool | None], version: Version) -> bool:
    """Whether the minimums leave no doubt of a version that is at least the lowest."""
    # Between two minimums the page may mean either: from 2.5 on 3.8 and 3.1 on 3.12, what of 3.0?
    deciding = max(minimum for minimum in admitted if minimum <= version)
    later = any(m > version and m.major <= version.major for m in admitted)
    return admitted[deciding] is True and not later


def _admits_runtime(minimum: Minimum, environment: Environment) -> bool | None:
    """Whether the runtime here is the minimum's; None if it is unknown or not Python."""
    if not minimum.runtime:
        return True
    if minimum.runtime != "python" or environment.python.value is None:
        return None
    return minimum.versions is None or series(environment.python.value) in minimum.versions


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
