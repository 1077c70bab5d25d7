"""`ddcompat report` where the record is none, or the output cannot be written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.bad_records import BAD, UNREADABLE, VALID
from support.records import write_record

from pytest_ddcompat.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Write the valid record."""
    return write_record(tmp_path, VALID)


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_record_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    content, message = BAD[case]
    path = tmp_path / "run.json"
    path.write_text(json.dumps(content))
    assert main(["report", str(path)]) == 2
    assert capsys.readouterr() == ("", f"ddcompat: {path}: {message}\n")


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_is_no_json_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(UNREADABLE[case][0])
    assert main(["report", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"ddcompat: {path}: {UNREADABLE[case][1]}; valid: ")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("none.json", "No such file or directory"),
        (".", "Is a directory"),
        ("a\0b", "embedded null"),
    ],
    ids=["missing", "directory", "null"],
)
def test_a_record_that_cannot_be_read_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, reason: str
) -> None:
    assert main(["report", str(tmp_path / name)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot read this record" in line
    assert reason in line


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (".", "it is a directory"),
        ("no/out", "there is no folder {path}/no"),
        ("run.json", "the command reads it"),
    ],
)
def test_output_that_cannot_be_written_is_refused(
    written: Path, capsys: pytest.CaptureFixture[str], name: str, reason: str
) -> None:
    folder = written.parent
    before = written.read_bytes()
    assert main(["report", str(written), "-o", str(folder / name)]) == 2
    told = f"--output: cannot write {folder / name}: {reason.format(path=folder)}"
    assert capsys.readouterr().err == f"ddcompat: {told}\n"
    assert written.read_bytes() == before
