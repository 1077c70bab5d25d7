"""Tables of a file, declared once: the reader and the JSON Schema both follow the declaration.

A dataclass costs ten times as much to define, which every first verdict of a run would pay.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Callable, ClassVar, TypeVar, Union, cast

from pytest_ddcompat.names import choices, deployment_type, parse_site
from pytest_ddcompat.versions import Range, Version, parse_range, parse_version

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Field", "Kind", "Mark", "Place", "Row", "array", "field", "mapping", "one_of", "plain",
    "schema_of",
]  # fmt: skip

R = TypeVar("R", bound="Row")
Mark = Union[bool, str]
"""A cell of a table of marks: whether it has one, or `preview`, or `unresolved`."""

_REQUIRED = object()
_MARKS = ("preview", "unresolved")
_SHOWN = 80  # characters of a wrong value that a message repeats


class Place:
    """Where in a file something stands, and the problems found in that file so far."""

    def __init__(self, path: str, problems: list[str]) -> None:
        self.path = path
        self.problems = problems

    def inside(self, part: str) -> Place:
        """Go to a key or an element (`[0]`) of this place."""
        joint = "" if part.startswith("[") or self.path.endswith(": ") else "."
        return Place(f"{self.path}{joint}{part}", self.problems)

    def problem(self, message: str) -> None:
        """Note what is wrong here."""
        separator = "" if self.path.endswith(": ") else ": "
        self.problems.append(f"{self.path}{separator}{message}")


class Kind:
    """What a value may be.

    Attributes:
        read: Takes the value as parsed and its place; returns it understood, or notes a problem.
        schema: The same as JSON Schema.
        row: Row that the schema refers to, if it does.
        restore: Takes a value that was read and checked before, as JSON has it.
    """

    def __init__(
        self,
        read: Callable[[object, Place], Any],
        schema: dict[str, Any],
        row: type[Row] | None = None,
        restore: Callable[[Any], Any] | None = None,
    ) -> None:
        self.read = read
        self.schema = schema
        self.row = row
        self.restore = restore


class Field:
    """One key of a table: what it may hold, what it means, and its default if it has one."""

    def __init__(self, kind: Kind, doc: str, default: object) -> None:
        self.kind = kind
        self.doc = doc
        self.default = default

    @property
    def required(self) -> bool:
        """Whether a table without the key is refused."""
        return self.default is _REQUIRED


def field(kind: Kind, doc: str, default: object = _REQUIRED) -> Any:
    """Declare a key of a `Row`."""
    return Field(kind, doc, default)


class Row:
    """A table of a file, read and checked; its keys are the class's fields."""

    fields: ClassVar[dict[str, Field]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        cls.fields = {**cls.fields, **own}

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    @classmethod
    def from_table(cls: type[R], value: object, place: Place) -> R | None:
        """Understand a parsed table, or note in `place` all that is wrong with it."""
        if not isinstance(value, dict):
            place.problem(f"this must be a table (got {_shown(value)})")
            return None
        before = len(place.problems)
        for key in value:
            if key in cls.fields:
                continue
            place.problem(f'unknown key "{key:.80}"; {choices(key, cls.fields)}')
        values = {key: _read_key(key, value, spec, place) for key, spec in cls.fields.items()}
        if len(place.problems) > before:
            return None
        row = cls.from_values(values)
        row.check(place)
        return row

    @classmethod
    def from_values(cls: type[R], values: Mapping[str, object]) -> R:
        """Make a row of values that are understood; a key that is left out has its default."""
        row = cls.__new__(cls)
        row.__dict__.update({key: spec.default for key, spec in cls.fields.items()}, **values)
        return row

    @classmethod
    def from_prepared(cls: type[R], plain: dict[str, Any]) -> R:
        """Make a row of what `pytest_ddcompat.prepared` wrote, which was checked before."""
        for key, value in plain.items():
            restore = cls.fields[key].kind.restore
            if restore is not None:
                plain[key] = restore(value)
        return cls.from_values(plain)

    def replaced(self: R, changes: Mapping[str, object]) -> R:
        """The same row with other values of some keys."""
        return self.from_values({**{key: self.__dict__[key] for key in self.fields}, **changes})

    def check(self, place: Place) -> None:
        """Note in `place` what no single key can tell to be wrong."""


def _read_key(key: str, table: dict[str, object], spec: Field, place: Place) -> object:
    if key in table:
        return spec.kind.read(table[key], place.inside(key))
    if spec.required:
        place.problem(f'the key "{key}" is missing: {spec.doc}')
    return spec.default


def plain(value: object, leaf: Callable[[object], object]) -> object:
    """A row as mappings and lists, without keys that have their default.

    Args:
        value: The row, or a value of it.
        leaf: Writes what is none of these.
    """
    if isinstance(value, Row):
        held = {key: getattr(value, key) for key in value.fields}
        return {k: plain(v, leaf) for k, v in held.items() if v != value.fields[k].default}
    if isinstance(value, dict):
        return {key: plain(inner, leaf) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner, leaf) for inner in value]
    return leaf(value)


