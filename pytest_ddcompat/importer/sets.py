"""Sets of versions, which can be combined and turned round before they become a specifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from packaging.version import Version

__all__ = ["ALL", "NONE", "Cut", "Versions", "alone", "between", "since"]


class Cut(NamedTuple):
    """A place in the order of versions.

    Attributes:
        version: The version there, without a local part.
        is_after: Whether the place is just after that version and its local ones, such as
            `1.2.0+abc`; otherwise it is just before them.
    """

    version: Version
    is_after: bool = False


class Versions(NamedTuple):
    """A set of versions, in the order of PEP 440.

    Attributes:
        has_oldest: Whether the oldest of all versions are in it.
        cuts: Where it begins or ends, in ascending order.
    """

    has_oldest: bool
    cuts: tuple[Cut, ...]

    def __str__(self) -> str:
        """A marker's specifier for the set; empty for all versions, and for none."""
        return "|".join(map(",".join, self._alternatives()))

    @property
    def others(self) -> Versions:
        """All versions that are not in it."""
        return self._replace(has_oldest=not self.has_oldest)

    def or_in(self, other: Versions) -> Versions:
        """All versions of this set and of another."""
        return self._combined(other, lambda one, two: one or two)

    def and_in(self, other: Versions) -> Versions:
        """All versions that are in this set and in another."""
        return self._combined(other, lambda one, two: one and two)

    def _combined(self, other: Versions, joined: Callable[[bool, bool], bool]) -> Versions:
        one, two = self.has_oldest, other.has_oldest
        state = has_oldest = joined(one, two)
        cuts = []
        for cut in sorted({*self.cuts, *other.cuts}):
            one ^= cut in self.cuts
            two ^= cut in other.cuts
            if joined(one, two) is not state:
                state = not state
                cuts.append(cut)
        return Versions(has_oldest, tuple(cuts))

    def _stretches(self) -> Iterator[tuple[Cut | None, Cut | None]]:
        """Yield where each connected part begins and ends; None where it has no bound."""
        cuts = [None, *self.cuts] if self.has_oldest else list(self.cuts)
        ends = [*cuts[1:], None]
        return zip(cuts[::2], ends[::2])

    def _alternatives(self) -> list[list[str]]:
        found: list[list[str]] = []
        last: Cut | None = None
        for start, end in self._stretches():
            if start is None:
                found.append([])
            elif not start.is_after:
                found.append([f">={start.version}"])
            elif last == Cut(start.version):
                # Only one version is left out between the parts.
                found[-1][-1] = f"!={start.version}"
            else:
                # `>` alone would admit its local versions, which are newer than it.
                found.append([f">={start.version}", f"!={start.version}"])
            if end is not None and end.is_after:
                if start == Cut(end.version):
                    found.pop()
                else:
                    found[-1].append(f"<{end.version}")
                found.append([f"=={end.version}"])
            elif end is not None:
                found[-1].append(f"<{end.version}")
            last = end
        return found


ALL = Versions(has_oldest=True, cuts=())
NONE = Versions(has_oldest=False, cuts=())


def since(version: Version) -> Versions:
    """A version and all newer ones."""
    return Versions(has_oldest=False, cuts=(Cut(version),))


def between(start: Version, end: Version) -> Versions:
    """A version and all newer ones that are older than another."""
    return Versions(has_oldest=False, cuts=(Cut(start), Cut(end)) if start < end else ())


def alone(version: Version) -> Versions:
    """A version with its local ones, and no other."""
    return Versions(has_oldest=False, cuts=(Cut(version), Cut(version, is_after=True)))
