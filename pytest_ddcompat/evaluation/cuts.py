"""The versions at which verdicts may change: what a search for remedies has to try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.environment.fact import tracer_key
from pytest_ddcompat.values.names import fold
from pytest_ddcompat.values.versions import Version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["cuts_of_page", "is_version", "key_of"]


def is_version(key: str) -> bool:
    """Whether a fact is a version."""
    return key in {"tracer", "python", "agent"} or key.startswith("framework.")


def key_of(requirement: Requirement, matrix: Matrix) -> str:
    """Return the fact that a requirement's specifier speaks of."""
    if requirement.kind == "framework":
        return f"framework.{fold(requirement.frameworks[0])}"
    return tracer_key(matrix.page.tracer) if requirement.kind == "tracer" else requirement.kind


def cuts_of_page(key: str, matrix: Matrix, *, runtimes_first: bool) -> Iterator[Version]:
    """Yield the versions at which what a page says of a fact may change."""
    minimums = [minimum for row in matrix.capabilities for minimum in row.minimums]
    if key == tracer_key(matrix.page.tracer):
        for capability in matrix.capabilities:
            yield from capability.boundaries
        yield from (Version(str(minimum.tracer.major + 1)) for minimum in minimums)
        tables = (matrix.runtimes, matrix.releases)
        for rows in tables if runtimes_first else reversed(tables):
            yield from (cut for row in rows for cut in row.tracer.cuts)
    elif key == "python":
        yield from (cut for row in matrix.runtimes for cut in row.python.cuts)
        yield from (cut for minimum in minimums for cut in minimum.versions.cuts)
    elif key == "agent":
        yield from (row.agent for row in matrix.releases if row.agent)
    for row in matrix.frameworks:
        if row.versions is not None and key == f"framework.{fold(row.id)}":
            yield from row.versions.cuts
