"""The search for the fewest environments: greedily, then exactly, then greedily again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.planning.cover import Cover, conflicts_of, cover, improved, spread
from pytest_ddcompat.planning.exact import is_enough, need_solver
from pytest_ddcompat.planning.problem import compatible, hardest, reduced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.planning.atoms import Formula
    from pytest_ddcompat.planning.problem import Alternative
    from pytest_ddcompat.planning.space import Space

__all__ = ["Kind", "Search"]


class Kind(NamedTuple):
    """Tests that ask for the same.

    Attributes:
        test: Node id of the first of them.
        formula: What they ask for.
        alternatives: Where that holds; empty: nowhere.
    """

    test: str
    formula: Formula
    alternatives: list[Alternative]


class Search:
    """The search, which is made at once.

    Args:
        kinds: The tests, each of which some environment runs.
        space: The environments.
        end: When it is to end, by the monotonic clock.

    Attributes:
        clashing: Tests of which no two can share an environment.
        lower_bound: No fewer environments do.
    """

    def __init__(self, kinds: Sequence[Kind], space: Space, end: float) -> None:
        need_solver()
        self._space, self._end = space, end
        alternatives, self._numbers = reduced([kind.alternatives for kind in kinds], space.full)
        sizes = [len(numbers) for numbers in self._numbers]
        self._full = tuple((1 << size) - 1 for size in sizes)
        self._all = [*zip(kinds, alternatives)]
        deciding = hardest(alternatives, sizes)
        self._kinds = [kinds[number] for number in deciding]
        self._tests = [alternatives[number] for number in deciding]
        conflicts = conflicts_of(self._tests)
        clashing = spread(conflicts, self._is_in_time)
        self.clashing = [self._kinds[number] for number in clashing]
        self._cover = cover(self._tests, self._full, clashing, conflicts, self._is_in_time)
        self.lower_bound = len(clashing)
        self._solve(clashing)

    def environments(self) -> list[tuple[dict[str, Any], list[Formula]]]:
        """Return the facts of each environment, and what the tests ask for that it is needed for.

        Each test is planned for one environment, the first that runs it.
        """
        chosen = [tuple(mask & -mask for mask in masks) for masks in self._cover.masks]
        needing: list[list[Formula]] = [[] for _ in chosen]
        for kind, alternatives in self._all:
            place = next(n for n, bits in enumerate(chosen) if compatible(alternatives, [bits]))
            needing[place].append(kind.formula)
        found = []
        for bits, formulas in zip(chosen, needing):
            places = (bit.bit_length() - 1 for bit in bits)
            combinations = [numbers[place] for numbers, place in zip(self._numbers, places)]
            found.append((self._space.facts(combinations), formulas))
        return found

    def _is_in_time(self) -> bool:
        return time.monotonic() < self._end

    def _solve(self, clashing: Sequence[int]) -> None:
        """Raise the bound until it is met; where that takes too long, go on greedily."""
        while self.lower_bound < len(self._cover.tests):
            left = (self._end - time.monotonic()) / 2
            answer = is_enough(self.lower_bound, self._tests, self._full, clashing, left)
            if answer is None:
                break
            if isinstance(answer, Cover):
                self._cover = answer
            else:
                self.lower_bound += 1
        self._cover = improved(
            self._cover, self._tests, self._full, self.lower_bound, self._is_in_time
        )
