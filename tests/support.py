"""What the core's tests share: an environment in which everything is supported, and short names."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from pytest_ddcompat import Environment, Outcome, Requirement, evaluate, load_matrix

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_ddcompat import Finding, Verdict

SATISFIED, VIOLATED = Outcome.SATISFIED, Outcome.VIOLATED
UNKNOWN, NOT_APPLICABLE = Outcome.UNKNOWN, Outcome.NOT_APPLICABLE

LEFT_OUT: Final = object()
"""Value of a fact that is left out of the environment, and so is unknown."""

MATRIX = load_matrix()

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


def parsed_toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
