"""The versions at which verdicts may change: what a search for remedies has to try."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_ddcompat.environment.fact import tracer_key
from pytest_ddcompat.evaluation.evaluate import capabilities_named
from pytest_ddcompat.evaluation.states import key_of
from pytest_ddcompat.values.names import fact_id, fold
from pytest_ddcompat.values.versions import Version, parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Capability
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["cuts_of_page", "cuts_of_requirement"]


def cuts_of_requirement(requirement: Requirement, key: str, matrix: Matrix) -> list[Version]:
    """Return the versions of a fact at which the verdict on a requirement may change, sorted.

    Args:
        requirement: The requirement.
        key: The fact.
        matrix: The matrix that decides.
    """
    cuts: tuple[Version, ...] = ()
    if requirement.kind == "fact":
        ((name, values),) = requirement.values
        if key == f"fact.{name}":
            cuts = parse_marker_range("|".join(map(str, values))).cuts
    elif not requirement.specifier:
        names = capabilities_named(requirement, matrix) if requirement.names else ()
        cuts = cuts_of_page(key, matrix, tuple(map(matrix.capability, names)))
    elif key == key_of(requirement, matrix):
        cuts = parse_marker_range(requirement.specifier).cuts
    return sorted(cuts)


@lru_cache(maxsize=1024)
def cuts_of_page(
    key: str, matrix: Matrix, capabilities: tuple[Capability, ...], *, runtimes_first: bool = False
) -> tuple[Version, ...]:
    """Return the versions at which what a page says of a fact may change.

    Args:
        key: The fact.
        matrix: What the page says.
        capabilities: Those whose rows count.
        runtimes_first: Whether the runtime table's spelling of a version comes before that of the
            release table.
    """
    return tuple(dict.fromkeys(_cuts(key, matrix, capabilities, runtimes_first=runtimes_first)))


def _cuts(
    key: str, matrix: Matrix, capabilities: tuple[Capability, ...], *, runtimes_first: bool
) -> Iterator[Version]:
    minimums = [minimum for row in capabilities for minimum in row.minimums]
    if key == tracer_key(matrix.page.tracer):
        for capability in capabilities:
            yield from capability.boundaries
            yield from capability.ends
        yield from (Version(str(row.tracer.major + 1)) for row in minimums if row.tracer)
        tables = (matrix.runtimes, matrix.releases)
        for rows in tables if runtimes_first else reversed(tables):
            yield from (cut for row in rows for cut in row.tracer.cuts)
    elif key == "python":
        yield from (cut for row in matrix.runtimes for cut in row.python.cuts)
        yield from (cut for each in minimums if each.versions for cut in each.versions.cuts)
    elif key == "agent":
        yield from (row.agent for row in matrix.releases if row.agent)
    elif key.startswith("fact."):
        yield from _cuts_of_fact(key[len("fact.") :], capabilities)
    for row in matrix.frameworks:
        if row.versions is not None and key == f"framework.{fold(row.id)}":
            yield from row.versions.cuts


def _cuts_of_fact(name: str, capabilities: tuple[Capability, ...]) -> Iterator[Version]:
    """Return the versions of a user-defined fact at which what depends on it may change."""
    for row in capabilities:
        for minimum in row.minimums:
            if minimum.versions is not None and fact_id(minimum.runtime) == fact_id(name):
                yield from minimum.versions.cuts
        for wanted in (row.needs, *(minimum.facts for minimum in row.minimums)):
            for other, values in wanted.items():
                if fact_id(other) == fact_id(name):
                    yield from parse_marker_range("|".join(map(str, values))).cuts
