"""Plan, build what is planned, run there, and find that everything ran."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from .commands import answer, content, said
from .targets import (
    HERE,
    Installed,
    Target,
    make_venv,
    pip_install,
    python_of,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("plan")

# The older Python comes first: ddtrace 2.5 has no wheel for the newer one.
OFFERS = """
python = ["3.11", "3.13"]
implementation = ["cpython"]
os = ["linux"]
cpu = ["x86-64"]
deployments = [[]]
site = ["datadoghq.com"]
"""
PLAN = ("plan", "--collect", "planned", "--offers", "offers.toml")
# By ddtrace 2.5, 3 and 4: of these no two can run beside the same ddtrace.
ENVIRONMENTS = 3


class Planned(NamedTuple):
    """The folder of the plan, the plan, and for each environment the record of a run in it."""

    folder: Path
    plan: Any
    records: list[Path]


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Planned:
    folder = tmp_path_factory.mktemp("plan")
    shutil.copytree(HERE / "planned", folder / "planned")
    (folder / "offers.toml").write_text(OFFERS, encoding="utf-8")
    plan = answer(folder, *PLAN)
    said(folder, *PLAN, "--format", "requirements", "-o", "environments")
    records = [
        build_and_run(folder, number, facts)
        for number, facts in enumerate(plan["environments"], start=1)
    ]
    return Planned(folder, plan, records)


def build_and_run(folder: Path, number: int, facts: Any) -> Path:
    """Install the requirements of an environment as they are, and pytest; run the suite there."""
    place = folder / f"environment-{number}"
    python = ".".join(facts["python"].split(".")[:2])
    make_venv(python, place)
    requirements = folder / "environments" / f"{place.name}.txt"
    wheels = ("--only-binary=:all:", "pytest==8.4.*", os.environ["DDCOMPAT_E2E_WHEEL"])
    pip_install(place, *wheels, "--requirement", str(requirements))
    target = Target(python, facts["tracer"])
    record = folder / f"record-{number}.json"
    Installed(target, python_of(place), folder / "planned").record(record)
    return record


def coverage(planned: Planned, records: list[Path], status: int) -> Any:
    options = ("--collect", "planned", "--fail-on-never-run")
    return answer(planned.folder, "coverage", *map(str, records), *options, status=status)


def test_plan_needs_all_its_environments(planned: Planned) -> None:
    plan = planned.plan
    assert len(plan["environments"]) == plan["lower_bound"] == ENVIRONMENTS
    assert plan["impossible"] == []


def test_everything_ran(planned: Planned) -> None:
    found = coverage(planned, planned.records, status=0)
    assert (found["percentage"], found["never_run"], found["absent"]) == (100, [], [])
    assert found["gated"] == found["ran"] == len(set().union(*planned.plan["tests"])) == 9
    assert found["redundant_jobs"] == []


def test_planned_tests_passed_where_they_were_planned(planned: Planned) -> None:
    for record, tests in zip(planned.records, planned.plan["tests"]):
        outcomes = {test["id"]: test["outcome"] for test in content(record)["tests"]}
        assert {outcomes[test] for test in tests} == {"passed"}
        assert {*outcomes.values()} <= {"passed", "skipped"}


@pytest.mark.parametrize("without", range(ENVIRONMENTS))
def test_without_one_environment_not_everything_ran(planned: Planned, without: int) -> None:
    others = [*planned.records[:without], *planned.records[without + 1 :]]
    found = coverage(planned, others, status=1)
    assert found["percentage"] < 100
    assert {test["test"] for test in found["never_run"]} <= {*planned.plan["tests"][without]}


def test_versions_that_exist(planned: Planned) -> None:
    """There is a wheel of each package in the index, and pip has installed the newest ddtrace."""
    plan = answer(planned.folder, *PLAN, "--resolve")
    for resolved, facts, record in zip(plan["resolved"], plan["environments"], planned.records):
        assert {*resolved["packages"].values()} == {"wheel"}
        (environment,) = content(record)["environments"]
        assert facts["tracer"] == environment["facts"]["tracer"]
