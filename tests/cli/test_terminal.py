"""The command on a terminal, where colours are not wanted, and in a pipe."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.bad_records import VALID
from support.core import SUPPORTED

from pytest_ddcompat.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = {
    "check": "check --facts facts.json",
    "explain": "explain sca --facts facts.json",
    "compare": "compare facts.json tracer=1.0",
    "facts": "facts",
    "matrix": "matrix --facts facts.json",
    "matrices": "matrices",
    "report": "report record.json",
}
COLOURED = set(COMMANDS) - {"facts", "matrices"}
COLOURS = {*range(30, 50), *range(90, 108)}


class Terminal(io.StringIO):
    """Looks like one."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    (tmp_path / "facts.json").write_text(json.dumps(SUPPORTED), encoding="utf-8")
    (tmp_path / "record.json").write_text(json.dumps(VALID), encoding="utf-8")


def printed(command: str, out: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", out)
        assert main(command.split()) in {0, 1}
    assert out.getvalue()
    return out.getvalue()


def colours(text: str) -> set[int]:
    codes = ";".join(re.findall(r"\x1b\[([\d;]*)m", text))
    return {int(code) for code in codes.split(";") if code} & COLOURS


@pytest.mark.parametrize("name", COMMANDS)
def test_colours_on_a_terminal_that_wants_them(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bool(colours(printed(COMMANDS[name], Terminal(), monkeypatch))) == (name in COLOURED)


@pytest.mark.parametrize("force", ["", "1"], ids=["", "forced too"])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_colour_where_none_is_wanted(
    name: str, force: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    if force:
        monkeypatch.setenv("FORCE_COLOR", force)
    assert colours(printed(COMMANDS[name], Terminal(), monkeypatch)) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_no_escape_sequence_in_a_pipe(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in printed(COMMANDS[name], io.StringIO(), monkeypatch)


@pytest.mark.parametrize("name", COMMANDS)
def test_no_escape_sequence_on_a_dumb_terminal(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in printed(COMMANDS[name], Terminal(), monkeypatch)


@pytest.mark.parametrize("name", ["matrix", "report"])
def test_no_escape_sequence_in_a_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert main([*COMMANDS[name].split(), "--output", "out.txt"]) == 0
    assert "\x1b" not in (tmp_path / "out.txt").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="a pseudo-terminal")
@pytest.mark.parametrize("wanted", [True, False])
def test_real_terminal(monkeypatch: pytest.MonkeyPatch, wanted: bool) -> None:
    if not wanted:
        monkeypatch.setenv("NO_COLOR", "1")
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "pytest_ddcompat", "explain", "sca", "--facts", "facts.json"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs):
        os.close(theirs)
        text = b""
        while chunk := read(ours):
            text += chunk
    os.close(ours)
    assert b"software_composition_analysis" in text
    assert bool(colours(text.decode())) == wanted


def read(terminal: int) -> bytes:
    """What a terminal shows next; empty at its end, which Linux tells by an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
