"""What the comparison of suites with the plugin and without finds, and what it lets pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from harm.comparison import Run, differences
from harm.suites import SUITES, WAYS

WITHOUT = Run(
    status=0,
    plugins=["pytest-xdist"],
    phases={
        "": ["collect passed"],
        "test_a.py::test": ["setup passed", "call passed", "teardown passed"],
    },
    warnings={"test_a.py::test": ["UserWarning", "DeprecationWarning"]},
)
BESIDE = replace(WITHOUT, plugins=["pytest-ddcompat", "pytest-xdist"])
SKIPPED = {"": ["collect passed"], "test_a.py::test": ["setup skipped", "teardown passed"]}


def test_a_run_that_is_the_same_is_counted() -> None:
    assert differences([WITHOUT], [BESIDE]) == []
    assert (WITHOUT.tests, WITHOUT.passed) == (["test_a.py::test"], 1)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param(
            {"plugins": WITHOUT.plugins},
            "plugins of ['pytest-xdist'] became those of ['pytest-xdist']",
            id="not loaded",
        ),
        pytest.param(
            {"plugins": [*BESIDE.plugins, "other"]},
            "plugins of ['pytest-xdist'] became those of "
            "['pytest-ddcompat', 'pytest-xdist', 'other']",
            id="another plugin",
        ),
        pytest.param({"status": 3}, "exit status 0 became 3", id="status"),
        pytest.param(
            {"phases": SKIPPED},
            "test_a.py::test: setup passed, call passed, teardown passed became "
            "setup skipped, teardown passed",
            id="another outcome",
        ),
        pytest.param(
            {"phases": {**WITHOUT.phases, "test_b.py": ["collect failed"]}},
            "test_b.py: absent became collect failed",
            id="what was not there",
        ),
        pytest.param(
            {"phases": {"": ["collect passed"]}},
            "test_a.py::test: setup passed, call passed, teardown passed became absent",
            id="what is no longer there",
        ),
        pytest.param(
            {"warnings": {"test_a.py::test": ["UserWarning"]}},
            "warnings of test_a.py::test: DeprecationWarning, UserWarning became UserWarning",
            id="a warning less",
        ),
        pytest.param(
            {"warnings": {**WITHOUT.warnings, "": ["PytestConfigWarning"]}},
            "warnings of the run: none became PytestConfigWarning",
            id="a warning of the run",
        ),
    ],
)
def test_what_differs_is_told(changes: dict[str, Any], line: str) -> None:
    assert differences([WITHOUT], [replace(BESIDE, **changes)]) == [line]


def test_the_order_of_warnings_is_no_difference() -> None:
    warnings = {"test_a.py::test": ["DeprecationWarning", "UserWarning"]}
    assert differences([WITHOUT], [replace(BESIDE, warnings=warnings)]) == []


def test_runs_that_compare_nothing_are_told() -> None:
    nothing = replace(WITHOUT, phases=SKIPPED)
    assert differences([nothing], [replace(BESIDE, phases=SKIPPED)]) == [
        "no test passed: nothing is compared"
    ]
    assert differences([WITHOUT, WITHOUT], [BESIDE]) == ["2 runs became 1"]


def test_suites_are_left_out_of_ways_that_there_are() -> None:
    assert {way for suite in SUITES for way, _ in suite.left_out} <= set(WAYS)
    assert not {suite.project for suite in SUITES} & set(WAYS)
