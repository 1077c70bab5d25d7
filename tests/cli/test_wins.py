"""`ddcompat wins`: what it shows, in each form, what it writes, and how it exits."""

from __future__ import annotations

import json
import os
import re
from html import unescape
from pathlib import Path

import jsonschema
import pytest
from support.made_coverage import HOSTILE
from support.made_records import write_records
from support.made_wins import BUG, KO, OK, WON, X, Y, blocking, made_runs

from pytest_ddcompat import load_matrix
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.cli.markdown import LARGEST_COMMENT
from pytest_ddcompat.cli.output import render_text
from pytest_ddcompat.cli.wins_view import markdown, print_wins
from pytest_ddcompat.jobs.selection import Suite
from pytest_ddcompat.jobs.wins.news import Wins
from pytest_ddcompat.jobs.wins.recorded import Recorded
from pytest_ddcompat.jobs.wins.rejected import Rejection
from pytest_ddcompat.jobs.wins.values import Item, Proposal, Run

pytest.importorskip("duckdb")

pytestmark = pytest.mark.once

Z = "b.py::test_z"
FILES = ("0.json", "1.json", "2.json", "3.json")
SCHEMA = Path(__file__).parents[2] / "matrices/wins.schema.json"
REJECTED = f"""
[[reject]]
tests = ["{X}", "c.py"]
reason = "the mock is wrong"
"""
DECLARED = f"""# ours
[[declarations]]
# this one
tests = "{Z}"
state = "bug"
owner = "appsec"
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    declared = BUG._replace(declared=(BUG.declared[0]._replace(place="declarations.toml:2"),))
    cases = {X: blocking("fastapi", KO), Y: blocking("flask", OK), Z: declared}
    fixed = {X: blocking("fastapi", OK), Y: blocking("flask", OK), Z: declared}
    frameworks = {"fastapi": "0.110.1", "flask": "3.0.1"}
    runs = [("2.3.2", cases)] * 2 + [("2.4.0", fixed)] * 2
    records = made_runs(*runs, frameworks=frameworks)
    records[0]["run"]["job"]["address"] = "https://ci.example/1"
    write_records(tmp_path, *records)
    Path("rejected.toml").write_text(REJECTED, encoding="utf-8")
    Path("declarations.toml").write_text(DECLARED, encoding="utf-8")


def shown(capsys: pytest.CaptureFixture[str], *options: str, status: int = 0) -> str:
    assert main(["wins", *FILES, *options]) == status
    return capsys.readouterr().out


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    text = re.sub(r"\s+", " ", shown(capsys))
    for words in (
        "1 test expected to fail, but working; 1 test documented to work, but failing 4 runs",
        f"owner appsec: expected to fail, but working from ddtrace 2.3.2 on, in 4 runs {Z}",
        "fix: take them out of the declaration at declarations.toml:2",
        (
            "no owner: documented to work, but failing below ddtrace 2.4.0 with fastapi 0.110, in "
            f"2 runs {X} failed with ddtrace 2.3.2: job-0 (Python 3.11.7, 2026-11-27, "
            "https://ci.example/1), job-1 (Python 3.11.7, 2026-11-27) passed with ddtrace 2.4.0: "
            "job-2 (Python 3.11.7, 2026-11-27)"
        ),
        "fix: declare them a bug where tracer <2.4.0, framework fastapi, specifier ==0.110.*",
        f"not by --write: {Y} passes below it with flask 3.0",
    ):
        assert words in text


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    account = json.loads(shown(capsys, "--format", "json"))
    jsonschema.validate(account, json.loads(SCHEMA.read_text(encoding="utf-8")))
    works, fails = account["news"]
    assert (works["kind"], works["tests"], works["owner"]) == ("works", [Z], "appsec")
    assert (fails["kind"], fails["version"]) == ("fails", "2.4.0")
    assert fails["variant"] == {"framework.fastapi": "0.110"}
    assert fails["evidence"][0]["address"] == "https://ci.example/1"
    assert [one["kind"] for one in fails["proposals"]] == ["declaration", "overlay"]
    assert works["proposals"][0]["places"] == ["declarations.toml:2"]


def test_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    text = unescape(shown(capsys, "--format", "markdown"))
    assert text.startswith("## 1 test expected to fail, but working; 1 test documented")
    assert "### owner appsec" in text
    assert f"<li><code>{X}</code></li>" in text
    where = "tracer <2.4.0, framework fastapi, specifier ==0.110.*"
    assert f"- Fix: **declare them a bug where {where}**" in text.replace("\\", "")


@pytest.mark.parametrize("options", [[], ["--format", "markdown"], ["--format", "json"]])
def test_a_file_has_the_same(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    printed = shown(capsys, *options)
    assert shown(capsys, *options, "-o", "out") == ""
    written = Path("out").read_text(encoding="utf-8")
    assert re.sub(r"\s+", "", written) == re.sub(r"\s+", "", printed)


@pytest.mark.parametrize("form", [[], ["--format", "markdown"]])
def test_runs_without_a_version(
    form: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    files = write_records(tmp_path / "some", *made_runs(("2.4.0", OK), ("x", OK), ("2.x", OK)))
    assert main(["wins", *files, *form]) == 0
    assert "2 runs without a usable version of ddtrace\n" in capsys.readouterr().out
    assert "without a usable version" not in shown(capsys, *form)


def test_rejected(capsys: pytest.CaptureFixture[str]) -> None:
    text = re.sub(r"\s+", " ", shown(capsys, "--rejected", "rejected.toml"))
    assert text.startswith("1 test expected to fail, but working 4 runs")
    assert "1 test rejected" in text
    assert "no longer needed in --rejected: c.py (the mock is wrong)" in text


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        pytest.param([], 0, "", id="not asked to fail"),
        pytest.param(["--fail-on-wins"], 1, "2 tests not as expected", id="news"),
        pytest.param(["--fail-on-wins", "--rejected", "rejected.toml"], 1,
                     "1 test not as expected", id="one rejected"),
    ],
)  # fmt: skip
def test_exit_status(
    options: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["wins", *FILES, *options]) == status
    assert capsys.readouterr().err == (said and f"ddcompat: {said}\n")


def test_no_news(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_records(tmp_path / "fine", *made_runs(("2.4.0", OK), ("2.4.0", OK)))
    assert main(["wins", "fine/0.json", "fine/1.json", "--fail-on-wins"]) == 0
    assert capsys.readouterr().out.startswith("all tests are as expected\n")


def test_write(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tomlkit")
    assert main(["wins", *FILES, "--write", "--declarations", "bugs.toml"]) == 0
    said = capsys.readouterr().err
    assert said == "ddcompat: wrote bugs.toml\nddcompat: wrote declarations.toml\n"
    assert "[[declarations]]" not in Path("declarations.toml").read_text(encoding="utf-8")
    written = Path("bugs.toml").read_text(encoding="utf-8")
    assert f'tests = "{X}"\nstate = "bug"\n' in written


def test_to_write_twice_is_to_write_once(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tomlkit")
    other = DECLARED.replace("# ours", "# more").replace(Z, "c.py::test_c")
    Path("declarations.toml").write_text(f"{DECLARED}\n{other}", encoding="utf-8")
    written = []
    for _ in range(2):
        assert main(["wins", *FILES, "--write", "--declarations", "declarations.toml"]) == 0
        written.append(Path("declarations.toml").read_text(encoding="utf-8"))
        said = capsys.readouterr().err
    assert written[0] == written[1]
    assert other in written[0]
    assert f'tests = "{X}"' in written[0]
    what = f'what is declared for "{Z}" has changed since these runs; valid: a change by hand'
    assert said.startswith(f"ddcompat: note: not written: declarations.toml:2: {what}\n")
    assert said.endswith(": declarations.toml has that already\n")
    assert len(said.splitlines()) == 2


@pytest.mark.parametrize(
    "output",
    [
        "declarations.toml",
        "./bugs.toml",
        "acme.toml",
        "page.toml",
        "base.toml",
        "0.json",
        "none/out",
        ".",
    ],
)
@pytest.mark.parametrize("form", [[], ["--format", "json"]])
def test_an_answer_that_cannot_be_written_is_refused_first(
    output: str, form: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("tomlkit")
    Path("base.toml").write_text('extends = "iast-python"\n', encoding="utf-8")
    Path("page.toml").write_text('extends = "base.toml"\n', encoding="utf-8")
    before = {path: path.read_bytes() for path in Path().glob("*") if path.is_file()}
    named = ["--declarations", "bugs.toml", "--overlay", "acme.toml", "--matrix", "page.toml"]
    assert main(["wins", *FILES, "--write", *named, *form, "-o", output]) == 2
    assert capsys.readouterr().err.startswith(f"ddcompat: --output: cannot write {output}: ")
    assert {path: path.read_bytes() for path in Path().glob("*") if path.is_file()} == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_that_cannot_be_written_is_refused_first() -> None:
    pytest.importorskip("tomlkit")
    Path("closed").mkdir(mode=0o500)
    assert main(["wins", *FILES, "--write", "--declarations", "closed/bugs.toml"]) == 2
    assert Path("declarations.toml").read_text(encoding="utf-8") == DECLARED


def test_what_cannot_be_written_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tomlkit")
    changed = DECLARED.replace("appsec", "others")
    Path("declarations.toml").write_text(changed, encoding="utf-8")
    assert main(["wins", *FILES, "--write"]) == 0
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("ddcompat: note: not written: declarations.toml:2: ")
    assert said[1].startswith("ddcompat: note: not written: declare them a bug where ")
    assert Path("declarations.toml").read_text(encoding="utf-8") == changed


def test_a_file_that_cannot_be_written_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tomlkit")
    assert main(["wins", *FILES, "--write", "--declarations", "none/bugs.toml"]) == 2
    said = f"ddcompat: none/bugs.toml: cannot write this: there is no folder {Path.cwd()}/none\n"
    assert capsys.readouterr().err == said
    assert Path("declarations.toml").read_text(encoding="utf-8") == DECLARED


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(["--suite", "nothing"], '--suite: there is no suite "nothing"', id="suite"),
        pytest.param(["-o", "rejected.toml", "--rejected", "rejected.toml"],
                     "--output: cannot write rejected.toml: the command reads it", id="output"),
        pytest.param(["--write", "--overlay", "declarations.toml"],
                     "declarations.toml: --overlay: this is the matrix of a page", id="a page"),
        pytest.param([".."], ".. is a folder, which cannot stand beside others", id="a folder"),
    ],
)  # fmt: skip
def test_what_is_refused(options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wins", *FILES, *options]) == 2
    assert capsys.readouterr().err.startswith(f"ddcompat: {said}")


def test_a_record_named_twice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wins", "0.json", "0.json"]) == 0
    note = "ddcompat: note: 0.json: another record has the same run\n"
    assert capsys.readouterr().err == note


def long_wins(number: int, word: str) -> Wins:
    """Make news of which every list is long, and every word may be anything."""
    runs = tuple(Run(f"{n}", word, word, word, word, f"{word}{n}", word) for n in range(5))
    proposal = Proposal("overlay", word, (word,) * 5, word, note=word)
    items = [
        Item("works", tuple(f"{word}::{n}" for n in range(5)), word, {"framework.x": word}, word,
             2, runs, (proposal,) * 3)
        for _ in range(number)
    ]  # fmt: skip
    left = [Rejection((word,), None, word)] * number
    return Wins(Suite("0", word, {word: word}, (word,), number), items, 1, left, 1, [], Recorded())


@pytest.mark.parametrize("word", ["x", HOSTILE * 20])
def test_markdown_fits_a_comment(word: str) -> None:
    text = markdown(long_wins(2000, word))
    assert LARGEST_COMMENT // 3 < len(text.encode()) <= LARGEST_COMMENT
    assert "pieces of news left out" in text
    assert text.count("<ul>") == text.count("</ul>")


def test_hostile_words() -> None:
    wins = long_wins(3, HOSTILE)
    text = markdown(wins)
    assert "<script>" not in text
    assert "\n::error::" not in text
    assert not re.search(r"(?<!\\)`|@g", re.sub("<code>.*?</code>", "", text))
    for form in (text, render_text(lambda out: print_wins(wins, out), 100)):
        assert not re.search("[\x1b\u202e]", form)


def test_a_pack(capsys: pytest.CaptureFixture[str]) -> None:
    direct = shown(capsys, "--format", "json")
    assert main(["records", "pack", *FILES, "-o", "packed"]) == 0
    capsys.readouterr()
    assert main(["wins", "packed", "--format", "json"]) == 0
    assert capsys.readouterr().out == direct


def test_a_page_that_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Of a page of one's own the rows are known once it is named."""
    Path("acme.toml").write_text('extends = "iast-python"\n', encoding="utf-8")
    page = {"id": "acme", "sha256": load_matrix("acme.toml").digest}
    write_records(tmp_path / "own", *made_runs(*[("2.4.0", WON)] * 2, page=page))
    shown = []
    for options in ([], ["--matrix", "acme.toml"]):
        assert main(["wins", "own/0.json", "own/1.json", *options]) == 0
        shown.append(re.sub(r"\s+", " ", capsys.readouterr().out))
    assert "the page is not at hand; --matrix names it" in shown[0]
    assert shown[1].endswith("fix: correct acme: api_security from ddtrace 2.4.0 on ")


