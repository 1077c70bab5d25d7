"""Tables of a file, declared once: the reader and the JSON Schema both follow the declaration.

A dataclass costs ten times as much to define, which every first verdict of a run would pay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, ClassVar, TypeVar

from pytest_ddcompat.values.names import unknown_name
from pytest_ddcompat.values.text import as_toml, shown

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from pytest_ddcompat.values.errors import Place

__all__ = ["Field", "Key", "Kind", "Row", "field", "plain", "schema_of"]

R = TypeVar("R", bound="Row")
_REQUIRED = object()


class Kind:
    """A kind of value: how it is read, described and compared.

    Attributes:
        read: Takes the value as parsed and its place; returns it understood, or notes a problem.
        schema: The same as JSON Schema.
        row: Row that the schema refers to, if it does.
        restore: Takes a value that was read and checked before, as JSON has it.
        compared: Reduces a value to what decides: `PostgreSQL` and `postgres` are one name.
    """

    def __init__(
        self,
        read: Callable[[object, Place], Any],
        schema: dict[str, Any],
        row: type[Row] | None = None,
        restore: Callable[[Any], Any] | None = None,
        compared: Callable[[Any], Hashable] = lambda value: value,
    ) -> None:
        self.read = read
        self.schema = schema
        self.row = row
        self.restore = restore
        self.compared = compared


class Key:
    """One key of a table: what it may hold, what it means, and its default if it has one."""

    def __init__(self, kind: Kind, doc: str, default: object = _REQUIRED) -> None:
        self.kind = kind
        self.doc = doc
        self.default = default

    @property
    def required(self) -> bool:
        """Whether a table without the key is refused."""
        return self.default is _REQUIRED


class Field(Key):
    """A key of a `Row`, which also says whether it can decide a verdict.

    Comparing definitions, `diff`, lint, overlays and drawing all go by `decides`, so that a new
    field cannot be forgotten in one of them.
    """

    def __init__(self, kind: Kind, doc: str, default: object, *, decides: bool) -> None:
        super().__init__(kind, doc, default)
        self.decides = decides


def field(kind: Kind, doc: str, default: object = _REQUIRED, *, decides: bool) -> Any:
    """Declare a field of a `Row`.

    Args:
        kind: What it may hold.
        doc: What it means, for messages and the JSON Schema.
        default: Its value where the table leaves it out; without one it is required.
        decides: Whether a verdict can depend on it; words that are only quoted decide nothing.
    """
    return Field(kind, doc, default, decides=decides)


class Row:
    """A table of a file, read and checked; its keys are the class's fields."""

    fields: ClassVar[dict[str, Field]] = {}

    def __init_subclass__(cls) -> None:
        own: dict[str, Field] = {}
        for name, value in vars(cls).items():
            if isinstance(value, Field):
                own[name] = value
            elif isinstance(value, Key):
                raise TypeError(f"{cls.__name__}.{name} must be declared with field()")
        cls.fields = {**cls.fields, **own}

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    @classmethod
    def from_table(cls: type[R], value: object, place: Place) -> R | None:
        """Understand a parsed table, or note in `place` all that is wrong with it."""
        if not isinstance(value, dict):
            place.problem(f"this must be a table (got {shown(value, as_toml)})")
            return None
        before = len(place.problems)
        for key in value:
            if key not in cls.fields:
                place.add(unknown_name(f'unknown key "{key:.80}"', key, cls.fields))
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
        """Make a row of its prepared JSON, which was checked before."""
        for key, value in plain.items():
            restore = cls.fields[key].kind.restore
            if restore is not None:
                plain[key] = restore(value)
        return cls.from_values(plain)

    def replaced(self: R, changes: Mapping[str, object]) -> R:
        """The same row with other values of some keys."""
        return self.from_values({**{key: self.__dict__[key] for key in self.fields}, **changes})

    def deciding(self) -> dict[str, Hashable]:
        """The values that can decide a verdict: rows for which they are equal decide alike."""
        found: dict[str, Hashable] = {}
        for key, spec in self.fields.items():
            if spec.decides:
                value = getattr(self, key)
                found[key] = None if value is None else spec.kind.compared(value)
        return found

    def check(self, place: Place) -> None:
        """Note in `place` what no single key can tell to be wrong."""


def _read_key(key: str, table: dict[str, object], spec: Key, place: Place) -> object:
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
