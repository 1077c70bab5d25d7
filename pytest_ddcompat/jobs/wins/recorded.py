"""What all records say of declarations: which tests there are, and what stood where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.jobs.json_columns import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["IDENTITY", "Recorded", "Stated", "file_and_line"]

IDENTITY = ("state", "ticket", "owner", "feature")
"""Keys by which a declaration of a record is told from others in its file."""

_LONGEST_LINE = 9  # digits of a line's number


class Stated(NamedTuple):
    """A declaration, as a record has it.

    Attributes:
        place: Its file and line.
        identity: What it says under the keys of `IDENTITY`; empty where it says nothing.
    """

    place: str
    identity: tuple[str, ...]


class Recorded:
    """The declarations of all tests of all records, of other suites and of skipped tests too.

    Args:
        rows: Rows of the question `recorded`, the newest first.

    Attributes:
        tests: The node ids of all tests.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]] = ()) -> None:
        lists: dict[str, dict[tuple[Stated, ...], None]] = {}
        for row in rows:
            stated = tuple(map(_stated, parsed(row, "declarations")))
            lists.setdefault(row["test"], {}).setdefault(stated)
        self._lists = lists
        self.tests = sorted(lists)

    def of(self, test: str, place: str) -> tuple[Stated, ...]:
        """Return all declarations of a test when one of them last stood at a place; else none."""
        found = (each for each in self._lists.get(test, ()) if any(s.place == place for s in each))
        return next(found, ())

    @property
    def files(self) -> set[str]:
        """The names of all files of declarations."""
        places = {one.place for lists in self._lists.values() for each in lists for one in each}
        return {place.rpartition(":")[0] or place for place in places}


def _stated(declared: Mapping[str, str]) -> Stated:
    return Stated(declared["place"], tuple(declared.get(key, "") for key in IDENTITY))


def file_and_line(place: str) -> tuple[str, int] | None:
    """Return the file and the line of a declaration's place in a record; None: it has no line."""
    file, _, line = place.rpartition(":")
    # More digits are no line, and Python refuses to read thousands of them.
    is_line = line.isascii() and line.isdigit() and len(line) <= _LONGEST_LINE
    return (file, int(line)) if file and is_line else None
