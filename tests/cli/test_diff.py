"""`ddcompat diff`: what it prints, its exit status, and the verdicts that turn."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.core import facts, understood

from pytest_ddcompat.__main__ import main
from pytest_ddcompat.analysis.diff import Change
from pytest_ddcompat.cli.diff import Answer, markdown
from pytest_ddcompat.importer.toml import to_toml

if TYPE_CHECKING:
    from support.project import Project

DJANGO = ('documented = ["Django", "2.2", "yes", "yes"]', ">=2.2")
OLDER = ('documented = ["Django", "1.8", "yes", "yes"]', ">=1.8")

REASON = (
    "    api_security needs ddtrace >=2.6.0, found 2.5.0 "
    '(Application Security capabilities support: "2.6.0")'
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = to_toml(understood())
    reworded = text.replace("Maintenence", "Maintenance").replace('id = "iast-python"', 'id = "x"')
    Path("reworded.toml").write_text(reworded, encoding="utf-8")
    older = text.replace(DJANGO[0], OLDER[0]).replace(f'["{DJANGO[1]}"]', f'["{OLDER[1]}"]')
    Path("older.toml").write_text(older.replace('"API Security", "2.6.0"', '"API Security", "2.5"')
                                  .replace('"2.6.0"', '"2.5"'), encoding="utf-8")  # fmt: skip
    renamed = text.replace('"code_security"', '"iast"').replace("Code Security", "IAST")
    Path("renamed.toml").write_text(renamed, encoding="utf-8")
    escaped = text.replace('"AWS Lambda"', '"<b>|`Lambda`\\u001b[31m"')
    Path("escaped.toml").write_text(
        escaped.replace("_analysis = false", "_analysis = true"), encoding="utf-8"
    )
    Path("facts.json").write_text(json.dumps(facts(tracer="2.5.0")), encoding="utf-8")


def shown(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        pytest.param("iast-python", "iast-python", 0, id="one page"),
        pytest.param("iast-python", "reworded.toml", 0, id="other words"),
        pytest.param("older.toml", "iast-python", 1, id="other facts"),
    ],
)
def test_status(old: str, new: str, status: int) -> None:
    assert main(["diff", old, new]) == status


def test_changes_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    main(["diff", "older.toml", "iast-python"])
    assert capsys.readouterr().out.splitlines() == [
        "Minimum tracer versions",
        "  API Security: 2.5 → 2.6.0",
        "Frameworks",
        "  Django for Threat Detection: 1.8 → 2.2",
        "  Django for Threat Protection: 1.8 → 2.2",
    ]
    main(["diff", "iast-python", "reworded.toml"])
    assert capsys.readouterr().out == "no documented fact changes\n"
    main(["diff", "iast-python", "renamed.toml"])
    assert capsys.readouterr().out.splitlines() == [
        "Minimum tracer versions",
        "  Code Security: removed, was Preview (>=2.21.0)",
        "  IAST: added, Preview (>=2.21.0)",
    ]


def test_changes_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    main(["diff", "older.toml", "iast-python", "--format", "json"])
    assert shown(capsys) == {
        "changes": [
            {"kind": "minimum", "row": "API Security", "old": "2.5", "new": "2.6.0"},
            *(
                {"kind": "framework", "row": f"Django for {name}", "old": "1.8", "new": "2.2"}
                for name in ("Threat Detection", "Threat Protection")
            ),
        ]
    }


def test_changes_as_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    main(["diff", "older.toml", "iast-python", "--format", "markdown", "--facts", "facts.json"])
    head, *lines = capsys.readouterr().out.splitlines()
    assert head == "### Documented facts that change: 3"
    assert "| Minimum tracer versions | API Security | 2.5 | 2.6.0 |" in lines
    assert "### Capabilities that change their verdict: 1" in lines
    (turned,) = (line for line in lines if line.startswith(r"| api\_security |"))
    assert turned.startswith(
        r"| api\_security | supported → unsupported | api\_security needs ddtrace &gt;=2.6.0"
    )


def test_words_of_a_page_break_neither_table_nor_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["diff", "iast-python", "escaped.toml", "--format", "markdown"])
    made = capsys.readouterr().out
    assert r"&lt;b&gt;\|\`Lambda\`\\x1b\[31m for Software Composition Analysis | no | yes" in made
    main(["diff", "iast-python", "escaped.toml"])
    assert (
        r"<b>|`Lambda`\x1b[31m for Software Composition Analysis: no → yes"
        in capsys.readouterr().out
    )


def test_markdown_fits_a_pull_request() -> None:
    changes = tuple(Change("minimum", f"{n} {'ä' * 500}", "1", "2") for n in range(9000))
    made = markdown(Answer(changes, {"tests": []}))
    assert 30_000 < len(made.encode()) < 65_536
    kept = sum(line.startswith("| Minimum tracer versions |") for line in made.splitlines())
    assert f"{9000 - kept} more are left out." in made
    assert "### Tests that change their verdict: none" in made


def test_output_that_takes_only_ascii() -> None:
    command = [sys.executable, "-m", "pytest_ddcompat", "diff", "older.toml", "iast-python"]
    for form, arrow in (("text", b"2.5 \\u2192 2.6.0"), ("markdown", b"| 2.5 | 2.6.0 |")):
        run = subprocess.run(
            [*command, "--format", form], capture_output=True, check=False,
            env={"PYTHONIOENCODING": "ascii"},
        )  # fmt: skip
        assert (run.returncode, run.stderr) == (1, b"")
        assert arrow in run.stdout


def test_capabilities_that_turn(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["diff", "older.toml", "iast-python", "--facts", "facts.json"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[5:] == [
        "Capabilities that change their verdict: 1",
        "  api_security: supported → unsupported",
        REASON,
    ]
    settings = ["--facts", "facts.json", "--set", "tracer=2.6.0", "--format", "json"]
    assert main(["diff", "older.toml", "iast-python", *settings]) == 1
    assert shown(capsys)["capabilities"] == []


def test_capability_that_one_page_does_not_have(capsys: pytest.CaptureFixture[str]) -> None:
    settings = ["--facts", "facts.json", "--set", "tracer=4.0", "--format", "json"]
    main(["diff", "iast-python", "renamed.toml", *settings])
    gone, new = shown(capsys)["capabilities"]
    reason = gone.pop("reason")
    assert reason.startswith('the page has no capability "code_security"; ')
    assert gone == {
        "capability": "code_security",
        "from": "supported",
        "to": None,
        "because": [],
    }
    assert (new["capability"], new["from"], new["to"]) == ("iast", None, "supported")


TESTS = """
    import pytest

    @pytest.mark.requires_capability("api_security")
    @pytest.mark.parametrize("n", [1, 2])
    def test_endpoints(n): pass

    @pytest.mark.requires_capability("code_security", preview=False)
    def test_code(): pass

    @pytest.mark.requires_capability("threat_detection", framework="django")
    def test_attack(): pass
