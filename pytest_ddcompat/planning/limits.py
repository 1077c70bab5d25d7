"""Read the limits of a plan: options, and a file of what the CI offers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.environment.fact import FACTS, KEYS, PLURALS
from pytest_ddcompat.environment.parsing import facts_from_mapping, facts_from_settings
from pytest_ddcompat.environment.value import Fact
from pytest_ddcompat.evaluation.pages import check_facts
from pytest_ddcompat.matrix.loading import parse_toml
from pytest_ddcompat.planning.candidates import Limits
from pytest_ddcompat.planning.trial import UNKNOWN
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.files import read_limited
from pytest_ddcompat.values.names import unknown_name
from pytest_ddcompat.values.versions import Range, Version, parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_ddcompat.evaluation.pages import Matrices

__all__ = ["check_limits", "limits_of", "offers_of"]

LIMIT = 1 << 20
"""Bytes of a file of what the CI offers."""

_MOST = 200  # values of one fact
_RANGE = re.compile(r"(?P<major>[23])\.(?P<first>\d{1,2})(?:\.\.(?P=major)\.(?P<last>\d{1,2}))?")
_OPERATORS = ("<", ">", "=", "!", "~")


def limits_of(
    only: Sequence[str], python: str | None, offers: Mapping[str, tuple[Any, ...]]
) -> Limits:
    """Return what environments there may be.

    Args:
        only: Settings such as `os=linux`, or `tracer=>=3`; of several of one fact, any will do.
        python: Versions of Python, such as `3.10..3.13` or `3.9,3.12`; None: any.
        offers: What `offers_of` returns.

    Raises:
        CompatibilityError: An option cannot be understood.
    """
    values: dict[str, list[Any]] = {}
    ranges: dict[str, list[Range]] = {}
    names: dict[str, str] = {}
    for setting in only:
        key, _, value = (part.strip() for part in setting.partition("="))
        if value.startswith(_OPERATORS):
            fact_key = _version_key(key, setting)
            ranges.setdefault(fact_key, []).append(_range(value, key))
        else:
            ((fact_key, fact),) = facts_from_settings([setting], "--only").items()
            values.setdefault(fact_key, []).append(fact.value if fact.known else UNKNOWN)
        if fact_key.startswith("framework."):
            names.setdefault(fact_key, key.partition(".")[2].lower())
    limited = {key: tuple(each) for key, each in values.items()}
    for key, offered in offers.items():
        limited[key] = tuple(v for v in offered if key not in values or v in values[key])
    every = {
        key: Range([s for each in several for s in each.specifiers], by_order=True)
        for key, several in ranges.items()
    }
    return Limits(limited, every, _pythons(python), names)


def check_limits(limits: Limits, offers: Mapping[str, tuple[Any, ...]], matrices: Matrices) -> None:
    """Refuse limits that name what no page and no declarations file knows.

    A framework or package that no test needs may be named: it is installed in each environment.
    What the CI offers may have other deployment types.

    Args:
        limits: The limits.
        offers: What `offers_of` returns.
        matrices: The pages, and the declared facts.

    Raises:
        CompatibilityError: A fact of your own is not declared, or a deployment type that `--only`
            names is unknown.
    """
    declared = {FACTS["fact"].key_of(row.id): row.id for row in matrices.own_facts.values()}
    names = (key.partition("fact.")[2] for key in limits.keys if key not in declared)
    problems = [_undeclared(name, [*declared.values()]) for name in names if name]
    if problems:
        raise CompatibilityError(problems)
    if "deployments" not in offers:
        for types in limits.values.get("deployments", ()):
            given = {"deployments": Fact(types, "--only")} if types is not UNKNOWN else {}
            check_facts(Environment(given), matrices)


def _undeclared(name: str, declared: Sequence[str]) -> Problem:
    problem = unknown_name(f'no fact "{name:.80}" is declared', name, declared)
    valid = "a fact that a page or a declarations file declares"
    return problem if declared else problem._replace(valid=valid)


def _range(text: str, key: str) -> Range:
    try:
        return parse_marker_range(text)
    except CompatibilityError as error:
        raise CompatibilityError(p.within(f"--only: {key}") for p in error.problems) from None


def _version_key(key: str, setting: str) -> str:
    """Return the key of a fact that is a version."""
    ((found, fact),) = facts_from_settings([f"{key}=1.0"], "--only").items()
    if not isinstance(fact.value, Version):
        what = f'--only: "{setting:.80}" gives a range, and {key:.80} is no version'
        raise CompatibilityError(Problem(what, "a value of the fact"))
    return found


def _pythons(text: str | None) -> tuple[Version, ...]:
    """Return minor versions of Python, the newest first."""
    found: list[Version] = []
    for part in () if text is None else text.split(","):
        match = _RANGE.fullmatch(part.strip())
        first, last = (match["first"], match["last"] or match["first"]) if match else (1, 0)
        if match is None or int(first) > int(last):
            what = f'--python: "{part:.80}" is no version of Python, and no range'
            raise CompatibilityError(Problem(what, "such as 3.12, 3.10..3.13 or 3.9,3.12"))
        found += [
            Version(f"{match['major']}.{minor}") for minor in range(int(first), int(last) + 1)
        ]
    return tuple(sorted({*found}, reverse=True))


def offers_of(path: str) -> dict[str, tuple[Any, ...]]:
    """Read a file of what the CI offers: a list of values for each fact.

    Of a framework or package that is offered, it is offered too that it is not installed.

    Args:
        path: The TOML file.

    Returns:
        The values by the keys of the facts, in the order of the file.

    Raises:
        CompatibilityError: It cannot be read, or is not as it must be; each problem is named.
    """
    try:
        table = parse_toml(read_limited(path, LIMIT), path)
    except (OSError, ValueError) as error:
        if isinstance(error, CompatibilityError):
            raise
        reason = error.strerror if isinstance(error, OSError) else error
        raise CompatibilityError(Problem(f"cannot read this file: {reason}", file=path)) from None
    found: dict[str, tuple[Any, ...]] = {}
    problems: list[Problem] = []
    for name, value in table.items():
        try:
            found.update(_offered(name, value, path))
        except CompatibilityError as error:
            problems += error.problems
    if problems:
        raise CompatibilityError(problems)
    return found


def _offered(name: str, value: object, path: str) -> dict[str, tuple[Any, ...]]:
    if name in KEYS:
        return _read([{name: each} for each in _array(value, name, path)], path)
    if name not in PLURALS:
        problem = unknown_name(f'unknown key "{name:.80}"', name, [*KEYS, *PLURALS])
        raise CompatibilityError(problem._replace(file=path))
    if not isinstance(value, dict):
        valid = "names, each with an array of values"
        raise CompatibilityError(Problem("this must be a table", valid, name, path))
    found: dict[str, tuple[Any, ...]] = {}
    absent = (None,) if PLURALS[name].is_distribution else ()
    for inner, values in value.items():
        each = [{name: {inner: one}} for one in _array(values, f"{name}.{inner}", path)]
        found.update({key: (*offered, *absent) for key, offered in _read(each, path).items()})
    return found


def _read(mappings: Sequence[Mapping[str, Any]], path: str) -> dict[str, tuple[Any, ...]]:
    """Return the values of a fact from mappings in the JSON form, each of which has one."""
    found: dict[str, tuple[Any, ...]] = {}
    for mapping in mappings:
        for key, fact in facts_from_mapping(mapping, path).items():
            found[key] = (*found.get(key, ()), fact.value)
    return found


def _array(value: object, where: str, path: str) -> list[Any]:
    if isinstance(value, list) and 0 < len(value) <= _MOST:
        return value
    what = f"this has {len(value)} values" if isinstance(value, list) else "this must be an array"
    raise CompatibilityError(Problem(what, f"an array of 1 to {_MOST} values", where, path))
