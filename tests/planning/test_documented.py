"""Environments that the pages document, and notes on those that they do not."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from support.core import MATRIX
from support.pages import runtime, small_page

from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.planning.limits import limits_of
from pytest_ddcompat.planning.plan import make_plan
from pytest_ddcompat.planning.suite import read_markers
from pytest_ddcompat.values.versions import Version, parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.planning.environments import Planned

pytestmark = pytest.mark.once
pytest.importorskip("highspy")  # here, as numpy can be loaded only once, and pytester forgets

DAY = dt.date(2026, 5, 31)


def planned(
    *markers: str, only: Sequence[str] = (), matrix: Matrix = MATRIX
) -> tuple[Planned, ...]:
    """Plan for a test for each text: some markers, with `;` between them."""
    tests = read_markers((f"test_{n}", each.split("; ")) for n, each in enumerate(markers))
    limits = limits_of(only, None, {})
    return make_plan(tests, Matrices([matrix]), limits, DAY, 30).environments


def none(facts: str) -> str:
    return f"the page iast-python documents no support for {facts}"


@pytest.mark.parametrize(
    ("markers", "only", "facts", "notes"),
    [
        pytest.param('requires_tracer("<2.6"); requires_python(">=3")', [],
                     {"tracer": "2.5", "python": "3.13"}, [], id="an old tracer, any Python"),
        pytest.param('requires_tracer("<2"); requires_python(">=3")', [],
                     {"tracer": "1", "python": "3.11"}, [], id="an older one"),
        pytest.param('requires_tracer(">=2"); requires_python("<3.9")', [],
                     {"tracer": "2", "python": "3.8"}, [], id="an old Python, many tracers"),
        pytest.param('requires_tracer(">=4"); requires_python(">=3.8")', [],
                     {"tracer": "4", "python": "3.14"}, [], id="documented as it is"),
        pytest.param('requires_tracer(">=2"); requires_python(">=3.14")', [],
                     {"tracer": "4.0", "python": "3.14"}, [], id="a version that no marker names"),
        pytest.param('requires_tracer(">=2"); requires_python(">=3.14")', ["tracer=<3"],
                     {"tracer": "2", "python": "3.14"}, [none("ddtrace 2, python 3.14")],
                     id="a version that the user excludes"),
        pytest.param('requires_tracer(">=4"); requires_python("<3.9")', [],
                     {"tracer": "4", "python": "3.8"}, [none("ddtrace 4, python 3.8")],
                     id="the tests ask for both"),
        pytest.param('requires_tracer(">=4"); requires_python("<3.10")', [],
                     {"tracer": "4", "python": "3.9"}, [], id="at the boundary"),
        pytest.param('requires_tracer("<2.6"); requires_python(">=3")', ["python=3.14"],
                     {"tracer": "2.5", "python": "3.14"}, [none("ddtrace 2.5, python 3.14")],
                     id="the user asks for that Python"),
        pytest.param('requires_tracer(">=4"); requires_platform(implementation="pypy")', [],
                     {"tracer": "4", "implementation": "pypy"},
                     [none("ddtrace 4, implementation pypy")], id="an implementation"),
        pytest.param('requires_tracer(">=4"); requires_platform(os="windows")', [],
                     {"tracer": "4", "os": "windows"}, [], id="an OS of the page"),
        pytest.param('requires_tracer(">=4"); requires_platform(os="freebsd")', [],
                     {"tracer": "4", "os": "freebsd"}, [none("ddtrace 4, os freebsd")],
                     id="an OS that it lacks"),
        pytest.param('requires_tracer(">=9"); requires_python(">=3")', [],
                     {"tracer": "9", "python": "3.14"}, [none("ddtrace 9, python 3.14")],
                     id="a tracer that it lacks"),
        pytest.param('requires_tracer("<2.6")', [], {"tracer": "2.5"}, [], id="a tracer alone"),
        pytest.param('requires_python(">=3.15")', [], {"python": "3.15"}, [], id="no tracer"),
        pytest.param('requires_deployment("aws_lambda"); requires_platform(cpu="aarch64")', [],
                     {"deployments": ["aws_lambda"]}, [], id="a deployment, any OS"),
        pytest.param('requires_deployment("aws_lambda"); requires_platform(os="macos")', [],
                     {"os": "macos"}, ["a deployment of aws_lambda is never on macos"],
                     id="AWS Lambda on macOS"),
        pytest.param('requires_deployment("kubernetes"); requires_deployment("docker")',
                     ["os=macos"], {"os": "macos"},
                     ["a deployment of docker, kubernetes is never on macos"], id="containers"),
        pytest.param('requires_deployment("aws_lambda"); requires_platform(os="windows")', [],
                     {"os": "windows"}, ["a deployment of aws_lambda is never on windows"],
                     id="AWS Lambda on Windows"),
        pytest.param('requires_deployment("docker"); requires_platform(os="windows")', [],
                     {"os": "windows"}, [], id="Windows containers"),
        pytest.param('requires_deployment("docker"); requires_platform(os="linux")', [],
                     {"os": "linux"}, [], id="on Linux"),
    ],
)  # fmt: skip
def test_one_environment(
    markers: str, only: list[str], facts: dict[str, object], notes: list[str]
) -> None:
    (found,) = planned(markers, only=only)
    assert {key: found.facts[key] for key in facts} == facts
    assert [*found.notes] == notes


PAGE = {
    "1.2": range(5, 12), "2.1": range(7, 14), "2.7": range(7, 14), "3.0": range(8, 15),
    "3.5": range(8, 15), "4.2": range(9, 15),
}  # fmt: skip
"""Minor versions of Python that the page has for versions of ddtrace, to try."""


@pytest.mark.parametrize(
    "tracer", ["<2", "<2.6", "<3.1", ">=3", ">=4", ">=2,<4", ">=1", ">=2", ">=2.1"]
)
@pytest.mark.parametrize("python", [">=3.5", "<3.12", "<3.9", ">=3.12", "==3.8.*", "==3.14.*"])
def test_an_environment_is_documented_if_one_can_be(tracer: str, python: str) -> None:
    admits, having = parse_marker_range(tracer), parse_marker_range(python)
    possible = any(
        Version(version) in admits and Version(f"3.{minor}") in having
        for version, minors in PAGE.items()
        for minor in minors
    )
    (found,) = planned(f'requires_tracer("{tracer}"); requires_python("{python}")')
    assert bool(found.notes) is not possible
    assert Version(found.facts["tracer"]) in admits
    assert Version(found.facts["python"]) in having


def test_other_tests_keep_their_environments() -> None:
    """A Python that one test needs stays, though the page does not have it for the tracer."""
    first, second = planned(
        'requires_tracer("<2.6"); requires_python(">=3.14")',
        'requires_tracer(">=4"); requires_python(">=3")',
    )
    assert (first.facts["python"], [*first.notes]) == ("3.14", [none("ddtrace 2.5, python 3.14")])
    assert (second.facts["python"], second.notes) == ("3.14", ())


ROWS = [runtime(">=1,<2", "<3.12"), runtime(">=2", ">=3.12", os="windows")]


@pytest.mark.parametrize(
    ("rows", "markers", "facts"),
    [
        pytest.param([], 'requires_tracer("<2"); requires_python(">=3")', ("1", "3.14", None),
                     id="no rows"),
        pytest.param(ROWS, 'requires_tracer("<2"); requires_python(">=3")', ("1", "3.11", None),
                     id="another Python"),
        pytest.param(ROWS, 'requires_tracer(">=1"); requires_python(">=3.12"); '
                     'requires_platform(cpu="x86-64", os=("linux", "windows"))',
                     ("2", "3.14", "windows"), id="two facts at once"),
    ],
)  # fmt: skip
def test_rows_of_another_page(
    rows: list[dict[str, Any]], markers: str, facts: tuple[str | None, ...]
) -> None:
    (found,) = planned(markers, matrix=small_page(runtimes=rows))
    assert tuple(found.facts.get(key) for key in ("tracer", "python", "os")) == facts
    assert found.notes == ()
