"""What the rules share: a complaint, the rows of a matrix, and what ranges divide versions into."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from packaging.version import InvalidVersion

from pytest_ddcompat.matrix.rows import Statement
from pytest_ddcompat.values.versions import Version, base

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.specifiers import Specifier

    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.values.versions import Range

__all__ = ["Complaint", "meet", "regions", "spans", "statements"]


class Complaint(NamedTuple):
    """Something of a matrix that is probably wrong.

    Attributes:
        where: The field: `releases[1].until`.
        what: What is wrong with it.
        value: What stands there.
        valid: What would be right.
        tip: What to do.
    """

    where: str
    what: str
    value: str
    valid: str
    tip: str

    def __str__(self) -> str:
        got = f" (got {self.value})" if self.value else ""
        joint = "" if self.what.endswith("?") else ";"
        valid = f"{joint} valid: {self.valid}" if self.valid else ""
        where = f"{self.where}: " if self.where else ""
        return f"{where}{self.what}{got}{valid}; tip: {self.tip}"


def statements(matrix: Matrix) -> Iterator[tuple[str, Statement]]:
    """All statements of a page, each with its place: `releases[1]`."""
    for kind in matrix.fields:
        rows = getattr(matrix, kind)
        for number, row in enumerate(rows if isinstance(rows, tuple) else ()):
            if isinstance(row, Statement):
                yield f"{kind}[{number}]", row


def regions(ranges: Iterable[Range]) -> list[Version]:
    """One version of each stretch that ranges divide all versions into, in ascending order.

    All versions of a stretch are in the same ranges; no pre-release is told.
    """
    cuts = {Version("0")}
    for each in ranges:
        for specifiers in each.specifiers:
            for specifier in specifiers:
                cuts.update(_cuts(specifier))
    return [v for cut in sorted(cuts) for v in (cut, _just_above(cut))]


def spans(ranges: Iterable[Range]) -> dict[Range, list[tuple[int, int]]]:
    """Where ranges lie beside each other, pre-releases as their releases: see `meet`.

    Returns:
        Of each range its spans, from one number up to, but without, another.
    """
    held: dict[Range, list[tuple[Version, int, bool]]] = {}
    for each in ranges:
        if each not in held:
            versions = regions([each])
            # Of each two versions, the second is of the stretch just above the first.
            held[each] = [
                (base(versions[n - n % 2]), n % 2, v in each) for n, v in enumerate(versions)
            ]
    cuts = sorted({cut for stretches in held.values() for cut, _, _ in stretches})
    places = {cut: 2 * number for number, cut in enumerate(cuts)}
    found = {}
    for each, stretches in held.items():
        starts = [places[cut] + above for cut, above, _ in stretches]
        ends = [*starts[1:], 2 * len(cuts)]
        both = zip(stretches, starts, ends)
        found[each] = [(start, end) for (*_, is_in), start, end in both if is_in and start < end]
    return found


def meet(ones: list[tuple[int, int]], others: list[tuple[int, int]]) -> bool:
    """Whether ranges share a version, by their spans."""
    return any(start < until and begin < end for start, end in ones for begin, until in others)


def _just_above(version: Version) -> Version:
    return Version(f"{version.base_version}.0.0.0.0.1")


def _cuts(specifier: Specifier) -> Iterator[Version]:
    """Versions at which what a specifier admits may begin or end."""
    try:
        version = Version(specifier.version.removesuffix(".*"))
    except InvalidVersion:
        return  # of ===, which admits one text
    yield version
    if specifier.version.endswith(".*"):
        yield _next(version.release)
    elif specifier.operator == "~=":
        yield _next(version.release[:-1])


def _next(release: tuple[int, ...]) -> Version:
    return Version(".".join(map(str, (*release[:-1], release[-1] + 1))))
