"""Find what is probably wrong with declarations, before any test is collected."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from pytest_ddcompat.declarations.matching import elements_of
from pytest_ddcompat.matrix.rows import NOT_THERE
from pytest_ddcompat.values.complaint import Complaint
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.names import fact_id, nearest_misspelt
from pytest_ddcompat.values.spans import regions
from pytest_ddcompat.values.stretches import stretches_of
from pytest_ddcompat.values.text import quoted
from pytest_ddcompat.values.versions import base, parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pytest_ddcompat.declarations.file import Declaration, Declarations
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Requirement
    from pytest_ddcompat.values.versions import Range, Version

__all__ = ["Pages", "doubtful", "misspelt_values", "refused", "unsorted", "without_ticket"]

_SHOWN = 5  # tests of a declaration


class Pages(Protocol):
    """The pages of a run, as `evaluation` has them."""

    def pick(self, requirement: Requirement) -> Matrix:
        """Return the page that a requirement is evaluated against."""

    def check(self, requirement: Requirement) -> None:
        """Refuse a requirement that names what no page has."""


def refused(declarations: Declarations, pages: Pages) -> list[Complaint]:
    """Find requirements that name what the pages do not have."""
    tip = "correct it: as it stands, a run with this file ends with an error"
    reasons: dict[Requirement, CompatibilityError | None] = {}
    found = []
    for declaration, key, requirement in _requirements(declarations):
        if requirement not in reasons:
            reasons[requirement] = _reason(requirement, pages)
        error = reasons[requirement]
        for problem in error.problems if error else ():
            where = f"{declaration.place}: {key}"
            found.append(Complaint(where, problem.what, "", problem.valid, tip))
    return found


def _reason(requirement: Requirement, pages: Pages) -> CompatibilityError | None:
    try:
        pages.check(requirement)
    except CompatibilityError as error:
        return error
    return None


def doubtful(declarations: Declarations, pages: Pages) -> list[Complaint]:
    """Find declarations that say what others say, and minimums that no release reaches."""
    return [*_repeated(declarations), *_with_repeated_tests(declarations),
            *_unreachable(declarations, pages)]  # fmt: skip


def _repeated(declarations: Declarations) -> Iterator[Complaint]:
    first: dict[object, Declaration] = {}
    for each in declarations.declarations:
        tests = frozenset(test.rstrip("/") for test in each.tests)
        said = (tests, frozenset(each.requires), each.state, frozenset(each.when))
        other = first.setdefault(said, each)
        if other is not each:
            yield Complaint(
                each.place,
                f"this says the same as {other.place}",
                _tests(each),
                "one of them",
                "remove one, or correct what it should say",
            )


def _with_repeated_tests(declarations: Declarations) -> Iterator[Complaint]:
    for each in declarations.declarations:
        ids = [elements_of(test) for test in each.tests]
        known = {elements: number for number, elements in enumerate(ids)}
        for number, test in enumerate(each.tests):
            parts = (ids[number][:end] for end in range(1, len(ids[number]) + 1))
            wider = next((known[part] for part in parts if known.get(part, number) != number), None)
            if wider is not None:
                yield Complaint(
                    f"{each.place}: tests",
                    f"{quoted(each.tests[wider])} holds for this already",
                    quoted(test),
                    "each test once",
                    "remove one of them",
                )


def _unreachable(declarations: Declarations, pages: Pages) -> Iterator[Complaint]:
    wanting: dict[Requirement, tuple[str, str, str] | None] = {}
    for declaration, key, requirement in _requirements(declarations):
        if requirement not in wanting:
            try:
                wanting[requirement] = _without_release(requirement, pages.pick(requirement))
            except CompatibilityError:
                wanting[requirement] = None  # `refused` says why
        found = wanting[requirement]
        if found is not None:
            never = "the state never applies" if key == "when" else "the tests are never supported"
            yield Complaint(
                f"{declaration.place}: {key}",
                *found,
                f"correct it, or update the page: as it stands, {never}",
            )


def _requirements(declarations: Declarations) -> Iterator[tuple[Declaration, str, Requirement]]:
    for each in declarations.declarations:
        for key, requirements in (("requires", each.requires), ("when", each.when)):
            for requirement in requirements:
                yield each, key, requirement


def _without_release(requirement: Requirement, page: Matrix) -> tuple[str, str, str] | None:
    """Say that no release of a page is as required, what is required, and what would be right."""
    end = _end_of_releases(page)
    branches = " or ".join(str(row.tracer) for row in page.releases)
    if requirement.kind == "tracer" and end is not None:
        lowest = stretches_of(parse_marker_range(requirement.specifier))[0].samples[0]
        if base(lowest) >= end:
            what = f"no release of the page {page.page.id} reaches this"
            return what, quoted(requirement.specifier), f"versions of {branches}"
    for name in requirement.names:
        capability = page.find_capability(name)
        if capability is None:
            continue  # an expression, of which one part may do
        if capability.status in NOT_THERE:
            what = f"the page {page.page.id} says of {name} {NOT_THERE[capability.status]}"
            return what, quoted(name), "a capability that some release has"
        if end and capability.boundaries and base(min(capability.boundaries)) >= end:
            what = f"no release of the page {page.page.id} has {name}"
            return what, quoted(name), f"a capability that {branches} have"
    return None


@lru_cache(maxsize=8)
def _end_of_releases(page: Matrix) -> Version | None:
    """The first version that is newer than all releases of a page; None if a branch is open."""
    if page.leaves_open("releases"):
        return None
    ends = [_end_of(row.tracer) for row in page.releases]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _end_of(wanted: Range) -> Version | None:
    """The first version above a range; None if it is open."""
    versions = regions([wanted])
    above = max((n for n, version in enumerate(versions) if version in wanted), default=-1) + 1
    return versions[above] if above < len(versions) else None


def unsorted(declarations: Declarations) -> list[Complaint]:
    """Find the first declaration of each file that is not in the order of the tests' ids."""
    found: dict[str, Complaint] = {}
    for one, other in zip(declarations.declarations, declarations.declarations[1:]):
        if one.file == other.file and one.tests > other.tests and one.file not in found:
            found[one.file] = Complaint(
                other.place,
                f'this stands behind the declaration of "{one.tests[0]}"',
                _tests(other),
                'declarations sorted by "tests"',
                "sort the tables, so that each test is easy to find",
            )
    return [*found.values()]


