"""Kinds of values that a key of a table may hold."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Callable, Union, cast

from pytest_ddcompat.matrix.fields import Kind
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.names import deployment_type, fold, parse_site, unknown_name
from pytest_ddcompat.values.text import as_toml, shown
from pytest_ddcompat.values.versions import Range, Version, parse_range, parse_version

if TYPE_CHECKING:
    from collections.abc import Hashable

    from pytest_ddcompat.matrix.fields import Row
    from pytest_ddcompat.values.errors import Place

__all__ = [
    "Mark", "address", "array", "boolean", "date", "deployment", "identifier", "mapping", "mark",
    "name", "one_of", "sentence", "site", "table", "text", "version", "version_range",
    "version_ranges", "words",
]  # fmt: skip

Mark = Union[bool, str]
"""A cell of a table of marks: whether it has one, or `preview`, or `unresolved`."""

_MARKS = ("preview", "unresolved")


def _scalar(
    kind: type,
    called: str,
    schema: dict[str, Any],
    restore: Callable[[Any], object] | None = None,
) -> Kind:
    def read(value: object, place: Place) -> object:
        if type(value) is not kind:
            place.problem(f"this must be {called} (got {shown(value, as_toml)})")
        return value

    return Kind(read, schema, restore=restore)


def _parsed(
    parse: Callable[[str], object],
    schema: dict[str, Any],
    restore: Callable[[Any], object] | None = None,
    compared: Callable[[Any], Hashable] = lambda value: value,
) -> Kind:
    def read(value: object, place: Place) -> object:
        if not isinstance(value, str):
            place.problem(f"this must be a string (got {shown(value, as_toml)})")
            return None
        try:
            return parse(value)
        except CompatibilityError as error:
            place.add(error.problems[0])
            return None

    return Kind(read, {"type": "string", **schema}, restore=restore, compared=compared)


def _error(what: str, valid: str) -> CompatibilityError:
    return CompatibilityError(Problem(what, valid))


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+([_-][a-z0-9]+)*", value):
        raise _error(f'"{value:.80}" is no id', "lower-case letters, digits, single _ or - between")
    return value


def _deployment(value: str) -> str:
    """An id; of a type that can be a fact, the fact's own: `fargate` is `aws_fargate`."""
    return deployment_type(_identifier(value)) or value


def _site(value: str) -> str:
    try:
        return parse_site(value)
    except CompatibilityError as error:
        valid = error.problems[0].valid
        raise _error(f'"{value:.80}" is no Datadog site', valid) from None


def _words(value: str) -> str:
    if not value.strip():
        raise _error("this is empty", "words")
    return value


def _address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"]+", value):
        raise _error(f'"{value:.80}" is no address', "https://…")
    return value


def array(kind: Kind, at_least: int = 0) -> Kind:
    """An array of one kind, read as a tuple."""

    def read(value: object, place: Place) -> tuple[object, ...]:
        if not isinstance(value, list):
            place.problem(f"this must be an array (got {shown(value, as_toml)})")
            return ()
        if len(value) < at_least:
            place.problem(f"this needs at least {at_least} (got {len(value)})")
        return tuple(kind.read(item, place.inside(f"[{n}]")) for n, item in enumerate(value))

    def restore(plain: list[Any]) -> tuple[object, ...]:
        return tuple(plain if kind.restore is None else map(kind.restore, plain))

    schema: dict[str, Any] = {"type": "array", "items": kind.schema}
    full = {**schema, "minItems": at_least} if at_least else schema
    return Kind(read, full, kind.row, restore, lambda value: frozenset(map(kind.compared, value)))


def mapping(kind: Kind) -> Kind:
    """A table with ids for keys and values of one kind."""

    def read(value: object, place: Place) -> dict[str, object]:
        if not isinstance(value, dict):
            place.problem(f"this must be a table (got {shown(value, as_toml)})")
            return {}
        return {str(key): kind.read(item, place.inside(key)) for key, item in value.items()}

    return Kind(
        read,
        {"type": "object", "additionalProperties": kind.schema},
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


def _read_mark(value: object, place: Place) -> object:
    if type(value) is not bool and value not in _MARKS:
        place.problem(
            f"this must be true, false, {' or '.join(_MARKS)} (got {shown(value, as_toml)})"
        )
    return value


text = _scalar(str, "a string", {"type": "string"})
sentence = Kind(text.read, text.schema, compared=bool)  # it decides by standing there at all
boolean = _scalar(bool, "true or false", {"type": "boolean"})
mark = Kind(_read_mark, {"enum": [True, False, *_MARKS]})
date = _scalar(
    dt.date,
    "a date such as 2026-05-31",
    {"type": "string", "format": "date"},
    dt.date.fromisoformat,
)
words = _parsed(_words, {"pattern": "\\S"})
identifier = _parsed(_identifier, {"pattern": "^[a-z0-9]+([_-][a-z0-9]+)*$"})
name = Kind(identifier.read, identifier.schema, compared=fold)
deployment = _parsed(_deployment, identifier.schema, compared=fold)
site = _parsed(_site, {"examples": ["datadoghq.eu"]})
address = _parsed(_address, {"format": "uri"})
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
