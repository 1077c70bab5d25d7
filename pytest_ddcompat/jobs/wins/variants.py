"""Tell runs of a test apart by frameworks and user-defined facts; put versions in order."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.jobs.json_columns import parsed
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.names import fold
from pytest_ddcompat.values.versions import parse_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.values.versions import Version

__all__ = ["FACT", "FRAMEWORK", "in_order", "place_settings", "requirement_of", "variant_of"]

FRAMEWORK = "framework."
"""What begins the key of a framework in a variant."""

FACT = "fact."
"""What begins the key of a user-defined fact in a variant."""


@lru_cache(maxsize=10_000)
def requirement_of(marker: str) -> Requirement | None:
    """Return the requirement of a marker in a record, or None if the text is not a marker."""
    try:
        return Requirement.from_marker(marker)
    except ValueError:
        return None


def variant_of(facts: Mapping[str, Any], markers: Iterable[str]) -> dict[str, str]:
    """Return the variant of a test: what may well decide whether it works, beside the tracer.

    These are the frameworks that its markers name, each with the first two numbers of its version,
    and all user-defined facts. Runs of one variant that differ in anything else, such as Python,
    are taken together: where they do not come to the same, there is no news.

    Args:
        facts: The facts of its environment, as a record has them.
        markers: Its markers.
    """
    requirements = filter(None, map(requirement_of, markers))
    named = {
        fold(name)
        for requirement in requirements
        for part in (requirement, *requirement.when)
        for name in part.frameworks
    }
    installed = {fold(name): version for name, version in facts.get("frameworks", {}).items()}
    variant = {
        f"{FRAMEWORK}{name}": _series(installed[name]) if name in installed else "unknown"
        for name in sorted(named)
    }
    own = {f"{FACT}{name}": _own(value) for name, value in facts.get("facts", {}).items()}
    return {**variant, **{key: own[key] for key in sorted(own)}}


def _own(value: object) -> str:
    """Return the value of a user-defined fact; a word that looks like a boolean is quoted."""
    is_plain = isinstance(value, str) and value not in {"true", "false"}
    return str(value) if is_plain else json.dumps(value)


def _series(version: str | None) -> str:
    if version is None:
        return "not installed"
    known = _parsed(version)
    if known is None:
        return version
    epoch = f"{known.epoch}!" if known.epoch else ""  # without it, this would be another series
    return epoch + ".".join(map(str, (*known.release, 0)[:2]))


def in_order(texts: Iterable[str]) -> dict[str, int]:
    """Return the place of each version in their order, from 0; equal versions share one.

    Texts that are no versions are left out.
    """
    known = {text: parsed for text in texts if (parsed := _parsed(text)) is not None}
    places = {version: number for number, version in enumerate(sorted({*known.values()}))}
    return {text: places[version] for text, version in known.items()}


def _parsed(text: str) -> Version | None:
    try:
        return parse_version(text)
    except ValueError:  # numbers of thousands of digits too
        return None


def place_settings(settings: Sequence[dict[str, Any]]) -> tuple[list[tuple[Any, ...]], list[str]]:
    """Place the rows of the question `settings`, for those that rest on `placed`.

    Args:
        settings: Its rows.

    Returns:
        The rows of `placed`, and the versions of the tracer by their place.
    """
    places = in_order(sorted({row["tracer"] for row in settings}))
    names = {place: text for text, place in reversed(places.items())}
    placed = [
        (
            row["setting_nth"],
            places[row["tracer"]],
            _as_text(variant_of(parsed(row, "facts"), parsed(row, "requires"))),
        )
        for row in settings
        if row["tracer"] in places
    ]
    return placed, [names[number] for number in range(len(names))]


def _as_text(variant: Mapping[str, str]) -> str:
    return json.dumps(variant)
