"""Measure verdicts a second of `evaluate`, and profile it.

    python benchmarks/evaluate.py [--check]

Each verdict is of a new environment, so that none is cached. What a run reads only once (the
matrix, the markers, the versions among the facts) is read before the clock starts.
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import pstats
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_ddcompat import Environment, Requirement, evaluate, load_matrix
from pytest_ddcompat.environment.parsing import facts_from_mapping

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.environment.value import Fact
    from pytest_ddcompat.matrix.matrix import Matrix

    Cases = Sequence[tuple[Requirement, dict[str, Fact[Any]]]]

LEAST = 20_000  # verdicts a second
PROFILED = 14  # functions shown of the profile
PLATFORMS = (
    ("linux", "x86-64", "3.11.7"),
    ("macos", "aarch64", "3.13.0"),
    ("windows", "i686", "3.8.2"),
)
TRACERS = ("1.5.0", "1.20.3", "2.9.4", "2.21.0", "3.4.0", "3.19.1", "4.2.0", "4.16.0")


def main() -> int:
    """Print the figures; return 1 if `--check` is given and they are past the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help=f"fail under {LEAST} a second")
    parser.add_argument("--matrix", default="iast-python", help="id or path of the matrix")
    parser.add_argument("--rounds", type=int, default=20, help="how many; the fastest counts")
    options = parser.parse_args()
    matrix = load_matrix(options.matrix)
    cases = make_cases(matrix)
    statuses = Counter(evaluate(r, Environment(facts), matrix).status.value for r, facts in cases)
    fastest = min(seconds(cases, matrix) for _ in range(options.rounds))
    rate = len(cases) / fastest
    counts = ", ".join(f"{count} {status}" for status, count in statuses.most_common())
    print(f"{len(cases)} verdicts ({counts}): {rate:,.0f} a second, at least {LEAST:,} wanted")
    print_profile(cases, matrix)
    return 1 if options.check and rate < LEAST else 0


def make_cases(matrix: Matrix) -> Cases:
    """Return distinct requirements, each with the facts of several environments."""
    environments = [
        facts_from_mapping(
            {
                "tracer": tracer, "os": os, "cpu": cpu, "python": python,
                "implementation": "cpython", "deployments": ["docker", "kubernetes"],
                "frameworks": {"django": "4.2.1", "flask": None}, "agent": "7.60.0",
                "site": "datadoghq.com", "remote_configuration": True, "date": "2026-05-31",
            },
            "made up",
        )
        for tracer, (os, cpu, python) in itertools.product(TRACERS, PLATFORMS)
    ]  # fmt: skip
    return [*itertools.product(requirements(matrix), environments)]


def requirements(matrix: Matrix) -> list[Requirement]:
    """Return what markers can need: each capability alone, with each keyword and with another."""
    ids = [capability.id for capability in matrix.capabilities]
    others = [*ids[1:], ids[0]]
    found = [Requirement.capability(name) for name in ids]
    found += [Requirement.capability(name, framework="django") for name in ids]
    found += [Requirement.capability(name, deployment="docker") for name in ids]
    found += [Requirement.capability(name, datastore="postgres") for name in ids]
    found += [Requirement.capability(name, support_level="maintenance") for name in ids]
    found += [Requirement.capability(f"{a} and not {b}") for a, b in zip(ids, others)]
    found += [Requirement.tracer(">=2.5"), Requirement.agent(">=7.50"),
              Requirement.framework("django", ">=3"), Requirement.deployment("docker"),
              Requirement.support_level("general_availability")]  # fmt: skip
    return found


def seconds(cases: Cases, matrix: Matrix) -> float:
    """Return the seconds that all verdicts take, environments included."""
    begun = time.process_time()
    for requirement, facts in cases:
        evaluate(requirement, Environment(facts), matrix)
    return time.process_time() - begun


def print_profile(cases: Cases, matrix: Matrix) -> None:
    """Print the functions that take most time, with their own share and calls per verdict."""
    with cProfile.Profile() as profile:
        seconds(cases, matrix)
    stats: Any = pstats.Stats(profile)
    rows = [(own, calls, place) for place, (_, calls, own, _, _) in stats.stats.items()]
    total = sum(own for own, _, _ in rows)
    print(f"{'share':>6} {'calls':>6}  function, with its own time and calls per verdict")
    for own, calls, (file, line, name) in sorted(rows, reverse=True)[:PROFILED]:
        where = f"{Path(file).name}:{line} {name}" if line else name
        print(f"{own / total:6.1%} {calls / len(cases):6.1f}  {where}")


if __name__ == "__main__":
    sys.exit(main())
