"""From the tables of a page to rows of a matrix, each table by its head."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Callable

from pytest_ddcompat.names import bare, fold
from pytest_ddcompat.page.words import (
    OSES,
    Words,
    abbreviation,
    cpus_of,
    implementation_of,
    level_of,
    mark_of,
    minimum_of,
    range_of,
    slug,
    status_of_label,
    version_of,
    versions_of,
)
from pytest_ddcompat.versions import parse_range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.matrix import Matrix
    from pytest_ddcompat.page.blocks import Cell, Table
    from pytest_ddcompat.page.draft import Draft

__all__ = [
    "LIBRARIES",
    "kind_of",
    "languages_of",
    "marked_capability",
    "read_table",
]

LIBRARIES = {"python tracer": "ddtrace", "nodejs tracer": "dd-trace"}
"""Names of the packages of Datadog's tracers, as the package indexes have them."""

_UNDERSTOOD = Words({})
_BLANK = "a blank cell where marks are expected means not supported"
_VERSIONS = {
    "versions": "", "version": "", "framework versions": "", "supported versions": "",
    "minimum framework version": "minimum", "minimum version": "minimum",
}  # fmt: skip
_SUPPORTED = re.compile(r"\s*(?:support(?:ed)?)?\s*\?*$", re.IGNORECASE)
_OF_LIBRARY = re.compile(r"support(?:ed)? (\S+) versions", re.IGNORECASE)

# From a cell to what it says, or to why it is not understood.
Reader = Callable[[str], "Words | str"]


def kind_of(head: Sequence[str]) -> str:
    """What a table with this head has rows of; empty if that is not known.

    Args:
        head: Words of the head.

    Returns:
        `capabilities`, `overview` (a column for each language), `deployments`, `releases`,
        `runtimes`, `frameworks`, or nothing.
    """
    words = [" ".join(cell.lower().split()) for cell in head]
    if words[0].endswith("capability") and len(words) > 1:
        return "capabilities" if words[1].startswith("minimum ") else "overview"
    if words[0] in {"type", "deployment type"}:
        return "deployments"
    if words[:2] == ["release", "support level"]:
        return "releases"
    if {"os", "cpu", "runtime", "runtime version"} <= set(words):
        return "runtimes" if any(map(_OF_LIBRARY.fullmatch, words)) else ""
    return "frameworks" if words[0] == "framework" else ""


def languages_of(table: Table) -> list[str]:
    """The languages that an overview has a column for."""
    return [cell.text for cell in table.head[1:]]


def marked_capability(matrix: Matrix, column: str) -> str:
    """Id of the capability that the head of a column of marks names; empty if it names none."""
    row = matrix.capability(_SUPPORTED.sub("", column))
    return row.id if row else ""


def read_table(table: Table, draft: Draft, language: str | None = None) -> None:
    """Make rows of a table.

    Args:
        table: The table.
        draft: What they are added to.
        language: Column of an overview that is read.
    """
    head = [cell.text for cell in table.head]
    kind = "" if table.reason else kind_of(head)
    if not kind:
        _keep_open(table, draft)
        return
    if kind == "overview":
        table = _of_language(table, draft, language)
        head, kind = [cell.text for cell in table.head], "capabilities"
        draft.library = draft.library or _library(f"{head[1]} tracer")
    draft.rows["tables"].append({"heading": draft.heading, "columns": head})
    readers = _READERS[kind](table, draft)
    for number, cell in enumerate(table.head):
        if number in readers:
            draft.understood(1)
        else:
            draft.open(cell, "a column that is not known in such a table")
    for row in table.rows:
        _read_row(kind, table, row, readers, draft)


def _keep_open(table: Table, draft: Draft) -> None:
    reason = table.reason or "a table of no known kind"
    for cell in table.head:
        draft.open(cell, reason)
    draft.rows["tables"].append(
        {"heading": draft.heading, "columns": [cell.text for cell in table.head]}
    )
    for row in table.rows:
        draft.open_row("tables", table.head, row, dict.fromkeys(range(len(row)), reason))


def _of_language(table: Table, draft: Draft, language: str | None) -> Table:
    """An overview without the columns of other languages, of which account is kept."""
    picked = next(
        (
            n
            for n, name in enumerate(languages_of(table), 1)
            if slug(name) == slug(language or name)
        ),
        1,
    )
    for row in (table.head, *table.rows):
        for number, cell in enumerate(row):
            if number not in {0, picked}:
                other = table.head[number].text
                draft.open(cell, f"it is about another language ({other})")
    return table._replace(
        head=(table.head[0], table.head[picked]),
        rows=tuple((row[0], row[picked]) for row in table.rows),
    )


