"""`ddcompat policy`: what each capability gets, and where the lines are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.project import FACTS

from pytest_ddcompat.__main__ import main

SKIP_INI = "[pytest]\nddcompat_policy =\n    # why\n    api_security: xfail\n    sca: fail\n"
SKIP_TOML = 'ddcompat_policy = ["api_security: xfail", "sca: fail"]\n'


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "facts.json").write_text(json.dumps(FACTS), encoding="utf-8")
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


def answer(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    facts = "facts.json" if Path("facts.json").exists() else "../facts.json"
    assert main(["policy", "--facts", facts, "--format", "json", *options]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def actions(found: dict[str, Any]) -> dict[str, tuple[str, str, str | None]]:
    return {
        row["capability"]: (row["status"], row["action"], row["line"])
        for row in found["capabilities"]
    }


def test_each_capability_has_an_action_and_the_line_that_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = ("--line", "api_security: xfail", "--line", "threat_*[eol]: fail")
    found = actions(answer(capsys, *lines, "--line", "preview: deny"))
    assert found["threat_detection"] == ("supported", "fail", "threat_*[eol]: fail")
    assert found["api_security"] == ("unsupported", "xfail", "api_security: xfail")
    assert found["code_security"] == ("unsupported", "skip", None)
    assert found["software_composition_analysis"] == ("supported", "run", None)


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "--facts", "facts.json", "--line", "api_security: xfail"]) == 0
    out = capsys.readouterr().out
    assert "options of no file\n" in out
    assert "run       threat_detection\n          supported\n" in out
    assert "skip      code_security\n          unsupported, by the run's options\n" in out
    assert (
        'xfail     api_security\n          unsupported, by "api_security: xfail"\n'
        "          needs ddtrace >=2.6.0, found 2.5.0" in out
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("pytest.ini", SKIP_INI, id="pytest.ini"),
        pytest.param(".pytest.ini", SKIP_INI, id=".pytest.ini"),
        pytest.param("tox.ini", f"[testenv]\ndeps = x\n{SKIP_INI}", id="tox.ini"),
        pytest.param("setup.cfg", SKIP_INI.replace("pytest", "tool:pytest", 1), id="setup.cfg"),
        pytest.param("pytest.toml", f"[pytest]\n{SKIP_TOML}", id="pytest.toml"),
        pytest.param("pyproject.toml", f"[tool.pytest]\n{SKIP_TOML}", id="native table"),
        pytest.param(
            "pyproject.toml", f"[tool.pytest.ini_options]\n{SKIP_TOML}", id="pyproject.toml"
        ),
        pytest.param(
            "pyproject.toml",
            '[tool.pytest.ini_options]\nddcompat_policy = """\napi_security: xfail\nsca: fail"""',
            id="lines in one string",
        ),
    ],
)
def test_lines_of_a_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    text: str,
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found = answer(capsys)
    assert (found["file"], found["lines"]) == (str(path), ["api_security: xfail", "sca: fail"])
    assert actions(found)["api_security"] == ("unsupported", "xfail", "api_security: xfail")
    monkeypatch.chdir(tmp_path / "inner")
    assert answer(capsys) == found, "of a folder above"
    assert answer(capsys, "-c", f"../{name}")["lines"] == found["lines"]
    assert answer(capsys, "--line", "sca: run")["lines"] == ["sca: run"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("other.toml", f"[tool.pytest.ini_options]\n{SKIP_TOML}", id="TOML"),
        pytest.param("other.cfg", SKIP_INI.replace("[pytest]", "[tool:pytest]"), id="cfg"),
        pytest.param("other.ini", SKIP_INI, id="ini"),
    ],
)
def test_a_file_of_another_name_is_read_as_pytest_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert actions(answer(capsys, "-c", name))["api_security"][1] == "xfail"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"pyproject.toml": "[project]\nname = 'x'\n"}, None, id="no table"),
        pytest.param({"tox.ini": "[testenv]\n"}, None, id="no section"),
        pytest.param({"pytest.ini": ""}, "pytest.ini", id="pytest.ini without a section"),
        pytest.param(
            {"pytest.ini": "", "tox.ini": SKIP_INI}, "pytest.ini", id="pytest.ini comes first"
        ),
        pytest.param(
            {"tox.ini": SKIP_INI, "pyproject.toml": f"[tool.pytest.ini_options]\n{SKIP_TOML}"},
            "pyproject.toml",
            id="pyproject.toml before tox.ini",
        ),
    ],
)
def test_the_file_is_the_one_that_pytest_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], found: str | None
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    file = answer(capsys)["file"]
    assert file == (None if found is None else str(tmp_path / found))


@pytest.mark.parametrize(
    ("options", "action"),
    [
        pytest.param("", "skip", id="default"),
        pytest.param("ddcompat_unsupported = xfail", "xfail", id="unsupported"),
        pytest.param("ddcompat_strict = true", "fail", id="strict"),
        pytest.param("ddcompat_strict = false", "skip", id="not strict"),
    ],
)
def test_actions_of_the_run_are_those_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: str, action: str
) -> None:
    (tmp_path / "pytest.ini").write_text(f"[pytest]\n{options}\n", encoding="utf-8")
    assert actions(answer(capsys))["api_security"] == ("unsupported", action, None)


def test_undetermined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nddcompat_undetermined = skip\n", encoding="utf-8"
    )
    unknown = ("--set", "site=unknown", "--set", "tracer=4.16.0")
    assert actions(answer(capsys, *unknown))["api_security"] == (
        "undetermined",
        "skip",
        None,
    )
    found = actions(answer(capsys, *unknown, "--line", "*.site?: fail"))
    assert found["api_security"] == ("undetermined", "fail", "*.site?: fail")


def test_a_framework_is_asked_for_too(capsys: pytest.CaptureFixture[str]) -> None:
    line = ("--line", "*.framework: fail")
    assert actions(answer(capsys, *line))["threat_protection"][1] == "run"
    found = actions(answer(capsys, *line, "--framework", "flask"))
    assert found["threat_protection"] == ("unsupported", "fail", "*.framework: fail")
