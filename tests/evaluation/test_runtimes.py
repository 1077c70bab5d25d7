"""Minimums that depend on the runtime of another language, or on facts: decided by facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.core import LEFT_OUT, SATISFIED, UNKNOWN, VIOLATED, asks, environment
from support.importing import imported
from support.pages import PAGE, branches, row, small_page
from support.several import marked

from pytest_ddcompat import FactsError, Requirement, evaluate
from pytest_ddcompat.analysis.grid import grid_of
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.evaluation.remedies import find_remedies

if TYPE_CHECKING:
    from support.project import Project

    from pytest_ddcompat import Finding, Matrix, Outcome

NODE = [
    {"tracer": "4.30.0", "runtime": "nodejs", "versions": [">=16"]},
    {"tracer": "5.6.0", "runtime": "nodejs", "versions": [">=18"]},
]


def page(*minimums: dict[str, Any], **tables: Any) -> Matrix:
    own = tables.pop("own", {})
    capability = row("Firewall", "words", id="firewall", minimums=list(minimums), **own)
    return small_page(page={**PAGE, "tracer": "dd-trace"}, capabilities=[capability], **tables)


def found(matrix: Matrix, tracer: str, facts: object = LEFT_OUT, **others: object) -> Finding:
    now = environment(frameworks={"dd-trace": tracer}, facts=facts, **others)
    verdict = evaluate(asks("firewall"), now, matrix)
    return next(finding for finding in verdict.findings if finding.check == "tracer")


@pytest.mark.parametrize(
    ("tracer", "node", "outcome"),
    [
        pytest.param("4.30.0", LEFT_OUT, UNKNOWN, id="not given"),
        pytest.param("5.6.0", LEFT_OUT, UNKNOWN, id="not given, the second minimum"),
        pytest.param("4.29.9", LEFT_OUT, VIOLATED, id="not given, below all"),
        pytest.param("9.0", "15.14", VIOLATED, id="below the first runtime"),
        pytest.param("4.29.9", "16", VIOLATED, id="the first runtime, below its minimum"),
        pytest.param("4.30.0", "16", SATISFIED, id="the first runtime, its minimum"),
        pytest.param("4.30.0", "16.0.0-rc.1", SATISFIED, id="its release candidate"),
        pytest.param("5.6.0", "17.9", UNKNOWN, id="the second minimum, below its runtime"),
        pytest.param("5.5.9", "18", UNKNOWN, id="the second runtime, between the minimums"),
        pytest.param("5.6.0", "18.0.0", SATISFIED, id="the second runtime, its minimum"),
        pytest.param("4.30.0", "20.1.2", SATISFIED, id="a later runtime, the first minimum"),
    ],
)
def test_minimum_by_the_runtime_of_another_language(
    tracer: str, node: object, outcome: Outcome
) -> None:
    facts = LEFT_OUT if node is LEFT_OUT else {"nodejs": node}
    assert found(page(*NODE), tracer, facts).outcome is outcome


def test_words_of_the_runtime() -> None:
    needed = "dd-trace >=4.30.0 on nodejs >=16 or dd-trace >=5.6.0 on nodejs >=18"
    unknown = found(page(*NODE), "4.30.0")
    assert (unknown.documented, unknown.signal) == (
        needed,
        "the minimum depends on the runtime: nodejs unknown; you can set it as fact.nodejs",
    )
    old = found(page(*NODE), "4.30.0", {"nodejs": "14.2"})
    assert (old.documented, old.observed) == (needed, "nodejs 14.2")
    open_ = found(page(*NODE), "5.5.9", {"nodejs": "18"})
    signal = "the minimum depends on the runtime, and the page leaves this version open"
    assert open_.signal == signal


@pytest.mark.parametrize(
    ("tracer", "node", "remedy"),
    [
        pytest.param("4.0", "16", "dd-trace >=4.30.0,<5", id="the first runtime"),
        pytest.param("4.0", "18", "dd-trace >=5.6.0", id="the second runtime"),
    ],
)
def test_remedy_by_the_runtime(tracer: str, node: str, remedy: str) -> None:
    now = environment(frameworks={"dd-trace": tracer}, facts={"nodejs": node})
    assert found(page(*NODE), tracer, {"nodejs": node}).remedy == remedy
    assert find_remedies([asks("firewall")], now, Matrices([page(*NODE)])).phrases == (remedy,)


def test_page_with_a_runtime_declares_its_fact() -> None:
    assert [row.id for row in Matrices([page(*NODE)]).own_facts.values()] == ["nodejs"]
    with pytest.raises(FactsError, match=r'fact\.nodejs: "new" is not a version'):
        found(page(*NODE), "4.30.0", {"nodejs": "new"})
    asked = Requirement.fact("nodejs", ">=18")
    now = environment(facts={"nodejs": "18.1"})
    assert evaluate(asked, now, page(*NODE)).status.value == "supported"


def test_declaration_of_a_runtime_comes_first() -> None:
    declared = {"id": "nodejs", "kind": "version", "variable": "NODE_VERSION"}
    (known,) = Matrices([page(*NODE), page(*NODE, facts=[declared])][1:]).own_facts.values()
    assert known.variable == "NODE_VERSION"


def test_python_is_no_fact_of_one_s_own() -> None:
    python = {"tracer": "1.0", "runtime": "python", "versions": [">=3.9"]}
    assert Matrices([page(python)]).own_facts == {}


PUBLISHED = """# Compatibility

## Capabilities

