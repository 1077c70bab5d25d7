"""The markers of one check, and what is refused as a marker's mistake."""

from __future__ import annotations

from typing import Any

import pytest
from support.core import LEFT_OUT, MATRIX, asks, environment, verdict
from support.lists import lists

from pytest_ddcompat import Requirement, RequirementError, evaluate

tracer, agent, framework = Requirement.tracer, Requirement.agent, Requirement.framework
deployment, level = Requirement.deployment, Requirement.support_level
SUPPORTED, UNSUPPORTED, UNDETERMINED = "supported", "unsupported", "undetermined"


@pytest.mark.parametrize(
    ("requirement", "changes", "status"),
    [
        pytest.param(tracer(">=4.16"), {}, SUPPORTED, id="tracer, at its minimum"),
        pytest.param(tracer(">4.16"), {}, UNSUPPORTED, id="tracer, too old"),
        pytest.param(tracer(">=2,<3"), {"tracer": "3.0"}, UNSUPPORTED, id="tracer, too new"),
        pytest.param(tracer(">=4"), {"tracer": "4.1rc1"}, SUPPORTED, id="tracer, pre-release"),
        pytest.param(tracer(">=4"), {"tracer": None}, UNSUPPORTED, id="tracer, none"),
        pytest.param(tracer(">=4"), {"tracer": LEFT_OUT}, UNDETERMINED, id="tracer, unknown"),
        pytest.param(tracer(">=4"), {"site": "ddog-gov.com"}, SUPPORTED, id="tracer, and no site"),
        pytest.param(agent(">=7.60"), {}, SUPPORTED, id="Agent, at its minimum"),
        pytest.param(agent("<7"), {}, UNSUPPORTED, id="Agent, too new"),
        pytest.param(agent(">=7"), {"agent": None}, UNSUPPORTED, id="Agent, none"),
        pytest.param(agent(">=7"), {"agent": LEFT_OUT}, UNDETERMINED, id="Agent, unknown"),
        pytest.param(framework("django"), {}, SUPPORTED, id="framework, installed"),
        pytest.param(framework("Django"), {}, SUPPORTED, id="framework, documented name"),
        pytest.param(
            framework("django"), {"frameworks": {"django": None}}, UNSUPPORTED, id="framework, none"
        ),
        pytest.param(
            framework("django"), {"frameworks": {}}, UNDETERMINED, id="framework, unknown"
        ),
        pytest.param(framework("django", ">=4.2"), {}, SUPPORTED, id="framework, new enough"),
        pytest.param(framework("django", ">=5"), {}, UNSUPPORTED, id="framework, too old"),
        pytest.param(
            framework("django", ">=5"),
            {"frameworks": {"django": None}},
            UNSUPPORTED,
            id="framework, no version of it",
        ),
        pytest.param(
            framework("tornado", ">=6"),
            {"frameworks": {"tornado": "6.1"}},
            SUPPORTED,
            id="framework that the page does not name",
        ),
        pytest.param(
            framework("django", ">=1"),
            {"frameworks": {"django": "1.0"}},
            SUPPORTED,
            id="framework, whatever the page says of it",
        ),
        pytest.param(deployment("docker"), {}, SUPPORTED, id="deployment, here"),
        pytest.param(deployment("k8s", "Docker"), {}, SUPPORTED, id="deployment, any of them"),
        pytest.param(deployment("AWS Lambda"), {}, UNSUPPORTED, id="deployment, not here"),
        pytest.param(
            deployment("aws-lambda"),
            {"deployments": ["aws_lambda"]},
            SUPPORTED,
            id="deployment, whatever the page marks",
        ),
        pytest.param(
            deployment("docker"), {"deployments": []}, UNSUPPORTED, id="deployment, plain host"
        ),
        pytest.param(
            deployment("docker"), {"deployments": LEFT_OUT}, UNDETERMINED, id="deployment, unknown"
        ),
        pytest.param(level("general_availability"), {}, SUPPORTED, id="level, at it"),
        pytest.param(level("End of Life"), {}, SUPPORTED, id="level, above it"),
        pytest.param(level("ga"), {"tracer": "3.1"}, UNSUPPORTED, id="level, under it"),
        pytest.param(level("maintenance"), {"tracer": "3.1"}, SUPPORTED, id="level, on the day"),
        pytest.param(
            level("maintenance"),
            {"tracer": "3.1", "date": "2026-06-01"},
            UNSUPPORTED,
            id="level, the day after",
        ),
        pytest.param(level("eol"), {"tracer": "1.9"}, SUPPORTED, id="level, the least"),
        pytest.param(level("eol"), {"tracer": "5.0"}, UNDETERMINED, id="level, no branch"),
        pytest.param(level("eol"), {"tracer": None}, UNSUPPORTED, id="level, no tracer"),
        pytest.param(level("eol"), {"tracer": LEFT_OUT}, UNDETERMINED, id="level, unknown"),
    ],
)
def test_marker_of_one_check(
    requirement: Requirement, changes: dict[str, Any], status: str
) -> None:
    found = verdict(requirement, **changes)
    assert found.status.value == status
    (finding,) = found.findings
    assert finding.check == {"support_level": "release"}.get(requirement.kind, requirement.kind)
    assert finding.subject == "the test"
    if status != UNSUPPORTED:
        assert finding.remedy == ""


