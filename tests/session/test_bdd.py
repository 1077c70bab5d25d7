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
