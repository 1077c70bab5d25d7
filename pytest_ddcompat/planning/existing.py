"""Compare the jobs that there are with what the tests need: what they miss, and have twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.environment.parsing import facts_from_settings
from pytest_ddcompat.environment.value import Fact
from pytest_ddcompat.evaluation.pages import Verdicts
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.names import fold
from pytest_ddcompat.values.sites import SITES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.planning.candidates import Limits
    from pytest_ddcompat.planning.suite import GatedTest

__all__ = ["Existing", "ExistingJob", "compare_jobs"]

_FACTS = {
    "python": "python", "pythonversion": "python", "ddtrace": "tracer", "tracer": "tracer",
    "ddtraceversion": "tracer", "agent": "agent", "deployment": "deployment", "site": "site",
    "cpu": "cpu", "arch": "cpu", "architecture": "cpu",
}  # fmt: skip
"""The fact that a key of a matrix speaks of, by the folded key."""

_SYSTEMS = {"ubuntu": "linux", "linux": "linux", "macos": "macos", "windows": "windows"}
_USUAL = {
    "implementation": "cpython", "site": SITES["US1"], "remote_configuration": "true",
    "deployment": "none",
}  # fmt: skip
"""Facts of a hosted runner, of which a matrix says nothing."""


class ExistingJob(NamedTuple):
    """A job that there is, with its facts in the form of a facts file, and the tests it runs."""

    name: str
    facts: dict[str, Any]
    tests: tuple[str, ...]


class Existing(NamedTuple):
    """A comparison of existing jobs with the tests.

    Attributes:
        jobs: The jobs.
        missing: Tests that are supported in none of them.
        undetermined: Those of them for which some job lacks a fact, so that they may run there.
        redundant: Jobs without which no test is missing that is not missing with them.
    """

    jobs: tuple[ExistingJob, ...]
    missing: tuple[str, ...]
    undetermined: tuple[str, ...]
    redundant: tuple[str, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        jobs = [{"name": j.name, "facts": j.facts, "tests": [*j.tests]} for j in self.jobs]
        return {
            "jobs": jobs,
            "missing": [*self.missing],
            "undetermined": [*self.undetermined],
            "redundant": [*self.redundant],
        }


def compare_jobs(
    jobs: Iterable[tuple[str, Mapping[str, str]]],
    tests: Sequence[GatedTest],
    matrices: Matrices,
    limits: Limits,
    day: dt.date,
) -> Existing:
    """Find out which tests run in the jobs that there are.

    Args:
        jobs: The name of each job, and what its matrix says.
        tests: The tests.
        matrices: The pages by which they are decided.
        limits: A fact that may have one value alone has it in all jobs.
        day: The day that decides support levels.
    """
    found: list[ExistingJob] = []
    open_tests: set[str] = set()
    for name, values in jobs:
        facts = {**_given(limits), **_facts(values, matrices, tests)}
        environment = matrices.read_tracer(Environment(facts, day=day))
        if matrices.own_facts:
            environment = environment.declaring(matrices.own_facts)
        verdicts = Verdicts(environment, matrices)
        worst = {test.id: _worst(test, verdicts) for test in tests}
        runs = tuple(test for test, status in worst.items() if status is Status.SUPPORTED)
        open_tests.update(t for t, status in worst.items() if status is Status.UNDETERMINED)
        found.append(ExistingJob(name, environment.to_mapping(), runs))
    ran = {test for job in found for test in job.tests}
    missing = tuple(test.id for test in tests if test.id not in ran)
    undetermined = tuple(test for test in missing if test in open_tests)
    return Existing(tuple(found), missing, undetermined, tuple(_redundant(found)))


def _given(limits: Limits) -> dict[str, Fact[Any]]:
    return {key: Fact(v[0], "--only") for key, v in limits.values.items() if len(v) == 1}


def _facts(
    values: Mapping[str, str], matrices: Matrices, tests: Sequence[GatedTest]
) -> dict[str, Fact[Any]]:
    """Return the facts that a matrix gives; a value that is no fact's is left out."""
    settings = dict(_USUAL)
    frameworks = {fold(name): name for name in matrices.framework_names()}
    packages = {fold(name): name for t in tests for r in t.requirements for name in r.packages}
    own = {fold(row.id): row.id for row in matrices.own_facts.values()}
    for key, value in values.items():
        folded = fold(key)
        settings.update(_of_runner(value) if folded in {"os", "runson"} else {})
        for names, prefix in ((frameworks, "framework"), (packages, "package"), (own, "fact")):
            if folded in names:
                settings[f"{prefix}.{names[folded]}"] = value
        if folded in _FACTS:
            settings[_FACTS[folded]] = value
            if value.startswith("pypy"):
                settings.update(implementation="pypy", python=value[len("pypy") :].lstrip("-"))
    facts: dict[str, Fact[Any]] = {}
    for key, value in settings.items():
        try:
            facts.update(facts_from_settings([f"{key}={value}"], "the matrix"))
        except CompatibilityError:
            continue  # such as 3.x of python-version: which it is, is not known
    return facts


def _of_runner(name: str) -> dict[str, str]:
    """Return the platform of a runner of GitHub; of other names, nothing."""
    words = re.split(r"[-_.]", name.lower())
    system = _SYSTEMS.get(words[0])
    if system is None:
        return {}
    is_arm = "arm" in words or "arm64" in words
    if system == "macos":
        is_arm = "intel" not in words and "large" not in words and words[1:2] != ["13"]
    return {"os": system, "cpu": "aarch64" if is_arm else "x86-64"}


def _worst(test: GatedTest, verdicts: Verdicts) -> Status:
    statuses = {verdicts.of(requirement).status for requirement in test.requirements}
    for status in (Status.UNSUPPORTED, Status.UNDETERMINED):
        if status in statuses:
            return status
    return Status.SUPPORTED


def _redundant(jobs: Sequence[ExistingJob]) -> list[str]:
    """Leave out jobs one by one, those with the fewest tests first, while no test is lost."""
    kept = {number: {*job.tests} for number, job in enumerate(jobs)}
    for number in sorted(kept, key=lambda n: (len(kept[n]), -n)):
        others = [tests for other, tests in kept.items() if other != number]
        if kept[number] <= {test for tests in others for test in tests}:
            del kept[number]
    return [job.name for number, job in enumerate(jobs) if number not in kept]
