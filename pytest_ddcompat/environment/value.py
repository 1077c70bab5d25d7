"""The value of a fact, and the form in which a fact is declared."""

from __future__ import annotations

from typing import Any, Callable, Generic, NamedTuple, TypeVar

from pytest_ddcompat.values.names import fold, is_framework

__all__ = ["AgentAnswer", "Fact", "FactKind", "Find", "in_setting", "in_words"]

T = TypeVar("T")


def in_words(value: object) -> str:
    """Write a fact's value, or that of its JSON: `none`, `on`, `docker, kubernetes`."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, (frozenset, list)):
        return ", ".join(sorted(value)) or "none"
    return "none" if value is None else str(value)


def in_setting(value: object) -> str:
    """Write a fact's value as `KEY=VALUE` has it."""
    return str(value).lower() if isinstance(value, bool) else in_words(value)


class Fact(Generic[T]):
    """One fact: known, known to be absent, or unknown.

    Attributes:
        value: The fact; None where it is known to be absent, or unknown.
        known: Whether it is known.
        signal: Where it was taken from, or why it is unknown.
    """

    __slots__ = ("known", "signal", "value")

    def __init__(self, value: T | None, signal: str, *, known: bool = True) -> None:
        self.value = value
        self.signal = signal
        self.known = known

    def __repr__(self) -> str:
        return f"Fact({self.value if self.known else 'unknown'}, {self.signal!r})"

    @classmethod
    def unknown(cls, reason: str) -> Fact[T]:
        """Return a fact that is not known.

        Args:
            reason: Why it is not known.
        """
        return cls(None, reason, known=False)

    @property
    def words(self) -> str:
        """The value as tables show it; `unknown` if it is not known."""
        return in_words(self.value) if self.known else "unknown"

    @property
    def plain(self) -> object:
        """The value as JSON has it."""
        if self.value is None or isinstance(self.value, bool):
            return self.value
        return sorted(self.value) if isinstance(self.value, frozenset) else str(self.value)


Find = Callable[[str, Callable[[str], str]], Fact[Any]]
"""Finds the version of a distribution by its name, and by what reduces names to what decides."""


class AgentAnswer(NamedTuple):
    """An Agent's answer.

    Attributes:
        version: A PEP 440 version in its normal form; None if unknown.
        remote_configuration: Whether Remote Configuration is offered; None if unknown.
        signal: Where this is from, and why anything is unknown. It quotes nothing of the
            address, and of the answer only the status.
    """

    version: str | None
    remote_configuration: bool | None
    signal: str


class FactKind(NamedTuple):
    """The declaration of a fact, which all follows that reads, finds, writes or shows it.

    Attributes:
        key: How files, options and reports call it.
        meaning: One sentence, for the JSON Schemas.
        label: How commands and pages call it.
        parse: Takes a JSON value and returns the fact's; raises ValueError saying what is wrong.
        example: Such a JSON value; its type is that of all.
        detect: Takes a `Machine` and returns the fact.
        in_summary: What the summary of a run puts before its value; empty: it is left out.
        variables: Environment variables that `detect` reads.
        nullable: Whether null means that it is known to be absent.
        derived_from: Other facts that `detect` takes it from.
        keywords: Keywords of JSON Schema, beside the type.
        plural: Key of the object that holds all facts of this kind by name; empty: there is one.
        reduced: Takes such a name, and returns what decides of it.
        is_name: Whether a text can be such a name.
        is_distribution: Whether such a fact is the version of an installed distribution.
        alias: What `KEY=VALUE` calls it, if not by its key.
        choices: JSON values that the HTML page offers, beside those that a matrix names.
    """

    key: str
    meaning: str
    label: str
    parse: Callable[[object], object]
    example: object
    detect: Callable[[Any], Fact[Any]]
    in_summary: str = ""
    variables: tuple[str, ...] = ()
    nullable: bool = False
    derived_from: tuple[str, ...] = ()
    keywords: tuple[tuple[str, Any], ...] = ()
    plural: str = ""
    reduced: Callable[[str], str] = fold
    is_name: Callable[[str], bool] = is_framework
    is_distribution: bool = False
    alias: str = ""
    choices: tuple[object, ...] = ()

    @property
    def setting(self) -> str:
        """Its key in `KEY=VALUE`."""
        return self.alias or (f"{self.key}.NAME" if self.plural else self.key)

    def key_of(self, name: str) -> str:
        """Return the key of one fact of a kind that has several: `framework.django`."""
        return f"{self.key}.{self.reduced(name)}"

    @property
    def is_boolean(self) -> bool:
        """Whether it is true or false."""
        return isinstance(self.example, bool)

    def schema(self) -> dict[str, Any]:
        """Describe the fact as JSON Schema, null included; of several the object that has them."""
        if isinstance(self.example, list):
            schema: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
        else:
            schema = {"type": "boolean" if self.is_boolean else "string"}
        schema |= {**dict(self.keywords), "examples": [self.example]}
        if self.nullable:
            schema = {"anyOf": [schema, {"type": "null"}]}
        if self.plural:
            schema = {"type": "object", "additionalProperties": schema}
        return {**schema, "description": self.meaning}
