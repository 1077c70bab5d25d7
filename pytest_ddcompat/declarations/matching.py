"""Find the declarations of a test by the elements of its node id."""

from __future__ import annotations

from functools import lru_cache
from posixpath import normpath
from typing import TYPE_CHECKING, Generic, TypeVar

from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.wildcards import fits

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Patterns", "elements_of", "joined"]

T = TypeVar("T")

_DEEP = "**"
_LONGEST_HINT = 80
_VALID = "a folder, file, file::Class, file::Class::method or file::test[parameters]"


def elements_of(node_id: str) -> tuple[str, ...]:
    """Split a node id, or a pattern of some: `a/b.py::C::m[x]` is `a`, `b.py`, `::C`, `::m`, `[x]`.

    Raises:
        CompatibilityError: An element is empty, or leads out of the folder that it stands in.
    """
    elements = _split(node_id)
    if not elements:
        raise CompatibilityError(_no_id(node_id))
    return elements


@lru_cache(maxsize=10_000)  # a run splits the id of a declared test four times
def _split(node_id: str) -> tuple[str, ...]:
    """Split a node id as `elements_of` does; return nothing for other texts."""
    # Parameters may hold any of the separators.
    names, bracket, parameters = node_id.partition("[")
    path, *classes = names.split("::")
    folders = path.split("/")
    if len(folders) > 1 and not folders[-1] and not classes:
        del folders[-1]  # of `folder/`
    elements = [*folders, *(f"::{name}" for name in classes)]
    if {"", "::", ".", ".."}.intersection(elements) or "\\" in path:
        return ()
    return (*elements, f"[{parameters}") if bracket else tuple(elements)


def _no_id(node_id: str) -> Problem:
    """Say why a text is no id of tests, or which id it may stand for."""
    what = f'"{node_id:.80}" is not the id of tests'
    path, colons, names = node_id.partition("::")
    plain = normpath(path.replace("\\", "/"))
    if plain.startswith(("/", "..")) or plain[1:2] == ":":
        return Problem(f"{what}: ids start below the root folder of pytest", _VALID)
    near = f"{plain}{colons}{names}"
    is_hint = len(near) <= _LONGEST_HINT and _split(near)
    return Problem(f'{what}; did you mean "{near}"?' if is_hint else what, _VALID)


def joined(node_id: str, element: str) -> str:
    """Return the id of an element, as `elements_of` has it, within what another id describes."""
    joint = "" if not node_id or element[0] in ":[" else "/"
    return f"{node_id}{joint}{element}"


class Patterns(Generic[T]):
    """Patterns of node ids, each with a value.

    `*` stands for any characters of an element, and `**` for any number of elements. A pattern
    holds for each test whose id begins with what it describes, element by element: parameters
    count only where they are written. The time to find the patterns of a test depends on those
    that begin as its id does, not on the number of all.
    """

    def __init__(self) -> None:
        self._root: _Branch[T] = _Branch()

    def add(self, pattern: str, value: T) -> None:
        """Add a pattern.

        Raises:
            CompatibilityError: No node id can begin with it.
        """
        branch = self._root
        for element in elements_of(pattern):
            branch = branch.grow(element)
        branch.values.append(value)

    def find(self, node_id: str) -> list[T]:
        """Return the values of the patterns that hold for a node id, in no particular order."""
        ended: dict[int, _Branch[T]] = {}
        active = _with_deep([self._root])
        for element in elements_of(node_id):
            active = _with_deep([one for branch in active for one in branch.follow(element)])
            for branch in active:
                if branch.values:
                    ended[id(branch)] = branch
        return [value for branch in ended.values() for value in branch.values]


class _Branch(Generic[T]):
    """All patterns that begin alike: where they go on, and the values of those that end here."""

    __slots__ = ("deep", "is_deep", "literal", "values", "wild")

    def __init__(self, *, is_deep: bool = False) -> None:
        self.is_deep = is_deep
        self.literal: dict[str, _Branch[T]] = {}
        self.wild: dict[str, _Branch[T]] = {}
        self.deep: _Branch[T] | None = None
        self.values: list[T] = []

    def grow(self, element: str) -> _Branch[T]:
        """Return the branch of one more element, which is made if it is new."""
        if element != _DEEP:
            branches = self.wild if "*" in element else self.literal
            return branches.setdefault(element, _Branch())
        if self.is_deep:
            return self  # `**/**` says the same as `**`
        if self.deep is None:
            self.deep = _Branch(is_deep=True)
        return self.deep

    def follow(self, element: str) -> Iterator[_Branch[T]]:
        """Yield the branches on which an element of a node id leads."""
        if self.is_deep:
            yield self
        literal = self.literal.get(element)
        if literal is not None:
            yield literal
        for pattern, branch in self.wild.items():
            if _fits(element, pattern):
                yield branch


def _with_deep(branches: list[_Branch[T]]) -> list[_Branch[T]]:
    """Add the branches of a `**` that stands for no element; each branch is there once."""
    if not branches or (len(branches) == 1 and branches[0].deep is None):
        return branches  # of nearly all tests: all else takes twice as long
    found: dict[int, _Branch[T]] = {}
    for branch in branches:
        found[id(branch)] = branch
        if branch.deep is not None:
            found[id(branch.deep)] = branch.deep
    return list(found.values())


def _fits(element: str, pattern: str) -> bool:
    """Whether an element fits a pattern of its kind: a name is no folder, nor are parameters."""
    is_alike = all(element.startswith(k) is pattern.startswith(k) for k in ("::", "["))
    return is_alike and fits(element, pattern)
