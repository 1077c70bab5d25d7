"""Which declarations are for no test, though the tests that they could be for were collected."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.declarations.matching import elements_of, joined
from pytest_ddcompat.values.complaint import Complaint
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.names import nearest_misspelt, unknown_name
from pytest_ddcompat.values.text import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pytest_ddcompat.declarations.file import Declarations

__all__ = ["nearest_declared", "unmatched"]

_LISTED = 10  # names that a message lists
_MOST_COMPARED = 1500  # names among which the nearest is sought
_MOST_HINTS = 100  # ids of which a message says where they go wrong: each takes a comparison


def unmatched(
    declarations: Declarations, node_ids: Collection[str], whole: Iterable[str]
) -> list[Complaint]:
    """Find ids in declarations that no test has.

    Args:
        declarations: What is looked at.
        node_ids: Ids of the collected tests, those too that were deselected.
        whole: Files and folders of which all tests were collected, as ids have them; an empty
            one stands for all folders.
    """
    complete = {elements_of(path) if path else () for path in whole}
    used = declarations.used(node_ids)
    names: _Names | None = None
    found: list[Complaint] = []
    for each in declarations.declarations:
        for test in each.tests:
            if test not in used and _is_within(test, complete):
                names = names or _Names(node_ids)
                why = names.absence(test) if len(found) < _MOST_HINTS else Problem("")
                what = f"no collected test is {quoted(test)}{': ' if why.what else ''}{why.what}"
                where, tip = f"{each.place}: tests", "correct the id, or remove it"
                found.append(Complaint(where, what, "", why.valid, tip))
    return found


def nearest_declared(declarations: Declarations, test: str) -> str:
    """Return the declared id that another one is probably a misspelling of; empty if none is."""
    ids = (one for each in declarations.declarations for one in each.tests if "*" not in one)
    return _Names(ids).nearest(test)


def _is_within(test: str, complete: set[tuple[str, ...]]) -> bool:
    """Whether all that a pattern can mean is in one of some files and folders."""
    elements = elements_of(test)
    literal = next((n for n, element in enumerate(elements) if "*" in element), len(elements))
    return any(elements[:end] in complete for end in range(literal + 1))


class _Names:
    """The names of collected tests, by the elements of their ids."""

    def __init__(self, node_ids: Iterable[str]) -> None:
        self._root: dict[str, Any] = {}
        for node_id in node_ids:
            branch = self._root
            try:
                for element in elements_of(node_id):
                    branch = branch.setdefault(element, {})
            except CompatibilityError:
                continue  # an id of another plugin, which no declaration can be for

    def absence(self, test: str) -> Problem:
        """Say at which of its names an id differs from those of all collected tests."""
        branch, before = self._root, ""
        for element in elements_of(test):
            if element not in branch:
                return _absence(element, before, branch)
            branch, before = branch[element], joined(before, element)
        return Problem("")

    def nearest(self, test: str) -> str:
        """Return the id of which one name is similar to that of another id; empty if none is."""
        branch, found, changed = self._root, "", False
        for name in elements_of(test):
            element = name
            if element not in branch:
                kind = _kind_of(element)
                others = (other for other in branch if _kind_of(other) == kind)
                few = islice(others, _MOST_COMPARED)
                similar = None if changed else nearest_misspelt(element, few)
                if similar is None:
                    return ""
                element, changed = similar, True
            branch, found = branch[element], joined(found, element)
        return found


def _absence(element: str, before: str, branch: dict[str, Any]) -> Problem:
    if "*" in element:
        return Problem("")
    where = f'"{before}"' if before else "this run"
    kind = _kind_of(element)
    siblings = [name.removeprefix("::") for name in branch if _kind_of(name) == kind]
    name = element.removeprefix("::")
    problem = unknown_name(f'{where} has no {kind} "{name}"', name, siblings)
    return problem if len(siblings) <= _LISTED else problem._replace(valid="")


def _kind_of(element: str) -> str:
    if element.startswith("::"):
        return "class or test"
    return "parameters" if element.startswith("[") else "file or folder"
