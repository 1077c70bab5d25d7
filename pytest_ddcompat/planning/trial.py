"""Try atoms on facts: by the checks that decide in a run."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final

from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.environment.fact import tracer_key
from pytest_ddcompat.environment.value import Fact
from pytest_ddcompat.evaluation.checks import CHECKS
from pytest_ddcompat.evaluation.checks.common import Question, Situation
from pytest_ddcompat.evaluation.cuts import cuts_of_page, cuts_of_requirement
from pytest_ddcompat.evaluation.evaluate import evaluate, run_check
from pytest_ddcompat.evaluation.verdict import Outcome
from pytest_ddcompat.planning.atoms import canonical_key
from pytest_ddcompat.values.versions import Version, base

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Mapping

    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.evaluation.verdict import Finding
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.planning.atoms import Atom

__all__ = ["UNKNOWN", "Trial"]


class _Unknown:
    """Stands in for the value of a fact that an environment leaves out."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
"""The value of a fact that an environment leaves out."""

_BY_NAME = {check.name: check for check in CHECKS}
_PASSING = {Outcome.SATISFIED, Outcome.NOT_APPLICABLE}


class Trial:
    """Tries atoms on facts, and keeps what it has found.

    Attributes:
        matrices: The pages.
        day: The day that decides support levels.
        unsure: Atoms of which a check has found that it is not known, though all facts are.
        lenient: Whether such an atom holds.
    """

    def __init__(self, matrices: Matrices, day: dt.date, *, lenient: bool = False) -> None:
        self.matrices = matrices
        self.day = day
        self.unsure: set[Atom] = set()
        self.lenient = lenient
        self._pages: dict[str, Matrix] = {matrix.page.id: matrix for matrix in matrices}
        self._cuts: dict[tuple[Atom, str], list[Version]] = {}
        self._known: dict[Hashable, bool] = {}

    def holds(self, atom: Atom, values: Mapping[str, Any]) -> bool:
        """Whether an atom holds.

        Args:
            atom: The atom.
            values: The value of each of its facts, and perhaps of others.
        """
        alike = (atom, *[self.place(atom, key, values[key]) for key in atom.axes])
        known = self._known.get(alike)
        if known is None:
            known = self._known[alike] = self._holds(atom, values)
        return known

    def finding(self, atom: Atom, values: Mapping[str, Any]) -> Finding:
        """Return what the check of an atom finds; its subject is the capability, if there is one.

        Args:
            atom: The atom.
            values: As for `holds`.
        """
        matrix = self._pages[atom.matrix]
        facts = {
            key: Fact(values[key], "planned") for key in atom.axes if values[key] is not UNKNOWN
        }
        environment = Environment(facts, day=self.day)
        requirement = atom.requirement
        if not atom.check:
            return evaluate(requirement, environment, matrix).findings[0]
        capability = matrix.capability(requirement.names[0])
        question = Question(capability, requirement, Situation.of(environment, matrix))
        return run_check(_BY_NAME[atom.check], question)._replace(subject=atom.subject)

    def place(self, atom: Atom, key: str, value: object) -> Hashable:
        """Return what decides of a value: of a version, where it is among those of the atom."""
        if not isinstance(value, Version) or value != base(value):
            return value  # 4.0rc1 is below 4.0, and yet of the branch 4.0
        cuts = self.cuts(atom, key)
        place = bisect_left(cuts, value)
        return place, place < len(cuts) and cuts[place] == value

    def cuts(self, atom: Atom, key: str) -> list[Version]:
        """Return the versions of a fact at which it may change whether an atom holds, sorted."""
        known = self._cuts.get((atom, key))
        if known is None:
            known = self._cuts[atom, key] = sorted(self._found_cuts(atom, key))
        return known

    def _found_cuts(self, atom: Atom, key: str) -> set[Version]:
        matrix = self._pages[atom.matrix]
        named = tracer_key(matrix.page.tracer)
        key = named if key == canonical_key(named) else key
        if not atom.check:
            return {*cuts_of_requirement(atom.requirement, key, matrix)}
        capability = matrix.capability(atom.requirement.names[0])
        return {*cuts_of_page(key, matrix, (capability,))}

    def _holds(self, atom: Atom, values: Mapping[str, Any]) -> bool:
        outcome = self.finding(atom, values).outcome
        if outcome is Outcome.UNKNOWN and all(values[key] is not UNKNOWN for key in atom.axes):
            self.unsure.add(atom)
            return self.lenient
        if not atom.wanted:
            return outcome is Outcome.VIOLATED
        # Hardly any test run has an Agent beside it: only a marker that asks for one needs to know.
        return outcome in _PASSING or (atom.check == "agent" and outcome is Outcome.UNKNOWN)
