"""What a declarations file made of a manifest says, worked out without the package's own code."""

from __future__ import annotations

import operator
import re
from typing import Any

from packaging.version import Version

from support.core import parsed_text

__all__ = ["Declared"]

_ACTIONS = {"missing": "x", "bug": "x", "incomplete": "x", "flaky": "s", "irrelevant": "s"}
_COMPARISONS = {"<": operator.lt, ">=": operator.ge}


class Declared:
    """The declarations of a file.

    Args:
        text: The file.
    """

    def __init__(self, text: str) -> None:
        self._tables: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for table in parsed_text(text)["declarations"]:
            tests = table["tests"]
            for each in [tests] if isinstance(tests, str) else tests:
                self._tables.setdefault(elements(each), []).append(table)

    def outcome(self, node_id: str, tracer: str, variant: str) -> str:
        """Return what becomes of a test: r runs, x expected to fail, s skipped."""
        path = elements(node_id)
        found = {
            _ACTIONS[table["state"]]
            for length in range(1, len(path) + 1)
            for table in self._tables.get(path[:length], ())
            if applies(table.get("when", {}), Version(tracer), variant)
        }
        return "s" if "s" in found else "x" if found else "r"

    def outcomes(self, node_ids: list[str], tracer: str, variant: str) -> str:
        """Return a letter for each test."""
        return "".join(self.outcome(node_id, tracer, variant) for node_id in node_ids)


def elements(node_id: str) -> tuple[str, ...]:
    return tuple(node_id.partition("[")[0].rstrip("/").replace("::", "/::").split("/"))


def applies(when: dict[str, Any], tracer: Version, variant: str) -> bool:
    values = when.get("value", variant)
    return (
        admits(when.get("tracer", ">=0.dev0"), tracer)
        and variant in ([values] if isinstance(values, str) else values)
        and variant not in when.get("excluded", ())
    )


def admits(specifier: str, version: Version) -> bool:
    """Whether a specifier admits a version: `<` and `>=` by their order, `==` and `!=` without
    the local part.
    """
    return any(
        all(compares(part, version) for part in alternative.split(","))
        for alternative in specifier.split("|")
    )


def compares(text: str, version: Version) -> bool:
    found = re.fullmatch(r"(<|>=|==|!=)(.+)", text)
    assert found
    other = Version(found[2])
    if found[1] in _COMPARISONS:
        return bool(_COMPARISONS[found[1]](version, other))
    return (Version(version.public) == other) is (found[1] == "==")
