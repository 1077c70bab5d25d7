"""The coverage of jobs as JSON, and the schema of that."""

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
from pytest_ddcompat.matrix.kinds import array, one_of, text
from pytest_ddcompat.matrix.schema import document_schema, object_schema

if TYPE_CHECKING:
    from pytest_ddcompat.jobs.covered import Coverage, Missed
    from pytest_ddcompat.jobs.watched.watching import Watch

__all__ = ["VERSION", "account_of", "coverage_schema"]

VERSION = 1
"""Version of the form."""

_REASON = object_of(
    "What kept a test out.",
    subject=Key(STRING, "The capability that it is about, or the test."),
    check=Key(STRING, "The check; empty if no fact kept the test out."),
    needs=Key(STRING, "What is needed."),
    found=Key(STRING, "What was found."),
    source=Key(STRING, "The page's heading and words that it rests on, or the marker."),
    reason=Key(STRING, "What else kept the test out; empty if a fact did."),
    jobs=Key(COUNT, "Number of jobs in which it did."),
)
_PLACE = {
    "test": Key(text, "Node id."),
    "file": Key(STRING, "Its file."),
    "line": Key(nullable(COUNT), "Its line; null: none."),
    "because": Key(array(_REASON), "What kept it out, that of most jobs first."),
}
_MISSED = {
    **_PLACE,
    "mend": Key(STRING, "The least change that would run it; empty: nothing would."),
    "since": Key(
        DAY,
        "First day on which a record has it and it did not run, after the last on which it ran.",
    ),
}
_ALLOWANCE = {
    "tests": Key(array(text), "Ids of tests, or patterns of them."),
    "reason": Key(text, "Why they need not run."),
}
_FACT = {
    "page": Key(text, "Id of the page."),
    "table": Key(STRING, "Table of the matrix that has its row."),
    "heading": Key(STRING, "Heading of the page that the row stands under."),
    "row": Key(STRING, "The words of the row."),
    "column": Key(STRING, "Head of the column; empty where there is none."),
    "words": Key(STRING, "The words of the cell, or a sentence."),
    "before": Key(STRING, "How the matrix reads them."),
    "after": Key(STRING, "What was tried in their place."),
    "jobs": Key(COUNT, "Number of jobs in which a decision would change."),
}
_UNWATCHABLE = {**_FACT, "unwatchable": Key(STRING, "Why no test can watch it.")}
_WATCH = {
    "watched_share": Key(
        described({"type": "number", "minimum": 0, "maximum": 1}),
        "With --facts: share of the documented facts that are watched, of those that can be.",
        None,
    ),
    "unwatched": Key(
        array(object_of("A documented fact.", **_FACT)),
        "With --facts: facts that would change no decision.",
        None,
    ),
    "watched": Key(
        array(object_of("A documented fact.", **_FACT)),
        "With --facts: facts that would change a decision, those of the fewest jobs first.",
        None,
    ),
    "unwatchable": Key(
        array(object_of("A documented fact.", **_UNWATCHABLE)),
        "With --facts: facts that no test can watch.",
        None,
    ),
    "decisions_left_out": Key(
        COUNT,
        "With --facts: number of distinct decisions that come to something else by these pages "
        "than they did in their job.",
        None,
    ),
}
_ACCOUNT = {
    "version": Key(described({"const": VERSION}), "Version of this form."),
    "suite": Key(SUITE, "What was tested."),
    "gated": Key(COUNT, "Number of gated tests."),
    "ran": Key(COUNT, "Number of those that ran in some job."),
    "percentage": Key(
        described({"type": "number", "minimum": 0, "maximum": 100}),
        "Percentage of tests that ran, of those that need to, in no record or not.",
    ),
    "never_run": Key(
        array(object_of("A test that ran in no job.", **_MISSED)),
        "Tests that ran in no job, without those that need not.",
    ),
    "absent": Key(
        array(object_of("A test that is in no record.", test=_PLACE["test"])),
        "Tests of the collection that are in no record, without those that need not be.",
    ),
    "allowed": Key(
        array(
            object_of(
                "A test that need not run.",
                test=_PLACE["test"],
                reason=Key(text, "Why it need not run."),
                because=_PLACE["because"],
            )
        ),
        "Tests that ran in no job or are absent, and need not run.",
    ),
    "unneeded": Key(
        array(object_of("An entry of the file of tests that need not run.", **_ALLOWANCE)),
        "Entries of that file that are for no such test.",
    ),
    "undetermined": Key(
        array(object_of("A test that was undetermined in each run.", **_PLACE)),
        "Tests that were undetermined in each run, whether they ran or not.",
    ),
    "jobs": Key(
        array(
            object_of(
                "A job: a name in one environment.",
                name=Key(text, "Its name, with the environment where several share it."),
                environment=Key(text, "The main facts of its environments."),
                gated=Key(COUNT, "Number of gated tests that it has."),
                ran=Key(COUNT, "Number of those that ran."),
            )
        ),
        "The jobs.",
    ),
    "redundant_jobs": Key(
        array(text), "Names of jobs that can all go: each of their tests ran in another job."
    ),
    "unexercised": Key(
        nullable(
            array(
                object_of(
                    "A row of a page.",
                    matrix=Key(text, "Id of the page."),
                    table=Key(
                        one_of("sites", "capabilities", "deployments", "releases", "runtimes",
                               "frameworks", "coverage"),
                        "Table that the row is of.",
                    ),
                    capability=Key(STRING, "Id of the capability; empty of other rows."),
                    words=Key(text, "The page's heading and words."),
                )
            )
        ),
        "Rows of the pages that no test that ran rests on; null: the pages are not at hand.",
    ),
    "left_out": Key(
        array(SUITE), "Suites and commits of which there are runs that do not count."
    ),
}  # fmt: skip


