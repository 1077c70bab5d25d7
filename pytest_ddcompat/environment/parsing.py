"""Facts as people write them: a JSON file, a mapping, `KEY=VALUE`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.environment.fact import FACTS, KEYS, PLURALS
from pytest_ddcompat.environment.value import Fact
from pytest_ddcompat.values.errors import FactsError
from pytest_ddcompat.values.names import BOOLEANS, unknown_name
from pytest_ddcompat.values.text import as_json, shown

if TYPE_CHECKING:
    from collections.abc import Sized

    from pytest_ddcompat.environment.value import FactKind

__all__ = ["facts_from_mapping", "facts_from_settings", "facts_from_text"]

Facts = dict[str, Fact[Any]]

LIMIT = 1 << 20
"""Bytes of a facts file; a full one has a few hundred."""

_MOST = 1000
"""Names in one place; nobody has hundreds of frameworks, and each costs more than its parsing."""

_SETTINGS = {kind.setting: kind for kind in FACTS.values()}
_ABSENT = ", ".join(kind.setting for kind in FACTS.values() if kind.nullable)


def facts_from_text(content: bytes, origin: str) -> Facts:
    """Read a facts file.

    Raises:
        FactsError: It is no JSON, or a key or value cannot be understood.
    """
    if len(content) > LIMIT:
        raise FactsError(
            f"{origin}: this is larger than {LIMIT} bytes; valid: a JSON object of facts"
        )
    try:
        mapping = json.loads(content, object_pairs_hook=_without_duplicates)
    except FactsError as error:
        raise FactsError(f"{origin}: {error}") from None
    except UnicodeDecodeError as error:
        raise FactsError(f"{origin}: byte {error.start}: this is not UTF-8 text") from None
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "nested too deeply"
        raise FactsError(f"{origin}: this is not valid JSON: {reason}") from None
    return facts_from_mapping(mapping, origin)


def facts_from_mapping(mapping: object, origin: str, most: int = _MOST) -> Facts:
    """Parse facts in their JSON form.

    Args:
        mapping: What `json.loads` returns.
        origin: Where it comes from, such as a file's name.
        most: Names that there may be in one place.

    Raises:
        FactsError: A key or value cannot be understood; all problems are named together.
    """
    if not isinstance(mapping, Mapping):
        got = shown(mapping, as_json)
        raise FactsError(f"{origin}: this must be a JSON object of facts (got {got})")
    reader = _Reader(origin, most=most)
    reader.check_size("", mapping)
    for key, value in mapping.items():
        if key in PLURALS:
            reader.read_map(PLURALS[key], value)
        elif key in KEYS:
            reader.read(FACTS[key], key, key, value)
        else:
            reader.refuse_key(_text(key), [*KEYS, *PLURALS])
    return reader.finish()


def facts_from_settings(settings: list[str], origin: str) -> Facts:
    """Parse `KEY=VALUE` settings; the last of a key counts, `deployment` adds up.

    Args:
        settings: Such as `tracer=2.5.0`, `framework.django=4.2`, `agent=none`, `site=unknown`.
        origin: The option that they come from.

    Raises:
        FactsError: A key or value cannot be understood; all problems are named together.
    """
    reader = _Reader(origin, null="none")
    reader.check_size("", settings)
    for setting in settings:
        key, equals, value = (part.strip() for part in setting.partition("="))
        if not equals or not value:
            reader.problems.append(
                f'{origin}: "{setting:.80}" is not KEY=VALUE; valid: a setting such as tracer=2.5.0'
            )
        else:
            reader.set(key, value)
    return reader.finish()


class _Reader:
    """Parses facts one by one, and collects the problems of all."""

    def __init__(self, origin: str, null: str = "null", most: int = _MOST) -> None:
        self.origin = origin
        self.null = null
        self.most = most
        self.problems: list[str] = []
        self.facts: Facts = {}

    def finish(self) -> Facts:
        if self.problems:
            raise FactsError(self.problems)
        return self.facts

    def check_size(self, where: str, value: Sized) -> None:
        if len(value) > self.most:
            place = ": ".join(filter(None, (self.origin, where)))
            raise FactsError(f"{place}: this has {len(value)} entries; valid: {self.most} at most")

    def read(self, kind: FactKind, key: str, where: str, value: object) -> None:
        if isinstance(value, list):
            self.check_size(where, value)
        if value is None and kind.nullable:
            self.facts[key] = Fact(None, self.origin)
            return
        try:
            self.facts[key] = Fact(kind.parse(value), self.origin)
        except ValueError as error:
            absent = f", or {self.null} if there is none" if kind.nullable else ""
            if key == "deployments" and self.null == "none":
                absent = ", or none for a plain host"
            tells = "valid:" in str(error) or kind.is_boolean
            valid = "" if tells else f"; valid: a value such as {json.dumps(kind.example)}"
            self.problems.append(f"{self.origin}: {where}: {error}{valid}{absent}")

    def refuse_key(self, key: str, valid: list[str]) -> None:
        what = f'{self.origin}: unknown key "{key:.80}"'
        self.problems.append(str(unknown_name(what, key, valid)))

    def read_map(self, kind: FactKind, value: object) -> None:
        where = f"{self.origin}: {kind.plural}:"
        if not isinstance(value, Mapping):
            got = shown(value, as_json)
            values = "versions" if kind.is_distribution else "values"
            self.problems.append(
                f"{where} this must be an object of names and {values} (got {got})"
            )
            return
        self.check_size(kind.plural, value)
        for name, version in ((_text(name), version) for name, version in value.items()):
            key, is_name = kind.key_of(name), kind.is_name(name)
            if is_name and key not in self.facts:
                self.read(kind, key, f"{kind.plural}.{name}", version)
                continue
            wrong = "appears twice" if is_name else f"is not the name of a {kind.key}"
            self.problems.append(f'{where} "{name:.80}" {wrong}')

    def set(self, setting: str, value: str) -> None:
        kind, key = _kind_and_key(setting)
        word = value.lower()
        if kind is None:
            self.refuse_key(setting, [*_SETTINGS])
        elif word == "unknown" and key != "date":  # a run always has a date
            self.facts[key] = Fact.unknown(f"{self.origin} {setting}=unknown")
        elif key == "deployments":
            self._add_deployments(kind, setting, [] if word == "none" else value.split(","))
        else:
            absent = word == "none" and kind.nullable
            # Of other facts, 1 is a version.
            parsed = BOOLEANS.get(word, value) if kind.is_boolean else value
            self.read(kind, key, setting, None if absent else parsed)
            # Where any word will do, `none` would be one: nobody means an OS of that name.
            if key in self.facts and self.facts[key].value == "none":
                self.problems.append(
                    f'{self.origin}: {setting}: "none" is not valid; '
                    f"valid: a value, or unknown (only {_ABSENT} can be none)"
                )

    def _add_deployments(self, kind: FactKind, setting: str, value: list[str]) -> None:
        before = self.facts.get(kind.key)
        self.read(kind, kind.key, setting, value)
        after = self.facts.get(kind.key)
        if before and after and before.value and after.value:
            self.facts[kind.key] = Fact(before.value | after.value, self.origin)


def _kind_and_key(setting: str) -> tuple[FactKind | None, str]:
    """Return the fact that the KEY of a setting names, and its own key."""
    prefix, dot, name = setting.partition(".")
    if dot:
        named = _SETTINGS.get(f"{prefix}.NAME")
        return (named, named.key_of(name)) if named and named.is_name(name) else (None, "")
    kind = FACTS[setting] if setting in KEYS else _SETTINGS.get(setting)
    return kind, kind.key if kind else ""


def _text(key: object) -> str:
    return key if isinstance(key, str) else shown(key)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # By itself json keeps the last of two values, and says nothing.
    mapping: dict[str, Any] = {}
    for key, value in pairs:
        if key in mapping:
            raise FactsError(f'the key "{key:.80}" appears twice')
        mapping[key] = value
    return mapping
