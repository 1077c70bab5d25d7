"""Which rows of a matrix stand in which table of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.page.blocks import IN_A_CALLOUT, WHOLE_TABLE, Cell
from pytest_ddcompat.page.blocks import Table as Drawn
from pytest_ddcompat.page.cells import limited_by, read_cells, unread_cells
from pytest_ddcompat.page.draft import Draft
from pytest_ddcompat.page.readers import COLUMNS, DOUBT, capabilities_of
from pytest_ddcompat.page.tables import kind_of, know_by_name
from pytest_ddcompat.page.words import slug
from pytest_ddcompat.reading import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_ddcompat.matrix import Matrix
    from pytest_ddcompat.page.readers import Column
    from pytest_ddcompat.rows import Framework, Statement, Table, Unresolved

__all__ = ["Placed", "place_rows"]

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
        told = {"id": each.id, "documented": each.documented, "aliases": each.aliases}
        names.rows["capabilities"].append(told)
        know_by_name(told, names)
    limits = {
        (row.heading, row.documented): row.capabilities
        for row in matrix.unresolved
        if row.of == "cells"
    }
    alike: dict[tuple[object, ...], list[_Head]] = {}
    heads = [_Head(table, names, limits, alike) for table in matrix.tables]
    for row in matrix.unresolved:
        if row.table is not None:
            heads[row.table].open(row)
    placed = list(_tables(heads, rows))
    return placed, [row for left in rows.values() for row in left]


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
        limits: dict[tuple[str, tuple[str, ...]], tuple[str, ...]],
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

    def reads(self, row: Statement) -> bool:
        """Whether the row's words under this head say what it has; a mark may be open since."""
        if self._columns is None:
            head = tuple(Cell(words, 0) for words in self.table.columns)
            self._columns = COLUMNS[self.rows](Drawn(head, ()), self._names)
        values, _ = read_cells(self.rows, row.documented, self._columns)
        told = {key: value for key, value in (values or {}).items() if value not in ("", None, [])}
        words = {"heading": row.heading, "documented": list(row.documented)}
        read = type(row).from_table({**told, **words}, Place("", []))
        keys = row.fields.keys() - {"interpretation", "overlays"}
        is_read = read is not None and all(
            _is_same(getattr(read, key), getattr(row, key)) for key in keys
        )
        unread = unread_cells(self.table.columns, row.documented, self._columns)
        limits = limited_by(self.rows, {**told, **words}, unread, self._names)
        return is_read and tuple(limits) == self._limits.get((row.heading, row.documented), ())


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
    """The first table, from one on that can have a row, of which the row is read; else that one."""
    # Sentences make more of capabilities than their rows say, whatever table they are of.
    if head.rows == "capabilities" or head.is_last:
        return head
    if id(row) not in homes:
        found = (each for each in head.or_later() if each.may_have(row) and each.reads(row))
        homes[id(row)] = next(found, head)
    return homes[id(row)]
