"""Which facts of a page the tests of some jobs watch: at each boundary, on both sides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.core import LEFT_OUT, MATRIX, asks, facts
from support.overlays import overlaid
from support.pages import FIREWALL, PAGE, branches, row, runtime, small_page
from support.strategies import few
from support.watching import (
    asked,
    by_brute_force,
    noticed,
    noticing,
    shift_of,
    watching_suite,
)

from pytest_ddcompat import CompatibilityError, Environment, Requirement, evaluate, load_matrix
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.jobs.watched.rows import CHANGES
from pytest_ddcompat.jobs.watched.shifts import shifts
from pytest_ddcompat.jobs.watched.suite import Asked
from pytest_ddcompat.jobs.watched.watching import watched

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.mark.parametrize("name", ["the bundled page", "an odd page"])
def test_facts_are_lost_with_the_only_test_of_them(name: str) -> None:
    page = PAGES[name]
    made = watching_suite(page)
    found = noticing(page, made.values())
    only = {jobs[0]: fact for fact, jobs in found.items() if len(jobs) == 1}
    assert len(only) > 10
    for job in [*only][:: 1 + len(only) // 2]:
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
def test_as_by_brute_force(made: list[tuple[Any, ...]], data: st.DataObject) -> None:
    decisions = []
    for number, (requirement, tracer, python, deployments, django) in enumerate(made):
        second = data.draw(st.sampled_from([(), (asks("threat_detection"),)]))
        decisions.append(asked(
            MATRIX, requirement, *second, job=f"job {number % 3}", tracer=tracer, python=python,
            deployments=deployments, frameworks={"django": django, "flask": None},
        ))  # fmt: skip
    assert noticing(MATRIX, decisions) == by_brute_force(MATRIX, decisions)


def test_every_field_that_decides_is_shifted() -> None:
    every = [shift for page in (MATRIX, ODD) for shift in shifts(page)]
    changed = {
        (shift.fact.table, key)
        for shift in every
        if shift.changed is not None
        for key in shift.row.fields
        if getattr(shift.row, key) is not getattr(shift.changed, key)
    }
    deciding = {
        (shift.fact.table, key)
        for shift in every
        for key, spec in shift.row.fields.items()
        if spec.decides
    }
    # These say what a row is about, or what it is a row of.
    assert deciding - changed == {
        ("deployments", "id"), ("frameworks", "id"), ("runtimes", "os"),
        ("runtimes", "implementation"), ("runtimes", "capability"), ("coverage", "of"),
        ("coverage", "capability"),
    }  # fmt: skip
    assert changed <= deciding
    tables = {key for key, spec in MATRIX.fields.items() if spec.decides}
    assert tables - CHANGES.keys() == {"page", "facts", "unresolved"}


def test_odd_page_as_by_brute_force() -> None:
    decisions = [*watching_suite(ODD).values()]
    assert noticing(ODD, decisions) == by_brute_force(ODD, decisions)


def test_jobs_that_notice_are_counted() -> None:
    page = small_page()
    decisions = [
        asked(page, FIRE, job=job, tracer=tracer)
        for job, tracer in [("a", "1.2.0"), ("a", "1.1"), ("b", "1.2.0"), ("b", "4"), ("c", "4")]
    ]
    found = watched(Matrices([page]), [*decisions, *decisions])
    assert [(each.fact.after, each.jobs) for each in found.facts] == [(">=1.1", 1), (">1.2.0", 2)]
    assert (found.share, found.left_out) == (1.0, 0)
    assert found.facts[0].to_mapping() == {
        "page": "some-page", "table": "capabilities", "heading": "Some heading",
        "row": "Firewall | 1.2.0", "column": "", "words": "1.2.0", "before": ">=1.2.0",
        "after": ">=1.1", "jobs": 1,
    }  # fmt: skip


def test_nothing_is_watched_without_jobs() -> None:
    found = watched(Matrices([small_page()]), [])
    assert [(each.jobs, each.unwatchable) for each in found.unwatched] == [(0, "")] * 2
    assert found.share == 0.0


def test_page_without_facts_has_all_of_them_watched() -> None:
    page = small_page(capabilities=[row("Firewall", "?", id="firewall", status="unresolved")])
    found = watched(Matrices([page]), [asked(page, FIRE)])
    assert (found.facts, found.share) == ((), 1.0)


def test_decision_hides_what_another_requirement_decides() -> None:
    page = small_page()
    both = asked(page, FIRE, Requirement.python(">=3.12"), tracer="1.2.0")
    assert noticed(page, both) == {}
    assert [*noticed(page, both, asked(page, FIRE, job="b", tracer="1.2.0"))] == [
        ">=1.2.0 → >1.2.0"
    ]


@pytest.mark.parametrize(
    ("requirement", "found"),
    [
        pytest.param(asks("not firewall"), [">=1.2.0 → >1.2.0"], id="not"),
        pytest.param(asks("firewall and bots"), [">=1.2.0 → >1.2.0"], id="and"),
        pytest.param(asks("firewall or bots"), [], id="or, of which the other holds"),
        pytest.param(Requirement.state("bug", FIRE), [">=1.2.0 → >1.2.0"], id="a state"),
        pytest.param(Requirement.state("bug"), [], id="a state without conditions"),
        pytest.param(Requirement.tracer(">=1.2.0"), [], id="what no page decides"),
        pytest.param(Requirement.deployment("docker"), [], id="a deployment type"),
        pytest.param(asks("Firewall", matrix="some-page"), [">=1.2.0 → >1.2.0"],
                     id="a documented name, of a named page"),
    ],
)  # fmt: skip
def test_requirement_of_several_parts(requirement: Requirement, found: list[str]) -> None:
    bots = row("Bots", "1.0", id="bots", minimum="1.0")
    docker = row("Docker", id="docker", capabilities={})
    page = small_page(capabilities=[FIREWALL, bots], deployments=[docker])
    assert [*noticed(page, asked(page, requirement, tracer="1.2.0"))] == found


def test_facts_of_an_overlay_are_watched(tmp_path: Path) -> None:
    page = overlaid(tmp_path, ("capabilities", 'id = "something"\nminimum = "9.1"'))
    assert ">=9.1 → >9.1" in noticed(page, asked(page, asks("something"), tracer="9.1"))
    assert ">=9.1 → >=9.0" in noticed(page, asked(page, asks("something"), tracer="9.0.5"))


def test_row_that_an_overlay_takes_away_hides_nothing(tmp_path: Path) -> None:
    page = overlaid(tmp_path, ("releases", 'tracer = ">=2.0,<3"\nremove = true'))
    assert page.removed.releases
    found = watched(Matrices([page]), watching_suite(page).values())
    assert (found.unwatched, found.left_out) == ((), 0)


def test_pages_are_shifted_one_by_one() -> None:
    rules = row("Rules", "2.0", id="rules", minimum="2.0")
    other = small_page(page={**PAGE, "id": "other"}, capabilities=[FIREWALL, rules])
    page = small_page()
    decisions = [
        asked(page, FIRE, tracer="1.2.0"),
        asked(other, asks("rules"), tracer="2.0"),
        asked(other, asks("firewall", matrix="other"), job="b", tracer="1.1"),
    ]
    found = watched(Matrices([page, other]), decisions)
    assert {(each.page, each.fact.after) for each in found.facts if each.jobs} == {
        ("some-page", ">1.2.0"), ("other", ">2.0"), ("other", ">=1.1"),
    }  # fmt: skip
    assert found.left_out == 0
    assert len(found.facts) == 6


def test_decision_of_another_page_is_left_out() -> None:
    page = small_page()
    older = small_page(capabilities=[{**FIREWALL, "minimum": "1.0"}])
    decisions = [
        asked(page, FIRE, tracer="1.2.0"),
        asked(older, FIRE, job="b", tracer="1.1"),
        asked(MATRIX, asks("sca"), job="c"),
    ]
    found = watched(Matrices([page]), decisions)
    assert (found.left_out, [each.jobs for each in found.facts]) == (2, [0, 1])


def test_fact_that_is_declared_elsewhere_counts() -> None:
    declared = small_page(facts=VARIANT).facts
    page = small_page()
    required = Requirement.fact("variant", "flask-poc")
    given = facts(tracer="1.2.0", facts={"variant": "flask-poc"})
    one = Asked("a", json.dumps(given), (FIRE.marker, required.marker), "supported")
    found = watched(Matrices([page], declared), [one])
    assert (found.left_out, [each.jobs for each in found.facts]) == (0, [0, 1])


@pytest.mark.parametrize(
    ("one", "message"),
    [
        pytest.param(Asked("a\x1b", "{", (), "supported"),
                     'the facts of job "a\\x1b": this is not JSON; valid: a JSON object',
                     id="no JSON"),
        pytest.param(Asked("a", "[" * 100_000, (), "supported"),
                     'the facts of job "a": this is not JSON; valid: a JSON object',
                     id="deep JSON"),
        pytest.param(Asked("a", "{}", ("requires_capability(",), "supported"),
                     'job "a": requires_capability( is not a marker of this plugin',
                     id="no marker"),
        pytest.param(Asked("a", "{}", ("requires_tracer('x')",), "supported"),
                     'job "a": "x" is not a version specifier; valid: a specifier such as >=2.0,<3',
                     id="a marker that is wrong"),
    ],
)  # fmt: skip
def test_bad_input_names_its_job(one: Asked, message: str) -> None:
    with pytest.raises(CompatibilityError) as raised:
        watched(Matrices([small_page()]), [one])
    assert str(raised.value) == message


def test_bad_facts_name_their_job() -> None:
    with pytest.raises(CompatibilityError, match=r'^the facts of job "a": '):
        watched(Matrices([small_page()]), [Asked("a", '{"tracer": 1}', (), "supported")])


def test_work_does_not_grow_with_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counted(*arguments: Any) -> Any:
        calls.append(1)
        return evaluate(*arguments)

    monkeypatch.setattr("pytest_ddcompat.jobs.watched.suite.evaluate", counted)
    page = small_page()
    counts = []
    for jobs in (1, 500):
        calls.clear()
        one = asked(page, FIRE, tracer="1.2.0")
        found = watched(Matrices([page]), (one._replace(job=f"job {n}") for n in range(jobs)))
        assert [each.jobs for each in found.facts] == [0, jobs]
        counts.append(len(calls))
    assert counts[0] == counts[1] > 0
