"""Files that never end, or are too large: each command refuses them in one line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_ddcompat.__main__ import main

MIB = 1024 * 1024
COMMANDS = {
    "facts of check": (["check", "sca", "--facts", "FILE"], "", 1),
    "facts of explain": (["explain", "sca", "--facts", "FILE"], "", 1),
    "facts of diff": (["diff", "iast-python", "iast-python", "--facts", "FILE"], "", 1),
    "a page to import": (["import", "FILE"], ".md", 2),
    "a page to diff": (["diff", "iast-python", "FILE"], ".md", 2),
    "a page to lint": (["lint", "FILE"], ".md", 2),
    "a matrix": (["matrix", "FILE"], ".toml", 16),
    "a matrix of check": (["check", "sca", "--matrix", "FILE"], ".toml", 16),
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
    return line


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes have names here")
@pytest.mark.parametrize("command", COMMANDS)
def test_pipe(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"pipe{COMMANDS[command][1]}"
    os.mkfifo(path)
    assert refused(command, path, capsys).endswith("cannot be read: it is no regular file")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no endless file here")
@pytest.mark.parametrize("command", COMMANDS)
def test_endless_file(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"endless{COMMANDS[command][1]}"
    path.symlink_to("/dev/zero")
    assert refused(command, path, capsys).endswith("cannot be read: it is no regular file")


@pytest.mark.parametrize("command", COMMANDS)
def test_large_file(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, ending, limit = COMMANDS[command]
    path = tmp_path / f"large{ending}"
    with path.open("wb") as file:
        file.truncate(1024 * MIB)  # without blocks on the disk
    assert refused(command, path, capsys).endswith(f"larger than {limit} MiB")
