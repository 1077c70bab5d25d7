"""The rows of a matrix while a page is read, and the account of the page's cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.importer.blocks import LONGEST_HEAD, Account, Gap, PageError
from pytest_ddcompat.values.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_ddcompat.importer.blocks import Cell

__all__ = ["KINDS", "Draft"]

KINDS = (
    "sites", "tables", "capabilities", "deployments", "releases", "runtimes", "frameworks",
    "coverage", "notes", "unresolved",
)  # fmt: skip
"""The arrays of a matrix, in the order of a file."""

_INVISIBLE = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_MOST_NAMED = 1_000_000
_LONGEST_NAME = 20  # words of a name that a sentence can have


class Draft:
    """Rows of a matrix and an account of cells, both added to while a page is read.

    Attributes:
        rows: The rows of each of `KINDS`, as a file has them.
        heading: The current heading; `stand_under` sets it.
        columns: Words of the current table's head.
        library: Library whose versions the page is about; empty as long as it is unknown.
        shared: Abbreviations of several capabilities, which are aliases of none.
        integrations: Capability that every framework belongs to; empty if the page names its own.
        unread: Kind, row and words for each row with words in unknown columns.
    """

    def __init__(self, title: str, origin: str = "") -> None:
        self._origin = origin
        self.rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
        self.stand_under(title)
        self.columns: list[str] = []
        self.library = ""
        self.integrations = ""
        self.shared: frozenset[str] = frozenset()
        self.unread: list[tuple[str, dict[str, Any], list[str]]] = []
        self._found_by: dict[tuple[str, str], dict[str, Any]] = {}
        self._names: dict[tuple[str, ...], dict[str, Any]] = {}
        self._first_words: set[str] = set()
        self._abbreviations: dict[str, dict[str, dict[str, Any]]] = {}
        # By the row's identity: rows are dicts, which cannot be keys, and two may be equal.
        self._cells: dict[int, list[Cell]] = {}
        self._columns_of: dict[int, list[str]] = {}
        self._withdrawn: dict[int, dict[str, Any]] = {}
        self._interpreted = 0
        self._named = 0
        self._gaps: list[Gap] = []
        self._warnings: dict[str, None] = {}

    def stand_under(self, heading: str) -> None:
        """Go to another heading, of which every row below keeps the words."""
        is_long = len(heading) > LONGEST_HEAD
        self.heading = f"{heading[:LONGEST_HEAD]}…" if is_long else heading

    def add(self, kind: str, documented: Iterable[str], /, **values: Any) -> dict[str, Any]:
        """Add a row, without the values that are empty."""
        kept = {key: value for key, value in values.items() if value not in ("", None, [])}
        row = {"heading": self.heading, "documented": list(documented), **kept}
        self.rows[kind].append(row)
        self._columns_of[id(row)] = self.columns
        return row

    def register(self, row: dict[str, Any], kind: str, key: str) -> None:
        """Let a row be found by a key, in any spelling; the first row of a key stays."""
        self._found_by.setdefault((kind, fold(key)), row)

    def find(self, kind: str, key: str) -> dict[str, Any] | None:
        """Find a row by a key."""
        return self._found_by.get((kind, fold(key)))

    def register_name(self, row: dict[str, Any], name: str, short: str = "") -> None:
        """Let sentences name a capability by its name or an abbreviation."""
        words = tuple(_words(name))
        if 0 < len(words) <= _LONGEST_NAME:
            self._names.setdefault(words, row)
            self._first_words.add(words[0])
        if short:
            self._abbreviations.setdefault(short, {})[row["id"]] = row

    def capabilities_in(self, text: str) -> list[dict[str, Any]]:
        """Return the capabilities that a sentence names.

        An abbreviation names all capabilities that share it: see `is_clear`.
        """
        words = _words(text)
        found = (
            self._names.get(tuple(words[start:end]))
            for start, word in enumerate(words)
            if word in self._first_words  # or a long page would be looked up at every word
            for end in range(start + 1, min(start + _LONGEST_NAME, len(words)) + 1)
        )
        named = {row["id"]: row for row in found if row is not None}
        for short in self._abbreviations_in(text):
            named.update(self._abbreviations[short])
        return self.counted(list(named.values()))

    def counted(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Count the capabilities that words name or limit.

        Raises:
            PageError: All words together name too many: their product could be anything.
        """
        self._named += len(rows)
        if self._named > _MOST_NAMED:
            raise PageError(
                f"{self._origin}: this page names capabilities more than {_MOST_NAMED} times"
            )
        return rows

    def is_clear(self, text: str) -> bool:
        """Whether no abbreviation in a sentence is of several capabilities."""
        return all(len(self._abbreviations[s]) == 1 for s in self._abbreviations_in(text))

    def _abbreviations_in(self, text: str) -> list[str]:
        words = dict.fromkeys(re.findall(r"[A-Z0-9]+", text))
        return [word for word in words if word in self._abbreviations]

    def enter_cell(self, cell: Cell, reason: str, row: dict[str, Any] | None = None) -> None:
        """Enter a cell in the account.

        Args:
            cell: The cell.
            reason: Why it is not understood; empty if it is.
            row: The row that it was added to.
        """
        if reason:
            self._gaps.append(Gap(cell.line, cell.text, reason))
            return
        self._interpreted += 1
        if row is not None:
            self._cells.setdefault(id(row), []).append(cell)

    def reopen_cells(self, row: dict[str, Any], reason: str) -> None:
        """Enter a row's cells in the account as not understood after all."""
        for cell in self._cells.pop(id(row), ()):
            self._interpreted -= 1
            self.enter_cell(cell, reason)

    def withdraw(self, row: dict[str, Any], reason: str) -> None:
        """Turn a release branch into open words; `remove_withdrawn` takes it out at the end."""
        self.reopen_cells(row, reason)
        if id(row) not in self._withdrawn:
            words = {"heading": row["heading"], "documented": row["documented"], "of": "releases"}
            opened = {**words, "columns": self._columns_of[id(row)], "reason": reason}
            self._withdrawn[id(row)] = opened
            self.rows["unresolved"].append(opened)

    def limit(self, row: dict[str, Any], capabilities: list[str], reason: str) -> None:
        """Keep a row open for capabilities that its unknown columns may limit."""
        opened = self._withdrawn.get(id(row))
        if opened is not None:
            opened["capabilities"] = capabilities
            return
        words = {"heading": row["heading"], "documented": row["documented"], "of": "cells"}
        self.rows["unresolved"].append({**words, "capabilities": capabilities, "reason": reason})

    def remove_withdrawn(self) -> None:
        """Remove the release branches that were withdrawn."""
        branches = self.rows["releases"]
        self.rows["releases"] = [row for row in branches if id(row) not in self._withdrawn]

    def open_row(
        self,
        of: str,
        row: Iterable[Cell],
        reasons: dict[int, str],
        limited: Iterable[dict[str, Any]] = (),
    ) -> None:
        """Add a row of the last table as open words.

        Args:
            of: Key of the matrix that the row would be for.
            row: Its cells.
            reasons: Why cells are not understood, by their index.
            limited: Capabilities that it may limit.
        """
        cells, why = tuple(row), "; ".join(dict.fromkeys(reasons.values()))
        for number, cell in enumerate(cells):
            self.enter_cell(cell, reasons.get(number, f"the row is not understood: {why}"))
        self.add(
            "unresolved",
            [cell.text for cell in cells],
            of=of,
            columns=self.columns,
            capabilities=[each["id"] for each in limited],
            reason=why,
        )

    def open_words(
        self, of: str, line: int, text: str, reason: str, limited: Iterable[dict[str, Any]] = ()
    ) -> None:
        """Add words outside of tables as open.

        Args:
            of: Key of the matrix that they would be for, or `text`.
            line: Line of the page.
            text: The words.
            reason: Why they are not understood.
            limited: Capabilities that they may limit.
        """
        self._gaps.append(Gap(line, text, reason))
        ids = [row["id"] for row in limited]
        self.add("unresolved", [text], of=of, capabilities=ids, reason=reason)

    def warn(self, message: str) -> None:
        """Add a warning once."""
        self._warnings[message] = None

    def account(self) -> Account:
        """Return the account of the page."""
        gaps = tuple(sorted(self._gaps, key=lambda gap: gap.line))
        return Account(
            self._interpreted + len(gaps), self._interpreted, gaps, tuple(self._warnings)
        )


def _words(text: str) -> list[str]:
    # Characters of width zero, or of the direction of writing, show nothing.
    return re.findall(r"\w+|[^\w\s]", _INVISIBLE.sub("", text).casefold())
