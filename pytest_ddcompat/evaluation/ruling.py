"""Apply policy lines and expectations, which come before the run's own actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, NamedTuple

from pytest_ddcompat.evaluation.checks.common import Situation
from pytest_ddcompat.evaluation.policy import Action, Policy
from pytest_ddcompat.evaluation.policy_lines import PolicyLines, decide
from pytest_ddcompat.evaluation.verdict import Outcome, Status
from pytest_ddcompat.values.text import quoted

if TYPE_CHECKING:
    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.policy_lines import Ruling
    from pytest_ddcompat.evaluation.verdict import Finding, Verdict
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["Rules"]


class Rules(NamedTuple):
    """The policy lines and expectations of a run.

    Attributes:
        policy: The run's own actions.
        lines: The lines of its policy.
        unmet_by: Returns the unmet expectation that names a capability which a requirement needs,
            by the page that decides; empty if there is none.
    """

    policy: Policy
    lines: PolicyLines
    unmet_by: Callable[[Requirement, Matrix], str] | None = None

    def rule(
        self,
        requirement: Requirement,
        verdict: Verdict,
        environment: Environment,
        matrix: Matrix,
        *,
        strict: bool | None,
    ) -> tuple[Action, str]:
        """Return the action on a test, and the words that say why it is not the run's own.

        An expectation comes before the lines; `strict=False` of a marker comes before both.

        Args:
            requirement: What one marker of the test requires.
            verdict: The verdict on that.
            environment: The test's environment.
            matrix: The page that decides.
            strict: What the marker says of `strict`.
        """
        if self.unmet_by and verdict.status is Status.UNSUPPORTED and strict is not False:
            text = self.unmet_by(requirement, matrix)
            if text:
                return Action.FAIL, f"this job expects {quoted(text)}: "
        level = Situation.of(environment, matrix).level
        ruling = decide(self.lines, self.policy, verdict, matrix, level, strict=strict)
        return ruling.action, _cause(ruling, verdict)


def _cause(ruling: Ruling, verdict: Verdict) -> str:
    """Say which line acts; and on what, where that is not among the verdict's own reasons."""
    if ruling.line is None or ruling.finding is None:
        return ""
    cause = f"by policy {quoted(ruling.line.text)}: "
    if ruling.finding in verdict.decisive:
        return cause
    return f"{cause}{_words(ruling.finding)}{'; ' if verdict.decisive else ''}"


def _words(finding: Finding) -> str:
    if finding.outcome is Outcome.SATISFIED:
        return f"found {finding.observed}"
    return f"{finding.subject} {finding.sentence}"
