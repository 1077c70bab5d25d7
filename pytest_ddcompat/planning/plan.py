"""Plan the fewest environments in which every test of a suite runs at least once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.planning.atoms import Operation, atoms_in, formula_of
from pytest_ddcompat.planning.boundaries import pins_of, wanted_of
from pytest_ddcompat.planning.candidates import candidates_of
from pytest_ddcompat.planning.clashes import Clashes, is_clash
from pytest_ddcompat.planning.environments import build
from pytest_ddcompat.planning.loose import Loose
from pytest_ddcompat.planning.problem import alternatives_of
from pytest_ddcompat.planning.search import Kind, Search
from pytest_ddcompat.planning.space import Space, relation_of, shrunk
from pytest_ddcompat.planning.trial import Trial
from pytest_ddcompat.values.errors import CompatibilityError, Problem

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.planning.atoms import Atom, Formula
    from pytest_ddcompat.planning.boundaries import Boundary, Wanted
    from pytest_ddcompat.planning.candidates import Limits
    from pytest_ddcompat.planning.environments import Planned
    from pytest_ddcompat.planning.space import Relation
    from pytest_ddcompat.planning.suite import GatedTest
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["Clash", "Impossible", "Plan", "make_plan"]


class Clash(NamedTuple):
    """Two tests that can share no environment, and the rows or markers that say so."""

    tests: tuple[str, str]
    rows: tuple[str, ...]


class Impossible(NamedTuple):
    """A test that no environment can run, and the fewest rows or markers that clash."""

    test: str
    rows: tuple[str, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {"test": self.test, "rows": [*self.rows]}


class Plan(NamedTuple):
    """The fewest environments.

    Attributes:
        environments: The environments.
        lower_bound: No fewer environments do: this is proven.
        clashing: Tests, or boundaries, of which no two can share an environment.
        clashes: Each pair of them.
        impossible: Tests that no environment can run.
        undetermined: Tests that no environment is documented to run, and that some do not exclude:
            the page says nothing of what they need.
        boundaries: The boundaries that are to be tried, with the versions of each.
    """

    environments: tuple[Planned, ...]
    lower_bound: int
    clashing: tuple[str, ...]
    clashes: tuple[Clash, ...]
    impossible: tuple[Impossible, ...]
    undetermined: tuple[Impossible, ...]
    boundaries: tuple[Boundary, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Return the plan as JSON has it."""
        found: dict[str, Any] = {
            "environments": [each.facts for each in self.environments],
            "tests": [[*each.tests] for each in self.environments],
            "packages": [each.packages for each in self.environments],
            "notes": [[*each.notes] for each in self.environments],
            "lower_bound": self.lower_bound,
            "clashing": [*self.clashing],
            "clashes": [{"tests": [*c.tests], "rows": [*c.rows]} for c in self.clashes],
            "impossible": [each.to_mapping() for each in self.impossible],
            "undetermined": [each.to_mapping() for each in self.undetermined],
        }
        if self.boundaries:
            found["boundaries"] = [each._asdict() for each in self.boundaries]
        return found


def make_plan(
    tests: Sequence[GatedTest],
    matrices: Matrices,
    limits: Limits,
    day: dt.date,
    seconds: float,
    *,
    boundaries: bool = False,
) -> Plan:
    """Plan the environments of a suite.

    Args:
        tests: The tests.
        matrices: The pages by which they are decided.
        limits: What environments there may be.
        day: The day that decides support levels.
        seconds: The time for the search. After it, the best that was found is returned.
        boundaries: Whether each documented minimum is to be tried at its lowest, at its highest
            and just below.

    Raises:
        CompatibilityError: A requirement names what its page does not have, no value of a fact is
            left, or there is too much to try.
        ModuleNotFoundError: HiGHS is not installed.
    """
    end = time.monotonic() + seconds
    trial = Trial(matrices, day)
    formulas = _formulas(tests, matrices)
    atoms = [*dict.fromkeys(a for f in formulas.values() for a in atoms_in(f))]
    candidates = _checked(candidates_of(atoms, trial, limits))
    pins = pins_of(atoms, candidates, trial, limits) if boundaries else []
    relations = {
        atom: relation_of(atom, candidates, trial)
        for atom in [*atoms, *(a for pin in pins for a in pin.atoms)]
    }
    space = Space(*shrunk(candidates, relations))
    kinds = _kinds(tests, formulas, space)
    possible = [kind for kind in kinds.values() if kind.alternatives]
    wanted = wanted_of(pins, [(k.test, k.formula) for k in possible], space)
    search = Search([*possible, *(_of_boundary(each, space) for each in wanted)], space, end)
    found = search.environments()
    clashes = Clashes(space, trial, {a for pin in pins for a in pin.versions}.difference(atoms))
    loose = Loose(candidates, relations, trial)
    return Plan(
        build(found, tests, candidates, trial, limits),
        search.lower_bound,
        tuple(kind.test for kind in search.clashing),
        tuple(_pairs(search.clashing, clashes, candidates, relations)),
        *_never(tests, kinds, clashes, loose),
        tuple(_placed(wanted, [formulas for _, formulas in found])),
    )


def _placed(wanted: Sequence[Wanted], needing: Sequence[Sequence[Formula]]) -> list[Boundary]:
    """Return boundaries with the number of the environment that each is tried in."""
    number_of = {
        id(formula): number for number, each in enumerate(needing, start=1) for formula in each
    }
    return [each.boundary._replace(environment=number_of[id(each.formula)]) for each in wanted]


def _formulas(
    tests: Sequence[GatedTest], matrices: Matrices
) -> dict[frozenset[Requirement], Formula]:
    """Return what tests ask for, by their requirements."""
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
    tests: Sequence[GatedTest], formulas: Mapping[frozenset[Requirement], Formula], space: Space
) -> dict[frozenset[Requirement], Kind]:
    """Return the tests, of those that ask for the same the first."""
    kinds: dict[frozenset[Requirement], Kind] = {}
    for test in tests:
        key = frozenset(test.requirements)
        if key not in kinds:
            formula = formulas[key]
            kinds[key] = Kind(test.id, formula, alternatives_of(test.id, formula, space))
    return kinds


def _never(
    tests: Sequence[GatedTest],
    kinds: Mapping[frozenset[Requirement], Kind],
    clashes: Clashes,
    loose: Loose,
) -> tuple[tuple[Impossible, ...], tuple[Impossible, ...]]:
    """Return the tests that no environment can run, and those of which that is not known."""
    atoms = {
        key: clashes.least(kind.test, kind.formula)
        for key, kind in kinds.items()
        if not kind.alternatives
    }
    rows = {key: tuple(clashes.rows(each)) for key, each in atoms.items()}
    unsure = {
        key
        for key, each in atoms.items()
        if loose.holds_somewhere(kinds[key].test, kinds[key].formula, each)
    }
    asked = [(test.id, frozenset(test.requirements)) for test in tests]
    return (
        tuple(Impossible(t, rows[key]) for t, key in asked if key in rows and key not in unsure),
        tuple(Impossible(t, rows[key]) for t, key in asked if key in unsure),
    )


def _of_boundary(wanted: Wanted, space: Space) -> Kind:
    name = wanted.boundary.name
    return Kind(name, wanted.formula, alternatives_of(name, wanted.formula, space))


def _pairs(
    clashing: Sequence[Kind],
    clashes: Clashes,
    candidates: Mapping[str, Sequence[Any]],
    relations: Mapping[Atom, Relation],
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
