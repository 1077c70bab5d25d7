"""Decide on a declaration: on all that it requires, and on its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pytest_ddcompat.evaluation.decision import Decision, combine
from pytest_ddcompat.evaluation.declared_value import Declared
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.verdict import LINE, Status
from pytest_ddcompat.requirement.requirement import Requirement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_ddcompat.declarations.file import Declaration
    from pytest_ddcompat.evaluation.pages import Verdicts
    from pytest_ddcompat.evaluation.policy import Policy
    from pytest_ddcompat.evaluation.verdict import Verdict

__all__ = ["Judge", "decide_declared", "runs_in"]


class Judge(Protocol):
    """Decides on a requirement by the actions of a run: a gate of the run, or a command."""

    folder: str
    policy: Policy

    @property
    def verdicts(self) -> Verdicts:
        """The verdicts of the environment."""

    def judge(self, requirement: Requirement, *, strict: bool | None) -> Decision:
        """Decide on one requirement."""

    def combine(
        self, decisions: Sequence[Decision], declarations: tuple[Declared, ...] | None = None
    ) -> Decision:
        """Make one decision of several."""


def runs_in(requirement: Requirement, actions: Mapping[str, Action]) -> bool:
    """Whether a requirement is a state in which a test runs, as with an expected failure.

    Args:
        requirement: The requirement.
        actions: What a test does that is in a state, by the state.
    """
    action = actions.get(requirement.names[0]) if requirement.kind == "state" else None
    return action is not None and action.runs


def decide_declared(
    declaration: Declaration, actions: Mapping[str, Action], judge: Judge
) -> Decision:
    """Decide on a declaration: on all that it requires, and on its state.

    Args:
        declaration: The declaration.
        actions: What a test does that is in a state, by the state.
        judge: Decides on a requirement by the run's policy.

    Raises:
        CompatibilityError: A requirement names something that its matrix does not have.
    """
    decisions = []
    if declaration.requires:
        judged = [judge.judge(requirement, strict=None) for requirement in declaration.requires]
        acting = [_by_own_action(declaration, decision) for decision in judged]
        decisions.append(_with_words(combine(acting), declaration))
    if declaration.state:
        decisions.append(_on_state(declaration, actions, judge))
    value = Declared(
        declaration.place,
        decisions[-1].status,
        declaration.state,
        declaration.ticket,
        declaration.owner,
        declaration.feature,
    )
    return judge.combine(decisions, (value,))


def _by_own_action(declaration: Declaration, decision: Decision) -> Decision:
    """Return a decision with the declaration's own action, if it names one for the status."""
    action = _own_action(declaration, decision.status)
    return decision.replaced(action) if action else decision


def _own_action(declaration: Declaration, status: Status) -> Action | None:
    own = {
        Status.UNSUPPORTED: declaration.unsupported,
        Status.UNDETERMINED: declaration.undetermined,
    }
    return Action(own[status]) if own.get(status) else None


def _with_words(decision: Decision, declaration: Declaration) -> Decision:
    """Return a decision with the place, ticket and reason of its declaration before its own."""
    if not decision.reason:
        return decision
    head = f"{declaration.place}{_ticket(declaration)}: "
    told = f"{head}{declaration.reason}; " if declaration.reason else head
    shown = f"{told}{decision.shown}"
    return decision.replaced(
        decision.action,
        reason=f"{told}{decision.reason}",
        shown=shown if len(shown) <= LINE else f"{head}{decision.shown}",
    )


def _on_state(declaration: Declaration, actions: Mapping[str, Action], judge: Judge) -> Decision:
    state = Requirement.state(declaration.state, *declaration.when)
    verdict = judge.verdicts.of(state)
    action = Action.RUN
    if verdict.status is Status.UNSUPPORTED:
        action = _own_action(declaration, verdict.status) or actions[declaration.state]
    elif verdict.status is Status.UNDETERMINED:
        action = _own_action(declaration, verdict.status) or judge.policy.undetermined
    reason, shown = _words_of_state(declaration, verdict)
    return Decision(
        action, verdict.status, (state,), reason=reason, shown=shown, folder=judge.folder
    )


def _words_of_state(declaration: Declaration, verdict: Verdict) -> tuple[str, str]:
    """Return the reason of a state, in full and in one line where that is possible."""
    if not verdict.decisive:
        return "", ""
    (finding,) = verdict.decisive
    head = f"{declaration.place} declares it {declaration.state}{_ticket(declaration)}"
    if declaration.reason:
        head = f"{head}: {declaration.reason}"
    since = finding.observed
    if verdict.status is Status.UNDETERMINED:
        since = f"unknown whether this applies: {finding.signal}"
    reason = f"{head}; {since}" if since else head
    if len(reason) <= LINE:
        return reason, reason
    return reason, head if len(head) <= LINE else f"{head[: LINE - 1].rstrip()}…"


def _ticket(declaration: Declaration) -> str:
    return f" ({declaration.ticket})" if declaration.ticket else ""
