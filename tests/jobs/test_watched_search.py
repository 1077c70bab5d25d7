"""The search for a test that watches a fact, and why there is none."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.core import MATRIX, asks, environment
from support.pages import FIREWALL, branches, row, runtime, small_page
from support.watching import shift_of, watching_suite, written

from pytest_ddcompat import Requirement, evaluate
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.jobs.watched.search import Search
from pytest_ddcompat.jobs.watched.shifts import shifts
from pytest_ddcompat.jobs.watched.watching import watched

if TYPE_CHECKING:
    from pytest_ddcompat import Matrix

pytestmark = pytest.mark.once

COVERED = "other rows say the same: shifted, it changes the outcome of no check"
HIDDEN = "other facts decide before it: shifted, it changes the outcome of a check, but no verdict"
PAGE = Path(__file__).parents[2] / "docs/explanation/watched-facts.md"
WATCHED = {shift.fact for shift in watching_suite(MATRIX)}
UNWATCHABLE = [shift for shift in shifts(MATRIX) if shift.fact not in WATCHED]


def reasons(page: Matrix) -> dict[str, str]:
    found = watched(Matrices([page]), ())
    return {f"{each.fact.before} → {each.fact.after}": each.unwatchable
            for each in found.unwatchable}  # fmt: skip


def test_what_no_test_can_watch_on_the_bundled_page() -> None:
    assert sorted({(each.fact.table, written(each)) for each in UNWATCHABLE}) == [
        # Two sentences say so.
        ("coverage", "all frameworks → not there"),
        # The branch that follows stands before it.
        ("releases", "<2 → <=2"),
        ("releases", ">=2.0,<3 → >=2.0,<=3"),
        ("releases", ">=3.0,<4 → >=3.0,<=4"),
        # The rows of the branch before it admit all of that, and more.
        ("runtimes", ">=4,<5 → >=3,<5"),
    ]
    assert len(UNWATCHABLE) == 8
    figures = f"{len(WATCHED)} of {len(WATCHED) + len(UNWATCHABLE)} facts"
    assert figures in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("number", range(8))
def test_nothing_shows_what_no_test_can_watch(number: int) -> None:
    changed = UNWATCHABLE[number].applied(MATRIX)
    required = [
        asks("sca", framework="bottle"), asks("threat_protection", framework="django"),
        asks("code_security", preview=False, support_level="maintenance"), asks("not api_security"),
        *(Requirement.support_level(level) for level in ("general_availability", "end_of_life")),
    ]  # fmt: skip
    tracers = ("1.4", "1.19.0", "2", "2.0.0.post1", "2.99", "3.0rc1", "3", "3.19", "4", "4.2", "5")
    platforms = [("linux", "i686"), ("linux", "x86-64"), ("macos", "aarch64"), ("windows", "i686")]
    frameworks = {"bottle": "1", "django": "2.2"}
    for tracer, (system, cpu), python in product(tracers, platforms, ("2.7", "3.8", "3.9", "3.14")):
        there = environment(tracer=tracer, os=system, cpu=cpu, python=python, frameworks=frameworks)
        for each in required:
            before, after = (evaluate(each, there, page).status for page in (MATRIX, changed))
            assert before is after, (each, there)


@pytest.mark.parametrize(
    ("tables", "found"),
    [
        pytest.param({}, {}, id="none"),
        pytest.param(
            {
                "capabilities": [FIREWALL, row("Bots", "no", id="bots", status="not_supported")],
                "deployments": [
                    row("Docker", "yes", id="docker", capabilities={"bots": True})
                ],
            },
            {"yes → no": HIDDEN},
            id="a mark of what is not supported at all",
        ),
        pytest.param(
            {"releases": branches("<1", agent="7")},
            {">=7 → >7": HIDDEN, ">=7 → >=6": HIDDEN},
            id="an Agent below every minimum",
        ),
        pytest.param(
            {"coverage": [row("One", of="frameworks"), row("Two", of="frameworks")]},
            {"all frameworks → not there": COVERED},
            id="two sentences",
        ),
        pytest.param(
            {"runtimes": [runtime(">=2,<3", cpus=["x86-64", "64bit"])]},
            {"x86-64 → not there": COVERED},
            id="a CPU of a width that is listed",
        ),
        pytest.param(
            {"runtimes": [runtime(">=2", capability="firewall"), runtime("<1")]},
            dict.fromkeys(["x86-64 → not there", ">=3.9 → >3.9", ">=3.9 → >=3.8", "<1 → <=1",
                           "<1 → <0"], COVERED),
            id="runtimes that no capability is left for",
        ),
        pytest.param(
            {"frameworks": [row("Django", "2", id="django", versions=[">=2"], capabilities={})]},
            dict.fromkeys([">=2 → >2", ">=2 → >=1"], "its row is about no capability"),
            id="a table without capabilities",
        ),
    ],
)  # fmt: skip
def test_reason_why_none_can(tables: dict[str, Any], found: dict[str, str]) -> None:
    assert reasons(small_page(**tables)) == found


def test_reason_is_written() -> None:
    page = small_page(coverage=[row("One", of="frameworks"), row("Two", of="frameworks")])
    found = watched(Matrices([page]), ()).unwatchable
    assert [each.to_mapping()["unwatchable"] for each in found] == [COVERED, COVERED]


def many_facts(number: int, **capability: object) -> Matrix:
    ids = [f"fact_{n}" for n in range(number)]
    needs = dict.fromkeys(ids, True)
    return small_page(
        capabilities=[row("Firewall", "1", id="firewall", needs=needs, **capability)],
        facts=[{"id": each, "kind": "boolean"} for each in ids],
    )


def test_search_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_ddcompat.jobs.watched.search._MOST", 200)
    monkeypatch.setattr("pytest_ddcompat.jobs.watched.search._ENOUGH", 20)
    found = reasons(many_facts(12, status="not_supported"))
    assert found["fact_7 True → fact_7 False"] == "no test was found among 200 environments"


def test_many_facts_are_watched() -> None:
    page = many_facts(40, minimum="1")
    assert reasons(page) == {}


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            small_page(capabilities=[row("Firewall", "", id="firewall",
                                         versions=[f">={n},<{n}.5" for n in range(20)])]),
            id="alternatives",
        ),
        pytest.param(
            small_page(runtimes=[runtime(f">={n},<{n + 1}", f">=3.{n}") for n in range(40)]),
            id="runtimes",
        ),
        pytest.param(
            small_page(releases=branches(*(f">={n},<{n + 1}" for n in range(60)), agent="7")),
            id="branches",
        ),
        pytest.param(
            small_page(deployments=[
                row("Type", "", id=f"type-{n}", capabilities={"firewall": n % 2 == 0})
                for n in range(200)
            ]),
            id="deployment types",
        ),
        pytest.param(
            small_page(sites=[row("", excluded=[f"site-{n}.example.com" for n in range(200)])]),
            id="sites",
        ),
    ],
)  # fmt: skip
def test_large_tables_can_be_watched(page: Matrix) -> None:
    search = Search(page)
    every = [*shifts(page)]
    for shift in every[:: 1 + len(every) // 20]:
        found = search.watcher_of(shift)
        assert (found is None) is bool(search.why_unwatchable(shift))


def test_watcher_is_an_environment_that_can_be_given() -> None:
    found = Search(MATRIX).watcher_of(shift_of(MATRIX, ">=2.6.0 → >2.6.0"))
    assert found is not None
    assert found.requirement == asks("api_security")
    assert found.facts == {
        "tracer": "2.6.0", "python": "3.9", "implementation": "cpython", "os": "linux",
        "cpu": "x86-64", "deployments": [], "frameworks": {}, "site": "datadoghq.com",
        "remote_configuration": True, "date": "2026-11-22",
    }  # fmt: skip
