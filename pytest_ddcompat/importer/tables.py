"""Read the tables of a page, each by its head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_ddcompat.importer.blocks import LONGEST_HEAD, OTHER_LANGUAGES
from pytest_ddcompat.importer.cells import UNKNOWN_CELL, WHOLE, read_cells, unread_cells
from pytest_ddcompat.importer.readers import (
    COLUMNS,
    DATASTORES,
    FRAMEWORKS,
    IS_MINIMUM,
    RUNTIME_HEADS,
    UNKNOWN_COLUMN,
    VERSIONS,
    library_of,
)
from pytest_ddcompat.importer.words import abbreviation, slug
from pytest_ddcompat.values.names import bare
from pytest_ddcompat.values.versions import parse_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_ddcompat.importer.blocks import Cell, Table
    from pytest_ddcompat.importer.draft import Draft
    from pytest_ddcompat.importer.readers import Column

__all__ = [
    "add_integrations", "find_shared_abbreviations", "in_language", "kind_of", "languages_of",
    "read_table", "table_kind",
]  # fmt: skip

_OF_A_BRANCH = ("support_level", "until", "agent")


def kind_of(head: Sequence[str]) -> str:
    """Return the kind of a table, a key of the matrix, by its head; empty if it is unknown."""
    words = [" ".join(cell.lower().split()) for cell in head]
    if words[0].endswith("capability") and len(words) > 1:
        return "capabilities"
    if words[0] in {"type", "deployment type"}:
        return "deployments"
    if words[:2] == ["release", "support level"]:
        return "releases"
    if {"os", "cpu", "runtime", "runtime version"} <= set(words):
        return "runtimes" if any(map(RUNTIME_HEADS.fullmatch, words)) else ""
    is_of_versions = len(words) > 1 and not VERSIONS.keys().isdisjoint(words[1:])
    return "frameworks" if words[0] in FRAMEWORKS[: None if is_of_versions else 1] else ""


def table_kind(table: Table) -> str:
    """Return the kind of a table; empty if no row of it can be read."""
    return "" if table.reason else kind_of([cell.text for cell in table.head])


def languages_of(table: Table) -> list[str]:
    """Return the languages of an overview: capabilities with a column for each language."""
    if table_kind(table) != "capabilities" or IS_MINIMUM.match(table.head[1].text):
        return []
    return [cell.text for cell in table.head[1:]]


def in_language(table: Table, language: str, draft: Draft) -> Table:
    """Return an overview without the columns of other languages, which the account keeps.

    Args:
        table: Any table; of others than overviews nothing is left out.
        language: Name of the column; empty for the only one.
        draft: The draft with the account.
    """
    names = languages_of(table)
    sought = slug(language or (names[0] if len(names) == 1 else ""))
    picked = next((n for n, name in enumerate(names, 1) if slug(name) == sought), 0)
    if not picked:
        return table._replace(reason=OTHER_LANGUAGES) if names else table
    for row in (table.head, *table.rows):
        for number, cell in enumerate(row):
            if number not in {0, picked}:
                other = table.head[number].text
                draft.enter_cell(cell, f"it is about another language ({other})")
    return table._replace(
        head=(table.head[0], table.head[picked]),
        rows=tuple((row[0], row[picked]) for row in table.rows),
    )


def read_table(table: Table, draft: Draft) -> None:
    """Add the rows of a table to a draft."""
    kind = table_kind(table)
    if not kind:
        _keep_open(table, draft)
        return
    _add_table(table, draft)
    columns = COLUMNS[kind](table, draft)
    for number, cell in enumerate(table.head):
        reason = columns[number].reason if number in columns else UNKNOWN_COLUMN
        draft.enter_cell(cell, reason)
    for row in table.rows:
        _read_row(kind, table, row, columns, draft)


def _add_table(table: Table, draft: Draft) -> None:
    draft.columns = [cell.text[:LONGEST_HEAD] for cell in table.head]
    draft.rows["tables"].append({"heading": draft.heading, "columns": draft.columns})


def _keep_open(table: Table, draft: Draft) -> None:
    reason = table.reason or "a table of no known kind"
    for cell in table.head:
        draft.enter_cell(cell, reason)
    _add_table(table, draft)
    may_limit = reason != OTHER_LANGUAGES
    by_head = draft.capabilities_in(_joined(table.head)) if may_limit else []
    for row in table.rows:
        named = draft.capabilities_in(_joined(row)) if may_limit else []
        limited = {each["id"]: each for each in (*draft.counted(by_head), *named)}
        draft.open_row("tables", row, dict.fromkeys(range(len(row)), reason), limited.values())


def _joined(cells: Iterable[Cell]) -> str:
    return " | ".join(cell.text for cell in cells)


def _read_row(
    kind: str, table: Table, row: Sequence[Cell], columns: dict[int, Column], draft: Draft
) -> None:
    """Add a row, or keep it open where a cell that it needs is not understood."""
    values, reasons = read_cells(kind, [cell.text for cell in row], columns)
    keys = _keys(kind, draft.heading, row[0].text, values) if values else []
    problem = _conflict(kind, draft, values, keys) if values else ""
    if not values or problem:
        why = {0: problem} if problem else reasons
        draft.open_row(kind if kind in WHOLE else "tables", row, why)
        return
    made = draft.add(kind, [cell.text for cell in row], **values)
    for key in keys:
        draft.register(made, kind, key)
    if kind == "capabilities":
        _register_capability(made, draft)
    if draft.integrations and table.head[0].text.lower() in DATASTORES:
        words = {"of": "datastores", "capability": draft.integrations, "named": [values["id"]]}
        draft.add("coverage", made["documented"], **words)
    for number, cell in enumerate(row):
        draft.enter_cell(cell, reasons.get(number, "") if number in columns else UNKNOWN_CELL, made)
    unread = unread_cells([cell.text for cell in table.head], made["documented"], columns)
    if unread:
        draft.unread.append((kind, made, unread))


def _conflict(kind: str, draft: Draft, values: dict[str, Any], keys: Sequence[str]) -> str:
    """Return why a row cannot be added beside others, and open the one that it contradicts."""
    found = (draft.find(kind, key) for key in keys)
    before = {id(row): row for row in found if row}.values()
    reason = "another row of the page is about the same thing"
    for row in before:
        if kind == "capabilities":
            # Neither row can be trusted, and other tables need the capability to exist.
            row.pop("minimum", None)
            row.pop("minimums", None)
            row["status"] = "unresolved"
            draft.reopen_cells(row, reason)
        # The same branch with another level or Agent: to pick either would be a guess.
        elif kind == "releases" and any(row.get(key) != values.get(key) for key in _OF_A_BRANCH):
            draft.withdraw(row, reason)
        elif "capabilities" in values:
            _open_marks(row["capabilities"], values["capabilities"])
    return reason if before else ""


def _open_marks(marks: dict[str, Any], others: dict[str, Any]) -> None:
    """Leave marks open where another row of the same name differs."""
    for name, mark in others.items():
        if marks.get(name, mark) != mark:
            marks[name] = "unresolved"


def _keys(kind: str, heading: str, name: str, values: dict[str, Any]) -> list[str]:
    """Return the keys that no other row of the kind may have."""
    if kind == "capabilities":
        return [values["id"], *(values.get("aliases") or ()), name]
    if kind == "releases":
        return [str(parse_range(values["tracer"]))]
    if kind == "deployments":
        return [f"{values['id']} with {name}" for name in values["capabilities"]]
    if kind == "frameworks":
        versions = str(parse_range(*values["versions"])) if "versions" in values else ""
        row = f"{values['id']} under {heading} for {versions}"
        return [f"{row} with {name}" for name in values["capabilities"]] or [row]
    return []


def add_integrations(tables: Sequence[Table], draft: Draft) -> None:
    """Add the one capability of a page that only lists integrations with their versions."""
    for table in tables:
        heads = {cell.text.lower() for cell in table.head[1:]}
        if table_kind(table) == "frameworks" and not VERSIONS.keys().isdisjoint(heads):
            break
    else:
        return
    draft.integrations = "integrations"
    note = "the page names no capability: its integrations count as one, without a minimum"
    row = {"id": draft.integrations, "minimum": "0", "interpretation": note}
    _register_capability(draft.add("capabilities", ["Integrations"], **row), draft)
    language = next((name for name in ("nodejs", "python") if name in slug(draft.heading)), "")
    draft.library = library_of(f"{language} tracer") if language else ""


def find_shared_abbreviations(names: Iterable[str], draft: Draft) -> None:
    """Find abbreviations of several capabilities, which are then aliases of none."""
    called: dict[str, dict[str, str]] = {}
    for name in names:
        short = abbreviation(name)
        if short:
            called.setdefault(short, {}).setdefault(slug(bare(name)), name)
    draft.shared = frozenset(short for short, each in called.items() if len(each) > 1)
    for short in filter(draft.shared.__contains__, called):
        both = " and ".join(called[short].values())
        draft.warn(f'the abbreviation "{short.upper()}" is of {both}: it is no alias')


def _register_capability(row: dict[str, Any], draft: Draft) -> None:
    """Let a capability be found by each way to write its name."""
    name = row["documented"][0]
    draft.register(row, "capabilities", name)
    for words in (name, bare(name), *row.get("aliases", ())):
        draft.register(row, "named", words)
    draft.register_name(row, bare(name), abbreviation(name).upper())
