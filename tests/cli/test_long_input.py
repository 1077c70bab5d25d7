"""Errors quote no more of bad input than a reader needs to find it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.bad_records import VALID
from support.importing import CAPABILITIES, table

from pytest_ddcompat.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

LONG = "z" * 20_000
SPACED = "z " * 10_000
PAGE = '[page]\nid = "t"\ntitle = "T"\nread = 2026-01-02\ntracer = "ddtrace"\n'
OVERLAY = 'extends = "iast-python"\n'
GIVEN = 'source = "s"\nreason = "r"\n'
FILES = {
    "a tag": ("p.md", CAPABILITIES + "{% § >}\n"),
    "a closed tag": ("p.md", CAPABILITIES + "{% § %}\n"),
    "a tag alone": ("p.md", "{% § %}\n"),
    "a paragraph": ("p.md", CAPABILITIES + "only Bot Filter §\n"),
    "a heading": ("p.md", CAPABILITIES + "# only Bot Filter §\n"),
    "a comment": ("p.md", CAPABILITIES + "<!-- §\n"),
    "a row of no table": ("p.md", CAPABILITIES + "| § | b |\n"),
    "a minimum": ("p.md", CAPABILITIES + table("X capability | Minimum x version", "N | §")),
    "cells beyond the head": ("p.md", CAPABILITIES + table("Type | CV", "Docker | yes | § | §")),
    "a head": ("p.md", table("X capability | Minimum §", "N | 1")),
    "an abbreviation of two": (
        "p.md", table("X capability | Minimum x version", "N § (AB) | 1", "M § (AB) | 1")
    ),
    "an alias of YAML": ("p.md", "---\ntitle: *§\n---\n"),
    "a key": ("m.toml", f'{PAGE}"§" = 1\n'),
    "a table that stands twice": ("m.toml", f'{PAGE}["§"]\n["§"]\n'),
    "what is extended": ("m.toml", 'extends = "§"\n'),
    "a file that is extended": ("m.toml", 'extends = "§.toml"\n'),
    "a removed row": ("m.toml", f'{OVERLAY}[[capabilities]]\nid = "§"\nremove = true\n{GIVEN}'),
    "a mark": ("m.toml", f'{OVERLAY}[[frameworks]]\nid = "x"\ncapabilities = {{"§" = true}}\n'),
    "a key of facts": ("f.json", '{"§": 1}'),
    "a version": ("f.json", '{"tracer": "§"}'),
    "a framework": ("f.json", '{"frameworks": {"§": "1"}}'),
    "a deployment type": ("f.json", '{"deployments": ["§"]}'),
    "a site": ("f.json", '{"site": "§"}'),
    "a key of a record": ("r.json", json.dumps({**VALID, "§": 1})),
    "a version of a record": ("r.json", json.dumps({**VALID, "matrix": "§"})),
}  # fmt: skip
COMMANDS = {
    "p.md": ["import", "p.md", "-o", "out.toml"],
    "m.toml": ["check", "sca", "--matrix", "m.toml"],
    "f.json": ["check", "sca", "--facts", "f.json"],
    "r.json": ["report", "r.json"],
}
OPTIONS = (
    ["§"], ["check", "§"], ["check", "--§"], ["check", "--format", "§"], ["check", "--set", "§"],
    ["check", "--set", "python=§"], ["check", "--matrix", "§"], ["check", "--agent", "§"],
    ["compare", "§", "here"], ["compare", "§=1", "here"], ["compare", "a=§", "here"],
    ["import", "§"], ["import", "p.md", "--partials", "§"], ["report", "§"], ["matrices", "§"],
    ["matrix", "-o", "§"],
)  # fmt: skip


def check(command: list[str], capsys: pytest.CaptureFixture[str], most: int) -> None:
    assert main(command) in {0, 2}
    captured = capsys.readouterr()
    lines = (captured.out + captured.err).splitlines()
    assert lines
    for line in lines:
        assert line.count("z") <= most
        assert len(line) < 1500


@pytest.mark.parametrize("text", [LONG, SPACED], ids=["a word", "words"])
@pytest.mark.parametrize("name", FILES)
def test_file(
    name: str,
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    file, content = FILES[name]
    (tmp_path / file).write_text(content.replace("§", text), encoding="utf-8")
    is_path = name == "a file that is extended"
    check(COMMANDS[file], capsys, 1000 if is_path else 300)


@pytest.mark.parametrize("text", [LONG, SPACED], ids=["a word", "words"])
@pytest.mark.parametrize("command", OPTIONS, ids=" ".join)
def test_option(
    command: list[str],
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.md").write_text(CAPABILITIES, encoding="utf-8")
    check([word.replace("§", text) for word in command], capsys, 1000)
