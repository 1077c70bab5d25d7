"""The environments that there may be, as small as that can be without losing one that matters.

Facts that no check combines vary apart, so that they are never multiplied out: each is a group of
its own. A value is left out where another one lets at least the same hold.
"""

from __future__ import annotations

from functools import reduce
from itertools import product
from math import prod
from operator import and_
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.values.errors import CompatibilityError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.planning.atoms import Atom
    from pytest_ddcompat.planning.trial import Trial

__all__ = ["Relation", "Space", "maximal", "relation_of", "shrunk"]

_MOST = 400_000  # combinations of the values of facts that checks combine


class Relation(NamedTuple):
    """Where an atom holds.

    Attributes:
        axes: Keys of the facts that it depends on.
        allowed: The places of their values, in the lists of candidates, with which it holds.
    """

    axes: tuple[str, ...]
    allowed: frozenset[tuple[int, ...]]

    @property
    def parts(self) -> list[Relation]:
        """The relation as several that hold together, if it combines nothing."""
        sides = [frozenset((place,) for place in column) for column in zip(*self.allowed)]
        if len(self.axes) > 1 and prod(map(len, sides)) == len(self.allowed):
            return [Relation((axis,), side) for axis, side in zip(self.axes, sides)]
        return [self]


def relation_of(atom: Atom, candidates: Mapping[str, Sequence[Any]], trial: Trial) -> Relation:
    """Try an atom on all values of its facts; of values that are alike to it, on one.

    Args:
        atom: The atom.
        candidates: The values of each fact.
        trial: Tries it.
    """
    values = [candidates[key] for key in atom.axes]
    alike = [[trial.place(atom, key, v) for v in candidates[key]] for key in atom.axes]
    known: dict[tuple[Any, ...], bool] = {}
    allowed = []
    for places in product(*(range(len(each)) for each in values)):
        kind = tuple(column[place] for column, place in zip(alike, places))
        if kind not in known:
            facts = {key: each[place] for key, each, place in zip(atom.axes, values, places)}
            known[kind] = trial.holds(atom, facts)
        if known[kind]:
            allowed.append(places)
    return Relation(atom.axes, frozenset(allowed))


def maximal(signatures: Sequence[int]) -> list[int]:
    """Return the places of the sets that are in no other; of equal ones the first.

    Args:
        signatures: Sets, each as the bits of a number.
    """
    first: dict[int, int] = {}
    for place, signature in enumerate(signatures):
        first.setdefault(signature, place)
    kept: list[int] = []
    for signature in sorted(first, key=lambda s: -bin(s).count("1")):
        if not any(signature & other == signature for other in kept):
            kept.append(signature)
    return sorted(first[signature] for signature in kept)


def shrunk(
    candidates: Mapping[str, Sequence[Any]], relations: Mapping[Atom, Relation]
) -> tuple[dict[str, list[Any]], dict[Atom, Relation]]:
    """Leave out each value of a fact beside which another lets at least the same atoms hold.

    Args:
        candidates: The values of each fact, the preferred ones first.
        relations: Where the atoms hold.
    """
    values = {key: [*each] for key, each in candidates.items()}
    known = dict(relations)
    changed = True
    while changed:
        changed = False
        for key, before in values.items():
            kept = maximal(_signatures(key, len(before), known))
            if len(kept) < len(before):
                changed = True
                values[key] = [before[place] for place in kept]
                known = {atom: _kept(relation, key, kept) for atom, relation in known.items()}
    return values, known


def _signatures(key: str, size: int, relations: Mapping[Atom, Relation]) -> list[int]:
    """Return for each value of a fact which atoms hold with it, and with which other values."""
    bits: dict[tuple[int, tuple[int, ...]], int] = {}
    signatures = [0] * size
    for number, relation in enumerate(relations.values()):
        if key not in relation.axes:
            continue
        axis = relation.axes.index(key)
        for places in relation.allowed:
            rest = (number, places[:axis] + places[axis + 1 :])
            signatures[places[axis]] |= 1 << bits.setdefault(rest, len(bits))
    return signatures


