"""Mark the tests of a run by their declarations in files, and decide on these marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.declarations.file import Declaration
from pytest_ddcompat.declared import DECLARATION, MARKERS
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.verdict import LINE, Status
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.session.decision import Decision, combine
from pytest_ddcompat.session.declared_value import Declared
from pytest_ddcompat.values.errors import CompatibilityError, DeclarationError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, Protocol

    from pytest_ddcompat.declarations.file import Declarations
    from pytest_ddcompat.evaluation.pages import Matrices, Verdicts
    from pytest_ddcompat.evaluation.policy import Policy
    from pytest_ddcompat.evaluation.verdict import Verdict

    class Gate(Protocol):
        """The gate as this module uses it; `session.gate` imports this module."""

        folder: str
        inputs: Any
        policy: Policy

        @property
        def verdicts(self) -> Verdicts: ...

        def judge(self, requirement: Requirement, *, strict: bool | None) -> Decision: ...

        def combine(
            self, decisions: Sequence[Decision], declarations: tuple[Declared, ...] | None = None
        ) -> Decision: ...


__all__ = ["RunDeclarations", "decide_declared", "declaration_of"]

_LINE = (
    f"{DECLARATION}(declaration): what a declarations file says for the test; "
    "pytest-ddcompat adds it"
)
_RUNNING = {Action.RUN, Action.XFAIL}


class RunDeclarations:
    """The declarations of a run.

    Attributes:
        actions: What a test does that is in a state, by the state.
        declarations: All declarations.
    """

    def __init__(
        self, declarations: Declarations, actions: Mapping[str, Action], config: pytest.Config
    ) -> None:
        self.actions = actions
        self.declarations = declarations
        self._marks: dict[Declaration, pytest.Mark] = {}
        config.addinivalue_line("markers", _LINE)

    def may(self, action: Action) -> bool:
        """Whether a declaration may have this action on a test."""
        return any(action in self._actions_of(d) for d in self.declarations.declarations)

    def _actions_of(self, declaration: Declaration) -> Iterator[Action]:
        yield from (Action(a) for a in (declaration.unsupported, declaration.undetermined) if a)
        if declaration.state:
            yield self.actions[declaration.state]

    def lets_run(self, requirement: Requirement) -> bool:
        """Whether a test runs, as it does in a state that is an expected failure."""
        return requirement.kind == "state" and self.actions.get(requirement.names[0]) in _RUNNING

    def check(self, matrices: Matrices) -> None:
        """Refuse declarations with names that no matrix has.

        Raises:
            DeclarationError: Each name, with the place of its declaration.
        """
        problems: list[Problem] = []
        known: dict[Requirement, tuple[Problem, ...]] = {}
        for declaration in self.declarations.declarations:
            for requirement in (*declaration.requires, *declaration.when):
                if requirement not in known:
                    known[requirement] = _problems(requirement, matrices)
                found = known[requirement]
                problems.extend(problem._replace(file=declaration.place) for problem in found)
        if problems:
            raise DeclarationError(problems)

    def mark(self, item: pytest.Item) -> None:
        """Give a test a mark for each declaration of it; tests share them."""
        for declaration in self.declarations.of(item.nodeid):
            mark = self._marks.get(declaration)
            if mark is None:
                decorator: pytest.MarkDecorator = getattr(pytest.mark, DECLARATION)
                mark = self._marks[declaration] = decorator.with_args(declaration).mark
            item.own_markers.append(mark)


def _problems(requirement: Requirement, matrices: Matrices) -> tuple[Problem, ...]:
    try:
        matrices.check(requirement)
    except CompatibilityError as error:
        return error.problems
    return ()


def declaration_of(mark: pytest.Mark) -> Declaration:
    """Return the declaration of a mark.

    Raises:
        CompatibilityError: A test has written the mark itself.
    """
    declaration = mark.args[0] if mark.args else None
    if not isinstance(declaration, Declaration):
        raise CompatibilityError(
            f"only declarations files give tests this mark; valid: {', '.join(MARKERS)}"
        )
    return declaration


def decide_declared(declaration: Declaration, gate: Gate) -> Decision:
    """Decide on a declaration: on all that it requires, and on its state.

    Args:
        declaration: The declaration.
        gate: Decides on a requirement by the run's policy.

    Raises:
        CompatibilityError: A requirement names something that its matrix does not have.
    """
    decisions = []
    if declaration.requires:
        judged = [gate.judge(requirement, strict=None) for requirement in declaration.requires]
        acting = [_by_own_action(declaration, decision) for decision in judged]
        required = combine(acting) if len(acting) > 1 else acting[0]
        decisions.append(_with_words(required, declaration))
    if declaration.state:
        decisions.append(_on_state(declaration, gate))
    value = Declared(
        declaration.place,
        decisions[-1].status,
        declaration.state,
        declaration.ticket,
        declaration.owner,
        declaration.feature,
    )
    return gate.combine(decisions, (value,))


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


def _on_state(declaration: Declaration, gate: Gate) -> Decision:
    state = Requirement.state(declaration.state, *declaration.when)
    verdict = gate.verdicts.of(state)
    action = Action.RUN
    if verdict.status is Status.UNSUPPORTED:
        action = gate.inputs.declarations.actions[declaration.state]
    elif verdict.status is Status.UNDETERMINED:
        action = _own_action(declaration, verdict.status) or gate.policy.undetermined
    reason, shown = _words_of_state(declaration, verdict)
    return Decision(
        action, verdict.status, (state,), reason=reason, shown=shown, folder=gate.folder
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
