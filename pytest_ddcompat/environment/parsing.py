"""Facts as people give them: a JSON file, a mapping, `KEY=VALUE`."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any, Callable

from pytest_ddcompat.environment.environment import KEYS, Fact
from pytest_ddcompat.values.errors import FactsError
from pytest_ddcompat.values.names import (
    DEPLOYMENT_TYPES,
    choices,
    deployment_type,
    fold,
    is_framework,
    is_misspelling,
    parse_site,
)
from pytest_ddcompat.values.text import as_json, shown
from pytest_ddcompat.values.versions import Version, parse_agent_version, parse_version

__all__ = [
    "facts_from_mapping",
    "facts_from_settings",
    "facts_from_text",
]

Facts = dict[str, Fact[Any]]

_OS = {
    "linux": "linux", "macos": "macos", "darwin": "macos", "windows": "windows", "win32": "windows",
}  # fmt: skip
_CPU = {
    "x8664": "x86-64", "amd64": "x86-64", "x64": "x86-64", "aarch64": "aarch64", "arm64": "aarch64",
    "i686": "i686", "i386": "i686", "i586": "i686", "x86": "i686",
}  # fmt: skip
_IMPLEMENTATION = {"cpython": "cpython", "pypy": "pypy"}
_NULLABLE = {"tracer", "agent", "framework"}
LIMIT = 1 << 20
"""Bytes of a facts file; a full one has a few hundred."""


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


def facts_from_mapping(mapping: object, origin: str) -> Facts:
    """Understand facts in their JSON form.

    Args:
        mapping: The parsed JSON.
        origin: Where it comes from: a file's name.

    Raises:
        FactsError: A key or value cannot be understood; all problems are named together.
    """
    if not isinstance(mapping, Mapping):
        raise FactsError(f"{origin}: this must be a JSON object of facts (got {_shown(mapping)})")
    reader = _Reader(origin)
    for key, value in mapping.items():
        if key == "frameworks":
            reader.frameworks(value)
        elif key in KEYS:
            reader.read(str(key), str(key), value)
        else:
            reader.refuse_key(_text(key), [*KEYS, "frameworks"])
    return reader.finish()


def facts_from_settings(settings: list[str], origin: str) -> Facts:
    """Understand `KEY=VALUE` settings; the last of a key counts, `deployment` adds up.

    Args:
        settings: Such as `tracer=2.5.0`, `framework.django=4.2`, `agent=none`, `site=unknown`.
        origin: The option that they come from.

    Raises:
        FactsError: A key or value cannot be understood; all problems are named together.
    """
    reader = _Reader(origin, null="none")
    for setting in settings:
        key, equals, value = (part.strip() for part in setting.partition("="))
        if not equals or not value:
            reader.problems.append(
                f'{origin}: "{setting:.80}" is not KEY=VALUE; valid: such as tracer=2.5.0'
            )
        else:
            reader.set(key, value)
    return reader.finish()


class _Reader:
    """Reads facts one by one and keeps all that is wrong with them."""

    def __init__(self, origin: str, null: str = "null") -> None:
        self.origin = origin
        self.null = null
        self.problems: list[str] = []
        self.facts: Facts = {}

    def finish(self) -> Facts:
        if self.problems:
            raise FactsError(self.problems)
        return self.facts

    def read(self, key: str, where: str, value: object) -> None:
        kind = "framework" if key.startswith("framework.") else key
        if value is None and kind in _NULLABLE:
            self.facts[key] = Fact(None, self.origin)
            return
        try:
            self.facts[key] = Fact(_PARSERS[kind](value), self.origin)
        except ValueError as error:
            absent = f", or {self.null}: there is none" if kind in _NULLABLE else ""
            tells = "valid:" in str(error) or kind not in _EXAMPLES
            valid = "" if tells else f"; valid: such as {_EXAMPLES[kind]}"
            if kind == "deployments" and self.null == "none":
                absent = ", or none: a plain host"
            self.problems.append(f"{self.origin}: {where}: {error}{valid}{absent}")

    def refuse_key(self, key: str, valid: list[str]) -> None:
        self.problems.append(f'{self.origin}: unknown key "{key:.80}"; {choices(key, valid)}')

    def frameworks(self, value: object) -> None:
        if not isinstance(value, Mapping):
            self.problems.append(
                f"{self.origin}: frameworks: this must be an object of names and versions "
                f"(got {_shown(value)})"
            )
            return
        for name, version in ((_text(name), version) for name, version in value.items()):
            key, is_name = fold(name), is_framework(name)
            if not is_name or f"framework.{key}" in self.facts:
                wrong = "stands here twice" if is_name else "is no name of a framework"
                self.problems.append(f'{self.origin}: frameworks: "{name:.80}" {wrong}')
                continue
            self.read(f"framework.{key}", f"frameworks.{name}", version)

    def set(self, key: str, value: str) -> None:
        name = {"deployment": "deployments"}.get(key, key)
        prefix, _, framework = name.partition(".")
        if prefix == "framework" and is_framework(framework):
            name = f"framework.{fold(framework)}"
        elif name not in KEYS:
            valid = [*(k for k in KEYS if k != "deployments"), "deployment", "framework.NAME"]
            self.refuse_key(key, valid)
            return
        word = value.lower()
        if word == "none" and name in {"os", "cpu", "implementation"}:
            self.problems.append(
                f'{self.origin}: {key}: "none" is not valid; '
                "valid: a value, or unknown (none is for tracer, agent and framework.NAME)"
            )
        elif word == "unknown" and name != "date":
            self.facts[name] = Fact.unknown(f"{self.origin} {key}=unknown")
        elif name == "deployments":
            self._add_deployments(key, [] if word == "none" else value.split(","))
        else:
            absent = word == "none" and name.partition(".")[0] in _NULLABLE
            self.read(name, key, None if absent else _BOOLEANS.get(word, value))

    def _add_deployments(self, key: str, value: list[str]) -> None:
        before = self.facts.get("deployments")
        self.read("deployments", key, value)
        after = self.facts.get("deployments")
        if before and after and before.value and after.value:
            self.facts["deployments"] = Fact(before.value | after.value, self.origin)


_EXAMPLES = {
    "tracer": '"4.16.0"', "python": '"3.11.7"', "framework": '"4.2.1"', "agent": '"7.60.0"',
    "implementation": '"cpython"', "os": '"linux"', "cpu": '"x86-64"', "site": '"datadoghq.com"',
    "deployments": '["docker"]', "date": '"2026-05-31"',
}  # fmt: skip
_BOOLEANS: dict[str, bool] = {"true": True, "on": True, "false": False, "off": False}


def _string(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"this must be a string that is not empty (got {_shown(value)})")
    text = value.strip()
    if not text.isprintable():
        raise ValueError(f"this must be printable characters (got {_shown(value)})")
    return text


def _version(value: object) -> Version:
    return parse_version(_string(value))


def _agent(value: object) -> Version:
    return parse_agent_version(_string(value))


def _word_of(known: dict[str, str]) -> Callable[[object], str]:
    def parse(value: object) -> str:
        text = _string(value).lower()
        word = known.get(re.sub(r"[-_\s]", "", text))
        if word is None and (len(text) > 50 or is_misspelling(text, known.values())):  # noqa: PLR2004
            raise ValueError(f'"{text[:50]}" is not valid; {choices(text, known.values())}')
        return word or text

    return parse


def _deployments(value: object) -> frozenset[str]:
    if not isinstance(value, list):
        raise ValueError(
            f"this must be an array of deployment types (got {_shown(value)}); "
            f"valid: {', '.join(DEPLOYMENT_TYPES)}"
        )
    return frozenset(_deployment(item) for item in value)


def _deployment(value: object) -> str:
    text = _string(value)
    known = deployment_type(text)
    if known is None:
        valid = choices(text, DEPLOYMENT_TYPES)
        raise ValueError(f'"{text[:50]}" is not a deployment type; {valid}')
    return known


def _site(value: object) -> str:
    return parse_site(_string(value))


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"this must be true or false (got {_shown(value)})")
    return value


def _date(value: object) -> dt.date:
    text = _string(value)
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise ValueError(f'"{text[:50]}" is not a date; valid: such as 2026-05-31') from None


_PARSERS: dict[str, Callable[[object], object]] = {
    "tracer": _version,
    "python": _version,
    "framework": _version,
    "implementation": _word_of(_IMPLEMENTATION),
    "os": _word_of(_OS),
    "cpu": _word_of(_CPU),
    "deployments": _deployments,
    "agent": _agent,
    "site": _site,
    "remote_configuration": _boolean,
    "date": _date,
}


def _text(key: object) -> str:
    return key if isinstance(key, str) else shown(key)


def _shown(value: object) -> str:
    return shown(value, as_json, 50)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key, value in pairs:
        if key in mapping:
            raise FactsError(f'the key "{key:.80}" stands here twice')
        mapping[key] = value
    return mapping
