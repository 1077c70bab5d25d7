"""The keys of a declaration, each with what it may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.declarations.matching import elements_of
from pytest_ddcompat.declarations.requirements import requirements
from pytest_ddcompat.matrix.fields import Key, Kind
from pytest_ddcompat.matrix.kinds import one_of, words
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_ddcompat.values.errors import Place

__all__ = ["ACTIONS", "KEYS", "LONGEST_ID", "STATES"]

ACTIONS = ("run", "skip", "fail", "xfail", "deselect")
"""What a declaration may have done with its tests."""

STATES = {
    "missing": "xfail",
    "bug": "xfail",
    "incomplete": "xfail",
    "flaky": "skip",
    "irrelevant": "skip",
}
"""The states of a test, each with the action that it has where nothing else says so."""

LONGEST_ID = 2_000
"""Characters of the id of tests."""

_LONGEST_WORDS = 1_000


def _read_tests(value: object, place: Place) -> tuple[str, ...]:
    several = isinstance(value, list)
    if several and not value:
        place.problem("this is empty", "at least one id of tests")
    items: Iterable[object] = value if isinstance(value, list) else [value]
    ids = []
    for number, item in enumerate(items):
        if place.is_full:
            break
        ids.append(_read_id(item, place.inside(f"[{number}]") if several else place))
    return tuple(ids)


def _read_id(value: object, place: Place) -> str:
    if not isinstance(value, str):
        place.refuse(value, "a string or an array of strings")
        return ""
    if len(value) > LONGEST_ID:
        place.problem(f"this has {len(value)} characters", f"{LONGEST_ID} at most")
        return ""
    try:
        elements_of(value)
    except CompatibilityError as error:
        place.add(error.problems[0])
    return value


def _read_words(value: object, place: Place) -> object:
    if isinstance(value, str) and len(value) > _LONGEST_WORDS:
        place.problem(f"this has {len(value)} characters", f"{_LONGEST_WORDS} at most")
    read = words.read(value, place)
    # Reports put them into lines, of a terminal too.
    return printable(" ".join(read.split())) if isinstance(read, str) else read


_id_schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_ID}
_tests = Kind(
    _read_tests,
    {"anyOf": [_id_schema, {"type": "array", "minItems": 1, "items": _id_schema}]},
)
_words = Kind(_read_words, {**words.schema, "maxLength": _LONGEST_WORDS})

KEYS = {
    "tests": Key(
        _tests,
        "Tests, each by a folder, file, file::Class, file::Class::method or the id of a "
        "parametrised test; `*` stands for any characters of a name, `**` for any names.",
    ),
    "requires": Key(requirements, "What they require, as their markers would say.", ()),
    "state": Key(one_of(*STATES), "What is known of them.", ""),
    "when": Key(requirements, "Where the state applies; everywhere if left out.", ()),
    "unsupported": Key(one_of(*ACTIONS), "Action where it is unsupported, or in its state.", ""),
    "undetermined": Key(one_of(*ACTIONS), "Action where it is undetermined.", ""),
    "reason": Key(_words, "Why, for reports.", ""),
    "ticket": Key(_words, "Where it is being worked on.", ""),
    "owner": Key(_words, "Who answers for it.", ""),
    "feature": Key(_words, "What the tests are about.", ""),
}
"""The keys of a table `[[declarations]]`."""
