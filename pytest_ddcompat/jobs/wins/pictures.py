"""The results of all runs, so that a change for some tests is judged for the others too."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.evaluation.expectations import needed
from pytest_ddcompat.jobs.json_columns import parsed
from pytest_ddcompat.jobs.wins.variants import requirement_of
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["Picture", "Pictures", "capabilities_of"]


class Picture(NamedTuple):
    """The runs of a test in a variant.

    Attributes:
        test: Its node id.
        variant: What tells its runs apart, as JSON.
        markers: Its markers.
        places: Files and lines of its declarations.
        last_failed: Place of the highest version with which it failed; None: it never did.
        first_passed: Place of the lowest version with which it passed; None: it never did.
    """

    test: str
    variant: str
    markers: tuple[str, ...]
    places: frozenset[str]
    last_failed: int | None
    first_passed: int | None


class Pictures:
    """The runs of all tests.

    Args:
        rows: Rows of the question `pictures`.
        versions: The versions of the tracer, by their place.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]], versions: Sequence[str]) -> None:
        self._all = [
            Picture(
                row["test"], row["variant"], tuple(parsed(row, "requires")),
                frozenset(each["place"] for each in parsed(row, "declarations")),
                row["last_failed"], row["first_passed"],
            )
            for row in rows
        ]  # fmt: skip
        self._by_capability: dict[str, dict[str, list[Picture]]] = {}
        self._places = {version: place for place, version in enumerate(versions)}
        self._versions = versions

    def place(self, version: str) -> int:
        """Return the place of a version in their order."""
        return self._places[version]

    def highest(self, versions: Iterable[str]) -> str:
        """Return the highest of some versions."""
        return self._versions[max(map(self.place, versions))]

    def failing(self, test: str, place: str, version: str | None = None) -> list[Picture]:
        """Return where a declared test failed, with a version or a higher one.

        Args:
            test: Its node id.
            place: File and line of the declaration.
            version: The version; None: any.
        """
        least = 0 if version is None else self.place(version)
        return [
            one
            for one in self._by_test[test]
            if place in one.places and one.last_failed is not None and one.last_failed >= least
        ]

    def against(self, kind: str, capability: str, page: Matrix, version: str) -> list[Picture]:
        """Return the tests that speak against a version as the minimum of a capability.

        Args:
            kind: `works`: those that failed with it or a higher one; `fails`: those that passed
                with a lower one.
            capability: Id of the capability.
            page: The page.
            version: The version.
        """
        limit = self.place(version)
        return [
            one
            for one in self._of_page(page).get(capability, ())
            if (
                (one.last_failed is not None and one.last_failed >= limit)
                if kind == "works"
                else (one.first_passed is not None and one.first_passed < limit)
            )
        ]

    def _of_page(self, page: Matrix) -> dict[str, list[Picture]]:
        """Return the runs of tests by the capabilities of a page that they need."""
        if page.page.id not in self._by_capability:
            found: dict[str, list[Picture]] = defaultdict(list)
            needed_by: dict[tuple[str, ...], set[str]] = {}
            for one in self._all:
                if one.markers not in needed_by:
                    needed_by[one.markers] = capabilities_of(one.markers, page)
                for capability in needed_by[one.markers]:
                    found[capability].append(one)
            self._by_capability[page.page.id] = found
        return self._by_capability[page.page.id]

    @cached_property
    def _by_test(self) -> Mapping[str, list[Picture]]:
        found: dict[str, list[Picture]] = defaultdict(list)
        for one in self._all:
            found[one.test].append(one)
        return found


def capabilities_of(markers: Iterable[str], page: Matrix) -> set[str]:
    """Return the ids of the capabilities that markers need, of those that the page has."""
    found: set[str] = set()
    for requirement in filter(None, map(requirement_of, markers)):
        try:
            found |= needed(requirement, page)
        except CompatibilityError:
            continue  # of another page
    return found