def test_what_an_overlay_extends_is_not_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tomlkit")
    texts = {"base.toml": 'extends = "iast-python"\n', "acme.toml": 'extends = "base.toml"\n'}
    for name, text in texts.items():
        Path(name).write_text(text, encoding="utf-8")
    assert main(["wins", *FILES, "--write", "--overlay", "acme.toml", "-o", "base.toml"]) == 2
    said = "ddcompat: --output: cannot write base.toml: the command reads it\n"
    assert capsys.readouterr().err == said
    assert {name: Path(name).read_text(encoding="utf-8") for name in texts} == texts


def test_the_overlay_that_is_written_is_at_hand(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Once it has changed, the runs say nothing of it, and no bug is declared in its place."""
    pytest.importorskip("tomlkit")
    Path("acme.toml").write_text('extends = "iast-python"\n', encoding="utf-8")
    page = {"id": "acme", "sha256": load_matrix("acme.toml").digest}
    runs = made_runs(*[("2.3.2", KO)] * 2, ("2.4.0", OK), page=page)
    files = write_records(tmp_path / "own", *runs)
    target = ["--write", "--overlay", "acme.toml", "--declarations", "bugs.toml"]
    assert main(["wins", *files, *target]) == 0
    assert capsys.readouterr().err == "ddcompat: wrote acme.toml\n"
    assert str(load_matrix("acme.toml").capability("api_security").minimum) == "2.4.0"
    assert main(["wins", *files, *target]) == 0
    answer = capsys.readouterr()
    assert answer.err == ""
    assert "the page has changed since these runs" in re.sub(r"\s+", " ", answer.out)
    assert not Path("bugs.toml").exists()


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        pytest.param('extends = "nothing"', 2, "ddcompat: acme.toml: ", id="no such page"),
        pytest.param('extends = "other.toml"', 2, "ddcompat: ", id="no such file"),
        pytest.param('extends = "iast-python"', 0, "", id="a bundled page"),
        pytest.param(None, 0, "", id="a new file"),
    ],
)  # fmt: skip
def test_an_overlay_of_a_page_that_is_not_there_is_refused(
    content: str | None, status: int, said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Also where no row is to be added."""
    pytest.importorskip("tomlkit")
    if content is not None:
        Path("acme.toml").write_text(content, encoding="utf-8")
    files = write_records(tmp_path / "fine", *made_runs(("2.4.0", OK)))
    assert main(["wins", *files, "--write", "--overlay", "acme.toml"]) == status
    err = capsys.readouterr().err
    assert err.startswith(said)
    assert bool(err) == bool(status)
