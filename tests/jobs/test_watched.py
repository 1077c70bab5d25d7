"""Which facts of a page the tests of some jobs watch: at each boundary, on both sides."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.core import LEFT_OUT, MATRIX, asks
from support.pages import FIREWALL, PAGE, branches, row, runtime, small_page
from support.strategies import few
from support.watching import asked, noticed, noticing, shift_of, watching_suite, worst

from pytest_ddcompat import Environment, Requirement, evaluate, load_matrix
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.jobs.watched.shifts import shifts
from pytest_ddcompat.jobs.watched.watching import watched

pytestmark = pytest.mark.once

FIRE = asks("firewall")
GA = Requirement.support_level("general_availability")
VARIANT = [{"id": "variant", "kind": "word", "words": ["flask-poc", "django-poc"]}]
MAINTENANCE: dict[str, Any] = {"support_level": "maintenance", "until": PAGE["read"]}
DJANGO = row("Django", "2.2", id="django", versions=[">=2.2"], capabilities={"firewall": True})


def marked(mark: object) -> dict[str, Any]:
    deployments = [row("Docker", "?", id="docker", capabilities={"firewall": mark})]
    return {"deployments": deployments}


@pytest.mark.parametrize(
    ("tables", "requirement", "given", "found"),
    [
        pytest.param({}, FIRE, {"tracer": "1.2.0"}, [">=1.2.0 → >1.2.0"], id="a minimum"),
        pytest.param({}, FIRE, {"tracer": "1.2.0+build"}, [">=1.2.0 → >1.2.0"], id="its build"),
        pytest.param({}, FIRE, {"tracer": "1.2.1"}, [], id="above a minimum"),
        pytest.param({}, FIRE, {"tracer": "1.2.0rc1"}, [">=1.2.0 → >=1.1"], id="its candidate"),
        pytest.param({}, FIRE, {"tracer": "1.1.9"}, [">=1.2.0 → >=1.1"], id="below a minimum"),
        pytest.param({}, FIRE, {"tracer": "1.1"}, [">=1.2.0 → >=1.1"], id="its lowest"),
        pytest.param({}, FIRE, {"tracer": "1.0.9"}, [], id="further below"),
        pytest.param({}, FIRE, {"tracer": None}, [], id="no tracer"),
        pytest.param({}, FIRE, {"tracer": LEFT_OUT}, [], id="an unknown tracer"),
        pytest.param({"capabilities": [{**FIREWALL, "status": "preview"}]},
                     asks("firewall", preview=False), {}, ["preview → available"],
                     id="a preview that is not allowed"),
        pytest.param({"capabilities": [{**FIREWALL, "status": "preview"}]}, FIRE, {}, [],
                     id="a preview that is allowed"),
        pytest.param({"capabilities": [{**FIREWALL, "remote_configuration": "It needs it."}]},
                     FIRE, {"remote_configuration": False}, ["required → not required"],
                     id="without Remote Configuration"),
        pytest.param({"capabilities": [{**FIREWALL, "remote_configuration": "It needs it."}]},
                     FIRE, {}, [], id="with Remote Configuration"),
        pytest.param({"capabilities": [{**FIREWALL, "needs": {"variant": "flask-poc"}}],
                      "facts": VARIANT}, FIRE, {"facts": {"variant": "django-poc"}},
                     ["variant flask-poc → any variant"], id="another variant"),
        pytest.param({"capabilities": [{**FIREWALL, "needs": {"variant": "flask-poc"}}],
                      "facts": VARIANT}, FIRE, {"facts": {"variant": "flask-poc"}}, [],
                     id="the variant"),
        pytest.param({"sites": [row("Words", excluded=["datadoghq.eu"])]}, FIRE,
                     {"site": "datadoghq.eu"},
                     ["datadoghq.eu not supported → datadoghq.eu not there",
                      "not supported → preview"], id="an excluded site"),
        pytest.param({"sites": [row("Words", excluded=["datadoghq.eu"])]}, FIRE, {}, [],
                     id="another site"),
        pytest.param(marked(True), FIRE, {}, ["yes → no"], id="a mark"),
        pytest.param(marked(True), FIRE, {"deployments": []}, [], id="a mark of another type"),
        pytest.param(marked(True), asks("firewall", deployment="docker"), {"deployments": []}, [],
                     id="a mark that is named elsewhere"),
        pytest.param(marked(False), FIRE, {}, ["no → yes"], id="a blank"),
        pytest.param(marked("preview"), FIRE, {}, ["preview → no"], id="a mark of a preview"),
        pytest.param(marked("preview"), asks("firewall", preview=False), {}, ["preview → yes"],
                     id="a mark of a preview that is not allowed"),
        pytest.param(marked("unresolved"), FIRE, {}, [], id="a mark that is not understood"),
        pytest.param({"releases": branches(">=4.0,<5")}, FIRE, {"tracer": "4.0"},
                     [">=4.0,<5 → >4.0,<5", ">=4.0,<5 → >=4.0,<4"], id="the first of a branch"),
        pytest.param({"releases": branches(">=4.0,<5")}, FIRE, {"tracer": "3.19"},
                     [">=4.0,<5 → >=3,<5"], id="just below a branch"),
        pytest.param({"releases": branches(">=4.0,<5")}, FIRE, {"tracer": "4.16"},
                     [">=4.0,<5 → >=4.0,<4"], id="the last of a branch"),
        pytest.param({"releases": branches(">=4.0,<5")}, FIRE, {"tracer": "5.0.0"},
                     [">=4.0,<5 → >=4.0,<=5"], id="just above a branch"),
        pytest.param({"releases": branches(">=4.0,<5")}, FIRE, {"tracer": "5.0.1"}, [],
                     id="further above a branch"),
        pytest.param({"releases": branches(">=4", **MAINTENANCE)},
                     Requirement.support_level("maintenance"), {"date": "2026-01-02"},
                     ["Maintenance → End of Life", "until 2026-01-02 → until 2026-01-01"],
                     id="the last day of a level"),
        pytest.param({"releases": branches(">=4", **MAINTENANCE)},
                     Requirement.support_level("maintenance"), {"date": "2026-01-03"},
                     ["Maintenance → General Availability",
                      "until 2026-01-02 → until 2026-01-03"], id="the day after a level"),
        pytest.param({"releases": branches(">=4", **MAINTENANCE)}, GA, {"date": "2026-01-01"},
                     ["Maintenance → General Availability"], id="a level that is too low"),
        pytest.param({"releases": branches(">=4", agent="7.28")}, FIRE, {"agent": "7.28.0"},
                     [">=7.28 → >7.28"], id="the lowest Agent"),
        pytest.param({"releases": branches(">=4", agent="7.28")}, FIRE, {"agent": "7.27.1"},
                     [">=7.28 → >=7.27"], id="an Agent just below"),
        pytest.param({"releases": branches(">=4", agent="7.28")}, FIRE, {"agent": LEFT_OUT}, [],
                     id="an unknown Agent"),
        pytest.param({"releases": branches(">=4")}, FIRE, {"agent": None},
                     ["no minimum → any Agent"], id="no Agent, where none is needed"),
        pytest.param({"runtimes": [runtime(">=4", ">=3.9", cpus=["x86-64", "aarch64"])]}, FIRE, {},
                     ["x86-64 → not there"], id="a CPU"),
        pytest.param({"runtimes": [runtime(">=4", ">=3.9", cpus=["64bit"])]}, FIRE,
                     {"cpu": "aarch64"}, ["64bit → not there"], id="a CPU by its width"),
        pytest.param({"runtimes": [runtime(">=4", ">=3.9")]}, FIRE, {"python": "3.9.18"},
                     [">=3.9 → >3.9", "x86-64 → not there"], id="the lowest Python"),
        pytest.param({"runtimes": [runtime(">=4", ">=3.9")]}, FIRE, {"python": "3.8.1"},
                     [">=3.9 → >=3.8"], id="a Python just below"),
        pytest.param({"runtimes": [runtime(">=4", ">=3.9,<3.12")]}, FIRE, {"python": "3.12"},
                     [">=3.9,<3.12 → >=3.9,<=3.12"], id="a Python just above"),
        pytest.param({"runtimes": [runtime(">=4", ">=3.9,<3.12")]}, FIRE,
                     {"python": "3.12", "os": "windows"}, [], id="another system"),
        pytest.param({"runtimes": [runtime(">=4,<5")]}, FIRE, {"tracer": "4.0.0", "python": "3.9"},
                     [">=3.9 → >3.9", ">=4,<5 → >4,<5", ">=4,<5 → >=4,<4", "x86-64 → not there"],
                     id="the first tracer of a runtime"),
        pytest.param({"frameworks": [DJANGO]}, asks("firewall", framework="django"),
                     {"frameworks": {"django": "2.2"}}, [">=2.2 → >2.2", "yes → no"],
                     id="the lowest framework"),
        pytest.param({"frameworks": [DJANGO]}, asks("firewall", framework="django"),
                     {"frameworks": {"django": "2.1.5"}}, [">=2.2 → >=2.1"],
                     id="a framework just below"),
        pytest.param({"frameworks": [DJANGO]}, FIRE, {"frameworks": {"django": "2.2"}}, [],
                     id="a framework that is not asked for"),
        pytest.param({"coverage": [row("Words", of="frameworks")]},
                     asks("firewall", framework="flask"), {}, ["all frameworks → not there"],
                     id="a sentence on frameworks"),
        pytest.param({"coverage": [row("Words", of="datastores", named=["mysql", "redis"])]},
                     asks("firewall", datastore="mysql"), {}, ["mysql → not there"],
                     id="a data store"),
        pytest.param({"coverage": [row("Words", of="datastores", named=["mysql"])]},
                     asks("firewall", datastore="mongodb"), {}, [], id="another data store"),
    ],
)  # fmt: skip
def test_boundary(
    tables: dict[str, Any], requirement: Requirement, given: dict[str, Any], found: list[str]
) -> None:
    page = small_page(**tables)
    assert sorted(noticed(page, asked(page, requirement, **given))) == sorted(found)


ODD = small_page(
    capabilities=[
        row("Firewall", "1.2.0", id="firewall", minimum="1.2.0", needs={"variant": "flask-poc"}),
        row("Bots", "words", id="bots", versions=[">=1.3,<2", ">=2.3"], status="partial"),
        row("Rules", "Preview", id="rules", status="preview"),
        row("None", "no", id="none", status="not_supported"),
        row("By fact", "", id="by_fact", minimum="2.0", minimums=[
            {"tracer": "1.5", "facts": {"variant": ["django-poc"]}},
            {"tracer": "1.1", "runtime": "python", "versions": ["<3.8"],
             "facts": {"profiled": True, "runner": ">=2,<3"}},
        ]),
        row("By runtime", "", id="by_runtime", minimums=[
            {"tracer": "1.5", "runtime": "python", "versions": [">=3.8"]},
            {"tracers": ["<1.2"], "runtime": "nodejs", "versions": ["==16.*"]},
        ]),
    ],
    facts=[
        *VARIANT, {"id": "profiled", "kind": "boolean"}, {"id": "runner", "kind": "version"},
    ],
    sites=[row("Words", excluded=["datadoghq.com", "datadoghq.eu"], status="preview")],
    deployments=[
        row("Docker", "yes", id="docker", capabilities={"firewall": "preview", "none": True}),
        row("Nomad", "", id="nomad", capabilities={"firewall": False}),
    ],
    releases=[
        row("a", tracer=">=2", support_level="general_availability"),
        row("b", tracer="<2", support_level="maintenance", until=PAGE["read"], agent="7.2"),
    ],
    runtimes=[
        runtime(">=1,<2", ">=3.5", cpus=["x86-64", "64bit"]),
        runtime(">=2", ">=3.8", capability="firewall"),
    ],
    frameworks=[
        row("Django", "?", id="django", capabilities={"firewall": True}),
        row("Flask", "~=2.1", id="flask", versions=["~=2.1", "==1.1"],
            capabilities={"firewall": "preview", "rules": False}),
    ],
    coverage=[
        row("W", of="frameworks", named=["flask", "bottle"]),
        row("W", of="datastores", capability="bots"),
    ],
)  # fmt: skip
PAGES = {
    "the bundled page": MATRIX,
    "the page without its overlay": load_matrix(overlay=False),
    "an odd page": ODD,
    "a page of another library": small_page(
        page={**PAGE, "tracer": "dd-trace"},
        releases=branches(">=1,<2", ">=2", agent="7"),
        runtimes=[runtime("<2")],
        frameworks=[DJANGO],
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_suite_made_for_a_page_watches_all_of_it(name: str) -> None:
    page = PAGES[name]
    made = watching_suite(page)
    found = watched(Matrices([page]), made.values())
    assert (found.left_out, found.unwatched, found.share) == (0, (), 1.0)
    assert len(found.watchable) == len(made)
    assert len(found.facts) == len([*shifts(page)])
    # By the evaluator alone, on the whole page.
    for shift, one in made.items():
        requirement, given = Requirement.from_marker(one.markers[0]), json.loads(one.facts)
        environment = Environment.from_mapping(given)
        changed = evaluate(requirement, environment, shift.applied(page))
        assert changed.status.value != one.verdict


@pytest.mark.parametrize("name", PAGES)
def test_facts_are_lost_with_the_only_test_of_them(name: str) -> None:
    page = PAGES[name]
    made = watching_suite(page)
    found = noticing(page, made.values())
    only = {jobs[0]: fact for fact, jobs in found.items() if len(jobs) == 1}
    assert len(only) > 10
    for job in [*only][:: 1 + len(only) // 8]:
        kept = [one for one in made.values() if one.job != job]
        after = noticing(page, kept)
        assert after == {fact: [j for j in jobs if j != job] for fact, jobs in found.items()}
        assert [fact for fact, jobs in after.items() if found[fact] and not jobs] == [
            fact for fact, jobs in found.items() if jobs == [job]
        ]


def test_one_fact_is_lost_with_its_test() -> None:
    made = watching_suite(MATRIX)
    found = noticing(MATRIX, made.values())
    (job,) = found[shift_of(MATRIX, ">=2.6.0 → >=2.5").fact]
    kept = [one for one in made.values() if one.job != job]
    (lost,) = watched(Matrices([MATRIX]), kept).unwatched
    assert (lost.fact.row, lost.fact.before, lost.fact.after, lost.jobs) == (
        "API Security | 2.6.0", ">=2.6.0", ">=2.5", 0,
    )  # fmt: skip


SUITES = st.lists(
    st.tuples(
        st.sampled_from([
            asks("threat_detection"), asks("sca"), asks("threat_protection", framework="django"),
            asks("code_security", preview=False), asks("not api_security"),
            asks("sca or threat_protection", deployment="aws_lambda"),
            asks("api_security", support_level="ga"), asks("threat_protection", datastore="redis"),
            asks("automatic_user_activity_event_tracking", framework=("flask", "django")),
            Requirement.support_level("maintenance"), Requirement.tracer(">=2.6"),
            Requirement.state("bug", asks("sca"), Requirement.python("<3.9")),
            Requirement.python(">=3.9"), Requirement.deployment("docker"),
        ]),
        st.sampled_from(["4.16.0", "4.0", "3.0.0", "2.6.0", "2.5.3", "1.5.0", "1.4", "5.0", None]),
        st.sampled_from(["3.9", "3.8.1", "3.13", "2.7"]),
        st.sampled_from([[], ["docker"], ["aws_lambda"]]),
        st.sampled_from(["2.2", "3.2.9", "4.0", None]),
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip


@few
@given(SUITES, st.data())
def test_as_by_brute_force(suite: list[tuple[Any, ...]], data: st.DataObject) -> None:
    decisions = []
    for number, (requirement, tracer, python, deployments, django) in enumerate(suite):
        second = data.draw(st.sampled_from([(), (asks("threat_detection"),)]))
        decisions.append(asked(
            MATRIX, requirement, *second, job=f"job {number % 3}", tracer=tracer, python=python,
            deployments=deployments, frameworks={"django": django, "flask": None},
        ))  # fmt: skip
    found = noticing(MATRIX, decisions)
    shift = data.draw(st.sampled_from([*shifts(MATRIX)]))
    changed = shift.applied(MATRIX)
    jobs = {
        one.job
        for one in decisions
        if worst(one.markers, json.loads(one.facts), changed) != one.verdict
    }
    assert sorted(found[shift.fact]) == sorted(jobs)
