"""Spark answers all questions as DuckDB does: `nox -s spark`, which installs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.made_records import (
    AUTHOR,
    COMMIT,
    OLD,
    OLDER,
    OPEN,
    PASSED,
    STRICT,
    Case,
    made_record,
    many_records,
    write_records,
)

from pytest_ddcompat import load_matrix
from pytest_ddcompat.cli.coverage_view import text
from pytest_ddcompat.jobs.account import account_of
from pytest_ddcompat.jobs.allowed import Allowance, Allowances
from pytest_ddcompat.jobs.asking import ENGINES, started
from pytest_ddcompat.jobs.coverage import measure
from pytest_ddcompat.jobs.pack import pack
from pytest_ddcompat.jobs.questions import INPUTS, QUESTIONS, question
from pytest_ddcompat.jobs.selection import Choice
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif("DDCOMPAT_SPARK" not in os.environ, reason="nox -s spark installs Spark"),
    pytest.mark.filterwarnings("default"),  # Spark's own
]

X, Y, Z = "a.py::test_x", "a.py::test_y", "b.py::test_z"
MATRIX = load_matrix()
PAGE = {"id": MATRIX.page.id, "sha256": MATRIX.digest}
ROW = MATRIX.releases[0]
QUOTING = PASSED._replace(source=f'{ROW.heading}: "{" | ".join(ROW.documented)}"')
ODD = "tést_a.py::test['\"\\ \U0001f9ea \n%s]"
RECORDS = {
    "no gated test": [made_record({}, name="a")],
    "one that no job ran": [
        made_record({X: OLD, Y: PASSED, Z: OPEN}, name="a"),
        made_record({X: AUTHOR, Y: STRICT, Z: OPEN}, name="b", tracer="2.6.0"),
    ],
    "no name, commit or repository": [
        made_record({X: case}, commit=None, repository=None, begin=f"2026-11-27T0{n}:00:00Z")
        for n, case in enumerate((PASSED, OLD, OLD))
    ],
    "jobs that add nothing, one after the other": [
        made_record({X: PASSED, Y: PASSED}, name="a"),
        made_record({X: PASSED, Z: PASSED}, name="b"),
        made_record({Y: PASSED, Z: PASSED}, name="c"),
        made_record({Z: PASSED}, name="d"),
        made_record({X: OLD}, name="e"),
    ],
    "since when": [
        made_record({X: PASSED}, name="a", commit=OLDER, begin="2026-11-24T23:59:59Z"),
        made_record({X: OLD, Y: OLD}, name="a", commit=OLDER, begin="2026-11-25T00:00:00Z"),
        made_record({X: OLD, Y: OLD}, name="a", begin="2026-11-27T00:00:00Z"),
    ],
    "two attempts": [
        made_record({X: OLD}, name="a", attempt=1, begin="2026-11-27T10:00:00Z"),
        made_record({X: PASSED}, name="a", attempt=2, begin="2026-11-27T11:00:00Z"),
    ],
    "rows of the page": [
        made_record({X: QUOTING, Y: OLD}, name="a", page=PAGE),
        made_record({Z: PASSED._replace(capability="iast")}, name="b", page=PAGE),
    ],
    "no line": [{**made_record({X: OLD}), "tests": [
        {"id": X, "file": "", "line": None, "decision": 0, "outcome": "skipped"}]}],
    "odd words": [
        made_record({ODD: OLD._replace(found="\ud800 ' \"", needs="-- ;"), Y: PASSED}, name="ä'b"),
        made_record({ODD: OLD._replace(mend=("a'b", "c")), Y: OPEN}, name="Z"),
        made_record({ODD: Case("skipped", error="no such\n'thing'")}, name=""),
    ],
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Start a session once, which all but the command's own process find running."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    place = Path.cwd()
    os.chdir(folder)  # where Spark makes a folder of its own
    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "1")
    builder = builder.config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1")
    builder = builder.config("spark.sql.session.timeZone", "Asia/Tokyo")
    builder = builder.config("spark.driver.host", "127.0.0.1")
    made = builder.config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
    os.chdir(place)
    made.createDataFrame([(1,)], "a int").createOrReplaceTempView("runs")
    yield made
    made.stop()


def both(folder: str, choice: Choice | None = None, **more: Any) -> list[Any]:
    return [measure([folder], choice or Choice(), engine=name, **more) for name in ENGINES]


def packed(folder: Path, *records: dict[str, Any]) -> str:
    """Pack records into a folder whose name is a pattern."""
    target = str(folder / "pa[c]k {a,b} *? é #%20\\")
    pack(write_records(folder / "records", *records), target)
    return target


def same(folder: str, choice: Choice | None = None, **more: Any) -> dict[str, Any]:
    """Measure by both engines; return the account, which is the same."""
    by_duckdb, by_spark = both(folder, choice, **more)
    assert by_spark == by_duckdb
    assert text(by_spark) == text(by_duckdb)
    account = json.dumps(account_of(by_spark))
    assert account == json.dumps(account_of(by_duckdb))
    read: dict[str, Any] = json.loads(account)
    return read


@pytest.mark.parametrize(
    "choice", [Choice(), Choice(commits=(OLDER[:6],)), Choice(commits=(COMMIT, OLDER))]
)
@pytest.mark.parametrize("seed", range(2))
def test_random_records_have_one_account(seed: int, choice: Choice, tmp_path: Path) -> None:
    folder = packed(tmp_path, *many_records(seed))
    same(folder, choice, collected=[X, "test_a.py::test_1"])


@pytest.mark.parametrize("name", RECORDS)
def test_special_records_have_one_account(name: str, tmp_path: Path) -> None:
    folder = packed(tmp_path, *RECORDS[name])
    allowed = Allowances([Allowance((Y,), "by hand")])
    account = same(folder, collected=[X, Z, "new.py::test_\ud800"], pages=[MATRIX], allowed=allowed)
    assert (account["unexercised"] is not None) == (name == "rows of the page")


def test_each_question_has_the_same_rows(tmp_path: Path) -> None:
    folder = packed(tmp_path, *many_records(7, jobs=6, tests=9))
    answers: dict[str, list[Any]] = {}
    for engine in ENGINES:
        with started(engine) as asked:
            asked.read(folder)
            for table in INPUTS:
                asked.fill(table.name, [])
            asked.fill("collected", [("test_a.py::test_0",), (X,)])
            asked.fill("page_rows", [(0, "iast-python", "capabilities", "iast", "head", "words")])
            for nth, name in enumerate(QUESTIONS):
                later = "".join(map(question, QUESTIONS[nth + 1 :]))
                if re.search(rf"\b(FROM|JOIN) {name}\b", later):
                    asked.keep(name)
                rows = asked.ask(name)
                # Of a question without an order, the rows come in any.
                answers.setdefault(name, []).append(sorted(map(repr, rows)))
    assert answers.keys() == set(QUESTIONS)
    for name, (by_duckdb, by_spark) in answers.items():
        assert by_spark == by_duckdb, name
    assert all(answers[name][0] for name in ("never_run", "because", "pairs", "absent"))


def test_facts_are_watched_by_the_same_decisions(tmp_path: Path) -> None:
    folder = packed(tmp_path, *RECORDS["rows of the page"])
    account = same(folder, pages=[MATRIX], facts=True)
    assert account["unwatched"]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        pytest.param(Choice(commits=("fade",)), '--commit: there is no commit "fade"', id="commit"),
        pytest.param(Choice(jobs=("c",)), '--job: there is no job "c"', id="job"),
    ],
)
def test_what_is_not_there_is_refused_alike(choice: Choice, message: str, tmp_path: Path) -> None:
    folder = packed(tmp_path, *RECORDS["two attempts"])
    for engine in ENGINES:
        with pytest.raises(CompatibilityError) as caught:
            measure([folder], choice, engine=engine)
        assert message in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        pytest.param("run", "the table runs has no column format of type INTEGER", id="none"),
        pytest.param("* REPLACE (job::BLOB AS job)", "no column job of type VARCHAR", id="a type"),
        pytest.param("* REPLACE (7 AS format)", "cannot read version 7", id="another version"),
    ],
)
def test_other_tables_are_refused_alike(columns: str, message: str, tmp_path: Path) -> None:
    import duckdb

    folder = packed(tmp_path, *RECORDS["two attempts"][:1])
    (file,) = Path(folder).glob("runs/*/*.parquet")
    old = file.rename(tmp_path / "old.parquet")
    with duckdb.connect() as connection:
        table = connection.read_parquet(str(old)).select(columns)
        table.write_parquet(str(tmp_path / "new.parquet"))
    (tmp_path / "new.parquet").rename(file)
    for engine in ENGINES:
        with pytest.raises(CompatibilityError, match=message):
            measure([folder], Choice(), engine=engine)


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    folder = packed(tmp_path, *RECORDS["two attempts"])
    for file in Path(folder).glob("tests/*/*.parquet"):
        file.write_bytes(b"PAR1 no Parquet PAR1")
    with pytest.raises(CompatibilityError, match=r"^Spark cannot do this: "):
        measure([folder], Choice(), engine="spark")


def test_a_running_session_keeps_its_views_and_settings(session: Any, tmp_path: Path) -> None:
    folder = packed(tmp_path, *RECORDS["two attempts"])
    measure([folder], Choice(), engine="spark")
    assert [row.a for row in session.table("runs").collect()] == [1]
    assert [table.name for table in session.catalog.listTables()] == ["runs"]
    assert session.conf.get("spark.sql.session.timeZone") == "Asia/Tokyo"


def alone(arguments: list[str], folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process that cannot import DuckDB."""
    code = "import sys; sys.modules['duckdb'] = None; from pytest_ddcompat.__main__ import main; "
    command = [sys.executable, "-c", f"{code}sys.exit(main())", "coverage", *arguments]
    place = folder / "place"
    place.mkdir()
    done = subprocess.run(
        command, cwd=place, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert [*place.iterdir()] == []  # where Spark would make a folder
    return done


def test_the_command_starts_spark_and_needs_no_duckdb(tmp_path: Path) -> None:
    folder = packed(tmp_path, *RECORDS["one that no job ran"])
    done = alone([folder, "--engine", "spark", "--format", "json"], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == account_of(measure([folder], Choice()))


@pytest.mark.parametrize(
    ("java", "message"),
    [
        pytest.param(None, "Spark needs Java, which is not there; valid: Java 17", id="none"),
        pytest.param("echo too old >&2; exit 1", "Spark does not start: too old; valid: Java 17",
                     id="one that fails"),
    ],
)  # fmt: skip
def test_what_java_must_be_is_said(java: str | None, message: str, tmp_path: Path) -> None:
    folder = packed(tmp_path, *RECORDS["two attempts"])
    home = tmp_path / "java"
    (home / "bin").mkdir(parents=True)
    if java is not None:
        (home / "bin" / "java").write_text(f"#!/bin/sh\n{java}\n", encoding="utf-8")
        (home / "bin" / "java").chmod(0o755)
    done = alone([folder, "--engine", "spark"], tmp_path, JAVA_HOME=str(home))
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
