"""Which decisions a fact of a page can change, and whether its shift does."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.jobs.watched.search import facts_checked, rank_of, rest_on_capability
from pytest_ddcompat.jobs.watched.suite import ids_of, status_of, worst_of
from pytest_ddcompat.matrix.matrix import Removed

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.evaluation.verdict import Status
    from pytest_ddcompat.jobs.watched.shifts import Shift
    from pytest_ddcompat.jobs.watched.suite import Decision, Suite
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["Index"]


class _Leaf(NamedTuple):
    """The smallest part of a decision that a fact can change: a capability, or another marker.

    Attributes:
        environment: The facts.
        requirement: What asks for the capability, without its names; or the other marker.
        capability: Id of the capability; empty for another marker.
    """

    environment: Environment
    requirement: Requirement
    capability: str


class _Group(NamedTuple):
    """Leaves for which some checks come to the same.

    Attributes:
        leaf: One of them.
        decisions: The decisions that rest on any of them.
        jobs: The jobs of these: a bit each.
    """

    leaf: _Leaf
    decisions: tuple[Decision, ...]
    jobs: int


class Index:
    """The decisions of a suite, by the facts of one page that can change them.

    Attributes:
        matrix: The page, without the rows that overlays have taken away.
    """

    def __init__(self, matrices: Matrices, matrix: Matrix, suite: Suite) -> None:
        """Find what the facts of a page can change.

        Args:
            matrices: The pages by which the decisions were made.
            matrix: The one of them.
            suite: The decisions.
        """
        # Rows that overlays took away only add to quotations.
        self.matrix = matrix.replaced({"removed": Removed.from_values({})})
        self.page = matrix
        self.pick = matrices.pick
        self._capabilities = {row.id: row for row in matrix.capabilities}
        self._leaves: dict[_Leaf, list[Decision]] = {}
        for decision in suite.decisions:
            for leaf in dict.fromkeys(self._leaves_of(decision)):
                self._leaves.setdefault(leaf, []).append(decision)
        self._by_capability: dict[str, list[_Leaf]] = {}
        for leaf in self._leaves:
            self._by_capability.setdefault(leaf.capability, []).append(leaf)
        self._own_runtimes = {row.capability for row in matrix.runtimes}
        self._narrowed: dict[tuple[str, ...], Matrix] = {}
        self._known: dict[tuple[tuple[str, ...], str | None], list[_Group]] = {}

    def _leaves_of(self, decision: Decision) -> Iterator[_Leaf]:
        for part in (part for each in decision.requirements for part in each.parts):
            if not part.by_page or self.pick(part) is not self.page:
                continue
            if part.kind == "capability":
                shape = part._replace(names=(), matrix=None)
                for name in ids_of(part, self.page):
                    yield _Leaf(decision.environment, shape, name)
            elif part.kind == "support_level":
                yield _Leaf(decision.environment, part, "")

    def jobs_noticing(self, shift: Shift) -> int:
        """Return the jobs of which a decision changes with a shift: a bit each."""
        trial = _Trial(self, shift)
        noticing = 0
        for group in self._groups(shift):
            if not group.jobs & ~noticing or not trial.turns(group.leaf):
                continue
            for decision in group.decisions:
                if decision.jobs & ~noticing and trial.status(decision) is not decision.status:
                    noticing |= decision.jobs
        return noticing

    def _groups(self, shift: Shift) -> Iterable[_Group]:
        """Return the leaves that a shift may concern, those of one outcome together."""
        names = (None,) if shift.capabilities is None else shift.capabilities
        for name in names:
            key = (shift.checks, name)
            if key not in self._known:
                leaves = self._leaves if name is None else self._by_capability.get(name, ())
                self._known[key] = self._grouped(leaves, shift.checks)
            yield from self._known[key]

    def _grouped(self, leaves: Iterable[_Leaf], checks: tuple[str, ...]) -> list[_Group]:
        together: dict[Hashable, list[_Leaf]] = {}
        for leaf in leaves:
            alike = (self._alike(leaf.capability, checks), leaf.requirement)
            facts = facts_checked(checks, leaf.requirement, leaf.environment, self.page)
            together.setdefault((alike, facts), []).append(leaf)
        groups = []
        for each in together.values():
            # By identity: two decisions may be equal but for the jobs.
            found = {id(one): one for leaf in each for one in self._leaves[leaf]}
            jobs = reduce(or_, (one.jobs for one in found.values()))
            groups.append(_Group(each[0], tuple(found.values()), jobs))
        return groups

    def _alike(self, name: str, checks: tuple[str, ...]) -> str:
        """Return a capability, or nothing where checks come to the same for it as for others."""
        if checks == ("runtime",):
            return name if name in self._own_runtimes else ""
        return name if rest_on_capability(checks) else ""

    def narrowed(self, ids: tuple[str, ...]) -> Matrix:
        """Return the page with some of its capabilities alone."""
        if ids not in self._narrowed:
            rows = tuple(self._capabilities[name] for name in ids if name)
            self._narrowed[ids] = self.matrix.replaced({"capabilities": rows})
        return self._narrowed[ids]


class _Trial:
    """The decisions made again with one fact shifted."""

    def __init__(self, index: Index, shift: Shift) -> None:
        self._index = index
        self._shift = shift
        self._shifted: dict[tuple[str, ...], Matrix] = {}
        self._known: dict[tuple[Environment, Requirement], Status | None] = {}

    def turns(self, leaf: _Leaf) -> bool:
        """Whether the shifted checks come to something else for a leaf."""
        ids = (leaf.capability,) if leaf.capability else ()
        before, after = (
            rank_of(self._shift.checks, leaf.requirement, leaf.environment, page)
            for page in (self._index.narrowed(ids), self._page_of(ids))
        )
        return before != after

    def status(self, decision: Decision) -> Status | None:
        """Return what a decision comes to."""
        return worst_of(
            [self._status(each, decision.environment) for each in decision.requirements]
        )

    def _status(self, requirement: Requirement, environment: Environment) -> Status | None:
        key = (environment, requirement)
        if key not in self._known:
            self._known[key] = status_of(requirement, environment, self._pick)
        return self._known[key]

    def _pick(self, requirement: Requirement) -> Matrix:
        picked = self._index.pick(requirement)
        if picked is not self._index.page:
            return picked
        return self._page_of(ids_of(requirement, picked))

    def _page_of(self, ids: tuple[str, ...]) -> Matrix:
        if ids not in self._shifted:
            self._shifted[ids] = self._shift.applied(self._index.narrowed(ids))
        return self._shifted[ids]
