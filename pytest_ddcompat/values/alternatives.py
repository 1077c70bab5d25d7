"""Alternatives of a range: each admits some version, and no two admit the same."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.spelling import nearest_specifier
from pytest_ddcompat.values.stretches import stretches, stretches_of
from pytest_ddcompat.values.versions import LONGEST, Range, parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.values.errors import Place
    from pytest_ddcompat.values.stretches import Stretch

__all__ = ["MOST_ALTERNATIVES", "read_alternatives"]

MOST_ALTERNATIVES = 100
"""No published range comes near it, and a remedy tries each bound with each alternative."""

_EXAMPLE = "a range with its lower end first, such as >=1.3,<2"


def read_alternatives(texts: Sequence[object], place: Place) -> Range | None:
    """Read PEP 440 specifiers, compared by the order of versions alone.

    Args:
        texts: The specifiers; what is no string was refused before.
        place: Where they stand; what is wrong is noted in it.

    Returns:
        The versions that any of them admits; None if a problem was noted.
    """
    before = len(place.problems)
    if len(texts) > MOST_ALTERNATIVES:
        what = f"these are {len(texts)} alternatives"
        place.problem(what, f"at most {MOST_ALTERNATIVES}; ranges that touch can be one")
        return None
    numbered = takewhile(lambda _: not place.is_full, enumerate(texts))
    read = [_read(text, place.inside(f"[{n}]")) for n, text in numbered if isinstance(text, str)]
    if not read or len(read) < len(texts) or None in read:
        return None
    each = [one for one in read if one is not None]
    _refuse_overlap(each, place)
    specifiers = [specifier for one in each for specifier in one.specifiers]
    return Range(specifiers, by_order=True) if len(place.problems) == before else None


def _read(text: str, place: Place) -> Range | None:
    try:
        found = parse_marker_range(text)
    except CompatibilityError as error:
        near = nearest_specifier(text) if len(text) <= LONGEST else ""
        place.add(_several(text, near) if "|" in near else error.problems[0])
        return None
    if len(found.specifiers) > 1:
        place.add(_several(text, text))
    elif not stretches_of(found):
        place.problem(f'no version is in "{text}"', _turned(found))
    else:
        return found
    return None


def _several(text: str, near: str) -> Problem:
    items = ", ".join(f'"{part.strip()}"' for part in near.split("|"))
    return Problem(f'"{text}" has several alternatives', f"an item for each: {items}")


def _turned(empty: Range) -> str:
    """Return the range with its two ends exchanged, if that is what was meant."""
    bounds = {s.operator[0]: s for s in empty.specifiers[0]}
    if bounds.keys() != {"<", ">"}:
        return _EXAMPLE
    lower, upper = bounds[">"], bounds["<"]
    text = f"{lower.operator}{upper.version},{upper.operator}{lower.version}"
    turned = Range([SpecifierSet(text)], by_order=True)
    return f'"{text}"' if stretches_of(turned) else _EXAMPLE


def _refuse_overlap(each: Sequence[Range], place: Place) -> None:
    """Note the first alternative that shares a version with one that begins before it."""
    pieces = sorted(
        ((stretch, number) for number, one in enumerate(each) for stretch in stretches_of(one)),
        key=lambda piece: piece[0].samples[0],
    )
    # In ascending order: what overlaps any that begins before overlaps the one that ends last.
    last = pieces[0]
    for piece in pieces[1:]:
        first, second = sorted((last[1], piece[1]))
        both = _shared(each[first], each[second]) if first != second else ()
        if both:
            versions = f"the versions {both[0].text}" if both[0].text else "all versions"
            what = f'"{each[second]}" and "{each[first]}" share {versions}'
            whole = stretches_of(_united(each[first], each[second]))
            valid = ", ".join(f'"{stretch.text or ">=0.dev0"}"' for stretch in whole)
            place.inside(f"[{second}]").problem(what, f"{valid} instead of both")
            return
        last = max(last, piece, key=lambda one: one[0].samples[-1])


def _shared(one: Range, other: Range) -> tuple[Stretch, ...]:
    return stretches([*one.cuts, *other.cuts], lambda v: v in one and v in other)


def _united(one: Range, other: Range) -> Range:
    return Range([*one.specifiers, *other.specifiers], by_order=True)
