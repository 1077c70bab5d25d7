"""The page's tables of the service, row by row; the expectations are copied from it by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.core import (
    BARE,
    NOT_APPLICABLE,
    SATISFIED,
    UNKNOWN,
    VIOLATED,
    asks,
    finding,
    outcome,
    verdict,
)

if TYPE_CHECKING:
    from pytest_ddcompat import Outcome

DETECTION, PROTECTION = "threat_detection", "threat_protection"
SCA, USERS = "software_composition_analysis", "automatic_user_activity_event_tracking"
API, CODE, RESPONSE = "api_security", "code_security", "customize_response_to_blocked_requests"
ALL = [DETECTION, PROTECTION, RESPONSE, SCA, CODE, USERS, API]


@pytest.mark.parametrize("capability", ALL)
@pytest.mark.parametrize(
    ("site", "expected"),
    [
        pytest.param("ddog-gov.com", VIOLATED, id="as in DD_SITE"),
        pytest.param("app.ddog-gov.com", VIOLATED, id="as on the page"),
        pytest.param("HTTPS://APP.DDOG-GOV.COM/security", VIOLATED, id="an address"),
        pytest.param("datadoghq.com", SATISFIED, id="the default site"),
        pytest.param("us3.datadoghq.com", SATISFIED, id="another site"),
        pytest.param("my-ddog-gov.com", SATISFIED, id="a longer name"),
    ],
)
def test_excluded_site(capability: str, site: str, expected: Outcome) -> None:
    found = verdict(asks(capability), site=site)
    assert found.findings[0].check == "site"
    assert found.findings[0].outcome is expected
    assert found.status.value == ("supported" if expected is SATISFIED else "unsupported")


# type, its documented name and cells, and both columns' marks
DEPLOYMENTS = [
    ("docker", "Docker | yes | yes", SATISFIED, SATISFIED),
    ("kubernetes", "Kubernetes | yes | yes", SATISFIED, SATISFIED),
    ("amazon_ecs", "Amazon ECS | yes | yes", SATISFIED, SATISFIED),
    ("aws_fargate", "AWS Fargate | yes | yes", SATISFIED, SATISFIED),
    ("aws_lambda", "AWS Lambda | yes | ", SATISFIED, VIOLATED),
]


@pytest.mark.parametrize("capability", ALL)
@pytest.mark.parametrize(
    ("kind", "row", "detection", "sca"),
    [pytest.param(*row, id=row[1]) for row in DEPLOYMENTS],
)
def test_deployment_type(
    kind: str, row: str, detection: Outcome, sca: Outcome, capability: str
) -> None:
    mark = {DETECTION: detection, SCA: sca}.get(capability)
    detected = finding("deployment", asks(capability), deployments=[kind])
    named = finding("deployment", asks(capability, deployment=kind), deployments=[kind])
    assert detected.outcome is (mark or NOT_APPLICABLE)
    assert detected.source == (f'Supported deployment types: "{row}"' if mark else "")
    assert named.outcome is (mark or SATISFIED)
    assert named.source == f'Supported deployment types: "{row}"'


MINIMUMS = {
    "django": ("2.1.15", "2.2.0rc1", "2.2", "2.2.28", "2.3", "5.2"),
    "fastapi": ("0.85.2", "0.86.0rc1", "0.86", "0.86.0", "0.115.0", "1.0"),
    "flask": ("1.0.4", "1.1.0rc1", "1.1", "1.1.4", "2.0", "3.1"),
}


@pytest.mark.parametrize("capability", [DETECTION, PROTECTION])
@pytest.mark.parametrize(
    ("framework", "row"),
    [
        pytest.param("django", "Django | 2.2 | yes | yes", id="Django"),
        pytest.param("fastapi", "FastAPI | 0.86 | yes | yes", id="FastAPI"),
        pytest.param("flask", "Flask | 1.1 | yes | yes", id="Flask"),
    ],
)
def test_minimum_of_a_framework(framework: str, row: str, capability: str) -> None:
    below, candidate, *above = MINIMUMS[framework]
    for version in (None, below, candidate, *above):
        found = finding(
            "framework", asks(capability, framework=framework), frameworks={framework: version}
        )
        expected = SATISFIED if version in above else VIOLATED
        assert found.outcome is expected
        assert found.source == f'Supported frameworks: "{row}"{BARE}'


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        pytest.param("1.10", VIOLATED, id="before the series 1.11"),
        pytest.param("1.11", SATISFIED, id="first of 1.11"),
        pytest.param("1.11.29", SATISFIED, id="last of 1.11"),
        pytest.param("1.12", VIOLATED, id="after 1.11"),
        pytest.param("2.1.15", VIOLATED, id="before 2.2"),
        pytest.param("2.2", SATISFIED, id="first of 2.2"),
        pytest.param("2.2.28", SATISFIED, id="last of 2.2"),
        pytest.param("2.3", VIOLATED, id="after 2.2"),
        pytest.param("3.1.14", VIOLATED, id="before 3.2"),
        pytest.param("3.2", SATISFIED, id="first of 3.2"),
        pytest.param("3.2.25", SATISFIED, id="last of 3.2"),
        pytest.param("3.3", VIOLATED, id="after 3.2"),
        pytest.param("3.9", VIOLATED, id="just below 4.0"),
        pytest.param("4.0rc1", VIOLATED, id="release candidate of 4.0"),
        pytest.param("4.0", SATISFIED, id="4.0"),
        pytest.param("4.2.1", SATISFIED, id="after 4.0"),
        pytest.param("5.2", SATISFIED, id="long after 4.0"),
        pytest.param(None, VIOLATED, id="not installed"),
    ],
)
def test_user_authentication_frameworks(version: str | None, expected: Outcome) -> None:
    found = finding("framework", asks(USERS, framework="django"), frameworks={"django": version})
    row = "Django | 1.11, 2.2, 3.2, >=4.0"
    heading = "User Authentication Frameworks compatibility"
    assert found.source.startswith(f'{heading}: "{row}", interpretation: ')
    assert found.outcome is expected


@pytest.mark.parametrize(
    ("capability", "framework", "expected"),
    [
        pytest.param(DETECTION, "tornado", VIOLATED, id="Threat Detection lists others"),
        pytest.param(PROTECTION, "bottle", VIOLATED, id="Threat Protection lists others"),
        pytest.param(USERS, "flask", VIOLATED, id="user authentication lists Django only"),
        pytest.param(USERS, "fastapi", VIOLATED, id="user authentication does not list FastAPI"),
        pytest.param(SCA, "django", SATISFIED, id="SCA on a listed framework"),
        pytest.param(SCA, "tornado", SATISFIED, id="SCA on any framework"),
        pytest.param(RESPONSE, "django", UNKNOWN, id="Customize response: the page is silent"),
        pytest.param(CODE, "flask", UNKNOWN, id="Code Security: the page is silent"),
        pytest.param(API, "fastapi", UNKNOWN, id="API Security: the page is silent"),
    ],
)
def test_framework_that_no_table_lists_for_a_capability(
    capability: str, framework: str, expected: Outcome
) -> None:
    versions = dict.fromkeys(("django", "fastapi", "flask", "tornado", "bottle"), "9.9")
    asked = asks(capability, framework=framework)
    assert outcome("framework", asked, frameworks=versions) is expected
    absent = dict.fromkeys(versions)
    assert outcome("framework", asked, frameworks=absent) is VIOLATED


FOUR = ["sqlite", "mysql", "postgres", "mariadb"]
ALSO = ["SQLite", "Mysql", "PostgreSQL", "MariaDB", "sqlite3"]


@pytest.mark.parametrize("capability", ALL)
@pytest.mark.parametrize("datastore", [*FOUR, *ALSO, "mongodb", "redis", "oracle", "mssql"])
def test_datastore(capability: str, datastore: str) -> None:
    found = finding("datastore", asks(capability, datastore=datastore))
    covered = datastore in FOUR + ALSO or capability == PROTECTION
    assert found.outcome is (SATISFIED if covered else UNKNOWN)
    words = (
        "so works for all databases by default, even those not listed in the table below."
        if capability == PROTECTION
        else "This includes databases such as SQLite, Mysql, Postgres and MariaDB."
    )
    assert words in found.source


@pytest.mark.parametrize("capability", ALL)
@pytest.mark.parametrize("on", [True, False])
def test_only_threat_protection_requires_remote_configuration(capability: str, on: bool) -> None:
    expected = NOT_APPLICABLE
    if capability == PROTECTION:
        expected = SATISFIED if on else VIOLATED
    found = outcome("remote_configuration", asks(capability), remote_configuration=on)
    assert found is expected