def coverage_schema() -> dict[str, Any]:
    """Describe the coverage of jobs as JSON Schema, draft 2020-12."""
    schema = object_schema("What jobs cover together.", {**_ACCOUNT, **_WATCH})
    return document_schema("Coverage of jobs by pytest-ddcompat", schema)


def account_of(coverage: Coverage) -> dict[str, Any]:
    """Return the coverage as JSON has it."""
    return {
        "version": VERSION,
        "suite": suite_of(coverage.suite),
        "gated": coverage.gated,
        "ran": coverage.ran,
        # Down, so that 100 is all of them.
        "percentage": int(coverage.percentage * 100) / 100,
        "never_run": [
            {**_test(one), "mend": one.mend, "since": str(one.since)} for one in coverage.never_run
        ],
        "absent": [{"test": test} for test in coverage.absent],
        "allowed": [
            {"test": one.test, "reason": one.allowed, "because": _because(one)}
            for one in coverage.allowed
        ],
        "unneeded": [
            {"tests": [*entry.tests], "reason": entry.reason} for entry in coverage.unneeded
        ],
        "undetermined": [_test(one) for one in coverage.undetermined],
        "jobs": [job._asdict() for job in coverage.jobs],
        "redundant_jobs": coverage.redundant_jobs,
        "unexercised": None
        if coverage.unexercised is None
        else [row._asdict() for row in coverage.unexercised],
        "left_out": [suite_of(suite) for suite in coverage.left_out],
        **(_watch_of(coverage.watch) if coverage.watch else {}),
    }


def _watch_of(watch: Watch) -> dict[str, Any]:
    return {
        # Down, so that 1 is all of them.
        "watched_share": int(watch.share * 10_000) / 10_000,
        "unwatched": [one.to_mapping() for one in watch.unwatched],
        "watched": [one.to_mapping() for one in watch.watchable if one.jobs],
        "unwatchable": [one.to_mapping() for one in watch.unwatchable],
        "decisions_left_out": watch.left_out,
    }


def _test(one: Missed) -> dict[str, Any]:
    return {"test": one.test, "file": one.file, "line": one.line, "because": _because(one)}


def _because(one: Missed) -> list[dict[str, Any]]:
    return [reason._asdict() for reason in one.because]
