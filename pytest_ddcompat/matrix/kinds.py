"""Kinds of values that a key of a table may hold."""

from __future__ import annotations

import datetime as dt
import re
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Callable, Union, cast

from pytest_ddcompat.matrix.fields import Kind
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.names import deployment_type, fold, unknown_name
from pytest_ddcompat.values.sites import parse_site
from pytest_ddcompat.values.versions import Range, Version, parse_range, parse_version

if TYPE_CHECKING:
    from pytest_ddcompat.matrix.fields import Row
    from pytest_ddcompat.values.errors import Place

__all__ = [
    "Mark", "address", "alternatives", "array", "boolean", "date", "deployment", "fact_values",
    "identifier",
    "mapping", "mark", "matching", "name", "one_of", "plain_kind", "sentence", "site", "table",
    "text", "variable", "version", "version_range", "version_ranges", "word", "words",
]  # fmt: skip

Mark = Union[bool, str]
"""A cell of a table of marks: whether it has one, or `preview`, or `unresolved`."""

_MARKS = ("preview", "unresolved")


def plain_kind(
    accepts: Callable[[Any], bool],
    called: str,
    schema: dict[str, Any],
    restore: Callable[[Any], object] | None = None,
) -> Kind:
    """A kind of values that are taken as they were parsed.

    Args:
        accepts: Whether a parsed value is one.
        called: What messages call it.
        schema: The same as JSON Schema.
        restore: Takes a value from its prepared JSON.
    """

    def read(value: object, place: Place) -> object:
        if not accepts(value):
            place.refuse(value, called)
        return value

    return Kind(read, schema, restore=restore)


def _parsed(
    parse: Callable[[str], object],
    schema: dict[str, Any],
    restore: Callable[[Any], object] | None = None,
) -> Kind:
    def read(value: object, place: Place) -> object:
        if not isinstance(value, str):
            place.refuse(value, "a string")
            return None
        try:
            return parse(value)
        except CompatibilityError as error:
            place.add(error.problems[0])
            return None

    return Kind(read, {"type": "string", **schema}, restore=restore)


def matching(pattern: str, called: str, valid: str) -> Kind:
    """A string that matches a pattern from its first to its last character."""

    def parse(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise CompatibilityError(Problem(f'"{value:.80}" is not {called}', valid))
        return value

    return _parsed(parse, {"pattern": f"^{pattern}$"})


def _read_deployment(value: object, place: Place) -> object:
    """An id; of a type that can be a fact, the fact's own: `fargate` is `aws_fargate`."""
    read = identifier.read(value, place)
    return deployment_type(read or "") or read


def _site(value: str) -> str:
    # The fact's own message does not repeat its value, which may be that of a variable.
    try:
        return parse_site(value)
    except CompatibilityError as error:
        what = f'"{value:.80}" is not a Datadog site'
        raise CompatibilityError(error.problems[0]._replace(what=what)) from None


def _words(value: str) -> str:
    if not value.strip():
        raise CompatibilityError(Problem("this is empty", "some words"))
    return value


def array(kind: Kind, at_least: int = 0) -> Kind:
    """An array of one kind, read as a tuple."""

    def read(value: object, place: Place) -> tuple[object, ...]:
        if not isinstance(value, list):
            place.refuse(value, "an array")
            return ()
        if len(value) < at_least:
            place.problem(f"this needs at least {at_least} item (got {len(value)})")
        items = takewhile(lambda _: not place.is_full, enumerate(value))
        return tuple(kind.read(item, place.inside(f"[{n}]")) for n, item in items)

    def restore(plain: list[Any]) -> tuple[object, ...]:
        return tuple(plain if kind.restore is None else map(kind.restore, plain))

    schema: dict[str, Any] = {"type": "array", "items": kind.schema}
    full = {**schema, "minItems": at_least} if at_least else schema
    return Kind(read, full, kind.row, restore, lambda value: frozenset(map(kind.compared, value)))


def mapping(kind: Kind) -> Kind:
    """A table with ids for keys and values of one kind."""

    def read(value: object, place: Place) -> dict[str, object]:
        if not isinstance(value, dict):
            place.refuse(value, "a table")
            return {}
        items = takewhile(lambda _: not place.is_full, value.items())
        return {str(key): kind.read(item, place.inside(key)) for key, item in items}

    def restore(plain: dict[str, Any]) -> dict[str, object]:
        return plain if kind.restore is None else {k: kind.restore(v) for k, v in plain.items()}

    return Kind(
        read,
        {"type": "object", "additionalProperties": kind.schema},
        restore=restore,
        compared=lambda value: frozenset((k, kind.compared(v)) for k, v in value.items()),
    )


def one_of(*valid: str) -> Kind:
    """One of some words."""

    def parse(value: str) -> str:
        if value not in valid:
            raise CompatibilityError(unknown_name(f'"{value:.80}" is not valid', value, valid))
        return value

    return _parsed(parse, {"enum": list(valid)})


def table(row: type[Row]) -> Kind:
    """A table described by a row class."""
    return Kind(
        row.from_table,
        {"$ref": f"#/$defs/{row.__name__.lower()}"},
        row,
        row.from_prepared,
        lambda value: tuple(value.deciding().items()),
    )


def _read_range(value: object, place: Place) -> object:
    texts = cast("tuple[str, ...]", array(text, at_least=1).read(value, place))
    try:
        return parse_range(*(t for t in texts if isinstance(t, str)))
    except CompatibilityError as error:
        place.add(error.problems[0])
        return None


def _read_alternatives(value: object, place: Place) -> object:
    # Here, as a run on a bundled matrix reads none, and its first verdict would pay for it.
    from pytest_ddcompat.values.alternatives import read_alternatives

    texts = array(text, at_least=1).read(value, place)
    return read_alternatives(texts, place)


def _read_fact_values(value: object, place: Place) -> tuple[object, ...]:
    """One value or an array of them; a matrix checks them by the fact's declaration."""
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(each, (bool, str)) for each in values):
        place.refuse(value, "true, false, a string, or an array of one or more")
        return ()
    return tuple(values)


