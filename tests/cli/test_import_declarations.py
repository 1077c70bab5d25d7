"""`ddcompat import --declarations`: where file and account go, and which options are for what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_ddcompat.__main__ import main

OPTIONS = ["import", "--declarations", "python.yml"]
MANIFEST = """\
manifest:
  tests/a.py::Test_A: v1.2.0-dev
  tests/a.py::Test_B: later (\u202e)
"""
ACCOUNT = """\
python.yml: 1 of 2 declarations interpreted, 1 unresolved
python.yml:3: "later (\\u202e)": "later" is not a version range
"""
FILE = """\
#:schema declarations.schema.json

# Imported from python.yml.

[[facts]]
id = "variant"
kind = "word"
description = "Which of the applications is tested; a manifest calls it the weblog."

[[declarations]]
tests = "tests/a.py::Test_A"
state = "missing"
when = { tracer = "<1.2.0.dev0" }  # v1.2.0-dev
"""


@pytest.fixture(autouse=True)
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("python.yml").write_text(MANIFEST, encoding="utf-8")


def test_file_and_account(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*OPTIONS, "-o", "out.toml"]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == (ACCOUNT, "")
    assert Path("out.toml").read_text(encoding="utf-8") == FILE


def test_file_alone_is_on_the_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(OPTIONS) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == (FILE, ACCOUNT)


def test_account_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*OPTIONS, "-o", "out.toml", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "declarations": 2,
        "interpreted": 1,
        "unresolved": [
            {"line": 3, "text": "later (\u202e)", "reason": '"later" is not a version range'}
        ],
        "warnings": [],
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param([*OPTIONS, "--id", "x"],
                     "--id is for a page, and --declarations for a manifest",
                     id="an option of pages"),
        pytest.param([*OPTIONS, "-o", "python.yml"],
                     "--output: cannot write python.yml: the command reads it",
                     id="the manifest itself"),
    ],
)  # fmt: skip
def test_refused(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"ddcompat: {message}\n"
    assert Path("python.yml").read_text(encoding="utf-8") == MANIFEST
