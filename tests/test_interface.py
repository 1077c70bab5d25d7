"""The Python interface: what is public, and what it costs to import."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import pytest_ddcompat
from pytest_ddcompat import Environment, Requirement, evaluate, load_matrix

PUBLIC = {
    "Action", "Compatibility", "CompatibilityError", "Decision", "Environment", "Fact",
    "FactsError", "Finding", "Matrix", "MatrixError", "Outcome", "Override", "Requirement",
    "RequirementError", "Status", "Verdict",
    "evaluate", "load_matrix", "require", "requires_agent", "requires_capability",
    "requires_deployment", "requires_fact", "requires_framework", "requires_package",
    "requires_platform", "requires_python", "requires_support_level", "requires_tracer",
}  # fmt: skip


def test_public_names() -> None:
    assert set(pytest_ddcompat.__all__) == PUBLIC
    assert pytest_ddcompat.__all__ == sorted(pytest_ddcompat.__all__)
    assert set(dir(pytest_ddcompat)) >= PUBLIC
    for name in PUBLIC:
        value = getattr(pytest_ddcompat, name)
        assert value.__name__ == name
        assert value.__doc__


def test_name_that_is_not_there() -> None:
    module: Any = pytest_ddcompat
    with pytest.raises(AttributeError) as raised:
        module.requires_capabilities  # noqa: B018
    message = "module 'pytest_ddcompat' has no attribute 'requires_capabilities'"
    assert str(raised.value) == message


def test_interface_as_other_tools_use_it() -> None:
    matrix = load_matrix()
    environment = Environment.from_mapping(
        {
            "tracer": "4.16.0", "python": "3.11.7", "implementation": "cpython", "os": "linux",
            "cpu": "x86-64", "deployments": ["docker"], "frameworks": {"django": "4.2.1"},
            "agent": "7.60.0", "site": "datadoghq.com", "remote_configuration": True,
        }
    )  # fmt: skip
    requirement = Requirement.capability(
        "threat_protection",
        framework="django",
        deployment=None,
        datastore=None,
        support_level=None,
        preview=True,
    )
    verdict = evaluate(requirement, environment, matrix)
    assert verdict.status.value == "supported"
    assert evaluate(requirement, environment, matrix) == verdict
    found = {finding.check: finding for finding in verdict.findings}
    assert found.keys() >= {
        "site", "tracer", "release", "runtime", "agent", "remote_configuration", "deployment",
        "framework", "datastore",
    }  # fmt: skip
    tracer = found["tracer"]
    assert (tracer.outcome.value, tracer.documented, tracer.observed, tracer.source) == (
        "satisfied",
        "ddtrace >=1.10.0",
        "4.16.0",
        'Application Security capabilities support: "1.10.0"',
    )
    assert (tracer.remedy, tracer.signal) == ("", "facts")
    assert found["datastore"].outcome.value == "not_applicable"
    assert str(matrix.capabilities[1].minimum) == "1.10.0"


def test_values_of_statuses_and_outcomes() -> None:
    statuses = {status.value for status in pytest_ddcompat.Status}
    assert statuses == {"supported", "unsupported", "undetermined"}
    outcomes = {outcome.value for outcome in pytest_ddcompat.Outcome}
    assert outcomes == {"satisfied", "violated", "unknown", "not_applicable"}


def test_errors_are_of_one_family() -> None:
    for name in ("FactsError", "MatrixError", "RequirementError"):
        kind = getattr(pytest_ddcompat, name)
        assert issubclass(kind, pytest_ddcompat.CompatibilityError)
        assert issubclass(kind, ValueError)
        error = kind(["one", "two"])
        assert (str(error), [*map(str, error.problems)]) == ("one\ntwo", ["one", "two"])
        assert [*map(str, kind("one").problems)] == ["one"]


CORE = [
    "environment.detection",
    "environment.environment",
    "environment.fact",
    "environment.machine",
    "environment.parsing",
    "environment.value",
    "evaluation.checks",
    "evaluation.evaluate",
    "evaluation.verdict",
    "matrix.fields",
    "matrix.loading",
    "matrix.matrix",
    "matrix.overlay.apply",
    "matrix.overlay.rows",
    "matrix.schema",
    "requirement.expression",
    "requirement.requirement",
    "values.errors",
    "values.names",
    "values.variables",
    "values.versions",
]
USE = """
import sys
import pytest_ddcompat.{module}
if {use}:
    from pytest_ddcompat import Environment, Requirement, evaluate, load_matrix
    environment = Environment.detect()
    evaluate(Requirement.capability("sca", framework="django"), environment, load_matrix())
    environment.to_mapping()
print(*sys.modules, sep="\\n")
"""


def imported_by(module: str, *, use: bool = False) -> set[str]:
    code = USE.format(module=module, use=use)
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return set(done.stdout.splitlines())


@pytest.mark.parametrize("module", CORE)
def test_core_imports_nothing_of_pytest(module: str) -> None:
    modules = imported_by(module)
    assert f"pytest_ddcompat.{module}" in modules
    assert {name.split(".")[0] for name in modules}.isdisjoint({"pytest", "_pytest", "pluggy"})


def test_verdict_of_this_machine_needs_no_pytest_and_no_network() -> None:
    modules = imported_by("evaluation.evaluate", use=True)
    assert {name.split(".")[0] for name in modules}.isdisjoint(
        {"pytest", "_pytest", "pluggy", "ddtrace", "http", "ssl", "jsonschema"}
    )
    assert "pytest_ddcompat.environment.agent" not in modules
