"""Which row of a matrix a row of an overlay means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.matrix.overlay.rows import RULES, in_words
from pytest_ddcompat.values.names import fold, unknown_name
from pytest_ddcompat.values.versions import Range

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from pytest_ddcompat.matrix.overlay.rows import Change
    from pytest_ddcompat.matrix.rows import Statement
    from pytest_ddcompat.values.errors import Problem

    Named = dict[tuple[Hashable, ...], list[int]]
    """Indices of rows by what their keys come to."""

__all__ = ["absence", "by_key", "matching", "refuse_ambiguous"]

_NARROWING = ("documented", "capabilities", "cpus", "python")
"""Keys that choose among several rows of one key, where one of them agrees; the surest first."""


def by_key(kind: str, rows: Sequence[Statement]) -> Named:
    """Return the rows of a kind by their keys, so that no overlay's row looks at all of them."""
    named: Named = {}
    for number, row in enumerate(rows):
        named.setdefault(_identity(kind, row.__dict__), []).append(number)
    return named


def _identity(kind: str, values: Mapping[str, Any]) -> tuple[Hashable, ...]:
    fields = RULES[kind].row.fields
    return tuple(
        fold(values[key]) if key == "id" else fields[key].kind.compared(values[key])
        for key in RULES[kind].key
    )


def matching(kind: str, rows: Sequence[Statement], change: Change, named: Named) -> list[int]:
    """Indices of the rows that a row of an overlay may mean, with `named` as from `by_key`."""
    rule, values = RULES[kind], change.values
    # A removal says nothing new of a row, so all that it gives must be true of the row.
    telling = [key for key in values if key in rule.apart or change.remove]
    found = [n for n in named.get(_identity(kind, values), ()) if _agree(rows[n], values, *telling)]
    for key in _NARROWING:
        if len(found) > 1 and key in values:
            found = [n for n in found if _agree(rows[n], values, key)] or found
    return found


def _agree(row: Statement, values: Mapping[str, Any], *keys: str) -> bool:
    return all(_same(key, getattr(row, key), values[key]) for key in keys)


def _same(key: str, theirs: Any, ours: Any) -> bool:
    if isinstance(ours, Range):
        return set(theirs.specifiers) == set(ours.specifiers)
    if key == "capabilities":
        return not theirs.keys().isdisjoint(ours)
    if key == "excluded":
        return set(theirs) == set(ours)
    return fold(theirs) == fold(ours) if key == "id" else bool(theirs == ours)


def absence(kind: str, rows: Sequence[Statement], values: Mapping[str, Any]) -> Problem:
    """Say that no row is meant."""
    key = RULES[kind].key
    named = _named(key, values)
    left = [row for row in rows if _agree(row, values, *key)]
    for part, verb in (("heading", "is under"), ("documented", "has the words")):
        agreeing = [row for row in left if part not in values or _agree(row, values, part)]
        if left and not agreeing:
            words = in_words(values[part])
            what = f'no row with {named} {verb} "{words}"'
            return unknown_name(what, words, (in_words(getattr(row, part)) for row in left))
        left = agreeing
    valid = [_key_of(key, row.__dict__) for row in rows]
    return unknown_name(f"no row has {named}", _key_of(key, values), valid)


def refuse_ambiguous(kind: str, rows: Sequence[Statement], change: Change) -> None:
    """Note that several rows may be meant, with what tells them apart."""
    key = "heading" if len({row.heading for row in rows}) > 1 else "documented"
    which = dict.fromkeys(json.dumps(getattr(row, key), ensure_ascii=False) for row in rows)
    what = f"{len(rows)} rows have {_named(RULES[kind].key, change.values)}"
    change.place.problem(what, f"one of them, by {key} = {' or '.join(which)}")


def _named(key: Sequence[str], values: Mapping[str, Any]) -> str:
    return ", ".join(f'{part} "{in_words(values[part])}"' for part in key if values[part])


def _key_of(key: Sequence[str], values: Mapping[str, Any]) -> str:
    return " ".join(in_words(values[part]) for part in key if values[part])
