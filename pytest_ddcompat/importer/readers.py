"""How the columns of a page's tables are read, each by its head."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Callable, NamedTuple

from pytest_ddcompat.importer.blocks import Words
from pytest_ddcompat.importer.ranges import range_of, version_of, versions_of
from pytest_ddcompat.importer.words import (
    OSES,
    abbreviation,
    cpus_of,
    implementation_of,
    level_of,
    mark_of,
    minimum_of,
    slug,
)
from pytest_ddcompat.values.names import bare, fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_ddcompat.importer.blocks import Table
    from pytest_ddcompat.importer.draft import Draft

__all__ = ["COLUMNS", "DOUBT", "RUNTIME_HEADS", "Column", "capabilities_of", "library_of"]

_LIBRARIES = {"python tracer": "ddtrace", "nodejs tracer": "dd-trace"}
"""Names of the packages of Datadog's tracers, as the package indexes have them."""

RUNTIME_HEADS = re.compile(r"support(?:ed)? (\S+) versions", re.IGNORECASE)
"""The head of a column of tracer versions, with the name of the library."""

_VERSIONS = {
    "versions": "", "version": "", "framework versions": "", "supported versions": "",
    "minimum framework version": "minimum", "minimum version": "minimum",
}  # fmt: skip
_BLANK = "a blank cell where marks are expected means not supported"
_UNKNOWN = "a column that is not known in such a table"
DOUBT = "the head of a column says more than the name of a capability"
"""How the rows of a table are read that has such a column: its marks are left open."""

