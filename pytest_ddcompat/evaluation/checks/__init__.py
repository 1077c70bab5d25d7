"""The checks of a capability: one declaration each, which all follows that lists checks.

`docs/explanation/extending.md` adds one step by step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, NamedTuple

from pytest_ddcompat.evaluation.checks.deployment import check_deployment
from pytest_ddcompat.evaluation.checks.facts import check_needs
from pytest_ddcompat.evaluation.checks.minimum import check_tracer
from pytest_ddcompat.evaluation.checks.service import (
    check_datastore,
    check_framework,
    check_remote_configuration,
    check_site,
)
from pytest_ddcompat.evaluation.checks.tracer import check_agent, check_release, check_runtime

if TYPE_CHECKING:
    from pytest_ddcompat.evaluation.checks.common import Question
    from pytest_ddcompat.evaluation.verdict import Finding

__all__ = ["CHECKS", "Check"]


class Check(NamedTuple):
    """The declaration of a check.

    Attributes:
        name: What its findings call it.
        label: What pages call it.
        run: From a question to a finding.
        axes: The facts that the finding depends on, and `capability` where capabilities differ.
    """

    name: str
    label: str
    run: Callable[[Question], Finding]
    axes: tuple[str, ...]


CHECKS = (
    Check("site", "site", check_site, ("site",)),
    Check("tracer", "version", check_tracer, ("capability", "tracer", "python", "fact")),
    Check("release", "branch", check_release, ("tracer", "date")),
    Check(
        "runtime",
        "runtime",
        check_runtime,
        ("capability", "tracer", "os", "cpu", "python", "implementation"),
    ),
    Check("agent", "Agent", check_agent, ("tracer", "agent")),
    Check(
        "remote_configuration",
        "Remote Conf.",
        check_remote_configuration,
        ("capability", "remote_configuration"),
    ),
    Check("deployment", "deployment", check_deployment, ("capability", "deployments")),
    Check("framework", "framework", check_framework, ("capability", "framework")),
    Check("datastore", "data store", check_datastore, ("capability",)),
    Check("facts", "facts", check_needs, ("capability", "fact")),
)
"""All checks of a capability, in the order of their findings."""
