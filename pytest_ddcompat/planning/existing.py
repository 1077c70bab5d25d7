"""Compare the jobs that there are with what the tests need: what they miss, and have twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.environment.detection import LIBRARY
from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.environment.parsing import facts_from_settings
from pytest_ddcompat.environment.value import Fact
from pytest_ddcompat.evaluation.pages import Verdicts
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.planning.atoms import atoms_in, formula_of
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.names import fold
from pytest_ddcompat.values.sites import SITES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.planning.candidates import Limits
    from pytest_ddcompat.planning.suite import GatedTest
    from pytest_ddcompat.requirement.requirement import Requirement

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
    """A job that there is.

    Attributes:
        name: Its name.
        facts: Its facts, in the form of a facts file.
        tests: Ids of the tests that it runs.
        unknown: Keys of the facts for lack of which it is not known of some test.
    """

    name: str
    facts: dict[str, Any]
    tests: tuple[str, ...]
    unknown: tuple[str, ...]


class Existing(NamedTuple):
    """A comparison of existing jobs with the tests.

    Attributes:
        jobs: The jobs.
        missing: Tests that are supported in none of them.
        undetermined: Those of them for which some job lacks a fact, so that they may run there.
        redundant: Jobs of which all is known, and without which no test is missing that is not
            missing with them.
        left_out: Jobs of the workflow that run no tests.
        notes: What is to be known of how the workflow was read.
    """

    jobs: tuple[ExistingJob, ...]
    missing: tuple[str, ...]
    undetermined: tuple[str, ...]
    redundant: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_mapping(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        names = ("missing", "undetermined", "redundant", "left_out", "notes")
        return {
            "jobs": [
                {**job._asdict(), "tests": [*job.tests], "unknown": [*job.unknown]}
                for job in self.jobs
            ],
            **{name: [*getattr(self, name)] for name in names},
        }


def compare_jobs(
    jobs: Iterable[tuple[str, Mapping[str, str], Mapping[str, str], bool]],
    tests: Sequence[GatedTest],
    matrices: Matrices,
    limits: Limits,
    day: dt.date,
    *,
    never: Collection[str] = (),
) -> Existing:
    """Find out which tests run in the jobs that there are.

    Args:
        jobs: The name of each job, what its matrix says, the packages that it installs, and whether
            all its steps are read.
        tests: The tests.
        matrices: The pages by which they are decided.
        limits: A fact that may have one value alone has it in all jobs.
        day: The day that decides support levels.
        never: Ids of tests that are not missed where they run in no job.
    """
    found: list[ExistingJob] = []
    read: list[ExistingJob] = []
    open_tests: set[str] = set()
    notes: dict[str, None] = {}
    asked = {r: None for test in tests for r in test.requirements}
    keys = {requirement: _keys(requirement, matrices) for requirement in asked}
    for name, values, pins, is_read in jobs:
        given, odd = _facts(values, pins, matrices, tests)
        notes.update(dict.fromkeys(odd))
        environment = matrices.read_tracer(Environment({**_given(limits), **given}, day=day))
        if matrices.own_facts:
            environment = environment.declaring(matrices.own_facts)
        verdicts = Verdicts(environment, matrices)
        worst = {test.id: _worst(test, verdicts) for test in tests}
        runs = tuple(test for test, status in worst.items() if status is Status.SUPPORTED)
        unsure = [test for test in tests if worst[test.id] is Status.UNDETERMINED]
        open_tests.update(test.id for test in unsure)
        concerned = {r: None for test in unsure for r in test.requirements}
        lacking = dict.fromkeys(key for requirement in concerned for key in keys[requirement])
        unknown = tuple(key for key in lacking if not environment.fact(key).known)
        found.append(ExistingJob(name, environment.to_mapping(), runs, unknown))
        read += [found[-1]] if is_read else []
    ran = {test for job in found for test in job.tests}
    missing = tuple(t.id for t in tests if t.id not in ran and t.id not in never)
    undetermined = tuple(test for test in missing if test in open_tests)
    redundant = tuple(_redundant(read))
    return Existing(tuple(found), missing, undetermined, redundant, notes=tuple(notes))


def _keys(requirement: Requirement, matrices: Matrices) -> tuple[str, ...]:
    """Return the facts without which a requirement is undetermined."""
    # An Agent that is not known is so only where a marker asks for one.
    atoms = [a for a in atoms_in(formula_of(requirement, matrices)) if a.check != "agent"]
    return tuple(dict.fromkeys(key for atom in atoms for key in atom.axes))


def _given(limits: Limits) -> dict[str, Fact[Any]]:
    return {key: Fact(v[0], "--only") for key, v in limits.values.items() if len(v) == 1}


def _facts(
    values: Mapping[str, str],
    pins: Mapping[str, str],
    matrices: Matrices,
    tests: Sequence[GatedTest],
) -> tuple[dict[str, Fact[Any]], list[str]]:
    """Return the facts of a job, and which values are those of no fact."""
    settings = {key: (value, "") for key, value in _USUAL.items()}
    packages = {fold(n): f"package.{n}" for t in tests for r in t.requirements for n in r.packages}
    packages.update({fold(n): f"framework.{n}" for n in matrices.framework_names()})
    own = {fold(row.id): f"fact.{row.id}" for row in matrices.own_facts.values()}
    for key, value in values.items():
        folded, said = fold(key), f'{key} "{value}"'
        if folded in {"os", "runson"}:
            platform = _of_runner(value)
            settings.update({name: (word, said) for name, word in platform.items()})
        for names in (packages, own, _FACTS):
            if folded in names:
                settings[names[folded]] = value, said
        if value.startswith("pypy") and _FACTS.get(folded) == "python":
            settings["implementation"] = "pypy", said
            settings["python"] = value[len("pypy") :].lstrip("-"), said
    installed = {**packages, fold(LIBRARY): "tracer"}
    for name, version in pins.items():
        if fold(name) in installed:
            settings[installed[fold(name)]] = version, f"{name}=={version}"
    return _understood(settings)


def _understood(
    settings: Mapping[str, tuple[str, str]],
) -> tuple[dict[str, Fact[Any]], list[str]]:
    """Return facts, and which are not understood: which they are is not known."""
    facts: dict[str, Fact[Any]] = {}
    odd = []
    for key, (value, said) in settings.items():
        try:
            facts.update(facts_from_settings([f"{key}={value}"], "the matrix"))
        except CompatibilityError:
            odd.append(f"{said} is no value of the fact {key}")
    return facts, odd


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
    """Leave out jobs one by one, those with the fewest tests first, while no test is lost.

    Args:
        jobs: Those whose steps are read: others may run more tests, or none.
    """
    kept = {number: {*job.tests} for number, job in enumerate(jobs)}
    known = [number for number, job in enumerate(jobs) if not job.unknown]
    for number in sorted(known, key=lambda n: (len(kept[n]), -n)):
        others = [tests for other, tests in kept.items() if other != number]
        if kept[number] <= {test for tests in others for test in tests}:
            del kept[number]
    return [job.name for number, job in enumerate(jobs) if number not in kept]
