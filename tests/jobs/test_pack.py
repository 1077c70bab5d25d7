"""Packing: every row once, whole or not at all, and nothing of the records is SQL."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.made_records import (
    AUTHOR,
    COMMIT,
    OLD,
    PASSED,
    REPOSITORY,
    made_record,
    many_records,
    write_records,
)

from pytest_ddcompat.jobs import pack as packing
from pytest_ddcompat.jobs.engine import connected, rows_of
from pytest_ddcompat.jobs.pack import files_of, pack, table_of
from pytest_ddcompat.jobs.tables import FINDINGS, RUNS, TABLES, TESTS
from pytest_ddcompat.values.errors import CompatibilityError

pytest.importorskip("duckdb")
pytestmark = pytest.mark.once

HOSTILE = "a.py::t'; DROP TABLE tests; --[\x1b[31m\x00`|<b>\ud800\u202e]"


def rows(folder: Path, table: str, order: str = "run") -> list[dict[str, Any]]:
    """Read a table as any engine does."""
    with connected() as connection:
        files = str(folder / table / "*" / "*.parquet")
        connection.read_parquet(files, hive_partitioning=True).create_view("them")
        return rows_of(connection, f"FROM them ORDER BY {order}")


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    return tmp_path / "packed"


def test_each_table_has_its_rows(tmp_path: Path, packed: Path) -> None:
    tests = {"a.py::test_x": PASSED, "a.py::test_y": OLD}
    record = made_record(tests, name="linux", attempt=2)
    assert pack(write_records(tmp_path, record), str(packed)) == (1, [])
    (run,) = rows(packed, "runs")
    assert list(run) == [*(column.name for column in RUNS.columns), "day"]
    assert run["run"] == record["run"]["id"]
    assert str(run["began"]) == "2026-11-27 10:00:00"
    assert str(run["day"]) == "2026-11-27"
    assert (run["job"], run["attempt"], run["commit_sha"]) == ("linux", 2, COMMIT)
    assert run["repository"] == REPOSITORY
    assert json.loads(run["matrices"]) == [{"id": "iast-python", "sha256": 64 * "a"}]
    assert run["environment"] == "ddtrace 2.5.0, Python 3.11.7, linux, x86-64"

    passed, old = rows(packed, "tests", "test")
    assert list(old) == [*(column.name for column in TESTS.columns), "day"]
    shown = {key: old[key] for key in ("test", "file", "line", "outcome", "ran", "verdict", "mend")}
    assert shown == {
        "test": "a.py::test_y", "file": "a.py", "line": 2, "outcome": "skipped", "ran": False,
        "verdict": "unsupported", "mend": "ddtrace >=2.6.0",
    }  # fmt: skip
    assert (old["changes"], passed["changes"], passed["ran"]) == (1, 0, True)
    assert old["reason"] == "api_security needs ddtrace >=2.6.0, found 2.5.0"
    assert json.loads(old["requires"]) == ['requires_capability("api_security")']
    assert json.loads(old["facts"]) == record["environments"][0]["facts"]
    assert (old["tracer"], old["python"], old["os"]) == ("2.5.0", "3.11.7", "linux")

    _, finding = rows(packed, "findings", "decision")
    assert list(finding) == [*(column.name for column in FINDINGS.columns), "day"]
    assert finding["decision"] == old["decision"] == 1
    assert (finding["check_name"], finding["outcome"]) == ("tracer", "violated")
    assert (finding["documented"], finding["observed"]) == ("ddtrace >=2.6.0", "2.5.0")


def test_declarations_are_in_the_row_of_a_test(tmp_path: Path, packed: Path) -> None:
    record = made_record({"a.py::test_x": AUTHOR})
    declared = {"place": "d.toml:1", "verdict": "unsupported", "state": "bug", "ticket": "A-1"}
    record["declarations"] = [declared, {**declared, "ticket": "A-2", "owner": "team"}]
    record["decisions"][0]["declarations"] = [0, 1]
    pack(write_records(tmp_path, record), str(packed))
    (row,) = rows(packed, "tests")
    found = {key: row[key] for key in ("state", "ticket", "owner", "feature")}
    assert found == {"state": "bug", "ticket": "A-1, A-2", "owner": "team", "feature": ""}


def test_days_are_folders_and_batches_are_files(
    tmp_path: Path, packed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_BATCH", 1)
    days = ["2026-11-26T23:59:59Z", "2026-11-27T00:00:00Z", "2026-11-27T10:00:00Z"]
    records = [made_record({"a.py::t": PASSED}, begin=day) for day in days]
    pack(write_records(tmp_path, *records), str(packed))
    for table in TABLES:
        found = {path.parent.name for path in (packed / table.name).rglob("*.parquet")}
        assert found == {"day=2026-11-26", "day=2026-11-27"}
        assert len([*(packed / table.name).rglob("*.parquet")]) == len(days)
    assert len(rows(packed, "tests")) == len(days)


def test_a_run_is_packed_once(tmp_path: Path, packed: Path) -> None:
    records = [*many_records(1)]
    files = write_records(tmp_path, *records)
    assert pack(files[:3], str(packed)).known == []
    assert pack([*files, files[-1]], str(packed)) == (len(files) - 3, [*files[:3], files[-1]])
    assert pack(files, str(packed)) == (0, files)
    assert len(rows(packed, "runs")) == len(records)
    assert len(rows(packed, "tests")) == sum(len(record["tests"]) for record in records)


def test_one_pack_or_several_give_the_same(tmp_path: Path) -> None:
    files = write_records(tmp_path, *many_records(2))
    pack(files, str(tmp_path / "together"))
    for file in files:
        pack([file], str(tmp_path / "apart"))
    for table, order in (("runs", "run"), ("tests", "run, test"), ("findings", "ALL")):
        both = [rows(tmp_path / folder, table, order) for folder in ("together", "apart")]
        assert both[0] == both[1]


def test_hostile_words_stay_words(tmp_path: Path, packed: Path) -> None:
    case = OLD._replace(reason=HOSTILE, needs=HOSTILE, capability=HOSTILE)
    record = made_record({HOSTILE: case}, name=HOSTILE)
    record["tests"][0]["line"] = 10**30
    pack(write_records(tmp_path, record), str(packed))
    expected = HOSTILE.replace("\ud800", "\\ud800")
    (test,) = rows(packed, "tests")
    assert (test["test"], test["reason"], test["line"]) == (expected, expected, 2**31 - 1)
    assert rows(packed, "runs")[0]["job"] == expected
    assert rows(packed, "findings")[0]["documented"] == expected


def test_a_bad_record_leaves_the_folder_as_it_was(tmp_path: Path, packed: Path) -> None:
    good, other = write_records(tmp_path, *many_records(3))[:2]
    bad = tmp_path / "bad.json"
    bad.write_text('{"version": 1}')
    pack([good], str(packed))
    before = sorted(path for path in packed.rglob("*"))
    with pytest.raises(CompatibilityError, match="cannot read version 1 of a record"):
        pack([other, str(bad)], str(packed))
    assert sorted(path for path in packed.rglob("*")) == before


def test_an_error_while_files_are_put_in_place_takes_all_of_them_away(
    tmp_path: Path, packed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (
        made_record({"a.py::t": PASSED}, begin=f"2026-11-2{n}T10:00:00Z") for n in (6, 7)
    )
    pack(write_records(tmp_path, first), str(packed))
    before = sorted(packed.rglob("*.parquet"))
    replace, calls = Path.replace, []

    def failing(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(CompatibilityError, match="No space left on device"):
        pack(write_records(tmp_path, second), str(packed))
    assert sorted(packed.rglob("*.parquet")) == before
    assert not [*packed.glob("*.tmp")]


def test_what_a_killed_process_left_does_not_count_and_is_removed(
    tmp_path: Path, packed: Path
) -> None:
    records = [made_record({"a.py::t": PASSED}, name=name) for name in ("a", "b")]
    files = write_records(tmp_path, *records)
    pack(files[:1], str(packed))
    pack(files[1:], str(packed))
    removed = packed / "runs/day=2026-11-27" / f"{records[1]['run']['id']}.parquet"
    removed.unlink()
    (packed / ".ddcompat-x.tmp").mkdir()
    assert len(files_of(str(packed))["tests"]) == 1
    assert pack(files, str(packed)) == (1, files[:1])
    assert len(rows(packed, "tests")) == len(rows(packed, "runs")) == 2
    assert not [*packed.glob("*.tmp")]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        pytest.param({}, "it has no folder runs", id="empty"),
        pytest.param({"x.json": "{}"}, "it has no folder runs", id="something else"),
        pytest.param({"runs/day=2026-11-27/x.parquet": ""},
                     "runs/day=2026-11-27/x.parquet is not of it", id="a file of another name"),
    ],
)  # fmt: skip
def test_a_folder_that_is_no_pack(tmp_path: Path, made: dict[str, str], said: str) -> None:
    for name, text in made.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with pytest.raises(CompatibilityError) as raised:
        files_of(str(tmp_path))
    assert str(raised.value).startswith(f"{tmp_path}: this is no pack of records: {said}; valid: ")


def test_a_pack_without_runs(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    with pytest.raises(CompatibilityError, match="no run is packed in this folder"):
        files_of(str(tmp_path))


def test_a_folder_with_other_files_is_not_packed_into(tmp_path: Path) -> None:
    (file,) = write_records(tmp_path / "records", made_record({"a.py::t": PASSED}))
    with pytest.raises(CompatibilityError, match="no pack of records: other files are in it"):
        pack([file], str(tmp_path))


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        pytest.param("SELECT 1 AS run", "no column run of type VARCHAR", id="another type"),
        pytest.param("SELECT 'x' AS run", "no column format of type INTEGER", id="columns less"),
        pytest.param("SELECT * EXCLUDE (day) REPLACE (2 AS format) FROM runs",
                     "cannot read version 2 of these tables", id="another version"),
    ],
)  # fmt: skip
def test_parquet_from_elsewhere(tmp_path: Path, packed: Path, sql: str, said: str) -> None:
    pack(write_records(tmp_path / "records", made_record({"a.py::t": PASSED})), str(packed))
    (file,) = files_of(str(packed))["runs"]
    with connected() as connection:
        table_of(connection, "runs", [file], "")
        connection.execute(
            f"COPY ({sql}) TO $path (FORMAT parquet)", {"path": str(tmp_path / "new")}
        )
    Path(file).write_bytes((tmp_path / "new").read_bytes())
    with connected() as connection, pytest.raises(CompatibilityError, match=said):
        table_of(connection, "runs", [file], str(packed))


def test_bytes_that_are_no_parquet(tmp_path: Path, packed: Path) -> None:
    pack(write_records(tmp_path / "records", made_record({"a.py::t": PASSED})), str(packed))
    (file,) = files_of(str(packed))["runs"]
    Path(file).write_bytes(b"PAR1 and nothing else")
    with (
        pytest.raises(CompatibilityError, match="DuckDB cannot do this"),
        connected() as connection,
    ):
        table_of(connection, "runs", [file], str(packed))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_processes_that_pack_at_once(tmp_path: Path, packed: Path) -> None:
    records = [*many_records(4)]
    files = write_records(tmp_path / "records", *records)
    command = [
        sys.executable,
        "-m",
        "pytest_ddcompat",
        "records",
        "pack",
        *files,
        "-o",
        str(packed),
    ]
    running = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert len(rows(packed, "runs")) == len(records)
    assert len(rows(packed, "tests")) == sum(len(record["tests"]) for record in records)