def misspelt_values(declarations: Declarations, given: Mapping[str, str]) -> Iterator[str]:
    """Find given words that no declaration names, though one names a similar word.

    Args:
        declarations: What is looked at.
        given: Words by the ids of user-defined facts that may have any word.
    """
    named: dict[str, set[str]] = {}
    for _, _, requirement in _requirements(declarations):
        for name, values in requirement.values if requirement.kind == "fact" else ():
            words = (*values, *requirement.excluded)
            named.setdefault(fact_id(name), set()).update(map(str, words))
    for name, word in given.items():
        others = sorted(named.get(fact_id(name), ()))
        near = None if word in others else nearest_misspelt(word, others)
        # rails70 beside rails71 is another variant.
        if near and re.sub("[0-9]+", "", near) != re.sub("[0-9]+", "", word):
            what = f"fact.{name} is {quoted(word)}, which no declaration names"
            yield f"{what}; did you mean {quoted(near)}?"


def without_ticket(declarations: Declarations, states: Collection[str]) -> list[Complaint]:
    """Find declarations of some states that name no ticket."""
    return [
        Complaint(
            each.place,
            f'a declaration with the state "{each.state}" needs a ticket',
            _tests(each),
            'the key "ticket"',
            "name the ticket",
        )
        for each in declarations.declarations
        if each.state in states and not each.ticket
    ]


def _tests(declaration: Declaration) -> str:
    shown = ", ".join(map(quoted, declaration.tests[:_SHOWN]))
    return f"{shown}, …" if len(declaration.tests) > _SHOWN else shown
