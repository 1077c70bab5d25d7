"""The facts: one declaration each, which parsing, detection, schemas, records and words follow.

`docs/explanation/extending.md` adds one step by step.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Callable

from pytest_ddcompat.environment import detection
from pytest_ddcompat.environment.machine import AGENT_VARIABLES
from pytest_ddcompat.environment.value import Fact, FactKind
from pytest_ddcompat.values.names import (
    DEPLOYMENT_TYPES,
    canonical,
    deployment_type,
    fact_id,
    is_misspelling,
    is_package,
    unknown_name,
)
from pytest_ddcompat.values.sites import parse_known_site
from pytest_ddcompat.values.text import as_json, shown
from pytest_ddcompat.values.versions import Version, parse_agent_version, parse_version

__all__ = [
    "FACTS", "IMPLEMENTATIONS", "KEYS", "PLATFORM_WORDS", "PLURALS", "boolean", "facts_schema",
    "kind_of", "phrase", "text", "tracer_key", "version",
]  # fmt: skip

IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy"}
"""How Python implementations that pages name are written."""

_OS = {
    "linux": "linux", "macos": "macos", "darwin": "macos", "mac": "macos", "osx": "macos",
    "windows": "windows", "win32": "windows", "win": "windows",
}  # fmt: skip
_CPU = {
    "x8664": "x86-64", "amd64": "x86-64", "x64": "x86-64", "aarch64": "aarch64", "arm64": "aarch64",
    "i686": "i686", "i386": "i686", "i586": "i686", "x86": "i686",
}  # fmt: skip
PLATFORM_WORDS = {"os": _OS, "cpu": _CPU, "implementation": {n: n for n in IMPLEMENTATIONS}}
"""The documented words of a platform by their folded spellings; others have words of their own."""

_SHOWN = 50  # characters of a wrong value that a message repeats


def text(value: object) -> str:
    """Parse a string that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"this must be a non-empty string (got {shown(value, as_json)})")
    stripped = value.strip()
    if not stripped.isprintable():
        raise ValueError(f"this must have only printable characters (got {shown(value, as_json)})")
    return stripped


def boolean(value: object) -> bool:
    """Parse true or false."""
    if not isinstance(value, bool):
        raise ValueError(f"this must be true or false (got {shown(value, as_json)})")
    return value


def version(value: object) -> Version:
    """Parse a PEP 440 version."""
    return parse_version(text(value))


def _own(value: object) -> bool | str:
    """Parse what may be the value of a user-defined fact: its declaration is known later."""
    if isinstance(value, (bool, str)):
        return value if isinstance(value, bool) else text(value)
    raise ValueError(f"this must be true, false or a string (got {shown(value, as_json)})")


def _python(value: object) -> Version:
    parsed = version(value)
    if len(parsed.release) == 1:
        # From 311 as in py311, else from no more than the major version.
        digits = str(parsed.release[0])
        near = {"2": "2.7", "3": "3.11"}.get(digits, f"{digits[0]}.{digits[1:]}")
        hint = f" did you mean {near}?" if digits[0] in "23" else ""
        raise ValueError(f'"{parsed}" has no minor version;{hint} valid: a version such as 3.11.7')
    return parsed


def _word_of(known: dict[str, str]) -> Callable[[object], str]:
    """A parser of known words and of any other that is no misspelling of one."""

    def parse(value: object) -> str:
        written = text(value).lower()
        word = known.get(re.sub(r"[-_\s]", "", written))
        if word is None and (len(written) > _SHOWN or is_misspelling(written, known.values())):
            what = f'"{written[:_SHOWN]}" is not valid'
            raise ValueError(unknown_name(what, written, known.values()))
        return word or written

    return parse


def _deployments(value: object) -> frozenset[str]:
    if not isinstance(value, list):
        raise ValueError(
            f"this must be an array of deployment types (got {shown(value, as_json)}); "
            f"valid: {', '.join(DEPLOYMENT_TYPES)}"
        )
    return frozenset(_deployment(item) for item in value)


def _deployment(value: object) -> str:
    written = text(value)
    known = deployment_type(written)
    # Whether a matrix adds it is known later: see `check_facts`.
    if known is None or (known not in DEPLOYMENT_TYPES and is_misspelling(known, DEPLOYMENT_TYPES)):
        what = f'"{written[:_SHOWN]}" is not a deployment type'
        raise ValueError(unknown_name(what, written, DEPLOYMENT_TYPES))
    return known


def _date(value: object) -> dt.date:
    written = text(value)
    try:
        # From Python 3.11 on, fromisoformat takes 20260531 and 2026-W22 too.
        return dt.datetime.strptime(written, "%Y-%m-%d").date()
    except ValueError:
        raise ValueError(
            f'"{written[:_SHOWN]}" is not a date; valid: a date such as 2026-05-31'
        ) from None


