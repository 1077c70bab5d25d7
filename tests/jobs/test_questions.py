"""The questions: each says what it answers, and is SQL in every dialect."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from support.made_records import many_records, write_records

from pytest_ddcompat.jobs.coverage import measure
from pytest_ddcompat.jobs.engine import connected, rows_of
from pytest_ddcompat.jobs.pack import files_of, pack, table_of
from pytest_ddcompat.jobs.questions import DIALECTS, INPUTS, QUESTIONS, question, written_for
from pytest_ddcompat.jobs.selection import Choice
from pytest_ddcompat.jobs.tables import TABLES

if TYPE_CHECKING:
    from pathlib import Path

sqlglot = pytest.importorskip("sqlglot")
pytestmark = pytest.mark.once


def test_all_files_are_questions() -> None:
    folder = files("pytest_ddcompat.jobs") / "questions"
    names = {file.name for file in folder.iterdir() if file.name.endswith(".sql")}
    assert names == {f"{name}.sql" for name in QUESTIONS}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_says_what_it_answers(name: str) -> None:
    comment = question(name).partition("\n\n")[0].splitlines()[0]
    assert re.match(r"-- (What|Which|Of which|How many) ", comment)
    assert "?" in "".join(line for line in question(name).splitlines() if line.startswith("--"))


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_rests_on_what_stands_before_it(name: str) -> None:
    known = {table.name for table in (*TABLES, *INPUTS)}
    known.update(QUESTIONS[: QUESTIONS.index(name)])
    tree = sqlglot.parse_one(question(name), read="duckdb")
    own = {each.alias for each in tree.find_all(sqlglot.exp.CTE)}
    assert {table.name for table in tree.find_all(sqlglot.exp.Table)} <= known | own


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_dialect_reads_what_is_written_for_it(dialect: str) -> None:
    text = written_for(dialect)
    statements = [tree for tree in sqlglot.parse(text, read=dialect) if tree is not None]
    assert len(statements) == len(INPUTS) + len(QUESTIONS)
    assert not [tree for tree in statements if isinstance(tree, sqlglot.exp.Command)]
    for name in QUESTIONS:
        assert re.search(rf"(?m)^-- .*\nCREATE OR REPLACE VIEW {name} AS$", text)


def test_what_dialects_lack_is_not_used() -> None:
    """sqlglot passes on what it does not know, and not all engines have these."""
    for name in QUESTIONS:
        tree = sqlglot.parse_one(question(name), read="duckdb")
        for kind in (
            "Qualify",
            "Filter",
            "Array",
            "Struct",
            "Lateral",
            "Unnest",
            "Lambda",
            "Pivot",
        ):
            assert tree.find(getattr(sqlglot.exp, kind)) is None, (name, kind)
        assert not [*tree.find_all(sqlglot.exp.Anonymous)], name


@pytest.mark.parametrize("seed", range(3))
def test_what_is_written_gives_the_answers_of_the_command(seed: int, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    pack(write_records(tmp_path / "records", *many_records(seed)), str(tmp_path / "packed"))
    coverage = measure([str(tmp_path / "packed")], Choice())
    with connected() as connection:
        for name, paths in files_of(str(tmp_path / "packed")).items():
            table_of(connection, name, paths, "")
        connection.execute(written_for("duckdb"))
        (totals,) = rows_of(connection, "FROM totals")
        never_run = rows_of(connection, "FROM never_run ORDER BY test")
        undetermined = rows_of(connection, "FROM undetermined ORDER BY test")
        reasons = rows_of(connection, "FROM because")
        jobs = rows_of(connection, "FROM jobs")
    assert totals == {"gated": coverage.gated, "ran": coverage.ran}
    assert [(row["test"], row["mend"], row["since"]) for row in never_run] == [
        (one.test, one.mend, one.since) for one in coverage.never_run
    ]
    assert [row["test"] for row in undetermined] == [one.test for one in coverage.undetermined]
    held = {one.test: len(one.because) for one in (*coverage.never_run, *coverage.undetermined)}
    assert len(reasons) == sum(held.values())
    assert len(jobs) == len(coverage.jobs)
