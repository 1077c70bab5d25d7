"""Declarations files: what is said for tests, read and checked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.declarations.keys import ACTIONS, KEYS, STATES
from pytest_ddcompat.declarations.lines import Lines
from pytest_ddcompat.declarations.matching import Patterns, elements_of
from pytest_ddcompat.declarations.requirements import unknown_key
from pytest_ddcompat.declarations.tables import MOST, tables_of
from pytest_ddcompat.matrix.facts import FactDeclaration, together
from pytest_ddcompat.matrix.fields import read_keys
from pytest_ddcompat.matrix.loading import LIMIT, parse_toml
from pytest_ddcompat.values.errors import (
    CompatibilityError,
    DeclarationError,
    MatrixError,
    Place,
    Problem,
)
from pytest_ddcompat.values.files import read_limited
from pytest_ddcompat.values.names import is_misspelling

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["ACTIONS", "STATES", "Declaration", "Declarations", "is_declarations_file",
           "load_declarations", "read_content", "read_declarations"]  # fmt: skip

_FILE_KEYS = ("declarations", "facts")
_MOST_TESTS = 200_000  # ids of a run
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
        facts: The user-defined facts that the files declare, each once.
    """

    def __init__(
        self, declarations: Sequence[Declaration], facts: Sequence[FactDeclaration] = ()
    ) -> None:
        self.declarations = tuple(declarations)
        self.facts = tuple(facts)
        self._patterns: Patterns[tuple[int, str]] = Patterns()
        self._found: dict[str, list[tuple[int, str]]] = {}
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
        # Kept, since a run asks when it marks a test, and again for patterns that no test has.
        found = self._found.get(node_id)
        if found is None:
            try:
                found = self._patterns.find(node_id)
            except CompatibilityError:
                found = []  # other plugins have ids of their own kinds
            self._found[node_id] = found
        return found


def load_declarations(files: Sequence[tuple[str, bytes]]) -> Declarations:
    """Read several declarations files.

    Args:
        files: The name and the content of each.

    Raises:
        DeclarationError: Some cannot be understood; all `problems` are named together.
    """
    found: list[Declaration] = []
    facts: list[FactDeclaration] = []
    problems: list[Problem] = []
    for name, content in files:
        try:
            declarations, own = _read(content, name)
        except CompatibilityError as error:
            problems += error.problems
        else:
            found += declarations
            facts += own
    problems = problems or _excesses(found)
    if problems:
        raise DeclarationError(problems)
    try:
        return Declarations(found, tuple(together(facts).values()))
    except MatrixError as error:
        raise DeclarationError(error.problems) from None


def read_declarations(content: bytes, name: str) -> Declarations:
    """Read one declarations file.

    Args:
        content: The file's bytes.
        name: Name of the file, for messages.

    Raises:
        DeclarationError: It cannot be understood; all `problems` are named together.
    """
    return load_declarations([(name, content)])


def read_content(path: str | os.PathLike[str], name: str) -> bytes:
    """Read the bytes of a declarations file.

    Args:
        path: The file.
        name: Name of the file, for messages.

    Raises:
        DeclarationError: It cannot be read, or is too large.
    """
    try:
        return read_limited(path, LIMIT)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DeclarationError(Problem(f"cannot read this file: {reason}", file=name)) from None


def is_declarations_file(mapping: Mapping[str, object]) -> bool:
    """Whether a parsed TOML file is one of declarations, and no matrix or overlay.

    One whose only keys are misspelt is one too, so that its errors are those of declarations.
    """
    has_any = any(key in _FILE_KEYS or is_misspelling(key, _FILE_KEYS) for key in mapping)
    return has_any and mapping.keys().isdisjoint({"page", "extends"})


def _read(content: bytes, name: str) -> tuple[list[Declaration], list[FactDeclaration]]:
    mapping = parse_toml(content, name)
    lines = Lines(content.decode("utf-8-sig"))
    place = Place(name, [])
    for key in mapping:
        if key not in _FILE_KEYS:
            file = f"{name}:{lines.keys.get(key, 1)}"
            place.problems.append(unknown_key(key, _FILE_KEYS)._replace(file=file))
    read = partial(read_keys, KEYS)
    declarations = [
        Declaration(name, table.lines.line, table.read(KEYS, read, place, _check))
        for table in tables_of("declarations", mapping, lines, place)
    ]
    facts = [
        table.read(FactDeclaration.fields, FactDeclaration.from_table, place)
        for table in tables_of("facts", mapping, lines, place)
    ]
    if place.problems:
        raise DeclarationError(place.problems)
    return declarations, [fact for fact in facts if fact is not None]


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
        "declarations": (len(declarations), MOST),
        "ids of tests": (len(ids), _MOST_TESTS),
        "names with `*`": (wild, _MOST_WILD),
    }
    return [
        Problem(f"there are {count} {what}", f"{most} at most")
        for what, (count, most) in counts.items()
        if count > most
    ]
