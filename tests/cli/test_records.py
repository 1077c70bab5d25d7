"""`ddcompat records pack`, and `ddcompat report --format jsonl`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.made_records import OLD, PASSED, made_record, write_records

from pytest_ddcompat.__main__ import main
from pytest_ddcompat.cli.report_lines import OF_RUN
from pytest_ddcompat.jobs.tables import RUNS, TESTS

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "a.py::t[\n::error::x\x1b[31m\ud800]"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    linux = made_record({"a.py::test_x": PASSED, HOSTILE: OLD}, name="linux", attempt=1)
    write_records(tmp_path, linux, made_record({"a.py::test_x": OLD}, name="mac"))
    return ["0.json", "1.json"]


def test_pack(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("duckdb")
    assert main(["records", "pack", files[0], "-o", "packed"]) == 0
    assert capsys.readouterr() == ("packed 1 run into packed\n", "")
    assert main(["records", "pack", *files, "-o", "packed"]) == 0
    note = "ddcompat: note: 0.json: its run is packed already\n"
    assert capsys.readouterr() == ("packed 1 run into packed\n", note)
    assert main(["records", "pack", *files, "-o", "packed", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"packed": 0, "known": files}


def test_lines(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", *files, "--format", "jsonl"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = [column.name for column in TESTS.columns]
    assert {tuple(sorted(row)) for row in rows} == {tuple(sorted([*OF_RUN, *names]))}
    assert {column.name for column in RUNS.columns}.issuperset(OF_RUN)
    found = [(row["job"], row["test"], row["ran"], row["mend"]) for row in rows]
    assert found == [
        ("linux", "a.py::test_x", True, ""),
        ("linux", HOSTILE, False, "ddtrace >=2.6.0"),
        ("mac", "a.py::test_x", False, "ddtrace >=2.6.0"),
    ]


def test_lines_in_a_file(files: list[str], tmp_path: Path) -> None:
    assert main(["report", files[1], "--format", "jsonl", "-o", "lines"]) == 0
    assert json.loads((tmp_path / "lines").read_text())["job"] == "mac"


def test_lines_of_no_test(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file,) = write_records(tmp_path, made_record({}))
    assert main(["report", file, "--format", "jsonl"]) == 0
    assert capsys.readouterr() == ("", "")


def test_lines_of_a_bad_record(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", *files, "none.json", "--format", "jsonl"]) == 2
    said = "ddcompat: none.json: cannot read this record: No such file or directory\n"
    assert capsys.readouterr() == ("", said)
