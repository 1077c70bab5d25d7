"""Have a plan try each documented minimum at its boundaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.planning.atoms import Atom, Operation, atoms_in
from pytest_ddcompat.planning.problem import alternatives_of
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.versions import Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.planning.atoms import Formula
    from pytest_ddcompat.planning.candidates import Limits
    from pytest_ddcompat.planning.space import Space
    from pytest_ddcompat.planning.trial import Trial

__all__ = ["Boundary", "Pin", "Wanted", "pins_of", "wanted_of"]

_CHECKS = {"tracer", "framework"}
"""The checks of which a page documents minimums."""

_MOST = 20  # kinds of tests that may try one boundary; any of them does


class Boundary(NamedTuple):
    """A boundary that some environment of a plan tries.

    Attributes:
        minimum: What is documented: a capability, and the fact whose minimum it is.
        place: `lowest`, `highest` or `just below`.
        versions: The versions there, as a PEP 440 specifier.
        environment: The number of the environment, from 1.
    """

    minimum: str
    place: str
    versions: str
    environment: int = 0

    @property
    def name(self) -> str:
        """What it is, in words."""
        return f"{self.minimum}: {self.place}, {self.versions}"


class Pin(NamedTuple):
    """A documented minimum, and the versions at which it may be tried.

    Attributes:
        minimum: The atom that has it.
        below: The same, violated.
        versions: Atoms that ask for a version, or for versions that are alike, in ascending order.
    """

    minimum: Atom
    below: Atom
    versions: tuple[Atom, ...]

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """All its atoms."""
        return (self.minimum, self.below, *self.versions)


class Wanted(NamedTuple):
    """A boundary, and the formula that a test which tries it would have."""

    boundary: Boundary
    formula: Formula


def pins_of(
    atoms: Sequence[Atom], candidates: Mapping[str, Sequence[Any]], trial: Trial, limits: Limits
) -> list[Pin]:
    """Return the documented minimums of some atoms.

    Args:
        atoms: The atoms.
        candidates: The values of each fact.
        trial: It knows the boundaries of the atoms.
        limits: What environments there may be.
    """
    parts: dict[str, list[str]] = {}
    found = []
    for atom in atoms:
        if atom.check not in _CHECKS or not atom.wanted or not atom.axes:
            continue
        key = atom.axes[0]
        if key not in parts:
            offered = candidates[key] if key in limits.values else None
            parts[key] = _parts(
                {c for a in atoms if key in a.axes for c in trial.cuts(a, key)}, offered
            )
        each = (
            atom._replace(requirement=_within(key, part), check="", axes=(key,))
            for part in parts[key]
        )
        found.append(Pin(atom, atom._replace(wanted=False), tuple(each)))
    return found


def _parts(cuts: Iterable[Version], offered: Sequence[Any] | None) -> list[str]:
    """Return specifiers of all versions, in ascending order: within one, nothing changes.

    Args:
        cuts: The versions at which something may change.
        offered: The only versions that there are, if not any may be.
    """
    if offered is not None:
        return [f"=={version}" for version in sorted(v for v in offered if isinstance(v, Version))]
    ordered = sorted(cuts)
    found = [f"<{cut}" for cut in ordered[:1]]
    for number, cut in enumerate(ordered):
        above = "".join(f",<{following}" for following in ordered[number + 1 : number + 2])
        found += [f"=={cut}", f">{cut}{above}"]
    return found


def wanted_of(
    pins: Sequence[Pin], tests: Sequence[tuple[str, Formula]], space: Space
) -> list[Wanted]:
    """Return what has to run so that each minimum is tried at its lowest, highest and just below.

    At its lowest and its highest some test that has the minimum is to run. Just below, all else
    that such a test asks for is to hold, so that the minimum alone keeps it from running.

    Args:
        pins: The minimums.
        tests: The tests that some environment runs, with what they ask for.
        space: The environments.
    """
    found = []
    for pin in pins:
        having = [(test, f) for test, f in tests if pin.minimum in {*atoms_in(f)}][:_MOST]
        at = [_any_at(exact, having) for exact in pin.versions]
        places = [n for n, formula in enumerate(at) if alternatives_of("", formula, space)]
        for place, numbers in (("lowest", places[:1]), ("highest", places[1:][-1:])):
            found += [_wanted(pin, place, n, at[n]) for n in numbers]
        below = [(test, _with(formula, pin.minimum, pin.below)) for test, formula in having]
        for number in range(places[0] - 1 if places else -1, -1, -1):
            formula = _any_at(pin.versions[number], below)
            if alternatives_of("", formula, space):
                found.append(_wanted(pin, "just below", number, formula))
                break
    return found


def _within(key: str, specifier: str) -> Requirement:
    if key == "tracer":
        return Requirement.tracer(specifier)
    return Requirement.framework(key.partition(".")[2], specifier)


def _any_at(exact: Atom, tests: Sequence[tuple[str, Formula]]) -> Formula:
    """Return what holds where any of some tests runs at a version."""
    either = Operation(all=False, operands=tuple(formula for _, formula in tests))
    return Operation(all=True, operands=(exact, either))


def _with(formula: Formula, old: Atom, new: Atom) -> Formula:
    if isinstance(formula, Atom):
        return new if formula == old else formula
    return formula._replace(operands=tuple(_with(each, old, new) for each in formula.operands))


def _wanted(pin: Pin, place: str, number: int, formula: Formula) -> Wanted:
    key = pin.minimum.axes[0]
    specifier = pin.versions[number].requirement.specifier
    minimum = f"{pin.minimum.requirement.names[0]} {key}"
    return Wanted(Boundary(minimum, place, specifier), formula)
