"""What the core's tests share: an environment in which everything is supported, and short names."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_ddcompat import Environment, Outcome, Requirement, evaluate, load_matrix

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from pytest_ddcompat import Finding, Verdict

SATISFIED, VIOLATED = Outcome.SATISFIED, Outcome.VIOLATED
UNKNOWN, NOT_APPLICABLE = Outcome.UNKNOWN, Outcome.NOT_APPLICABLE

LEFT_OUT: Final = object()
"""Value of a fact that is left out of the environment, and so is unknown."""

MATRIX = load_matrix()
MATRICES: Final = Path(__file__).parents[2] / "matrices"
BARE: Final = ", interpretation: a bare version is a minimum (ddtrace's own minimum)"
"""What follows the quotation of a framework whose version the overlay reads."""

DATABASES: Final = (
    ", interpretation: the four named ones are covered, whether others are is "
    "left open (the page's own words)"
)
"""What follows the quotation of the sentence on generic SQL databases."""

BUNDLED: Final = ("iast-python", "iast-python.overlay")

SUPPORTED: Final[dict[str, Any]] = {
    "tracer": "4.16.0",
    "python": "3.11.7",
    "implementation": "cpython",
    "os": "linux",
    "cpu": "x86-64",
    "deployments": ["docker"],
    "frameworks": {"django": "4.2.1", "fastapi": "0.115.0", "flask": "3.0.3"},
    "agent": "7.60.0",
    "site": "datadoghq.com",
    "remote_configuration": True,
    "date": "2026-05-31",
}
"""Facts with which the page supports every capability."""

MARKS: Final = """\
import unittest
import pytest
met = pytest.mark.requires_capability("threat_detection")
unmet = pytest.mark.requires_capability("api_security")
unmet_strict = pytest.mark.requires_capability("api_security", strict=True)
unmet_lax = pytest.mark.requires_capability("api_security", strict=False)
unknown = pytest.mark.requires_framework("bottle")

@pytest.fixture
def broken(): raise RuntimeError("the fixture was set up")
"""
"""Head of a module whose tests are marked by what FACTS of the conftest support, or do not."""

STRICT: Final = "--ddcompat-strict"
XFAIL: Final = "--ddcompat-unsupported=xfail"
DESELECT: Final = "--ddcompat-unsupported=deselect"
XDIST: Final = ("-p", "xdist.plugin", "-n", "2")
ONE_WORKER: Final = ("-p", "xdist.plugin", "-n", "1")  # where a second would show nothing more

asks = Requirement.capability


def facts(**changes: object) -> dict[str, Any]:
    changed = {**SUPPORTED, **changes}
    return {key: value for key, value in changed.items() if value is not LEFT_OUT}


def environment(**changes: object) -> Environment:
    return Environment.from_mapping(facts(**changes))


def verdict(requirement: Requirement, **changes: object) -> Verdict:
    return evaluate(requirement, environment(**changes), MATRIX)


def finding(check: str, requirement: Requirement, **changes: object) -> Finding:
    (found,) = (f for f in verdict(requirement, **changes).findings if f.check == check)
    return found


def outcome(check: str, requirement: Requirement, **changes: object) -> Outcome:
    return finding(check, requirement, **changes).outcome


def understood() -> dict[str, Any]:
    """The bundled page with what its overlay says of it, as one file would have it."""
    page, overlay = (parsed_toml(MATRICES / f"{name}.toml") for name in BUNDLED)
    for row in overlay["frameworks"]:
        (same,) = (r for r in page["frameworks"] if all(r[k] == row[k] for k in ("heading", "id")))
        same.update(row)
    page["coverage"] += overlay["coverage"]
    for row in (*page["frameworks"], *page["coverage"]):
        row.pop("source", None)
        row.pop("reason", None)
    words = [row["documented"] for row in page["coverage"]]
    page["notes"] = [row for row in page["notes"] if row["documented"] not in words]
    return page


def parsed_toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def parsed_text(toml: str) -> dict[str, Any]:
    return tomllib.loads(toml)
