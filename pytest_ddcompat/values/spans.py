"""Where ranges of versions lie beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.values.versions import Version, base

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_ddcompat.values.versions import Range

__all__ = ["meet", "overlapping", "regions", "spans"]

_ZERO = Version("0")


def regions(ranges: Iterable[Range]) -> list[Version]:
    """One version of each stretch that ranges divide all versions into, in ascending order.

    All versions of a stretch are in the same ranges; pre-releases count as their releases.
    """
    cuts = {Version("0")}
    for each in ranges:
        cuts.update(each.cuts)
    return [v for cut in sorted(cuts) for v in (cut, _just_above(cut))]


def spans(ranges: Iterable[Range]) -> dict[Range, list[tuple[int, int]]]:
    """Where ranges lie beside each other, pre-releases as their releases: see `meet`.

    Numbers compare at once, where each test of a version in a range takes some microseconds.

    Returns:
        Of each range its spans, from one number up to, but without, another.
    """
    stretches: dict[Range, list[tuple[Version, int, bool]]] = {}
    for each in ranges:
        if each not in stretches:
            stretches[each] = _stretches(each)
    cuts = sorted({cut for own in stretches.values() for cut, _, _ in own})
    places = {cut: 2 * number for number, cut in enumerate(cuts)}
    found = {}
    for each, own in stretches.items():
        starts = [places[cut] + above for cut, above, _ in own]
        ends = [*starts[1:], 2 * len(cuts)]
        bounds = zip(own, starts, ends)
        found[each] = [(start, end) for (*_, is_in), start, end in bounds if is_in and start < end]
    return found


def _stretches(each: Range) -> list[tuple[Version, int, bool]]:
    """Return where a range begins and ends: a version, 1 for just above it, and if it is in."""
    bounds = {s.operator: s.version for alone in each.specifiers for s in alone}
    # As nearly all ranges are: no version has to be tried.
    if bounds.keys() == {">=", "<"} and [*map(len, each.specifiers)] == [2]:
        lower, upper = (base(Version(bounds[operator])) for operator in (">=", "<"))
        return [(_ZERO, 0, False), (lower, 0, True), (upper, 0, False)]
    versions = regions([each])
    # Of each two versions, the second is of the stretch just above the first.
    return [(base(versions[n - n % 2]), n % 2, v in each) for n, v in enumerate(versions)]


def meet(ones: list[tuple[int, int]], others: list[tuple[int, int]]) -> bool:
    """Whether ranges share a version, by their spans."""
    return any(start < until and begin < end for start, end in ones for begin, until in others)


def overlapping(ranges: Sequence[Range]) -> list[tuple[int, int]]:
    """Find ranges that share a version with another one.

    Returns:
        Their indices in pairs, the lower first; of ranges that many overlap, not each pair.
    """
    places = spans(ranges)
    found: set[tuple[int, int]] = set()
    furthest = (0, -1)
    # In ascending order: whatever begins before the furthest end so far overlaps its range.
    each = [(*span, n) for n, one in enumerate(ranges) for span in places[one]]
    for start, end, number in sorted(each):
        if start < furthest[0] and number != furthest[1]:
            found.add((min(number, furthest[1]), max(number, furthest[1])))
        furthest = max(furthest, (end, number))
    return sorted(found)


def _just_above(version: Version) -> Version:
    return Version(f"{version.base_version}.0.0.0.0.1")
