"""The command: what it prints, its exit status, and bad input in one line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.project import FACTS

from pytest_ddcompat import Environment, Fact, Requirement, evaluate, load_matrix
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.environment.fact import FACTS as DECLARED

if TYPE_CHECKING:
    from pytest_ddcompat.environment.machine import Machine

MATRIX = load_matrix()
HERE = ["os=linux", "cpu=x86-64", "implementation=cpython", "python=3.11.7", "deployment=none"]
HERE += ["site=datadoghq.com", "remote_configuration=true", "date=2026-05-31", "agent=unknown"]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("facts.json").write_text(json.dumps(FACTS), encoding="utf-8")


def here(*settings: str) -> list[str]:
    return [option for setting in (*HERE, *settings) for option in ("--set", setting)]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        pytest.param(["check", *here("tracer=2.6.0"), "sca"], 0, id="supported"),
        pytest.param(["check", *here("tracer=2.5.0")], 1, id="one of the page is not"),
        pytest.param(["check", *here("tracer=unknown"), "sca"], 0, id="undetermined"),
        pytest.param(["check", *here("tracer=unknown"), "sca", "--strict"], 1, id="strict"),
        pytest.param(["check", "--facts", "facts.json", "Threat Protection"], 0, id="facts"),
        pytest.param(
            ["check", "--facts", "facts.json", "threat_protection", "--framework", "flask"],
            1,
            id="a framework that is not there",
        ),
        pytest.param(
            [
                *("check", "--facts", "facts.json", "threat_protection"),
                *("--framework", "flask", "--framework", "django"),
            ],
            0,
            id="any of two frameworks",
        ),
        pytest.param(
            ["check", *here("tracer=4.0"), "sca", "--deployment", "lambda"], 1, id="deployment"
        ),
        pytest.param(
            ["check", *here("tracer=4.0"), "sca", "--datastore", "mssql", "--strict"],
            1,
            id="data store",
        ),
        pytest.param(
            ["check", *here("tracer=2.6"), "sca", "--support-level", "ga"], 1, id="support level"
        ),
        pytest.param(
            ["check", *here("tracer=2.5.0"), "sca and not api_security"], 0, id="expression"
        ),
    ],
)
def test_status_of_check(arguments: list[str], status: int) -> None:
    assert main(arguments) == status


def test_check_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--facts", "facts.json", "--format", "json"]) == 1
    shown = json.loads(capsys.readouterr().out)
    environment = Environment.from_mapping(FACTS)
    assert shown["matrix"] == "iast-python"
    assert shown["environment"] == FACTS
    for entry in shown["capabilities"]:
        verdict = evaluate(Requirement.capability(entry["capability"]), environment, MATRIX)
        assert entry["status"] == verdict.status.value
        assert entry["findings"] == [
            {
                "check": f.check,
                "outcome": f.outcome.value,
                "documented": f.documented,
                "observed": f.observed,
                "source": f.source,
                "remedy": f.remedy,
            }
            for f in verdict.findings
        ]
    assert [entry["capability"] for entry in shown["capabilities"]] == [
        capability.id for capability in MATRIX.capabilities
    ]


def test_check_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", *here("tracer=1.9.7"), "api_security", "code_security"])
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert max(map(len, lines[2:])) <= 80
    assert "tracer                1.9.7          --set" in lines
    table = " ".join(line.strip() for line in lines)
    assert "unsupported   api_security needs ddtrace >=2.6.0, found 1.9.7" in table
    assert "fix: ddtrace >=2.6.0" in table
    assert not any("\x1b" in line for line in lines)


def test_explain_tells_every_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "threat_protection", *here("tracer=1.9.7")]) == 0
    out = capsys.readouterr().out
    for check in ("site", "tracer", "release", "runtime", "agent", "remote_configuration"):
        assert f"threat_protection {check}: " in out
    assert '  page: Application Security capabilities support: "1.10.0"' in out
    assert "  from: --set" in out
    assert MATRIX.page.address in out


def test_facts_round_trip_gives_the_same_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["facts", "--framework", "pytest"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["frameworks"]["pytest"] == pytest.__version__
    assert "date" not in facts
    kept, detected = Environment.from_mapping(facts), Environment.detect()
    for capability in MATRIX.capabilities:
        requirement = Requirement.capability(capability.id, framework="django")
        assert (
            evaluate(requirement, kept, MATRIX).status
            is evaluate(requirement, detected, MATRIX).status
        )


@pytest.mark.parametrize(
    ("option", "date"),
    [
        pytest.param(["--date", "2026-05-31"], "2026-05-31", id="given"),
        pytest.param(["--date"], None, id="today"),
    ],
)
def test_facts_with_a_date(
    option: list[str], date: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["facts", *option]) == 0
    shown = json.loads(capsys.readouterr().out)["date"]
    assert shown == (date or str(Environment.detect().date))


def unfolded(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("a", "b", "status", "counts"),
    [
        pytest.param("tracer=2.21.0,python=3.8", "tracer=4.16.0,python=3.8", 1, (0, 7, 0, 0),
            id="an upgrade that loses the runtime"),
        pytest.param("tracer=2.5.0", "tracer=2.21.0", 0, (2, 0, 0, 5), id="an upgrade that wins"),
        pytest.param("tracer=1.5.0,python=3.11", "tracer=1.4.0,python=3.11", 1, (0, 1, 0, 6),
            id="a downgrade"),
        pytest.param("tracer=unknown", "tracer=1.4.0,python=3.11", 0, (0, 0, 7, 0), id="changed"),
        pytest.param("facts.json", "tracer=2.5.0,date=2026-05-31", 0, (0, 0, 0, 7), id="a file"),
    ],
)  # fmt: skip
def test_compare(
    a: str, b: str, status: int, counts: tuple[int, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    plain = ",".join(HERE[:3] + HERE[4:7])
    python = "" if "python" in b else ",python=3.11"
    settings = [which if which.endswith("json") else f"{plain},{which}{python}" for which in (a, b)]
    assert main(["compare", *settings, "--format", "json"]) == status
    shown = json.loads(capsys.readouterr().out)
    assert tuple(len(shown[group]) for group in ("won", "lost", "changed", "same")) == counts
    assert all(entry["because"] for entry in [*shown["won"], *shown["lost"]])


@pytest.mark.parametrize(
    ("b", "reasons"),
    [
        pytest.param(
            "tracer=99.0",
            {
                "needs a release branch of ddtrace with any support level, which is unknown: "
                "no release branch of the page holds ddtrace 99.0": 7,
                "needs a runtime that the page gives for ddtrace 99.0, which is unknown: "
                "no row of the page speaks of that version": 7,
            },
            id="newer than all branches",
        ),
        pytest.param(
            "tracer=2.10,site=ddog-gov.com",
            {
                "needs a site other than ddog-gov.com, found ddog-gov.com": 7,
                "code_security: needs ddtrace >=2.21.0 (preview), found 2.10": 7,
            },
            id="one reason for all and one for some",
        ),
        pytest.param(
            "tracer=2.10",
            {"needs ddtrace >=2.21.0 (preview), found 2.10": 1},
            id="for one",
        ),
    ],
)
def test_compare_gives_each_reason_once(
    capsys: pytest.CaptureFixture[str], b: str, reasons: dict[str, int]
) -> None:
    plain = "python=3.11,os=linux,cpu=x86-64,implementation=cpython,deployment=none"
    main(["compare", f"{plain},tracer=4.16.0", f"{plain},{b}"])
    out = capsys.readouterr().out
    assert all(unfolded(out).count(reason) == 1 for reason in reasons)
    shown = re.findall(r"needs .*?(?=needs |$)", unfolded(out))
    assert len(shown) == len(set(shown)) == len(reasons)
    assert out.count("no longer") == 1
    lost = out.partition("no longer")[2].partition("unchanged")[0]
    ids = {line.strip() for line in lost.splitlines()} & {c.id for c in MATRIX.capabilities}
    assert {len(ids)} == set(reasons.values())
    assert "found unknown" not in out


def test_compare_answers_the_upgrade_question(capsys: pytest.CaptureFixture[str]) -> None:
    plain = ",".join(HERE[:3] + HERE[4:7])
    main(["compare", f"{plain},tracer=2.21.0,python=3.8", f"{plain},tracer=4.16.0,python=3.8"])
    out = capsys.readouterr().out
    assert "no longer supported (now unsupported):\n  threat_detection\n" in out
    assert (
        "needs CPython >=3.9 on linux x86-64/aarch64 for ddtrace 4.16.0, found CPython 3.8 on "
        'linux x86-64 (Supported Python versions: "Linux | x86-64, AArch64 | CPython | 3.9+ | '
        '>=4, <5")'
    ) in unfolded(out)


def test_compare_says_what_is_no_longer_known(capsys: pytest.CaptureFixture[str]) -> None:
    plain = ",".join(HERE[:3] + HERE[4:7])
    main(["compare", f"{plain},tracer=4.1,python=3.11", f"{plain},tracer=6.0,python=3.11"])
    out = capsys.readouterr().out
    assert "no longer known to be supported (now undetermined):\n  threat_detection\n" in out
    assert "no longer supported" not in out


def test_matrices(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["matrices", "--format", "json"]) == 0
    (shown,) = json.loads(capsys.readouterr().out)["matrices"]
    assert shown["id"] == MATRIX.page.id
    assert shown["rows"]["runtimes"] == 12
    assert main(["matrices"]) == 0
    assert MATRIX.page.address in capsys.readouterr().out


@pytest.mark.parametrize(
    "command", ["check", "facts", "explain", "compare", "matrix", "matrices", "report"]
)
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main([command, "--help"])
    assert raised.value.code == 0
    assert f"Example: ddcompat {command}" in capsys.readouterr().out


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f'"{sys.executable}" -m pytest_ddcompat check | true'
    run = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602
    assert run.stderr == ""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("ddcompat che", "check", id="command"),
        pytest.param("ddcompat check --format ", "text json", id="format"),
        pytest.param("ddcompat check thr", "threat_detection threat_protection", id="capability"),
        pytest.param("ddcompat explain api", "api_security", id="the one capability"),
        pytest.param("ddcompat matrix --framework f", "fastapi flask", id="framework"),
        pytest.param("ddcompat compare --deployment a",
                     "amazon_ecs aws_fargate aws_lambda", id="deployment type"),
        pytest.param("ddcompat check --support-level m", "maintenance", id="support level"),
    ],
)  # fmt: skip
def test_completion(line: str, words: str) -> None:
    pytest.importorskip("argcomplete")
    environ = {
        **os.environ,
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_STDOUT_FILENAME": "completions",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "_ARGCOMPLETE_IFS": "\n",
    }
    subprocess.run([sys.executable, "-m", "pytest_ddcompat"], env=environ, check=False)
    assert Path("completions").read_text(encoding="utf-8").split() == words.split()


def test_nothing_secret_leaves(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = {
        "DD_API_KEY": "s3cret-api",
        "DD_APP_KEY": "s3cret-app",
        "DD_TRACE_AGENT_URL": "http://s3cret-user@s3cret-host",
        "DD_REMOTE_CONFIGURATION_ENABLED": "s3cret-setting",
        "DD_SITE": "s3cret site",
        "AWS_LAMBDA_FUNCTION_NAME": "s3cret-function",
        "ECS_CONTAINER_METADATA_URI": "http://s3cret-metadata",
        "KUBERNETES_SERVICE_HOST": "s3cret-cluster",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    for arguments in (
        ["check", "--agent", "auto"],
        ["check", "--format", "json"],
        ["facts", "--agent", "auto"],
        ["explain", "threat_protection"],
        ["compare", "here", "tracer=4.0"],
    ):
        main(arguments)
    captured = capsys.readouterr()
    assert "s3cret" not in captured.out + captured.err


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("check threat_protection", id="check"),
        pytest.param("explain threat_protection", id="explain"),
        pytest.param("matrix --format html", id="matrix as HTML"),
    ],
)
def test_a_detection_that_raises_leaves_its_fact_unknown(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def detect(machine: Machine) -> Fact[str]:
        return Fact(str(float(machine.variables["DD_SITE"])), "DD_SITE")

    monkeypatch.setenv("DD_SITE", "s3cret")
    monkeypatch.setitem(DECLARED, "site", DECLARED["site"]._replace(detect=detect))
    main(command.split())
    captured = capsys.readouterr()
    assert "its detection failed (ValueError)" in " ".join(captured.out.split())
    assert "s3cret" not in captured.out + captured.err
