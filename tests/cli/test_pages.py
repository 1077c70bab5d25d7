"""Pages and matrices as arguments of `diff` and `lint`, and what only pages bring to light."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.importing import CAPABILITIES, table

from pytest_ddcompat.__main__ import main

OVERVIEW = table("X capability | Java | Python", "Bot Filter | 1.8.0 | 1.9.0")
NO_NAME = ": the name does not end in .toml or .md; valid: a matrix (.toml) or a page (.md)"
NO_PAGE = ": cannot read this page: No such file or directory"
ADDRESS = (
    "page.md: page.address: the page has no address; valid: https://…; "
    "tip: give the address at which the page is published\n"
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("page.md", "PAGE.MD", "page.markdown", "page.txt"):
        Path(name).write_text(CAPABILITIES, encoding="utf-8")
    Path("overview.md").write_text(OVERVIEW, encoding="utf-8")
    for name, old, new in (
        ("alias", "(CV)", "(CVA)"),
        ("none", " (CV)", ""),
        ("library", "Python", "nodejs"),
        ("newer", "2.1.0", "2.2.0"),
    ):
        Path(f"{name}.md").write_text(CAPABILITIES.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("name", ["page.md", "PAGE.MD", "page.markdown"])
def test_page_is_told_by_its_ending(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "page.md", name]) == 0
    assert capsys.readouterr().out == "no documented fact changes\n"


@pytest.mark.parametrize(
    ("arguments", "problems"),
    [
        pytest.param(["diff", "page.txt", "page.md"], [f"page.txt{NO_NAME}"], id="no ending"),
        pytest.param(["lint", "page.txt"], [f"page.txt{NO_NAME}"], id="no ending, of lint"),
        pytest.param(["diff", "a.md", "b.md"], [f"a.md{NO_PAGE}", f"b.md{NO_PAGE}"], id="both"),
        pytest.param(["diff", "a.md", "a.md"], [f"a.md{NO_PAGE}"], id="the same twice"),
        pytest.param(["lint", "a.md", "page.md", "b.md"], [f"a.md{NO_PAGE}", f"b.md{NO_PAGE}"],
                     id="two of three"),
        pytest.param(["diff", "page.md", "page.md", "--partials", "x"],
                     ["--partials: there is no folder x; valid: layouts/partials"],
                     id="an option, told once"),
    ],
)  # fmt: skip
def test_all_that_is_wrong_is_told(
    arguments: list[str], problems: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.splitlines()) == ("", [f"ddcompat: {p}" for p in problems])


@pytest.mark.parametrize(
    ("new", "change"),
    [
        pytest.param("alias.md", ("alias", "Card Vault", "cv", "cva"), id="another abbreviation"),
        pytest.param("none.md", ("alias", "Card Vault", "cv", None), id="no abbreviation"),
        pytest.param("library.md", ("library", "library whose versions the page speaks of",
                                    "ddtrace", "dd-trace"), id="another library"),
    ],
)  # fmt: skip
def test_change_that_no_row_of_a_table_shows(
    new: str, change: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", "page.md", new, "--format", "json"]) == 1
    expected = dict(zip(("kind", "row", "old", "new"), change))
    assert json.loads(capsys.readouterr().out) == {"changes": [expected]}
    assert main(["diff", new, "page.md", "--format", "json"]) == 1
    expected.update(old=expected["new"], new=expected["old"])
    assert json.loads(capsys.readouterr().out) == {"changes": [expected]}


def test_lint_of_a_page_without_an_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "page.md"]) == 1
    assert capsys.readouterr().out == ADDRESS


def test_lint_of_an_overview_takes_a_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "overview.md"]) == 2
    assert "choose one with --language; valid: java, python" in capsys.readouterr().err
    assert main(["lint", "overview.md", "--language", "python"]) == 1
    assert capsys.readouterr().out == ADDRESS.replace("page.md", "overview.md")


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_full_device_is_one_line(form: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no full device")
    command = [sys.executable, "-m", "pytest_ddcompat", "diff", "page.md", "newer.md"]
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(
            [*command, "--format", form],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            check=False,
        )
    words = b"ddcompat: cannot write standard output: No space left on device\n"
    assert (run.returncode, run.stderr) == (2, words)
