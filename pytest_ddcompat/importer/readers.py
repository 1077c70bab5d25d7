"""Choose how each column of a table is read, by its head."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Callable, NamedTuple

from pytest_ddcompat.importer.blocks import Words
from pytest_ddcompat.importer.ranges import range_of, version_of, versions_of, with_operators
from pytest_ddcompat.importer.words import (
    MARKS,
    NOTHING,
    OSES,
    abbreviation,
    cpus_of,
    level_of,
    minimum_of,
    slug,
)
from pytest_ddcompat.values.names import bare, fold

if TYPE_CHECKING:
    from collections.abc import Container

    from pytest_ddcompat.importer.blocks import Table
    from pytest_ddcompat.importer.draft import Draft

__all__ = [
    "COLUMNS", "DATASTORES", "FRAMEWORKS", "IS_MINIMUM", "RUNTIME_HEADS", "UNKNOWN_COLUMN",
    "VERSIONS", "Column", "library_of",
]  # fmt: skip

_LIBRARIES = {"python tracer": "ddtrace", "nodejs tracer": "dd-trace"}
"""Packages of Datadog's tracers, named as in the package indexes."""

RUNTIME_HEADS = re.compile(r"support(?:ed)? (\S+) versions", re.IGNORECASE)
"""Head of a column of tracer versions, with the name of the library."""

IS_MINIMUM = re.compile("minimum ", re.IGNORECASE)
"""Start of the head of minimums; in an overview a column is headed by its language instead."""

VERSIONS = {
    "versions": "", "version": "", "framework versions": "", "supported versions": "",
    "supported version": "", "version support": "", "minimum framework version": "minimum",
    "minimum version": "minimum", "minimum supported version": "minimum",
}  # fmt: skip
"""Heads of columns of versions, with what a version alone means there."""

DATASTORES = {"datastore", "data store", "database", "data stores", "datastores"}
FRAMEWORKS = (
    "framework", "web framework", "integration", "library", "module", "package", *DATASTORES,
)  # fmt: skip
"""Heads of columns of integrations; all but the first only beside a column of versions."""

