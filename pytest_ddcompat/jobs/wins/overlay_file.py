"""An overlay that is changed: its text beside what it says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.jobs.wins import blocks
from pytest_ddcompat.jobs.wins.editing import edited, new_table
from pytest_ddcompat.matrix.loading import load_matrix, parse_toml, read_file
from pytest_ddcompat.matrix.overlay.matching import by_key
from pytest_ddcompat.matrix.overlay.rows import RULES, read_overlay
from pytest_ddcompat.matrix.rows import MINIMUMS
from pytest_ddcompat.values.errors import CompatibilityError, MatrixError, Place, Problem
from pytest_ddcompat.values.names import unknown_name
from pytest_ddcompat.values.toml import toml_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    Row = dict[str, Any]
    """A row of an overlay, as parsed."""

__all__ = ["with_row"]

_MARK = "\ufeff"


def with_row(text: str, name: str, table: str, row: Mapping[str, Any], extends: str) -> str:
    """Add a row to an overlay, or change the overlay's own row with the same key.

    Of a row that is changed, other keys stay, and so do other marks of `capabilities`. If the new
    row gives a minimum, no other kind of it stays.

    Args:
        text: The text of the overlay; empty for a new one.
        name: Path of the overlay's file, from which it finds the matrix that it extends.
        table: The rows that it is one of, such as `capabilities`.
        row: The row as the file has it: its key, `source`, `reason` and what it changes.
        extends: The matrix that a new overlay extends.

    Raises:
        ModuleNotFoundError: tomlkit is not installed.
        MatrixError: The text is no overlay, or overlay or row cannot be understood.
    """
    if table not in RULES:
        problem = unknown_name(f'no rows are called "{table:.80}"', table, RULES)
        raise MatrixError(problem._replace(file=name))
    mark = _MARK if text.startswith(_MARK) else ""
    plain = text.removeprefix(mark)
    mapping = _parsed(plain, name)
    if not plain.strip():
        plain = f"{plain}extends = {toml_value(extends)}\n"
        mapping = {"extends": extends}
    if "extends" not in mapping:
        what = "this is no overlay, and the matrix of a page is never changed"
        raise MatrixError(Problem(what, 'a file with the key "extends"', file=name))
    found, rows = _changed(_Rows(plain, name, table, mapping), dict(row))
    if _parsed(found, name) != {**mapping, table: rows}:
        raise MatrixError(_no_layout(name))
    _load(f"{mark}{found}", name)
    return f"{mark}{found}"


class _Rows(NamedTuple):
    """The rows of one kind.

    Attributes:
        text: The text of the overlay.
        name: Path of its file.
        table: The kind.
        mapping: What the overlay holds.
    """

    text: str
    name: str
    table: str
    mapping: dict[str, Any]


def _changed(own: _Rows, row: Row) -> tuple[str, list[Row]]:
    """Return the new text of an overlay, and its rows."""
    rows = own.mapping.get(own.table, [])
    number = _number(own, row)
    stand = blocks.blocks_of(own.text, own.table)
    if len(stand) != len(rows):
        raise MatrixError(_no_layout(own.name))
    if number is None:
        table = new_table(own.table, row, own.text)
        return blocks.inserted(own.text, stand, {len(stand): [table]}), [*rows, row]
    old, block = rows[number], stand[number]
    new = _merged(old, row)
    try:
        alone = own.text[block.start : block.end]
        if _parsed(alone, own.name) != {own.table: [old]}:
            raise MatrixError(_no_layout(own.name))
        table = edited(alone, own.table, old, new)
    except CompatibilityError as error:
        place = f"{own.name}:{block.line}"
        raise MatrixError(each._replace(file=place) for each in error.problems) from None
    return blocks.replaced(own.text, stand, {number: [table]}), [
        *rows[:number], new, *rows[number + 1 :],
    ]  # fmt: skip


def _no_layout(name: str) -> Problem:
    return Problem("its layout cannot be kept", "a change by hand", file=name)


def _number(own: _Rows, row: Row) -> int | None:
    """Return which of the overlay's own rows a row means; None for none."""
    rows = own.mapping.get(own.table, [])
    named = by_key(own.table, _understood(own, {**own.mapping}))
    alone = {"extends": own.mapping["extends"], own.table: [row]}
    (key,) = by_key(own.table, _understood(own, alone))
    naming = ("heading", "documented")
    found = [
        number
        for number in named.get(key, [])
        if all(rows[number].get(part, row.get(part)) == row.get(part, rows[number].get(part))
               for part in naming)
    ]  # fmt: skip
    if len(found) > 1:
        found = [n for n in found if all(rows[n].get(p) == row.get(p) for p in naming)] or found
    if len(found) > 1:
        what = f"{len(found)} rows of {own.table} have this key"
        raise MatrixError(Problem(what, "one of them, by heading and documented", file=own.name))
    return found[0] if found else None


def _understood(own: _Rows, mapping: dict[str, Any]) -> Any:
    problems: list[Problem] = []
    file = read_overlay(mapping, Place(own.name, problems))
    if file is None:
        raise MatrixError(problems)
    return getattr(file, own.table)


def _merged(old: Row, new: Row) -> Row:
    """Return a row with what another gives in the place of what contradicts that."""
    gone = MINIMUMS if not new.keys().isdisjoint(MINIMUMS) else ()
    row = {key: value for key, value in old.items() if key not in gone}
    row.update(new)
    if isinstance(old.get("capabilities"), dict) and isinstance(new.get("capabilities"), dict):
        row["capabilities"] = {**old["capabilities"], **new["capabilities"]}
    if "unset" in old and "unset" not in new:
        row["unset"] = [key for key in old["unset"] if key not in new]
    return row


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        content = text.encode()
    except UnicodeEncodeError:
        raise MatrixError(Problem("this is not UTF-8 text", file=name)) from None
    return parse_toml(content, name)


def _load(text: str, name: str) -> None:
    """Load an overlay as if its file had a text."""
    path = Path(name)

    def read(file: Any) -> bytes:
        return text.encode() if file == path else read_file(file)

    try:
        load_matrix(path, read=read)
    except MatrixError as error:
        origin = "the change cannot be made"
        raise MatrixError(each.within(origin) for each in error.problems) from None
