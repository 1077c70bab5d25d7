"""The check of the deployment: tables mark capabilities by deployment type."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_ddcompat.evaluation.checks.common import (
    NOT_APPLICABLE,
    SATISFIED,
    UNKNOWN,
    VIOLATED,
    Question,
    Situation,
    accepts,
    left_open,
    quotes,
    unknown,
)
from pytest_ddcompat.evaluation.verdict import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["check_deployment", "deployment_named"]


def check_deployment(question: Question) -> Finding:
    """Check the deployment types: those that the page marks for the capability."""
    named, matrix = question.requirement.deployments, question.situation.matrix
    column = _column_of(matrix, question.capability.id, preview=question.requirement.preview)
    if named:
        ids = [matrix.deployment(name).id for name in named]
        marked = [kind for kind in ids if column.get(kind, True) is not False]
        if not marked:
            return _named_without_mark(question, ids, column)
        source = _quoted(matrix, question.capability.id, (*marked,))
        found = deployment_named(question.situation, marked, source)
        here = _here(question.situation)
        # A mark whose words are not understood may be none: the test may run, but is not supported.
        sure = any(column.get(kind, True) is True for kind in marked if kind in here)
        return found if sure or found.outcome is not SATISFIED else left_open(found)
    if not column:
        return Finding("deployment", NOT_APPLICABLE)
    return _deployment_here(question, column)


@lru_cache(maxsize=4096)
def _column_of(matrix: Matrix, capability: str, *, preview: bool) -> Mapping[str, bool | None]:
    """Return whether each deployment type is marked for a capability; None: not understood."""
    return {
        row.id: accepts(row.capabilities[capability], preview=preview)
        for row in matrix.deployments
        if capability in row.capabilities
    }


def _deployment_here(question: Question, column: Mapping[str, bool | None]) -> Finding:
    """Check the environment's own types, where the requirement names none.

    Types that have no row with this column say nothing: the page does not speak of them.
    """
    fact, matrix = question.situation.environment.deployments, question.situation.matrix
    types = sorted(column.keys() & _here(question.situation)) if fact.value else []
    without = [kind for kind in types if column[kind] is False]
    if without:
        return _unmarked(question, without, column, fact.signal)
    if fact.known and not types:
        return Finding("deployment", NOT_APPLICABLE)
    found = Finding(
        "deployment",
        SATISFIED if fact.known else UNKNOWN,
        documented="a deployment type that the page marks for it",
        observed=", ".join(_deployment_name(matrix, kind) for kind in types) or "unknown",
        source=_quoted(matrix, question.capability.id, (*(types or column),)),
        signal=fact.signal,
    )
    return left_open(found) if None in (column[kind] for kind in types) else found


def deployment_named(situation: Situation, types: Sequence[str], source: str) -> Finding:
    """Check that the environment is one of some deployment types.

    Args:
        situation: Whose environment it is.
        types: Their ids, any of which will do.
        source: What the finding rests on.
    """
    fact = situation.environment.deployments
    wanted = " or ".join(_deployment_name(situation.matrix, kind) for kind in types)
    found = Finding(
        "deployment",
        SATISFIED,
        documented=f"to run on {wanted}",
        observed=_types_here(situation),
        source=source,
        signal=fact.signal,
    )
    if not fact.known:
        return unknown(found)
    if fact.value and not _here(situation).isdisjoint(types):
        return found
    change = (("deployments", frozenset(types[:1])),)
    return found._replace(outcome=VIOLATED, remedy=f"a run on {wanted}", change=change)


def _here(situation: Situation) -> frozenset[str]:
    """Return the environment's types, those that only a matrix has by their ids in it."""
    types = situation.environment.deployments.value or frozenset()
    if not situation.environment.undocumented_deployments:
        return types
    rows = {kind: situation.matrix.find_deployment(kind) for kind in types}
    return frozenset(kind if row is None else row.id for kind, row in rows.items())


def _types_here(situation: Situation) -> str:
    names = [_deployment_name(situation.matrix, kind) for kind in sorted(_here(situation))]
    return ", ".join(names) or "no documented deployment type"


def _deployment_name(matrix: Matrix, kind: str) -> str:
    row = matrix.find_deployment(kind)
    return row.documented[0] if row else kind


@lru_cache(maxsize=4096)
def _quoted(matrix: Matrix, capability: str, types: tuple[str, ...]) -> str:
    rows = [row for row in matrix.deployments if row.id in types]
    return quotes(rows, f"capabilities.{capability}")


def _named_without_mark(
    question: Question, named: Sequence[str], column: Mapping[str, bool | None]
) -> Finding:
    """Return the finding for types that a marker names: no change of the environment helps."""
    situation = question.situation
    names = " or ".join(_deployment_name(situation.matrix, kind) for kind in named)
    fact = situation.environment.deployments
    marked = f"a deployment type that the page marks for it ({_marked_names(situation, column)})"
    return Finding(
        "deployment",
        VIOLATED,
        documented=marked
        if fact.value and _here(situation) <= {*named}
        else f"{names} to be {marked}",
        observed=_types_here(situation) if fact.known else "an unknown deployment type",
        source=_quoted(situation.matrix, question.capability.id, (*named,)),
        signal=fact.signal,
    )


def _marked_names(situation: Situation, column: Mapping[str, bool | None]) -> str:
    marked = [_deployment_name(situation.matrix, kind) for kind, mark in column.items() if mark]
    return ", ".join(marked) or "none"


def _unmarked(
    question: Question, types: Sequence[str], column: Mapping[str, bool | None], signal: str
) -> Finding:
    """Return the finding for types of the environment that the page does not mark."""
    situation = question.situation
    matrix, others = situation.matrix, _marked_names(situation, column)
    marked = [kind for kind, mark in column.items() if mark]
    without = ", ".join(_deployment_name(matrix, kind) for kind in types)
    remedy = f"a run on {others.replace(', ', ' or ')}" if marked else ""
    if not _here(situation).isdisjoint(marked):
        # It runs on one of them already: what helps is to leave the others.
        remedy += f", not on {without}"
    return Finding(
        "deployment",
        VIOLATED,
        documented=f"a deployment type that the page marks for it ({others})",
        observed=without,
        source=_quoted(matrix, question.capability.id, (*types,)),
        remedy=remedy,
        signal=signal,
        change=(("deployments", frozenset(marked[:1])),) if marked else (),
    )
