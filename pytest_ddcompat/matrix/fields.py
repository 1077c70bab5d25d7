"""Tables of a file, declared once: the reader and the JSON Schema both follow the declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, ClassVar, NamedTuple, TypeVar

from pytest_ddcompat.values.names import unknown_name

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from pytest_ddcompat.values.errors import Place

__all__ = ["Key", "Kind", "Row", "field", "plain", "read_keys"]

R = TypeVar("R", bound="Row")
_REQUIRED = object()


class Kind(NamedTuple):
    """A kind of value: how it is read, described and compared.

    Attributes:
        read: Takes the value as parsed and its place; returns it understood, or notes a problem.
        schema: The same as JSON Schema.
        row: Row that the schema refers to, if it does.
        restore: Takes a value that was read and checked before, as JSON has it.
        compared: Reduces a value to what decides: `PostgreSQL` and `postgres` are one name.
    """

    read: Callable[[object, Place], Any]
    schema: dict[str, Any]
    row: type[Row] | None = None
    restore: Callable[[Any], Any] | None = None
    compared: Callable[[Any], Hashable] = lambda value: value


class Key(NamedTuple):
    """One key of a table.

    Attributes:
        kind: What it may hold.
        doc: What it means, for messages and the JSON Schema.
        default: Its value where the table leaves it out; without one it is required.
        decides: Whether a verdict can depend on it; None of a file that is no page. Comparing
            definitions, `diff`, lint, overlays and drawing all go by it, so that a new field
            cannot be forgotten in one of them.
    """

    kind: Kind
    doc: str
    default: object = _REQUIRED
    decides: bool | None = None

    @property
    def required(self) -> bool:
        """Whether a table without the key is refused."""
        return self.default is _REQUIRED


def field(kind: Kind, doc: str, default: object = _REQUIRED, *, decides: bool) -> Any:
    """Declare a field of a `Row`, of any type; the arguments are those of `Key`.

    Words that are only quoted decide nothing.
    """
    return Key(kind, doc, default, decides)


class Row:
    """A table of a file, read and checked; its keys are the class's fields."""

    # No dataclass: that costs ten times as much to define, which every first verdict would pay.
    fields: ClassVar[dict[str, Key]] = {}
    _defaults: ClassVar[dict[str, object]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Key)}
        for name, spec in own.items():
            if spec.decides is None:
                raise TypeError(f"{cls.__name__}.{name} must be declared with field()")
        cls.fields = {**cls.fields, **own}
        cls._defaults = {key: spec.default for key, spec in cls.fields.items()}

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    @classmethod
    def from_table(cls: type[R], value: object, place: Place) -> R | None:
        """Understand a parsed table, or note in `place` all that is wrong with it."""
        before = len(place.problems)
        values = read_keys(cls.fields, value, place)
        if len(place.problems) > before:
            return None
        row = cls.from_values(values)
        row.check(place)
        return row

    @classmethod
    def from_values(cls: type[R], values: Mapping[str, object]) -> R:
        """Make a row of values that are understood; a key that is left out has its default."""
        row = cls.__new__(cls)
        row.__dict__.update(cls._defaults)
        row.__dict__.update(values)
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
        values = {key: self.__dict__[key] for key, spec in self.fields.items() if spec.decides}
        return {
            key: None if value is None else self.fields[key].kind.compared(value)
            for key, value in values.items()
        }

    def check(self, place: Place) -> None:
        """Note in `place` what is wrong with several keys together."""


def read_keys(
    keys: Mapping[str, Key], value: object, place: Place, called: str = "a table"
) -> dict[str, object]:
    """Read a table of declared keys; what is wrong with it is noted in `place`.

    Args:
        keys: What each key may hold.
        value: The table as parsed.
        place: Where it stands.
        called: How the file's language calls a table.

    Returns:
        Each declared key's value; of one that is left out its default.
    """
    if not isinstance(value, dict):
        place.refuse(value, called)
        return {}
    for key in value:
        if key not in keys and not place.is_full:
            place.add(unknown_name(f'unknown key "{key:.80}"', key, keys))
    values = {}
    for key, spec in keys.items():
        values[key] = spec.default
        if key in value:
            values[key] = spec.kind.read(value[key], place.inside(key))
        elif spec.required:
            place.problem(f'the key "{key}" is missing: {spec.doc}')
    return values


def plain(value: object, leaf: Callable[[object], object]) -> object:
    """A row as mappings and lists, without keys that have their default.

    Args:
        value: The row, or a value of it.
        leaf: Writes what is none of these.
    """
    if isinstance(value, Row):
        values = {key: getattr(value, key) for key in value.fields}
        return {k: plain(v, leaf) for k, v in values.items() if v != value.fields[k].default}
    if isinstance(value, dict):
        return {key: plain(inner, leaf) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner, leaf) for inner in value]
    return leaf(value)
