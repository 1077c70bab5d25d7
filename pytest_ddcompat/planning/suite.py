"""The gated tests of a suite, with what each requires: of a record, or of a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.requirement.requirement import Requirement, without_strict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["GatedTest", "read_decisions", "read_markers"]


class GatedTest(NamedTuple):
    """A test, with all that its markers and its declarations require.

    Attributes:
        id: Its node id.
        requirements: What it requires, each once. A state, such as an expected failure, is no
            requirement.
    """

    id: str
    requirements: tuple[Requirement, ...]


def read_decisions(
    record: Mapping[str, Any], requirements: Sequence[Requirement]
) -> list[GatedTest]:
    """Return the gated tests of a record.

    A test whose markers could not be evaluated is left out: what it requires is not known.

    Args:
        record: The record, as its schema describes it.
        requirements: Its requirements, by their indices.
    """
    decisions = record["decisions"]
    known = [_each_once(requirements[i] for i in row["requirements"]) for row in decisions]
    return [
        GatedTest(test["id"], known[test["decision"]])
        for test in record["tests"]
        if not decisions[test["decision"]]["error"]
    ]


def read_markers(tests: Iterable[tuple[str, Iterable[str]]]) -> list[GatedTest]:
    """Return gated tests.

    Args:
        tests: Node ids, each with the texts of its markers; none, if only a state is declared.

    Raises:
        RequirementError: A marker has an argument that cannot be understood.
        ValueError: A marker is none of this plugin.
    """
    return [
        GatedTest(name, _each_once(Requirement.from_marker(without_strict(m)[0]) for m in markers))
        for name, markers in tests
    ]


def _each_once(requirements: Iterable[Requirement]) -> tuple[Requirement, ...]:
    return tuple(dict.fromkeys(each for each in requirements if each.kind != "state"))