def _read_row(
    kind: str, table: Table, row: Sequence[Cell], readers: dict[int, Reader], draft: Draft
) -> None:
    """Add a row, or keep it open where the cells that it cannot do without are not understood."""
    found = {n: readers[n](row[n].text) for n in readers}
    reasons = {n: words for n, words in found.items() if isinstance(words, str)}
    if not row[0].text:
        reasons[0] = "a row without a name"
    if reasons and (0 in reasons or kind in {"releases", "runtimes"}):
        of = kind if kind in {"releases", "runtimes"} else "tables"
        draft.open_row(of, table.head, row, reasons)
        return
    understood = [words for words in found.values() if isinstance(words, Words)]
    values: dict[str, Any] = {}
    for words in understood:
        for key, value in words.values.items():
            values[key] = {**values.get(key, {}), **value} if isinstance(value, dict) else value
    notes = [*(words.interpretation for words in understood), values.pop("note", "")]
    values = _finished(kind, row[0].text, values, minimum=1 not in reasons)
    problem = _twice(kind, draft, values)
    if problem:
        draft.open_row("tables", table.head, row, {0: problem})
        return
    values["interpretation"] = "; ".join(dict.fromkeys(filter(None, notes)))
    _know(kind, draft, draft.add(kind, [cell.text for cell in row], **values))
    for number, cell in enumerate(row):
        if number in readers and number not in reasons:
            draft.understood(1)
        else:
            draft.open(cell, reasons.get(number, "a cell of a column that is not known"))


def _twice(kind: str, draft: Draft, values: dict[str, Any]) -> str:
    """Why a row cannot stand beside the others; a capability that does is opened."""
    if any(draft.known(kind, key) for key in _keys(kind, values)):
        if kind != "capabilities":
            return "another row of the page speaks of the same"
        row = draft.known(kind, values["id"])
        if row is not None:
            row.pop("minimum", None)
            row.pop("minimums", None)
            row["status"] = "unresolved"
            draft.warn(f"{row['documented'][0]} stands twice in the page's tables")
        return "another row of the page speaks of this capability"
    return ""


def _keys(kind: str, values: dict[str, Any]) -> list[str]:
    """What no two rows may have in common."""
    if kind == "releases":
        return [str(parse_range(values["tracer"]))]
    if kind == "deployments":
        return [f"{values['id']} {capability}" for capability in values["capabilities"]]
    return [values["id"]] if kind == "capabilities" else []


def _know(kind: str, draft: Draft, row: dict[str, Any]) -> None:
    for key in _keys(kind, row):
        draft.know(row, kind, key)
    if kind == "capabilities":
        name = row["documented"][0]
        for words in (name, bare(name), *row.get("aliases", ())):
            draft.know(row, "named", fold(words))


def _finished(kind: str, name: str, values: dict[str, Any], minimum: bool) -> dict[str, Any]:
    """What only the whole row can tell: a capability's status, or no marks.

    Args:
        kind: What the row is of.
        name: Its first cell.
        values: What its cells say.
        minimum: Whether its second cell is understood.
    """
    if kind == "capabilities":
        told = values.pop("status", "") if minimum else "unresolved"
        return {**values, "status": told or status_of_label(name)}
    if kind in {"deployments", "frameworks"}:
        return {**values, "capabilities": values.get("capabilities", {})}
    return values


def _library(words: str) -> str:
    folded = slug(words).replace("_", " ")
    return LIBRARIES.get(folded, slug(words))


def _capability_readers(table: Table, draft: Draft) -> dict[int, Reader]:
    head = table.head[1].text
    named = re.fullmatch(r"minimum (.*?) version", head, re.IGNORECASE)
    if named and not draft.library:
        draft.library = _library(named[1])
    return {0: lambda text: _capability(text, draft), 1: _minimum}


def _capability(text: str, draft: Draft) -> Words | str:
    same = draft.known("capabilities", slug(bare(text)))
    name = text if same and same["documented"][0] != text else bare(text)
    if not slug(name):
        return "a capability without letters in its name"
    alias = abbreviation(text)
    return Words({"id": slug(name), **({"aliases": [alias]} if alias else {})})


