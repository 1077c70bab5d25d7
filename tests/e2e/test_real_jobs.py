"""What commands say of all targets' runs together, against what the page documents for each."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from .commands import answer, content, said
from .documented import documented_for
from .targets import TARGETS, Environments, Installed

pytestmark = pytest.mark.xdist_group("jobs")

SCHEMA = Path(__file__).parents[2] / "matrices" / "coverage.schema.json"

# What ran in each job: what is not documented there is skipped, and all else runs.
RAN = {
    target.name: {
        name for name, verdict in documented_for(target.ddtrace).items() if verdict != "unsupported"
    }
    for target in TARGETS
}
GATED = {*documented_for(None)}
NEVER_RUN = {
    "test_documented.py::test_code_security_no_preview": (
        "code_security needs ddtrace >=2.21.0 (preview) and previews allowed",
        "",
    ),
    "test_documented.py::test_threat_protection_flask": (
        "threat_protection needs Flask >=1.1",
        "Flask >=1.1",
    ),
}
ALLOW = """
[[allow]]
tests = "test_documented.py::test_code_security_no_preview"
reason = "the page calls it a preview"

[[allow]]
tests = "test_documented.py::test_threat_protection_flask"
reason = "no target has Flask"
"""
NEWEST = "ddtrace-4.16.0-python-3.13"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jobs")


@pytest.fixture(scope="module")
def copies(environments: Environments, folder: Path) -> dict[str, Installed]:
    """Give each target a copy of the suite, for its own tests may be running."""
    copies = {}
    for target in TARGETS:
        installed = environments.of(target)
        suite = shutil.copytree(installed.folder, folder / "suites" / target.name)
        copies[target.name] = replace(installed, folder=suite)
    return copies


@pytest.fixture(scope="module")
def records(copies: dict[str, Installed], folder: Path) -> list[str]:
    return [str(one.record(folder / f"{name}.json")) for name, one in copies.items()]


@pytest.fixture(scope="module")
def coverage(records: list[str], folder: Path) -> Any:
    return answer(folder, "coverage", *records, "--facts")


def test_json_of_coverage_fits_its_schema(coverage: Any) -> None:
    jsonschema.validate(coverage, content(SCHEMA))


def test_tests_that_ran_in_no_job(coverage: Any) -> None:
    assert GATED - set().union(*RAN.values()) == {
        test.partition("::test_")[2] for test in NEVER_RUN
    }
    found = {
        test["test"]: (f"{test['because'][0]['subject']} needs {test['because'][0]['needs']}",
                       test["mend"])
        for test in coverage["never_run"]
    }  # fmt: skip
    assert found == NEVER_RUN
    assert (coverage["gated"], coverage["ran"]) == (len(GATED), len(GATED) - len(NEVER_RUN))


def test_jobs_with_the_tests_that_ran(coverage: Any) -> None:
    assert {job["name"]: job["ran"] for job in coverage["jobs"]} == {
        name: len(ran) for name, ran in RAN.items()
    }


def test_jobs_that_add_nothing(coverage: Any) -> None:
    """All of them can go, and none of the others."""
    needed = RAN.keys() - {*coverage["redundant_jobs"]}
    everything = set().union(*RAN.values())
    assert set().union(*(RAN[name] for name in needed)) == everything
    for name in needed:
        assert set().union(*(RAN[other] for other in needed - {name})) != everything


def test_tests_that_are_always_undetermined(coverage: Any) -> None:
    assert [test["test"] for test in coverage["undetermined"]] == ["test_documented.py::test_agent"]


def test_watched_facts(coverage: Any) -> None:
    """A job has the minimum of API Security, and one is older; none is close to the others."""
    changes = {
        watched: {
            fact["after"]
            for fact in coverage[watched]
            if fact["column"] == "Minimum Python tracer version" and "API Security" in fact["row"]
        }
        for watched in ("watched", "unwatched")
    }
    assert changes == {"watched": {">2.6.0"}, "unwatched": {">=2.5"}}
    assert 0 < coverage["watched_share"] < 1
    assert coverage["decisions_left_out"] == 0


def test_other_forms_of_coverage(records: list[str], coverage: Any, folder: Path) -> None:
    for form in ("text", "markdown", "html"):
        said(folder, "coverage", *records, "--format", form, "-o", "out")
        shown = unescape((folder / "out").read_text(encoding="utf-8")).replace("<wbr>", "")
        assert f"{len(GATED) - len(NEVER_RUN)} of {len(GATED)} gated tests ran" in shown
        for words in (*NEVER_RUN, *coverage["redundant_jobs"]):
            assert words in shown, form


def test_never_run_tests_fail_the_last_step(records: list[str], folder: Path) -> None:
    words = said(folder, "coverage", *records, "--fail-on-never-run", status=1)
    assert f"ddcompat: {len(NEVER_RUN)} of the gated tests ran in no job" in words


def test_tests_that_need_not_run_do_not(records: list[str], folder: Path) -> None:
    (folder / "allow.toml").write_text(ALLOW, encoding="utf-8")
    arguments = ("--fail-on-never-run", "--fail-under=100", "--allow", "allow.toml")
    found = answer(folder, "coverage", *records, *arguments)
    assert found["percentage"] == 100
    assert {test["test"] for test in found["allowed"]} == NEVER_RUN.keys()
    assert found["unneeded"] == []


def test_packed_records_say_the_same(records: list[str], coverage: Any, folder: Path) -> None:
    packed = folder / "packed"
    for runs in (len(TARGETS), 0):
        words = said(folder, "records", "pack", *records, "-o", str(packed))
        assert words.endswith(f"packed {runs} runs into {packed}")
    assert answer(folder, "coverage", str(packed), "--facts") == coverage


def test_report_of_all_jobs(records: list[str], folder: Path) -> None:
    said(folder, "report", *records, "--format", "markdown", "-o", "report.md")
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in unescape((folder / "report.md").read_text(encoding="utf-8")).splitlines()
        if line.startswith("|")
    ]
    heads = ["job", "gated", "ran", "skipped", "exit status"]
    assert rows[0][: len(heads)] == heads
    assert [row[: len(heads)] for row in rows[2 : 2 + len(TARGETS)]] == [
        [name, str(len(GATED)), str(len(ran)), str(len(GATED - ran)), "0"]
        for name, ran in RAN.items()
    ]
    words = said(folder, "report", *records)
    assert f"{len(TARGETS)} jobs, " in words
    assert all(test in words for test in NEVER_RUN)


def test_plan_for_the_tests_of_a_record(
    records: list[str], copies: dict[str, Installed], folder: Path
) -> None:
    """In a run that is given the facts of an environment, its tests are supported."""
    (record,) = (name for name in records if NEWEST in name)
    plan = answer(folder, "plan", record, status=1)
    apart = {
        key: {each["test"].partition("::test_")[2] for each in plan[key]}
        for key in ("impossible", "undetermined")
    }
    # The page says nothing of frameworks for API Security: nobody knows, and the test runs.
    assert apart == {
        "impossible": {"code_security_no_preview"},
        "undetermined": {"api_security_django"},
    }
    assert plan["lower_bound"] == len(plan["environments"]) == 2
    for facts, tests in zip(plan["environments"], plan["tests"]):
        (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
        run = copies[NEWEST].run(f"--ddcompat-facts={folder / 'facts.json'}")
        supported = {n for n, found in run.verdicts.items() if found["verdict"] == "supported"}
        assert {test.partition("::test_")[2] for test in tests} - {"api_security_module"} == (
            supported - {"api_security_module"}
        )
    planned = {test.partition("::test_")[2] for tests in plan["tests"] for test in tests}
    assert planned == GATED - apart["impossible"] - apart["undetermined"]
