"""Markers for Python, the platform and packages: what happens to tests, and what is told."""

from __future__ import annotations

import json

import pytest
from support.core import XDIST
from support.project import FACTS, Project
from support.records import record_of
from support.several import ACME, BOTH

TESTS = """
    import pytest
    import pytest_ddcompat as dd

    @pytest.mark.requires_python(">=3.11.7")
    def test_python(): pass
    @dd.requires_python(">=3.12")
    def test_newer_python(): pass
    @dd.requires_platform(os="linux", cpu=("aarch64", "x86-64"))
    def test_platform(): pass
    @pytest.mark.requires_platform(implementation="pypy")
    def test_pypy(): pass
    @dd.requires_package("Some_Thing", ">=1.2")
    def test_package(): pass
    @pytest.mark.requires_package("some-thing", ">1.2")
    def test_newer_package(): pass
    @dd.requires_package("other", strict=True)
    def test_other_package(): pass
    @dd.requires_package("unheard-of")
    def test_unknown_package(): pass

    @dd.requires_platform(os="windows")
    class TestWindows:
        def test_one(self): pass
        @dd.requires_python(">=3.12")
        def test_two(self): pass
"""
EXPECTED = {
    "test_python": "passed",
    "test_newer_python": "skipped",
    "test_platform": "passed",
    "test_pypy": "skipped",
    "test_package": "passed",
    "test_newer_package": "skipped",
    "test_other_package": "failed",
    "test_unknown_package": "passed",
    "TestWindows::test_one": "skipped",
    "TestWindows::test_two": "skipped",
}
HEAD = (
    "iast-python (read 2026-11-22): ddtrace 2.5.0 (End of Life), CPython 3.11.7, on linux, "
    "CPU x86-64, django 4.2.1, some-thing 1.2, unheard-of unknown (not among the given facts), "
    "deployment of no documented type, site datadoghq.com, Remote Configuration on, Agent 7.60.0"
)
NEEDS = "  1 skipped: the test needs"
PYTHON = f'{NEEDS} Python >=3.12, found 3.11.7 (requires_python(">=3.12"))'
ALL = "other installed and some-thing >1.2 and a run on PyPy and a run on windows and Python >=3.12"
SUMMARY = [
    HEAD,
    "10 gated: 4 ran, 5 skipped, 1 failed",
    '  1 failed: the test needs other installed, found none installed (requires_package("other"))',
    PYTHON,
    f'{NEEDS} some-thing >1.2, found 1.2 (requires_package("some-thing", ">1.2"))',
    f'{NEEDS} to run on PyPy, found CPython (requires_platform(implementation="pypy"))',
    f'{NEEDS} to run on windows, found linux (requires_platform(os="windows"))',
]


@pytest.fixture
def conditions(project: Project) -> Project:
    """A project whose tests have these markers, and whose facts have packages."""
    packages = {"some.thing": "1.2", "Other": None}
    project.write("facts.json", json.dumps({**FACTS, "packages": packages}))
    project.write("test_it.py", TESTS)
    return project


@pytest.mark.parametrize(
    "options", [(), ("--strict-markers", "--strict-config"), XDIST], ids=["", "strict", "xdist"]
)
def test_each_marker(conditions: Project, options: tuple[str, ...]) -> None:
    run = conditions.run("-W", "error", *options)
    assert run.outcomes == EXPECTED
    lines = run.section("ddcompat")
    assert [line for line in SUMMARY if line not in lines] == []


def test_what_would_let_more_run(conditions: Project) -> None:
    lines = conditions.run("-W", "error").section("ddcompat")
    assert [line for line in lines if "would let" in line] == [
        "Python >=3.12 would let 1 more test run",
        "a run on PyPy would let 1 more test run",
        "a run on windows would let 1 more test run",
        "other installed would let 1 more test run",
        "some-thing >1.2 would let 1 more test run",
        "Python >=3.12 and a run on windows would let 3 more tests run",
        f"{ALL} would let 6 more tests run",
    ]


def test_record_has_them(conditions: Project) -> None:
    conditions.run("-W", "error", "--ddcompat-report=run.json", *XDIST)
    record = record_of(conditions)
    facts, signals = record["environments"][0]["facts"], record["environments"][0]["signals"]
    assert facts["packages"] == {"other": None, "some-thing": "1.2"}
    assert signals["package.some-thing"] == "facts.json"
    assert signals["package.unheard-of"] == "not among the given facts"
    markers = {
        requirement["marker"]: {f["check"]: f["outcome"] for f in requirement["findings"]}
        for decision in record["decisions"]
        for requirement in decision["requirements"]
    }
    assert markers['requires_platform(os="linux", cpu=("aarch64", "x86-64"))'] == {
        "os": "satisfied", "cpu": "satisfied",
    }  # fmt: skip
    assert markers['requires_package("some-thing", ">1.2")'] == {"package": "violated"}
    assert markers['requires_python(">=3.12")'] == {"python": "violated"}
    (decision,) = (d for d in record["decisions"] if len(d["requirements"]) == 2)
    assert decision["mend"] == ["Python >=3.12", "a run on windows"]


def test_no_page_is_named_where_none_decides(conditions: Project) -> None:
    conditions.write("acme.toml", ACME)
    assert PYTHON in conditions.run("-W", "error", *BOTH).section("ddcompat")


def test_a_setting_gives_a_package(conditions: Project) -> None:
    run = conditions.run("-W", "error", "--ddcompat-set=package.Some_Thing=1.3")
    assert run.outcomes == {**EXPECTED, "test_newer_package": "passed"}


def test_xfail_of_another_platform(conditions: Project) -> None:
    run = conditions.run("-W", "error", "--ddcompat-unsupported=xfail")
    assert run.outcomes["test_pypy"] == run.outcomes["TestWindows::test_one"] == "xpassed"
    assert run.outcomes["test_other_package"] == "failed"
