"""Find sentences of a page that its own tables contradict."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_ddcompat.importer.ranges import version_of
from pytest_ddcompat.values.versions import parse_version

if TYPE_CHECKING:
    from pytest_ddcompat.importer.draft import Draft

__all__ = ["contradictions"]

_OVERALL = re.compile(
    r"\bminimum .*?version to get all .*? is (v?[0-9]+(?:\.[0-9]+)*)", re.IGNORECASE
)
_BRANCHES = re.compile(
    r"\b(one|two|three|four|five|six) release branch(?:es)? (?:is|are) supported", re.IGNORECASE
)
_NUMBERS = ("one", "two", "three", "four", "five", "six")
_MOST = 10  # overall minimums that are compared


def contradictions(draft: Draft) -> None:
    """Warn of sentences that the tables contradict."""
    notes = [text for note in draft.rows["notes"] for text in note["documented"]]
    found = filter(None, map(_OVERALL.search, notes))
    overall = dict.fromkeys(each[1].removeprefix("v") for each in found)
    for stated in list(overall)[:_MOST]:
        if version_of(stated):
            _warn_of_minimum(stated, draft)
    actual = len(draft.rows["releases"])
    for text in notes:
        branches = _BRANCHES.search(text)
        if branches and actual and _NUMBERS.index(branches[1].lower()) + 1 != actual:
            draft.warn(
                f"the page speaks of {branches[1].lower()} release branches, "
                f"and its table has {actual}"
            )


def _warn_of_minimum(stated: str, draft: Draft) -> None:
    for row in draft.rows["capabilities"]:
        minimums = [row["minimum"]] if "minimum" in row else []
        minimums += [each["tracer"] for each in row.get("minimums", ())]
        lowest = min(map(parse_version, minimums), default=None)
        if lowest is not None and lowest > parse_version(stated):
            draft.warn(
                f"the page states {stated} as the minimum for all capabilities, "
                f"and {lowest} for {row['documented'][0]}"
            )
