"""Whole reasons, as a person reads them beside a test that was skipped."""

from __future__ import annotations

from typing import Any

import pytest
from support.core import BARE, DATABASES, LEFT_OUT, asks, verdict

from pytest_ddcompat import Requirement


@pytest.mark.parametrize(
    ("requirement", "changes", "reason"),
    [
        pytest.param(asks("sca"), {}, "", id="supported"),
        pytest.param(asks("sca"), {"agent": LEFT_OUT}, "", id="supported, Agent unknown"),
        pytest.param(
            asks("threat_protection"),
            {"tracer": "1.9.7"},
            "threat_protection needs ddtrace >=1.10.0, found 1.9.7 "
            '(Application Security capabilities support: "1.10.0")',
            id="tracer too old",
        ),
        pytest.param(
            asks("Threat Detection"),
            {"tracer": None},
            "threat_detection needs ddtrace >=1.9.0, found none installed "
            '(Application Security capabilities support: "1.9.0")',
            id="no tracer",
        ),
        pytest.param(
            asks("threat_detection"),
            {"tracer": LEFT_OUT},
            "threat_detection needs ddtrace >=1.9.0, which is unknown: "
            "not among the given facts "
            '(Application Security capabilities support: "1.9.0")',
            id="tracer unknown",
        ),
        pytest.param(
            asks("api_security", framework="django"),
            {},
            "api_security needs documented support for django, which is unknown: "
            "the page says nothing of frameworks for api_security",
            id="nothing of frameworks, told once",
        ),
        pytest.param(
            asks("code_security", preview=False),
            {},
            "code_security needs ddtrace >=2.21.0 (preview) and previews allowed, "
            "found 4.16.0 and preview=False "
            '(Application Security capabilities support: "Preview (>=2.21.0)")',
            id="preview not allowed",
        ),
        pytest.param(
            asks("api_security", support_level="ga"),
            {"tracer": "2.21.0", "date": "2026-11-22"},
            "api_security needs a release branch of ddtrace with General Availability or better, "
            "found ddtrace 2.21.0 with End of Life on 2026-11-22 "
            '(Supported Python versions: ">=2.0,<3 | End of Life | 7.28")',
            id="support level",
        ),
        pytest.param(
            asks("api_security"),
            {"python": "3.14.0", "tracer": "2.21.0"},
            "api_security needs CPython >=3.7,<3.14 on linux x86-64/i686/aarch64 "
            "for ddtrace 2.21.0, found CPython 3.14 on linux x86-64 (Supported Python versions: "
            '"Linux | x86-64, i686, AArch64 | CPython | 3.7-3.13 | >=2,<3")',
            id="Python too new",
        ),
        pytest.param(
            asks("sca"),
            {"agent": "7.27.1"},
            "software_composition_analysis needs Datadog Agent >=7.28, found 7.27.1 "
            '(Supported Python versions: ">=4.0,<5 | General Availability | 7.28")',
            id="Agent too old",
        ),
        pytest.param(
            asks("sca", deployment="aws_lambda"),
            {"deployments": ["aws_lambda"]},
            "software_composition_analysis needs a deployment type that the page marks for it "
            "(Docker, Kubernetes, Amazon ECS, AWS Fargate), found AWS Lambda "
            '(Supported deployment types: "AWS Lambda | yes | ")',
            id="blank cell",
        ),
        pytest.param(
            asks("threat_protection", framework="flask"),
            {"frameworks": {"flask": "1.0.4"}},
            "threat_protection needs Flask >=1.1, found 1.0.4 "
            f'(Supported frameworks: "Flask | 1.1 | yes | yes"{BARE})',
            id="framework too old",
        ),
        pytest.param(
            asks("threat_protection", framework=("flask", "django")),
            {"frameworks": {"flask": "1.0.4", "django": None}},
            "threat_protection needs Flask >=1.1 or Django >=2.2, "
            "found Flask 1.0.4 and Django missing "
            f'(Supported frameworks: "Flask | 1.1 | yes | yes"{BARE}; '
            f'Supported frameworks: "Django | 2.2 | yes | yes"{BARE})',
            id="neither framework",
        ),
        pytest.param(
            asks("threat_protection"),
            {"tracer": "1.9.7", "python": "3.12.1"},
            "threat_protection needs ddtrace >=1.10.0, found 1.9.7 "
            '(Application Security capabilities support: "1.10.0"), '
            "and needs CPython ==2.7.* or >=3.5,<3.12 on linux x86-64/i686/aarch64 "
            "for ddtrace 1.9.7, found CPython 3.12 on linux x86-64 (Supported Python versions: "
            '"Linux | x86-64, i686, AArch64 | CPython | 2.7, 3.5-3.11 | <2")',
            id="two checks of one capability",
        ),
        pytest.param(
            asks("threat_protection", "api_security", "sca"),
            {"tracer": "1.9.7"},
            "threat_protection needs ddtrace >=1.10.0, found 1.9.7 "
            '(Application Security capabilities support: "1.10.0"); '
            "api_security needs ddtrace >=2.6.0, found 1.9.7 "
            '(Application Security capabilities support: "2.6.0")',
            id="two capabilities of three",
        ),
        pytest.param(
            asks("sca and not threat_detection"),
            {},
            'the test needs "threat_detection" to be unsupported, found supported',
            id="the opposite of a capability",
        ),
        pytest.param(
            asks("sca", datastore="redis"),
            {"site": LEFT_OUT},
            "software_composition_analysis needs a site other than ddog-gov.com, "
            "which is unknown: not among the given facts "
            "(Important note for users on the following Datadog sites: app.ddog-gov.com: "
            '"This product is not supported for your selected Datadog site. ()."), '
            "and needs documented support for redis, which is unknown: the page does not name it "
            '(Application Security Capability Notes: "The Python library supports the database '
            "API specifications and supports all generic SQL databases. This includes databases "
            f'such as SQLite, Mysql, Postgres and MariaDB."{DATABASES})',
            id="two facts unknown",
        ),
        pytest.param(
            Requirement.agent(">=7.30"),
            {"agent": None},
            'the test needs Datadog Agent >=7.30, found no Agent (requires_agent(">=7.30"))',
            id="a marker of one check",
        ),
    ],
)
def test_reason(requirement: Requirement, changes: dict[str, Any], reason: str) -> None:
    assert verdict(requirement, **changes).reason == reason
