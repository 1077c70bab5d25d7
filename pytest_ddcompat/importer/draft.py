"""A matrix in the making, and the account of what was made of the page's cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.values.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_ddcompat.importer.blocks import Cell

__all__ = ["KINDS", "Account", "Draft", "Place"]

KINDS = (
    "sites", "tables", "capabilities", "deployments", "releases", "runtimes", "frameworks",
    "coverage", "notes", "unresolved",
)  # fmt: skip
"""The arrays of a matrix, in the order in which a file has them."""


_INVISIBLE = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_LONGEST_NAME = 20  # words of a capability's name that a sentence can call it by


class Place(NamedTuple):
    """Words of the page that are not understood.

    Attributes:
        line: Line of the page, from 1.
        text: The words.
        reason: Why they are not understood.
    """

    line: int
    text: str
    reason: str


class Account(NamedTuple):
    """What was made of a page.

    Attributes:
        cells: Number of cells of its tables, and of unresolved places outside of tables.
        interpreted: Number of cells that the matrix holds understood.
        unresolved: All other places.
        warnings: What the page contradicts itself in, or leaves out.
    """

    cells: int
    interpreted: int
    unresolved: tuple[Place, ...]
    warnings: tuple[str, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "cells": self.cells,
            "interpreted": self.interpreted,
            "unresolved": [place._asdict() for place in self.unresolved],
            "warnings": list(self.warnings),
        }


class Draft:
    """Collects the rows of a matrix, and keeps the account.

    Attributes:
        rows: The rows of each of `KINDS`, as a file has them.
        heading: Heading that the words being read stand under.
        library: Library whose versions the page speaks of, as far as it is known.
        shared: Abbreviations that several capabilities have, none of which is called by it.
        unread: Rows with words in unknown columns: their kinds, and the words of those cells.
    """

    def __init__(self, title: str) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
        self.heading = title
        self.library = ""
        self.shared: frozenset[str] = frozenset()
        self.unread: list[tuple[str, dict[str, Any], list[str]]] = []
        self._known: dict[tuple[str, str], dict[str, Any]] = {}
        self._names: dict[tuple[str, ...], dict[str, Any]] = {}
        self._first_words: set[str] = set()
        self._abbreviations: dict[str, dict[str, dict[str, Any]]] = {}
        self._cells: dict[int, list[Cell]] = {}
        self._places: dict[int, tuple[int, int]] = {}
        self._withdrawn: dict[int, dict[str, Any]] = {}
        self._interpreted = 0
        self._unresolved: list[Place] = []
        self._warnings: dict[str, None] = {}

    def add(self, kind: str, documented: Iterable[str], /, **values: Any) -> dict[str, Any]:
        """Add a row; values that are empty are left out."""
        given = {key: value for key, value in values.items() if value not in ("", None, [])}
        row = {"heading": self.heading, "documented": list(documented), **given}
        self.rows[kind].append(row)
        self._places[id(row)] = len(self._places), len(self.rows["tables"]) - 1
        return row

    def know(self, row: dict[str, Any], kind: str, key: str) -> None:
        """Let a row be found by a key, however it is written, unless another one is."""
        self._known.setdefault((kind, fold(key)), row)

    def known(self, kind: str, key: str) -> dict[str, Any] | None:
        """The row that a key finds, if one does."""
        return self._known.get((kind, fold(key)))

    def call(self, row: dict[str, Any], name: str, short: str = "") -> None:
        """Let a capability be found by its name in a sentence, and by an abbreviation of it."""
        words = tuple(_words(name))
        if 0 < len(words) <= _LONGEST_NAME:
            self._names.setdefault(words, row)
            self._first_words.add(words[0])
        if short:
            self._abbreviations.setdefault(short, {})[row["id"]] = row

    def named(self, text: str) -> list[dict[str, Any]]:
        """The capabilities that a sentence names, in the order of their first mention.

        Those that share an abbreviation are all named by it: see `is_clear`.
        """
        words = _words(text)
        found = (
            self._names.get(tuple(words[start:end]))
            for start, word in enumerate(words)
            if word in self._first_words
            for end in range(start + 1, min(start + _LONGEST_NAME, len(words)) + 1)
        )
        named = {row["id"]: row for row in found if row is not None}
        for short in self._abbreviations_in(text):
            named.update(self._abbreviations[short])
        return list(named.values())

    def is_clear(self, text: str) -> bool:
        """Whether no abbreviation in a sentence stands for several capabilities."""
        return all(len(self._abbreviations[s]) == 1 for s in self._abbreviations_in(text))

    def _abbreviations_in(self, text: str) -> list[str]:
        return [w for w in re.findall(r"[A-Z0-9]+", text) if w in self._abbreviations]

    def take(self, cell: Cell, reason: str, row: dict[str, Any] | None = None) -> None:
        """Take note of a cell.

        Args:
            cell: The cell.
            reason: Why it is not understood; empty if the matrix holds it.
            row: The row that holds it, if one does.
        """
        if reason:
            self._unresolved.append(Place(cell.line, cell.text, reason))
            return
        self._interpreted += 1
        if row is not None:
            self._cells.setdefault(id(row), []).append(cell)

    def doubt(self, row: dict[str, Any], reason: str) -> None:
        """Take note that a row's cells are not understood after all."""
        for cell in self._cells.pop(id(row), ()):
            self._interpreted -= 1
            self.take(cell, reason)

    def withdraw(self, kind: str, row: dict[str, Any], reason: str) -> None:
        """Keep open what was a row of a table."""
        self.doubt(row, reason)
        if id(row) not in self._withdrawn:
            place = self._places[id(row)]
            told = {"heading": row["heading"], "documented": row["documented"], "of": kind}
            opened = {**told, **self._table(place[1]), "reason": reason}
            self._places[id(opened)] = place
            self._withdrawn[id(row)] = opened
            self.rows["unresolved"].append(opened)

    def limit(self, row: dict[str, Any], capabilities: list[str], reason: str) -> None:
        """Keep open what capabilities a row with words in unknown columns may limit."""
        opened = self._withdrawn.get(id(row))
        if opened is not None:
            opened["capabilities"] = capabilities
            return
        told = {"heading": row["heading"], "documented": row["documented"], "of": "cells"}
        self.rows["unresolved"].append({**told, "capabilities": capabilities, "reason": reason})

    def _table(self, number: int) -> dict[str, Any]:
        return {"columns": self.rows["tables"][number]["columns"], "table": number}

    def settle(self) -> None:
        """Leave out the rows that were withdrawn, and put what is open of tables before words."""
        for kind, rows in self.rows.items():
            self.rows[kind] = [row for row in rows if id(row) not in self._withdrawn]
        self.rows["unresolved"].sort(key=self._in_order)

    def _in_order(self, row: dict[str, Any]) -> tuple[int, int]:
        """Rows of tables in the page's order, then cells of rows that are read, then words."""
        if "table" in row:
            return 0, self._places[id(row)][0]
        return 1 if row["of"] == "cells" else 2, 0

    def open_row(
        self,
        of: str,
        row: Iterable[Cell],
        reasons: dict[int, str],
        limited: Iterable[dict[str, Any]] = (),
    ) -> None:
        """Keep a row of the last table that cannot be read as it stands.

        Args:
            of: What it would be a row of.
            row: Its cells.
            reasons: Why single cells are not understood, by their index.
            limited: Capabilities that it may limit.
        """
        cells, why = tuple(row), "; ".join(dict.fromkeys(reasons.values()))
        for number, cell in enumerate(cells):
            self.take(cell, reasons.get(number, f"the row is not understood: {why}"))
        self.add(
            "unresolved",
            [cell.text for cell in cells],
            of=of,
            **self._table(len(self.rows["tables"]) - 1),
            capabilities=[each["id"] for each in limited],
            reason=why,
        )

    def open_words(
        self, of: str, line: int, text: str, reason: str, limited: Iterable[dict[str, Any]] = ()
    ) -> None:
        """Keep words outside of tables that are not understood.

        Args:
            of: What they would be a row of.
            line: Line of the page.
            text: The words.
            reason: Why they are not understood.
            limited: Capabilities that they may limit.
        """
        self._unresolved.append(Place(line, text, reason))
        ids = [row["id"] for row in limited]
        self.add("unresolved", [text], of=of, capabilities=ids, reason=reason)

    def warn(self, message: str) -> None:
        """Tell of something once."""
        self._warnings[message] = None

    def account(self) -> Account:
        """The account of the page."""
        places = tuple(sorted(self._unresolved, key=lambda place: place.line))
        return Account(
            self._interpreted + len(places), self._interpreted, places, tuple(self._warnings)
        )


def _words(text: str) -> list[str]:
    # Without the marks that show nothing: of width zero, or of the direction of writing.
    return re.findall(r"\w+|[^\w\s]", _INVISIBLE.sub("", text).casefold())
