"""What commands print where it can be obeyed, cannot be printed, or is cut short by Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.core import SUPPORTED

from pytest_ddcompat.__main__ import main
from pytest_ddcompat.cli.markdown import paragraph, words
from pytest_ddcompat.environment.parsing import LIMIT
from pytest_ddcompat.values.text import inert

EVIL = "::error::x"
COMMANDS = (
    f"import {EVIL}.md", f"import {EVIL}.md -o made.toml", f"import {EVIL}.md --format json",
    f"import {EVIL}-none.md", f"lint {EVIL}.toml", f"lint {EVIL}.md",
    f"lint {EVIL}.toml --format json", f"lint {EVIL}-none.toml",
    f"check --matrix {EVIL}.toml", f"check --facts {EVIL}.json", f"check {EVIL}",
    f"explain {EVIL} --matrix {EVIL}.toml", f"explain firewall --matrix {EVIL}.toml",
    f"matrix {EVIL}.toml", f"matrix {EVIL}.toml --format markdown",
    f"matrix {EVIL}.toml --format html", f"matrix {EVIL}.toml --format json",
    f"compare {EVIL}.json facts.json", f"compare facts.json {EVIL}=1",
    f"diff {EVIL}.toml iast-python", f"diff iast-python {EVIL}.toml --format markdown",
    f"report {EVIL}.json", f"report {EVIL}-none.json", f"facts --framework {EVIL}",
    EVIL, f"--{EVIL}", f"check {EVIL} --format {EVIL}",
)  # fmt: skip
OPEN = """
# Some page
## Capabilities
| Capability | Minimum ddtrace version |
|---|---|
| ::error::cap | 1.0.0 |
| Firewall | ::error::words |
"""
MATRIX = """
[page]
id = "own"
title = "::error::title"
address = "https://example.com/"
read = 2026-01-02
tracer = "ddtrace"
[[capabilities]]
heading = "::error::heading"
id = "firewall"
documented = ["::error::Firewall ##vso[task.complete result=Failed]", "::error::1"]
minimum = "1.2.0"
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "40")
    Path("facts.json").write_text(json.dumps(SUPPORTED), encoding="utf-8")
    Path(f"{EVIL}.json").write_text("{", encoding="utf-8")
    Path(f"{EVIL}.md").write_text(OPEN, encoding="utf-8")
    Path(f"{EVIL}.toml").write_text(MATRIX, encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_is_a_command_to_a_ci_job(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command.split()) in {0, 1, 2}
    printed = capsys.readouterr()
    lines = [*printed.out.splitlines(), *printed.err.splitlines()]
    assert lines
    assert [line for line in lines if line.lstrip().startswith("::")] == []
    if "markdown" not in command and "html" not in command:
        assert "##vso[" not in printed.out + printed.err


def test_json_stays_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["matrix", f"{EVIL}.toml", "--format", "json", "--set", "tracer=2"]) == 0
    name = json.loads(capsys.readouterr().out)["capabilities"][0]["name"]
    assert name == "::error::Firewall ##vso[task.complete result=Failed]"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", "\\x3a:error::x"),
        ("a\n  ::add-mask::x", "a\n  \\x3a:add-mask::x"),
        ("\x1b[1m::x", "\x1b[1m\\x3a:x"),
        ("a ::b:: c", "a ::b:: c"),
        (":a::b", ":a::b"),
        ("a ##vso[x] ##[group]", "a #\\u0023vso[x] #\\u0023[group]"),
    ],
)
def test_inert(text: str, shown: str) -> None:
    assert inert(text) == shown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("see www.example.com", "see www&#8203;.example.com"),
        ("HTTPS://example.com/a", "HTTPS&#8203;://example.com/a"),
        ("ftp://a.b http://c", "ftp&#8203;://a.b http&#8203;://c"),
        ("WWW.example.com", "WWW&#8203;.example.com"),
        ("me@example.com", "me@&#8203;example.com"),
        ("mailto:me@example.com", "mailto:me@&#8203;example.com"),
        ("a :// b", "a :// b"),
    ],
)
def test_bare_addresses_are_text_in_markdown(text: str, markdown: str) -> None:
    assert (words(text), paragraph(text)) == (markdown, markdown)


def ended(command: str, stderr: object = subprocess.PIPE, **options: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest_ddcompat", *command.split()],
        stdout=subprocess.PIPE,
        stderr=stderr,  # type: ignore[call-overload]
        check=False,
        text=True,
        **options,
    )
    return done.returncode, done.stdout


@pytest.mark.skipif(os.name == "nt", reason="POSIX's devices and descriptors")
@pytest.mark.parametrize(
    ("command", "status"),
    [
        pytest.param("check nothing --facts facts.json", 2, id="refusal"),
        pytest.param(f"import {EVIL}.md", 0, id="account"),
        pytest.param("check sca --facts facts.json", 0, id="nothing to say"),
        pytest.param("check sca --set tracer=1.0", 1, id="no"),
    ],
)
@pytest.mark.parametrize("kind", ["closed", "full", "pipe without a reader"])
def test_standard_error_that_cannot_be_written(command: str, status: int, kind: str) -> None:
    options = {}
    if kind == "closed":
        options = {"preexec_fn": lambda: os.close(2)}
    if kind == "pipe without a reader":
        reader, stderr = os.pipe()
        os.close(reader)
    else:
        stderr = os.open("/dev/full" if kind == "full" else os.devnull, os.O_WRONLY)
    found, out = ended(command, stderr, **options)
    os.close(stderr)
    assert found == status
    assert bool(out) == (status != 2)


def test_interrupt(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pytest_ddcompat.cli.check.matrix_named", interrupted)
    assert main(["check"]) == 130
    assert capsys.readouterr() == ("", "ddcompat: interrupted\n")


INTERRUPTED_IMPORT = """
import sys

class Finder:
    def find_spec(name, *_):
        if name == sys.argv[1]:
            sys.meta_path.remove(Finder)
            raise KeyboardInterrupt

before = {*sys.modules}
from pytest_ddcompat.__main__ import main
loaded = {*sys.modules} - before - {"__future__", "_virtualenv"}
assert loaded == {"pytest_ddcompat", "pytest_ddcompat.__main__"}, loaded
sys.meta_path.insert(0, Finder)
sys.exit(main(["check", "sca"]))
"""


@pytest.mark.parametrize(
    "name",
    [
        "pytest_ddcompat.cli", "argparse", "json", "pytest_ddcompat.cli.output",
        "pytest_ddcompat.cli.lint", "packaging.version", "rich.console",
    ],
)  # fmt: skip
def test_interrupt_while_modules_are_imported(name: str) -> None:
    command = [sys.executable, "-c", INTERRUPTED_IMPORT, name]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (130, b"")
    assert done.stderr.splitlines() == [b"ddcompat: interrupted"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX's signals")
def test_interrupt_of_a_process() -> None:
    command = [sys.executable, "-m", "pytest_ddcompat", "check", "sca", "--facts", "-"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A run in the background hands it down as ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as process:
        assert process.stdin
        # More than a pipe holds: once it is written, the command reads, and waits for more.
        process.stdin.write(b" " * LIMIT)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        # Python heeds a signal that comes between two reads only when the second one ends.
        printed = process.communicate(timeout=60)
    assert (process.returncode, *printed) == (130, b"", b"ddcompat: interrupted\n")
