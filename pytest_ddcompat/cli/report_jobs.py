"""The jobs of several records: what each is called, and a row of a table for each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.cli.report_groups import ORDER
from pytest_ddcompat.jobs.rows import has_run
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["JobTable", "end_of", "names_of", "table_of"]


class JobTable(NamedTuple):
    """A table with a row for each job.

    Attributes:
        heads: Name of each column: the job, numbers of tests, the run's end, the environment.
        rows: The cells, as many in each row as there are columns.
    """

    heads: list[str]
    rows: list[list[str]]


def names_of(files: Sequence[str], records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the name of each record's job: with the file if jobs share it, or the file alone."""
    shown = [printable(file) for file in files]
    names = [record["run"]["job"]["name"] or file for file, record in zip(shown, records)]
    times = Counter(names)
    return [
        name if times[name] == 1 or name == file else f"{name} ({file})"
        for name, file in zip(names, shown)
    ]


def end_of(record: Mapping[str, Any]) -> str:
    """Return in words how a run ended."""
    stopped = "it was interrupted; " if record["run"]["interrupted"] else ""
    return f"{stopped}exit status {record['run']['exit_status']}"


def table_of(
    names: Sequence[str],
    records: Sequence[Mapping[str, Any]],
    counts: Sequence[Mapping[str, int]],
    places: Sequence[str],
) -> JobTable:
    """Make the table of jobs.

    Args:
        names: The name of each job.
        records: The record of each.
        counts: The number of tests with each outcome, of each.
        places: The main facts of each.
    """
    # Tests that passed are what ran beside the others.
    found = [o for o in ORDER if o != "passed" and any(count.get(o) for count in counts)]
    rows = []
    for name, record, count, place in zip(names, records, counts, places):
        actions = [decision["action"] for decision in record["decisions"]]
        ran = sum(has_run(test["outcome"], actions[test["decision"]]) for test in record["tests"])
        numbers = [sum(count.values()), ran, *(count.get(outcome, 0) for outcome in found)]
        stopped = ", interrupted" if record["run"]["interrupted"] else ""
        end = f"{record['run']['exit_status']}{stopped}"
        rows.append([name, *map(str, numbers), end, place])
    outcomes = [outcome.replace("_", " ") for outcome in found]
    return JobTable(["job", "gated", "ran", *outcomes, "exit status", "environment"], rows)
