"""The checks of user-defined facts: those that a capability or a minimum depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.environment.value import in_setting
from pytest_ddcompat.evaluation.checks.common import (
    NOT_APPLICABLE,
    SATISFIED,
    UNKNOWN,
    VIOLATED,
    Question,
    in_range,
    unknown,
)
from pytest_ddcompat.evaluation.verdict import Finding
from pytest_ddcompat.values.versions import Version, parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.environment.value import Fact

    Values = Sequence[bool | str]

__all__ = ["check_fact", "check_needs", "found_in_words", "hold", "in_words", "reasons"]

_NONE = Finding("facts", NOT_APPLICABLE)


def check_needs(question: Question) -> Finding:
    """Check the user-defined facts that the capability needs: all of them."""
    capability, environment = question.capability, question.situation.environment
    if not capability.needs:
        by_overlay = capability.by_overlay(["needs"])
        return _NONE._replace(source=capability.quote(None, ["needs"])) if by_overlay else _NONE
    source = capability.quote(None, ["needs"])
    found = [
        check_fact(name, values, environment.fact(f"fact.{name}"), source)
        for name, values in capability.needs.items()
    ]
    outcome = next(o for o in (VIOLATED, UNKNOWN, SATISFIED) if any(f.outcome is o for f in found))
    return _together([finding for finding in found if finding.outcome is outcome])


def check_fact(
    name: str, values: Values, fact: Fact[object], source: str, excluded: Sequence[str] = ()
) -> Finding:
    """Compare a user-defined fact with values, any of which will do.

    Args:
        name: Id of the fact.
        values: The values; of a version, ranges; where there is none, any will do.
        fact: The fact.
        source: What the finding rests on.
        excluded: Values that will not do.
    """
    needed = _wanted(name, values) + (f" other than {' or '.join(excluded)}" if excluded else "")
    observed, signal = _found(name, fact), fact.signal
    found = Finding("facts", SATISFIED, needed, observed, source, signal=signal)
    if not fact.known:
        return unknown(found)
    if fact.value not in excluded and _admits(values, fact.value):
        return found
    if isinstance(fact.value, Version):
        wanted = parse_marker_range("|".join(map(str, values)))
        remedy, change = in_range(name, wanted)(f"fact.{name}", fact.value)
    else:
        allowed = [value for value in values if value not in excluded]
        remedy, change = needed, tuple((f"fact.{name}", value) for value in allowed[:1])
    return found._replace(outcome=VIOLATED, remedy=remedy, change=change)


def hold(wanted: Mapping[str, Values], environment: Environment) -> bool | None:
    """Whether user-defined facts have values that are wanted; None if that is not known."""
    facts = [(environment.fact(f"fact.{name}"), values) for name, values in wanted.items()]
    if any(fact.known and not _admits(values, fact.value) for fact, values in facts):
        return False
    return True if all(fact.known for fact, _ in facts) else None


def in_words(wanted: Mapping[str, Values]) -> str:
    """Write the values that are wanted: `variant=flask-poc or django-poc and runner >=1.2`."""
    return " and ".join(_wanted(name, values) for name, values in wanted.items())


def found_in_words(names: Iterable[str], environment: Environment) -> str:
    """Write user-defined facts with their values: `variant=flask-poc, runner 1.1`."""
    facts = {name: environment.fact(f"fact.{name}") for name in names}
    return ", ".join(_found(name, fact) for name, fact in facts.items())


def reasons(names: Iterable[str], environment: Environment) -> str:
    """Say why user-defined facts are not known."""
    facts = {name: environment.fact(f"fact.{name}") for name in names}
    return ", ".join(f"{name} {fact.signal}" for name, fact in facts.items() if not fact.known)


def _admits(values: Values, value: object) -> bool:
    if isinstance(value, Version):
        return any(value in parse_marker_range(str(wanted)) for wanted in values)
    return not values or value in values


def _wanted(name: str, values: Values) -> str:
    words = " or ".join(map(in_setting, values))
    joint = " " if words[:1] in {"<", ">", "=", "!", "~"} else "="
    return f"{name}{joint}{words}" if words else name


def _found(name: str, fact: Fact[object]) -> str:
    if not fact.known:
        return f"{name} unknown"
    joint = " " if isinstance(fact.value, Version) else "="
    return f"{name}{joint}{in_setting(fact.value)}"


def _together(found: Sequence[Finding]) -> Finding:
    """Return one finding of several that are alike."""
    if len(found) == 1:
        return found[0]
    return found[0]._replace(
        documented=" and ".join(finding.documented for finding in found),
        observed=", ".join(dict.fromkeys(finding.observed for finding in found)),
        remedy=" and ".join(filter(None, (finding.remedy for finding in found))),
        signal=", ".join(dict.fromkeys(finding.signal for finding in found)),
        change=tuple(change for finding in found for change in finding.change),
    )
