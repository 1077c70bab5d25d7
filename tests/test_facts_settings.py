"""Facts as `KEY=VALUE`: what is understood, and what is refused with which words."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddcompat import FactsError
from pytest_ddcompat.facts import facts_from_settings

SETTINGS = (
    "agent, cpu, date, deployment, framework.NAME, implementation, os, python, "
    "remote_configuration, site, tracer"
)
TYPES = "amazon_ecs, aws_fargate, aws_lambda, docker, kubernetes"
NO_VERSION = "is not a version; valid: PEP 440, such as 4.16.0"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param(["tracer=2.5.0"], {"tracer": "2.5.0"}, id="version"),
        pytest.param([" tracer = 2.5.0 "], {"tracer": "2.5.0"}, id="space"),
        pytest.param(["tracer=1.0", "tracer=2.0"], {"tracer": "2.0"}, id="the last one counts"),
        pytest.param(["tracer=none"], {"tracer": None}, id="no tracer"),
        pytest.param(["agent=NONE"], {"agent": None}, id="no Agent"),
        pytest.param(["agent=unknown"], {"agent": "unknown"}, id="Agent unknown"),
        pytest.param(["site=unknown"], {"site": "unknown"}, id="site unknown"),
        pytest.param(["framework.django=4.2"], {"framework.django": "4.2"}, id="framework"),
        pytest.param(["framework.Fast-API=1"], {"framework.fastapi": "1"}, id="its other name"),
        pytest.param(["framework.flask=none"], {"framework.flask": None}, id="no framework"),
        pytest.param(["framework.flask=unknown"], {"framework.flask": "unknown"}, id="who knows"),
        pytest.param(["remote_configuration=off"], {"remote_configuration": "False"}, id="off"),
        pytest.param(["remote_configuration=True"], {"remote_configuration": "True"}, id="true"),
        pytest.param(["date=2026-05-31"], {"date": "2026-05-31"}, id="date"),
        pytest.param(
            ["deployment=lambda", "deployment=docker"],
            {"deployments": ["aws_lambda", "docker"]},
            id="deployments add up",
        ),
        pytest.param(
            ["deployment=k8s, docker"], {"deployments": ["docker", "kubernetes"]}, id="two at once"
        ),
        pytest.param(["deployment=none"], {"deployments": []}, id="a plain host"),
        pytest.param(["deployment=unknown"], {"deployments": "unknown"}, id="deployment unknown"),
        pytest.param([], {}, id="nothing"),
    ],
)
def test_settings_that_are_understood(settings: list[str], expected: dict[str, Any]) -> None:
    def shown(value: object) -> object:
        if isinstance(value, frozenset):
            return sorted(value)
        return None if value is None else str(value)

    facts = facts_from_settings(settings, "--ddcompat-set")
    found = {key: shown(fact.value) if fact.known else "unknown" for key, fact in facts.items()}
    assert found == expected


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param(
            ["tracer"], '"tracer" is not KEY=VALUE; valid: such as tracer=2.5.0', id="no value"
        ),
        pytest.param(
            ["tracer="], '"tracer=" is not KEY=VALUE; valid: such as tracer=2.5.0', id="empty value"
        ),
        pytest.param(
            ["tracr=1"],
            f'unknown key "tracr"; did you mean "tracer"? valid: {SETTINGS}',
            id="near miss",
        ),
        pytest.param(["colour=red"], f'unknown key "colour"; valid: {SETTINGS}', id="unknown key"),
        pytest.param(
            ["framework=4.2"],
            f'unknown key "framework"; did you mean "framework.NAME"? valid: {SETTINGS}',
            id="framework without a name",
        ),
        pytest.param(["python=three"], f'python: "three" {NO_VERSION}', id="no version"),
        pytest.param(
            ["tracer=three"],
            f'tracer: "three" {NO_VERSION}, or none: there is none',
            id="no version where there may be none",
        ),
        pytest.param(
            ["deployment=heroku"],
            f'deployment: "heroku" is not a deployment type; valid: {TYPES}, or none: a plain host',
            id="no deployment type",
        ),
        pytest.param(
            ["date=unknown"],
            'date: "unknown" is not a date; valid: such as 2026-05-31',
            id="date unknown",
        ),
        pytest.param(
            ["remote_configuration=maybe"],
            'remote_configuration: this must be true or false (got "maybe")',
            id="no boolean",
        ),
    ],
)
def test_settings_that_are_refused(settings: list[str], message: str) -> None:
    with pytest.raises(FactsError) as raised:
        facts_from_settings(settings, "--ddcompat-set")
    assert str(raised.value) == f"--ddcompat-set: {message}"
