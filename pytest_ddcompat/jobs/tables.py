"""The tables of many records, declared once: packing, reading and their documentation follow."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["FINDINGS", "FORMAT", "RUNS", "TABLES", "TESTS", "Column", "Table"]

FORMAT = 1
"""Version of the tables; a pack of another is refused."""


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        name: Its name, which no dialect of SQL reserves.
        type: Its type in DuckDB.
        meaning: What it holds.
    """

    name: str
    type: str
    meaning: str


class Table(NamedTuple):
    """A table: a folder of Parquet files, each below the day on which its runs began (UTC).

    Attributes:
        name: Its name, and that of its folder.
        meaning: What one row is.
        columns: Its columns, without `day`, which is in the path.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]


_RUN = Column("run", "VARCHAR", "Id of the run.")
_DECISION = Column("decision", "INTEGER", "Number of the decision within its run, from 0.")

RUNS = Table(
    "runs",
    "A run of pytest that wrote a record.",
    (
        _RUN,
        Column("format", "INTEGER", "Version of these tables."),
        Column("began", "TIMESTAMP", "Begin of the run, in UTC."),
        Column("ended", "TIMESTAMP", "End of the run, in UTC."),
        Column("exit_status", "INTEGER", "Exit status of pytest."),
        Column("interrupted", "BOOLEAN", "Whether the run was stopped from outside."),
        Column("plugin_version", "VARCHAR", "Version of pytest-ddcompat."),
        Column("pytest_version", "VARCHAR", "Version of pytest."),
        Column("python_version", "VARCHAR", "Version of Python."),
        Column("commit_sha", "VARCHAR", "Hash of the commit; null: not known."),
        Column("repository", "VARCHAR", "Address of the repository; null: not known."),
        Column("job", "VARCHAR", "Name of the job; null: not known."),
        Column("attempt", "INTEGER", "Number of the job's attempt, from 1; null: not known."),
        Column("address", "VARCHAR", "Address of the job; null: not known."),
        Column("matrices", "VARCHAR", "Ids of the pages, and the SHA-256 of each, as JSON."),
        Column("suite", "VARCHAR", "Digest of repository and pages: runs that can be compared."),
        Column("variant", "VARCHAR", "Digest of the facts of all environments, without the date."),
        Column("environment", "VARCHAR", "The main facts of its environments, in words."),
    ),
)
TESTS = Table(
    "tests",
    "A gated test in a run.",
    (
        _RUN,
        Column("test", "VARCHAR", "Node id of the test."),
        Column("file", "VARCHAR", "File of the test."),
        Column("line", "INTEGER", "Line of the test; null: none."),
        Column("outcome", "VARCHAR", "What became of it, as in a record."),
        Column("ran", "BOOLEAN", "Whether it was started: its action let it run, and its outcome "
               "is passed, failed, xfailed, xpassed or error."),
        _DECISION,
        Column("verdict", "VARCHAR", "Verdict of the decision."),
        Column("action", "VARCHAR", "Action of the decision."),
        Column("reason", "VARCHAR", "Why it is not supported; empty if it is."),
        Column("error", "VARCHAR", "Why its markers could not be judged; empty if they were."),
        Column("mend", "VARCHAR", "What would let it run, joined by \"and\"; empty: nothing."),
        Column("changes", "INTEGER", "Number of changes in `mend`."),
        Column("requires", "VARCHAR", "Its markers, as a JSON array."),
        Column("state", "VARCHAR", "The states declared for it, joined by commas."),
        Column("ticket", "VARCHAR", "The tickets of its declarations, joined by commas."),
        Column("owner", "VARCHAR", "The owners of its declarations, joined by commas."),
        Column("feature", "VARCHAR", "The features of its declarations, joined by commas."),
        Column("declarations", "VARCHAR", "Its declarations, as a record has them, as a JSON "
               "array."),
        Column("tracer", "VARCHAR", "Version of the tracer; null: unknown or not installed."),
        Column("python", "VARCHAR", "Version of Python in the facts; null: unknown."),
        Column("os", "VARCHAR", "Operating system; null: unknown."),
        Column("cpu", "VARCHAR", "CPU; null: unknown."),
        Column("facts", "VARCHAR", "All known facts of its environment, as a JSON object."),
    ),
)  # fmt: skip
FINDINGS = Table(
    "findings",
    "A finding of a decision of a run. Tests and findings share `run` and `decision`.",
    (
        _RUN,
        _DECISION,
        Column("requirement", "VARCHAR", "The marker that it is about."),
        Column("requirement_verdict", "VARCHAR", "Verdict of that requirement."),
        Column("strict", "BOOLEAN", "What the marker says of strict; null: nothing."),
        Column("matrix", "VARCHAR", "Id of the page that decided."),
        Column("check_name", "VARCHAR", "Name of the check."),
        Column("outcome", "VARCHAR", "What the check came to."),
        Column("documented", "VARCHAR", "What is needed."),
        Column("observed", "VARCHAR", "What was found."),
        Column("source", "VARCHAR", "The page's heading and words that it rests on."),
        Column("remedy", "VARCHAR", "What would fix it; empty: nothing."),
        Column("subject", "VARCHAR", "The capability that it is about, or the test."),
        Column("signal", "VARCHAR", "Where what was observed was taken from."),
    ),
)
TABLES = (RUNS, TESTS, FINDINGS)
"""All tables."""
