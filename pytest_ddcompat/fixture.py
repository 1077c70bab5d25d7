"""Requirements from inside a test or a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.evaluation import evaluate
from pytest_ddcompat.plugin import gate_of, running
from pytest_ddcompat.policy import Action
from pytest_ddcompat.requirement import Requirement

if TYPE_CHECKING:
    from _pytest.outcomes import Failed, Skipped

    from pytest_ddcompat.environment import Environment
    from pytest_ddcompat.gate import Decision, Gate
    from pytest_ddcompat.matrix import Matrix
    from pytest_ddcompat.requirement import Names
    from pytest_ddcompat.verdict import Verdict

__all__ = ["Compatibility", "decision_of", "require"]

_DECISION = "ddcompat_decision"


class Compatibility:
    """The environment and the page, inside a test: the value of the fixture `ddcompat`."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    @property
    def environment(self) -> Environment:
        """The facts of the run's environment."""
        return self._gate.environment

    @property
    def matrix(self) -> Matrix:
        """The page that the run's requirements are held against."""
        return self._gate.matrix

    def check(
        self,
        *names: str,
        framework: Names = None,
        deployment: Names = None,
        datastore: Names = None,
        support_level: str | None = None,
        preview: bool = True,
    ) -> Verdict:
        """Hold capabilities against the environment; the arguments are the marker's.

        Raises:
            RequirementError: An argument cannot be understood.
        """
        requirement = Requirement.capability(
            *names,
            framework=framework,
            deployment=deployment,
            datastore=datastore,
            support_level=support_level,
            preview=preview,
        )
        return evaluate(requirement, self.environment, self.matrix)

    def require(
        self,
        *names: str,
        framework: Names = None,
        deployment: Names = None,
        datastore: Names = None,
        support_level: str | None = None,
        preview: bool = True,
        strict: bool | None = None,
    ) -> None:
        """Skip, fail or xfail the test by the run's policy; the arguments are the marker's.

        Raises:
            RequirementError: An argument cannot be understood.
        """
        __tracebackhide__ = True
        requirement = Requirement.capability(
            *names,
            framework=framework,
            deployment=deployment,
            datastore=datastore,
            support_level=support_level,
            preview=preview,
        )
        decision = self._gate.judge(requirement, strict=strict)
        if decision.action is Action.XFAIL:
            pytest.xfail(decision.reason)
        _stop(decision, self._gate)


def require(
    *names: str,
    framework: Names = None,
    deployment: Names = None,
    datastore: Names = None,
    support_level: str | None = None,
    preview: bool = True,
    strict: bool | None = None,
) -> None:
    """Skip or fail a module by the run's policy, before an import that may fail.

    Where the policy says xfail or deselect, the module is skipped: nothing of it is known yet.

    Args:
        names: As for `requires_capability`, like all other arguments.
        framework: Framework with which the capabilities must be supported.
        deployment: Deployment type on which they must be supported.
        datastore: Data store with which they must be supported.
        support_level: Least support level of the tracer's release branch.
        preview: Whether a capability that is a preview will do.
        strict: Whether it fails where it is not supported; None leaves it to the run.

    Raises:
        RequirementError: An argument cannot be understood.
        RuntimeError: It is called outside a run of pytest.
    """
    __tracebackhide__ = True
    requirement = Requirement.capability(
        *names,
        framework=framework,
        deployment=deployment,
        datastore=datastore,
        support_level=support_level,
        preview=preview,
    )
    gate = gate_of(running())
    _stop(gate.judge(requirement, strict=strict), gate)


def decision_of(error: object) -> str:
    """The text of the decision that an outcome raised here was made by; empty if it was not."""
    return getattr(error, _DECISION, "")


def _stop(decision: Decision, gate: Gate) -> None:
    __tracebackhide__ = True
    if decision.action is Action.RUN:
        return
    stopped: Failed | Skipped
    if decision.action is Action.FAIL:
        stopped = pytest.fail.Exception(decision.reason, pytrace=False)
    else:
        stopped = pytest.skip.Exception(decision.reason, allow_module_level=True)
    setattr(stopped, _DECISION, gate.text(decision))
    raise stopped
