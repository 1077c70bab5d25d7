"""User-defined facts: what is given and what is required must be declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.values.errors import CompatibilityError, FactsError, Problem, RequirementError
from pytest_ddcompat.values.names import fact_id, unknown_name
from pytest_ddcompat.values.stretches import stretches_of
from pytest_ddcompat.values.versions import parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.matrix.rows import FactDeclaration
    from pytest_ddcompat.requirement.requirement import Requirement

    Declared = Mapping[str, FactDeclaration]
    """Declarations by the reduced ids of the facts."""

__all__ = ["check_required_fact", "declare_facts", "refuse_undeclared"]

# Facts of every environment that have a marker of their own.
_MARKERS = {
    **{key: f"requires_{key}" for key in ("tracer", "agent", "python", "framework", "package")},
    **dict.fromkeys(("os", "cpu", "implementation"), "requires_platform"),
    **dict.fromkeys(("deployment", "deployments"), "requires_deployment"),
}


def declare_facts(environment: Environment, declared: Declared) -> Environment:
    """Return an environment in which user-defined facts are declared.

    Args:
        environment: The facts.
        declared: All declarations of a run.

    Raises:
        FactsError: A given fact is declared by none, or has no value that it may have.
    """
    refuse_undeclared(environment, declared)
    return environment.declaring(declared) if declared else environment


def refuse_undeclared(environment: Environment, declared: Declared) -> None:
    """Refuse given facts that nothing declares.

    Args:
        environment: The facts.
        declared: All declarations.

    Raises:
        FactsError: Which they are, and the nearest that are declared.
    """
    problems = [
        _undeclared(name, declared).within(fact.signal)
        for name, fact in environment.own_facts.items()
        if name not in declared
    ]
    if problems:
        raise FactsError(sorted(problems))


def check_required_fact(requirement: Requirement, declared: Declared) -> None:
    """Refuse a fact that nothing declares, and values that it cannot have.

    Args:
        requirement: One of the kind `fact`.
        declared: All declarations of a run.

    Raises:
        RequirementError: What is wrong, and what is valid.
    """
    ((name, values),) = requirement.values
    declaration = declared.get(fact_id(name))
    if declaration is None:
        problem = _undeclared(name, declared)
        marker = _MARKERS.get(fact_id(name))
        if marker:
            what = f'"{name:.80}" is no fact of your own; did you mean {marker}?'
            problem = problem._replace(what=what)
        raise RequirementError(problem)
    if requirement.excluded and declaration.kind != "word":
        what = f'the fact "{name}" has no words, which alone can be excluded'
        raise RequirementError(Problem(what, "a marker without excluded="))
    try:
        for value in (*values, *requirement.excluded):
            declaration.check_wanted(value)
    except CompatibilityError as error:
        raise RequirementError(error.problems) from None
    _refuse_contradiction(requirement, declaration)


def _refuse_contradiction(requirement: Requirement, declaration: FactDeclaration) -> None:
    """Refuse what no value of a fact can meet."""
    ((name, values),) = requirement.values
    if declaration.kind == "version":
        if not any(stretches_of(parse_marker_range(str(value))) for value in values):
            what = f'no version of the fact "{name}" can meet this'
            raise RequirementError(Problem(what, "a range such as >=1.2,<2"))
        return
    excluded = set(requirement.excluded)
    possible = values or declaration.words
    if possible and excluded.issuperset(possible):
        what = f'excluded leaves no word of the fact "{name}" that can meet this'
        raise RequirementError(Problem(what, "words to exclude that leave one"))


def _undeclared(name: str, declared: Declared) -> Problem:
    problem = unknown_name(
        f'nothing declares the fact "{name:.80}"', name, [each.id for each in declared.values()]
    )
    where = "one that [[facts]] of a matrix, an overlay or a declarations file declares"
    return problem if problem.valid else problem._replace(valid=where)
