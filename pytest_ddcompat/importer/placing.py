"""Which rows of a matrix stand in which table of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.importer.blocks import IN_A_CALLOUT, WHOLE_TABLE, Cell
from pytest_ddcompat.importer.blocks import Table as Drawn
from pytest_ddcompat.importer.cells import leave_open, limited_by, read_cells, unread_cells
from pytest_ddcompat.importer.draft import Draft
from pytest_ddcompat.importer.readers import COLUMNS, DOUBT, capabilities_of
from pytest_ddcompat.importer.tables import kind_of, know_by_name
from pytest_ddcompat.importer.words import slug
from pytest_ddcompat.values.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_ddcompat.importer.readers import Column
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Framework, Statement, Table, Unresolved

__all__ = ["Placed", "place_rows"]

_LOOKED_AT = 20  # tables from the first on that reads a row, for one that reads it better
_KINDS = ("capabilities", "deployments", "releases", "runtimes", "frameworks")


class Placed(NamedTuple):
    """A table with its rows.

    Attributes:
        table: The table.
        rows: Its rows, those that are left open behind the others.
        why: Why none of them could be read, if the whole table could not.
    """

    table: Table
    rows: list[Statement]
    why: str


def place_rows(matrix: Matrix) -> tuple[list[Placed], list[Statement]]:
    """Put each row into the table that it was read of, or would be.

    Returns:
        The tables, and the rows that are of none, as an overlay adds them.
    """
    rows: dict[str, list[Any]] = {kind: list(getattr(matrix, kind)) for kind in _KINDS}
    names = Draft("")
    for each in matrix.capabilities:
        if any(not overlay.keys for overlay in each.overlays):
            continue  # added since, when the page was read already
        told = {"id": each.id, "documented": each.documented, "aliases": each.aliases}
        names.rows["capabilities"].append(told)
        know_by_name(told, names)
    limits = _limits(matrix, rows)
    alike: dict[tuple[object, ...], list[_Head]] = {}
    heads = [_Head(table, names, limits, alike) for table in matrix.tables]
    for row in matrix.unresolved:
        if row.table is not None:
            heads[row.table].open(row)
    placed = list(_tables(heads, rows))
    return placed, [row for left in rows.values() for row in left]


def _limits(matrix: Matrix, rows: dict[str, list[Any]]) -> dict[int, tuple[str, ...]]:
    """The capabilities that each row is kept open for, by the row's id."""
    told: dict[tuple[str, tuple[str, ...]], list[tuple[str, ...]]] = {}
    for words in matrix.unresolved:
        if words.of == "cells":
            told.setdefault((words.heading, words.documented), []).append(words.capabilities)
    found = {}
    for row in (row for kind in _KINDS for row in rows[kind]):
        known = told.get((row.heading, row.documented))
        if known:
            # Of rows of the same words, each has its own, in their order.
            found[id(row)] = known.pop(0) if len(known) > 1 else known[0]
    return found


