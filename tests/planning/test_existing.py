"""Jobs that there are, compared with what tests need."""

from __future__ import annotations

import datetime as dt

import pytest
from support.core import MATRIX

from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.planning.candidates import Limits
from pytest_ddcompat.planning.existing import compare_jobs
from pytest_ddcompat.planning.suite import read_markers

pytestmark = pytest.mark.once

Job = tuple[str, dict[str, str], dict[str, str], bool]
DAY = dt.date(2026, 5, 31)
TESTS = read_markers([
    ("any", ['requires_tracer(">=2")']),
    ("linux", ['requires_platform(os="linux")']),
])  # fmt: skip
FULL = {"runs-on": "ubuntu-latest", "python-version": "3.12", "ddtrace": "4.16.0"}


@pytest.mark.parametrize(
    ("values", "is_read", "redundant"),
    [
        pytest.param({}, True, True, id="as much as another"),
        pytest.param({"ddtrace": "3.1.0"}, True, True, id="another version"),
        pytest.param({"ddtrace": "1.2.0", "runs-on": "macos-latest"}, True, True, id="no tests"),
        pytest.param({}, False, False, id="steps that are not read"),
        pytest.param({"runs-on": "windows-latest"}, False, False, id="not read, on another system"),
        pytest.param({"ddtrace": "latest"}, True, False, id="a version that is not known"),
        pytest.param({"runs-on": "self-hosted"}, True, False, id="a runner that is not known"),
        pytest.param({"python-version": "3.x"}, True, True, id="unknown, and no test asks for it"),
    ],
)
def test_jobs_without_which_no_test_is_lost(
    values: dict[str, str], is_read: bool, redundant: bool
) -> None:
    jobs: list[Job] = [("full", FULL, {}, True), ("other", {**FULL, **values}, {}, is_read)]
    found = compare_jobs(jobs, TESTS, Matrices([MATRIX]), Limits(), DAY)
    assert found.redundant == (("other",) if redundant else ())
    assert found.missing == ()


def test_a_job_of_which_something_is_not_known_runs_what_is_known() -> None:
    """What needs no ddtrace runs there, so that a job with it alone may go."""
    jobs: list[Job] = [("odd", {**FULL, "ddtrace": "latest"}, {}, True),
            ("old", {**FULL, "ddtrace": "1.2.0"}, {}, True)]  # fmt: skip
    found = compare_jobs(jobs, TESTS, Matrices([MATRIX]), Limits(), DAY)
    assert (found.jobs[0].unknown, found.redundant) == (("tracer",), ("old",))
