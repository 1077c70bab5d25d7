"""Plan the environments of generated suites, and print how many there are and what that costs.

    python benchmarks/plan.py [--tests 5000] [--seed 1] [--time-limit 60]

Needs the extra plan. Every requirement of a generated test can be met: an environment is drawn
first, of a tracer version, a Python, a platform and the rest, until the page supports one of its
capabilities there; then requirements are drawn until the test has some that this environment
supports. So a plan must find an environment for every test, and none may be called impossible.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from typing import Any

from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.evaluation.pages import Matrices, Verdicts
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.matrix.loading import load_matrix
from pytest_ddcompat.planning.candidates import Limits
from pytest_ddcompat.planning.plan import make_plan
from pytest_ddcompat.planning.suite import GatedTest
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.day import today

TRACERS = ["1.9.0", "1.15.0", "1.20.19", "2.3.0", "2.6.0", "2.21.1", "3.4.0", "3.19.9", "4.16.0"]
PYTHONS = ["3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]
FRAMEWORKS = {"django": ["2.2", "3.2", "4.2", "5.2"], "flask": ["1.1", "2.3", "3.1"],
              "fastapi": ["0.86", "0.110", "0.120"]}  # fmt: skip
PACKAGES = {"httpx": ["0.20", "0.25", "0.28"], "pydantic": ["1.10", "2.5", "2.11"]}
DEPLOYMENTS = [[], ["docker"], ["kubernetes"], ["aws_lambda"], ["docker", "kubernetes"]]
MOST = 4  # requirements of one test
OPERATORS = (">=", ">=", ">=", "<=", "==")


def main() -> int:
    """Print the figures; return 1 if a test has no environment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=int, default=5000, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="of the suite")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds of the search")
    options = parser.parse_args()
    matrices = Matrices([load_matrix()])
    tests = suite(options.tests, random.Random(options.seed), matrices)  # noqa: S311
    distinct = len({frozenset(test.requirements) for test in tests})
    begin = time.perf_counter()
    plan = make_plan(tests, matrices, Limits(), today(), options.time_limit)
    seconds = time.perf_counter() - begin
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(tests)} tests, {distinct} distinct: {len(plan.environments)} environments, "
          f"{len(plan.clashing)} tests that clash, at least {plan.lower_bound}, "
          f"{seconds:.1f} s, {memory} MiB")  # fmt: skip
    planned = {test for each in plan.environments for test in each.tests}
    return int(planned != {test.id for test in tests})


def suite(count: int, chance: random.Random, matrices: Matrices) -> list[GatedTest]:
    """Generate tests, each of which some environment runs."""
    environments = [environment(chance, matrices) for _ in range(max(count // 10, 1))]
    return [
        GatedTest(f"test_generated.py::test_{number}", requirements(chance, environments))
        for number in range(count)
    ]


def requirements(
    chance: random.Random, environments: list[tuple[dict[str, Any], Verdicts]]
) -> tuple[Requirement, ...]:
    """Draw requirements that one of some environments supports."""
    facts, verdicts = chance.choice(environments)
    found: list[Requirement] = []
    wanted = chance.randint(1, MOST)
    while len(found) < wanted:
        drawn = requirement(chance, facts)
        if verdicts.of(drawn).status is Status.SUPPORTED:
            found.append(drawn)
    return tuple(dict.fromkeys(found))


def environment(chance: random.Random, matrices: Matrices) -> tuple[dict[str, Any], Verdicts]:
    """Draw an environment in which the page supports Threat Detection."""
    while True:
        facts: dict[str, Any] = {
            "tracer": chance.choice(TRACERS),
            "python": chance.choice(PYTHONS),
            "implementation": "cpython",
            "os": chance.choice(["linux", "linux", "macos", "windows"]),
            "cpu": chance.choice(["x86-64", "x86-64", "aarch64"]),
            "deployments": chance.choice(DEPLOYMENTS),
            "site": "datadoghq.com",
            "remote_configuration": True,
            "agent": chance.choice(["7.28", "7.50", "7.60"]),
            "frameworks": {name: chance.choice(each) for name, each in FRAMEWORKS.items()},
            "packages": {name: chance.choice(each) for name, each in PACKAGES.items()},
        }
        verdicts = Verdicts(Environment.from_mapping(facts), matrices)
        if verdicts.of(Requirement.capability("threat_detection")):
            return facts, verdicts


def requirement(chance: random.Random, facts: dict[str, Any]) -> Requirement:
    """Draw a requirement, not too far from an environment."""
    kind = chance.choice(["capability"] * 4 + ["tracer", "python", "framework", "package", "other"])
    capabilities = [row.id for row in load_matrix().capabilities]
    if kind == "capability":
        framework = chance.choice([None, None, *FRAMEWORKS, ("django", "flask")])
        return Requirement.capability(chance.choice(capabilities), framework=framework)
    if kind == "tracer":
        return Requirement.tracer(chance.choice([">=", "<="]) + chance.choice(TRACERS))
    if kind == "python":
        return Requirement.python(chance.choice([">=", "<="]) + chance.choice(PYTHONS))
    if kind in {"framework", "package"}:
        known = FRAMEWORKS if kind == "framework" else PACKAGES
        name = chance.choice([*known])
        specifier = chance.choice(OPERATORS) + chance.choice(known[name])
        return getattr(Requirement, kind)(name, specifier)  # type: ignore[no-any-return]
    if chance.randrange(2):
        return Requirement.platform(os=facts["os"])
    kinds = facts["deployments"] or ["docker"]
    return Requirement.deployment(chance.choice(kinds))


if __name__ == "__main__":
    raise SystemExit(main())
