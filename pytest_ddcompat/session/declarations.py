"""Mark the tests of a run by their declarations in files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.declarations.file import Declaration
from pytest_ddcompat.declared import DECLARATION, MARKERS
from pytest_ddcompat.evaluation.declared import runs_in
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.values.errors import CompatibilityError, DeclarationError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_ddcompat.declarations.file import Declarations
    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["RunDeclarations", "declaration_of"]

_LINE = (
    f"{DECLARATION}(declaration): what a declarations file says for the test; "
    "pytest-ddcompat adds it"
)


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
        return runs_in(requirement, self.actions)

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