def schema_of(row: type[Row]) -> dict[str, Any]:
    """Describe a row as JSON Schema (draft 2020-12), every key with its meaning."""
    return {
        "type": "object",
        "description": (row.__doc__ or "").strip().splitlines()[0],
        "additionalProperties": False,
        "required": [key for key, spec in row.fields.items() if spec.required],
        "properties": {
            key: {**spec.kind.schema, "description": spec.doc} for key, spec in row.fields.items()
        },
    }


def _shown(value: object) -> str:
    if isinstance(value, (dict, list)):
        return "a table" if isinstance(value, dict) else "an array"
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        text = f'"{value}"' if isinstance(value, str) else str(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _scalar(
    kind: type,
    called: str,
    schema: dict[str, Any],
    restore: Callable[[Any], object] | None = None,
) -> Kind:
    def read(value: object, place: Place) -> object:
        if type(value) is not kind:
            place.problem(f"this must be {called} (got {_shown(value)})")
        return value

    return Kind(read, schema, restore=restore)


def _parsed(
    parse: Callable[[str], object],
    schema: dict[str, Any],
    restore: Callable[[Any], object] | None = None,
) -> Kind:
    def read(value: object, place: Place) -> object:
        if not isinstance(value, str):
            place.problem(f"this must be a string (got {_shown(value)})")
            return None
        try:
            return parse(value)
        except ValueError as error:
            place.problem(str(error))
            return None

    return Kind(read, {"type": "string", **schema}, restore=restore)


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+([_-][a-z0-9]+)*", value):
        raise ValueError(
            f'"{value[:_SHOWN]}" is no id; valid: lower-case letters, digits, single _ or - between'
        )
    return value


def _deployment(value: str) -> str:
    """An id; of a type that can be a fact, the fact's own: `fargate` is `aws_fargate`."""
    return deployment_type(_identifier(value)) or value


def _site(value: str) -> str:
    try:
        return parse_site(value)
    except ValueError:
        valid = "a host name such as datadoghq.com"
        raise ValueError(f'"{value[:_SHOWN]}" is no Datadog site; valid: {valid}') from None


def _words(value: str) -> str:
    if not value.strip():
        raise ValueError("this is empty; valid: words")
    return value


def _address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"]+", value):
        raise ValueError(f'"{value[:_SHOWN]}" is no address; valid: https://…')
    return value


def array(kind: Kind, at_least: int = 0) -> Kind:
    """An array of one kind, read as a tuple."""

    def read(value: object, place: Place) -> tuple[object, ...]:
        if not isinstance(value, list):
            place.problem(f"this must be an array (got {_shown(value)})")
            return ()
        if len(value) < at_least:
            place.problem(f"this needs at least {at_least} (got {len(value)})")
        return tuple(kind.read(item, place.inside(f"[{n}]")) for n, item in enumerate(value))

    def restore(plain: list[Any]) -> tuple[object, ...]:
        return tuple(plain if kind.restore is None else map(kind.restore, plain))

    schema: dict[str, Any] = {"type": "array", "items": kind.schema}
    full = {**schema, "minItems": at_least} if at_least else schema
    return Kind(read, full, kind.row, restore)


def mapping(kind: Kind) -> Kind:
    """A table with ids for keys and values of one kind."""

    def read(value: object, place: Place) -> dict[str, object]:
        if not isinstance(value, dict):
            place.problem(f"this must be a table (got {_shown(value)})")
            return {}
        return {str(key): kind.read(item, place.inside(key)) for key, item in value.items()}

    return Kind(read, {"type": "object", "additionalProperties": kind.schema})


def one_of(*valid: str) -> Kind:
    """One of some words."""

    def parse(value: str) -> str:
        if value not in valid:
            raise ValueError(f'"{value[:_SHOWN]}" is not valid; {choices(value, valid)}')
        return value

    return _parsed(parse, {"enum": list(valid)})


def table(row: type[Row]) -> Kind:
    """A table described by a row class."""
    return Kind(row.from_table, {"$ref": f"#/$defs/{row.__name__.lower()}"}, row, row.from_prepared)


def _read_range(value: object, place: Place) -> object:
    texts = cast("tuple[str, ...]", array(text, at_least=1).read(value, place))
    try:
        return parse_range(*(t for t in texts if isinstance(t, str)))
    except ValueError as error:
        place.problem(str(error))
        return None


def _read_mark(value: object, place: Place) -> object:
    if type(value) is not bool and value not in _MARKS:
        place.problem(f"this must be true, false, {' or '.join(_MARKS)} (got {_shown(value)})")
    return value


text = _scalar(str, "a string", {"type": "string"})
number = _scalar(int, "a whole number", {"type": "integer"})
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
deployment = _parsed(_deployment, identifier.schema)
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
