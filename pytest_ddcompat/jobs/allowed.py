"""Tests that need not run: a file with their ids and the reasons, read as other lists are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.declarations.keys import KEYS
from pytest_ddcompat.declarations.matching import Patterns
from pytest_ddcompat.matrix.fields import Key, read_keys
from pytest_ddcompat.matrix.kinds import words
from pytest_ddcompat.matrix.loading import parse_toml
from pytest_ddcompat.values.errors import CompatibilityError, MatrixError, Place, Problem
from pytest_ddcompat.values.files import read_limited

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Allowance", "Allowances", "AllowedError", "read_allowed", "read_entries"]

_LIMIT = 16 * 1024 * 1024  # bytes
_MOST = 50_000  # tables
_ENTRY = {
    "tests": Key(KEYS["tests"].kind, "Ids of the tests, or patterns of them."),
    "reason": Key(words, "Why they need not run in any job."),
}


class AllowedError(CompatibilityError):
    """A file of tests with reasons, which cannot be read or understood."""


class Allowance(NamedTuple):
    """An entry of the file.

    Attributes:
        tests: Patterns of node ids, as in a declarations file.
        reason: Why they need not run in any job.
    """

    tests: tuple[str, ...]
    reason: str


class Allowances:
    """The entries of a file, by the tests that they are for."""

    def __init__(self, entries: Sequence[Allowance] = ()) -> None:
        self._entries = entries
        self._patterns: Patterns[tuple[int, str]] = Patterns()
        for number, entry in enumerate(entries):
            for test in entry.tests:
                self._patterns.add(test, (number, test))

    def among(self, tests: Iterable[str]) -> dict[str, str]:
        """Return the reason of each of some tests that need not run."""
        found = {test: min(self._find(test), default=None) for test in tests}
        return {
            test: self._entries[first[0]].reason
            for test, first in found.items()
            if first is not None
        }

    def unneeded(self, tests: Iterable[str]) -> list[Allowance]:
        """Return what is for none of some tests: the entries, each with such patterns alone."""
        used = {each for test in tests for each in self._find(test)}
        left = [
            entry._replace(tests=tuple(t for t in entry.tests if (number, t) not in used))
            for number, entry in enumerate(self._entries)
        ]
        return [entry for entry in left if entry.tests]

    def _find(self, test: str) -> list[tuple[int, str]]:
        try:
            return self._patterns.find(test)
        except CompatibilityError:
            return []  # an id of another plugin, of a kind of its own


def read_allowed(name: str) -> Allowances:
    """Read a file of tests that need not run: tables `[[allow]]` with `tests` and `reason`.

    Raises:
        AllowedError: It cannot be read or understood; all problems are named.
    """
    return Allowances([Allowance(**entry) for entry in read_entries(name, "allow", _ENTRY)])


def read_entries(name: str, table: str, keys: Mapping[str, Key]) -> list[dict[str, Any]]:
    """Read a file of tables of one name that speak of tests.

    Args:
        name: The file.
        table: Name of the tables.
        keys: Keys of each.

    Raises:
        AllowedError: It cannot be read or understood; all problems are named.
    """
    problems: list[Problem] = []
    place = Place(name, problems)
    try:
        parsed = parse_toml(read_limited(Path(name), _LIMIT), name)
    except OSError as error:
        raise AllowedError(Problem(f"cannot read this: {error.strerror}", file=name)) from None
    except MatrixError as error:
        raise AllowedError(error.problems) from None
    except ValueError as error:
        raise AllowedError(Problem(f"cannot read this: {error}", file=name)) from None
    for key in parsed.keys() - {table}:
        place.problem(f'unknown key "{key:.80}"', f"[[{table}]]")
    tables = parsed.get(table, [])
    if not isinstance(tables, list):
        place.inside(table).refuse(tables, f"an array of tables, each written as [[{table}]]")
        tables = []
    if len(tables) > _MOST:
        place.inside(table).problem(f"these are {len(tables)} tables", f"{_MOST} at most")
        tables = []
    entries = [
        read_keys(keys, each, place.inside(f"{table}[{number}]"))
        for number, each in enumerate(tables)
        if not place.is_full
    ]
    if problems:
        raise AllowedError(problems)
    return entries
