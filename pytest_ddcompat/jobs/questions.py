"""The questions about many records: SQL of this package, asked of DuckDB or written for others."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.jobs.tables import Column

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "DIALECTS", "INPUTS", "QUESTIONS", "Input", "Step", "input_named", "keep", "question",
    "steps_of", "written_for",
]  # fmt: skip

DIALECTS = ("duckdb", "spark", "trino", "bigquery", "snowflake", "athena")
"""Dialects of SQL in which the questions can be printed."""

QUESTIONS = (
    "names", "selected", "counted", "suites", "left_out", "seen", "totals", "never_run", "because",
    "undetermined", "absent", "pairs", "jobs", "redundant", "unexercised", "decided", "compared",
    "editions", "tracers", "settings", "tried", "pictures", "news", "grounds", "evidence",
    "recorded",
)  # fmt: skip
"""All questions, each after those that it rests on, which are tables or views of their names."""


class Input(NamedTuple):
    """A table that a question takes beside those of the records; it may be empty.

    Attributes:
        name: Its name.
        meaning: What a row is.
        columns: Its columns.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]


INPUTS = (
    Input(
        "wanted_suites",
        "the one suite whose runs count; empty: the newest",
        (Column("suite", "VARCHAR", ""),),
    ),
    Input(
        "wanted_commits",
        "the commits whose runs count; empty: the newest",
        (Column("commit_sha", "VARCHAR", ""),),
    ),
    Input(
        "added_jobs",
        "names of jobs whose newest runs count too",
        (Column("job", "VARCHAR", ""),),
    ),
    Input("collected", "ids of the tests that the suite has", (Column("test", "VARCHAR", ""),)),
    Input("removed", "jobs that are thought away", (Column("job_nth", "INTEGER", ""),)),
    Input(
        "page_rows",
        "rows of the pages, each with its table, heading and words, and a capability's id",
        (
            Column("nth", "INTEGER", ""),
            Column("matrix", "VARCHAR", ""),
            Column("kind", "VARCHAR", ""),
            Column("capability", "VARCHAR", ""),
            Column("heading", "VARCHAR", ""),
            Column("words", "VARCHAR", ""),
        ),
    ),
    Input(
        "placed",
        "of each row of settings the place of its tracer in the order of versions, and its "
        "variant; one without a tracer is left out",
        (
            Column("setting_nth", "INTEGER", ""),
            Column("tracer_nth", "INTEGER", ""),
            Column("variant", "VARCHAR", ""),
        ),
    ),
)
"""The tables that the questions take."""


@cache
def question(name: str) -> str:
    """Return the SQL of a question, with the comment that says what it answers."""
    file = files("pytest_ddcompat.jobs") / "questions" / f"{name}.sql"
    return file.read_text(encoding="utf-8")


class Step(NamedTuple):
    """A part of a question: what one of its common table expressions or, last, itself asks.

    Attributes:
        name: Name of the view that it makes; the next steps use it.
        sql: Its SQL.
        uses: Number of places where the next steps use it.
    """

    name: str
    sql: str
    uses: int


@cache
def steps_of(name: str, dialect: str) -> list[Step]:
    """Return a question in a dialect as steps, for an engine that finds parts anew at each use.

    Raises:
        ModuleNotFoundError: sqlglot is not installed.
    """
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(_split(question(name))[1], read="duckdb")
    parts = [(part.alias, part.this) for part in tree.find_all(exp.CTE)]
    steps = []
    for alias, part in parts:
        view = f"{name}_{alias}"
        used = [table for table in tree.find_all(exp.Table) if table.name == alias]
        for table in used:
            table.replace(exp.to_table(view).as_(table.alias or alias, table=True))
        steps.append((view, part, len(used)))
    for part in [*tree.find_all(exp.With)]:
        part.pop()
    return [Step(v, part.sql(dialect), uses) for v, part, uses in [*steps, (name, tree, 0)]]


def input_named(name: str) -> Input:
    """Return the table of a name that questions take."""
    return next(table for table in INPUTS if table.name == name)


def keep(connection: DuckDBPyConnection, name: str) -> None:
    """Make a table of the answer to a question on which others rest."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {question(name)}")


def written_for(dialect: str) -> str:
    """Return all questions as views in a dialect, after the tables that they take.

    Args:
        dialect: One of `DIALECTS`.

    Raises:
        ModuleNotFoundError: sqlglot is not installed.
    """
    import sqlglot

    parts = []
    for table in INPUTS:
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        parts.append(
            (f"-- {table.name}: {table.meaning}.", f"CREATE TABLE {table.name} ({columns})")
        )
    for name in QUESTIONS:
        comment, sql = _split(question(name))
        parts.append((comment, f"CREATE OR REPLACE VIEW {name} AS {sql}"))
    return "\n".join(
        f"{comment}\n{sqlglot.transpile(sql, 'duckdb', dialect, pretty=True)[0]};\n"
        for comment, sql in parts
    )


def _split(text: str) -> tuple[str, str]:
    """Return the comment that begins a question, and its SQL."""
    lines = text.splitlines()
    end = next(number for number, line in enumerate(lines) if not line.startswith("--"))
    return "\n".join(lines[:end]), "\n".join(lines[end:])
