"""Tags of pytest-bdd: gated, or an error at the line of the feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.project import Project

pytest.importorskip("pytest_bdd")

STEPS = """
from pytest_bdd import given, scenarios
scenarios("it.feature")
@given("a service")
def service(): pass
"""
FEATURE = """{feature}
Feature: It
    {scenario}
    Scenario: one
        Given a service
    @slow
    Scenario: two
        Given a service
"""


def run(project: Project, feature: str) -> tuple[dict[str, str], str]:
    project.write("it.feature", feature)
    project.write("test_it.py", STEPS)
    done = project.run_apart("-p", "pytest_bdd.plugin", "-W", "ignore")
    return done.outcomes, "\n".join(done.out)


@pytest.mark.parametrize(
    ("feature", "scenario", "outcomes"),
    [
        ('@requires_capability("api_security")', "", {"skipped": "2"}),
        ("", '@requires_capability("api_security")', {"skipped": "1", "passed": "1"}),
        ("", "@requires-capability('api_security')", {"skipped": "1", "passed": "1"}),
        ("", '@requires_tracer(">=3,<4")', {"skipped": "1", "passed": "1"}),
        ("", '@fast @requires_capability("sca",framework="django")', {"passed": "2"}),
        ("", '@requires_framework("django",">=5")@fast', {"skipped": "1", "passed": "1"}),
    ],
)
def test_a_tag_gates(
    project: Project, feature: str, scenario: str, outcomes: dict[str, str]
) -> None:
    done, out = run(project, FEATURE.format(feature=feature, scenario=scenario))
    assert done == outcomes, out


@pytest.mark.parametrize(
    ("feature", "scenario", "place"),
    [
        ("@requires_capability", "", "it.feature:1: @requires_capability: "),
        ("", "@requires_support_level", "it.feature:3: @requires_support_level: "),
        ("", "@requires_tracer('x')", "it.feature:3: @requires_tracer('x'): "),
        ("", "@requires_capability('a'", "it.feature:3: @requires_capability('a': "),
        ("", "@requires_capability(name)", "it.feature:3: @requires_capability(name): "),
    ],
)
def test_a_wrong_tag_is_an_error_at_its_line(
    project: Project, feature: str, scenario: str, place: str
) -> None:
    done, out = run(project, FEATURE.format(feature=feature, scenario=scenario))
    assert done == {"errors": "1"}, out
    assert any(line.startswith(place) for line in out.splitlines()), out
    assert "site-packages" not in out


SLIPS = {
    '@requires_capabilty("api_security")': '@requires_capability("api_security")',
    '@requires_tracr(">=4")': '@requires_tracer(">=4")',
    '@require_tracer(">=4")': '@requires_tracer(">=4")',
    "@requires-capabilty": "requires_capability",
    "@requires_cap:sca": '@requires_capability("sca")',
    "@pytest.mark.requires_agent('>=7')": '@requires_agent(">=7")',
    "@requires_capability:api_security": '@requires_capability("api_security")',
    "@requires_capability=api_security": '@requires_capability("api_security")',
    "@requires_capability[api_security]": '@requires_capability("api_security")',
    "@requires_capability(api_security)": '@requires_capability("api_security")',
    "@requires_capability('api_security'": '@requires_capability("api_security")',
    "@requires_capability(\u201csca\u201d)": '@requires_capability("sca")',
    "@requires_capability(sca,framework=django)": '@requires_capability("sca",framework="django")',
    "@requires_tracer:4": '@requires_tracer(">=4")',
    "@requires_tracer==4.*": '@requires_tracer("==4.*")',
    "@requires_tracer(>=4,<5)": '@requires_tracer(">=4,<5")',
    "@requires_framework(django,>=4,<5)": '@requires_framework("django",">=4,<5")',
    "@requires_support_level:ga": '@requires_support_level("ga")',
}


def test_all_slips_of_a_feature_are_told_with_the_nearest_spelling(project: Project) -> None:
    page = '@requires_capability("sac")'
    examples = "Scenario Outline: three\n Given a <what>\n @requires_tracer~4\n Examples:"
    scenario = f"{page}\n# @requires_tracr('>=3')\n" + "\n".join(SLIPS)
    feature = FEATURE.format(feature="@requires_capability", scenario=scenario)
    done, out = run(project, f"{feature}    {examples}\n | what |\n | service |\n")
    assert done == {"errors": "1"}, out
    told = [line for line in out.splitlines() if line.startswith("it.feature:")]
    assert (
        told[0] == "it.feature:1: @requires_capability: a capability is missing; name at least one"
    )
    assert told[1].startswith(f'it.feature:3: {page}: the page has no capability "sac"; did you')
    for number, (line, (tag, meant)) in enumerate(zip(told[2:], SLIPS.items()), start=5):
        assert line.startswith(f"it.feature:{number}: {tag}: ")
        assert f"; did you mean {meant}?" in line
    assert told[-1].endswith('@requires_tracer~4: write its arguments as in Python; '
                             'did you mean @requires_tracer(">=4,<5")?')  # fmt: skip
    assert len(told) == len(SLIPS) + 3, out
    assert "0x" not in out


def test_tags_that_are_no_calls_tell_what_is_valid(project: Project) -> None:
    tags = ["@requires_tracer(f())", "@requires_capability(x(1))", "@requires_capability()y"]
    done, out = run(project, FEATURE.format(feature="", scenario=" ".join(tags)))
    assert done == {"errors": "1"}, out
    for tag in tags:
        valid = f"; valid: {tag.partition('(')[0]}("
        assert f"it.feature:3: {tag}: write its arguments as in Python{valid}" in out


def test_a_tag_of_a_marker_of_others_is_theirs(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nmarkers = requires_level(x): mine")
    tags = '@requires_level("gold") @requires_level:gold @needs_docker("x") @requires_db:mysql'
    assert run(project, FEATURE.format(feature=tags, scenario=""))[0] == {"passed": "2"}


def test_a_tag_of_examples_gates_them(project: Project) -> None:
    feature = """
Feature: It
    Scenario Outline: one
        Given a <what>
        @requires_capability("api_security")
        Examples:
        | what |
        | service |
        Examples:
        | what |
        | service |
"""
    done, out = run(project, feature)
    assert done == {"skipped": "1", "passed": "1"}, out
