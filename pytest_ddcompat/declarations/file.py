"""Declarations files: what is said for tests, read and checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.declarations.lines import Lines, TableLines
from pytest_ddcompat.declarations.matching import Patterns, elements_of
from pytest_ddcompat.declarations.requirements import requirements
from pytest_ddcompat.matrix.fields import Key, Kind, read_keys
from pytest_ddcompat.matrix.kinds import one_of, words
from pytest_ddcompat.matrix.loading import parse_toml
from pytest_ddcompat.values.errors import CompatibilityError, DeclarationError, Place, Problem
from pytest_ddcompat.values.names import unknown_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["ACTIONS", "KEYS", "STATES", "Declaration", "Declarations", "load_declarations",
           "read_declarations"]  # fmt: skip

ACTIONS = ("run", "skip", "fail", "xfail", "deselect")
"""What a declaration may have done with its tests."""

STATES = {
    "missing": "xfail",
    "bug": "xfail",
    "incomplete": "xfail",
    "flaky": "skip",
    "irrelevant": "skip",
}
"""The states of a test, each with the action that it has where nothing else says so."""

_MOST = 50_000  # declarations of a run
_MOST_TESTS = 200_000  # ids in them
_MOST_WILD = 5_000  # elements with `*` in the ids: each is compared with names of each test
_LONGEST_ID = 2_000
_LONGEST_WORDS = 1_000


def _read_tests(value: object, place: Place) -> tuple[str, ...]:
    several = isinstance(value, list)
    if several and not value:
        place.problem("this is empty", "at least one id of tests")
    items: Iterable[object] = value if isinstance(value, list) else [value]
    ids = []
    for number, item in enumerate(items):
        if place.is_full:
            break
        ids.append(_read_id(item, place.inside(f"[{number}]") if several else place))
    return tuple(ids)


def _read_id(value: object, place: Place) -> str:
    if not isinstance(value, str):
        place.refuse(value, "a string or an array of strings")
        return ""
    if len(value) > _LONGEST_ID:
        place.problem(f"this has {len(value)} characters", f"{_LONGEST_ID} at most")
        return ""
    try:
        elements_of(value)
    except CompatibilityError as error:
        place.add(error.problems[0])
    return value


def _read_words(value: object, place: Place) -> object:
    if isinstance(value, str) and len(value) > _LONGEST_WORDS:
        place.problem(f"this has {len(value)} characters", f"{_LONGEST_WORDS} at most")
    return words.read(value, place)


_id_schema = {"type": "string", "minLength": 1, "maxLength": _LONGEST_ID}
_tests = Kind(
    _read_tests,
    {"anyOf": [_id_schema, {"type": "array", "minItems": 1, "items": _id_schema}]},
)
_words = Kind(_read_words, {**words.schema, "maxLength": _LONGEST_WORDS})

KEYS = {
    "tests": Key(
        _tests,
        "The tests: a folder, a file, file::Class, file::Class::method, or the id of a "
        "parametrised test; `*` stands for any characters of a name, `**` for any names.",
    ),
    "requires": Key(requirements, "What they require, as their markers would say.", ()),
    "state": Key(one_of(*STATES), "What is known of them.", ""),
    "when": Key(requirements, "Where the state applies; everywhere if left out.", ()),
    "unsupported": Key(one_of(*ACTIONS), "What is done where this is unsupported.", ""),
    "undetermined": Key(one_of(*ACTIONS), "What is done where this is undetermined.", ""),
    "reason": Key(_words, "Why, for reports.", ""),
    "ticket": Key(_words, "Where it is being worked on.", ""),
    "owner": Key(_words, "Who answers for it.", ""),
    "feature": Key(_words, "What the tests are about.", ""),
}
"""The keys of a table `[[declarations]]`."""


class Declaration:
    """What one table of a file says for tests.

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
        self._patterns: Patterns[int] = Patterns()
        for number, declaration in enumerate(self.declarations):
            for test in declaration.tests:
                self._patterns.add(test, number)

    def of(self, node_id: str) -> list[Declaration]:
        """Return the declarations of a test, in the order of the files."""
        try:
            found = self._patterns.find(node_id)
        except CompatibilityError:
            return []  # other plugins have ids of their own kinds
        return [self.declarations[number] for number in sorted({*found})]


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


def _read(content: bytes, name: str) -> list[Declaration]:
    mapping = parse_toml(content, name)
    lines = Lines(content.decode("utf-8-sig"))
    problems: list[Problem] = []
    for key in [key for key in mapping if key != "declarations"]:
        problem = unknown_name(f'unknown key "{key:.80}"', key, ["declarations"])
        problems.append(problem._replace(file=_at(name, lines.keys.get(key))))
    tables = mapping.get("declarations", [])
    start = lines.keys.get("declarations", 1)
    if not isinstance(tables, list):
        Place(_at(name, start), problems, "declarations").refuse(tables, "an array of tables")
        tables = []
    own = lines.tables.get("declarations") or [TableLines(start, {})] * len(tables)
    place = Place(name, problems)
    found = [
        Declaration(name, table_lines.line, _values(table, place, table_lines))
        for table, table_lines in zip(tables, own)
        if not place.is_full
    ]
    if problems:
        raise DeclarationError(problems)
    return found


def _at(name: str, line: int | None) -> str:
    return f"{name}:{line}" if line else name


def _values(table: object, place: Place, lines: TableLines) -> dict[str, Any]:
    """Read a table, and put their lines into the problems that it has."""
    before = len(place.problems)
    known = table
    if isinstance(table, dict):
        for key in [key for key in table if key not in KEYS]:
            place.inside(key).add(unknown_name(f'unknown key "{key:.80}"', key, KEYS))
        known = {key: value for key, value in table.items() if key in KEYS}
    values = read_keys(KEYS, known, place)
    if len(place.problems) == before:
        _check(values, place)
    for number, problem in enumerate(place.problems[before:], before):
        key = re.split(r"[.\[]", problem.where, maxsplit=1)[0]
        file = f"{place.file}:{lines.keys.get(key, lines.line)}"
        place.problems[number] = problem._replace(file=file)
    return values


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
