"""The values of each fact that a plan tries: at and around the boundaries of the requirements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.environment.fact import FACTS, PLATFORM_WORDS, kind_of
from pytest_ddcompat.planning.trial import UNKNOWN
from pytest_ddcompat.values.names import DEPLOYMENT_TYPES, fact_id
from pytest_ddcompat.values.sites import SITES
from pytest_ddcompat.values.stretches import stretches
from pytest_ddcompat.values.versions import Range, Version, series

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.planning.atoms import Atom
    from pytest_ddcompat.planning.trial import Trial

__all__ = ["NESTED", "PYTHONS", "Limits", "candidates_of"]

PYTHONS = (*(Version(f"3.{minor}") for minor in range(14, 4, -1)), Version("2.7"))
"""Released versions of Python, the newest first: a plan names one of them where any will do."""

NESTED = (("docker", "kubernetes"), ("docker", "amazon_ecs", "aws_fargate"))
"""Deployment types that apply together; each applies alone, too."""

_ANY = Version("1.0")  # of what is required at any version


class Limits(NamedTuple):
    """Limits to the environments of a plan.

    Attributes:
        values: The values of facts by key, the preferred ones first; of others any may be.
        ranges: Ranges in which the versions of facts must be, by key.
        pythons: Minor versions of Python, the preferred ones first; empty: any.
        names: How the frameworks of these limits are written, by key.
    """

    values: Mapping[str, tuple[Any, ...]] = {}
    ranges: Mapping[str, Range] = {}
    pythons: tuple[Version, ...] = ()
    names: Mapping[str, str] = {}

    @property
    def keys(self) -> list[str]:
        """The facts that are limited."""
        python = ["python"] if self.pythons else []
        return [*dict.fromkeys([*python, *self.values, *self.ranges])]

    def admits(self, key: str, value: object) -> bool:
        """Whether a fact may have a value."""
        if key in self.values and value not in self.values[key]:
            return False
        if not isinstance(value, Version):
            return key not in self.ranges or value is UNKNOWN
        if key == "python" and self.pythons and series(value) not in self.pythons:
            return False
        return key not in self.ranges or value in self.ranges[key]


def candidates_of(atoms: Iterable[Atom], trial: Trial, limits: Limits) -> dict[str, list[Any]]:
    """Return the values that each fact may have in an environment, the preferred ones first.

    Args:
        atoms: The atoms of all requirements.
        trial: It knows their boundaries.
        limits: What environments there may be.
    """
    by_key: dict[str, list[Atom]] = {}
    for atom in dict.fromkeys(atoms):
        for key in atom.axes:
            by_key.setdefault(key, []).append(atom)
    for key in limits.keys:
        by_key.setdefault(key, [])
    found: dict[str, list[Any]] = {}
    for key, concerned in by_key.items():
        # A set would do, were it not for True, which is equal to 1.
        tried = limits.values.get(key) or _tried(key, concerned, trial, limits)
        found[key] = [value for value in tried if limits.admits(key, value)]
    return found


def _tried(key: str, atoms: Sequence[Atom], trial: Trial, limits: Limits) -> Sequence[Any]:
    if key == "deployments":
        return _deployments(trial)
    if key in PLATFORM_WORDS:
        return _words(key, atoms, trial)
    if key == "site":
        excluded = [site for m in trial.matrices for row in m.sites for site in row.excluded]
        return [*dict.fromkeys([SITES["US1"], *excluded])]
    own = trial.matrices.own_facts.get(fact_id(key.partition("fact.")[2]))
    if key == "remote_configuration" or (own is not None and own.kind == "boolean"):
        return [True, False]
    if own is not None and own.kind == "word":
        return _own_words(key, atoms, trial, own.words)
    return _versions(key, atoms, trial, limits)


def _versions(key: str, atoms: Sequence[Atom], trial: Trial, limits: Limits) -> list[Any]:
    """Return versions at and around all boundaries, those with names of their own first."""
    cuts = {cut for atom in atoms for cut in trial.cuts(atom, key)}
    cuts.update(limits.ranges[key].cuts if key in limits.ranges else ())
    known = [*sorted(cuts, reverse=True), *map(_below, sorted(cuts, reverse=True))]
    if key == "python":
        known = [*(limits.pythons or PYTHONS), *known]
    every = stretches(cuts, lambda _: True)[0].samples
    found: list[Any] = [*known, *reversed(every)] if cuts or known else [_ANY]
    kind = kind_of(key)
    unknown = [UNKNOWN] if key == "agent" else []
    return [*unknown, *dict.fromkeys(found), *([None] if kind.nullable else [])]


def _below(version: Version) -> Version:
    """Return a version before another that looks like one: 7.19 of 7.20, 2.5 of 2.6.0."""
    numbers = [*version.release]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    numbers[-1] = max(numbers[-1] - 1, 0)
    return Version(f"{version.epoch}!{'.'.join(map(str, numbers))}")


def _deployments(trial: Trial) -> list[frozenset[str]]:
    rows = [row.id for matrix in trial.matrices for row in matrix.deployments]
    alone = [(kind,) for kind in dict.fromkeys([*DEPLOYMENT_TYPES, *rows])]
    return [frozenset(kinds) for kinds in ((), *alone, *NESTED)]


def _words(key: str, atoms: Sequence[Atom], trial: Trial) -> list[str]:
    """Return the documented words of a platform, and those that a page or a marker names."""
    rows = [row for matrix in trial.matrices for row in matrix.runtimes]
    named = {"os": [r.os for r in rows], "implementation": [r.implementation for r in rows]}
    asked = [
        str(word)
        for atom in atoms
        for name, words in atom.requirement.values
        if name == key
        for word in words
    ]
    first = [str(FACTS[key].example)]
    return [*dict.fromkeys([*first, *PLATFORM_WORDS[key].values(), *named.get(key, ()), *asked])]


def _own_words(
    key: str, atoms: Sequence[Atom], trial: Trial, words: Sequence[str]
) -> list[bool | str]:
    """Return the words of a user-defined fact: the declared ones, or those that are asked for."""
    asked: list[bool | str] = [*words]
    for atom in atoms:
        for name, values in _wanted(atom, trial):
            if FACTS["fact"].key_of(name) == key:
                asked += values
    # One that nobody names, for what is only not to be another.
    return [*dict.fromkeys(asked if words else [*asked, "other"])]


def _wanted(atom: Atom, trial: Trial) -> Iterable[tuple[str, Sequence[bool | str]]]:
    yield from atom.requirement.values
    if atom.check:
        matrix = next(m for m in trial.matrices if m.page.id == atom.matrix)
        capability = matrix.capability(atom.requirement.names[0])
        yield from capability.needs.items()
        for minimum in capability.minimums:
            yield from minimum.facts.items()
