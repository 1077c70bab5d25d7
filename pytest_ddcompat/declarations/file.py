"""Declarations files: what is said for tests, read and checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.declarations.keys import ACTIONS, KEYS, STATES
from pytest_ddcompat.declarations.lines import Lines, TableLines
from pytest_ddcompat.declarations.matching import Patterns, elements_of
from pytest_ddcompat.declarations.requirements import unknown_key
from pytest_ddcompat.matrix.fields import read_keys
from pytest_ddcompat.matrix.loading import parse_toml
from pytest_ddcompat.values.errors import CompatibilityError, DeclarationError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["ACTIONS", "STATES", "Declaration", "Declarations", "is_declarations_file",
           "load_declarations", "read_declarations"]  # fmt: skip

_FILE_KEYS = ("declarations",)
_MOST = 50_000  # declarations of a run
_MOST_TESTS = 200_000  # ids in them
_MOST_WILD = 5_000  # elements with `*` in the ids: each is compared with names of each test


class Declaration:
    """One table of a file: what it says for tests.

    Attributes:
        tests: Patterns of node ids.
        requires: What the tests require.
        state: One of `STATES`; empty if there is none.
        when: Where the state applies: where all of these are supported.
        unsupported: Action where it is unsupported; empty if it is not said.
        undetermined: Action where it is undetermined; empty if it is not said.
        reason: Why.
        ticket: Where it is being worked on.
        owner: Who answers for it.
        feature: What the tests are about.
        file: Name of the file.
        line: Line of the table.
    """

    __slots__ = (*KEYS, "file", "line")

    tests: tuple[str, ...]
    requires: tuple[Requirement, ...]
    state: str
    when: tuple[Requirement, ...]
    unsupported: str
    undetermined: str
    reason: str
    ticket: str
    owner: str
    feature: str
    file: str
    line: int

    def __init__(self, file: str, line: int, values: dict[str, Any]) -> None:
        self.file = file
        self.line = line
        for key, value in values.items():
            setattr(self, key, value)

    @property
    def place(self) -> str:
        """The file and line, as messages have it."""
        return f"{self.file}:{self.line}"


class Declarations:
    """The declarations of one or more files.

    Attributes:
        declarations: All of them, in the order of the files.
    """

    def __init__(self, declarations: Sequence[Declaration]) -> None:
        self.declarations = tuple(declarations)
        self._patterns: Patterns[tuple[int, str]] = Patterns()
        for number, declaration in enumerate(self.declarations):
            for test in declaration.tests:
                self._patterns.add(test, (number, test))

    def of(self, node_id: str) -> list[Declaration]:
        """Return the declarations of a test, in the order of the files."""
        numbers = {number for number, _ in self._find(node_id)}
        return [self.declarations[number] for number in sorted(numbers)]

    def used(self, node_ids: Iterable[str]) -> set[str]:
        """Return the patterns that hold for some test."""
        return {pattern for node_id in node_ids for _, pattern in self._find(node_id)}

    def _find(self, node_id: str) -> list[tuple[int, str]]:
        try:
            return self._patterns.find(node_id)
        except CompatibilityError:
            return []  # other plugins have ids of their own kinds


def load_declarations(files: Sequence[tuple[str, bytes]]) -> Declarations:
    """Read several declarations files.

    Args:
        files: The name and the content of each.

    Raises:
        DeclarationError: Some cannot be understood; all `problems` are named together.
    """
    found: list[Declaration] = []
    problems: list[Problem] = []
    for name, content in files:
        try:
            found += _read(content, name)
        except CompatibilityError as error:
            problems += error.problems
    problems = problems or _excesses(found)
    if problems:
        raise DeclarationError(problems)
    return Declarations(found)


def read_declarations(content: bytes, name: str) -> Declarations:
    """Read one declarations file.

    Args:
        content: The file's bytes.
        name: Name of the file, for messages.

    Raises:
        DeclarationError: It cannot be understood; all `problems` are named together.
    """
    return load_declarations([(name, content)])


def is_declarations_file(mapping: Mapping[str, object]) -> bool:
    """Whether a parsed TOML file is one of declarations, and no matrix or overlay."""
    return "declarations" in mapping and mapping.keys().isdisjoint({"page", "extends"})


def _read(content: bytes, name: str) -> list[Declaration]:
    mapping = parse_toml(content, name)
    lines = Lines(content.decode("utf-8-sig"))
    problems = [
        unknown_key(key, _FILE_KEYS)._replace(file=f"{name}:{lines.keys.get(key, 1)}")
        for key in mapping
        if key not in _FILE_KEYS
    ]
    tables = mapping.get("declarations", [])
    start = lines.keys.get("declarations", 1)
    if not isinstance(tables, list):
        Place(f"{name}:{start}", problems, "declarations").refuse(tables, "an array of tables")
        tables = []
    place = Place(name, problems)
    of_tables = lines.tables.get("declarations", [])
    has_lines = len(of_tables) == len(tables)  # those of an inline array have none of their own
    found = []
    for number, table in enumerate(tables):
        if place.is_full:
            break
        own = of_tables[number] if has_lines else TableLines(start, {})
        values = _values(table, place, own, "" if has_lines else f"declarations[{number}]")
        found.append(Declaration(name, own.line, values))
    if problems:
        raise DeclarationError(problems)
    return found


def _values(table: object, place: Place, lines: TableLines, within: str) -> dict[str, Any]:
    """Read a table, and put the lines into the problems that it has."""
    before = len(place.problems)
    known = table
    if isinstance(table, dict):
        known = {key: value for key, value in table.items() if key in KEYS}
        for key in [key for key in table if key not in KEYS]:
            place.inside(key).add(unknown_key(key, KEYS))
    unknown = len(place.problems) - before
    values = read_keys(KEYS, known, place)
    if len(place.problems) == before:
        _check(values, place)
    own = place.problems[before:]
    if own:
        place.problems[before:] = _located(own, unknown, place.file, lines, within)
    return values


def _located(
    problems: list[Problem], unknown: int, file: str, lines: TableLines, within: str
) -> list[Problem]:
    """Put the lines into the problems of a table, of which the first are of unknown keys."""
    found = []
    for number, problem in enumerate(problems):
        is_unknown = number < unknown
        key = problem.where if is_unknown else re.split(r"[.\[]", problem.where, maxsplit=1)[0]
        line = lines.keys.get(key, lines.line)
        where = ".".join(filter(None, (within, "" if is_unknown else problem.where)))
        found.append((line, problem._replace(file=f"{file}:{line}", where=where)))
    return [problem for _, problem in sorted(found, key=lambda each: each[0])]


def _check(values: dict[str, Any], place: Place) -> None:
    """Note what is wrong with several keys together."""
    if not values["requires"] and not values["state"]:
        place.problem('this says neither "requires" nor "state"', "one of them, or both")
    if values["when"] and not values["state"]:
        place.inside("when").problem('this needs the key "state"', ", ".join(STATES))


def _excesses(declarations: Sequence[Declaration]) -> list[Problem]:
    """Find out whether there are more than a run can hold."""
    ids = [test for declaration in declarations for test in declaration.tests]
    wild = sum("*" in element for test in ids if "*" in test for element in elements_of(test))
    counts = {
        "declarations": (len(declarations), _MOST),
        "ids of tests": (len(ids), _MOST_TESTS),
        "names with `*`": (wild, _MOST_WILD),
    }
    return [
        Problem(f"there are {count} {what}", f"{most} at most")
        for what, (count, most) in counts.items()
        if count > most
    ]
