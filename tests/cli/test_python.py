"""`--python`: the facts of another Python, and whose environment a command looks at."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from pytest_ddcompat import FactsError
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.cli import common
from pytest_ddcompat.environment.interpreter import Interpreter

ANSWER = {"python": "3.12.1", "implementation": "CPython", "os": "Darwin", "machine": "arm64"}
FACTS = {"python": "3.12.1", "implementation": "cpython", "os": "macos", "cpu": "aarch64"}
VALID = "valid: a Python, such as .venv/bin/python, or the folder of a virtual environment"
scripts = pytest.mark.skipif(os.name == "nt", reason="scripts of a shell stand in for a Python")


def python(body: str, name: str = "python") -> str:
    """Write a program that is started as if it were a Python."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return name


def answering(folder: str, **others: object) -> str:
    answer = json.dumps({**ANSWER, "width": 64, "path": [folder], **others})
    return python(f"echo noise; echo; echo 'ddcompat:{answer}'; echo more noise")


def install(name: str, version: str) -> str:
    info = Path("site", f"{name}-{version}.dist-info")
    info.mkdir(parents=True)
    info.joinpath("METADATA").write_text(f"Name: {name}\nVersion: {version}\n", encoding="utf-8")
    return str(Path("site").resolve())


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    common._tell_whose_tool.cache_clear()  # noqa: SLF001 - each test is a command of its own


@scripts
def test_its_facts(capsys: pytest.CaptureFixture[str]) -> None:
    install("ddtrace", "2.5.0")
    name = answering(install("Flask", "3.0.1"))
    assert main(["facts", "--python", name]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {key: shown[key] for key in FACTS} == FACTS
    assert shown["tracer"] == "2.5.0"
    assert shown["frameworks"] == {"django": None, "fastapi": None, "flask": "3.0.1"}


@scripts
@pytest.mark.parametrize(
    ("line", "shown"),
    [
        pytest.param("check api_security", "tracer                2.5.0", id="check"),
        pytest.param("check api_security", "environment of python", id="check says whose"),
        pytest.param("check api_security --set tracer=2.6.0", "tracer                2.6.0",
                     id="a setting is stronger"),
        pytest.param("explain api_security", "found: 2.5.0", id="explain"),
        pytest.param("explain api_security", "environment of python", id="explain says whose"),
        pytest.param("compare here tracer=2.6.0", "needs ddtrace >=2.6.0, found 2.5.0",
                     id="compare"),
        pytest.param("matrix", "here: ddtrace 2.5.0, Python 3.12.1, macos aarch64", id="matrix"),
        pytest.param("diff iast-python iast-python",
                     "Capabilities that change their verdict: none", id="diff"),
    ],
)  # fmt: skip
def test_each_command(line: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    name = answering(install("ddtrace", "2.5.0"))
    assert main([*line.split(), "--python", name]) in {0, 1}
    assert shown in capsys.readouterr().out


@pytest.mark.parametrize("given", [sys.executable, sys.prefix], ids=["Python", "its folder"])
def test_the_python_that_runs_the_tests(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["facts"]) == 0
    here = json.loads(capsys.readouterr().out)
    assert main(["facts", "--python", given]) == 0
    assert json.loads(capsys.readouterr().out) == here


def test_it_imports_nothing_of_the_current_folder() -> None:
    for name in ("json", "platform", "struct", "ddtrace"):
        Path(f"{name}.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    assert main(["facts", "--python", sys.executable]) == 0


@scripts
@pytest.mark.parametrize(
    ("name", "body", "problem"),
    [
        pytest.param("gone", None, f"there is no such file; {VALID}", id="not there"),
        pytest.param(".", None, f"there is no Python in this folder; {VALID}", id="a folder"),
        pytest.param("text", None, f"cannot run it: Permission denied; {VALID}", id="a text"),
        pytest.param("python", "exit 0", f"this is not a Python; {VALID}", id="it says nothing"),
        pytest.param("python", "echo ddcompat:{", f"this is not a Python; {VALID}", id="no JSON"),
        pytest.param("python", "echo ddcompat:[]", f"this is not a Python; {VALID}", id="a list"),
        pytest.param(
            "python", """echo 'ddcompat:{"os": 1}'""", f"this is not a Python; {VALID}",
            id="no version",
        ),
        pytest.param(
            "python", "echo first >&2; echo 'No module named json' >&2; exit 3",
            f"it failed with exit status 3: No module named json; {VALID}", id="too old",
        ),
        pytest.param(
            "python", "kill -9 $$", f"it failed with exit status -9: it shows no error; {VALID}",
            id="killed",
        ),
    ],
)  # fmt: skip
def test_no_python(
    name: str, body: str | None, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("text").write_text("text", encoding="utf-8")
    if body is not None:
        python(body, name)
    assert main(["check", "--python", name]) == 2
    assert capsys.readouterr().err == f"ddcompat: --python: {name}: {problem}\n"


def test_a_name_that_is_too_long_for_a_path(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--python", "x" * 5000]) == 2
    assert f"there is no such file; {VALID}\n" in capsys.readouterr().err


@scripts
def test_a_shell_runs_nothing_of_the_questions() -> None:
    with pytest.raises(FactsError, match="it failed with exit status 2"):
        Interpreter.ask("/bin/sh", "--python")
    assert list(Path().iterdir()) == []


@scripts
def test_timeout() -> None:
    with pytest.raises(FactsError, match=r"it gave no answer within 0\.1 seconds"):
        Interpreter.ask(python("exec sleep 60"), "--python", timeout=0.1)


def test_not_with_a_file_of_facts(capsys: pytest.CaptureFixture[str]) -> None:
    Path("facts.json").write_text("{}", encoding="utf-8")
    assert main(["check", "--python", sys.executable, "--facts", "facts.json"]) == 2
    assert capsys.readouterr().err == (
        "ddcompat: --python: you cannot use --facts beside it; valid: one of the two\n"
    )


@pytest.mark.parametrize(
    ("prefix", "told"),
    [
        pytest.param("/home/me/.local/share/pipx/venvs/pytest-ddcompat", True, id="pipx"),
        pytest.param("/home/me/.local/share/uv/tools/pytest-ddcompat", True, id="uv tool"),
        pytest.param("/home/me/.cache/uv/archive-v0/x1", True, id="uvx"),
        pytest.param("/home/me/uv/.venv", False, id="a project called uv"),
        pytest.param("/home/me/service/.venv", False, id="the service's own"),
    ],
)
@pytest.mark.parametrize("command", ["check", "compare here here", "facts"])
def test_note_of_pipx_and_uv(
    command: str,
    prefix: str,
    told: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "prefix", prefix)
    monkeypatch.setattr(sys, "executable", f"{prefix}/bin/python")
    main(command.split())
    note = (
        f"ddcompat: note: this looks at {prefix}/bin/python, which pipx or uv made for ddcompat "
        "alone; to look at the Python of your service, add --python PATH\n"
    )
    assert capsys.readouterr().err == (note if told else "")


def test_no_note_where_another_python_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "prefix", "/home/me/.local/share/pipx/venvs/pytest-ddcompat")
    main(["facts", "--python", sys.executable])
    assert capsys.readouterr().err == ""
