"""The commands at 60, 80 and 120 columns: every id, option and name stays whole."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from support.bad_records import VALID
from support.core import SUPPORTED

from pytest_ddcompat import __version__, load_matrix
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.environment.fact import KEYS

ROOT = Path(__file__).parents[2]
MATRIX = load_matrix()
IDS = {capability.id for capability in MATRIX.capabilities}
COMMANDS = ("check", "facts", "explain", "compare", "policy", "declare", "plan", "matrix",
            "matrices", "report", "records", "coverage", "wins", "import", "diff",
            "lint")  # fmt: skip
widths = pytest.mark.parametrize("columns", [60, 80, 120])


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("facts.json").write_text(json.dumps(SUPPORTED), encoding="utf-8")


def printed(
    line: str, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(line.split()) in {0, 1}
    return capsys.readouterr().out.splitlines()


def too_wide(lines: list[str], columns: int) -> list[str]:
    """The lines that are wider than the terminal, but for those of what has to stay whole."""
    whole = {MATRIX.page.address, sys.executable}
    return [line for line in lines if len(line) > columns and not whole & {*line.split()}]


@widths
@pytest.mark.parametrize(
    "line",
    [
        pytest.param("check", id="facts of this machine"),
        pytest.param("check --facts facts.json", id="facts of a file"),
        pytest.param("check --facts facts.json --set tracer=1.0", id="all unsupported"),
        pytest.param("compare facts.json tracer=1.0", id="compare"),
        pytest.param("policy --facts facts.json --set tracer=1.0", id="policy"),
    ],
)
def test_ids_are_whole(
    line: str, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = printed(line, columns, monkeypatch, capsys)
    words = {word for shown in lines for word in shown.split()}
    assert words >= IDS
    if line.startswith("check"):
        assert words >= {*KEYS}
        assert words >= {"datadoghq.com"}
    assert too_wide(lines, columns) == []


@widths
@pytest.mark.parametrize(
    "line",
    [
        pytest.param("matrices", id="matrices"),
        pytest.param("matrix --facts facts.json", id="matrix"),
        pytest.param("explain api_security --set tracer=1.0 --framework flask", id="explain"),
        pytest.param("diff iast-python newer.toml --set tracer=2.6.0", id="diff"),
        pytest.param("report record.json", id="report"),
    ],
)
def test_a_line_is_no_wider_than_the_terminal(
    line: str, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = json.loads(json.dumps(VALID).replace("it is old", "it is old, " * 20))
    Path("record.json").write_text(json.dumps(record), encoding="utf-8")
    page = (ROOT / "matrices/iast-python.toml").read_text(encoding="utf-8")
    Path("newer.toml").write_text(page.replace("2.6.0", "2.7.0"), encoding="utf-8")
    lines = printed(line, columns, monkeypatch, capsys)
    assert too_wide(lines, columns) == []
    if line == "matrices":
        assert " 7 capabilities, " in " ".join(lines)
        assert not any(re.search(r", \d+ *$", each) for each in lines)


@widths
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_whole(
    command: str,
    columns: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    with pytest.raises(SystemExit, match="0"):
        main([*command.split(), "--help"])
    out = capsys.readouterr().out
    assert not re.search(r"\w-\n", out)
    assert max(len(line) for line in out.splitlines() if "Example: " not in line) <= columns
    assert re.search(rf"^Example: ddcompat {command}\b.*\S$", out, re.MULTILINE)


def test_each_line_of_help_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        with pytest.raises(SystemExit, match="0"):
            main([command, "--help"])
        out = capsys.readouterr().out
        found = re.findall(
            r"^  (?:-\w[^-\n]*)?(--[a-z-]+)[^\n]*?(?:  +|\n {24})(\S[^\n]*)$", out, re.MULTILINE
        )
        assert [name for name, _ in found] == re.findall(
            r"^  (?:-\w[^-\n]*)?(--[a-z-]+)", out, re.MULTILINE
        )
        assert [text for _, text in found if not text[0].isupper()] == []


@pytest.mark.parametrize("frameworks", [{}, {"flask": None}, {"flask": "3.0"}])
def test_check_says_which_frameworks_it_did_not_judge(
    frameworks: dict[str, str | None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    facts = {**SUPPORTED, "frameworks": frameworks}
    Path("facts.json").write_text(json.dumps(facts), encoding="utf-8")
    said = ["not judged: flask 3.0; to judge a framework too, add --framework NAME"]
    lines = printed("check sca --facts facts.json", 80, monkeypatch, capsys)
    assert [line for line in lines if "--framework" in line] == (
        said if frameworks.get("flask") else []
    )
    lines = printed("check sca --facts facts.json --framework flask", 80, monkeypatch, capsys)
    assert not [line for line in lines if "not judged" in line]


def test_a_bare_command_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    bare = capsys.readouterr()
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    assert (bare.out, bare.err) == (capsys.readouterr().out, "")
    assert set(COMMANDS) == set(re.findall(r"^    (\w+)", bare.out, re.MULTILINE))


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"pytest-ddcompat {__version__}\n"
