"""`ddcompat lint`: what it prints, its exit status, and files that cannot be loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cases import case
from support.core import MATRICES

from pytest_ddcompat.__main__ import main
from pytest_ddcompat.values.files import read_limited

TIP = "; tip: "


@pytest.mark.parametrize(
    ("date", "status"),
    [
        pytest.param("2026-05-31", 0, id="last day of maintenance"),
        pytest.param("2026-06-01", 1, id="day after it"),
    ],
)
def test_status(date: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (MATRICES / "iast-python.toml").read_text(encoding="utf-8")
    path = tmp_path / "page.toml"
    path.write_text(text.replace("read = 2026-11-22", "read = 2026-01-01"), encoding="utf-8")
    assert main(["lint", str(path), str(path), "--date", date]) == status
    shown = capsys.readouterr().out
    assert shown == "no complaints\n" if status == 0 else shown.count("\n") == 1


def test_complaints_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "iast-python", "--date", "2026-11-24"]) == 1
    assert capsys.readouterr().out == (
        "iast-python: releases[1].until: the maintenance of >=3.0,<4 has ended, and the page "
        "still calls it that (got 2026-05-31); valid: a day from 2026-11-24 on, or the support "
        'level "end_of_life"; tip: read the page again; until then the branch counts as end of '
        "life\n"
    )


def test_complaints_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "iast-python", "--date", "2026-11-24", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "complaints": [
            {
                "file": "iast-python",
                "where": "releases[1].until",
                "what": "the maintenance of >=3.0,<4 has ended, and the page still calls it that",
                "value": "2026-05-31",
                "valid": 'a day from 2026-11-24 on, or the support level "end_of_life"',
                "tip": "read the page again; until then the branch counts as end of life",
            }
        ]
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(
            "unresolved capability",
            [
                ('deployments[0]: this matrix has no capability "somthing"; '
                'did you mean "something"? valid: something'),
                'frameworks[0]: this matrix has no capability "other"; valid: something',
                'coverage[0]: this matrix has no capability "zzz"; valid: something',
            ],
            id="unknown capabilities",
        ),
        pytest.param(
            "duplicate capability",
            [
                'capabilities[1]: another row has "something" too; valid: only one such row',
                ('capabilities[1].documented: this row repeats capabilities[0] under '
                '"Capabilities" (got "Something | 1.0"); valid: each row once'),
            ],
            id="what the rules find beside it",
        ),
        pytest.param(
            "missing heading",
            [('capabilities[0]: the key "heading" is missing: Heading of the page that the words '
             "stand under.")],
            id="too little is understood for the rules",
        ),
    ],
)  # fmt: skip
def test_file_that_cannot_be_loaded(
    name: str, expected: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "matrix.toml"
    path.write_bytes(case("matrices", name).content)
    assert main(["lint", str(path), "--date", "2026-11-24"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.removeprefix(f"{path}: ").partition(TIP)[0] for line in lines] == expected
    assert all(line.startswith(f"{path}: ") and TIP in line for line in lines)


def test_file_that_is_none_is_refused_beside_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "not-toml.toml"
    path.write_text("page =", encoding="utf-8")
    assert main(["lint", "iast-python", str(path), "iast"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    first, second = captured.err.splitlines()
    assert "not-toml.toml: this is not valid TOML: " in first
    assert second.startswith('ddcompat: there is no bundled matrix "iast"; ')


def test_each_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    def read(path: str, limit: int) -> bytes:
        opened.append(Path(path).name)
        return read_limited(path, limit)

    monkeypatch.setattr("pytest_ddcompat.values.files.read_limited", read)
    monkeypatch.setattr("pytest_ddcompat.cli.lint.read_limited", read)
    (tmp_path / "acme.toml").write_text(ADDED.format("acme_waf_rules"), encoding="utf-8")
    (tmp_path / "above.toml").write_text('extends = "acme.toml"\n', encoding="utf-8")
    assert main(["lint", str(tmp_path / "above.toml")]) == 0
    (tmp_path / "declared.toml").write_text("declarations = []\n", encoding="utf-8")
    assert main(["lint", str(tmp_path / "declared.toml")]) == 0
    assert opened == ["above.toml", "acme.toml", "declared.toml"]


@pytest.mark.parametrize("text", ["", "# Nothing is declared.\n"])
def test_file_that_says_nothing(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "declarations.toml"
    path.write_text(text, encoding="utf-8")
    assert main(["lint", str(path)]) == 1
    assert capsys.readouterr().out == (
        f"{path}: this file says nothing; valid: a file of declarations, a matrix or an overlay; "
        "tip: add [[declarations]], or remove the file\n"
    )


ADDED = """extends = "iast-python"
[[capabilities]]
id = "{}"
minimum = "2.7.0"
source = "https://example.org/"
reason = "known"
"""


@pytest.mark.parametrize(
    ("capability", "complaints"),
    [
        pytest.param("api_security", [], id="a row of the page"),
        pytest.param("acme_waf_rules", [], id="a row of its own"),
        pytest.param("api_securty", ["capabilities[7].id"], id="a slip"),
    ],
)
def test_overlay_is_not_blamed_for_the_page(
    capability: str, complaints: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "acme.toml").write_text(ADDED.format(capability), encoding="utf-8")
    above = tmp_path / "above.toml"
    above.write_text('extends = "acme.toml"\n', encoding="utf-8")
    status = int(bool(complaints))
    assert main(["lint", str(tmp_path / "acme.toml"), "--format", "json"]) == status
    found = json.loads(capsys.readouterr().out)["complaints"]
    assert [complaint["where"] for complaint in found] == complaints
    assert main(["lint", str(above)]) == 0
    # What the page has is still told of the page.
    assert main(["lint", "iast-python", "--date", "2026-11-24"]) == 1


DECLARATIONS = """
[[declarations]]
tests = "tests/test_b.py"
requires = {capability = "sca", framework = "djngo"}

