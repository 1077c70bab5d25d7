"""Reasons in a run: one line each, in full with -v and in the record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.core import XDIST

if TYPE_CHECKING:
    from support.project import Project

TESTS = """
import pytest
@pytest.mark.requires_capability("threat_detection", framework=("bottle", "tornado", "sanic"))
def test_it(): pass
@pytest.mark.requires_tracer(">=4")
@pytest.mark.requires_capability("threat_detection", framework=("bottle", "tornado", "sanic"))
def test_both(): pass
"""
BRIEF = (
    "threat_detection needs a framework that the page lists for it (Django, FastAPI, Flask), "
    "not bottle or tornado or sanic"
)
FULL = (
    "threat_detection needs a framework that the page lists for it (Django, FastAPI, Flask), not "
    'bottle or tornado or sanic (Supported frameworks: "Django | 2.2 | yes | yes", '
    '"FastAPI | 0.86 | yes | yes", "Flask | 1.1 | yes | yes")'
)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="one process"),
        pytest.param(XDIST, id="xdist"),
        pytest.param(("--ddcompat-strict",), id="strict"),
        pytest.param(("--ddcompat-unsupported=xfail",), id="xfail"),
        pytest.param(("--ddcompat-unsupported=deselect",), id="deselect"),
    ],
)
def test_a_run_shows_one_line_and_the_record_has_all(
    project: Project, options: tuple[str, ...]
) -> None:
    project.write("test_it.py", TESTS)
    run = project.run(*options, "-rsxXf", "--ddcompat-report=out.json")
    assert not [line for line in run.out if "Supported frameworks" in line]
    assert any(line.endswith(f": {BRIEF}") for line in run.out)
    reasons = {
        d["reason"] for d in json.loads((project.path / "out.json").read_text())["decisions"]
    }
    assert any(FULL in reason for reason in reasons)
    if "--ddcompat-unsupported=xfail" in options:
        assert any(f"passed unexpectedly: {BRIEF}" in line for line in run.out)


def test_more_reasons_than_a_line_holds_are_counted(project: Project) -> None:
    project.write("test_it.py", TESTS)
    run = project.run("-rs")
    assert any(line.endswith(f": {BRIEF}; 1 more") for line in run.out)


@pytest.mark.parametrize("options", [(), XDIST], ids=["one process", "xdist"])
def test_verbose_shows_reasons_in_full(project: Project, options: tuple[str, ...]) -> None:
    project.write("test_it.py", TESTS)
    run = project.run(*options, "-v", "-rs")
    assert any(line.endswith(f": {FULL}") for line in run.out)


PODMAN = """extends = "iast-python"
[[deployments]]
heading = "Supported deployment types"
documented = ["Podman", "yes", "yes"]
id = "podman"
capabilities = { threat_detection = true }
source = "a run"
reason = "it works"
"""
DEPLOYED = """
import pytest
@pytest.mark.requires_deployment("podman")
def test_it(): pass
"""


@pytest.mark.parametrize("options", [(), XDIST], ids=["one process", "xdist"])
def test_fact_names_a_deployment_type_of_an_overlay(
    project: Project, options: tuple[str, ...]
) -> None:
    project.write("acme.toml", PODMAN)
    project.write("test_it.py", DEPLOYED)
    run = project.run(*options, "--ddcompat-matrix=acme.toml", "--ddcompat-set=deployment=Podman")
    assert run.outcomes == {"test_it": "passed"}


def test_fact_names_a_deployment_type_of_a_hook_s_matrix(project: Project) -> None:
    project.write("acme.toml", PODMAN)
    project.write("conftest.py", "def pytest_ddcompat_matrices(): return ['acme.toml']")
    project.write("test_it.py", DEPLOYED)
    assert project.run("--ddcompat-set=deployment=podman").outcomes == {"test_it": "passed"}


def test_deployment_type_of_no_matrix_is_refused(project: Project) -> None:
    project.write("acme.toml", PODMAN)
    project.write("test_it.py", DEPLOYED)
    run = project.run("--ddcompat-matrix=acme.toml", "--ddcompat-set=deployment=podmann")
    what = (
        'ERROR: --ddcompat-set: deployments: "podmann" is not a deployment type; did you mean '
        '"podman"? valid: amazon_ecs, aws_fargate, aws_lambda, docker, kubernetes, podman'
    )
    assert (run.status, [line for line in run.err if line]) == (4, [what])
