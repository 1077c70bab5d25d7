"""News as JSON, and the schema of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_ddcompat.jobs.forms import (
    COUNT,
    DAY,
    STRING,
    SUITE,
    described,
    nullable,
    object_of,
    suite_of,
)
from pytest_ddcompat.matrix.fields import Key
from pytest_ddcompat.matrix.kinds import array, mapping, one_of, text
from pytest_ddcompat.matrix.schema import document_schema, object_schema

if TYPE_CHECKING:
    from pytest_ddcompat.jobs.wins.news import Wins
    from pytest_ddcompat.jobs.wins.values import Item, Proposal

__all__ = ["VERSION", "account_of", "proposal_account", "wins_schema"]

VERSION = 1
"""Version of the form."""

_RUN = object_of(
    "A run that shows it.",
    run=Key(text, "Id of the run."),
    job=Key(nullable(text), "Name of the job; null: not known."),
    address=Key(nullable(text), "Address of the job; null: not known."),
    tracer=Key(text, "Version of ddtrace."),
    python=Key(STRING, "Version of Python in the facts; empty: unknown."),
    outcome=Key(one_of("passed", "failed", "xfailed", "xpassed", "error"), "What became of it."),
    day=Key(DAY, "Day on which the run began, in UTC."),
)
_PROPOSAL = object_of(
    "What to do about it.",
    kind=Key(
        one_of("declaration", "minimum", "overlay", "marker"),
        "What to change: a declaration, a required minimum of ddtrace, a page by an overlay, or "
        "what stands at the tests.",
    ),
    words=Key(text, "The change in a line."),
    places=Key(array(text), "Files and lines where; none of what is added."),
    tests=Key(array(text), "Node ids of the tests that it is for."),
    version=Key(nullable(text), "Version of ddtrace from which something else holds; null: any."),
    text=Key(STRING, "What is added to a file, as TOML; empty: nothing is added."),
    source=Key(STRING, "Where it is known from."),
    reason=Key(STRING, "Why, with the evidence."),
    note=Key(STRING, "Why --write leaves it alone; empty: it does not."),
)
_ITEM = object_of(
    "News of tests of which the same is to be said.",
    kind=Key(
        one_of("works", "fails"),
        "works: they pass though they are expected to fail; fails: they fail though the page says "
        "that they are supported.",
    ),
    tests=Key(array(text), "Node ids."),
    owner=Key(STRING, "Owners of their declarations, joined by commas; empty: none."),
    variant=Key(
        mapping(STRING),
        "What tells their runs apart: framework.NAME with its series, fact.ID with its value.",
    ),
    version=Key(
        nullable(text), "Lowest version of ddtrace from which they work; null: they fail with all."
    ),
    runs=Key(COUNT, "Number of runs that show it, of the test that has the fewest."),
    evidence=Key(array(_RUN), "The ten newest of these runs on each side of the version."),
    proposals=Key(array(_PROPOSAL), "What to do about it."),
)
_REJECTION = object_of(
    "An entry of the file of rejected news.",
    tests=Key(array(text), "Ids of tests, or patterns of them."),
    version=Key(nullable(text), "Version that the news is of; null: any."),
    reason=Key(text, "Why it is no news."),
)
_WINS = {
    "version": Key(described({"const": VERSION}), "Version of this form."),
    "suite": Key(SUITE, "What was tested."),
    "news": Key(array(_ITEM), "The news, by owner; what has none comes last."),
    "rejected": Key(COUNT, "Number of tests whose news is rejected."),
    "unneeded": Key(array(_REJECTION), "Entries of that file, or ids in them, that are for none."),
    "left_out": Key(COUNT, "Number of runs of other suites."),
    "unversioned": Key(
        COUNT, "Number of runs without a usable version of ddtrace, which show nothing."
    ),
}  # fmt: skip


def wins_schema() -> dict[str, Any]:
    """Describe the news as JSON Schema, draft 2020-12."""
    schema = object_schema("Expectations that do not hold any more.", _WINS)
    return document_schema("News of expectations by pytest-ddcompat", schema)


def account_of(wins: Wins) -> dict[str, Any]:
    """Return the news as JSON has it."""
    return {
        "version": VERSION,
        "suite": suite_of(wins.suite),
        "news": [_item(item) for item in wins.items],
        "rejected": wins.rejected,
        "unneeded": [
            {
                "tests": [*entry.tests],
                "version": None if entry.version is None else str(entry.version),
                "reason": entry.reason,
            }
            for entry in wins.unneeded
        ],
        "left_out": wins.left_out,
        "unversioned": wins.unversioned,
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        **item._asdict(),
        "tests": [*item.tests],
        "evidence": [run._asdict() for run in item.evidence],
        "proposals": [proposal_account(proposal, item) for proposal in item.proposals],
    }


def proposal_account(proposal: Proposal, item: Item) -> dict[str, Any]:
    """Return a proposal as JSON has it, with the tests of its item."""
    keys = ("kind", "words", "version", "text", "source", "reason", "note")
    return {
        **{key: getattr(proposal, key) for key in keys},
        "places": [*proposal.places],
        "tests": [*item.tests],
    }
