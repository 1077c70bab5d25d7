"""The form of a record: reader and schema agree, and a file is written whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Callable

import jsonschema
import pytest
from support.bad_records import BAD, UNREADABLE, VALID
from support.core import MATRICES, MATRIX
from support.schemas import tables_of

from pytest_ddcompat.record.builder import matrix_entry
from pytest_ddcompat.record.format import record_schema
from pytest_ddcompat.record.reading import RecordError, read_record
from pytest_ddcompat.values.files import write_atomically

SCHEMA = MATRICES / "record.schema.json"


def test_schema_is_that_of_the_reader() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == record_schema()
    jsonschema.Draft202012Validator.check_schema(record_schema())


def test_schema_describes_every_key_and_refuses_others() -> None:
    tables = tables_of(record_schema())
    assert len(tables) == 11
    for described in tables:
        assert described["additionalProperties"] is False
        assert all(len(key["description"]) > 5 for key in described["properties"].values())


BEYOND_SCHEMA = {
    "day that does not exist",
    *(f"index of no {key}" for key in ("finding", "requirement", "declaration", "decision")),
    "index of no environment",
    "no environment",
    "strict of no requirement",
}


@pytest.mark.parametrize(("record", "message"), BAD.values(), ids=list(BAD))
def test_bad_records_are_refused(tmp_path: Path, record: object, message: str) -> None:
    file = tmp_path / "record.json"
    file.write_text(json.dumps(record))
    with pytest.raises(RecordError) as refused:
        read_record(file)
    assert str(refused.value) == f"{file}: {message}"


@pytest.mark.parametrize("case", BAD)
def test_schema_refuses_what_the_reader_refuses(case: str) -> None:
    valid = jsonschema.Draft202012Validator(record_schema()).is_valid(BAD[case][0])
    assert valid == (case in BEYOND_SCHEMA)


@pytest.mark.parametrize(("content", "message"), UNREADABLE.values(), ids=list(UNREADABLE))
def test_files_that_are_no_json_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "record.json"
    file.write_bytes(content)
    with pytest.raises(RecordError) as refused:
        read_record(file)
    expected = f"{file}: {message}; valid: a file that --ddcompat-report wrote"
    assert str(refused.value) == expected


@pytest.mark.parametrize(
    ("count", "more"),
    [pytest.param(1000, "980", id="counted"), pytest.param(9000, "at least 1180", id="too many")],
)
def test_all_problems_are_told_at_once_but_not_thousands(
    tmp_path: Path, count: int, more: str
) -> None:
    file = tmp_path / "record.json"
    file.write_text(json.dumps({**VALID, "tests": [1] * count}))
    with pytest.raises(RecordError) as refused:
        read_record(file)
    assert len(refused.value.problems) == 21
    assert str(refused.value.problems[-1]) == f"{file}: and {more} more problems"


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    write_atomically(file, json.dumps(VALID).encode())
    assert read_record(file) == VALID
    jsonschema.validate(VALID, record_schema())


def test_hash_is_of_what_the_matrix_says() -> None:
    other = MATRIX.replaced({"capabilities": MATRIX.capabilities[1:]})
    first, second, third = (
        matrix_entry(matrix)["sha256"] for matrix in (MATRIX, MATRIX.replaced({}), other)
    )
    assert first == second != third


def leave(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_write_that_fails_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    file = tmp_path / "record.json"
    file.write_text("before")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os if failing == "fsync" else Path, failing, full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(file, b"after")
    assert (file.read_text(), leave(tmp_path)) == ("before", {"record.json"})


def directory(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def nowhere(path: Path) -> None:
    path.symlink_to(path.parent / "no" / "folder")


@pytest.mark.parametrize("make", [directory, pipe, nowhere])
def test_what_is_no_file_is_not_replaced(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "record.json"
    make(path)
    before = path.lstat()
    with pytest.raises(OSError, match=r"it is |there is no folder"):
        write_atomically(path, b"after")
    assert (path.lstat().st_ino, leave(tmp_path)) == (before.st_ino, {"record.json"})


def test_a_link_stays_and_the_mode_too(tmp_path: Path) -> None:
    file, link = tmp_path / "record.json", tmp_path / "link"
    file.write_text("before")
    file.chmod(0o640)
    link.symlink_to(file)
    write_atomically(link, b"after")
    assert link.is_symlink()
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("after", 0o640)


@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_nobody_else_reads_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    """The file is at no time open to more than the one that it replaces; its name is ours."""
    file = tmp_path / "record.json"
    modes: list[int] = []
    names: list[str] = []
    file.write_text("before")
    file.chmod(mode)
    monkeypatch.setattr(os, "fsync", lambda number: modes.append(os.fstat(number).st_mode & 0o777))
    monkeypatch.setattr(Path, "replace", lambda path, _: names.append(path.name))
    write_atomically(file, b"after")
    assert [opened & ~mode for opened in modes] == [0]
    (name,) = names
    assert re.fullmatch(r"\.ddcompat-[0-9a-f]{16}\.tmp", name)


def test_a_link_that_the_system_does_not_follow_is_left_alone(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(link)
    with pytest.raises(OSError, match="symbolic links"):
        write_atomically(link, b"after")
    assert link.is_symlink()
    assert leave(tmp_path) == {"link"}


def test_the_core_imports_neither_pytest_nor_what_renders() -> None:
    text = "import sys, pytest_ddcompat.record.reading; print(*sys.modules)"
    command = [sys.executable, "-c", text]
    loaded = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert not {"pytest", "_pytest", "rich", "jinja2"} & set(loaded)
