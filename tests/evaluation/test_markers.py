"""The markers of one check, and what is refused as a marker's mistake."""

from __future__ import annotations

from typing import Any

import pytest
from support.core import LEFT_OUT, MATRIX, asks, environment, verdict
from support.lists import lists

from pytest_ddcompat import Requirement, RequirementError, evaluate
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.evaluation.remedies import find_remedies

tracer, agent, framework = Requirement.tracer, Requirement.agent, Requirement.framework
deployment, level = Requirement.deployment, Requirement.support_level
python, package, platform = Requirement.python, Requirement.package, Requirement.platform
HTTPX = {"packages": {"httpx": "0.27"}}
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
        pytest.param(python(">=3.11.7"), {}, SUPPORTED, id="Python, at its minimum"),
        pytest.param(python(">3.11.7"), {}, UNSUPPORTED, id="Python, too old"),
        pytest.param(python(">=3.11.8"), {}, UNSUPPORTED, id="Python, its micro version counts"),
        pytest.param(python("<3.12"), {"python": "3.12"}, UNSUPPORTED, id="Python, too new"),
        pytest.param(python("<3.12"), {"python": "3.12.0rc1"}, SUPPORTED, id="Python, rc"),
        pytest.param(python(">=3.11"), {"python": "3.11"}, SUPPORTED, id="Python, no micro"),
        pytest.param(python(">=3.11.1"), {"python": "3.11"}, UNSUPPORTED, id="Python, of .0"),
        pytest.param(python("==2.7.*|>=3.9"), {}, SUPPORTED, id="Python, one of alternatives"),
        pytest.param(python("<3.9 | >3.12"), {}, UNSUPPORTED, id="Python, between them"),
        pytest.param(python(">=3"), {"python": LEFT_OUT}, UNDETERMINED, id="Python, unknown"),
        pytest.param(python(">=3"), {"tracer": None}, SUPPORTED, id="Python, and no tracer"),
        pytest.param(package("httpx"), HTTPX, SUPPORTED, id="package, installed"),
        pytest.param(package("HTTPX", ">=0.27"), HTTPX, SUPPORTED, id="package, at its minimum"),
        pytest.param(package("httpx", ">0.27"), HTTPX, UNSUPPORTED, id="package, too old"),
        pytest.param(
            package("flask_restx"),
            {"packages": {"Flask.RestX": "1"}},
            SUPPORTED,
            id="package, PEP 503",
        ),
        pytest.param(
            package("flaskrestx"),
            {"packages": {"flask-restx": "1"}},
            UNDETERMINED,
            id="package, another name",
        ),
        pytest.param(
            package("httpx"), {"packages": {"httpx": None}}, UNSUPPORTED, id="package, none"
        ),
        pytest.param(
            package("httpx", ">=0.20"),
            {"packages": {"httpx": None}},
            UNSUPPORTED,
            id="package, none of that version",
        ),
        pytest.param(package("httpx"), {"packages": {}}, UNDETERMINED, id="package, unknown"),
        pytest.param(
            package("django"), {}, UNDETERMINED, id="package, a framework is none of the packages"
        ),
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


@pytest.mark.parametrize(
    ("requirement", "changes", "status", "outcomes"),
    [
        pytest.param(platform(os="linux"), {}, SUPPORTED, {"os": "satisfied"}, id="OS"),
        pytest.param(platform(os="macos"), {}, UNSUPPORTED, {"os": "violated"}, id="another OS"),
        pytest.param(
            platform(os=("macos", "linux")), {}, SUPPORTED, {"os": "satisfied"}, id="any of two"
        ),
        pytest.param(
            platform(os="linux"), {"os": LEFT_OUT}, UNDETERMINED, {"os": "unknown"}, id="unknown OS"
        ),
        pytest.param(
            platform(os="freebsd"), {"os": "FreeBSD"}, SUPPORTED, {"os": "satisfied"},
            id="an OS that no page has",
        ),
        pytest.param(
            platform(cpu="x86-64", implementation="pypy"), {"implementation": "pypy"}, SUPPORTED,
            {"cpu": "satisfied", "implementation": "satisfied"}, id="CPU and implementation",
        ),
        pytest.param(
            platform(os="linux", cpu="aarch64", implementation="pypy"), {}, UNSUPPORTED,
            {"os": "satisfied", "cpu": "violated", "implementation": "violated"}, id="one of three",
        ),
        pytest.param(
            platform(os="macos", cpu="aarch64"), {"cpu": LEFT_OUT}, UNSUPPORTED,
            {"os": "violated", "cpu": "unknown"}, id="violated beside unknown",
        ),
        pytest.param(
            platform(os="linux", cpu="aarch64"), {"cpu": LEFT_OUT}, UNDETERMINED,
            {"os": "satisfied", "cpu": "unknown"}, id="satisfied beside unknown",
        ),
    ],
)  # fmt: skip
def test_platform_has_a_check_for_each_fact(
    requirement: Requirement, changes: dict[str, Any], status: str, outcomes: dict[str, str]
) -> None:
    found = verdict(requirement, **changes)
    assert found.status.value == status
    assert {f.check: f.outcome.value for f in found.findings} == outcomes