_BLANK = "a blank cell where marks are expected means not supported"
_NO_AGENT = {*NOTHING, "n/a", "none"}
UNKNOWN_COLUMN = "an unknown column for such a table"
_DOUBT = "the head of a column says more than the name of a capability"
_SUPPORTED = re.compile(r"\s*(?:support(?:ed)?)?\s*\?*$", re.IGNORECASE)


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        read: Reads a cell of it.
        reason: Why its head is not understood; empty if it is.
    """

    read: Callable[[str], Words]
    reason: str = ""


def _reader(key: str, parse: Callable[[str], object], reason: str) -> Callable[[str], Words]:
    """Return a reader of one key, whose cells are not understood if there is no value."""

    def read(text: str) -> Words:
        value = parse(text)
        return Words({key: value}) if value else Words({}, reason=reason)

    return read


def library_of(words: str) -> str:
    """Return the library that a page means by `Python tracer`."""
    return _LIBRARIES.get(slug(words).replace("_", " "), slug(words))


def _of_capabilities(table: Table, draft: Draft) -> dict[int, Column]:
    head = table.head[1].text
    named = re.fullmatch(r"minimum (.*?) version", head, re.IGNORECASE)
    if not draft.library and (named or not IS_MINIMUM.match(head)):
        draft.library = library_of(named[1] if named else f"{head} tracer")
    reason = "these words are neither a minimum version nor a status"
    open_ = Words({"status": "unresolved"}, reason=reason)
    return {
        0: Column(lambda text: _capability(text, draft)),
        1: Column(lambda text: minimum_of(text) or open_),
    }


def _capability(text: str, draft: Draft) -> Words:
    same = draft.find("capabilities", slug(bare(text)))
    name = text if same and fold(same["documented"][0]) != fold(text) else bare(text)
    if not slug(name):
        return Words({}, reason="a capability without letters in its name")
    alias = abbreviation(text)
    is_free = alias and alias not in draft.shared and not draft.find("capabilities", alias)
    return Words({"id": slug(name), **({"aliases": [alias]} if is_free else {})})


def _of_deployments(table: Table, draft: Draft) -> dict[int, Column]:
    name = _reader("id", lambda text: slug(bare(text)), "not the name of a type")
    columns = {0: Column(name)}
    return {**columns, **_marks(table, columns, draft)}


def _marks(table: Table, others: Container[int], draft: Draft) -> dict[int, Column]:
    """Return the columns of marks, whose heads name capabilities."""
    columns: dict[int, Column] = {}
    for number, cell in enumerate(table.head):
        if number in others:
            continue
        row = draft.find("named", _SUPPORTED.sub("", cell.text))
        named = draft.capabilities_in(cell.text)
        if row:
            columns[number] = Column(_mark_reader(row["id"]))
        elif named:
            # "API Security (beta)": what the rest means for the marks is anyone's guess.
            marks = {"capabilities": {each["id"]: "unresolved" for each in named}}
            doubt = Words(marks, _DOUBT, UNKNOWN_COLUMN)
            columns[number] = Column(lambda _, doubt=doubt: doubt, UNKNOWN_COLUMN)  # type: ignore[misc]
    return columns


def _mark_reader(capability: str) -> Callable[[str], Words]:
    def read(text: str) -> Words:
        mark = MARKS.get(text.lower())
        if mark is None:
            doubt = {"capabilities": {capability: "unresolved"}}
            return Words(doubt, reason=f'"{text[:80]}" is not a mark')
        return Words({"capabilities": {capability: mark}}, _BLANK if text in NOTHING else "")

    return read


_release = _reader("tracer", range_of, "these words are not a range of versions")


def _of_releases(table: Table, _draft: Draft) -> dict[int, Column]:
    no_level = Words({}, reason="these words are not a support level")
    columns = {0: Column(_release), 1: Column(lambda text: level_of(text) or no_level)}
    for number, cell in enumerate(table.head[2:], 2):
        if re.fullmatch(r"minimum (datadog )?agent( version)?", cell.text, re.IGNORECASE):
            columns[number] = Column(_agent)
    return columns


def _agent(text: str) -> Words:
    if text.lower() in _NO_AGENT:
        return Words({}, "a blank cell in the Agent column means no minimum")
    version = version_of(with_operators(text).removesuffix("+").removeprefix(">=").strip())
    if version is None:
        return Words({}, reason="these words are not a version of the Agent")
    return Words({"agent": version})


def _of_runtimes(table: Table, draft: Draft) -> dict[int, Column]:
    columns: dict[int, Column] = {}
    for number, cell in enumerate(table.head):
        library = RUNTIME_HEADS.fullmatch(cell.text)
        if library:
            draft.library = draft.library or slug(library[1])
            columns[number] = Column(_release)
        elif cell.text.lower() in _OF_A_RUNTIME:
            columns[number] = Column(_OF_A_RUNTIME[cell.text.lower()])
    return columns


def _python(text: str) -> Words:
    found = versions_of(text, bare_is="series")
    return found if found.reason else Words({"python": found.values["versions"]})


_OF_A_RUNTIME: dict[str, Callable[[str], Words]] = {
    "os": _reader("os", lambda text: OSES.get(text.lower()), "an OS that is not known"),
    "cpu": lambda text: cpus_of(text) or Words({}, reason="a CPU that is not known"),
    "runtime": _reader(
        "implementation",
        lambda text: text.lower() if re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,39}", text) else None,
        "no one implementation",
    ),
    "runtime version": _python,
}
_framework = _reader("id", slug, "not the name of a framework")


def _of_frameworks(table: Table, draft: Draft) -> dict[int, Column]:
    columns = {0: Column(_framework)}
    for number, cell in enumerate(table.head[1:], 1):
        bare_is = VERSIONS.get(cell.text.lower())
        if bare_is is not None:
            columns[number] = Column(lambda text, is_=bare_is: versions_of(text, bare_is=is_))  # type: ignore[misc]
    marks = _marks(table, columns, draft)
    if draft.integrations:
        columns[0] = Column(lambda text: _integration(text, draft.integrations))
    elif not marks:
        draft.warn(
            f'the table of frameworks under "{draft.heading}" names no capability: '
            "its rows decide nothing"
        )
    # Without versions a row is of all of them, unless an unknown column could say which.
    if len(marks) == len(table.head) - 1 and not any(mark.reason for mark in marks.values()):
        columns[0] = Column(_framework_of_any_version)
    return {**columns, **marks}


def _integration(text: str, capability: str) -> Words:
    words = _framework(bare(text))
    return words._replace(values={**words.values, "capabilities": {capability: True}})


def _framework_of_any_version(text: str) -> Words:
    words = _framework(text)
    return words._replace(
        values={**words.values, "versions": [">=0"]},
        interpretation="the table names no versions",
    )


COLUMNS: dict[str, Callable[[Table, Draft], dict[int, Column]]] = {
    "capabilities": _of_capabilities,
    "deployments": _of_deployments,
    "releases": _of_releases,
    "runtimes": _of_runtimes,
    "frameworks": _of_frameworks,
}
"""For each kind of table, a function that returns the columns to read, by their index."""
