"""Stretches: connected ranges of versions, found by trying a version of each part."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.values.versions import Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pytest_ddcompat.values.versions import Range

_LOWEST = Version("0.dev0")

__all__ = ["Stretch", "choose", "samples", "stretches", "stretches_of"]


class Stretch(NamedTuple):
    """A connected range of versions.

    Attributes:
        text: The range as a PEP 440 specifier; empty: every version.
        samples: A version of each of its parts, the lowest first.
    """

    text: str
    samples: tuple[Version, ...]

    def nearest(self, installed: Version | None) -> Version:
        """Return the version to try: the lowest that is newer than what is installed, if any is.

        Args:
            installed: What is installed, if anything is.
        """
        if installed is None:
            # The lowest bound, and where there is none rather a late version than none at all.
            return self.samples[0] if self.samples[0] > _LOWEST else self.samples[-1]
        return next((v for v in self.samples if v > installed), self.samples[-1])


def stretches(cuts: Iterable[Version], admits: Callable[[Version], bool]) -> tuple[Stretch, ...]:
    """Find all versions that a condition admits, as connected ranges in ascending order.

    Args:
        cuts: Versions at which the condition may change; of equal ones the first is written.
        admits: The condition.
    """
    places: dict[Version, Version] = {}
    for cut in cuts:
        places.setdefault(cut, cut)
    ordered = sorted(places.values())
    parts = _parts(ordered)
    admitted = [admits(version) for version in parts]
    found, start = [], 0
    while start < len(parts):
        if not admitted[start]:
            start += 1
            continue
        end = start
        # A single version that is left out does not end a range: `!=` names it.
        while end + 1 < len(parts) and (
            admitted[end + 1] or (end % 2 == 0 and end + 2 < len(parts) and admitted[end + 2])
        ):
            end += 1
        inside = range(start, end + 1)
        text = _text(ordered, start, end, [n for n in inside if not admitted[n]])
        found.append(Stretch(text, tuple(parts[n] for n in inside if admitted[n])))
        start = end + 1
    return tuple(found)


@lru_cache(maxsize=1024)
def stretches_of(wanted: Range) -> tuple[Stretch, ...]:
    """Find the connected ranges that a range consists of."""
    return stretches(wanted.cuts, wanted.__contains__)


def samples(cuts: Iterable[Version], wanted: Range) -> list[Version]:
    """Return a version of each part of a range, in ascending order.

    Args:
        cuts: Versions at which its parts begin or end, beside its own.
        wanted: The range.
    """
    return [version for version in _parts(sorted({*cuts, *wanted.cuts})) if version in wanted]


def choose(
    found: Sequence[Stretch],
    installed: Version | None,
    rank: Callable[[Stretch], int] = bool,
) -> tuple[Stretch | None, str]:
    """Choose the stretch to advise: a newer one, of those of the highest rank, the newest.

    Args:
        found: The stretches, in ascending order.
        installed: What is installed, if anything is.
        rank: The higher, the more a stretch is preferred to others.

    Returns:
        The stretch, or None if there is none, and words for one that is older.
    """
    newer = [s for s in found if installed is None or s.samples[-1] > installed]
    candidates = newer or list(found)
    if not candidates:
        return None, ""
    best = max(enumerate(candidates), key=lambda pair: (rank(pair[1]), pair[0]))[1]
    return best, "" if newer else f" (older than {installed})"


def _parts(cuts: Sequence[Version]) -> list[Version]:
    """Return a version below all cuts, of each cut, and between it and the next: 2 n + 1."""
    parts = [_LOWEST]
    for number, cut in enumerate(cuts):
        following = cuts[number + 1] if number + 1 < len(cuts) else None
        parts += [cut, _above(cut, following)]
    return parts


def _above(cut: Version, following: Version | None) -> Version:
    base = cut.base_version
    names = [base, f"{base}.1", f"{base}.0.0.0.0.1"]
    if cut.is_prerelease and not cut.is_devrelease and not cut.is_postrelease:
        names.append(f"{cut.public}.post0.dev0")
    for name in names:
        version = Version(name)
        if version > cut and (following is None or version < following):
            return version
    # Between two development releases of one release there is none that has a name of its own.
    return cut


def _text(cuts: Sequence[Version], start: int, end: int, without: Sequence[int]) -> str:
    """Write the range from one part to another; those with odd numbers are cuts."""
    if start == end and start % 2:
        return f"=={cuts[start // 2]}"
    words = []
    if start:
        words.append(f">={cuts[start // 2]}" if start % 2 else f">{cuts[start // 2 - 1]}")
    words += [f"!={cuts[number // 2]}" for number in without]
    if end < 2 * len(cuts):
        words.append(f"<={cuts[end // 2]}" if end % 2 else f"<{cuts[end // 2]}")
    return ",".join(words)
