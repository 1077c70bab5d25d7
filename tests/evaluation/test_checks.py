"""The declared axes of each check are all that its findings depend on, and no fewer."""

from __future__ import annotations

import random
from typing import Any

import pytest
from support.core import MATRIX, SUPPORTED, asks
from support.pages import FIREWALL, row, runtime, small_page

from pytest_ddcompat import Environment, Finding, Matrix, Requirement, evaluate
from pytest_ddcompat.environment.fact import FACTS
from pytest_ddcompat.evaluation.checks import CHECKS

BY_PYTHON = small_page(
    capabilities=[
        {
            **{key: value for key, value in FIREWALL.items() if key != "minimum"},
            "minimums": [
                {"tracer": "1.2", "runtime": "python", "versions": ["<3.9"]},
                {"tracer": "2.6", "runtime": "python", "versions": [">=3.9"]},
            ],
        }
    ],
    deployments=[row("Docker", "yes", id="docker", capabilities={"firewall": True})],
)
"""A page that names a minimum for each of two series of Python."""

BY_FACT = small_page(
    facts=[{"id": "variant", "kind": "word", "words": ["flask-poc", "django-poc"]}],
    capabilities=[
        {**FIREWALL, "needs": {"variant": "flask-poc"}},
        row(
            "Alarm", "1.2.0", id="alarm", minimum="1.2.0",
            minimums=[{"tracer": "2.6", "facts": {"variant": "django-poc"}}],
        ),
    ],
    deployments=[row("Docker", "yes", id="docker", capabilities={"firewall": True})],
    runtimes=[runtime(">=1,<9"), runtime(">=1,<9", "<3.7", capability="alarm")],
)  # fmt: skip
"""A page whose capabilities depend on a fact of one's own, and differ in their runtimes."""

PAGES = {
    ("tracer", "python"): BY_PYTHON,
    ("tracer", "fact"): BY_FACT,
    ("runtime", "capability"): BY_FACT,
    ("facts", "capability"): BY_FACT,
    ("facts", "fact"): BY_FACT,
}
"""By check and axis, the page on which some finding differs, where the bundled one shows none."""

VALUES: dict[str, list[Any]] = {
    "tracer": [None, "1.9.7", "2.5.0", "3.1.0", "4.16.0", "9.0"],
    "python": ["3.6.1", "3.11.7", "3.14.0"],
    "implementation": ["cpython", "pypy"],
    "os": ["linux", "windows", "freebsd"],
    "cpu": ["x86-64", "aarch64", "i686"],
    "frameworks": [{}, {"django": None}, {"django": "1.8"}, {"django": "4.2", "flask": "3.0.3"}],
    "packages": [{}, {"httpx": None}, {"httpx": "0.27.2"}],
    "facts": [{}, {"variant": "flask-poc"}, {"variant": "django-poc"}],
    "deployments": [[], ["docker"], ["aws_lambda"], ["aws_fargate", "amazon_ecs"]],
    "site": ["datadoghq.com", "ddog-gov.com"],
    "remote_configuration": [True, False],
    "agent": [None, "7.27.0", "7.60.0"],
    "date": ["2024-01-01", "2026-05-31", "2030-01-01"],
}
REQUIREMENTS: list[dict[str, Any]] = [
    {},
    {"framework": "django"},
    {"framework": ("flask", "bottle")},
    {"deployment": "docker"},
    {"datastore": "mysql"},
    {"datastore": "redis"},
    {"support_level": "maintenance"},
    {"preview": False},
]
MADE = random.Random()  # noqa: S311 - no secret


@pytest.fixture(autouse=True)
def _same_questions_each_time() -> None:
    MADE.seed(13)


def test_every_fact_is_varied() -> None:
    assert [*VALUES] == [kind.plural or key for key, kind in FACTS.items()]


def some_facts() -> dict[str, Any]:
    """Facts that differ from the supported ones in a few points; some are left out."""
    changed = {key: MADE.choice(VALUES[key]) for key in MADE.sample([*VALUES], 4)}
    gone = set(MADE.sample([*VALUES], MADE.choice([0, 0, 1])))
    return {key: value for key, value in {**SUPPORTED, **changed}.items() if key not in gone}


def found(name: str, requirement: Requirement, facts: dict[str, Any], matrix: Matrix) -> Finding:
    findings = evaluate(requirement, Environment.from_mapping(facts), matrix).findings
    (finding,) = (f for f in findings if f.check == name)
    return finding._replace(subject="")


def moved(axis: str, facts: dict[str, Any]) -> dict[str, Any]:
    """The same facts with another value of one."""
    key = FACTS[axis].plural or axis
    return {**facts, key: MADE.choice(VALUES[key])}


@pytest.mark.parametrize(
    "matrix", [MATRIX, BY_PYTHON, BY_FACT], ids=["bundled", "minimums by Python", "own facts"]
)
@pytest.mark.parametrize("check", CHECKS, ids=[check.name for check in CHECKS])
def test_nothing_else_changes_a_finding(check: Any, matrix: Matrix) -> None:
    names = [capability.id for capability in matrix.capabilities]
    for _ in range(60):
        facts, keywords = some_facts(), MADE.choice(REQUIREMENTS)
        name = MADE.choice(names)
        before = found(check.name, asks(name, **keywords), facts, matrix)
        for axis in FACTS.keys() - set(check.axes):
            facts = moved(axis, facts)
        if "capability" not in check.axes:
            name = MADE.choice(names)
        assert found(check.name, asks(name, **keywords), facts, matrix) == before


@pytest.mark.parametrize(
    ("check", "axis"),
    [
        pytest.param(check, axis, id=f"{check.name}: {axis}")
        for check in CHECKS
        for axis in check.axes
    ],
)
def test_each_axis_changes_some_finding(check: Any, axis: str) -> None:
    matrix = PAGES.get((check.name, axis), MATRIX)
    names = [capability.id for capability in matrix.capabilities]
    for _ in range(3000):
        facts, keywords = some_facts(), MADE.choice(REQUIREMENTS)
        one, other = MADE.choice(names), MADE.choice(names)
        other = other if axis == "capability" else one
        after = facts if axis == "capability" else moved(axis, facts)
        before = found(check.name, asks(one, **keywords), facts, matrix)
        if found(check.name, asks(other, **keywords), after, matrix) != before:
            return
    pytest.fail("no finding differs")