_SUPPORTED = re.compile(r"\s*(?:support(?:ed)?)?\s*\?*$", re.IGNORECASE)
_LONGEST_HEAD = 200  # characters


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        read: Says what a cell of it means.
        reason: Why its head is not understood; empty if it is.
    """

    read: Callable[[str], Words]
    reason: str = ""


def capabilities_of(head: str, draft: Draft) -> tuple[list[str], bool]:
    """The capability that the head of a column of marks is, or those that it speaks of.

    Returns:
        Their ids; and whether the head says more than a capability's name.
    """
    row = draft.known("named", _marked(head))
    if row is not None:
        return [row["id"]], False
    named = [each["id"] for each in draft.named(head[:_LONGEST_HEAD])]
    return named, bool(named)


def _marked(head: str) -> str:
    """What the head of a column of marks names."""
    return _SUPPORTED.sub("", head) if len(head) <= _LONGEST_HEAD else ""


def library_of(words: str) -> str:
    """The library that a page means by `Python tracer`."""
    return _LIBRARIES.get(slug(words).replace("_", " "), slug(words))


def _of_capabilities(table: Table, draft: Draft) -> dict[int, Column]:
    named = re.fullmatch(r"minimum (.*?) version", table.head[1].text, re.IGNORECASE)
    if named and not draft.library:
        draft.library = library_of(named[1])
    return {0: Column(lambda text: _capability(text, draft)), 1: Column(_minimum)}


def _capability(text: str, draft: Draft) -> Words:
    same = draft.known("capabilities", slug(bare(text)))
    name = text if same and fold(same["documented"][0]) != fold(text) else bare(text)
    if not slug(name):
        return Words({}, reason="a capability without letters in its name")
    alias = abbreviation(text)
    is_free = alias and alias not in draft.shared and not draft.known("capabilities", alias)
    return Words({"id": slug(name), **({"aliases": [alias]} if is_free else {})})


def _minimum(text: str) -> Words:
    reason = "these words are no minimum version and no status"
    return minimum_of(text) or Words({"status": "unresolved"}, reason=reason)


def _of_deployments(table: Table, draft: Draft) -> dict[int, Column]:
    return {0: Column(_named_type), **_marks(table, range(1, len(table.head)), draft)}


def _named_type(text: str) -> Words:
    found = slug(bare(text))
    return Words({"id": found}) if found else Words({}, reason="no name of a type")


def _marks(table: Table, numbers: Iterable[int], draft: Draft) -> dict[int, Column]:
    """The columns of marks: those whose head is a capability, and those that speak of one."""
    columns: dict[int, Column] = {}
    for number in numbers:
        ids, is_doubtful = capabilities_of(table.head[number].text, draft)
        if is_doubtful:
            marks = {"capabilities": dict.fromkeys(ids, "unresolved")}
            doubt = Words(marks, DOUBT, _UNKNOWN)
            columns[number] = Column(lambda _, doubt=doubt: doubt, _UNKNOWN)  # type: ignore[misc]
        elif ids:
            columns[number] = Column(_mark_reader(ids[0]))
    return columns


def _mark_reader(capability: str) -> Callable[[str], Words]:
    def read(text: str) -> Words:
        mark = mark_of(text)
        if mark is None:
            doubt = {"capabilities": {capability: "unresolved"}}
            return Words(doubt, reason=f'"{text[:80]}" is no mark')
        return Words({"capabilities": {capability: mark}}, "" if text else _BLANK)

    return read


def _of_releases(table: Table, _draft: Draft) -> dict[int, Column]:
    columns = {0: Column(_release), 1: Column(_level)}
    for number, cell in enumerate(table.head[2:], 2):
        if re.fullmatch(r"minimum (datadog )?agent( version)?", cell.text, re.IGNORECASE):
            columns[number] = Column(_agent)
    return columns


def _release(text: str) -> Words:
    found = range_of(text)
    if found is None:
        return Words({}, reason="these words are no range of versions")
    return Words({"tracer": found})


def _level(text: str) -> Words:
    return level_of(text) or Words({}, reason="these words are no support level")


def _agent(text: str) -> Words:
    if not text:
        return Words({}, "a blank cell in the Agent column means no minimum")
    version = version_of(text.removesuffix("+").removeprefix(">=").strip())
    if version is None:
        return Words({}, reason="these words are no version of the Agent")
    return Words({"agent": version})


def _of_runtimes(table: Table, draft: Draft) -> dict[int, Column]:
    columns: dict[int, Column] = {}
    fixed = {"os": _os, "cpu": _cpus, "runtime": _implementation, "runtime version": _python}
    for number, cell in enumerate(table.head):
        library = RUNTIME_HEADS.fullmatch(cell.text)
        if library:
            draft.library = draft.library or slug(library[1])
            columns[number] = Column(_release)
        elif cell.text.lower() in fixed:
            columns[number] = Column(fixed[cell.text.lower()])
    return columns


def _os(text: str) -> Words:
    found = OSES.get(text.lower())
    return Words({"os": found}) if found else Words({}, reason="an OS that is not known")


def _cpus(text: str) -> Words:
    return cpus_of(text) or Words({}, reason="a CPU that is not known")


def _implementation(text: str) -> Words:
    found = implementation_of(text)
    return Words({"implementation": found}) if found else Words({}, reason="no one implementation")


def _python(text: str) -> Words:
    found = versions_of(text, bare_is="series")
    return found if found.reason else Words({"python": found.values["versions"]})


def _of_frameworks(table: Table, draft: Draft) -> dict[int, Column]:
    columns = {0: Column(_framework)}
    for number, cell in enumerate(table.head[1:], 1):
        bare_is = _VERSIONS.get(cell.text.lower())
        if bare_is is not None:
            columns[number] = Column(lambda text, is_=bare_is: versions_of(text, bare_is=is_))  # type: ignore[misc]
    has_versions = len(columns) > 1
    marks = _marks(table, [n for n in range(len(table.head)) if n not in columns], draft)
    if not marks:
        draft.warn(
            f'the table of frameworks under "{draft.heading}" names no capability: '
            "its rows decide nothing"
        )
    sure = [column for column in marks.values() if not column.reason]
    if not has_versions and len(sure) == len(table.head) - 1:
        columns[0] = Column(_framework_of_any_version)
    return {**columns, **marks}


def _framework(text: str) -> Words:
    found = slug(text)
    return Words({"id": found}) if found else Words({}, reason="no name of a framework")


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
"""The columns that are read of each kind of table, by their number."""
