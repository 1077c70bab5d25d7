"""The choices of the HTML picture: its rows, its columns, and the facts that can be chosen."""

from __future__ import annotations

from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.analysis.grid import facts_of
from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.environment.fact import FACTS, KEYS, tracer_key
from pytest_ddcompat.environment.value import Fact, in_words
from pytest_ddcompat.values.names import fold
from pytest_ddcompat.values.versions import Version, series

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.analysis.grid import Column, Grid
    from pytest_ddcompat.environment.value import FactKind
    from pytest_ddcompat.evaluation.checks import Check
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.values.versions import Range

__all__ = ["CHOSEN", "Axes", "Choice", "axes_of", "axes_of_check"]

_NAMED_BY_PAGES = ("python", "implementation", "os", "framework", "deployments")


def _is_chosen(kind: FactKind) -> bool:
    # A fact that is detected from others follows those.
    has_values = kind.is_boolean or kind.choices or kind.key in _NAMED_BY_PAGES
    return bool(has_values) and not kind.derived_from


CHOSEN = {kind.alias or key: key for key, kind in FACTS.items() if _is_chosen(kind)}
"""Axes of which a value can be chosen, each with its fact; all other facts are fixed."""

_AXES = {"capability": "capability", "tracer": "column", **{fact: a for a, fact in CHOSEN.items()}}
_MOST_FINDINGS = 60_000  # capabilities times frameworks: as many fit a file that is soon loaded
_MOST_STEPS = 3_000_000  # each of them looks at every row of a framework
_MOST_MINORS = 40  # of one major version; more would be a slip in the matrix


class Choice(NamedTuple):
    """One value that can be chosen, or a row or column.

    Attributes:
        label: How it is called.
        facts: The facts that it sets.
        here: Whether it is what the environment has.
        asks: The capability, or the frameworks any of which will do, that it requires.
        group: What it is listed under.
    """

    label: str
    facts: Mapping[str, Fact[Any]]
    here: bool = False
    asks: tuple[str, ...] = ()
    group: str = ""


Axes = dict[str, tuple[Choice, ...]]


def axes_of(grid: Grid) -> Axes:
    """Return the choices of each axis.

    Args:
        grid: The picture.
    """
    matrix = grid.matrix
    return {
        "capability": tuple(Choice(c.name, {}, asks=(c.id,)) for c in matrix.capabilities),
        "column": tuple(_of_column(column, matrix) for column in grid.columns),
        **{axis: _of_fact(FACTS[key], grid) for axis, key in CHOSEN.items()},
    }


def axes_of_check(check: Check, matrix: Matrix) -> tuple[str, ...]:
    """Return the axes on which the findings of a check differ.

    Args:
        check: Its declaration.
        matrix: The page.
    """
    return tuple(dict.fromkeys(_AXES[fact] for fact in facts_of(check, matrix) if fact in _AXES))


def _of_column(column: Column, matrix: Matrix) -> Choice:
    facts = {key: column.environment.fact(key) for key in KEYS}
    kind, _, name = tracer_key(matrix.page.tracer).partition(".")
    facts[f"{kind}.{fold(name)}" if name else kind] = column.tracer
    return Choice(column.label, facts, here=column.here)


def _of_fact(kind: FactKind, grid: Grid) -> tuple[Choice, ...]:
    environment, matrix = grid.environment, grid.matrix
    if kind.key == "python":
        return _pythons(environment, [row.python for row in matrix.runtimes])
    if kind.key == "framework":
        return _frameworks(environment, matrix, grid.frameworks)
    values = _named_by(matrix, kind.key)
    offered = (True, False) if kind.is_boolean else map(kind.parse, kind.choices)
    values.update({in_words(value): value for value in offered})
    return _values(environment, kind.key, values)


def _named_by(matrix: Matrix, key: str) -> dict[str, object]:
    """Return the values of a fact that a page names."""
    if key == "deployments":
        types = {row.documented[0]: frozenset([row.id]) for row in matrix.deployments}
        return {"plain host": frozenset(), **types}
    if key in {"implementation", "os"}:
        return {getattr(row, key): getattr(row, key) for row in matrix.runtimes}
    return {}


def _values(
    environment: Environment, key: str, named: Mapping[str, object], unknown: str = "not known"
) -> tuple[Choice, ...]:
    """Return named values of a fact, the environment's own, and "not known"."""
    own = environment.fact(key)
    values = dict(named)
    if own.known and own.value not in values.values():
        several = own.value if isinstance(own.value, frozenset) else {own.words}
        values[" and ".join(sorted(several))] = own.value
    choices = []
    for label, value in values.items():
        here = own.known and own.value == value
        choices.append(Choice(label, {key: own if here else Fact(value, "chosen")}, here))
    left_open = Fact.unknown("chosen as not known") if own.known else own
    return (*choices, Choice(unknown, {key: left_open}, here=not own.known))


def _pythons(environment: Environment, ranges: Iterable[Range]) -> tuple[Choice, ...]:
    """Return every minor version between those that the page names, of each major one."""
    named = {series(version) for version in _bounds(ranges)}
    if environment.python.value is not None:
        named.add(series(environment.python.value))
    for _, group in groupby(sorted(named), key=lambda version: version.major):
        versions = list(group)
        minors = range(versions[0].minor, versions[-1].minor + 1)[:_MOST_MINORS]
        named.update(Version(f"{versions[0].major}.{minor}") for minor in minors)
    own = environment.python
    seen = Fact(series(own.value), own.signal) if own.value is not None else own
    only_python = Environment({"python": seen})
    return _values(only_python, "python", {str(v): v for v in sorted(named)})


def _frameworks(
    environment: Environment, matrix: Matrix, required: Sequence[str]
) -> tuple[Choice, ...]:
    """Return "none named", and each framework of the page at each version that it names."""
    choices = [Choice("none named", {}, here=not required)]
    if len(required) > 1:
        facts = {f"framework.{fold(name)}": environment.framework(name) for name in required}
        choices.append(Choice(" or ".join(required), facts, here=True, asks=tuple(required)))
    own = {fold(name): name for name in required}
    named = {fold(row.id): row.name for row in reversed(matrix.frameworks)}
    most = min(_MOST_FINDINGS, _MOST_STEPS // max(1, len(matrix.frameworks)))
    room = most // len(matrix.capabilities)
    groups: dict[str, list[Choice]] = {}
    for folded, name in sorted({**own, **named}.items(), key=lambda pair: pair[0] not in own):
        versions = _versions(environment, matrix, folded, name)
        room -= len(versions)
        if room >= 0 or folded in own:
            here = list(own) == [folded]
            groups[folded] = [
                choice._replace(here=choice.here and here, asks=(folded,), group=name)
                for choice in versions
            ]
    return (*choices, *(choice for _, group in sorted(groups.items()) for choice in group))


def _versions(
    environment: Environment, matrix: Matrix, folded: str, name: str
) -> tuple[Choice, ...]:
    rows = [row for row in matrix.frameworks if fold(row.id) == folded]
    found = _bounds(row.versions for row in rows if row.versions)
    own = environment.framework(folded).value
    named: dict[str, object] = {f"{name} {v}": v for v in sorted(found | ({own} if own else set()))}
    named[f"{name}, not installed"] = None
    return _values(environment, f"framework.{folded}", named, f"{name}, version not known")


def _bounds(ranges: Iterable[Range]) -> set[Version]:
    found = set()
    for specifier in (s for one in ranges for set_ in one.specifiers for s in set_):
        with suppress(ValueError):
            found.add(Version(specifier.version.removesuffix(".*")))
    return found
