"""The tables of a file's arrays, read with the line of each problem."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Callable, NamedTuple, TypeVar

from pytest_ddcompat.declarations.lines import Lines, TableLines
from pytest_ddcompat.declarations.requirements import unknown_key
from pytest_ddcompat.values.errors import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["MOST", "Table", "tables_of"]

MOST = 50_000
"""Tables of one kind in the files of a run."""

T = TypeVar("T")


class Table(NamedTuple):
    """A table of an array.

    Attributes:
        content: The table as parsed.
        lines: Where it stands.
        within: Its place in an inline array, whose tables have no lines of their own.
    """

    content: object
    lines: TableLines
    within: str

    def read(
        self,
        keys: Collection[str],
        read: Callable[[object, Place], T],
        place: Place,
        check: Callable[[T, Place], None] | None = None,
    ) -> T:
        """Read the table, and put the lines into the problems that it has.

        Args:
            keys: The valid keys.
            read: Understands the table, or notes what is wrong with it.
            place: The file.
            check: Notes what is wrong with several keys together, once each alone is right.
        """
        before = len(place.problems)
        known = self.content
        if isinstance(known, dict):
            for key in [key for key in known if key not in keys]:
                place.inside(key).add(unknown_key(key, keys))
            known = {key: value for key, value in known.items() if key in keys}
        unknown = len(place.problems) - before
        found = read(known, place._replace(file=f"{place.file}:{self.lines.line}"))
        if check is not None and len(place.problems) == before:
            check(found, place)
        if len(place.problems) > before:
            place.problems[before:] = self._located(place.problems[before:], unknown, place.file)
        return found

    def _located(self, problems: list[Problem], unknown: int, file: str) -> list[Problem]:
        """Put lines into problems, of which the first are of unknown keys."""
        found = []
        for number, problem in enumerate(problems):
            is_unknown = number < unknown
            key = problem.where if is_unknown else re.split(r"[.\[]", problem.where, maxsplit=1)[0]
            line = self.lines.keys.get(key, self.lines.line)
            where = ".".join(filter(None, (self.within, "" if is_unknown else problem.where)))
            found.append((line, problem._replace(file=f"{file}:{line}", where=where)))
        return [problem for _, problem in sorted(found, key=lambda each: each[0])]


def tables_of(
    key: str, mapping: Mapping[str, object], lines: Lines, place: Place
) -> Iterator[Table]:
    """Yield the tables of an array, until there are as many problems as anybody will read."""
    tables = mapping.get(key, [])
    start = lines.keys.get(key, 1)
    if not isinstance(tables, list):
        Place(f"{place.file}:{start}", place.problems, key).refuse(tables, "an array of tables")
        return
    if len(tables) > MOST:  # before each is read, which takes its time
        file = f"{place.file}:{start}"
        place.problems.append(
            Problem(f"there are {len(tables)} {key}", f"{MOST} at most", file=file)
        )
        return
    own = lines.tables.get(key, [])
    for number, content in enumerate(tables):
        if place.is_full:
            return
        if len(own) == len(tables):
            yield Table(content, own[number], "")
        else:
            yield Table(content, TableLines(start, {}), f"{key}[{number}]")
