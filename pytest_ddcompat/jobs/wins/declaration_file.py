"""A declarations file that is changed: its text beside what it says."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

from pytest_ddcompat.declarations.file import read_declarations
from pytest_ddcompat.declarations.matching import Patterns, elements_of
from pytest_ddcompat.jobs.wins import blocks
from pytest_ddcompat.jobs.wins.editing import edited, new_table
from pytest_ddcompat.matrix.loading import parse_toml
from pytest_ddcompat.values.errors import CompatibilityError, DeclarationError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    Table = dict[str, Any]
    """A declaration, as parsed."""

    Change = Callable[[Table], Table | None]
    """Returns what is to be declared in the place of a declaration; None: nothing."""

__all__ = ["DeclarationFile", "Draft", "read_file"]

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


class _Piece(NamedTuple):
    """A declaration to be written: its text, and what it says."""

    text: str
    table: Table


class Draft:
    """Changes of a declarations file; its new text is put together and checked once.

    Args:
        file: The file.
    """

    def __init__(self, file: DeclarationFile) -> None:
        self._file = file
        self._changed: dict[int, list[_Piece]] = {}
        self._added: list[_Piece] = []
        keys = [*map(_key, file.tables)]
        self._is_sorted = bool(file.blocks) and keys == sorted(keys)

    def change(
        self,
        number: int,
        tests: Sequence[str],
        others: Sequence[str],
        change: Change,
    ) -> None:
        """Change what one declaration of the file says of some of its tests.

        If it names other tests by other ids, it keeps these, and a copy for the given tests
        follows it, with what is left to say of them. If the file's declarations are sorted by
        their tests, each of the two stands where it belongs.

        Args:
            number: Which declaration it is, from 0.
            tests: Node ids, each matched by the declaration.
            others: Other tests, for which nothing is to change.
            change: The change.

        Raises:
            DeclarationError: It cannot be changed, or not for these tests alone: one of its ids
                is for other tests too, or may be.
            ModuleNotFoundError: tomlkit is not installed.
        """
        place = f"{self._file.name}:{self._file.blocks[number].line}"
        pieces = self._changed.get(number)
        if pieces is None:
            pieces = [self._whole(number, place)]
        if not pieces:
            raise DeclarationError(Problem("this goes with another change", "one", file=place))
        new = _placed(place, _split, pieces[0], tests, others, change)
        if new != pieces[:1]:
            self._changed[number] = [*new, *pieces[1:]]

    def add(self, table: Table) -> None:
        """Add a declaration: behind the others, or where it belongs if they are sorted."""
        self._added.append(_Piece(new_table(_ARRAY, table, self._file.text), table))

    def text(self) -> str:
        """Return the new text of the file, once it is sure that it says what it is meant to.

        Raises:
            DeclarationError: It would not.
        """
        file = self._file
        if not self._changed and not self._added:
            return f"{file.mark}{file.text}"
        moved = [*self._added]
        replaced, tables = {}, []
        for number, old in enumerate(file.tables):
            pieces = self._changed.get(number)
            if pieces is not None and self._is_sorted:
                pieces = sorted(pieces, key=lambda piece: _key(piece.table))
                moved += pieces[1:]
                pieces = pieces[:1]
            tables += [old] if pieces is None else [piece.table for piece in pieces]
            if pieces is not None:
                replaced[number] = [piece.text for piece in pieces]
        text = blocks.replaced(file.text, file.blocks, replaced)
        text, tables = self._with(text, tables, moved)
        return self._checked(text, tables)

    def _with(
        self, text: str, tables: list[Table], pieces: list[_Piece]
    ) -> tuple[str, list[Table]]:
        """Insert declarations, in their order if the file has one."""
        if not pieces:
            return text, tables
        standing = blocks.blocks_of(text, _ARRAY)
        at: dict[int, list[_Piece]] = {}
        keys = [*map(_key, tables)]
        for piece in sorted(pieces, key=lambda p: _key(p.table)) if self._is_sorted else pieces:
            number = bisect_right(keys, _key(piece.table)) if self._is_sorted else len(tables)
            at.setdefault(number, []).append(piece)
        wanted = []
        for number in range(len(tables) + 1):
            wanted += [piece.table for piece in at.get(number, ())]
            wanted += tables[number : number + 1]
        texts = {number: [piece.text for piece in some] for number, some in at.items()}
        return blocks.inserted(text, standing, texts), wanted

    def _whole(self, number: int, place: str) -> _Piece:
        file = self._file
        block = file.blocks[number]
        piece = _Piece(file.text[block.start : block.end], file.tables[number])
        if not _is_said(piece):
            what = "another table stands between the keys of this declaration"
            raise DeclarationError(Problem(what, "all its keys in one place", file=place))
        return piece

    def _checked(self, text: str, tables: Sequence[Table]) -> str:
        name = self._file.name
        found = f"{self._file.mark}{text}"
        try:
            says = read_file(found, name).tables
        except CompatibilityError as error:
            what = "the change cannot be made"
            if len(self._changed) == 1 and not self._added:
                (number,) = self._changed
                what = f"{name}:{self._file.blocks[number].line}: it cannot be changed"
            raise DeclarationError(each.within(what) for each in error.problems) from None
        if says != tables:
            raise DeclarationError(_no_layout()._replace(file=name))
        return found


def _key(table: Table) -> tuple[str, ...]:
    """Return by what `ddcompat lint` wants declarations sorted."""
    tests = table["tests"]
    return (tests,) if isinstance(tests, str) else tuple(tests)


def _split(
    piece: _Piece, tests: Sequence[str], others: Sequence[str], change: Change
) -> list[_Piece]:
    """Return a declaration as it is to be, with what is left of it for others first."""
    old = piece.table
    new = change(old)
    if new == old:
        return [piece]
    given, left = _apart(old["tests"], tests, others)
    wanted = [new]
    if left:
        wanted = [{**old, "tests": left}, new and {**new, "tests": given}]
    pieces = [_Piece(edited(piece.text, _ARRAY, old, one), one) for one in wanted if one]
    if not all(map(_is_said, pieces)):
        raise CompatibilityError(_no_layout())
    return pieces


def _is_said(piece: _Piece) -> bool:
    """Whether the text of a declaration says just what it is meant to."""
    try:
        return parse_toml(piece.text.encode(), "") == {_ARRAY: [piece.table]}
    except CompatibilityError:
        return False


def _no_layout() -> Problem:
    return Problem("its layout cannot be kept", "a change by hand")


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
    wide = [(i, t) for t, found in given.items() for i in found if _is_wide(i, t)]
    if wide:
        what = f'"{wide[0][0]:.200}" may be for other tests than "{wide[0][1]:.200}" too'
        raise CompatibilityError(Problem(what, "an id for each test; by hand"))
    return [each for each in names if each in matched], [n for n in names if n not in matched]


def _is_wide(name: str, test: str) -> bool:
    """Whether an id of a test is neither its own nor its own without parameters."""
    return "*" in name or elements_of(name) not in {
        elements_of(test),
        elements_of(test.partition("[")[0]),
    }


def _found(patterns: Patterns[str], test: str) -> list[str]:
    try:
        return patterns.find(test)
    except CompatibilityError:
        return []  # other plugins have ids of their own kinds
