"""`ddcompat matrix`: the picture in each format."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.core import MATRIX, SUPPORTED, asks, environment
from support.lists import lists
from support.pages import big_page

from pytest_ddcompat import Environment, Fact, evaluate
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.analysis.grid import grid_of
from pytest_ddcompat.environment.machine import Detector

if TYPE_CHECKING:
    from pytest_ddcompat.environment.value import FactKind

BOUNDARIES = [
    "1.5.0",
    "1.9.0",
    "1.10.0",
    "1.17.0",
    "1.19.0",
    "2.0",
    "2.6.0",
    "2.21.0",
    "3.0",
    "4.0",
]
PAGE = Path(__file__).parents[2] / "matrices" / "iast-python.toml"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    write_facts()


def write_facts(**changes: object) -> None:
    Path("facts.json").write_text(json.dumps({**SUPPORTED, **changes}), encoding="utf-8")


def matrix(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["matrix", "--facts", "facts.json", *arguments]) == 0
    return capsys.readouterr().out


def mapping(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(matrix(capsys, "--format", "json", *arguments))
    return made


@pytest.mark.parametrize(
    ("tracer", "labels", "here"),
    [
        pytest.param("4.16.0", [*BOUNDARIES, "4.16.0"], "4.16.0", id="above all"),
        pytest.param("1.2", ["1.2", *BOUNDARIES], "1.2", id="below all"),
        pytest.param("2.6.0", BOUNDARIES, "2.6.0", id="a boundary"),
        pytest.param(
            "2.6", ["2.6" if b == "2.6.0" else b for b in BOUNDARIES], "2.6", id="equal to one"
        ),
        pytest.param(
            "4.0.0rc1", [*BOUNDARIES[:-1], "4.0.0rc1", "4.0"], "4.0.0rc1", id="pre-release"
        ),
        pytest.param("none", ["none", *BOUNDARIES], "none", id="not installed"),
        pytest.param("unknown", ["unknown", *BOUNDARIES], "unknown", id="not known"),
    ],
)
def test_columns(
    capsys: pytest.CaptureFixture[str], tracer: str, labels: list[str], here: str
) -> None:
    columns = mapping(capsys, "--set", f"tracer={tracer}")["columns"]
    assert [column["label"] for column in columns] == labels
    assert [column["label"] for column in columns if column["here"]] == [here]


@pytest.mark.parametrize(
    ("tracer", "told"),
    [
        pytest.param("none", {"tracer": None}, id="not installed is null"),
        pytest.param("unknown", {}, id="not known is left out"),
        pytest.param("2.5.0", {"tracer": "2.5.0"}, id="a version"),
    ],
)
def test_tracer_of_own_column(
    capsys: pytest.CaptureFixture[str], tracer: str, told: dict[str, object]
) -> None:
    columns = mapping(capsys, "--set", f"tracer={tracer}")["columns"]
    (own,) = (column for column in columns if column["here"])
    assert {key: value for key, value in own.items() if key == "tracer"} == told


@pytest.mark.parametrize(
    ("frameworks", "deployments"),
    [
        pytest.param((), (), id="nothing named"),
        pytest.param(("django",), (), id="framework"),
        pytest.param(("tornado",), ("docker",), id="framework that is not of the page"),
        pytest.param(("tornado", "flask"), (), id="any of two frameworks"),
        pytest.param((), ("aws_lambda",), id="deployment type"),
        pytest.param((), ("aws_lambda", "docker"), id="any of two deployment types"),
    ],
)
@pytest.mark.parametrize("python", ["3.8", "3.11.7", "3.14"])
def test_every_cell_is_what_evaluate_says(
    capsys: pytest.CaptureFixture[str],
    frameworks: tuple[str, ...],
    deployments: tuple[str, ...],
    python: str,
) -> None:
    write_facts(python=python)
    options = [f"--framework={name}" for name in frameworks]
    options += [f"--deployment={name}" for name in deployments]
    made = mapping(capsys, *options)
    assert (made["frameworks"], made["deployments"]) == ([*frameworks], [*deployments])
    for row in made["capabilities"]:
        asked = asks(
            row["capability"], framework=frameworks or None, deployment=deployments or None
        )
        for cell in row["cells"]:
            facts = environment(python=python, tracer=cell["label"])
            verdict = evaluate(asked, facts, MATRIX)
            deciding = verdict.decisive or [f for f in verdict.findings if f.check == "tracer"]
            assert cell["status"] == verdict.status.value
            assert [f["source"] for f in cell["deciding"]] == [f.source for f in deciding]


def test_boundaries_and_branches_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    columns = {c["label"]: c for c in mapping(capsys)["columns"]}
    assert columns["2.6.0"]["boundaries"] == ["minimum of API Security"]
    assert columns["3.0"]["boundaries"] == ["first of the branch >=3.0,<4"]
    assert columns["3.0"]["branch"] == ">=3.0,<4: Maintenance"
    assert columns["4.16.0"]["boundaries"] == []


def test_facts_that_depend_on_the_tracer_are_looked_up_for_each_version() -> None:
    class Lambda(Detector):
        def detect(self, kind: FactKind, others: Any, name: str = "") -> Fact[Any]:
            assert (kind.key, name) == ("remote_configuration", "")
            tracer = others.tracer.value
            return Fact(tracer is not None and tracer.major < 4, "detected")

    facts = environment(tracer="2.6.0")
    given = {
        key: facts.fact(key)
        for key in SUPPORTED
        if key not in {"frameworks", "remote_configuration"}
    }
    grid = grid_of(Environment(given, Lambda()), MATRIX)
    statuses = {cell.column.label: cell.status.value for cell in grid.rows[1].cells}
    assert (statuses["2.6.0"], statuses["3.0"], statuses["4.0"]) == (
        "supported", "supported", "unsupported",
    )  # fmt: skip


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    out = matrix(capsys, "--set", "tracer=2.5.0", "--set", "python=3.12")
    lines = [line.rstrip() for line in out.splitlines()]
    assert lines[:2] == [
        "Python Compatibility Requirements (iast-python, read 2026-11-22)",
        "here: ddtrace 2.5.0, Python 3.12, linux x86-64, deployment docker",
    ]
    assert "ddtrace        1.5.0 1.9.0 1.10  1.17  1.19  2.0   here  2.6.0 2.21  3.0   4.0" in lines
    assert (
        "API Security   no 8  no 8  no 8  no 8  no 8  no 8  no 8  yes 8 yes 8 yes 8 yes 8" in lines
    )
    assert ' 8  Application Security capabilities support: "2.6.0"'.strip() in {
        line.strip() for line in lines
    }
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in out


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_text_keeps_within_the_width(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    out = matrix(capsys, "--set", "tracer=4.17.0.dev3+g12ab")
    assert max(map(len, out.splitlines())) <= int(columns)
    for version in ("1.5.0", "1.9.0", "2.6.0", "3.0", "here"):
        assert version in out


def test_columns_of_a_long_page_are_few_and_rows_say_where_they_begin() -> None:
    page = big_page()
    grid = grid_of(environment(tracer="2.5.0"), page)
    labels = [column.label for column in grid.columns]
    assert len(labels) == 12
    assert {"2.0", "2.5.0", "3.0", "4.0"} <= set(labels)
    minimums = {version for c in page.capabilities for version in c.boundaries}
    assert grid.left_out == len(minimums - {column.tracer.value for column in grid.columns})
    for row in grid.rows[::40]:
        minimum = str(row.capability.minimum)
        ending = "" if minimum in labels else f" (from {minimum})"
        assert row.name == f"{row.capability.name}{ending}"
        assert row.to_mapping()["boundaries"] == [minimum]
        for cell in row.cells:
            required = asks(row.capability.id)
            assert cell.verdict == evaluate(required, cell.column.environment, page)


def test_twenty_columns_are_all_shown(capsys: pytest.CaptureFixture[str]) -> None:
    table = PAGE.read_text(encoding="utf-8")
    for number in range(9):
        table += (
            f'[[capabilities]]\nheading = "More"\nid = "more_{number}"\n'
            f'documented = ["More {number}", "2.{number + 30}.0"]\nminimum = "2.{number + 30}.0"\n'
        )
    Path("own.toml").write_text(table, encoding="utf-8")
    made = json.loads(matrix(capsys, "own.toml", "--format", "json"))
    assert (len(made["columns"]), made["left_out"]) == (20, 0)


@pytest.mark.parametrize("form", ["text", "json", "html", "markdown"])
def test_output_file_and_pipe(capsys: pytest.CaptureFixture[str], form: str) -> None:
    assert matrix(capsys, "--format", form, "-o", "made") == ""
    kept = Path("made").read_text(encoding="utf-8")
    printed = matrix(capsys, "--format", form)
    assert [x.rstrip() for x in kept.splitlines()] == [x.rstrip() for x in printed.splitlines()]


@pytest.mark.parametrize("form", ["text", "json", "html", "markdown"])
def test_output_that_takes_only_ascii(form: str) -> None:
    table = PAGE.read_text(encoding="utf-8").replace('["Threat Detection"', '["Threat Détection ✓"')
    Path("own.toml").write_text(table, encoding="utf-8")
    command = [sys.executable, "-m", "pytest_ddcompat", "matrix", "own.toml", "--format", form]
    done = subprocess.run(
        [*command, "--facts", "facts.json"],
        env={"PYTHONIOENCODING": "ascii", "COLUMNS": "80", "FORCE_COLOR": "", "PATH": ""},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"tection" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ["--framework", "djngo"],
            'the page has no framework "djngo"; did you mean "django"? '
            f"valid: {lists()['frameworks']}",
            id="misspelt framework",
        ),
        pytest.param(
            ["--deployment", "dokcer"],
            'the page has no deployment type "dokcer"; did you mean "docker"? '
            f"valid: {lists()['deployment types']}",
            id="misspelt deployment",
        ),
        pytest.param(
            ["iast-pyhton"],
            'there is no bundled matrix "iast-pyhton"; did you mean "iast-python"? '
            f"valid: {lists()['matrices']}",
            id="misspelt matrix",
        ),
        pytest.param(
            ["-o", "no/such/folder.html", "--format", "html"],
            "--output: cannot write no/such/folder.html: there is no folder {folder}/no/such",
            id="file in no folder",
        ),
    ],
)
def test_bad_input(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    assert main(["matrix", "--facts", "facts.json", *arguments]) == 2
    told = message.replace("{folder}", os.getcwd())  # noqa: PTH109
    assert capsys.readouterr().err == f"ddcompat: {told}\n"


def test_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    lines = matrix(capsys, "--format", "markdown", "--set", "tracer=2.6.0").splitlines()
    first, *_ = ("\n".join(lines)).split("\n\nThe numbers are")
    table = [line for line in first.splitlines() if line.startswith("|")]
    heads = [f"**{b}** (here)" if b == "2.6.0" else b for b in BOUNDARIES]
    assert table[0] == f"|  | {' | '.join(heads)} |"
    assert {line.count("|") for line in table} == {12}
    assert len(table) == 2 + len(MATRIX.capabilities)
    assert '1. Application Security capabilities support: "1.9.0"' in lines


def test_markdown_shows_hostile_names_as_they_stand(capsys: pytest.CaptureFixture[str]) -> None:
    table = PAGE.read_text(encoding="utf-8")
    table = table.replace('["API Security"', '["<b>x</b> | [a](b) `c` *d* \\\\ @e #1"')
    Path("own.toml").write_text(table, encoding="utf-8")
    out = matrix(capsys, "own.toml", "--format", "markdown")
    row = next(line for line in out.splitlines() if "&lt;b&gt;" in line)
    name = row.split(" | ")[0]
    assert name == r"| &lt;b&gt;x&lt;/b&gt; \| \[a\](b) \`c\` \*d\* \\ @&#8203;e \#1"
    assert row.replace(r"\|", "").count("|") == 13
