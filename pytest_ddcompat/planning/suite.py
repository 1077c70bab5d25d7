"""The gated tests of a suite, with what each requires: of a record, or of a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.requirement.requirement import Requirement, without_strict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["GatedTest", "read_markers", "read_decisions"]


class GatedTest(NamedTuple):
    """A test, with all that its markers and its declarations require.

    Attributes:
        id: Its node id.
        requirements: What it requires, each once. A state, such as an expected failure, is no
            requirement.
    """

    id: str
    requirements: tuple[Requirement, ...]


def read_decisions(record: Mapping[str, Any]) -> list[GatedTest]:
    """Return the gated tests of a record of format 2.

    A test whose markers could not be evaluated is left out: what it requires is not known.

    Args:
        record: The record, as its schema describes it.

    Raises:
        RequirementError: A marker has an argument that cannot be understood.
        ValueError: A marker is none of this plugin.
    """
    decisions = record["decisions"]
    texts = [row["marker"] for row in record["requirements"]]
    known = [_requirements([texts[i] for i in row["requirements"]]) for row in decisions]
    return [
        GatedTest(test["id"], known[test["decision"]])
        for test in record["tests"]
        if not decisions[test["decision"]]["error"]
    ]


def read_markers(tests: Iterable[tuple[str, Iterable[str]]]) -> list[GatedTest]:
    """Return the tests that have any marker.

    Args:
        tests: Node ids, each with the texts of its markers.

    Raises:
        RequirementError: A marker has an argument that cannot be understood.
        ValueError: A marker is none of this plugin.
    """
    found = [GatedTest(name, _requirements(markers)) for name, markers in tests]
    return [test for test in found if test.requirements]


def _requirements(markers: Iterable[str]) -> tuple[Requirement, ...]:
    found = (Requirement.from_marker(without_strict(marker)[0]) for marker in markers)
    return tuple(dict.fromkeys(each for each in found if each.kind != "state"))
