"""Files that never end, or are too large: each command refuses them in one line."""

from __future__ import annotations

import os
import re
from copy import deepcopy
from pathlib import Path

import pytest
from support.bad_records import VALID
from support.records import write_record

from pytest_ddcompat.__main__ import main

MIB = 1024 * 1024
COMMANDS = {
    "facts of check": (["check", "sca", "--facts", "FILE"], "", 1),
    "facts of explain": (["explain", "sca", "--facts", "FILE"], "", 1),
    "facts of diff": (["diff", "iast-python", "iast-python", "--facts", "FILE"], "", 1),
    "facts of compare": (["compare", "FILE", "here"], "", 1),
    "facts of matrix": (["matrix", "--facts", "FILE"], "", 1),
    "a page to import": (["import", "FILE"], ".md", 2),
    "a manifest to import": (["import", "--declarations", "FILE"], ".yml", 1),
    "a page to diff": (["diff", "iast-python", "FILE"], ".md", 2),
    "a page to lint": (["lint", "FILE"], ".md", 2),
    "a matrix": (["matrix", "FILE"], ".toml", 16),
    "a matrix of check": (["check", "sca", "--matrix", "FILE"], ".toml", 16),
    "a matrix of explain": (["explain", "sca", "--matrix", "FILE"], ".toml", 16),
    "a matrix of compare": (["compare", "here", "here", "--matrix", "FILE"], ".toml", 16),
    "a matrix to lint": (["lint", "FILE"], ".toml", 16),
    "a matrix to diff": (["diff", "FILE", "iast-python"], ".toml", 16),
    "options of policy": (["policy", "--config-file", "FILE"], ".ini", 1),
    "declarations": (["declare", "--declarations", "FILE"], ".toml", 16),
    "a record": (["report", "FILE"], ".json", 256),
    "a record of diff": (["diff", "iast-python", "iast-python", "--record", "FILE"], ".json", 256),
}


def refused(command: str, path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    arguments = [str(path) if word == "FILE" else word for word in COMMANDS[command][0]]
    assert main(arguments) == 2
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert captured.out == ""
    assert str(path) in line
    return line.partition("; valid: ")[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes have names here")
@pytest.mark.parametrize("command", COMMANDS)
def test_pipe(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"pipe{COMMANDS[command][1]}"
    os.mkfifo(path)
    assert refused(command, path, capsys).endswith(": it is not a regular file")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no endless file here")
@pytest.mark.parametrize("command", COMMANDS)
def test_endless_file(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"endless{COMMANDS[command][1]}"
    path.symlink_to("/dev/zero")
    assert refused(command, path, capsys).endswith(": it is not a regular file")


@pytest.mark.parametrize("command", COMMANDS)
def test_large_file(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, ending, limit = COMMANDS[command]
    path = tmp_path / f"large{ending}"
    with path.open("wb") as file:
        file.truncate(1024 * MIB)  # without blocks on the disk
    assert refused(command, path, capsys).endswith(f"larger than {limit} MiB")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes have names here")
@pytest.mark.parametrize("command", COMMANDS)
def test_regular_file_that_gives_no_data(
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / f"kmsg{COMMANDS[command][1]}"
    os.mkfifo(path)
    kept_open = os.open(path, os.O_RDWR)  # or a reader would be at its end at once
    # As of /proc/kmsg, which is a regular file and yet has nothing to read at times.
    monkeypatch.setattr("pytest_ddcompat.values.files.stat.S_ISREG", lambda _: True)
    try:
        assert refused(command, path, capsys).endswith(": it gives no data")
    finally:
        os.close(kept_open)


@pytest.mark.skipif(not hasattr(os, "set_blocking"), reason="reads cannot be told not to wait")
def test_standard_input_that_gives_no_data(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with os.fdopen(reading, encoding="utf-8") as stream, os.fdopen(writing, "wb"):
        monkeypatch.setattr("sys.stdin", stream)
        assert main(["check", "sca", "--facts", "-"]) == 2
    reason = "cannot read standard input: it gives no data"
    assert capsys.readouterr().err == f"ddcompat: {reason}\n"


def record_of(frameworks: int, folder: Path) -> str:
    record = deepcopy(VALID)
    (environment,) = record["environments"]
    environment["facts"]["frameworks"] = {f"f{n}": "1" for n in range(frameworks)}
    record["environments"] = [environment, environment]
    return str(write_record(folder, record))


@pytest.mark.parametrize("form", ["text", "html", "markdown"])
def test_record_of_many_frameworks(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", record_of(10_000, tmp_path), "--format", form]) == 0
    shown = capsys.readouterr().out
    assert form == "markdown" or re.search("and 8[0-9]{3} more", shown)
    assert shown.count("f1") < 2100


def test_diff_takes_all_frameworks_of_a_run(tmp_path: Path) -> None:
    path = record_of(1500, tmp_path)
    assert main(["diff", "iast-python", "iast-python", "--record", path]) == 0
