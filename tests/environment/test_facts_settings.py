"""Facts as `KEY=VALUE`: what is understood, and what is refused with which words."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddcompat.environment.parsing import facts_from_settings


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
        pytest.param(["package.httpx=1.2"], {"package.httpx": "1.2"}, id="package"),
        pytest.param(["package.Flask_RestX=1"], {"package.flask-restx": "1"}, id="by PEP 503"),
        pytest.param(["package.httpx=none"], {"package.httpx": None}, id="no package"),
        pytest.param(["framework.flask=unknown"], {"framework.flask": "unknown"}, id="who knows"),
        *(
            pytest.param([f"remote_configuration={word}"], {"remote_configuration": on}, id=word)
            for on, words in {
                "True": ("true", "True", "TRUE", "yes", "on", "On", "1"),
                "False": ("false", "False", "no", "NO", "off", "0"),
            }.items()
            for word in words
        ),
        pytest.param(["tracer=1", "agent=0"], {"tracer": "1", "agent": "0"}, id="1 is a version"),
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
