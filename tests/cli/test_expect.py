"""`ddcompat check --expect`: a job's expectations without a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.project import FACTS as SHARED

from pytest_ddcompat.__main__ import main

FACTS = {**SHARED, "tracer": "1.9.0", "python": "3.8"}
SCA = "software_composition_analysis"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("facts.json").write_text(json.dumps(FACTS), encoding="utf-8")


CASES = [
    pytest.param(["--expect", "sca"], 0, [], [], id="met"),
    pytest.param(["--expect", "api_security"], 1, ["api_security"], [], id="not met"),
    pytest.param(
        ["--expect", "sca", "--expect", "api_security"], 1, ["api_security"], [], id="one of two"
    ),
    pytest.param(["--expect", "sca or api_security"], 0, [], [], id="an alternative"),
    pytest.param(["--expect", "not sca"], 1, ["not sca"], [], id="not"),
    pytest.param(["--expect", "sca", "--set", "site=unknown"], 1, [SCA], [], id="undetermined"),
    pytest.param(["--expect", "sca", "--framework", "flask"], 1, [SCA], [], id="framework"),
    pytest.param(["--expect", "sca", "--exactly"], 1, [], ["threat_detection"], id="one more"),
    pytest.param(
        ["--expect", "sca", "--expect", "threat_detection", "--exactly"], 0, [], [], id="exactly"
    ),
    pytest.param(["--exactly"], 1, [], ["threat_detection", SCA], id="nothing expected"),
]


@pytest.mark.parametrize(("options", "status", "unmet", "others"), CASES)
def test_words_and_status(
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    status: int,
    unmet: list[str],
    others: list[str],
) -> None:
    verdict = "undetermined" if "site=unknown" in options else "unsupported"
    assert main(["check", "--facts", "facts.json", *options]) == status
    out = capsys.readouterr().out
    said = [line for line in out.splitlines() if line.startswith("not as expected: ")]
    assert said == [
        *(f"not as expected: {name} is {verdict}" for name in unmet),
        *(f"not as expected: {name} is supported" for name in others),
    ]


@pytest.mark.parametrize(("options", "status", "unmet", "others"), CASES)
def test_json(
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    status: int,
    unmet: list[str],
    others: list[str],
) -> None:
    assert main(["check", "--facts", "facts.json", "--format", "json", *options]) == status
    found = json.loads(capsys.readouterr().out)
    assert found["capabilities"] == []
    expected = found["expectations"]
    assert [e["expression"] for e in expected if e["status"] != "supported"] == unmet
    assert found["unexpected"] == others


def test_capabilities_beside_expectations(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["check", "api_security", "--facts", "facts.json", "--expect", "sca"]
    assert main(command) == 1, "the capability is not supported"
    out = capsys.readouterr().out
    assert out.index("unsupported   api_security") < out.index(f"supported     {SCA}")
    assert "not as expected" not in out


def test_without_expectations_nothing_is_said_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "sca", "--facts", "facts.json", "--format", "json"]) == 0
    assert {*json.loads(capsys.readouterr().out)} == {"matrix", "environment", "capabilities"}
