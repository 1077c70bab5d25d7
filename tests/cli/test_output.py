"""Where the command's output goes: no terminal, no reader, no room, few columns, few characters."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from support.core import SUPPORTED, parsed_toml

from pytest_ddcompat.__main__ import main
from pytest_ddcompat.cli.output import fair_share

COMMAND = f'"{sys.executable}" -m pytest_ddcompat'
PAGE = Path(__file__).parents[2] / "matrices" / "iast-python.toml"
COMMANDS = (
    "check", "check --format json", "explain sca", "compare here tracer=4.0", "facts", "matrix",
    "matrix --format html", "matrix --format markdown", "matrices",
)  # fmt: skip
SMALL = "| Shop protection capability | Minimum Python tracer version |\n| - | - |\n| One | 1.0 |\n"
EVIL = "[red]\x1b[31m|`\n\u202e<b>"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    Path("facts.json").write_text(json.dumps(SUPPORTED), encoding="utf-8")


@pytest.mark.parametrize(
    ("sizes", "most"),
    [([], 10), ([10], 10), ([11], 10), ([2, 8], 10), ([2, 9], 8), ([1, 2, 9], 7), ([6, 6], 5)],
)
def test_what_short_lists_leave_is_for_longer_ones(sizes: list[int], most: int) -> None:
    assert fair_share(sizes, 10) == most
    assert sum(min(size, most) for size in sizes) <= 10


def shell(command: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    environ = {**os.environ, **variables}
    return subprocess.run(command, shell=True, env=environ, capture_output=True, check=False)  # noqa: S602


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_device_is_one_line(command: str, unbuffered: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no full device")
    run = shell(f"{COMMAND} {command} > /dev/full", PYTHONUNBUFFERED=unbuffered)
    words = b"ddcompat: cannot write standard output: No space left on device\n"
    assert (run.returncode, run.stderr) == (2, words)


@pytest.mark.parametrize(
    ("command", "output"),
    [
        pytest.param("import page.md", "page.md", id="the page"),
        pytest.param("import page.md", "link.md", id="a link to the page"),
        pytest.param("matrix page.md", "page.md", id="the page that is drawn"),
        pytest.param("matrix over.toml --format markdown", "over.toml", id="the overlay"),
        pytest.param("matrix over.toml --format json", "base.toml", id="what it extends"),
        pytest.param("matrix --facts facts.json --format html", "facts.json", id="the facts"),
    ],
)
def test_no_command_writes_over_what_it_reads(
    command: str, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("page.md").write_text(SMALL, encoding="utf-8")
    Path("link.md").symlink_to("page.md")
    Path("base.toml").write_bytes(PAGE.read_bytes())
    Path("over.toml").write_text('extends = "base.toml"\n', encoding="utf-8")
    assert main(command.split()) == 0
    before = Path(output).read_bytes()
    assert main([*command.split(), "-o", "other"]) == 0
    capsys.readouterr()
    assert main([*command.split(), "-o", output]) == 2
    told = f"ddcompat: --output: cannot write {output}: the command reads it\n"
    assert tuple(capsys.readouterr()) == ("", told)
    assert Path(output).read_bytes() == before


@pytest.mark.parametrize("command", ["import page.md", "matrix", "matrix --format html"])
def test_a_full_disk_leaves_the_file_as_it_was(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("page.md").write_text(SMALL, encoding="utf-8")
    Path("out").write_text("before", encoding="utf-8")
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr(os, "fsync", Mock(side_effect=full))
    assert main([*command.split(), "-o", "out"]) == 2
    told = "ddcompat: --output: cannot write out: No space left on device\n"
    assert capsys.readouterr().err == told
    assert Path("out").read_text(encoding="utf-8") == "before"


@pytest.mark.parametrize("command", ["check", "facts"])
def test_a_closed_output_is_one_line(command: str) -> None:
    run = shell(f"{COMMAND} {command} >&-")
    words = b"ddcompat: cannot write standard output: it is closed\n"
    assert (run.returncode, run.stderr) == (2, words)


def test_a_closed_input_is_one_line() -> None:
    run = shell(f"{COMMAND} check --facts - <&-")
    words = b"ddcompat: cannot read standard input: it is closed\n"
    assert (run.returncode, run.stdout, run.stderr) == (2, b"", words)


@pytest.mark.parametrize(
    ("tracer", "status"), [pytest.param("4.16.0", 0, id="yes"), pytest.param("1.0", 1, id="no")]
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_the_answer_stays_what_it_is_when_the_reader_goes(
    tracer: str, status: int, form: str
) -> None:
    check = f"{COMMAND} check sca --facts facts.json --format {form}"
    Path("facts.json").write_text(json.dumps({**SUPPORTED, "tracer": tracer}), encoding="utf-8")
    run = shell(f"( sleep 0.2; {check}; echo $? >&2 ) | true")
    assert run.stderr.decode().split() == [str(status)]


@pytest.mark.parametrize("command", COMMANDS)
def test_an_output_of_few_characters(command: str) -> None:
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    run = shell(f"{COMMAND} {command}", **ascii_only)
    assert (run.returncode in {0, 1}, run.stderr) == (True, b"")
    assert run.stdout.isascii()


@pytest.mark.parametrize(
    ("variables", "colours"),
    [
        pytest.param({}, False, id="no terminal"),
        pytest.param({"FORCE_COLOR": "1"}, True, id="forced"),
        pytest.param({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, id="forced and refused"),
        pytest.param({"FORCE_COLOR": "1", "TERM": "dumb"}, False, id="dumb"),
    ],
)
def test_colours(variables: dict[str, str], colours: bool) -> None:
    run = shell(f"{COMMAND} check --facts facts.json", **variables)
    assert (b"\x1b[32m" in run.stdout) is colours


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("command", ["check", "matrix"])
def test_few_columns(
    command: str, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    main([command, "--facts", "facts.json", "--set", "tracer=2.0"])
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in lines if "https://" not in line) <= columns
    assert not any("…" in line for line in lines)


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        pytest.param(
            {"os": EVIL},
            "os: this must have only printable characters (got "
            '"[red]\\u001b[31m|`\\n\\u202e<b>"); valid: a value such as "linux"',
            id="OS",
        ),
        pytest.param(
            {"cpu": "\ud800"},
            'cpu: this must have only printable characters (got "\\ud800"); '
            'valid: a value such as "x86-64"',
            id="half a character",
        ),
        pytest.param(
            {"frameworks": {"a\x1b": "1"}},
            'frameworks: "a\\x1b" is not the name of a framework',
            id="framework",
        ),
        pytest.param(
            {"implementation": "cpyton"},
            'implementation: "cpyton" is not valid; did you mean "cpython"? valid: cpython, pypy',
            id="misspelt implementation",
        ),
    ],
)
def test_facts_that_no_environment_has(
    facts: dict[str, object], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.json").write_text(json.dumps(facts), encoding="utf-8")
    assert main(["check", "--facts", "bad.json"]) == 2
    assert capsys.readouterr() == ("", f"ddcompat: bad.json: {problem}\n")


@pytest.mark.parametrize(
    "command",
    [
        "check sca --datastore EVIL",
        "explain sca --datastore EVIL",
        "explain \x1c\u2028sca",
        "check --matrix own.toml",
        "explain threat_detection --matrix own.toml",
        "matrix own.toml",
        "matrix own.toml --format markdown",
        "matrix own.toml --format html",
    ],
)
def test_input_does_not_break_the_terminal(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = PAGE.read_text(encoding="utf-8").replace('title = "', 'title = "[red]\\u001b[31m\\u202e')
    Path("own.toml").write_text(own, encoding="utf-8")
    arguments = [EVIL if word == "EVIL" else word for word in command.split(" ")]
    assert main([*arguments, *("--facts", "facts.json")]) in {0, 1}
    out = capsys.readouterr().out
    assert not set(out) & {"\x1b", "\u202e", "\x1c", "\u2028"}
    # It is shown all the same, and not taken for markup.
    assert ("\\x1c\\u2028sca" if "\x1c" in command else "red") in out


@pytest.mark.parametrize(
    "command",
    ["check --matrix own.toml", "explain threat_detection --matrix own.toml", "matrix own.toml"],
)
def test_no_line_is_a_command_to_githubs_runner(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "::error::a" + " ::error::b" * 20
    own = PAGE.read_text(encoding="utf-8").replace('title = "', f'title = "{evil}')
    Path("own.toml").write_text(own, encoding="utf-8")
    assert main(command.split()) in {0, 1}
    out = capsys.readouterr().out
    assert "\\x3a:error::" in out
    assert not [line for line in out.splitlines() if line.lstrip().startswith("::")]


def test_markdown_keeps_an_address_together(capsys: pytest.CaptureFixture[str]) -> None:
    address = parsed_toml(PAGE)["page"]["address"]
    own = PAGE.read_text(encoding="utf-8").replace(address, "https://example.org/a)b")
    Path("own.toml").write_text(own, encoding="utf-8")
    assert main(["matrix", "own.toml", "--format", "markdown"]) == 0
    assert "[The page](<https://example.org/a)b>), read " in capsys.readouterr().out
