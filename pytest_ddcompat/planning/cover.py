"""Cover tests by environments, greedily, and find tests of which no two can share one.

Where the two numbers are the same, both are the best that there is. That is most often so: tests of
which each two can share an environment nearly always can all share one.
"""

from __future__ import annotations

import random
import sys
from operator import and_
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.planning.problem import compatible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pytest_ddcompat.planning.problem import Alternative

__all__ = ["Cover", "conflicts_of", "cover", "improved", "spread"]

_ROUNDS = 400  # orders that are tried; the best is kept
_STARTS = 60  # tests from which a set of clashing ones is grown
_MOST_STEPS = 200_000  # of the search for a larger set


class Cover(NamedTuple):
    """Tests in environments.

    Attributes:
        tests: The numbers of the tests of each environment.
        masks: The combinations of each group that are left for each environment.
    """

    tests: list[list[int]]
    masks: list[Alternative]


def conflicts_of(tests: Sequence[Sequence[Alternative]]) -> list[int]:
    """Return for each test which others can never share an environment with it, as bits."""
    found = [0] * len(tests)
    for number, one in enumerate(tests):
        for other in range(number):
            if not compatible(one, tests[other]):
                found[number] |= 1 << other
                found[other] |= 1 << number
    return found


def spread(conflicts: Sequence[int], in_time: Callable[[], bool]) -> list[int]:
    """Find many tests of which no two can share an environment.

    Args:
        conflicts: Which tests clash, as `conflicts_of` returns them.
        in_time: Whether there is time for a search.
    """
    order = sorted(range(len(conflicts)), key=lambda n: -bin(conflicts[n]).count("1"))
    best: list[int] = []
    for start in order[:_STARTS]:
        grown = _grown(start, conflicts)
        best = max(best, grown, key=len)
    return _searched(conflicts, best, in_time)


def cover(
    tests: Sequence[Sequence[Alternative]],
    full: Alternative,
    clashing: Sequence[int],
    conflicts: Sequence[int],
    in_time: Callable[[], bool],
) -> Cover:
    """Put tests into environments, in some hundred orders; stop where no fewer are possible.

    Args:
        tests: The alternatives of each test.
        full: All combinations of each group.
        clashing: Tests of which no two can share one: no fewer than these are possible.
        conflicts: Which tests clash.
        in_time: Whether there is time for a further order.
    """
    hard = sorted(range(len(tests)), key=lambda n: -bin(conflicts[n]).count("1"))
    first = _filled([*clashing, *hard], tests, full)
    return improved(first, tests, full, max(len(clashing), 1), in_time, rounds=_ROUNDS)


def improved(
    found: Cover,
    tests: Sequence[Sequence[Alternative]],
    full: Alternative,
    least: int,
    in_time: Callable[[], bool],
    *,
    rounds: int = sys.maxsize,
) -> Cover:
    """Put tests into environments in further orders, and return the best cover.

    Args:
        found: A cover.
        tests: The alternatives of each test.
        full: All combinations of each group.
        least: No fewer environments are possible.
        in_time: Whether there is time for a further order.
        rounds: Orders that are tried.
    """
    chance = random.Random(len(tests))  # noqa: S311 - the same for the same tests
    best = current = found
    for turn in range(rounds):
        if len(best.tests) <= least or not in_time():
            break
        # Taking whole environments one after another hardly ever needs more of them.
        groups = [*current.tests]
        if turn % 3 == 0:
            groups.reverse()
        elif turn % 3 == 1:
            groups.sort(key=len, reverse=turn % 2 == 0)
        else:
            chance.shuffle(groups)
        current = _filled([n for group in groups for n in group], tests, full)
        if len(current.tests) < len(best.tests):
            best = current
        elif len(current.tests) > len(best.tests):
            current = best
    return best


def _filled(
    order: Iterable[int], tests: Sequence[Sequence[Alternative]], full: Alternative
) -> Cover:
    """Put each test into the first environment that can still run it, else into a new one."""
    placed: list[list[int]] = []
    masks: list[Alternative] = []
    for number in dict.fromkeys(order):
        for place, left in enumerate(masks):
            joined = _joined(left, tests[number])
            if joined is not None:
                masks[place] = joined
                placed[place].append(number)
                break
        else:
            placed.append([number])
            masks.append(tests[number][0])
    return Cover(placed, masks or ([full] if tests else []))


def _joined(left: Alternative, test: Sequence[Alternative]) -> Alternative | None:
    for alternative in test:
        joined = tuple(map(and_, left, alternative))
        if all(joined):
            return joined
    return None


def _grown(start: int, conflicts: Sequence[int]) -> list[int]:
    """Add the test that clashes with the most of those that are left, as long as there is one."""
    found, left = [start], conflicts[start]
    while left:
        number = max(_numbers(left), key=lambda n: bin(conflicts[n] & left).count("1"))
        found.append(number)
        left &= conflicts[number]
    return found


def _searched(conflicts: Sequence[int], best: list[int], in_time: Callable[[], bool]) -> list[int]:
    """Search for more clashing tests, by branch and bound."""
    everything = (1 << len(conflicts)) - 1
    stack: list[tuple[list[int], int, int]] = [([], everything, len(conflicts))]
    for step in range(_MOST_STEPS):
        if not stack or (step % 256 == 0 and not in_time()):
            break
        found, left, most = stack.pop()
        if most <= len(best):
            continue
        if len(found) > len(best):
            best = found
        before = 0
        # What comes last promises the most, and is taken from the stack first.
        for number, colors in _colored(left, conflicts):
            promised = len(found) + colors
            if promised > len(best):
                stack.append(([*found, number], before & conflicts[number], promised))
            before |= 1 << number
    return best


def _colored(left: int, conflicts: Sequence[int]) -> list[tuple[int, int]]:
    """Return tests, each with how many clashing ones there can be among it and those before."""
    found: list[tuple[int, int]] = []
    color = 0
    while left:
        color += 1
        same = left
        while same:
            number = (same & -same).bit_length() - 1
            left &= ~(1 << number)
            same &= ~(1 << number) & ~conflicts[number]
            found.append((number, color))
    return found


def _numbers(bits: int) -> list[int]:
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found
