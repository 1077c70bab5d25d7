"""Propose to declare a bug, where a test fails though it is documented to work."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING

from pytest_ddcompat.declarations.keys import LONGEST_ID
from pytest_ddcompat.declarations.matching import elements_of
from pytest_ddcompat.jobs.wins.values import Proposal
from pytest_ddcompat.jobs.wins.variants import FACT, FRAMEWORK
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.names import fact_id
from pytest_ddcompat.values.versions import parse_marker_range, parse_version

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pytest_ddcompat.jobs.wins.declaration_file import Table
    from pytest_ddcompat.jobs.wins.values import Found
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["Bugs", "undeclared"]

_SERIES = re.compile(r"([0-9]+!)?[0-9]+\.[0-9]+")
_NOT_SAID = "its variant cannot be said in one declaration"
_FOR_OTHERS = "its id, as a pattern, is for other tests too"
_NO_ID = "no declaration can have its id"


class Bugs:
    """Proposes to declare tests a bug in the variant and with the tracers with which they fail.

    Args:
        tests: Node ids of all recorded tests.
        pages: The pages at hand, which may declare facts.
    """

    def __init__(self, tests: Collection[str], pages: Iterable[Matrix]) -> None:
        self._tests = tests
        self._kinds = {key: own.kind for page in pages for key, own in page.own_facts.items()}

    def of(self, found: Found) -> Proposal:
        """Return the proposal for a test's news; its note says why it cannot be written."""
        when: dict[str, str | bool] = {"tracer": f"<{found.version}"} if found.version else {}
        note = self._add_variant(when, json.loads(found.variant)) or self._note_of(found.test)
        if found.version and not _is_range(f"<{found.version}"):
            note = note or f"no declaration can have the version {found.version}"
        where = ", ".join(
            f"{key} {value if isinstance(value, str) else json.dumps(value)}"
            for key, value in when.items()
        )
        words = f"declare them a bug{f' where {where}' if where else ''}"
        return Proposal(
            "declaration", words, version=found.version, state="bug",
            when=tuple(when.items()), note=note,
        )  # fmt: skip

    def _add_variant(self, when: dict[str, str | bool], variant: Mapping[str, str]) -> str:
        """Add a variant to a condition, and return what cannot be said of it."""
        frameworks = [key for key in variant if key.startswith(FRAMEWORK)]
        facts = [key for key in variant if key.startswith(FACT)]
        note = _NOT_SAID if len(frameworks) > 1 or len(facts) > 1 else ""
        for key in frameworks[:1]:
            when["framework"] = key[len(FRAMEWORK) :]
            # Of other series nothing is known: there the bug may be none.
            if _SERIES.fullmatch(variant[key]):
                when["specifier"] = f"=={variant[key]}.*"
            else:
                note = _NOT_SAID
        for key in facts[:1]:
            name = key[len(FACT) :]
            value = self._wanted(name, variant[key])
            if value is None:
                note = note or f"no page at hand says whether {name} is a version or a word"
            when.update(fact=name, value=variant[key] if value is None else value)
        return note

    def _wanted(self, name: str, text: str) -> str | bool | None:
        """Return a fact's value as a declaration asks for it; None if its kind is not known.

        Args:
            name: Id of the fact.
            text: Its value, as a variant has it.
        """
        if text in {"true", "false"}:
            return text == "true"
        word = text.strip('"')
        kind = self._kinds.get(fact_id(name), "version or word" if _is_version(word) else "word")
        if kind == "version":
            return f"=={word}" if _is_range(f"=={word}") else None
        return word if kind == "word" else None

    def _note_of(self, test: str) -> str:
        """Return why a declaration cannot have the id of a test; empty if it can."""
        try:
            elements = elements_of(test)
        except CompatibilityError:
            return _NO_ID
        if len(test) > LONGEST_ID:
            return _NO_ID
        # A file or a folder has no such element: what it holds may not be recorded.
        is_file = not any(each.startswith("::") for each in elements)
        return _FOR_OTHERS if is_file or "*" in test or elements in self._beginnings else ""

    @cached_property
    def _beginnings(self) -> set[tuple[str, ...]]:
        """The proper beginnings of the ids of recorded tests."""
        found: set[tuple[str, ...]] = set()
        for test in self._tests:
            try:
                elements = elements_of(test)
            except CompatibilityError:
                continue  # an id of another plugin, of a kind of its own
            found.update(elements[:end] for end in range(1, len(elements)))
        return found


def undeclared(
    tables: Iterable[Table], proposal: Proposal, tests: Sequence[str]
) -> tuple[str, ...]:
    """Return the tests for which declarations do not yet say what a proposal says.

    Args:
        tables: The declarations of a file.
        proposal: A new declaration.
        tests: Node ids of its tests.
    """
    known: set[str] = set()
    for table in tables:
        if (table.get("state"), table.get("when", {})) == (proposal.state, dict(proposal.when)):
            ids = table["tests"]
            known.update([ids] if isinstance(ids, str) else ids)
    return tuple(test for test in tests if test not in known)


def _is_version(text: str) -> bool:
    try:
        parse_version(text)
    except ValueError:
        return False
    return True


def _is_range(text: str) -> bool:
    try:
        parse_marker_range(text)
    except ValueError:
        return False
    return True
