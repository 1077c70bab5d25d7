"""The tests as sets of environments: each has alternatives, of which any will do."""

from __future__ import annotations

from itertools import product
from operator import and_
from typing import TYPE_CHECKING

from pytest_ddcompat.planning.atoms import Atom
from pytest_ddcompat.planning.space import maximal
from pytest_ddcompat.values.errors import CompatibilityError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.planning.atoms import Formula
    from pytest_ddcompat.planning.space import Space

__all__ = ["Alternative", "alternatives_of", "compatible", "hardest", "reduced"]

Alternative = tuple[int, ...]
"""The combinations of each group with which a test runs, as bits."""

_MOST = 512  # alternatives of one test; a `not` has one for each check


def alternatives_of(test: str, formula: Formula, space: Space) -> list[Alternative]:
    """Return where a formula holds, as alternatives none of which is part of another.

    Args:
        test: Node id of the test that it is of, for messages.
        formula: What is to hold.
        space: The environments.

    Returns:
        The alternatives that some environment meets: none if the formula holds nowhere.

    Raises:
        CompatibilityError: There are too many.
    """
    if isinstance(formula, Atom):
        masks = space.masks(formula)
        return [masks] if all(masks) else []
    each = (alternatives_of(test, operand, space) for operand in formula.operands)
    if not formula.all:
        return _pruned(test, [one for alternatives in each for one in alternatives])
    found = [space.full]
    for alternatives in each:
        found = _both(test, found, alternatives)
    return found


def _both(
    test: str, first: Sequence[Alternative], second: Sequence[Alternative]
) -> list[Alternative]:
    if len(first) * len(second) > _MOST * _MOST // 4:
        raise _too_many(test)
    joined = (tuple(map(and_, one, other)) for one, other in product(first, second))
    return _pruned(test, [each for each in joined if all(each)])


def _pruned(test: str, found: list[Alternative]) -> list[Alternative]:
    """Leave out what is part of another: where that runs, this is not needed."""
    kept = [*dict.fromkeys(found)]
    if len(kept) > 1:
        kept = [o for o in kept if not any(_within(o, other) for other in kept if other is not o)]
    if len(kept) > _MOST:
        raise _too_many(test)
    return kept


def _too_many(test: str) -> CompatibilityError:
    what = f"{test}: its requirements can be met in more than {_MOST} ways"
    return CompatibilityError(Problem(what, "fewer alternatives in one test"))


def _within(one: Alternative, other: Alternative) -> bool:
    return all(a & b == a for a, b in zip(one, other))


def compatible(one: Sequence[Alternative], other: Sequence[Alternative]) -> bool:
    """Whether some environment runs both of two tests."""
    return any(all(map(and_, a, b)) for a in one for b in other)


def reduced(
    tests: Sequence[Sequence[Alternative]], full: Alternative
) -> tuple[list[list[Alternative]], list[list[int]]]:
    """Leave out combinations beside which another lets at least the same tests run.

    Args:
        tests: The alternatives of each test.
        full: All combinations of each group.

    Returns:
        The alternatives of each test by the combinations that are left, and the numbers that these
        had.
    """
    translated: list[dict[int, int]] = []
    kept: list[list[int]] = []
    for group, everything in enumerate(full):
        masks = [*dict.fromkeys(one[group] for test in tests for one in test)]
        size = everything.bit_length()
        rows = [f"{mask:0{size}b}"[::-1] for mask in masks] or ["1" * size]
        columns = ["".join(column) for column in zip(*rows)]
        places = maximal([int(column, 2) for column in columns])
        kept.append(places)
        shorter = ("".join(row[place] for place in reversed(places)) for row in rows)
        translated.append({mask: int(text, 2) for mask, text in zip(masks, shorter)})
    alternatives = [
        [tuple(known[mask] for known, mask in zip(translated, one)) for one in test]
        for test in tests
    ]
    return alternatives, kept


def hardest(tests: Sequence[Sequence[Alternative]], full: Sequence[int]) -> list[int]:
    """Return the numbers of the tests that decide: each other runs wherever one of them does.

    Args:
        tests: The alternatives of each test.
        full: The number of combinations of each group.
    """
    joined = [[_joined(one, full) for one in test] for test in tests]
    size = [sum(bin(one).count("1") for one in test) for test in joined]
    kept: list[int] = []
    for number in sorted(range(len(tests)), key=lambda n: size[n]):
        easier = joined[number]
        if not any(_covers(joined[harder], easier) for harder in kept):
            kept.append(number)
    return kept


def _joined(one: Alternative, full: Sequence[int]) -> int:
    """Return all bits in one number, which is compared at once."""
    found = 0
    for mask, size in zip(one, full):
        found = found << size | mask
    return found


def _covers(harder: Sequence[int], easier: Sequence[int]) -> bool:
    return all(any(one & other == one for other in easier) for one in harder)
