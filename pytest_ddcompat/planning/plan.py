"""Plan the fewest environments in which every test of a suite runs at least once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.planning.atoms import Operation, atoms_in, formula_of
from pytest_ddcompat.planning.candidates import Limits, candidates_of
from pytest_ddcompat.planning.clashes import Clashes, is_clash
from pytest_ddcompat.planning.cover import Cover, conflicts_of, cover, spread
from pytest_ddcompat.planning.exact import is_enough
from pytest_ddcompat.planning.problem import alternatives_of, hardest, reduced
from pytest_ddcompat.planning.space import Space, relation_of, shrunk
from pytest_ddcompat.planning.trial import Trial
from pytest_ddcompat.values.errors import CompatibilityError, Problem

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.planning.atoms import Atom, Formula
    from pytest_ddcompat.planning.problem import Alternative
    from pytest_ddcompat.planning.space import Relation
    from pytest_ddcompat.planning.suite import GatedTest
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["Clash", "Impossible", "Plan", "Planned", "make_plan"]


class Clash(NamedTuple):
    """Two tests that can share no environment, and the rows or markers that say so."""

    tests: tuple[str, str]
    rows: tuple[str, ...]


class Impossible(NamedTuple):
    """A test that no environment can run, and the fewest rows or markers that clash."""

    test: str
    rows: tuple[str, ...]


class Planned(NamedTuple):
    """One environment of a plan.

    Attributes:
        values: The value of each fact by its key.
        needing: What the tests ask for that are planned for this environment.
    """

    values: dict[str, Any]
    needing: tuple[Formula, ...]


class Plan(NamedTuple):
    """The fewest environments.

    Attributes:
        environments: The environments.
        clashing: Tests of which no two can share an environment: as many environments are needed.
        clashes: Each pair of them.
        is_least: Whether it is proven that no fewer environments do.
        impossible: Tests that no environment can run.
        trial: Tries what the tests ask for.
        formulas: What each test asks for, by its requirements.
    """

    environments: tuple[Planned, ...]
    clashing: tuple[str, ...]
    clashes: tuple[Clash, ...]
    is_least: bool
    impossible: tuple[Impossible, ...]
    trial: Trial


class _Kind(NamedTuple):
    """Tests that ask for the same."""

    test: str  # the first of them
    formula: Formula
    alternatives: list[Alternative]


def make_plan(
    tests: Sequence[GatedTest],
    matrices: Matrices,
    limits: Limits,
    day: dt.date,
    seconds: float,
) -> Plan:
    """Plan the environments of a suite.

    Args:
        tests: The tests.
        matrices: The pages by which they are decided.
        limits: What environments there may be.
        day: The day that decides support levels.
        seconds: The time for the search. After it, the best that was found is returned.

    Raises:
        CompatibilityError: A requirement names what its page does not have, no value of a fact is
            left, or there is too much to try.
        ModuleNotFoundError: HiGHS is needed, and not installed.
    """
    end = time.monotonic() + seconds
    trial = Trial(matrices, day)
    formulas = _formulas(tests, matrices)
    atoms = [*dict.fromkeys(a for f in formulas.values() for a in atoms_in(f))]
    candidates = _checked(candidates_of(atoms, trial, limits))
    relations = {atom: relation_of(atom, candidates, trial) for atom in atoms}
    space = Space(*shrunk(candidates, relations))
    kinds = _kinds(tests, formulas, space)
    clashes = Clashes(space, trial)
    impossible = {
        requirements: clashes.rows(clashes.least(kind.test, kind.formula))
        for requirements, kind in kinds.items()
        if not kind.alternatives
    }
    possible = [kind for kind in kinds.values() if kind.alternatives]
    found = _Search(possible, space, lambda: time.monotonic() < end)
    found.run(end)
    return Plan(
        tuple(found.environments()),
        tuple(kind.test for kind in found.clashing),
        tuple(_pairs(found.clashing, clashes, candidates, relations)),
        found.is_least,
        tuple(
            Impossible(test.id, tuple(impossible[frozenset(test.requirements)]))
            for test in tests
            if frozenset(test.requirements) in impossible
        ),
        trial,
    )


def _formulas(
    tests: Sequence[GatedTest], matrices: Matrices
) -> dict[frozenset[Requirement], Formula]:
    known: dict[Requirement, Formula] = {}
    found: dict[frozenset[Requirement], Formula] = {}
    problems: list[Problem] = []
    for test in tests:
        key = frozenset(test.requirements)
        if key in found:
            continue
        try:
            for requirement in test.requirements:
                if requirement not in known:
                    known[requirement] = formula_of(requirement, matrices)
        except CompatibilityError as error:
            problems += [problem._replace(file=test.id) for problem in error.problems]
            continue
        found[key] = Operation(all=True, operands=tuple(known[r] for r in test.requirements))
    if problems:
        raise CompatibilityError(problems)
    return found


def _checked(candidates: dict[str, list[Any]]) -> dict[str, list[Any]]:
    empty = [key for key, values in candidates.items() if not values]
    if empty:
        valid = "--only, --python and --offers that leave one"
        raise CompatibilityError(Problem(f"no value is left for {key}", valid) for key in empty)
    return candidates


def _kinds(
    tests: Sequence[GatedTest], formulas: dict[frozenset[Requirement], Formula], space: Space
) -> dict[frozenset[Requirement], _Kind]:
    kinds: dict[frozenset[Requirement], _Kind] = {}
    for test in tests:
        key = frozenset(test.requirements)
        if key not in kinds:
            formula = formulas[key]
            kinds[key] = _Kind(test.id, formula, alternatives_of(test.id, formula, space))
    return kinds


class _Search:
    """The search for the fewest environments.

    Attributes:
        clashing: Tests of which no two can share an environment.
        is_least: Whether no fewer environments do.
    """

    def __init__(
        self, kinds: Sequence[_Kind], space: Space, in_time: Callable[[], bool]
    ) -> None:
        self._space, self._in_time = space, in_time
        alternatives, self._numbers = reduced([kind.alternatives for kind in kinds], space.full)
        sizes = [len(numbers) for numbers in self._numbers]
        self._full = tuple((1 << size) - 1 for size in sizes)
        deciding = hardest(alternatives, sizes)
        self._kinds = [kinds[number] for number in deciding]
        self._tests = [alternatives[number] for number in deciding]
        self._cover = Cover([], [])
        self.clashing: list[_Kind] = []
        self.is_least = True

    def run(self, end: float) -> None:
        """Search greedily, then exactly as far as there is time."""
        conflicts = conflicts_of(self._tests)
        clashing = spread(conflicts, self._in_time)
        self.clashing = [self._kinds[number] for number in clashing]
        self._cover = cover(self._tests, self._full, clashing, conflicts, self._in_time)
        for count in range(max(len(clashing), 1), len(self._cover.tests)):
            left = end - time.monotonic()
            answer = is_enough(count, self._tests, self._full, clashing, left)
            if answer is None:
                self.is_least = False
                return
            if isinstance(answer, Cover):
                self._cover = answer
                return

    def environments(self) -> list[Planned]:
        """Return the environments that were found."""
        found = []
        for tests, masks in zip(self._cover.tests, self._cover.masks):
            first = ((mask & -mask).bit_length() - 1 for mask in masks)
            chosen = [numbers[place] for numbers, place in zip(self._numbers, first)]
            needing = tuple(self._kinds[number].formula for number in tests)
            found.append(Planned(self._space.facts(chosen), needing))
        return found


def _pairs(
    clashing: Sequence[_Kind],
    clashes: Clashes,
    candidates: dict[str, list[Any]],
    relations: dict[Atom, Relation],
) -> list[Clash]:
    """Return why each two of some tests clash, verified without what has found them."""
    found = []
    for number, one in enumerate(clashing):
        for other in clashing[:number]:
            both = Operation(all=True, operands=(other.formula, one.formula))
            atoms = clashes.least(one.test, both)
            if not is_clash(both, atoms, candidates, relations):
                raise AssertionError(f"{other.test} and {one.test} can share an environment")
            found.append(Clash((other.test, one.test), tuple(clashes.rows(atoms))))
    return found
