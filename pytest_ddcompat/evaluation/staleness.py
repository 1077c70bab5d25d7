"""Tell where a page may be too old to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.evaluation.checks.common import Situation
from pytest_ddcompat.matrix.rows import LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.values.versions import Range, Version

__all__ = ["stale_checks"]


def stale_checks(
    environment: Environment, matrix: Matrix, level: str | None = None
) -> dict[str, str]:
    """Return the checks whose rows are too old for an environment, each with the reason.

    Args:
        environment: The facts.
        matrix: The page.
        level: The support level that is asked for; a branch that never had it is not too old.
    """
    situation = Situation.of(environment, matrix)
    if situation.tracer is None:
        return {}
    library, release = matrix.page.tracer, situation.release
    newer = f"{library} {situation.version} is newer than the page"
    ranges = {
        "release": [row.tracer for row in matrix.releases],
        "runtime": [row.tracer for row in matrix.runtimes],
    }
    stale = {check: newer for check, of in ranges.items() if _end_before(of, situation.tracer)}
    if (
        release
        and release.until
        and environment.date > release.until
        and (level is None or LEVELS.index(release.support_level) >= LEVELS.index(level))
    ):
        level = f"the support level of {library} {release.tracer}"
        stale["release"] = f"the page gives {level} until {release.until} only"
    return stale


def _end_before(ranges: Sequence[Range], version: Version) -> bool:
    """Whether a version is newer than all ranges, and not in a gap between them."""
    above = any(r.lower is not None and r.lower > version for r in ranges)
    return bool(ranges) and not above and not any(version in r for r in ranges)