NAMES, TYPES = lists()["capabilities"], lists()["deployment types"]
FRAMEWORKS, DATASTORES = lists()["frameworks"], lists()["data stores"]


@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        pytest.param(
            asks("threat_protecton"),
            'the page has no capability "threat_protecton"; '
            f'did you mean "threat_protection"? valid: {NAMES}',
            id="capability misspelt",
        ),
        pytest.param(
            asks("Thread Protection"),
            'the page has no capability "Thread Protection"; '
            f'did you mean "threat_protection"? valid: {NAMES}',
            id="documented name misspelt",
        ),
        pytest.param(
            asks("zzz"), f'the page has no capability "zzz"; valid: {NAMES}', id="no capability"
        ),
        pytest.param(
            asks("sca", "not api_securty"),
            'the page has no capability "api_securty"; '
            f'did you mean "api_security"? valid: {NAMES}',
            id="capability misspelt in an expression",
        ),
        pytest.param(
            asks("sca and"),
            '"sca and", column 8: expected a capability, got the end',
            id="expression cut off",
        ),
        pytest.param(
            asks("(sca or api_security"),
            '"(sca or api_security", column 21: expected ")", got the end',
            id="parenthesis not closed",
        ),
        pytest.param(
            asks("sca api_security and code_security"),
            '"sca api_security and code_security", column 5: '
            'expected "and" or "or", got "api_security"',
            id="operator left out",
        ),
        pytest.param(
            asks("(" * 51 + "sca" + ")" * 51),
            "this expression has more than 50 levels of nesting",
            id="parentheses too deep",
        ),
        pytest.param(
            asks("not " * 51 + "sca"),
            "this expression has more than 50 levels of nesting",
            id="nots too deep",
        ),
        pytest.param(
            asks("sca", deployment="dokcer"),
            f'the page has no deployment type "dokcer"; did you mean "docker"? valid: {TYPES}',
            id="deployment misspelt",
        ),
        pytest.param(
            deployment("docker", "heroku"),
            f'the page has no deployment type "heroku"; valid: {TYPES}',
            id="no deployment",
        ),
        pytest.param(
            asks("sca", framework="djngo"),
            f'the page has no framework "djngo"; did you mean "django"? valid: {FRAMEWORKS}',
            id="framework misspelt",
        ),
        pytest.param(
            framework("fast_apii", ">=1"),
            f'the page has no framework "fast_apii"; did you mean "fastapi"? valid: {FRAMEWORKS}',
            id="framework misspelt in its own marker",
        ),
        pytest.param(
            asks("sca", datastore=("mysql", "postgers")),
            f'the page has no data store "postgers"; did you mean "postgres"? valid: {DATASTORES}',
            id="data store misspelt",
        ),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_mistake_is_an_error_and_no_verdict(
    requirement: Requirement, message: str, known: bool
) -> None:
    here = environment() if known else environment(tracer=None)
    with pytest.raises(RequirementError) as raised:
        evaluate(requirement, here, MATRIX)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    "requirement",
    [
        pytest.param(asks("sca", framework="tornado"), id="another framework"),
        pytest.param(asks("sca", framework="flask-restx"), id="an extension's own name"),
        pytest.param(asks("sca", datastore="mssql"), id="another data store"),
        pytest.param(asks("sca", datastore="mongodb"), id="yet another data store"),
        pytest.param(asks("sca", deployment="K8S"), id="usual alias"),
        pytest.param(
            asks("sca", deployment=("Amazon ECS", "fargate", "LAMBDA", "ecs")), id="types"
        ),
        pytest.param(asks("sca", datastore="PostgreSQL"), id="another name of a data store"),
        pytest.param(asks("sca", framework="Fast-API"), id="dashes do not count"),
    ],
)
def test_what_is_no_mistake(requirement: Requirement) -> None:
    assert verdict(requirement).status.value in {SUPPORTED, UNSUPPORTED, UNDETERMINED}
