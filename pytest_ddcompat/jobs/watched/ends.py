"""Move the ends of ranges, and minimums, to just above and just below where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from pytest_ddcompat.values.versions import Version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.specifiers import Specifier

    from pytest_ddcompat.values.versions import Range

__all__ = ["just_above", "moved_ends", "moved_minimum", "next_after", "series_before"]


def just_above(version: Version) -> Version:
    """Return a version above another, with none between them that a job may run."""
    name = version.public
    if version.dev is not None:
        return Version(f"{name.rpartition('.dev')[0]}.dev{version.dev + 1}")
    if version.post is not None:
        return Version(f"{name.rpartition('.post')[0]}.post{version.post + 1}.dev0")
    return Version(f"{name}.post0.dev0")


def series_before(version: Version) -> Version | None:
    """Return the series of releases just below a version: `1.9.0` follows `1.8`, `2.0` follows `1`.

    A page does not say which release of it was the last, so a shift takes in all of them.

    Returns:
        None where nothing is below, such as of `0`.
    """
    release = list(version.release)
    while release and not release[-1]:
        release.pop()
    if not release:
        return None
    release[-1] -= 1
    return _version(version.epoch, release)


def next_after(version: Version) -> Version:
    """Return the version that follows another, by its last number: `4.2` is followed by `4.3`."""
    *before, last = version.release
    return _version(version.epoch, [*before, last + 1])


def moved_minimum(version: Version) -> Iterator[tuple[str, Version]]:
    """Yield a minimum just above and just below another, each in words before it."""
    yield f">{version}", just_above(version)
    below = series_before(version)
    if below is not None:
        yield f">={below}", below


def moved_ends(wanted: Range) -> Iterator[tuple[str, Range]]:
    """Yield a range once with each of its ends moved outwards, and once inwards.

    Each comes in words before it. What is the same range as another comes once.
    """
    seen = {wanted}
    for number, alternative in enumerate(wanted.specifiers):
        for text in _moved(alternative):
            others = wanted.specifiers[number + 1 :]
            moved = wanted.replaced([*wanted.specifiers[:number], SpecifierSet(text), *others])
            if moved not in seen:
                seen.add(moved)
                yield str(moved) or "every version", moved


def _moved(alternative: SpecifierSet) -> Iterator[str]:
    """Yield the specifiers of a set, as text, with one of their ends moved."""
    ends = [end for each in sorted(alternative, key=str) for end in _ends_of(each)]
    for number, (operator, text) in enumerate(ends):
        others = [f"{o}{v}" for n, (o, v) in enumerate(ends) if n != number]
        for moved in _moved_end(operator, text):
            yield ",".join([*others, *filter(None, [moved])])


def _ends_of(specifier: Specifier) -> list[tuple[str, str]]:
    """Take a specifier of a series apart into its two ends; all others are one."""
    operator, text = specifier.operator, specifier.version
    if operator == "~=":
        version = Version(text)
        return [(">=", text), ("<", str(_after(version, version.release[:-1])))]
    if operator == "==" and text.endswith(".*"):
        version = Version(text[:-2])
        return [(">=", text[:-2]), ("<", str(_after(version, version.release)))]
    return [(operator, text)]


def _moved_end(operator: str, text: str) -> list[str]:
    """Return an end moved; empty where it ends nothing any more."""
    if operator == "!=":
        return [""]
    if operator not in _MOVES:
        return []  # of ===, which admits one text
    version = Version(text)
    names = {"at": version.public, "after": next_after(version), "before": series_before(version)}
    return [
        move.format_map(names)
        for move in _MOVES[operator]
        if names["before"] is not None or "{before}" not in move
    ]


_MOVES = {
    ">=": (">{at}", ">={before}"),
    ">": (">{after}", ">={at}"),
    "<": ("<={at}", "<{before}"),
    "<=": ("<={after}", "<{at}"),
    "==": (">={at},<={after}", ">={before},<={at}", "<{at},>{at}"),
}
"""Of each operator what stands in its place where its end has moved."""


def _after(version: Version, release: tuple[int, ...]) -> Version:
    return next_after(_version(version.epoch, release))


def _version(epoch: int, release: list[int] | tuple[int, ...]) -> Version:
    return Version(f"{epoch}!{'.'.join(map(str, release))}")