[[declarations]]
tests = "tests/test_a.py"
state = "bug"
when = {tracer = ">=9"}
"""


@pytest.fixture
def declarations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "declarations.toml"
    path.write_text(DECLARATIONS, encoding="utf-8")
    return path


def test_declarations(declarations: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "declarations.toml"]) == 1
    assert [line.partition(TIP)[0] for line in capsys.readouterr().out.splitlines()] == [
        (
            'declarations.toml:2: requires: the page has no framework "djngo"; '
            'did you mean "django"? valid: django, fastapi, flask'
        ),
        (
            "declarations.toml:6: when: no release of the page iast-python reaches this "
            '(got ">=9"); valid: versions of >=4.0,<5 or >=3.0,<4 or >=2.0,<3 or <2'
        ),
        (
            'declarations.toml:6: this stands behind the declaration of "tests/test_b.py" '
            '(got "tests/test_a.py"); valid: declarations sorted by "tests"'
        ),
    ]
    assert main(["lint", str(declarations), "--format", "json"]) == 1
    complaints = json.loads(capsys.readouterr().out)["complaints"]
    assert {complaint["file"] for complaint in complaints} == {str(declarations)}
    assert complaints[0]["where"] == f"{declarations}:2: requires"


def test_declarations_are_judged_by_the_named_page(
    declarations: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (
        '[page]\nid = "own"\ntitle = "Own"\nread = 2026-01-31\ntracer = "ddtrace"\n'
        '[[capabilities]]\nheading = "h"\ndocumented = ["A"]\nid = "a"\nminimum = "1"\n'
    )
    (declarations.parent / "own.toml").write_text(page, encoding="utf-8")
    declarations.write_text(DECLARATIONS.replace("djngo", "django"), encoding="utf-8")
    assert main(["lint", "declarations.toml", "--matrix", "own.toml"]) == 1
    first, *others = capsys.readouterr().out.splitlines()
    assert first.startswith('declarations.toml:2: requires: the page has no capability "sca"')
    assert len(others) == 1


def test_facts_of_declarations(declarations: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declarations.write_text(
        '[[facts]]\nid = "variant"\nkind = "word"\nwords = ["flask", "django"]\n'
        '[[declarations]]\ntests = "a"\nstate = "bug"\n'
        'when = [{fact = "variant", value = "django"}, {fact = "varant"}]\n',
        encoding="utf-8",
    )
    assert main(["lint", "declarations.toml"]) == 1
    assert capsys.readouterr().out.partition(TIP)[0] == (
        'declarations.toml:5: when: nothing declares the fact "varant"; did you mean "variant"? '
        "valid: variant"
    )


def test_tickets_are_required(declarations: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--require-ticket", "missing", "--require-ticket"]
    assert main(["lint", str(declarations), *options, "bug"]) == 1
    assert 'the state "bug" needs a ticket' in capsys.readouterr().out
    assert main(["lint", str(declarations), *options, "flaky"]) == 1
    assert "needs a ticket" not in capsys.readouterr().out
    assert main(["lint", str(declarations), *options, "bugg"]) == 2
    assert capsys.readouterr().err == (
        'ddcompat: --require-ticket: "bugg" is not a state; did you mean "bug"? '
        "valid: bug, flaky, incomplete, irrelevant, missing\n"
    )


def test_declarations_that_cannot_be_understood(
    declarations: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declarations.write_text(DECLARATIONS.replace("bug", "bugg"), encoding="utf-8")
    assert main(["lint", "declarations.toml"]) == 1
    assert capsys.readouterr().out == (
        'declarations.toml:8: state: "bugg" is not valid; did you mean "bug"? valid: bug, flaky, '
        "incomplete, irrelevant, missing; tip: nothing can be evaluated until you fix this\n"
    )
    declarations.write_text(f"{DECLARATIONS}=", encoding="utf-8")
    assert main(["lint", "declarations.toml"]) == 2
    assert "declarations.toml: this is not valid TOML" in capsys.readouterr().err
