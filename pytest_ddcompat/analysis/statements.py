"""List the facts that a page documents, each with its kind, its row and its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.analysis.words import (
    capability_name,
    cell_or,
    cell_under,
    folded,
    in_words,
    words_of,
)
from pytest_ddcompat.matrix.rows import MINIMUMS, NOT_THERE, Unresolved
from pytest_ddcompat.values.names import bare

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator

    from pytest_ddcompat.matrix.fields import Row
    from pytest_ddcompat.matrix.kinds import Mark
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import (
        Capability,
        Framework,
        Minimum,
        Runtime,
        Statement,
    )

__all__ = ["KINDS", "DocumentedFact", "FactKey", "documented_facts"]

FactKey = tuple["Hashable", ...]
"""What tells a fact from the others of its page: its kind, and ids rather than words."""

_Found = tuple["tuple[Hashable, ...]", str, str, "Hashable"]
"""Ids of a fact, its row, words and value."""

_MARKS = {True: "yes", False: "no", "preview": "Preview"}


class DocumentedFact(NamedTuple):
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


def documented_facts(matrix: Matrix) -> dict[FactKey, DocumentedFact]:
    """Every fact that a page documents, kind by kind in the order of `KINDS`; notes are none.

    What a page says twice is one fact; where the two differ, it is both.
    """
    found: dict[FactKey, list[DocumentedFact]] = {}
    for kind, facts in _FACTS.items():
        for ids, row, words, value in facts(matrix):
            found.setdefault((kind, *ids), []).append(DocumentedFact(kind, row, words, value))
    return {key: _together(facts) for key, facts in found.items()}


def _together(facts: list[DocumentedFact]) -> DocumentedFact:
    different = list({fact.value: fact for fact in facts}.values())
    if len(different) == 1:
        return different[0]
    return different[0]._replace(
        words="; ".join(fact.words for fact in different),
        value=frozenset(fact.value for fact in different),
    )


def _sites(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.sites:
        words = "Preview" if row.status == "preview" else "not supported"
        for site in row.excluded:
            yield (site,), site, words, row.status


def _minimums(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.capabilities:
        words, value = words_of(row, row.documented[-1], _minimum(row))
        yield (row.id,), bare(row.name), words, value


def _minimum(row: Capability) -> Hashable:
    if row.status == "unresolved":
        return folded(row.documented[-1])
    status = row.status.replace("_", " ")
    if row.status in NOT_THERE or not row.boundaries:
        return status
    value: Hashable = row.versions or row.minimum
    if row.minimums:
        one = [] if value is None else [(value,)]
        value = frozenset([*one, *map(_conditional, row.minimums)])
    return value if row.status == "available" else (status, value)


def _conditional(row: Minimum) -> tuple[Hashable, ...]:
    runtime = ("for", row.runtime, row.versions) if row.runtime else ()
    return (row.tracer or row.tracers, *runtime, *_others_of(row, _MINIMUM))


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
            name = capability_name(matrix, capability)
            words, value = _mark(matrix, row, name, mark)
            yield (row.id, capability), f"{kind} for {name}", words, value


def _mark(matrix: Matrix, row: Statement, name: str, mark: Mark) -> tuple[str, Hashable]:
    if mark in _MARKS:
        return _MARKS[mark], _MARKS[mark]
    cell = cell_under(matrix, row, re.escape(name))
    words = " | ".join(row.documented[1:]) if cell is None else cell
    return words, folded(words)


def _levels(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.releases:
        value: Hashable = row.support_level.replace("_", " ")
        if row.until:
            value = (value, "until", row.until)
        words = cell_or(matrix, row, "level", 1) or in_words(value)
        yield (row.tracer,), str(row.tracer), *words_of(row, words, value)


def _agents(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.releases:
        value: Hashable = row.agent or "no minimum"
        words = cell_or(matrix, row, "agent", 2) if row.agent else ""
        yield (row.tracer,), str(row.tracer), *words_of(row, words or str(value), value)


def _runtimes(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.runtimes:
        system = cell_under(matrix, row, r"^os\b|operating") or row.os
        implementation = cell_under(matrix, row, r"^runtime$|implementation") or row.implementation
        words = cell_under(matrix, row, r"runtime version|python version") or str(row.python)
        own = f" with {capability_name(matrix, row.capability)}" if row.capability else ""
        # A fact for each CPU: a page may split or join its rows, and still say the same.
        for cpu, called in zip(row.cpus, _cpus(matrix, row)):
            yield (
                (row.os, cpu, row.implementation, row.tracer, row.capability),
                f"{system} {called} {implementation} for {matrix.page.tracer} {row.tracer}{own}",
                *words_of(row, words, row.python),
            )


def _cpus(matrix: Matrix, row: Runtime) -> tuple[str, ...]:
    cell = cell_under(matrix, row, "cpu|architecture") or ""
    called = tuple(word.strip() for word in cell.split(","))
    return called if len(called) == len(row.cpus) else row.cpus


def _frameworks(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.frameworks:
        versions = _versions(matrix, row)
        in_table = f"{row.name} in {row.heading}"
        if not row.capabilities:
            yield (row.id, folded(row.heading)), in_table, *versions
        for capability, mark in row.capabilities.items():
            name = capability_name(matrix, capability)
            has_column = cell_under(matrix, row, re.escape(name)) is not None
            where = f"{row.name} for {name}" if has_column else in_table
            said = versions
            if mark is not True:
                marked, value = _mark(matrix, row, name, mark)
                said = f"{versions[0]} ({marked})", (versions[1], value)
            yield (row.id, capability), where, *(_UNMARKED if mark is False else said)


_UNMARKED = ("not supported", "not supported")


def _versions(matrix: Matrix, row: Framework) -> tuple[str, Hashable]:
    cell = cell_or(matrix, row, "version", 1)
    value: Hashable = folded(cell) if row.versions is None else row.versions
    return words_of(row, cell or in_words(value), value)


def _coverage(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.coverage:
        kind = {"frameworks": "frameworks", "datastores": "data stores"}[row.of]
        name = capability_name(matrix, row.capability) if row.capability else "every capability"
        for covered in row.named or (f"all {kind}",):
            yield (row.of, row.capability, covered), f"{covered} for {name}", "documented", True


def _unresolved(matrix: Matrix) -> Iterator[_Found]:
    for row in matrix.unresolved:
        if matrix.is_settled(row):
            continue
        first, rest = row.documented[0], " | ".join(row.documented[1:])
        columns = folded(" | ".join(row.columns))
        where = f"{first} in {row.heading}" if rest else row.heading
        words = rest or first
        yield (columns, folded(first)), where, words, folded(words)


_MINIMUM = ("tracer", "tracers", "runtime", "versions")
_READ: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "page": ((), ("tracer",)),
    "sites": (("excluded",), ("status",)),
    "capabilities": (("id",), (*MINIMUMS, "status", "remote_configuration")),
    "deployments": (("heading", "id"), ("capabilities",)),
    "releases": (("tracer",), ("support_level", "until", "agent")),
    "runtimes": (("os", "cpus", "implementation", "python", "tracer", "capability"), ()),
    "frameworks": (("heading", "id"), ("versions", "capabilities")),
    "coverage": (("of", "capability", "named"), ()),
    "facts": (("id",), ()),
    "unresolved": (("columns", "documented"), ("of", "capabilities")),
}
"""Of each table the fields that name a row, and the others that the functions above read."""


def _others(matrix: Matrix) -> Iterator[_Found]:
    """Fields that can decide a verdict, and that no function above reads."""
    for table, spec in matrix.fields.items():
        rows = getattr(matrix, table) if spec.decides else ()
        naming, read = _READ.get(table, (("heading", "documented"), ()))
        for row in rows if isinstance(rows, tuple) else (rows,):
            if isinstance(row, Unresolved) and matrix.is_settled(row):
                continue
            ids = (table, *(row.fields[key].kind.compared(getattr(row, key)) for key in naming))
            for key, value in _others_of(row, (*naming, *read)):
                where = " ".join(in_words(getattr(row, name)) for name in naming) or table
                yield (*ids, key), f"{key} of {where}", in_words(value), value


def _others_of(row: Row, read: Collection[str]) -> list[tuple[str, Hashable]]:
    """Deciding values of a row that are not read, without those that are left out."""
    return [
        (key, value)
        for key, value in row.deciding().items()
        if key not in read and getattr(row, key) != row.fields[key].default
    ]


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
    "other": _others,
}

KINDS = tuple(_FACTS)
"""Kinds of facts, in their order."""
