"""What a record says of its run: times, versions, commit and job; and how small it is."""

from __future__ import annotations

import datetime as dt
import json
import platform
from typing import TYPE_CHECKING

import pytest
from support.records import MET, UNMET, record_of

import pytest_ddcompat.session.record_hooks  # noqa: F401 - before inner runs restore sys.modules
from pytest_ddcompat import __version__
from pytest_ddcompat.record.job import VARIABLES

if TYPE_CHECKING:
    from support.project import Project

GITLAB = {
    "GITLAB_CI": "true",
    "CI_JOB_NAME": "tests 3.11",
    "CI_JOB_URL": "https://gitlab.example/web/-/jobs/7",
    "CI_PROJECT_URL": "https://me:s3cret@gitlab.example/web",
    "CI_COMMIT_SHA": "0123456789abcdef",
    "CI_JOB_TOKEN": "s3cret",
}


@pytest.fixture(autouse=True)
def no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("more", [(), ("-p", "xdist.plugin", "-n", "2")], ids=["", "xdist"])
def test_record_says_which_run_it_is_of(project: Project, more: tuple[str, ...]) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("test_it.py", f"import pytest\n{MET}def test(): pass")
    before = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
    runs = []
    for name in ("first.json", "second.json"):
        project.run(f"--ddcompat-report={name}", *more)
        runs.append(record_of(project, name)["run"])
    after = dt.datetime.now(dt.timezone.utc)
    times = [
        dt.datetime.strptime(f"{run[key]}+0000", "%Y-%m-%dT%H:%M:%SZ%z")
        for run in runs
        for key in ("begin", "end")
    ]
    assert [before, *times, after] == sorted([before, *times, after])
    assert runs[0]["id"] != runs[1]["id"]
    assert runs[0]["versions"] == {
        "pytest-ddcompat": __version__,
        "pytest": pytest.__version__,
        "python": platform.python_version(),
    }
    assert runs[0]["job"] == {"name": None, "attempt": None, "address": None}
    assert (runs[0]["commit"], runs[0]["repository"]) == (None, None)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        pytest.param((), "tests 3.11", id="of the service"),
        pytest.param(("--ddcompat-job=django 4.2",), "django 4.2", id="given"),
        pytest.param(("--ddcompat-job=",), "tests 3.11", id="given and empty"),
    ],
)
def test_record_says_which_job_it_is_of(
    project: Project, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], name: str
) -> None:
    for variable, value in GITLAB.items():
        monkeypatch.setenv(variable, value)
    change = "import os, pytest\nos.environ['CI_JOB_NAME'] = 'changed by a test'\n"
    project.write("test_it.py", f"{change}{MET}def test(): pass")
    project.run("--ddcompat-report=run.json", *options)
    run = record_of(project)["run"]
    assert run["job"] == {"name": name, "attempt": None, "address": GITLAB["CI_JOB_URL"]}
    assert run["commit"] == "0123456789abcdef"
    assert run["repository"] == "https://gitlab.example/web"
    assert "s3cret" not in (project.path / "run.json").read_text(encoding="utf-8")


def test_a_job_without_a_service(project: Project) -> None:
    project.write("test_it.py", f"import pytest\n{MET}def test(): pass")
    project.run("--ddcompat-report=run.json", "--ddcompat-job=nightly")
    assert record_of(project)["run"]["job"]["name"] == "nightly"


def test_a_test_takes_less_than_300_bytes_beside_its_id(project: Project) -> None:
    name = "test_" + "x" * 100

    def size(tests: int) -> int:
        parts = [f"{MET if n % 2 else UNMET}def {name}_{n:04}(): pass" for n in range(tests)]
        project.write("test_it.py", "\n".join(["import pytest", *parts]))
        project.run("--ddcompat-report=run.json")
        return len((project.path / "run.json").read_bytes())

    identifier = len(json.dumps(f"test_it.py::{name}_0000"))
    assert (size(210) - size(10)) / 200 - identifier < 300
