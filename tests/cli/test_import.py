"""`ddcompat import`: what it writes, and the account that it prints."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.importing import CAPABILITIES, table

from pytest_ddcompat import load_matrix
from pytest_ddcompat.__main__ import main

OPTIONS = ["--read", "2026-01-02", "--address", "https://example.com/firewall/"]
ACCOUNT = """\
page.md: 9 of 13 cells interpreted, 4 unresolved
page.md:8: "Notes": an unknown column for such a table
page.md:10: "maybe (\\u202e)": "maybe (\\u202e)" is not a mark
page.md:10: "a": a cell of an unknown column
page.md:14: "{{< x-ray >}}": a tag that is not known
page.md: warning: line 12: a callout is not closed
"""


@pytest.fixture(autouse=True)
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "page.md"
    deployments = table("Type | Bot Filter | Notes", "Docker | maybe (\u202e) | a")
    text = f"{CAPABILITIES}{deployments}{{% callout %}}\n\n{{{{< x-ray >}}}}\n"
    path.write_text(text, encoding="utf-8")
    return path


def test_account_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "page.md", *OPTIONS, "-o", "out.toml"]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == (ACCOUNT, "")
    matrix = load_matrix("out.toml")
    assert matrix.page.id == "firewall-requirements"
    assert matrix.page.address == "https://example.com/firewall/"
    assert str(matrix.page.read) == "2026-01-02"
    assert [row.id for row in matrix.capabilities] == ["bot_filter", "card_vault"]


def test_matrix_alone_is_on_the_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "page.md", *OPTIONS, "-o", "out.toml"]) == 0
    capsys.readouterr()
    assert main(["import", "page.md", *OPTIONS]) == 0
    captured = capsys.readouterr()
    assert captured.out == Path("out.toml").read_text(encoding="utf-8")
    assert captured.err == ACCOUNT


def test_account_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "page.md", "--format", "json"]) == 0
    account = json.loads(capsys.readouterr().out)
    assert account["cells"] == 13
    assert account["interpreted"] == 9
    assert account["unresolved"][1] == {
        "line": 10,
        "text": "maybe (\u202e)",
        "reason": '"maybe (\u202e)" is not a mark',
    }
    assert account["warnings"] == ["line 12: a callout is not closed"]


def test_example_of_the_help_works(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["import", "--help"])
    found = re.search(r"Example: ddcompat (.*)", capsys.readouterr().out)
    assert found
    assert main(found[1].split()) == 0
    assert load_matrix("my-page.toml").page.id == "my-page"
