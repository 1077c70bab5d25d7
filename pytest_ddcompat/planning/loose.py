"""Tell what is nowhere documented from what is nowhere possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_ddcompat.planning.atoms import atoms_in
from pytest_ddcompat.planning.clashes import Clashes
from pytest_ddcompat.planning.problem import alternatives_of
from pytest_ddcompat.planning.space import Space, relation_of, shrunk
from pytest_ddcompat.planning.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_ddcompat.planning.atoms import Atom, Formula
    from pytest_ddcompat.planning.space import Relation

__all__ = ["Loose"]


class Loose:
    """Environments in which all holds of which the page says nothing.

    Args:
        candidates: All values of each fact.
        relations: Where the atoms hold.
        trial: It has tried the atoms, and knows of which the page says nothing somewhere.
    """

    def __init__(
        self,
        candidates: Mapping[str, Sequence[Any]],
        relations: Mapping[Atom, Relation],
        trial: Trial,
    ) -> None:
        self._candidates = candidates
        self._relations = relations
        self._trial = trial
        self._lenient = Trial(trial.matrices, trial.day, lenient=True)
        self._loosened: dict[Atom, Relation] = {}

    def holds_somewhere(self, test: str, formula: Formula, clashing: Sequence[Atom]) -> bool:
        """Whether a formula would hold in some environment if what is not known were so.

        Only atoms that clash are loosened, as trying one on all its facts takes long.

        Args:
            test: Node id of the test that it is of, for messages.
            formula: What holds nowhere as it is.
            clashing: Atoms that alone keep it from holding.
        """
        loosened: set[Atom] = set()
        while True:
            further = self._trial.unsure.intersection(clashing) - loosened
            if not further:
                return False
            loosened |= further
            space = self._space(formula, loosened)
            if alternatives_of(test, formula, space):
                return True
            clashing = Clashes(space, self._lenient).least(test, formula)

    def _space(self, formula: Formula, loosened: set[Atom]) -> Space:
        for atom in loosened - self._loosened.keys():
            self._loosened[atom] = relation_of(atom, self._candidates, self._lenient)
        atoms = dict.fromkeys(atoms_in(formula))
        relations = {a: (self._loosened if a in loosened else self._relations)[a] for a in atoms}
        return Space(*shrunk(self._candidates, relations))
