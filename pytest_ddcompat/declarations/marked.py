"""Say with declarations what the markers of tests say, in as few tables as are exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.declarations.keys import LONGEST_ID
from pytest_ddcompat.declarations.matching import elements_of, joined
from pytest_ddcompat.declarations.requirements import MOST
from pytest_ddcompat.requirement.requirement import with_strict
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["MarkedTest", "Table", "tables_of_marks"]


class MarkedTest(NamedTuple):
    """A collected test with its markers.

    Attributes:
        id: Its node id.
        place: File and line of it.
        marks: What each marker requires, and what it says of `strict`.
    """

    id: str
    place: str
    marks: tuple[tuple[Requirement, bool | None], ...] = ()


class Table(NamedTuple):
    """A declaration to write.

    Attributes:
        tests: Ids of tests.
        requires: What they require, each as a table.
        unsupported: The action where that is unsupported; empty: that of the run.
    """

    tests: tuple[str, ...]
    requires: tuple[dict[str, Any], ...]
    unsupported: str = ""


def tables_of_marks(tests: Iterable[MarkedTest]) -> tuple[list[Table], list[str]]:
    """Make declarations of markers.

    What all tests of a file, class or function have in common is declared for that.

    Args:
        tests: All tests of the files, those without markers among them.

    Returns:
        The tables, sorted; and what cannot be declared, each with its place.
    """
    root = _Node("")
    problems: dict[str, None] = {}
    for test in tests:
        marks: dict[Any, None] = {}
        for requirement, strict in test.marks:
            if strict is False:
                marker = with_strict(requirement.marker, strict)
                lost = f"{marker}: declarations have no strict=False, so keep it"
                problems[f"{test.place}: {lost}"] = None
            else:
                marks[requirement, strict] = None
        try:
            root.add(test, marks)
        except CompatibilityError as error:
            if marks:
                problems[f"{test.place}: {error}"] = None
    found: dict[tuple[str, Any], list[str]] = {}
    for outer, id_, marks in root.declared({}, problems):
        for content in _contents(marks):
            found.setdefault((outer, content), []).append(id_)
    tables = [
        Table(tuple(sorted(ids)), tuple(map(_arguments, requires)), unsupported)
        for (_, (requires, unsupported)), ids in found.items()
    ]
    return sorted(tables, key=lambda table: table.tests), [*problems]


class _Node:
    """A folder, file, class or test, with the marks that all tests in it have in common."""

    def __init__(self, id_: str) -> None:
        self.id = id_
        self.inner: dict[str, _Node] = {}
        self.places: list[str] = []
        self.common: dict[Any, None] | None = None

    def add(self, test: MarkedTest, marks: dict[Any, None]) -> None:
        """Add a test; its id must be one that a declaration can have."""
        node = self
        elements = elements_of(test.id)
        node.share(marks)
        for element in elements:
            node = node.inner.setdefault(element, _Node(joined(node.id, element)))
            node.share(marks)
        node.places.append(test.place)

    def share(self, marks: dict[Any, None]) -> None:
        """Keep what a further test in it has in common with the others."""
        known = marks if self.common is None else self.common
        self.common = {mark: None for mark in known if mark in marks}

    def declared(
        self, above: dict[Any, None], problems: dict[str, None], outer: str = ""
    ) -> Iterator[tuple[str, str, dict[Any, None]]]:
        """Yield the id of each node that needs a declaration, with what is above it before."""
        own = {mark: None for mark in self.common or () if mark not in above}
        if own and self._can_stand:
            yield outer, self.id, own
            above = {**above, **own}
        elif own:
            lost = "no declaration can be for this id alone, so keep its markers"
            problems.update((f"{place}: {self.id[:80]}: {lost}", None) for place in self.places)
        for node in self.inner.values():
            yield from node.declared(above, problems, self.id)

    @property
    def _can_stand(self) -> bool:
        """Whether a declaration can be for exactly what is in it: no folder, and no `*`."""
        is_folder = any(element[0] not in ":[" for element in self.inner) or not self.id
        return not is_folder and "*" not in self.id and len(self.id) <= LONGEST_ID


def _contents(marks: Iterable[Any]) -> Iterator[tuple[tuple[Requirement, ...], str]]:
    for strict, action in ((None, ""), (True, "fail")):
        requires = sorted((r for r, own in marks if own is strict), key=lambda r: r.marker)
        for start in range(0, len(requires), MOST):
            yield tuple(requires[start : start + MOST]), action


def _arguments(requirement: Requirement) -> dict[str, Any]:
    """Return the table that `requires` has for a requirement."""
    table: dict[str, Any] = {}
    kind = requirement.kind
    if kind == "platform":
        table = {key: _one_or_all(values) for key, values in requirement.values}
    elif kind == "fact":
        ((name, values),) = requirement.values
        table = {"fact": name}
        if values and values != (True,):
            table["value"] = _one_or_all(values)
    else:
        first = {
            "capability": requirement.names,
            "framework": requirement.frameworks,
            "deployment": requirement.deployments,
            "package": requirement.packages,
            "support_level": (requirement.level,),
        }
        table = {kind: _one_or_all(first.get(kind, (requirement.specifier,)))}
        if kind in {"framework", "package"} and requirement.specifier:
            table["specifier"] = requirement.specifier
    if kind == "capability":
        others = {
            "framework": requirement.frameworks,
            "deployment": requirement.deployments,
            "datastore": requirement.datastores,
            "support_level": (requirement.level,) if requirement.level else (),
        }
        table.update((key, _one_or_all(values)) for key, values in others.items() if values)
        if not requirement.preview:
            table["preview"] = False
    if requirement.excluded:
        table["excluded"] = _one_or_all(requirement.excluded)
    if requirement.matrix is not None:
        table["matrix"] = requirement.matrix
    return table


def _one_or_all(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else values