text = plain_kind(lambda value: isinstance(value, str), "a string", {"type": "string"})
sentence = text._replace(compared=bool)  # it decides by standing there at all
boolean = plain_kind(lambda value: isinstance(value, bool), "true or false", {"type": "boolean"})
mark = plain_kind(
    lambda value: isinstance(value, bool) or value in _MARKS,
    f"true, false, {' or '.join(_MARKS)}",
    {"enum": [True, False, *_MARKS]},
)
_FACT_VALUE = {"type": ["boolean", "string"]}
fact_values = Kind(
    _read_fact_values,
    {"anyOf": [_FACT_VALUE, {"type": "array", "items": _FACT_VALUE, "minItems": 1}]},
    restore=tuple,
    compared=frozenset,
)
date = plain_kind(
    lambda value: type(value) is dt.date,  # a date and time is a date too, by its class
    "a date such as 2026-05-31",
    {"type": "string", "format": "date"},
    dt.date.fromisoformat,
)
words = _parsed(_words, {"pattern": "\\S"})
identifier = matching(
    "[a-z0-9]+([_-][a-z0-9]+)*", "an id", "lower-case letters, digits, single _ or - between"
)
name = identifier._replace(compared=fold)
deployment = name._replace(read=_read_deployment)
site = _parsed(_site, {"examples": ["datadoghq.eu"]})
WORD = "[A-Za-z0-9][A-Za-z0-9_.+@-]{0,99}"
word = matching(WORD, "a word", "letters, digits, _ . + @ - within, at most 100")
variable = matching(
    "[A-Za-z_][A-Za-z0-9_]{0,99}", "the name of a variable", "letters, digits, _, at most 100"
)
address = matching(r"https?://[^\s<>\"]+", "an address", "https://…")
version = _parsed(parse_version, {"examples": ["1.10.0"]}, Version)
version_range = _parsed(parse_range, {"examples": [">=4.0,<5"]}, Range)
version_ranges = Kind(
    _read_range,
    {
        "type": "array",
        "items": {"type": "string"},
        "minItems": 1,
        "examples": [["==2.7.*", ">=3.5,<3.12"]],
    },
    restore=Range,
)
alternatives = version_ranges._replace(
    read=_read_alternatives,
    schema={**version_ranges.schema, "maxItems": 100, "examples": [[">=1.3,<2", ">=2.3"]]},
    restore=lambda texts: Range(texts, by_order=True),
)
