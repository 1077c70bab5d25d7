"""A plan as tools read it: a matrix of GitHub Actions, factors of tox, files of requirements."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.values.errors import CompatibilityError, Problem

if TYPE_CHECKING:
    from pytest_ddcompat.planning.environments import Planned
    from pytest_ddcompat.planning.plan import Plan

__all__ = ["github", "not_hosted", "requirement_files", "title_of", "tox"]

_RUNNERS = {
    ("linux", "x86-64"): "ubuntu-latest",
    ("linux", "aarch64"): "ubuntu-24.04-arm",
    ("macos", "x86-64"): "macos-15-intel",
    ("macos", "aarch64"): "macos-latest",
    ("windows", "x86-64"): "windows-latest",
    ("windows", "i686"): "windows-latest",
    ("windows", "aarch64"): "windows-11-arm",
}
"""GitHub's runner of each platform: "GitHub-hosted runners reference"."""

_PYTHONS = {"cpython", "pypy"}
"""What setup-python sets up, of what the environments of a plan have."""


def title_of(planned: Planned) -> str:
    """Return what tells an environment from others at a glance: `Python 3.13, ddtrace 4.0`."""
    facts = planned.facts
    parts = [f"Python {facts['python']}"] if "python" in facts else []
    if "tracer" in facts:
        parts.append(f"ddtrace {facts['tracer']}" if facts["tracer"] else "no ddtrace")
    parts += [facts["os"]] if "os" in facts else []
    return ", ".join(parts)


def github(plan: Plan) -> str:
    """Return the `include` of a matrix of GitHub Actions, as JSON, which is YAML too.

    Raises:
        CompatibilityError: It would be empty, which GitHub refuses.
    """
    if not plan.environments:
        what = "no environment is planned, and GitHub refuses a matrix without jobs"
        raise CompatibilityError(Problem(what, "a suite of which some environment runs a test"))
    jobs = [_job(number, each) for number, each in enumerate(plan.environments, start=1)]
    return json.dumps({"include": jobs}, indent=2)


def not_hosted(plan: Plan) -> list[str]:
    """Return for each environment that GitHub's hosted runners are not, which it is and why."""
    found = []
    for number, planned in enumerate(plan.environments, start=1):
        facts = planned.facts
        os, cpu = facts.get("os", "linux"), facts.get("cpu", "x86-64")
        implementation = facts.get("implementation", "cpython")
        lacking = [f"is no {kind}" for kind in facts.get("deployments", ())]
        lacking += ["has no Datadog Agent"] if facts.get("agent") else []
        lacking += [f"has no {os} on {cpu}"] if (os, cpu) not in _RUNNERS else []
        lacking += [f"sets up no {implementation}"] if implementation not in _PYTHONS else []
        if lacking:
            title = f"environment {number} ({title_of(planned)})"
            found.append(f"{title}: a hosted runner {' and '.join(lacking)}")
    return found


def _job(number: int, planned: Planned) -> dict[str, Any]:
    facts = planned.facts
    os, cpu = facts.get("os", "linux"), facts.get("cpu", "x86-64")
    job = {
        "environment": number,
        "name": title_of(planned) or f"environment {number}",
        "runs-on": _RUNNERS.get((os, cpu), os),
    }
    if "python" in facts:
        job["python-version"] = f"{_prefix(facts)}{_series(facts['python'])}"
    if cpu == "i686":
        job["architecture"] = "x86"
    return {**job, "requirements": " ".join(_lines(planned)), "facts": json.dumps(facts)}


def tox(plan: Plan) -> str:
    """Return `env_list` and `deps` for the ini file of tox."""
    names, lines = [], []
    for number, planned in enumerate(plan.environments, start=1):
        factor = f"plan{number}"
        facts = planned.facts
        python = f"py{_series(facts['python']).replace('.', '')}-" if "python" in facts else ""
        if facts.get("implementation") == "pypy":
            python = f"pypy{python[2:]}"
        names.append(f"    {python}{factor}")
        lines += [f"    {factor}: {line}" for line in _lines(planned)]
    return "\n".join(["[tox]", "env_list =", *names, "", "[testenv]", "deps =", *lines])


def requirement_files(plan: Plan) -> list[str]:
    """Return the requirements file of each environment."""
    found = []
    for number, planned in enumerate(plan.environments, start=1):
        title = title_of(planned)
        head = f"# environment {number}{f': {title}' if title else ''}"
        found.append("\n".join([head, *_lines(planned), ""]))
    return found


def _lines(planned: Planned) -> list[str]:
    return [f"{name}{specifier}" for name, specifier in sorted(planned.packages.items())]


def _series(python: str) -> str:
    return ".".join(python.split(".")[:2])


def _prefix(facts: dict[str, Any]) -> str:
    return "pypy" if facts.get("implementation") == "pypy" else ""