"""


@pytest.fixture
def record(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run tests of a project and return the name of the run's record."""
    project.write("test_service.py", TESTS)
    path = tmp_path / "run.json"
    project.run(f"--ddcompat-report={path}")
    monkeypatch.chdir(tmp_path)
    return path.name


def test_tests_that_turn(record: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["diff", "older.toml", "iast-python", "--record", record]) == 1
    assert capsys.readouterr().out.splitlines()[5:] == [
        "Tests that change their verdict: 2",
        "  test_service.py::test_endpoints[1]: supported → unsupported",
        REASON,
        "  test_service.py::test_endpoints[2]: supported → unsupported",
        REASON,
    ]
    assert main(["diff", "iast-python", "reworded.toml", "--record", record]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "Tests that change their verdict: none"


def test_test_of_a_capability_that_is_renamed(
    record: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    command = ["diff", "iast-python", "renamed.toml", "--record", record, "--format", "json"]
    assert main(command) == 1
    (test,) = shown(capsys)["tests"]
    assert test["id"] == "test_service.py::test_code"
    assert (test["from"], test["to"], test["because"]) == ("unsupported", None, [])
    assert test["reason"].startswith('the page has no capability "code_security"; ')


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(
            lambda record: record["environments"][0]["facts"].update(os=""),
            "ddcompat: bad.json: environments[0].facts: os: this must be a non-empty string "
            '(got ""); valid: a value such as "linux"\n',
            id="a fact",
        ),
        pytest.param(
            lambda record: record["requirements"][0].update(marker="x"),
            "ddcompat: bad.json: requirements[0].marker: x is not a marker of this plugin\n",
            id="a marker",
        ),
        pytest.param(
            lambda record: record.update(version=3),
            "ddcompat: bad.json: version: cannot read version 3 of a record; "
            "`pytest --ddcompat-report=FILE` writes one anew; valid: 2\n",
            id="a version",
        ),
    ],
)
def test_record_that_is_spoilt(
    record: str, capsys: pytest.CaptureFixture[str], spoil: Any, message: str
) -> None:
    capsys.readouterr()
    content = json.loads(Path(record).read_text(encoding="utf-8"))
    spoil(content)
    Path("bad.json").write_text(json.dumps(content), encoding="utf-8")
    assert main(["diff", "iast-python", "iast-python", "--record", "bad.json"]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", message)


PAGE = """---
title: A page
---
| Application Security capability | Minimum Python tracer version |
|---|---|
| Threat Detection | 1.9.0 |

### Frameworks

| Framework | Versions | Threat Detection supported? |
|---|---|---|
| Django | {} | yes |
"""


def test_pages_as_they_are_published(capsys: pytest.CaptureFixture[str]) -> None:
    Path("old.md").write_text(PAGE.format("`1.8`"), encoding="utf-8")
    moved = PAGE.format("2.2").replace("### Frameworks", "A note.\n\n## Web frameworks")
    Path("new.md").write_text(moved, encoding="utf-8")
    assert main(["diff", "old.md", "new.md"]) == 1
    changes = "Frameworks\n  Django for Threat Detection: 1.8 → 2.2\n"
    assert capsys.readouterr().out == changes
    Path("same.md").write_text(moved.replace("1.8", "2.2"), encoding="utf-8")
    assert main(["diff", "new.md", "same.md"]) == 0
    assert main(["diff", "old.md", "none.md"]) == 2


def test_page_against_what_the_importer_made_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).parents[1] / "importer" / "facts.md"
    assert main(["diff", str(page), "iast-python"]) == 0
    assert capsys.readouterr().out == "no documented fact changes\n"