def _minimum(text: str) -> Words | str:
    return minimum_of(text) or "these words are no minimum version and no status"


def _deployment_readers(table: Table, draft: Draft) -> dict[int, Reader]:
    def kind(text: str) -> Words | str:
        return Words({"id": slug(bare(text))}) if slug(bare(text)) else "no name of a type"

    return {0: kind, **_mark_readers(table, range(1, len(table.head)), draft)}


def _mark_readers(table: Table, columns: Sequence[int], draft: Draft) -> dict[int, Reader]:
    readers: dict[int, Reader] = {}
    for number in columns:
        row = draft.known("named", fold(_SUPPORTED.sub("", table.head[number].text)))
        if row is not None:
            readers[number] = _mark_reader(row["id"])
    return readers


def _mark_reader(capability: str) -> Reader:
    def read(text: str) -> Words | str:
        mark = mark_of(text)
        if mark is None:
            return f'"{text[:80]}" is no mark'
        return Words({"capabilities": {capability: mark}}, "" if text else _BLANK)

    return read


def _release_readers(table: Table, _draft: Draft) -> dict[int, Reader]:
    readers: dict[int, Reader] = {0: _release, 1: _level}
    for number, cell in enumerate(table.head[2:], 2):
        if re.fullmatch(r"minimum (datadog )?agent( version)?", cell.text, re.IGNORECASE):
            readers[number] = _agent
    return readers


def _release(text: str) -> Words | str:
    found = range_of(text)
    return Words({"tracer": found}) if found else "these words are no range of versions"


def _level(text: str) -> Words | str:
    return level_of(text) or "these words are no support level"


def _agent(text: str) -> Words | str:
    if not text:
        return Words({}, "a blank cell in the Agent column means no minimum")
    version = version_of(text.removesuffix("+").removeprefix(">=").strip())
    return Words({"agent": version}) if version else "these words are no version of the Agent"


def _runtime_readers(table: Table, draft: Draft) -> dict[int, Reader]:
    readers: dict[int, Reader] = {}
    fixed: dict[str, Reader] = {
        "os": _os,
        "cpu": lambda text: cpus_of(text) or "a CPU that is not known",
        "runtime": _implementation,
        "runtime version": _python,
    }
    for number, cell in enumerate(table.head):
        library = _OF_LIBRARY.fullmatch(cell.text)
        if library:
            draft.library = slug(library[1]) if not draft.library else draft.library
            readers[number] = _release
        elif cell.text.lower() in fixed:
            readers[number] = fixed[cell.text.lower()]
    return readers


def _os(text: str) -> Words | str:
    found = OSES.get(text.lower())
    return Words({"os": found}) if found else "an operating system that is not known"


def _implementation(text: str) -> Words | str:
    found = implementation_of(text)
    return Words({"implementation": found}) if found else "no single implementation"


def _python(text: str) -> Words | str:
    found = versions_of(text, bare_is="series")
    if isinstance(found, str):
        return found
    return Words({"python": found.values["versions"]})


def _framework_readers(table: Table, draft: Draft) -> dict[int, Reader]:
    def named(text: str) -> Words | str:
        return Words({"id": slug(text)}) if slug(text) else "no name of a framework"

    readers: dict[int, Reader] = {0: named}
    for number, cell in enumerate(table.head[1:], 1):
        bare_is = _VERSIONS.get(cell.text.lower())
        if bare_is is not None:
            readers[number] = _versions_reader(bare_is)
    if len(readers) == 1:
        readers[0] = lambda text: (
            Words({"id": slug(text), "versions": [">=0"]}, "the table names no versions")
            if slug(text)
            else "no name of a framework"
        )
    marks = [n for n in range(1, len(table.head)) if n not in readers]
    if not marks:
        draft.warn(
            f'the table of frameworks under "{draft.heading}" names no capability: '
            "its rows decide nothing"
        )
    return {**readers, **_mark_readers(table, marks, draft)}


def _versions_reader(bare_is: str) -> Reader:
    return lambda text: versions_of(text, bare_is=bare_is)


_READERS: dict[str, Callable[[Table, Draft], dict[int, Reader]]] = {
    "capabilities": _capability_readers,
    "deployments": _deployment_readers,
    "releases": _release_readers,
    "runtimes": _runtime_readers,
    "frameworks": _framework_readers,
}
