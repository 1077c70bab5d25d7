"""Pages about another library than ddtrace: which fact is its version."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from support.core import SATISFIED, UNKNOWN, VIOLATED, asks, environment
from support.pages import PAGE, branches, small_page
from support.several import ACME, marked

from pytest_ddcompat import Environment, Requirement, evaluate
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.analysis.grid import grid_of
from pytest_ddcompat.cli.common import environment_by, fact_rows
from pytest_ddcompat.cli.grid_choices import axes_of
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.evaluation.remedies import find_remedies
from pytest_ddcompat.record.reading import read_record

if TYPE_CHECKING:
    from support.project import Project

    from pytest_ddcompat import Matrix, Outcome

HINT = "you can set it as framework.dd-trace-js, or as tracer where no other page counts"
NOT_GIVEN = f"not among the given facts; {HINT}"
NOT_THERE = f"no distribution dd-trace-js is installed; {HINT}"


def page(library: str = "dd-trace-js", **tables: object) -> Matrix:
    return small_page(page={**PAGE, "id": "other", "tracer": library}, **tables)


def given(version: str | None) -> dict[str, Any]:
    return {"frameworks": {"DD-Trace-JS": version}}


@pytest.mark.parametrize(
    ("facts", "outcome", "observed", "signal"),
    [
        pytest.param({}, UNKNOWN, "unknown", NOT_GIVEN, id="ddtrace alone"),
        pytest.param(given("1.2.0"), SATISFIED, "1.2.0", "facts", id="the library"),
        pytest.param(given("1.1.9"), VIOLATED, "1.1.9", "facts", id="an older one"),
        pytest.param(given(None), VIOLATED, "none installed", "facts", id="none"),
    ],
)
def test_given_facts(facts: dict[str, Any], outcome: Outcome, observed: str, signal: str) -> None:
    for asked in (asks("firewall"), Requirement.tracer(">=1.2")):
        verdict = evaluate(asked, environment(tracer="9.9", **facts), page())
        (found,) = (f for f in verdict.findings if f.check == "tracer")
        assert (found.outcome, found.observed, found.signal) == (outcome, observed, signal)


@pytest.mark.parametrize(
    ("library", "outcome", "signal"),
    [
        pytest.param("dd-trace-js", UNKNOWN, NOT_THERE, id="no distribution"),
        pytest.param(
            "packaging", SATISFIED, "metadata of the distribution packaging", id="a distribution"
        ),
    ],
)
def test_detected_facts(library: str, outcome: Outcome, signal: str) -> None:
    here = Environment.detect()
    for each in (here, here.replaced("python", here.python.value)):
        found = evaluate(asks("firewall"), each, page(library)).findings[1]
        assert (found.check, found.outcome, found.signal) == ("tracer", outcome, signal)


@pytest.mark.parametrize(
    ("facts", "known"),
    [
        pytest.param(given("1.2.0"), True, id="given"),
        pytest.param({}, False, id="not given"),
        pytest.param({"tracer": "1.2.0"}, False, id="ddtrace given"),
    ],
)
def test_support_level(facts: dict[str, Any], known: bool) -> None:
    held = page(releases=branches(">=1,<2"))
    verdict = evaluate(Requirement.support_level("end_of_life"), environment(**facts), held)
    assert (verdict.status.value == "supported") is known


def test_what_would_mend_it_is_told_of_each_library() -> None:
    matrices = Matrices([small_page(), page(releases=branches(">=1,<2", ">=3,<4"))])
    asked = [asks("firewall", matrix=name) for name in ("some-page", "other")]
    found = find_remedies(asked, environment(tracer="1.0", **given("1.1")), matrices)
    assert found.phrases == ("ddtrace >=1.2.0", "dd-trace-js >=1.2.0")
    assert str(found.environment.framework("dd-trace-js").value) == "1.2.0"


def test_no_version_of_another_library_is_promised_from_which_on_it_would_not_do() -> None:
    levels = [*branches(">=1,<2", support_level="maintenance"), *branches(">=3,<4")]
    matrices = Matrices([page(releases=levels)])
    asked = [asks("firewall", support_level="maintenance")]
    assert find_remedies(asked, environment(**given("1.1")), matrices).phrases == (
        "dd-trace-js >=1.2.0,<3",
    )


def test_picture_has_the_versions_of_the_library() -> None:
    grid = grid_of(environment(tracer="9.9", **given("1.1")), page())
    labels = [(column.label, column.here) for column in grid.columns]
    assert labels == [("1.1", True), ("1.2.0", False)]
    assert [cell.status.value for cell in grid.rows[0].cells] == ["unsupported", "supported"]
    assert [column.to_mapping()["tracer"] for column in grid.columns] == ["1.1", "1.2.0"]
    for choice, column in zip(axes_of(grid)["column"], grid.columns):
        fact = Environment(choice.facts).tracer_of("dd-trace-js")
        assert str(fact.value) == column.label


def test_command_shows_both_versions() -> None:
    rows = fact_rows(environment(tracer="9.9"), page())
    assert [row for row in rows if row[0] in {"tracer", "framework.dd-trace-js"}] == [
        ("tracer", "9.9", "facts"),
        ("framework.dd-trace-js", "unknown", NOT_GIVEN),
    ]


PAGES = ("--ddcompat-matrix=iast-python", "--ddcompat-matrix=js.toml")
JS = f'{ACME}\n[page]\ntracer = "dd-trace-js"\n'
TESTS = (
    marked('"sca", matrix="js"')
    + '@pytest.mark.requires_tracer(">=2", matrix="iast-python")\ndef test_own(): pass\n'
)


@pytest.mark.parametrize(
    ("option", "outcome", "head"),
    [
        pytest.param(
            "tracer=2.5.0",
            "passed",
            f"dd-trace-js unknown ({NOT_GIVEN}), ddtrace 2.5.0",
            id="not given",
        ),
        pytest.param(
            "framework.dd-trace-js=1.4",
            "skipped",
            "dd-trace-js 1.4 (End of Life), ddtrace 2.5.0",
            id="given",
        ),
    ],
)
def test_run_over_two_libraries(project: Project, option: str, outcome: str, head: str) -> None:
    project.write("js.toml", JS)
    project.write("test_it.py", TESTS)
    run = project.run(*PAGES, f"--ddcompat-set={option}", "--ddcompat-report=run.json")
    assert run.outcomes == {"test": outcome, "test_own": "passed"}
    words = run.section("ddcompat")[0]
    assert head in words
    assert words.count("dd-trace-js ") == head.count("dd-trace-js ")


def test_record_does_not_call_a_library_absent_that_is_not_known(project: Project) -> None:
    project.write("js.toml", JS)
    project.write("pytest.ini", "[pytest]\n")
    project.write("test_it.py", TESTS)
    project.run(*PAGES, "--ddcompat-report=run.json")
    recorded = read_record(project.path / "run.json")["environments"][0]
    assert "dd-trace-js" not in recorded["facts"]["frameworks"]
    assert recorded["signals"]["framework.dd-trace-js"] == NOT_THERE


@pytest.mark.parametrize(
    ("facts", "outcome", "observed", "signal"),
    [
        pytest.param({"tracer": "1.2.0"}, SATISFIED, "1.2.0", "facts, as tracer", id="at"),
        pytest.param({"tracer": "1.1.9"}, VIOLATED, "1.1.9", "facts, as tracer", id="below"),
        pytest.param({"tracer": None}, VIOLATED, "none installed", "facts, as tracer", id="none"),
        pytest.param({}, UNKNOWN, "unknown", NOT_GIVEN, id="not given"),
        pytest.param(
            {"tracer": "9.9", **given("1.1.9")}, VIOLATED, "1.1.9", "facts", id="the library, too"
        ),
        pytest.param(
            {"tracer": "1.2.0", **given(None)},
            SATISFIED,
            "1.2.0",
            "facts, as tracer",
            id="a library that is not there",
        ),
    ],
)
def test_tracer_of_the_only_page(
    facts: dict[str, Any], outcome: Outcome, observed: str, signal: str
) -> None:
    one, two = Matrices([page()]), Matrices([page(), small_page()])
    now = Environment.from_mapping(facts)
    for asked in (asks("firewall"), Requirement.tracer(">=1.2")):
        verdict = evaluate(asked, one.read_tracer(now), page())
        (found,) = (f for f in verdict.findings if f.check == "tracer")
        assert (found.outcome, found.observed, found.signal) == (outcome, observed, signal)
    assert two.read_tracer(now) is now


def test_detected_ddtrace_is_no_version_of_another_library() -> None:
    here = Environment.detect()
    assert here.tracer.signal
    assert Matrices([page()]).read_tracer(here) is here
    there = environment_by([], "off", [page()], sys.executable)
    assert there.is_given("tracer")
    assert there.tracer_of("dd-trace-js").signal == NOT_THERE


def test_tracer_of_the_only_page_says_nothing_of_ddtrace() -> None:
    facts = {"tracer": "9.9", "deployments": ["aws_lambda"]}
    read = Matrices([page()]).read_tracer(Environment.from_mapping(facts))
    assert not read.tracer.known
    assert read.to_mapping() == {
        "deployments": ["aws_lambda"],
        "frameworks": {"dd-trace-js": "9.9"},
    }
    ours = Environment.from_mapping(facts)
    assert Matrices([small_page()]).read_tracer(ours) is ours


ONE = "--ddcompat-matrix=js.toml"
PYTHON = "--ddcompat-set=python=3.11"  # which the page knows


@pytest.mark.parametrize(
    ("options", "outcome", "head"),
    [
        pytest.param(
            ["--ddcompat-set=tracer=1.4"], "skipped", "dd-trace-js 1.4 (End of Life)", id="below"
        ),
        pytest.param(
            ["--ddcompat-set=tracer=1.5"], "passed", "dd-trace-js 1.5 (End of Life)", id="at"
        ),
        pytest.param(
            ["--ddcompat-facts=facts.json"],
            "skipped",
            "dd-trace-js 1.4 (End of Life)",
            id="in a file",
        ),
        pytest.param(
            ["--ddcompat-set=tracer=9.9", "--ddcompat-set=framework.dd-trace-js=1.4"],
            "skipped",
            "dd-trace-js 1.4 (End of Life)",
            id="the library, too",
        ),
        pytest.param([], "passed", f"dd-trace-js unknown ({NOT_THERE})", id="not given"),
    ],
)
def test_run_over_one_library(
    project: Project, options: list[str], outcome: str, head: str
) -> None:
    project.write("js.toml", JS)
    project.write("facts.json", '{"tracer": "1.4"}')
    project.write("pytest.ini", "[pytest]\n")
    project.write("test_it.py", marked('"sca"'))
    run = project.run(ONE, PYTHON, *options, "--ddcompat-report=run.json")
    assert run.outcomes == {"test": outcome}
    words = run.section("ddcompat")[0]
    assert head in words
    assert "ddtrace" not in words.replace("dd-trace-js", "")
    facts = read_record(project.path / "run.json")["environments"][0]["facts"]
    assert ("dd-trace-js" in facts["frameworks"]) == bool(options)


def test_folder_s_only_page_and_its_facts(project: Project) -> None:
    project.write("js.toml", JS)
    project.write("pytest.ini", "[pytest]\n")
    hook = 'def pytest_ddcompat_facts(config): return {{"tracer": "{}"}}\n'
    for folder, version in (("one", "1.4"), ("other", "1.5")):
        project.write(f"{folder}/conftest.py", hook.format(version))
        project.write(
            f"{folder}/test_{folder}.py", marked('"sca"').replace("test()", f"test_{folder}()")
        )
    assert project.run(ONE, PYTHON).outcomes == {"test_one": "skipped", "test_other": "passed"}


@pytest.mark.parametrize(("version", "outcome"), [("1.4", "violated"), ("1.5", "satisfied")])
def test_command_over_one_library(
    project: Project, version: str, outcome: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("js.toml", JS)
    asked = ["--matrix", str(project.path / "js.toml"), "--set", f"tracer={version}"]
    main(["explain", "sca", *asked, "--set", "python=3.11", "--set", "deployments=docker"])
    printed = capsys.readouterr().out
    assert (f"{outcome}\n  needs: dd-trace-js >=1.5.0\n  found: {version}") in printed
    assert "from: --set, as tracer" in printed