| Application Security capability | Minimum Node.js tracer version |
|---|---|
| API Security | 4.30.0 for Node.js 16+, or 5.6.0 for Node.js 18+ |
"""


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        pytest.param({}, "undetermined", id="not given"),
        pytest.param({"nodejs": "14"}, "unsupported", id="an old runtime"),
        pytest.param({"nodejs": "18"}, "supported", id="a runtime"),
    ],
)
def test_published_words(facts: dict[str, str], status: str) -> None:
    matrix = imported(PUBLISHED).matrix
    now = environment(frameworks={matrix.page.tracer: "5.6.0"}, facts=facts)
    assert evaluate(asks("api_security"), now, matrix).status.value == status


JS = """[page]
id = "js"
title = "JS"
read = 2026-11-22
tracer = "dd-trace"

[[capabilities]]
heading = "Capabilities"
documented = ["API Security", "4.30.0 for Node.js 16+, or 5.6.0 for Node.js 18+"]
id = "api_security"
minimums = [
    {tracer = "4.30.0", runtime = "nodejs", versions = [">=16"]},
    {tracer = "5.6.0", runtime = "nodejs", versions = [">=18"]},
]
"""


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        pytest.param(["--ddcompat-set=fact.nodejs=14"], "skipped", id="an old runtime"),
        pytest.param(["--ddcompat-set=fact.nodejs=18"], "passed", id="a runtime"),
        pytest.param(["--ddcompat-undetermined=skip"], "skipped", id="not given"),
        pytest.param(
            ["--ddcompat-undetermined=skip", "--ddcompat-set=fact.nodejs=18"], "passed", id="given"
        ),
    ],
)
def test_run(project: Project, options: list[str], outcome: str) -> None:
    project.write("js.toml", JS)
    project.write("pytest.ini", "[pytest]\n")
    project.write("test_it.py", marked('"api_security"'))
    run = project.run("--ddcompat-matrix=js.toml", "--ddcompat-set=tracer=5.6.0", *options)
    assert run.outcomes == {"test": outcome}


VARIANT = {"facts": [{"id": "variant", "kind": "word", "words": ["flask", "django"]}]}
BY_FACT = [
    {"tracers": [">=1.3,<2", ">=2.3"], "facts": {"variant": "flask"}},
    {"tracer": "3.0", "facts": {"variant": "django"}},
]


@pytest.mark.parametrize(
    ("tracer", "variant", "outcome"),
    [
        pytest.param("1.2", "flask", VIOLATED, id="below the ranges"),
        pytest.param("1.3", "flask", SATISFIED, id="the first range"),
        pytest.param("2.0rc1", "flask", SATISFIED, id="release candidate of its end"),
        pytest.param("2.0", "flask", VIOLATED, id="the gap"),
        pytest.param("2.3", "flask", SATISFIED, id="the second range"),
        pytest.param("2.9", "django", VIOLATED, id="below another value's minimum"),
        pytest.param("3.0", "django", SATISFIED, id="another value's minimum"),
        pytest.param("2.3", LEFT_OUT, UNKNOWN, id="the value that decides is not given"),
        pytest.param("2.0", LEFT_OUT, VIOLATED, id="no value would do"),
        pytest.param("3.0", LEFT_OUT, UNKNOWN, id="another value may have none"),
    ],
)
def test_ranges_by_fact(tracer: str, variant: object, outcome: Outcome) -> None:
    facts = LEFT_OUT if variant is LEFT_OUT else {"variant": variant}
    checked = found(page(*BY_FACT, **VARIANT), tracer, facts)
    assert checked.outcome is outcome
    if outcome is VIOLATED and variant == "flask":
        assert checked.documented == "dd-trace >=1.3,<2 or >=2.3 with variant=flask"
        assert checked.remedy == "dd-trace >=2.3"


def test_ranges_for_all_other_values() -> None:
    matrix = page(BY_FACT[1], own={"versions": ["<2"]}, **VARIANT)
    for tracer, variant, outcome in (
        ("1.9", "flask", SATISFIED), ("2.0", "flask", VIOLATED),
        ("1.9", "django", VIOLATED), ("3.0", "django", SATISFIED),
    ):  # fmt: skip
        assert found(matrix, tracer, {"variant": variant}).outcome is outcome


def test_ranges_by_python_and_their_remedy() -> None:
    rows = [
        {"tracers": [">=1.3,<2", ">=4"], "runtime": "python", "versions": [">=3.9"]},
        {"tracers": ["<1"], "runtime": "python", "versions": ["<3.9"]},
    ]
    releases = branches("<2", support_level="maintenance")
    matrix = page(*rows, releases=releases)
    for tracer, python, outcome in (
        ("1.3", "3.9", SATISFIED), ("2.0", "3.9", VIOLATED), ("0.9", "3.9", VIOLATED),
        ("0.9", "3.8", SATISFIED), ("1.3", "3.8", VIOLATED), ("1.3", LEFT_OUT, UNKNOWN),
        ("3.0", LEFT_OUT, VIOLATED),
    ):  # fmt: skip
        assert found(matrix, tracer, python=python).outcome is outcome, (tracer, python)
    assert found(matrix, "1.0", python="3.9").remedy == "dd-trace >=1.3,<2"
    assert found(matrix, "3.0", python="3.9").remedy == "dd-trace >=4"


def test_picture_has_the_ends_of_ranges_by_fact() -> None:
    now = environment(frameworks={"dd-trace": "1.3"}, facts={"variant": "flask"})
    grid = grid_of(now, page(*BY_FACT, **VARIANT))
    cells = {cell.column.label: cell.status.value for cell in grid.rows[0].cells}
    assert cells == {
        "1.3": "supported", "2": "unsupported", "2.3": "supported", "3.0": "supported",
    }  # fmt: skip
