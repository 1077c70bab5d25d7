"""Compare two matrices: the documented facts that change, and the verdicts that rest on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.analysis.statements import KINDS, documented_facts
from pytest_ddcompat.analysis.words import folded, in_words
from pytest_ddcompat.evaluation.evaluate import evaluate
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.values.errors import RequirementError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.analysis.statements import DocumentedFact, FactKey
    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.verdict import Finding
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["Change", "Turn", "difference", "turn"]

_WORST = (Status.SUPPORTED, Status.UNDETERMINED, Status.UNSUPPORTED)


class Change(NamedTuple):
    """A documented fact that one page has and another has not, or has otherwise.

    Attributes:
        kind: One of `statements.KINDS`.
        row: What it is about, in words.
        old: What the first page says of it; None if it says nothing.
        new: What the second says of it; None if it says nothing.
    """

    kind: str
    row: str
    old: str | None
    new: str | None


class Turn(NamedTuple):
    """The status of some requirements by one matrix and by another.

    Attributes:
        old: The status by the first; None where the page does not have what is asked for.
        new: The status by the second, likewise.
        because: The findings that keep the second, or else the first, from being supported.
        reason: What the page without a status does not have; empty if both have one.
    """

    old: Status | None
    new: Status | None
    because: tuple[Finding, ...]
    reason: str


def difference(old: Matrix, new: Matrix) -> tuple[Change, ...]:
    """The facts that change from one page to another, kind by kind in the order of the pages.

    Text that is moved or worded otherwise, and notes, are no change.
    """
    before, after = documented_facts(old), documented_facts(new)
    return tuple(
        _change(before.get(key), after.get(key))
        for key in _in_order(before, after)
        if key not in before or key not in after or before[key].value != after[key].value
    )


def turn(
    requirements: Sequence[Requirement], environment: Environment, old: Matrix, new: Matrix
) -> Turn:
    """Hold requirements against an environment by each of two pages; all are asked for."""
    before, decisive_before, missing_before = _worst(requirements, environment, old)
    after, decisive_after, missing_after = _worst(requirements, environment, new)
    # Nothing is decisive where all is supported: then the other page says why.
    because = (decisive_after or decisive_before) if before and after else ()
    return Turn(before, after, because, "; ".join(filter(None, (missing_before, missing_after))))


def _in_order(
    before: dict[FactKey, DocumentedFact], after: dict[FactKey, DocumentedFact]
) -> list[FactKey]:
    """All keys in the second's order; one that only the first has follows what it followed."""
    places = {key: (number, 0) for number, key in enumerate(after)}
    last = -1
    for number, key in enumerate(before, 1):
        if key in after:
            # Facts that are gone are shown where a reader of the old page would look for them.
            last = places[key][0]
        else:
            places[key] = (last, number)
    return sorted(places, key=lambda key: (KINDS.index(str(key[0])), places[key]))


def _change(old: DocumentedFact | None, new: DocumentedFact | None) -> Change:
    known = new or old
    assert known is not None, "a key is of one of the pages"  # noqa: S101
    before, after = old and old.words, new and new.words
    if old and new and folded(old.words) == folded(new.words):
        # The page says the same, and it is read otherwise.
        before, after = (f"{fact.words}, read as {in_words(fact.value)}" for fact in (old, new))
    return Change(known.kind, known.row, before, after)


def _worst(
    requirements: Sequence[Requirement], environment: Environment, matrix: Matrix
) -> tuple[Status | None, tuple[Finding, ...], str]:
    """Return the status of all requirements and what decides it, or else why there is none."""
    try:
        # The two pages are compared by what is asked, whichever page it was asked of.
        asked = [requirement._replace(matrix=None) for requirement in requirements]
        verdicts = [evaluate(r, environment, matrix) for r in asked]
    except RequirementError as error:
        return None, (), str(error)
    status = max((v.status for v in verdicts), key=_WORST.index, default=Status.SUPPORTED)
    decisive = dict.fromkeys(f for v in verdicts if v.status is status for f in v.decisive)
    return status, tuple(decisive), ""