def _kept(relation: Relation, key: str, kept: Sequence[int]) -> Relation:
    if key not in relation.axes:
        return relation
    axis, place_of = relation.axes.index(key), {place: new for new, place in enumerate(kept)}
    allowed = (
        (*places[:axis], place_of[places[axis]], *places[axis + 1 :])
        for places in relation.allowed
        if places[axis] in place_of
    )
    return Relation(relation.axes, frozenset(allowed))


class Space:
    """The combinations of values in groups of facts: an environment has one of each group.

    Attributes:
        groups: The keys of the facts of each group. The first is empty, and has one combination:
            an atom that depends on no fact holds there or nowhere.
        values: The values of the facts in each combination of each group.
        full: All combinations of each group, as bits.
    """

    def __init__(
        self, candidates: Mapping[str, Sequence[Any]], relations: Mapping[Atom, Relation]
    ) -> None:
        """Group the facts.

        Args:
            candidates: The values of each fact.
            relations: Where the atoms hold.

        Raises:
            CompatibilityError: Checks combine more facts than can be tried.
        """
        parts = {atom: relation.parts for atom, relation in relations.items()}
        self.groups = [(), *_grouped(candidates, [r.axes for each in parts.values() for r in each])]
        sizes = [prod(len(candidates[key]) for key in keys) for keys in self.groups]
        if max(sizes) > _MOST:
            keys = ", ".join(self.groups[sizes.index(max(sizes))])
            what = f"{max(sizes)} combinations of {keys} would have to be tried"
            raise CompatibilityError(Problem(what, "fewer values, by --only, --python or --offers"))
        places = [
            [*product(*(range(len(candidates[key])) for key in keys))] for keys in self.groups
        ]
        self.values: list[list[tuple[Any, ...]]] = [
            [tuple(candidates[k][p] for k, p in zip(keys, each)) for each in combinations]
            for keys, combinations in zip(self.groups, places)
        ]
        self.full = tuple((1 << len(each)) - 1 for each in places)
        self._place_of = {key: group for group, keys in enumerate(self.groups) for key in keys}
        self._masks = {atom: self._masks_of(each, places) for atom, each in parts.items()}

    def masks(self, atom: Atom) -> tuple[int, ...]:
        """Return with which combinations of each group an atom holds, as bits."""
        return self._masks[atom]

    def together(self, atoms: Iterable[Atom]) -> tuple[int, ...]:
        """Return with which combinations of each group some atoms hold together, as bits."""
        columns = zip(self.full, *map(self.masks, atoms))
        return tuple(reduce(and_, column) for column in columns)

    def facts(self, combinations: Sequence[int]) -> dict[str, Any]:
        """Return the values of all facts, of the numbers of the combinations of all groups."""
        return {
            key: value
            for keys, values, number in zip(self.groups, self.values, combinations)
            for key, value in zip(keys, values[number])
        }

    def _masks_of(
        self, parts: Sequence[Relation], places: Sequence[Sequence[tuple[int, ...]]]
    ) -> tuple[int, ...]:
        found = [*self.full]
        for relation in parts:
            group = self._place_of[relation.axes[0]] if relation.axes else 0
            axes = [self.groups[group].index(key) for key in relation.axes]
            allowed = relation.allowed
            bits = "".join(
                "1" if tuple([each[axis] for axis in axes]) in allowed else "0"
                for each in reversed(places[group])
            )
            found[group] &= int(bits, 2)
        return tuple(found)


def _grouped(keys: Iterable[str], combined: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Put facts that are combined into one group; each of the others has its own."""
    group_of: dict[str, tuple[str, ...]] = {key: (key,) for key in keys}
    for axes in combined:
        together = tuple(dict.fromkeys(key for axis in axes for key in group_of[axis]))
        group_of.update(dict.fromkeys(together, together))
    return [*dict.fromkeys(group_of.values())]
