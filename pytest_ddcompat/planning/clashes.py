"""Why requirements cannot be met together: the least set of rows that clash, in words."""

from __future__ import annotations

from itertools import combinations, product
from math import comb
from operator import and_
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.planning.atoms import Atom, Operation, atoms_in
from pytest_ddcompat.planning.problem import alternatives_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pytest_ddcompat.evaluation.verdict import Finding
    from pytest_ddcompat.planning.atoms import Formula
    from pytest_ddcompat.planning.space import Relation, Space
    from pytest_ddcompat.planning.trial import Trial

__all__ = ["Clashes", "holds", "is_clash"]

_MOST_TRIES = 20_000  # sets of one size; above that, atoms are left out one by one
_LARGEST = 4  # atoms of a set that is looked for; rarely more than two clash
_UNDER_NOT = "the test needs a capability under `not` to be unsupported"
_NOTHING = Operation(all=True, operands=())  # holds everywhere


class Clashes:
    """Finds out why formulas hold nowhere.

    Args:
        space: The environments.
        trial: It tries atoms.
        pinned: Atoms that no marker has, but that a boundary is tried by.
    """

    def __init__(self, space: Space, trial: Trial, pinned: Collection[Atom] = ()) -> None:
        self._space = space
        self._trial = trial
        self._pinned = pinned

    def least(self, test: str, formula: Formula) -> tuple[Atom, ...]:
        """Return the fewest atoms that alone keep a formula from holding anywhere.

        Args:
            test: Node id of the test that it is of, for messages.
            formula: What holds nowhere.
        """
        atoms = [a for a in dict.fromkeys(atoms_in(formula)) if self._is_limit(a)]
        plain = all(each.all for each in _operations(formula))
        for size in range(1, min(_LARGEST, len(atoms)) + 1):
            if comb(len(atoms), size) > _MOST_TRIES:
                break
            for chosen in combinations(atoms, size):
                if self._clash(test, formula, chosen, plain=plain):
                    return chosen
        kept = atoms
        for atom in atoms:
            fewer = [other for other in kept if other is not atom]
            if self._clash(test, formula, fewer, plain=plain):
                kept = fewer
        return tuple(kept)

    def rows(self, atoms: Sequence[Atom]) -> list[str]:
        """Return what atoms that clash ask for, and the rows or markers that say so.

        Each is told of an environment that meets the others.
        """
        rows = [self._row(atom, atoms) for atom in atoms if atom.wanted]
        unwanted = [atom for atom in atoms if not atom.wanted]
        # Of what `not` leaves, each check is a way of its own: several say no more than one.
        rows += [_UNDER_NOT] if len(unwanted) > 1 else [self._row(a, atoms) for a in unwanted]
        return [*dict.fromkeys(rows)]

    def _is_limit(self, atom: Atom) -> bool:
        return self._space.masks(atom) != self._space.full

    def _clash(self, test: str, formula: Formula, chosen: Sequence[Atom], *, plain: bool) -> bool:
        if plain:
            return not all(self._space.together(chosen))
        return not alternatives_of(test, restricted(formula, {*chosen}), self._space)

    def _row(self, atom: Atom, atoms: Sequence[Atom]) -> str:
        finding = self._trial.finding(atom, self._against(atom, atoms))
        if atom in self._pinned:
            return f"the boundary is at {finding.documented}"
        return in_words(atom, finding)

    def _against(self, atom: Atom, atoms: Sequence[Atom]) -> dict[str, Any]:
        """Return facts with which an atom does not hold, and as many of the others as possible."""
        own = self._space.masks(atom)
        left = [everything & ~mask for everything, mask in zip(self._space.full, own)]
        for other in atoms:
            if other is not atom:
                fewer = [*map(and_, left, self._space.masks(other))]
                left = [after or before for before, after in zip(left, fewer)]
        chosen = [mask or everything for mask, everything in zip(left, self._space.full)]
        return self._space.facts([(mask & -mask).bit_length() - 1 for mask in chosen])


def in_words(atom: Atom, finding: Finding) -> str:
    """Return what an atom asks for, and what says so.

    Args:
        atom: The atom.
        finding: What its check finds.
    """
    source = finding.source or finding.signal
    said = f" ({source})" if source else ""
    if not atom.wanted:
        lacks = f"is to lack {finding.documented}" if finding.documented else "is to be unsupported"
        return f"{finding.subject} {lacks}{said}"
    return f"{finding.subject} needs {finding.documented}{said}"


def restricted(formula: Formula, atoms: Collection[Atom]) -> Formula:
    """Return what a formula asks for if all but some atoms held everywhere."""
    if isinstance(formula, Atom):
        return formula if formula in atoms else _NOTHING
    operands = [restricted(each, atoms) for each in formula.operands]
    if not formula.all and _NOTHING in operands:
        return _NOTHING
    left = tuple(each for each in operands if each != _NOTHING)
    return Operation(formula.all, left)


def holds(formula: Formula, trial: Trial, values: Mapping[str, Any]) -> bool:
    """Whether a formula holds.

    Args:
        formula: The formula.
        trial: It tries atoms.
        values: The value of each fact.
    """
    if isinstance(formula, Atom):
        return trial.holds(formula, values)
    each = (holds(operand, trial, values) for operand in formula.operands)
    return all(each) if formula.all else any(each)


def is_clash(
    formula: Formula,
    atoms: Sequence[Atom],
    candidates: Mapping[str, Sequence[Any]],
    relations: Mapping[Atom, Relation],
) -> bool:
    """Verify that atoms alone keep a formula from holding: all values of their facts are tried.

    It uses nothing of what finds plans: neither groups of facts, nor values that were left out.

    Args:
        formula: The formula.
        atoms: The atoms; all others are taken to hold.
        candidates: All values of each fact.
        relations: Where the atoms hold.
    """
    left = restricted(formula, {*atoms})
    keys = [*dict.fromkeys(key for atom in atoms for key in atom.axes)]
    axes = {atom: [keys.index(key) for key in atom.axes] for atom in atoms}
    distinct = (_distinct(key, len(candidates[key]), [relations[a] for a in atoms]) for key in keys)
    for places in product(*distinct):
        true = {
            atom
            for atom, own in axes.items()
            if tuple([places[axis] for axis in own]) in relations[atom].allowed
        }
        if _follows(left, true):
            return False
    return True


def _distinct(key: str, size: int, relations: Sequence[Relation]) -> list[int]:
    """Return the places of values of a fact with which different things hold."""
    found: list[set[tuple[int, tuple[int, ...]]]] = [set() for _ in range(size)]
    for number, relation in enumerate(relations):
        if key in relation.axes:
            axis = relation.axes.index(key)
            for places in relation.allowed:
                found[places[axis]].add((number, places[:axis] + places[axis + 1 :]))
    first = {frozenset(holding): place for place, holding in reversed([*enumerate(found)])}
    return sorted(first.values())


def _follows(formula: Formula, true: Collection[Atom]) -> bool:
    if isinstance(formula, Atom):
        return formula in true
    each = (_follows(operand, true) for operand in formula.operands)
    return all(each) if formula.all else any(each)


def _operations(formula: Formula) -> list[Operation]:
    if isinstance(formula, Atom):
        return []
    return [formula, *(each for operand in formula.operands for each in _operations(operand))]
