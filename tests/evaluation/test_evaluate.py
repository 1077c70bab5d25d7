"""How findings become a verdict: the tables of the contract, line by line."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from support.core import (
    LEFT_OUT,
    MATRIX,
    NOT_APPLICABLE,
    SATISFIED,
    UNKNOWN,
    VIOLATED,
    asks,
    environment,
    finding,
    verdict,
)

from pytest_ddcompat import Environment, Outcome, Requirement, Verdict, evaluate
from pytest_ddcompat.evaluation.checks import CHECKS as DECLARED
from pytest_ddcompat.matrix.loading import matrix_from_mapping

CHECKS = [
    "site", "tracer", "release", "runtime", "agent", "remote_configuration", "deployment",
    "framework", "datastore",
]  # fmt: skip
"""The checks of what the bundled page says; others do not apply to it."""
PAGE = {"id": "small", "title": "Small", "address": "https://example.org/", "tracer": "ddtrace"}
STATEMENT = {"heading": "Heading", "documented": ["Words"]}


def outcomes(found: Verdict) -> dict[str, Outcome]:
    found_by = {f.check: f.outcome for f in found.findings}
    assert {found_by.pop(name) for name in found_by.keys() - CHECKS} <= {NOT_APPLICABLE}
    return found_by


def test_all_checks_are_made_and_none_stops_the_others() -> None:
    found = verdict(
        asks(
            "threat_protection",
            framework="django", deployment="kubernetes", datastore="redis", support_level="ga",
        ),
        site="ddog-gov.com", tracer="1.9", python="3.12", agent=None, remote_configuration=False,
        frameworks={"django": None},
    )  # fmt: skip
    expected = dict.fromkeys(CHECKS, VIOLATED)
    expected.update(agent=NOT_APPLICABLE, datastore=SATISFIED)
    assert outcomes(found) == expected
    assert [f.check for f in found.findings] == [check.name for check in DECLARED]
    assert [f.check for f in found.decisive] == [c for c in CHECKS if expected[c] is VIOLATED]


def test_with_no_fact_all_that_needs_one_is_unknown() -> None:
    found = evaluate(
        asks("threat_protection", framework="django", deployment="docker", datastore="redis"),
        Environment.from_mapping({}),
        MATRIX,
    )
    expected = dict.fromkeys(CHECKS, UNKNOWN)
    expected.update(
        release=NOT_APPLICABLE, runtime=NOT_APPLICABLE, agent=NOT_APPLICABLE, datastore=SATISFIED
    )
    assert outcomes(found) == expected
    assert found.status.value == "undetermined"
    assert {f.signal for f in found.decisive} == {"not among the given facts"}


def test_a_page_that_says_little() -> None:
    capabilities = [
        {**STATEMENT, "id": "plain", "minimum": "1.0"},
        {**STATEMENT, "documented": ["More"], "id": "never", "status": "not_supported"},
    ]
    page = {**PAGE, "read": dt.date(2026, 1, 1)}
    matrix = matrix_from_mapping({"page": page, "capabilities": capabilities}, "small.toml")
    plain, never = (evaluate(asks(name), environment(), matrix) for name in ("plain", "never"))
    assert outcomes(plain) == {**dict.fromkeys(CHECKS, NOT_APPLICABLE), "tracer": SATISFIED}
    assert never.reason == (
        'never needs a ddtrace release that supports it, found that there is none (Heading: "More")'
    )
    named = evaluate(asks("plain", datastore="mysql", framework="x"), environment(), matrix)
    assert (outcomes(named)["datastore"], outcomes(named)["framework"]) == (UNKNOWN, UNKNOWN)


@pytest.mark.parametrize(
    ("cpu", "outcome"),
    [("x86-64", SATISFIED), ("aarch64", SATISFIED), ("64bit", SATISFIED), ("i686", VIOLATED)],
)
def test_width_is_that_of_any_process(cpu: str, outcome: Outcome) -> None:
    row = {**STATEMENT, "os": "windows", "cpus": ["64bit"], "implementation": "cpython"}
    mapping = {
        "page": {**PAGE, "read": dt.date(2026, 1, 1)},
        "capabilities": [{**STATEMENT, "id": "plain", "minimum": "1.0"}],
        "runtimes": [{**row, "python": [">=3.9"], "tracer": ">=1"}],
    }
    here = environment(os="windows", cpu=cpu)
    found = evaluate(asks("plain"), here, matrix_from_mapping(mapping, "small.toml"))
    assert outcomes(found)["runtime"] is outcome


@pytest.mark.parametrize(
    ("requirement", "changes", "check", "outcome"),
    [
        pytest.param(
            asks("sca"), {"tracer": LEFT_OUT}, "release", NOT_APPLICABLE, id="release, no tracer"
        ),
        pytest.param(
            asks("sca"), {"tracer": LEFT_OUT}, "runtime", NOT_APPLICABLE, id="runtime, no tracer"
        ),
        pytest.param(
            asks("sca"), {"tracer": LEFT_OUT}, "agent", NOT_APPLICABLE, id="agent, no tracer"
        ),
        pytest.param(
            asks("sca"), {"tracer": "5.0"}, "agent", NOT_APPLICABLE, id="agent, branch not known"
        ),
        pytest.param(
            asks("sca"), {"os": LEFT_OUT}, "runtime", UNKNOWN, id="an OS could still be admitted"
        ),
        pytest.param(
            asks("sca"), {"os": LEFT_OUT, "cpu": "i686"}, "runtime", UNKNOWN,
            id="i686 could still be on Windows",
        ),
        pytest.param(
            asks("sca"), {"os": LEFT_OUT, "python": "3.8"}, "runtime", VIOLATED,
            id="this Python is admitted on no OS",
        ),
        pytest.param(
            asks("sca"), {"cpu": LEFT_OUT, "os": "freebsd"}, "runtime", VIOLATED,
            id="this OS is admitted on no CPU",
        ),
        pytest.param(
            asks("sca"), {"python": LEFT_OUT}, "runtime", UNKNOWN, id="Python unknown"
        ),
        pytest.param(
            asks("sca"), {"implementation": LEFT_OUT}, "runtime", UNKNOWN,
            id="implementation unknown",
        ),
        pytest.param(
            asks("sca"), {"implementation": LEFT_OUT, "python": "2.7"}, "runtime", VIOLATED,
            id="this Python is admitted of no implementation",
        ),
        pytest.param(
            asks("api_security"), {"deployments": LEFT_OUT}, "deployment", NOT_APPLICABLE,
            id="deployment unknown and not needed",
        ),
        pytest.param(
            asks("sca", deployment="lambda"), {"deployments": LEFT_OUT}, "deployment", VIOLATED,
            id="named type has no mark, wherever this is",
        ),
        pytest.param(
            asks("sca"), {"deployments": ["aws_lambda", "docker"]}, "deployment", VIOLATED,
            id="any of the environment's types has no mark",
        ),
        pytest.param(
            asks("sca", deployment="docker"), {"deployments": ["aws_lambda", "docker"]},
            "deployment", SATISFIED,
            id="named type is one of the environment's",
        ),
        pytest.param(
            asks("sca", deployment=("lambda", "docker")), {}, "deployment", SATISFIED,
            id="any of the named types",
        ),
        pytest.param(
            asks("sca", deployment=("lambda", "k8s")), {"deployments": ["aws_lambda"]},
            "deployment", VIOLATED,
            id="the environment's type has no mark, the other is not here",
        ),
        pytest.param(
            asks("api_security", deployment="docker"), {"deployments": []}, "deployment", VIOLATED,
            id="a plain host is no Docker",
        ),
        pytest.param(
            asks("threat_detection", framework=("tornado", "django")), {}, "framework", SATISFIED,
            id="any of the named frameworks",
        ),
        pytest.param(
            asks("threat_detection", framework=("tornado", "pyramid")), {}, "framework", VIOLATED,
            id="none of the named frameworks",
        ),
        pytest.param(
            asks("threat_detection", framework=("flask", "django")),
            {"frameworks": {"flask": "1.0"}}, "framework", UNKNOWN,
            id="one framework too old, the other unknown",
        ),
        pytest.param(
            asks("threat_detection", framework="tornado"), {"frameworks": {}}, "framework",
            VIOLATED,
            id="not listed, whether installed or not",
        ),
        pytest.param(
            asks("sca", framework="tornado"), {"frameworks": {}}, "framework", UNKNOWN,
            id="every framework, but is it installed",
        ),
        pytest.param(
            asks("sca", framework="Tornado"), {"frameworks": {"tornado": "6"}}, "framework",
            SATISFIED,
            id="every framework that is installed",
        ),
        pytest.param(
            asks("sca", datastore=("redis", "mysql")), {}, "datastore", SATISFIED,
            id="any of the named data stores",
        ),
        pytest.param(
            asks("code_security", preview=False), {"tracer": LEFT_OUT}, "tracer", VIOLATED,
            id="a preview whatever the tracer",
        ),
    ],
)  # fmt: skip
def test_outcome_of_a_check(
    requirement: Requirement, changes: dict[str, Any], check: str, outcome: Outcome
) -> None:
    assert finding(check, requirement, **changes).outcome is outcome


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({}, "supported", id="all satisfied"),
        pytest.param({"site": LEFT_OUT}, "undetermined", id="one unknown"),
        pytest.param({"site": LEFT_OUT, "agent": None}, "unsupported", id="violated and unknown"),
        pytest.param({"agent": LEFT_OUT}, "supported", id="unknown Agent alone"),
        pytest.param({"agent": LEFT_OUT, "tracer": "5"}, "undetermined", id="unknown branch"),
        pytest.param({"agent": None}, "unsupported", id="no Agent"),
        pytest.param({"agent": "7.2"}, "unsupported", id="old Agent"),
        pytest.param({"tracer": "2.6", "date": "2030-01-01"}, "supported", id="end of life"),
    ],
)
def test_verdict_of_findings(changes: dict[str, Any], status: str) -> None:
    assert verdict(asks("threat_protection"), **changes).status.value == status