class _Head:
    """The head of a table, and what it makes of rows.

    Attributes:
        table: The table.
        kind: What it has rows of, as `kind_of` says.
        rows: The same, as the key of a matrix.
        opened: Its rows that are left open.
        why: Why none of its rows can be read; empty if they can.
    """

    def __init__(
        self,
        table: Table,
        names: Draft,
        limits: dict[int, tuple[str, ...]],
        alike: dict[tuple[object, ...], list[_Head]],
    ) -> None:
        self.table = table
        self.kind = kind_of(table.columns)
        self.rows = self.kind.replace("overview", "capabilities")
        found = [capabilities_of(column, names) for column in table.columns[1:]]
        self.opened: list[Unresolved] = []
        self.why = ""
        self._marked = {id_ for ids, _ in found for id_ in ids}, any(doubt for _, doubt in found)
        self._names = names
        self._limits = limits
        self._columns: dict[int, Column] | None = None
        self._alike = alike.setdefault((self.rows, table.heading, len(table.columns)), [])
        self._number = len(self._alike)
        self._alike.append(self)

    def open(self, row: Unresolved) -> None:
        """Have a row that is left open."""
        self.opened.append(row)
        self.why = self.why or (row.reason if row.reason in WHOLE_TABLE else "")

    def may_have(self, row: Framework) -> bool:
        """Whether a row can be of the table, by its heading, its width and its marks."""
        if self.why:
            return False
        table = self.table
        if row.heading != table.heading or len(row.documented) != len(table.columns):
            return False
        if self.rows not in {"deployments", "frameworks"}:
            return True
        return (set(row.capabilities), DOUBT in row.interpretation) == self._marked

    @property
    def is_last(self) -> bool:
        """Whether there is no later table that it could be mistaken for."""
        return self._number == len(self._alike) - 1

    def or_later(self) -> Iterator[_Head]:
        """It, and the later tables that it could be mistaken for."""
        return (self._alike[number] for number in range(self._number, len(self._alike)))

    def fit(self, row: Statement) -> _Fit:
        """How well the row's words under this head say what it has."""
        if self.rows == "capabilities":
            # Sentences make more of capabilities than their rows say, whatever table they are of.
            told: dict[str, Any] = {"id": getattr(row, "id", "")}
            unread = unread_cells(self.table.columns, row.documented, range(2))
            return _Fit(True, True, self._limits_as(row, told, unread))
        if self._columns is None:
            head = tuple(Cell(words, 0) for words in self.table.columns)
            self._columns = COLUMNS[self.rows](Drawn(head, ()), self._names)
        values, _ = read_cells(self.rows, row.documented, self._columns)
        told = {key: value for key, value in (values or {}).items() if value not in ("", None, [])}
        told.update(heading=row.heading, documented=list(row.documented))
        unread = unread_cells(self.table.columns, row.documented, self._columns)
        leave_open(self.rows, told, unread)
        read = type(row).from_table(told, Place("", []))
        keys = row.fields.keys() - {"interpretation", "overlays"}
        if read is None or not all(_is_same(getattr(read, k), getattr(row, k)) for k in keys):
            return _NO_FIT
        exact = [_in_order(getattr(read, key)) for key in (*keys, "interpretation")]
        is_exact = exact == [_in_order(getattr(row, key)) for key in (*keys, "interpretation")]
        return _Fit(True, is_exact, self._limits_as(row, told, unread))

    def _limits_as(self, row: Statement, told: dict[str, Any], unread: Sequence[str]) -> bool:
        """Whether the cells of unknown columns may limit what the page is told to leave open."""
        limits = limited_by(self.rows, told, unread, self._names)
        return tuple(limits) == self._limits.get(id(row), ())


class _Fit(NamedTuple):
    """How well a table's head reads a row, the more telling first.

    Attributes:
        is_read: It says what the row has; a mark may be open since.
        is_exact: It says no more and no less, in the same order.
        limits: It leaves the same open for other capabilities.
    """

    is_read: bool
    is_exact: bool
    limits: bool


_NO_FIT, _BEST_FIT = _Fit(False, False, False), _Fit(True, True, True)


def _in_order(value: object) -> object:
    return list(value.items()) if isinstance(value, dict) else value


def _is_same(read: object, value: object) -> bool:
    if isinstance(read, dict) and isinstance(value, dict):
        return all(value.get(key) in {mark, "unresolved"} for key, mark in read.items())
    return read == value


def _tables(heads: Sequence[_Head], rows: dict[str, list[Any]]) -> Iterator[Placed]:
    """The tables; of those of capabilities, which are read first, others were in callouts.

    So were those behind tables that are read later, and those of languages that are not read.
    """
    behind, language = False, None
    homes: dict[int, _Head] = {}
    for head in heads:
        taken = [*_taken(head, rows.get(head.rows, []), homes), *head.opened]
        why = head.why
        is_of_capabilities = head.rows == "capabilities"
        spoken = list(map(slug, head.table.columns[1:])) if head.kind == "overview" else []
        is_of_others = len(spoken) > 1 or (bool(spoken) and language not in {None, spoken[0]})
        if not taken and (is_of_others or (behind and is_of_capabilities)):
            why = IN_A_CALLOUT
        behind = behind or bool(why) or not is_of_capabilities
        language = spoken[0] if language is None and spoken and not why else language
        yield Placed(head.table, taken, why)


def _taken(head: _Head, left: list[Any], homes: dict[int, _Head]) -> Iterator[Statement]:
    """Take the rows of a table out of those that are left: the first ones that it can have."""
    while left and head.may_have(left[0]) and _home(left[0], head, homes) is head:
        yield left.pop(0)


def _home(row: Any, head: _Head, homes: dict[int, _Head]) -> _Head:
    """The table, from one on that can have a row, that reads it best, the first of equals."""
    if head.is_last:
        return head
    if id(row) not in homes:
        homes[id(row)] = _best(row, head)
    return homes[id(row)]


def _best(row: Any, head: _Head) -> _Head:
    best, most, left = head, _NO_FIT, _LOOKED_AT
    fits: dict[tuple[str, ...], _Fit] = {}
    for each in head.or_later():
        if not each.may_have(row):
            continue
        columns = each.table.columns
        if columns not in fits:
            fits[columns] = each.fit(row)
        if fits[columns] > most:
            best, most = each, fits[columns]
        if most.is_read:
            left -= 1
        if most == _BEST_FIT or not left:
            break
    return best
