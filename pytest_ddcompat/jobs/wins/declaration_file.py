"""A declarations file that is changed: its text beside what it says."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

from pytest_ddcompat.declarations.file import read_declarations
from pytest_ddcompat.declarations.matching import Patterns
from pytest_ddcompat.jobs.wins import blocks
from pytest_ddcompat.jobs.wins.editing import edited, new_table
from pytest_ddcompat.matrix.loading import parse_toml
from pytest_ddcompat.values.errors import CompatibilityError, DeclarationError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    Table = dict[str, Any]
    """A declaration, as parsed."""

__all__ = ["DeclarationFile", "read_file"]

_MARK = "\ufeff"
_ARRAY = "declarations"


class DeclarationFile(NamedTuple):
    """A declarations file: its text without a byte order mark, and what it says.

    Attributes:
        name: Its name.
        mark: The mark, if it has one.
        text: The text.
        tables: The declarations, as parsed.
        blocks: Where each stands; none if they stand in one array.
    """

    name: str
    mark: str
    text: str
    tables: list[Table]
    blocks: list[blocks.Block]

    def changed(
        self,
        line: int,
        tests: Sequence[str],
        others: Sequence[str],
        change: Callable[[Table], Table | None],
    ) -> str:
        """Change what one declaration says of some of its tests."""
        with_place = partial(_placed, f"{self.name}:{line}")
        number = with_place(self._at, line)
        old = self.tables[number]
        new = with_place(change, old)
        if new == old:
            return f"{self.mark}{self.text}"
        given, left = with_place(_apart, old["tests"], tests, others)
        wanted = [new]
        if left:
            wanted = [{**old, "tests": left}, new and {**new, "tests": given}]
        tables = [table for table in wanted if table is not None]
        block = self.blocks[number]
        if tables:
            own = self.text[block.start : block.end]
            texts = [with_place(edited, own, _ARRAY, old, table) for table in tables]
            found = blocks.replaced(self.text, self.blocks, number, texts)
        else:
            found = blocks.without(self.text, block)
        return self._checked(
            found, [*self.tables[:number], *tables, *self.tables[number + 1 :]], line
        )

    def _at(self, line: int) -> int:
        """Return which declaration stands at a line, with all its keys."""
        lines = [block.line for block in self.blocks]
        if line not in lines:
            near = [str(each) for each in sorted(lines, key=lambda each: abs(each - line))[:3]]
            valid = f"line {' or '.join(near)}" if near else "tables that begin [[declarations]]"
            raise CompatibilityError(Problem("no declaration begins here", valid))
        number = lines.index(line)
        block = self.blocks[number]
        alone = parse_toml(self.text[block.start : block.end].encode(), self.name)
        if alone != {_ARRAY: [self.tables[number]]}:
            what = "another table stands between the keys of this declaration"
            raise CompatibilityError(Problem(what, "all its keys in one place"))
        return number

    def added(self, table: Table) -> str:
        """Add a declaration behind the others."""
        text = new_table(_ARRAY, table, self.text)
        return self._checked(blocks.inserted(self.text, self.blocks, text), [*self.tables, table])

    def _checked(self, text: str, tables: Sequence[Table], line: int | None = None) -> str:
        """Return a new text, once it is sure that it says what it is meant to."""
        place = self.name if line is None else f"{self.name}:{line}"
        found = f"{self.mark}{text}"
        try:
            says = read_file(found, self.name).tables
        except CompatibilityError as error:
            origin = "the change cannot be made"
            origin = origin if line is None else f"{place}: it cannot be changed"
            raise DeclarationError(each.within(origin) for each in error.problems) from None
        if says != tables:
            problem = Problem("its layout cannot be kept", "a change by hand", file=place)
            raise DeclarationError(problem)
        return found


@lru_cache(maxsize=1)  # of several changes, each begins with the result of another
def read_file(text: str, name: str) -> DeclarationFile:
    """Read a declarations file from its text.

    Raises:
        DeclarationError: It cannot be understood.
    """
    content = _bytes(text, name)
    read_declarations(content, name)  # it must be right before it can be changed
    plain = text.removeprefix(_MARK)
    return DeclarationFile(
        name,
        text[: len(text) - len(plain)],
        plain,
        parse_toml(content, name).get(_ARRAY, []),
        blocks.blocks_of(plain, _ARRAY),
    )


def _placed(place: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function, and put a place into the problems that it has."""
    try:
        return function(*arguments)
    except CompatibilityError as error:
        raise DeclarationError(each._replace(file=place) for each in error.problems) from None


def _bytes(text: str, name: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise DeclarationError(Problem("this is not UTF-8 text", file=name)) from None


def _apart(
    ids: str | Sequence[str], tests: Sequence[str], others: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Sort a declaration's ids by whether they match given tests or others."""
    names = [ids] if isinstance(ids, str) else [*ids]
    patterns: Patterns[str] = Patterns()
    for each in dict.fromkeys(names):
        patterns.add(each, each)
    given = {each: _found(patterns, each) for each in tests}
    stray = [test for test, found in given.items() if not found]
    if stray or not given:
        what = f'this is not for "{stray[0]:.200}"' if stray else "no tests are given"
        raise CompatibilityError(Problem(what, f"tests of {', '.join(names[:3])}"))
    matched = {each for found in given.values() for each in found}
    for test in others:
        for each in _found(patterns, test) if test not in given else ():
            if each in matched:
                what = f'"{each:.200}" is for "{test:.200}" too'
                raise CompatibilityError(Problem(what, "an id for each; split it by hand"))
    return [each for each in names if each in matched], [n for n in names if n not in matched]


def _found(patterns: Patterns[str], test: str) -> list[str]:
    try:
        return patterns.find(test)
    except CompatibilityError:
        return []  # other plugins have ids of their own kinds