_DECLARED = (
    FactKind(
        "tracer",
        "Version of ddtrace; null: not installed.",
        label="ddtrace",
        parse=version,
        example="4.16.0",
        nullable=True,
        detect=detection.detect_tracer,
    ),
    FactKind(
        "python",
        "Version of Python, of which pages compare major and minor.",
        label="Python",
        in_summary="Python",
        parse=_python,
        example="3.11.7",
        detect=detection.detect_python,
    ),
    FactKind(
        "implementation",
        "Python implementation in lower case.",
        label="Implementation",
        parse=_word_of({name: name for name in IMPLEMENTATIONS}),
        example="cpython",
        choices=("pypy",),
        detect=detection.detect_implementation,
    ),
    FactKind(
        "os",
        "Operating system: linux, macos, windows, else the platform's own name.",
        label="OS",
        in_summary="on",
        parse=_word_of(_OS),
        example="linux",
        detect=detection.detect_os,
    ),
    FactKind(
        "cpu",
        "CPU of the process: x86-64, aarch64, i686, else the machine's own name.",
        label="CPU",
        in_summary="CPU",
        parse=_word_of(_CPU),
        example="x86-64",
        choices=("x86-64", "aarch64", "i686"),
        detect=detection.detect_cpu,
    ),
    FactKind(
        "framework",
        "Version of each framework; null: not installed.",
        label="Framework",
        plural="frameworks",
        is_distribution=True,
        parse=version,
        example="4.2.1",
        nullable=True,
        detect=detection.detect_framework,
    ),
    FactKind(
        "package",
        "Version of each distribution, by its PEP 503 name; null: not installed.",
        label="Package",
        plural="packages",
        reduced=canonical,
        is_name=is_package,
        is_distribution=True,
        parse=version,
        example="0.27.2",
        nullable=True,
        detect=detection.detect_package,
    ),
    FactKind(
        "fact",
        "Value of each fact of your own, by the id that a matrix or another file declares.",
        label="Fact of your own",
        plural="facts",
        reduced=fact_id,
        parse=_own,
        keywords=(("type", ["boolean", "string"]),),
        example="flask-poc",
        detect=detection.detect_undeclared,
    ),
    FactKind(
        "deployments",
        "Every documented deployment type that applies; none on a plain host.",
        label="Deployment",
        in_summary="deployment",
        alias="deployment",
        parse=_deployments,
        example=["docker"],
        detect=detection.detect_deployments,
        variables=detection.DEPLOYMENT_VARIABLES,
    ),
    FactKind(
        "site",
        "Datadog site, in the form of DD_SITE.",
        label="Datadog site",
        in_summary="site",
        parse=lambda value: parse_known_site(text(value)),
        example="datadoghq.com",
        detect=detection.detect_site,
        variables=("DD_SITE",),
    ),
    FactKind(
        "remote_configuration",
        "Whether Remote Configuration is on.",
        label="Remote Configuration",
        in_summary="Remote Configuration",
        parse=boolean,
        example=True,
        detect=detection.detect_remote_configuration,
        variables=(detection.REMOTE_CONFIGURATION,),
        derived_from=("tracer", "deployments"),
    ),
    FactKind(
        "agent",
        "Version of the Datadog Agent; null: there is none.",
        label="Datadog Agent",
        in_summary="Agent",
        parse=lambda value: parse_agent_version(text(value)),
        example="7.60.0",
        nullable=True,
        detect=detection.detect_agent,
        variables=AGENT_VARIABLES,
    ),
    FactKind(
        "date",
        "Day that decides support levels; today in UTC if it is not given.",
        label="Support levels on",
        parse=_date,
        keywords=(("format", "date"), ("pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")),
        example="2026-05-31",
        detect=detection.detect_date,
    ),
    # A new fact goes here; its place is that in which it is shown.
)

FACTS = {kind.key: kind for kind in _DECLARED}
"""Each fact's declaration by its key, in the order in which facts are shown."""

KEYS = tuple(key for key, kind in FACTS.items() if not kind.plural)
"""The facts of which there is one; of the others each has a name: `framework.NAME`."""

PLURALS = {kind.plural: kind for kind in FACTS.values() if kind.plural}
"""The declarations of those others by the key of the object that holds them: `frameworks`."""


def kind_of(key: str) -> FactKind:
    """Return the declaration of a fact.

    Args:
        key: Such as `tracer`, `framework.django`, `package.httpx`.

    Raises:
        KeyError: There is no such fact.
    """
    return FACTS[key.partition(".")[0]]


def tracer_key(library: str) -> str:
    """Return the key of the fact that is the version of a page's library.

    Args:
        library: Its name; `tracer` is the fact of ddtrace alone.
    """
    return "tracer" if library == detection.LIBRARY else f"framework.{library}"


def phrase(label: str, fact: Fact[Any]) -> str:
    """Return a fact as the summary of a run writes it: `CPU x86-64`, `no ddtrace`.

    Args:
        label: What its words begin with.
        fact: Its value.
    """
    if not fact.known:
        return f"{label} unknown ({fact.signal})"
    if fact.value is None:
        return f"no {label}"
    if isinstance(fact.value, frozenset):
        return f"{label} {'+'.join(sorted(fact.value)) or 'of no documented type'}"
    return f"{label} {fact.words}"


def facts_schema() -> dict[str, Any]:
    """Describe a facts file as JSON Schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Facts of pytest-ddcompat",
        "type": "object",
        "description": "What --ddcompat-facts reads; a fact that is left out is unknown.",
        "additionalProperties": False,
        "properties": {kind.plural or key: kind.schema() for key, kind in FACTS.items()},
    }
