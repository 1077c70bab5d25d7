"""What a page documents, fact by fact: each with a kind, a row in words, and the page's words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.matrix.rows import NOT_THERE
from pytest_ddcompat.values.names import bare

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from pytest_ddcompat.matrix.kinds import Mark
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Capability, Framework, Release, Runtime, Statement

__all__ = ["KINDS", "Fact", "Key", "documented_facts", "same_words"]

_VERSION = re.compile(r"\d+(?:\.\d+)*")

Key = tuple["Hashable", ...]
"""What tells a fact from the others of its page: its kind, and ids rather than words."""

_MARKS = {True: "yes", False: "no", "preview": "Preview"}


class Fact(NamedTuple):
    """One fact that a page documents.

    Attributes:
        kind: One of `KINDS`.
        row: What it is about, in words.
        words: What the page says of it.
        value: How that is read; folded words where it is not understood. Facts of equal value
            are the same fact, however it is worded.
    """

    kind: str
    row: str
    words: str
    value: Hashable

    @property
    def reading(self) -> str:
        """The value in words."""
        return _in_words(self.value)


def documented_facts(matrix: Matrix) -> dict[Key, Fact]:
    """Every fact that a page documents, kind by kind in the order of `KINDS`; notes are none.

    What a page says twice is one fact; where the two differ, it is both.
    """
    found: dict[Key, list[Fact]] = {}
    for kind, facts in _FACTS.items():
        for ids, row, words, value in facts(matrix):
            found.setdefault((kind, *ids), []).append(Fact(kind, row, words, value))
    return {key: _together(facts) for key, facts in found.items()}


def same_words(one: str, other: str) -> bool:
    """Whether two texts differ in case, spacing and code marks alone."""
    return _folded(one) == _folded(other)


_Found = tuple["tuple[Hashable, ...]", str, str, "Hashable"]
"""Ids of a fact, its row, words and value."""


def _together(facts: list[Fact]) -> Fact:
    different = list({fact.value: fact for fact in facts}.values())
    if len(different) == 1:
        return different[0]
    return different[0]._replace(
        words="; ".join(fact.words for fact in different),
        value=frozenset(fact.value for fact in different),
    )


def _in_words(value: Hashable) -> str:
    if isinstance(value, frozenset):
        return "; ".join(sorted(map(_in_words, value)))
    if isinstance(value, tuple):
        return " ".join(map(_in_words, value))
    return str(value)


def _folded(words: str) -> str:
    return re.sub(r"[`*\s]+", "", words).casefold()


def _of_row(row: Statement, words: str, value: Hashable) -> tuple[str, Hashable]:
    """Words of a row, or what an overlay has put in their place, and the value."""
    said = _in_words(value)
    if row.overlays and not set(_VERSION.findall(said)) <= set(_VERSION.findall(words)):
        return f"{said} (overlay {row.overlays[-1].file})", value
    return words, value


def _cell(matrix: Matrix, row: Statement, column: str) -> str | None:
    """The cell of a row under a column whose head matches a pattern, if there is one."""
    number = _column(matrix, row.heading, len(row.documented), column)
    if number is None:
        return None
    return row.documented[number] if number < len(row.documented) else ""


@lru_cache(maxsize=4096)
def _column(matrix: Matrix, heading: str, width: int, column: str) -> int | None:
    heads = [table.columns for table in matrix.tables if table.heading == heading]
    for columns in sorted(heads, key=lambda head: len(head) != width):
        for number, name in enumerate(columns):
            if re.search(column, name, re.IGNORECASE):
                return number
    return None


def _name(matrix: Matrix, capability: str) -> str:
    row = matrix.find_capability(capability)
    return bare(row.name) if row else capability


def _sites(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.sites:
        words = "Preview" if row.status == "preview" else "not supported"
        for site in row.excluded:
            yield (site,), site, words, row.status


def _minimums(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.capabilities:
        words, value = _of_row(row, row.documented[-1], _minimum(row))
        yield (row.id,), bare(row.name), words, value


def _minimum(row: Capability) -> Hashable:
    if row.status == "unresolved":
        return _folded(row.documented[-1])
    status = row.status.replace("_", " ")
    if row.status in NOT_THERE or not row.boundaries:
        return status
    value: Hashable = row.minimum
    if row.minimum is None:
        value = frozenset((m.tracer, "for", m.runtime, m.versions) for m in row.minimums)
    return value if row.status == "available" else (status, value)


def _library(matrix: Matrix) -> Iterator[_Found]:
    yield (), "library whose versions the page speaks of", matrix.page.tracer, matrix.page.tracer


def _aliases(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.capabilities:
        if row.aliases:
            yield (row.id,), bare(row.name), ", ".join(row.aliases), frozenset(row.aliases)


def _remote_configuration(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.capabilities:
        if row.remote_configuration:
            yield (row.id,), bare(row.name), "required", True


def _deployments(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.deployments:
        kind = row.documented[0]
        if not row.capabilities:
            yield (row.id,), kind, "listed", True
        for capability, mark in row.capabilities.items():
            name = _name(matrix, capability)
            words, value = _mark(matrix, row, name, mark)
            yield (row.id, capability), f"{kind} for {name}", words, value


def _mark(matrix: Matrix, row: Statement, name: str, mark: Mark) -> tuple[str, Hashable]:
    if mark in _MARKS:
        return _MARKS[mark], _MARKS[mark]
    cell = _cell(matrix, row, re.escape(name))
    words = " | ".join(row.documented[1:]) if cell is None else cell
    return words, _folded(words)


def _levels(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.releases:
        cell = _cell(matrix, row, "level")
        value: Hashable = row.support_level.replace("_", " ")
        if row.until:
            value = (value, "until", row.until)
        words = _cell_or(row, cell, 1) or _in_words(value)
        yield (row.tracer,), str(row.tracer), *_of_row(row, words, value)


def _agents(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.releases:
        yield (row.tracer,), str(row.tracer), *_agent(row, _cell(matrix, row, "agent"))


def _agent(row: Release, cell: str | None) -> tuple[str, Hashable]:
    words = _cell_or(row, cell, 2)
    if row.agent is None:
        return _of_row(row, "no minimum", "no minimum")
    return _of_row(row, words or str(row.agent), row.agent)


def _cell_or(row: Statement, cell: str | None, index: int) -> str:
    """A cell that was found by its column, else by its usual place."""
    if cell is not None:
        return cell
    return row.documented[index] if index < len(row.documented) else ""


def _runtimes(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.runtimes:
        system = _cell(matrix, row, r"^os\b|operating") or row.os
        implementation = _cell(matrix, row, r"^runtime$|implementation") or row.implementation
        words = _cell(matrix, row, r"runtime version|python version") or str(row.python)
        for cpu, called in zip(row.cpus, _cpus(matrix, row)):
            yield (
                (row.os, cpu, row.implementation, row.tracer),
                f"{system} {called} {implementation} for {matrix.page.tracer} {row.tracer}",
                *_of_row(row, words, row.python),
            )


def _cpus(matrix: Matrix, row: Runtime) -> tuple[str, ...]:
    cell = _cell(matrix, row, "cpu|architecture") or ""
    called = tuple(word.strip() for word in cell.split(","))
    return called if len(called) == len(row.cpus) else row.cpus


def _frameworks(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.frameworks:
        versions = _versions(matrix, row)
        in_table = f"{row.name} in {row.heading}"
        if not row.capabilities:
            yield (row.id, _folded(row.heading)), in_table, *versions
        for capability, mark in row.capabilities.items():
            name = _name(matrix, capability)
            has_column = _cell(matrix, row, re.escape(name)) is not None
            where = f"{row.name} for {name}" if has_column else in_table
            said = versions
            if mark is not True:
                marked, value = _mark(matrix, row, name, mark)
                said = f"{versions[0]} ({marked})", (versions[1], value)
            yield (row.id, capability), where, *(_UNMARKED if mark is False else said)


_UNMARKED = ("not supported", "not supported")


def _versions(matrix: Matrix, row: Framework) -> tuple[str, Hashable]:
    cell = _cell_or(row, _cell(matrix, row, "version"), 1)
    value: Hashable = _folded(cell) if row.versions is None else row.versions
    return _of_row(row, cell or _in_words(value), value)


def _coverage(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.coverage:
        kind = {"frameworks": "frameworks", "datastores": "data stores"}[row.of]
        name = _name(matrix, row.capability) if row.capability else "every capability"
        for covered in row.named or (f"all {kind}",):
            yield (row.of, row.capability, covered), f"{covered} for {name}", "documented", True


def _unresolved(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.unresolved:
        if matrix.is_settled(row):
            continue
        first, rest = row.documented[0], " | ".join(row.documented[1:])
        columns = _folded(" | ".join(row.columns))
        where = f"{first} in {row.heading}" if rest else row.heading
        words = rest or first
        yield (columns, _folded(first)), where, words, _folded(words)


_FACTS: dict[str, Callable[[Matrix], Iterator[_Found]]] = {
    "library": _library,
    "site": _sites,
    "minimum": _minimums,
    "alias": _aliases,
    "remote configuration": _remote_configuration,
    "deployment": _deployments,
    "support level": _levels,
    "agent": _agents,
    "runtime": _runtimes,
    "framework": _frameworks,
    "coverage": _coverage,
    "unresolved": _unresolved,
}

KINDS = tuple(_FACTS)
"""Kinds of facts, in their order."""
