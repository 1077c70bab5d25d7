"""Propose changes for news: free a declaration, change a minimum, or correct a page."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pytest_ddcompat.jobs.wins.pictures import capabilities_of
from pytest_ddcompat.jobs.wins.texts import (
    TRACER,
    declaration_text,
    others,
    reason_of,
    row_of,
    row_text,
    source_of,
)
from pytest_ddcompat.jobs.wins.values import IN_SOURCE, Found, Ground, Proposal
from pytest_ddcompat.jobs.wins.variants import requirement_of
from pytest_ddcompat.matrix.rows import NOT_THERE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pytest_ddcompat.jobs.wins.bugs import Bugs
    from pytest_ddcompat.jobs.wins.pictures import Pictures
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["Advisor"]

_TEST = "the test"
_BY_HAND = "a person must decide how"
_NOT_AT_HAND = "the page is not at hand; --matrix names it"
_CHANGED = "the page has changed since these runs"


class Advisor:
    """Proposes what to do about news of tests.

    Args:
        news: All news.
        pictures: What all runs came to.
        pages: The pages by which the runs were decided, as far as they are at hand.
        bugs: What proposes to declare bugs.
        changed: Ids of the pages that are at hand with another content.
    """

    def __init__(
        self,
        news: Sequence[Found],
        pictures: Pictures,
        pages: Sequence[Matrix],
        bugs: Bugs,
        changed: Collection[str] = (),
    ) -> None:
        self._pictures = pictures
        self._bugs = bugs
        self._changed = changed
        self._pages = {page.page.id: page for page in pages}
        # A declaration holds in all variants: it ends where the test works in the last of them.
        self._bounds: dict[tuple[str, str], set[str]] = defaultdict(set)
        for one in news:
            for ground in one.grounds if one.kind == "works" and one.version else ():
                for place in _declared_at(ground):
                    self._bounds[place, one.test].add(str(one.version))
        self._known: dict[Found, tuple[Proposal, ...]] = {}

    def of(self, found: Found) -> tuple[Proposal, ...]:
        """Return the proposals for a test's news, without what rests on its runs."""
        if found not in self._known:
            each = self._works(found) if found.kind == "works" else self._fails(found)
            self._known[found] = tuple(dict.fromkeys(each))
        return self._known[found]

    def together(self, proposals: Sequence[Proposal], some: Sequence[Found]) -> Proposal:
        """Return one proposal for several tests, with its source and its text.

        Args:
            proposals: The same for each test.
            some: The news of the tests.
        """
        places = tuple(dict.fromkeys(place for each in proposals for place in each.places))
        first = proposals[0]._replace(places=places)
        told = first._replace(source=source_of(some), reason=reason_of(first, some))
        if told.state:
            return told._replace(text=declaration_text(told, [one.test for one in some]))
        return told._replace(text=row_text(told)) if told.row else told

    def _works(self, found: Found) -> Iterator[Proposal]:
        for ground in found.grounds:
            declared = _declared_at(ground)
            if ground.by_author:
                yield Proposal("marker", "remove the mark xfail of their author", (ground.place,),
                               note=IN_SOURCE)  # fmt: skip
            elif ground.check == "state" and declared:
                yield from (self._freed(found, place) for place in declared)
            elif ground.subject == _TEST:
                yield from self._lowered(found, ground, declared)
            elif ground.check:
                yield self._corrected(found, ground)
            else:
                yield Proposal("marker", f"what expects it to fail: {', '.join(ground.markers)}",
                               (ground.place,), note=_BY_HAND)  # fmt: skip

    def _freed(self, found: Found, place: str) -> Proposal:
        """Propose that a declaration ends with a version, or no longer is of the test."""
        pictures, test = self._pictures, found.test
        if not pictures.failing(test, place):
            return Proposal("declaration", f"take them out of the declaration at {place}", (place,))
        version = pictures.highest(self._bounds[place, test])
        failing = pictures.failing(test, place, version)
        words = f"end the declaration at {place} with {TRACER} <{version}"
        note = f"it still fails {others(failing)}" if failing else ""
        return Proposal("declaration", words, (place,), version, note=note)

    def _lowered(self, found: Found, ground: Ground, declared: Sequence[str]) -> Iterator[Proposal]:
        """Propose another minimum of the tracer that a declaration or a marker requires."""
        if ground.check != "tracer":
            kind, where = ("declaration", declared) if declared else ("marker", (ground.place,))
            words = f"change {ground.marker}: needs {ground.documented}"
            yield Proposal(kind, words, tuple(where), note=_BY_HAND)
        elif not declared:
            words = f"lower the minimum of {ground.marker} to {found.version}"
            yield Proposal("minimum", words, (ground.place,), found.version, note=IN_SOURCE)
        for place in declared if ground.check == "tracer" else ():
            version = self._pictures.highest(self._bounds[place, found.test])
            failing = self._pictures.failing(found.test, place, version)
            words = f"lower the minimum of {TRACER} in the declaration at {place} to {version}"
            note = f"it still fails {others(failing)}" if failing else ""
            yield Proposal("minimum", words, (place,), version, note=note)

    def _corrected(self, found: Found, ground: Ground) -> Proposal:
        """Propose another minimum of a page's capability."""
        page, version = self._pages.get(ground.matrix), found.version
        words = f"correct {ground.matrix}: {ground.subject} needs {ground.documented}"
        plain = Proposal("overlay", words, matrix=ground.matrix, capability=ground.subject)
        if page is None:
            is_old = ground.matrix in self._changed
            return plain._replace(note=_CHANGED if is_old else _NOT_AT_HAND)
        capability = page.find_capability(ground.subject)
        if ground.check != "tracer" or capability is None or version is None:
            return plain._replace(note=_BY_HAND)
        if capability.minimums or capability.versions or _is_expression(ground.marker, page):
            return plain._replace(note="the page has no single minimum for it")
        against = self._pictures.against(found.kind, capability.id, page, version)
        what = "fails" if found.kind == "works" else "passes below it"
        note = f"{against[0].test} {what} {others(against)}" if against else ""
        status = (("status", "available"),) if capability.status in NOT_THERE else ()
        return Proposal(
            "overlay",
            f"correct {page.page.id}: {capability.id} from {TRACER} {version} on",
            version=version,
            matrix=page.page.id,
            capability=capability.id,
            row=(*row_of(capability.id, version), *status),
            note=note,
        )

    def _fails(self, found: Found) -> Iterator[Proposal]:
        grounds = [one for one in found.grounds if one.subject not in {_TEST, ""}]
        subjects = {(one.matrix, one.subject) for one in grounds}
        # Of several capabilities none can be told to be the one.
        overlays = [self._corrected(found, grounds[0])] if found.version and grounds else []
        overlays = overlays if len(subjects) == 1 else []
        if overlays and overlays[0].note in {"", _CHANGED}:
            yield overlays[0]
            return
        declared = self._bugs.of(found)
        is_old = found.version and any(one.matrix in self._changed for one in grounds)
        yield declared._replace(note=declared.note or _CHANGED) if is_old else declared
        yield from overlays


def _declared_at(ground: Ground) -> list[str]:
    """Return the places of the declarations that a ground rests on."""
    requirement = requirement_of(ground.marker) if ground.marker else None
    state = requirement.names[0] if requirement and requirement.kind == "state" else ""
    return [
        one["place"]
        for one in ground.declared
        if one["verdict"] == "unsupported" and one.get("state", "") == state
    ]


def _is_expression(marker: str, page: Matrix) -> bool:
    """Whether a marker requires anything but plain capabilities, all of them."""
    requirement = requirement_of(marker)
    names = requirement.names if requirement else ()
    plain = all(page.find_capability(name) is not None for name in names)
    return not (names and plain and capabilities_of([marker], page))
