"""Versions and ranges of them, by PEP 440."""

from __future__ import annotations

import operator
import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.specifiers import Specifier

__all__ = [
    "LONGEST",
    "Range",
    "Version",
    "base",
    "parse_agent_version",
    "parse_marker_range",
    "parse_range",
    "parse_version",
    "series",
]

_COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
LONGEST = 200  # characters; no published version or range comes near it


class Range:
    """Versions that any of some specifiers admits, pre-releases always included.

    Args:
        specifiers: PEP 440 specifiers, as text or parsed; a version is in the range if one of them
            admits it.
        by_order: Whether `<`, `<=`, `>` and `>=` go by the order of versions alone. To PEP 440,
            4.9.0rc1 is neither `<4.9.0` nor `>=4.9.0`.
    """

    def __init__(
        self, specifiers: Sequence[str] | Sequence[SpecifierSet], *, by_order: bool = False
    ) -> None:
        self._given = specifiers
        self._by_order = by_order
        self._known: dict[Version, bool] = {}

    @cached_property
    def specifiers(self) -> tuple[SpecifierSet, ...]:
        """The specifiers, parsed when they are first needed."""
        return tuple(SpecifierSet(s) if isinstance(s, str) else s for s in self._given)

    def __contains__(self, version: Version) -> bool:
        known = self._known.get(version)
        if known is None:
            admits = _admits_by_order if self._by_order else _admits
            known = any(admits(s, version) for s in self.specifiers)
            self._known[version] = known
        return known

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Range)
            and self._by_order is other._by_order
            and frozenset(self.specifiers) == frozenset(other.specifiers)
        )

    def __hash__(self) -> int:
        # Equal specifiers have the same cuts, and a hash of their own takes ten times as long.
        return hash(self._cut_at)

    @cached_property
    def _cut_at(self) -> frozenset[Version]:
        return frozenset(self.cuts)

    def __str__(self) -> str:
        return " or ".join(_ordered(s) for s in self.specifiers)

    def replaced(self, specifiers: Sequence[SpecifierSet]) -> Range:
        """Return the range of other specifiers, compared as this one's are."""
        return Range(specifiers, by_order=self._by_order)

    @property
    def lower(self) -> Version | None:
        """The lowest version that the range names, or None if it is open below."""
        bounds = self.bounds
        return bounds[0] if len(bounds) == len(self.specifiers) else None

    @cached_property
    def cuts(self) -> tuple[Version, ...]:
        """Versions at which the range may begin or end."""
        return tuple(cut for each in self.specifiers for one in each for cut in _cuts(one))

    @cached_property
    def bounds(self) -> list[Version]:
        """The lowest version that each specifier names, in ascending order, where it names one."""
        return sorted(b for b in map(_lower, self.specifiers) if b is not None)


def parse_version(text: str) -> Version:
    """Read a PEP 440 version.

    Raises:
        CompatibilityError: It is none.
    """
    try:
        if len(text) > LONGEST:
            raise InvalidVersion
        return Version(text)
    except InvalidVersion:
        from pytest_ddcompat.values.spelling import nearest_version  # here, as most runs need none

        what = f'"{shown(text, str, LONGEST)}" is not a version'
        near = nearest_version(text)
        what += f'; did you mean "{near}"?' if near else ""
        raise CompatibilityError(Problem(what, "a version such as 4.16.0")) from None


def parse_agent_version(text: str) -> Version:
    """Read an Agent's version, by its leading numbers where PEP 440 refuses it.

    Raises:
        CompatibilityError: It does not begin with a version's numbers.
    """
    try:
        return parse_version(text)
    except CompatibilityError:
        # Such as `7.60.0-devel+git.1.abc` or `7.50.0-rc.1-nightly`, which are SemVer.
        leading = re.match(r"\d{1,9}(\.\d{1,9}){1,3}(?=[-+])", text)
        if leading is None:
            raise
        return Version(leading.group())


@lru_cache(maxsize=4096)
def parse_range(*texts: str) -> Range:
    """Read PEP 440 specifiers into the range that any of them admits.

    Raises:
        CompatibilityError: One is no specifier.
    """
    return Range([_specifier(text) for text in texts])


@lru_cache(maxsize=4096)
def parse_marker_range(text: str) -> Range:
    """Read what a marker asks for: PEP 440 specifiers, `|` between alternatives.

    Raises:
        CompatibilityError: One is no specifier; the nearest spelling is named.
    """
    if len(text) > LONGEST or not text.isprintable():
        raise _refused(text, alternatives=True)
    try:
        return Range([_specifier(part) for part in text.split("|")], by_order=True)
    except CompatibilityError:
        raise _refused(text, alternatives=True) from None


@lru_cache(maxsize=4096)
def base(version: Version) -> Version:
    """Leave out all that follows the release: `4.0.0rc1` is `4.0.0`."""
    return Version(version.base_version)


@lru_cache(maxsize=4096)
def series(version: Version) -> Version:
    """Keep major and minor only: `3.11.7` is `3.11`."""
    return Version(f"{version.major}.{version.minor}")


def _specifier(text: str) -> SpecifierSet:
    try:
        if not text.strip() or len(text) > LONGEST:
            raise InvalidSpecifier
        specifier = SpecifierSet(text)
        if not list(specifier):
            raise InvalidSpecifier
    except InvalidSpecifier:
        raise _refused(text) from None
    return specifier


def _refused(text: str, *, alternatives: bool = False) -> CompatibilityError:
    from pytest_ddcompat.values.spelling import nearest_specifier  # here, as most runs need none

    if len(text) > LONGEST:
        what = f'"{text[:LONGEST]}" is too long for a version specifier'
        return CompatibilityError(Problem(what, f"{LONGEST} characters at most"))
    what = f'"{text}" is not a version specifier'
    near = nearest_specifier(text)
    near = near if alternatives or "|" not in near else ""
    return CompatibilityError(
        Problem(f'{what}; did you mean "{near}"?')
        if near
        else Problem(what, "a specifier such as >=2.0,<3")
    )


def _admits(specifiers: SpecifierSet, version: Version) -> bool:
    return specifiers.contains(version, prereleases=True)


def _admits_by_order(specifiers: SpecifierSet, version: Version) -> bool:
    for specifier in specifiers:
        compare = _COMPARISONS.get(specifier.operator)
        if not (
            specifier.contains(version, prereleases=True)
            if compare is None
            else compare(version, Version(specifier.version))
        ):
            return False
    return True


def _ordered(specifier: SpecifierSet) -> str:
    parts = sorted(specifier, key=lambda s: (s.operator.startswith("<"), str(s)))
    return ",".join(str(part) for part in parts)


def _lower(specifier: SpecifierSet) -> Version | None:
    bounds = [
        Version(s.version.removesuffix(".*"))
        for s in specifier
        if s.operator in {">=", "==", "~=", ">"}
    ]
    return max(bounds, default=None)


def _cuts(specifier: Specifier) -> Iterator[Version]:
    """Versions at which what a specifier admits may begin or end."""
    try:
        version = Version(specifier.version.removesuffix(".*"))
    except InvalidVersion:
        return  # of ===, which admits one text
    yield version
    if specifier.version.endswith(".*"):
        yield _next(version.epoch, version.release)
    elif specifier.operator == "~=":
        yield _next(version.epoch, version.release[:-1])


def _next(epoch: int, release: tuple[int, ...]) -> Version:
    return Version(f"{epoch}!{'.'.join(map(str, (*release[:-1], release[-1] + 1)))}")
