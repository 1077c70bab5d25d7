"""The form of a record: reader and schema agree, and a file is written whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import jsonschema
import pytest
from support.core import MATRIX, asks, environment

from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.remedies import Verdicts
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.record.builder import (
    build_record,
    decision_entry,
    environment_entry,
    matrix_entry,
)
from pytest_ddcompat.record.format import RecordError, read_record, record_schema
from pytest_ddcompat.values.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = Path(__file__).parents[2] / "matrices" / "record.schema.json"


class DecisionStub:
    status = Status.UNSUPPORTED
    action = Action.SKIP
    requirements = (asks("api_security"),)
    reason = "it is old"
    remedies = ("newer",)
    error = ""


class EntryStub:
    id = "test_it.py::test"
    place = ("test_it.py", 3)
    outcome = "not_run"


def valid_record() -> dict[str, Any]:
    """Build the record of one test that did not run."""
    facts, matrices = environment(tracer="2.5.0"), Matrices([MATRIX])
    decision = decision_entry(DecisionStub(), Verdicts(facts, matrices), matrices)
    return build_record(
        [matrix_entry(MATRIX)],
        environment_entry(facts, matrices),
        [(EntryStub(), decision)],
        0,
        interrupted=False,
    )


VALID = valid_record()


def test_schema_is_that_of_the_reader() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == record_schema()
    jsonschema.Draft202012Validator.check_schema(record_schema())


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    inner = schema.values() if isinstance(schema, dict) else schema
    for value in inner if isinstance(schema, (dict, list)) else ():
        yield from objects(value)
    if isinstance(schema, dict) and "properties" in schema:
        yield schema


def test_schema_describes_every_key_and_refuses_others() -> None:
    tables = list(objects(record_schema()))
    assert len(tables) == 9
    for described in tables:
        assert described["additionalProperties"] is False
        assert all(len(key["description"]) > 5 for key in described["properties"].values())


def changed(*path: str | int, to: object) -> dict[str, Any]:
    """The valid record with one value in another's place."""
    record = deepcopy(VALID)
    place: Any = record
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = to
    return record


def without(*path: str | int) -> dict[str, Any]:
    """The valid record without one key."""
    record = deepcopy(VALID)
    place: Any = record
    for part in path[:-1]:
        place = place[part]
    del place[path[-1]]
    return record


BAD: dict[str, tuple[Any, str]] = {
    "not an object": ([], "this must be an object (got an array)"),
    "null": (None, "this must be an object (got null)"),
    "other version": (changed("version", to=2), "version: 2 is not known; valid: 1"),
    "version as text": (changed("version", to="1"), 'version: this must be 1 (got "1")'),
    "version as true": (changed("version", to=True), "version: this must be 1 (got true)"),
    "no version": (without("version"), 'the key "version" is missing: Version of this form.'),
    "no tests": (
        without("tests"),
        'the key "tests" is missing: Every gated test, those with markers as they were collected.',
    ),
    "unknown key": (
        changed("test", to=[]),
        (
            'unknown key "test"; did you mean "tests"? valid: decisions, environment, exit_status, '
            "interrupted, matrix, other_matrices, tests, version"
        ),
    ),
    "unknown fact": (
        changed("environment", "facts", "tracr", to="1"),
        (
            'environment.facts: unknown key "tracr"; did you mean "tracer"? valid: agent, cpu, '
            "date, deployments, frameworks, implementation, os, python, remote_configuration, "
            "site, tracer"
        ),
    ),
    "unknown outcome": (
        changed("tests", 0, "outcome", to="pased"),
        (
            'tests[0].outcome: "pased" is not valid; did you mean "passed"? valid: deselected, '
            "error, failed, not_run, passed, skipped, xfailed, xpassed"
        ),
    ),
    "index of no decision": (
        changed("tests", 0, "decision", to=1),
        "tests[0].decision: there is no decision 1; there are 1, from 0",
    ),
    "index below 0": (
        changed("tests", 0, "decision", to=-1),
        "tests[0].decision: this must be a whole number (got -1)",
    ),
    "address that is a script": (
        changed("matrix", "address", to="javascript:alert(1)"),
        'matrix.address: this must be an address (got "javascript:alert(1)")',
    ),
    "hash that is none": (
        changed("matrix", "sha256", to="00"),
        'matrix.sha256: this must be 64 hexadecimal digits (got "00")',
    ),
    "action that is none": (
        changed("decisions", 0, "action", to=None),
        "decisions[0].action: this must be a string (got None)",
    ),
    "finding that is none": (
        changed("decisions", 0, "requirements", 0, "findings", 2, to="?"),
        'decisions[0].requirements[0].findings[2]: this must be an object (got "?")',
    ),
}
BEYOND_SCHEMA = {"index of no decision"}


@pytest.mark.parametrize(("record", "message"), BAD.values(), ids=list(BAD))
def test_bad_records_are_refused(tmp_path: Path, record: object, message: str) -> None:
    file = tmp_path / "record.json"
    file.write_text(json.dumps(record))
    with pytest.raises(RecordError) as refused:
        read_record(file)
    assert refused.value.problems == (f"{file}: {message}",)


@pytest.mark.parametrize("case", BAD)
def test_schema_refuses_what_the_reader_refuses(case: str) -> None:
    valid = jsonschema.Draft202012Validator(record_schema()).is_valid(BAD[case][0])
    assert valid == (case in BEYOND_SCHEMA)


UNREADABLE = {
    "empty": (b"", "line 1, column 1: this is not valid JSON: Expecting value"),
    "half": (b'{"version":', "line 1, column 12: this is not valid JSON: Expecting value"),
    "binary": (b"\x00\xff\xfe", "byte 1: this is not UTF-8 text"),
    "deep": (b"[" * 200_000, "a number in it is too long, or it is nested too deeply"),
}


@pytest.mark.parametrize(("content", "message"), UNREADABLE.values(), ids=list(UNREADABLE))
def test_files_that_are_no_json_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "record.json"
    file.write_bytes(content)
    with pytest.raises(RecordError) as refused:
        read_record(file)
    expected = f"{file}: {message}; valid: what --ddcompat-report writes"
    assert refused.value.problems == (expected,)


def test_all_problems_are_told_at_once_but_not_thousands(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_text(json.dumps({**VALID, "tests": [1] * 1000}))
    with pytest.raises(RecordError) as refused:
        read_record(file)
    assert len(refused.value.problems) == 21
    assert refused.value.problems[-1] == f"{file}: and 980 more problems"


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    write_atomically(file, json.dumps(VALID).encode())
    assert read_record(file) == VALID
    jsonschema.validate(VALID, record_schema())


def test_hash_is_of_what_the_matrix_says() -> None:
    other = deepcopy(MATRIX)
    vars(other)["capabilities"] = MATRIX.capabilities[1:]
    first, second, third = (
        matrix_entry(matrix)["sha256"] for matrix in (MATRIX, deepcopy(MATRIX), other)
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
    text = "import sys, pytest_ddcompat.record.format; print(*sys.modules)"
    command = [sys.executable, "-c", text]
    loaded = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert not {"pytest", "_pytest", "rich", "jinja2"} & set(loaded)