@pytest.mark.parametrize(
    ("requirement", "changes", "reason", "remedies"),
    [
        pytest.param(
            python(">=3.12"), {},
            'the test needs Python >=3.12, found 3.11.7 (requires_python(">=3.12"))',
            ("Python >=3.12",), id="a newer Python",
        ),
        pytest.param(
            python("<3.9"), {},
            'the test needs Python <3.9, found 3.11.7 (requires_python("<3.9"))',
            ("Python <3.9 (older than 3.11.7)",), id="an older Python",
        ),
        pytest.param(
            python("<3|>=3.13,<3.15"), {},
            "the test needs Python <3 or >=3.13,<3.15, found 3.11.7 "
            '(requires_python("<3|>=3.13,<3.15"))',
            ("Python >=3.13,<3.15",), id="the newer of alternatives",
        ),
        pytest.param(
            platform(os="windows"), {},
            'the test needs to run on windows, found linux (requires_platform(os="windows"))',
            ("a run on windows",), id="another OS",
        ),
        pytest.param(
            platform(os=("macos", "windows"), implementation="pypy"), {},
            "the test needs to run on macos or windows, found linux "
            '(requires_platform(os=("macos", "windows"), implementation="pypy")), '
            "and needs to run on PyPy, found CPython "
            '(requires_platform(os=("macos", "windows"), implementation="pypy"))',
            ("a run on macos or windows", "a run on PyPy"), id="OS and implementation",
        ),
        pytest.param(
            platform(cpu="aarch64"), {"cpu": LEFT_OUT},
            "the test needs to run on aarch64, which is unknown: not among the given facts "
            '(requires_platform(cpu="aarch64"))',
            (), id="an unknown CPU",
        ),
        pytest.param(
            package("httpx"), {"packages": {"httpx": None}},
            'the test needs httpx installed, found none installed (requires_package("httpx"))',
            ("httpx installed",), id="no package",
        ),
        pytest.param(
            package("httpx", ">=0.28"), HTTPX,
            'the test needs httpx >=0.28, found 0.27 (requires_package("httpx", ">=0.28"))',
            ("httpx >=0.28",), id="an old package",
        ),
        pytest.param(
            package("httpx", ">=0.20,!=0.27"), HTTPX,
            "the test needs httpx !=0.27,>=0.20, found 0.27 "
            '(requires_package("httpx", ">=0.20,!=0.27"))',
            ("httpx !=0.27,>=0.20",), id="any package but one",
        ),
    ],
)  # fmt: skip
def test_reason_and_remedy(
    requirement: Requirement, changes: dict[str, Any], reason: str, remedies: tuple[str, ...]
) -> None:
    here = environment(**changes)
    assert evaluate(requirement, here, MATRIX).reason == reason
    assert find_remedies([requirement], here, Matrices([MATRIX])).phrases == remedies


@pytest.mark.parametrize(
    ("requirements", "remedies"),
    [
        pytest.param(
            [platform(os="windows"), platform(os=("macos", "windows"))],
            ("a run on windows",), id="what both allow",
        ),
        pytest.param(
            [platform(os=("macos", "windows")), platform(os=("windows", "macos"))],
            ("a run on windows or macos",), id="both of two",
        ),
        pytest.param([platform(os="windows"), platform(os="macos")], (), id="what none is"),
        pytest.param(
            [python(">=3.12"), python("<3.14"), python("!=3.12.*")],
            ("Python >=3.13,<3.14",), id="one Python for all",
        ),
        pytest.param(
            [package("httpx", ">=0.28"), package("httpx", "<1"), package("packaging")],
            ("httpx >=0.28,<1", "packaging installed"), id="two packages",
        ),
        pytest.param(
            [asks("threat_detection"), platform(implementation="pypy")], (),
            id="an implementation that the page does not have",
        ),
        pytest.param(
            [asks("threat_detection"), platform(os="windows", cpu="i686")],
            ("a run on windows", "a run on i686"), id="a platform that the page has",
        ),
    ],
)  # fmt: skip
def test_remedy_of_several(requirements: list[Requirement], remedies: tuple[str, ...]) -> None:
    here = environment(packages={"httpx": "0.27", "packaging": None})
    assert find_remedies(requirements, here, Matrices([MATRIX])).phrases == remedies


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
