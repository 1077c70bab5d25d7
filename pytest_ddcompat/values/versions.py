"""Versions and ranges of them, by PEP 440."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Range",
    "Version",
    "base",
    "parse_agent_version",
    "parse_range",
    "parse_version",
    "series",
]

_LONGEST = 200  # characters; no published version or range comes near it


class Range:
    """Versions that any of some specifiers admits, pre-releases always included.

    Args:
        specifiers: PEP 440 specifiers, as text or parsed; a version is in the range if one of them
            admits it.
    """

    def __init__(self, specifiers: Sequence[str] | Sequence[SpecifierSet]) -> None:
        self._given = specifiers
        self._known: dict[Version, bool] = {}

    @cached_property
    def specifiers(self) -> tuple[SpecifierSet, ...]:
        """The specifiers, parsed when they are first needed."""
        return tuple(SpecifierSet(s) if isinstance(s, str) else s for s in self._given)

    def __contains__(self, version: Version) -> bool:
        known = self._known.get(version)
        if known is None:
            known = any(s.contains(version, prereleases=True) for s in self.specifiers)
            self._known[version] = known
        return known

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Range) and set(self.specifiers) == set(other.specifiers)

    def __hash__(self) -> int:
        return hash(frozenset(self.specifiers))

    def __str__(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        return " or ".join(_ordered(s) for s in self.specifiers)

    @property
    def lower(self) -> Version | None:
        """The lowest version that the range names, or None if it is open below."""
        bounds = self._bounds
        return bounds[0] if len(bounds) == len(self.specifiers) else None

    def above(self, version: Version | None) -> Version | None:
        """A version of the range: the lowest above the given one, else the highest told."""
        higher = (v for v in self._told if version is None or v > version)
        return next(higher, max(self._told, default=None))

    @cached_property
    def _told(self) -> list[Version]:
        """Versions of the range that its bounds tell of."""
        pairs = [(b, Version(f"{b.base_version}.1")) for b in self._bounds]
        return [candidate for pair in pairs for candidate in pair if candidate in self]

    @cached_property
    def _bounds(self) -> list[Version]:
        return sorted(b for b in map(_lower, self.specifiers) if b is not None)


def parse_version(text: str) -> Version:
    """Read a PEP 440 version.

    Raises:
        ValueError: It is none; the message says so.
    """
    try:
        if len(text) > _LONGEST:
            raise InvalidVersion
        return Version(text)
    except InvalidVersion:
        shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        raise ValueError(f'"{shown}" is not a version; valid: PEP 440, such as 4.16.0') from None


def parse_agent_version(text: str) -> Version:
    """Read an Agent's version, by its leading numbers where PEP 440 refuses it.

    Raises:
        ValueError: It does not begin with a version's numbers.
    """
    try:
        return parse_version(text)
    except ValueError:
        leading = re.match(r"\d{1,9}(\.\d{1,9}){1,3}(?=[-+])", text)
        if leading is None:
            raise
        return Version(leading.group())


@lru_cache(maxsize=4096)
def parse_range(*texts: str) -> Range:
    """Read PEP 440 specifiers into the range that any of them admits.

    Raises:
        ValueError: One is no specifier; the message says which.
    """
    return Range([_specifier(text) for text in texts])


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
        if not text.strip() or len(text) > _LONGEST:
            raise InvalidSpecifier
        specifier = SpecifierSet(text)
        if not list(specifier):
            raise InvalidSpecifier
    except InvalidSpecifier:
        hint = f'; did you mean ">={text}"?' if _is_version(text) else ""
        raise ValueError(
            f'"{text[:_LONGEST]}" is not a version specifier{hint or "; valid: such as >=2.0,<3"}'
        ) from None
    return specifier


def _is_version(text: str) -> bool:
    try:
        Version(text[:_LONGEST])
    except InvalidVersion:
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
