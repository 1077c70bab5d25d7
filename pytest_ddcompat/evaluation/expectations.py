"""Expectations: which capabilities a job exists for, and whether they are supported."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.evaluation.evaluate import capabilities_named, expression_of
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.errors import CompatibilityError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_ddcompat.evaluation.pages import Matrices, Verdicts
    from pytest_ddcompat.evaluation.verdict import Verdict
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.expression import Expression

__all__ = ["Expectation", "expectations_of", "needed", "unexpected"]


class Expectation(NamedTuple):
    """A capability, or an expression of some, that must be supported.

    Attributes:
        text: As it was written.
        requirement: What must be supported.
    """

    text: str
    requirement: Requirement

    def is_met(self, verdicts: Verdicts) -> bool:
        """Whether it is known to be supported."""
        return bool(self.verdict(verdicts))

    def verdict(self, verdicts: Verdicts) -> Verdict:
        """Return the verdict on it."""
        return verdicts.of(self.requirement)


def expectations_of(
    texts: Iterable[str], matrices: Matrices, origin: str, *, preview: bool = True
) -> list[Expectation]:
    """Read expectations.

    Args:
        texts: Capabilities, or expressions of them.
        matrices: The pages that have them.
        origin: What gave them, as messages name it.
        preview: Whether a capability that is a preview will do.

    Raises:
        CompatibilityError: One cannot be understood, or names what no page has; all problems are
            named together.
    """
    found: list[Expectation] = []
    problems: list[Problem] = []
    for text in texts:
        try:
            requirement = Requirement.capability(text, preview=preview)
            matrices.check(requirement)
            found.append(Expectation(text, requirement))
        except CompatibilityError as error:
            problems += [problem.within(origin) for problem in error.problems]
    if problems:
        raise CompatibilityError(problems)
    return found


def needed(requirement: Requirement, matrix: Matrix) -> set[str]:
    """Return the ids of the capabilities that a requirement needs: those without `not`.

    Args:
        requirement: Any; only one of the kind `capability` needs some.
        matrix: The page that it is evaluated against.
    """
    if requirement.kind != "capability":
        return set()
    names = _needed(expression_of(requirement, matrix), negated=False)
    return {matrix.capability(name).id for name in names}


def _needed(node: Expression, *, negated: bool) -> Iterator[str]:
    if isinstance(node, str):
        if not negated:
            yield node
        return
    for operand in node.operands:
        yield from _needed(operand, negated=negated is not (node.operator == "not"))


def unexpected(
    expectations: Sequence[Expectation], matrices: Matrices, verdicts: Verdicts, *, preview: bool
) -> list[str]:
    """Return the capabilities that are supported though no expectation names them.

    Args:
        expectations: The expectations; a name behind `not` is named, too.
        matrices: The pages whose capabilities are looked at.
        verdicts: The verdicts of the environment.
        preview: Whether a capability that is a preview counts.
    """
    named = {
        matrix.capability(name).id
        for matrix, requirement in (
            (matrices.pick(e.requirement), e.requirement) for e in expectations
        )
        for name in capabilities_named(requirement, matrix)
    }
    found: dict[str, None] = {}
    for matrix in matrices:
        for capability in matrix.capabilities:
            # The names of the other pages do not matter to a requirement that names its page.
            requirement = Requirement.capability(
                capability.id,
                preview=preview,
                matrix=matrix.page.id,
            )
            if capability.id not in named and verdicts.of(requirement):
                found[capability.id] = None
    return list(found)
