"""The requirements of tests that may watch a fact, and the values of their facts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from packaging.specifiers import SpecifierSet

from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.environment.fact import FACTS, tracer_key
from pytest_ddcompat.environment.value import Fact
from pytest_ddcompat.evaluation.cuts import cuts_of_page
from pytest_ddcompat.matrix.rows import LEVELS, Deployment, Framework, Runtime
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.names import fact_id, fold
from pytest_ddcompat.values.sites import SITES
from pytest_ddcompat.values.stretches import samples
from pytest_ddcompat.values.versions import Range, Version, base, parse_marker_range, series

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_ddcompat.jobs.watched.shifts import Shift
    from pytest_ddcompat.matrix.facts import FactDeclaration
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["PLATFORM", "environment_of", "may_turn", "requirements_of", "values_of"]

PLATFORM = "platform"
"""Axis of operating system, CPU and implementation, of which a page lists some together."""

_ANY = Version("1.0")  # where a page tells no versions apart
_EVERY = Range([SpecifierSet("")], by_order=True)
_CPUS = {"64bit": ("x86-64", "aarch64", "ia64"), "32bit": ("i686", "armv7l")}
_USUAL = ("linux", "x86-64", "cpython")
_UNNAMED = "none-that-a-page-names"
_PLATFORM_KEYS = ("os", "cpu", "implementation")


def requirements_of(shift: Shift, matrix: Matrix) -> Iterator[Requirement]:
    """Yield the requirements that may watch a fact.

    Args:
        shift: The shift of the fact.
        matrix: The page, with the one capability that they may name.
    """
    if "release" in shift.checks:
        # No other check can hide what this marker comes to.
        yield from (Requirement.support_level(level) for level in reversed(LEVELS))
    if shift.checks == ("release",):
        return
    (capability,) = matrix.capabilities
    for preview in (True, False):
        for named in _named(shift, matrix):
            yield Requirement.capability(capability.id, preview=preview, **named)


def _named(shift: Shift, matrix: Matrix) -> list[dict[str, str]]:
    """Return what a marker names beside the capability, in each way that may matter."""
    row, name = shift.row, shift.fact.before
    if isinstance(row, Deployment):
        return [{}, {"deployment": row.id}]
    if isinstance(row, Framework):
        return [{"framework": row.id}]
    if "framework" in shift.checks:
        names = getattr(row, "named", ()) or (_UNNAMED, *matrix.framework_names())
        return [{"framework": each} for each in names]
    if "datastore" in shift.checks:
        names = (name,) if name in getattr(row, "named", ()) else (_UNNAMED,)
        return [{"datastore": each} for each in names]
    return [{}]


def values_of(shift: Shift, requirement: Requirement, *pages: Matrix) -> dict[str, list[Any]]:
    """Return the values of each fact between which a verdict may change, a neutral one first.

    Args:
        shift: The shift of the fact that is to be watched.
        requirement: What the test requires.
        pages: The page and the same page shifted, with one capability alone.
    """
    library = tracer_key(pages[0].page.tracer)
    values: dict[str, list[Any]] = {
        library: _versions(library, pages)[::-1] or [_ANY],
        PLATFORM: _platforms(pages),
        "python": _pythons(pages),
        **_own_facts(pages),
        "remote_configuration": [True, False],
        "site": _sites(pages[0]),
        "deployments": [frozenset()],
        "date": _days(pages),
        "agent": [*_versions("agent", pages), None],
    }
    if isinstance(shift.row, Deployment):
        values["deployments"].append(frozenset({shift.row.id}))
    for name in requirement.frameworks:
        key = FACTS["framework"].key_of(name)
        if key != library:
            versions = _versions(f"framework.{fold(name)}", pages)
            values[key] = versions or [_ANY]
    return values


def may_turn(
    shift: Shift, tracer: Version, platform: tuple[str, str, str], python: Version
) -> bool:
    """Whether a shift may turn its checks with these facts, as far as that is quick to see.

    A row of the runtime table counts by whether it is about the tracer's version, and whether it
    admits the platform.

    Args:
        shift: The shift.
        tracer: Version of the page's library.
        platform: A value of `PLATFORM`.
        python: Version of Python.
    """
    if not isinstance(shift.row, Runtime) or not isinstance(shift.changed, Runtime):
        return True
    system, cpu, implementation = platform
    if (system, implementation) != (shift.row.os, shift.row.implementation):
        return False
    release = base(tracer)
    before, after = (
        (release in row.tracer, python in row.python, cpu in _cpus(row))
        for row in (shift.row, shift.changed)
    )
    return before != after and (before[0] or after[0])


def environment_of(values: Mapping[str, Any], matrix: Matrix) -> Environment:
    """Return an environment.

    Args:
        values: Facts by key, and that of `PLATFORM`.
        matrix: The page, which may declare facts.
    """
    facts = {key: Fact(value, "a candidate") for key, value in values.items() if key != PLATFORM}
    for key, value in zip(_PLATFORM_KEYS, values[PLATFORM]):
        facts[key] = Fact(value, "a candidate")
    environment = Environment(facts)
    return environment.declaring(matrix.own_facts) if matrix.own_facts else environment


def _versions(key: str, pages: Sequence[Matrix]) -> list[Version]:
    """Return a version of each part of all versions that pages tell apart, the lowest first."""
    cuts = [cut for page in pages for cut in cuts_of_page(key, page, page.capabilities)]
    return samples(cuts, _EVERY) if cuts else []


def _pythons(pages: Sequence[Matrix]) -> list[Version]:
    """Return versions of Python, those that the most rows admit first."""
    found = dict.fromkeys(map(series, _versions("python", pages)))
    ranges = [row.python for row in pages[0].runtimes]
    ordered = sorted(found, key=lambda version: -sum(version in each for each in ranges))
    return ordered or [Version("3.11")]


def _platforms(pages: Sequence[Matrix]) -> list[tuple[str, str, str]]:
    found = {
        (row.os, cpu, row.implementation): None
        for page in pages
        for row in page.runtimes
        for cpu in _cpus(row)
    }
    return list(found) or [_USUAL]


def _cpus(row: Runtime) -> list[str]:
    """Return the CPUs that a row admits, of a width some."""
    return [each for cpu in row.cpus for each in _CPUS.get(cpu, (cpu,))]


def _sites(matrix: Matrix) -> list[str]:
    """Return a site that the page does not exclude, if there is one, and those that it does."""
    excluded = {site: None for row in matrix.sites for site in row.excluded}
    allowed = [s for s in SITES.values() if not any(s.endswith(other) for other in excluded)]
    return [*allowed[:1], *excluded]


def _days(pages: Sequence[Matrix]) -> list[dt.date]:
    """Return the day on which the page was read, and those at which support levels change."""
    ends = {row.until: None for page in pages for row in page.releases if row.until}
    last = max(ends, default=dt.date.max)
    after = [last + dt.timedelta(days=1)] if last < dt.date.max else []
    return list(dict.fromkeys([pages[0].page.read, *ends, *after]))


def _own_facts(pages: Sequence[Matrix]) -> dict[str, list[Any]]:
    """Return the values of each user-defined fact that the capability depends on."""
    declared = pages[0].own_facts
    wanted: dict[str, dict[Any, None]] = {}
    for capability in (each for page in pages for each in page.capabilities):
        runtimes = [row.runtime for row in capability.minimums if row.runtime]
        for name in runtimes:
            if fact_id(name) in declared:
                wanted.setdefault(fact_id(name), {})
        for values in (capability.needs, *(row.facts for row in capability.minimums)):
            for name, each in values.items():
                wanted.setdefault(fact_id(name), {}).update(dict.fromkeys(each))
    return {
        f"fact.{key}": _values_of_fact(key, declared[key], list(values), pages)
        for key, values in wanted.items()
    }


def _values_of_fact(
    key: str, declaration: FactDeclaration, wanted: list[Any], pages: Sequence[Matrix]
) -> list[Any]:
    """Return the values that a fact may have, the wanted ones first."""
    if declaration.kind == "version":
        ranges = [parse_marker_range(str(each)) for each in wanted]
        found = _versions(f"fact.{key}", pages) or [_ANY]
        return sorted(found, key=lambda version: not any(version in each for each in ranges))
    others = (True, False) if declaration.kind == "boolean" else declaration.words or (_UNNAMED,)
    return list(dict.fromkeys([*wanted, *others]))
