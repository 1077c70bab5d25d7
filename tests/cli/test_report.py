"""`ddcompat report`: a record as text, HTML and Markdown."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from support.bad_records import VALID
from support.html_reader import Reader
from support.made_coverage import made_coverage
from support.records import write_record

pytest.importorskip("rich")
pytest.importorskip("jinja2")

from pytest_ddcompat.__main__ import main
from pytest_ddcompat.cli.coverage_html import html as coverage_as_html
from pytest_ddcompat.cli.report_view import View

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "a|b`c<script>alert(1)</script>\n## *d* [e](f) \\ \x1b[31m & \"g\" 'h' {{ 7*7 }} \ud800 é"
FORMATS = ("text", "html", "markdown")
MIB = 2**20


def record(**changes: Any) -> dict[str, Any]:
    return {**json.loads(json.dumps(VALID)), **changes}


def gated(number: int, decision: int = 0, name: str = "test_it.py::test") -> list[dict[str, Any]]:
    shared = {"file": "test_it.py", "line": 3, "decision": decision, "outcome": "skipped"}
    return [{"id": f"{name}[{n}]", **shared} for n in range(number)]


def hostile() -> dict[str, Any]:
    """A record in which every string that may be anything is."""

    def spoilt(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: spoilt(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [spoilt(v, key) for v in value]
        kept = {"address", "sha256", "verdict", "action", "outcome", "date", "read"}
        return HOSTILE if isinstance(value, str) and key not in kept else value

    spoilt_record: dict[str, Any] = spoilt(record())
    run = {
        **VALID["run"],
        "versions": {HOSTILE: HOSTILE},
        "job": {**VALID["run"]["job"], "name": HOSTILE},
    }
    return {**spoilt_record, "run": run}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Write the valid record."""
    return write_record(tmp_path, record())


def shown(path: Path, form: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["report", str(path), "--format", form]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("form", FORMATS)
def test_each_form_tells_what_matters(
    written: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = unescape(shown(written, form, capsys)).replace("\\", "").replace("<wbr>", "")
    for words in ("1 not run", "it is old", "newer", "test_it.py::test",
                  "iast-python", "exit status 0", "2.5.0"):  # fmt: skip
        assert words in text


def test_text(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(written, "text", capsys).splitlines()
    assert lines[0] == "Python Compatibility Requirements (iast-python, read 2026-11-22)"
    assert lines[-7:] == [
        "1 test gated: 1 not run; exit status 0",
        "  newer would let 1 more test run",
        "",
        "1 test unsupported: 1 not run",
        "  it is old",
        "  fix: newer",
        "    not run  test_it.py::test",
    ]


def test_text_lists_some_tests_of_many(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = {**VALID["run"], "interrupted": True, "exit_status": 2}
    path = write_record(tmp_path, record(tests=gated(50), run=run))
    lines = shown(path, "text", capsys).splitlines()
    assert "50 tests gated: 50 skipped; it was interrupted; exit status 2" in lines
    assert lines[-2:] == ["    skipped  test_it.py::test[19]", "    and 30 tests more"]


def test_markdown(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(written, "markdown", capsys)
    head = "Python Compatibility Requirements (iast-python, read 2026-11-22); exit status 0"
    assert text.startswith(
        "## Compatibility: 1 test gated: 1 not run\n\n"
        f"- **newer** would let 1 more test run\n\n{head}\n\n"
        "<details><summary>Environment: ddtrace 2.5.0, Python 3.11.7, linux, x86-64</summary>\n\n"
        "| fact | value | from |\n| --- | --- | --- |\n"
    )
    assert text.endswith(
        "### API Security: 1 not run, needs ddtrace &gt;=2.6.0\n\nit is old\n\nFix: **newer**\n\n"
        "<details><summary>Tests</summary>\n<ul>\n<li><code>test_it.py::test</code> not run</li>\n"
        "</ul>\n</details>\n\n"
    )


def test_markdown_escapes_what_would_be_more_than_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(write_record(tmp_path, hostile()), "markdown", capsys)
    tags = set(re.findall(r"<[^>]*>", text))
    assert tags == {"<details>", "<summary>", "</summary>", "</details>", "<ul>", "</ul>", "<li>",
                    "</li>", "<code>", "</code>"}  # fmt: skip
    bare = re.compile(r"(?<!\\)(?:\\\\)*[`|*_\[\]]")
    for line in text.splitlines():
        inner = line.strip("| ").replace(" | ", " ") if line.startswith("|") else line
        inner = re.sub(r"^(Fix: |- )\*\*|\*\*( would let .*)?$", "", inner)
        if not line.startswith(("<li>", "<details>")):  # HTML, where no word is Markdown
            assert not bare.search(inner), line
        assert not line.startswith("## *")
        assert "`" not in line.replace("\\`", "")
    assert "\x1b" not in text


@pytest.mark.parametrize("content", [record(), hostile()], ids=["plain", "hostile"])
def test_html_is_one_file_that_holds_no_more_than_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: dict[str, Any]
) -> None:
    page = Reader(shown(write_record(tmp_path, content), "html", capsys))
    assert page.open == []
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "b", "em"}
    outside = [
        value for _, attrs in page.tags for key in ("src", "href") if (value := attrs.get(key))
    ]
    assert outside == [VALID["matrices"][0]["address"]]
    assert not any(key.startswith("on") for _, attrs in page.tags for key in attrs)
    if content["decisions"][0]["reason"] != "it is old":
        assert "{{ 7*7 }}" in page.words


def test_html_can_be_used_by_all(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(written, "html", capsys)
    page = Reader(text)
    names = [tag for tag, _ in page.tags]
    assert "color-scheme: light dark" in text
    assert "prefers-color-scheme: dark" in text
    assert ("html", {"lang": "en"}) in page.tags
    assert names.count("table") == names.count("caption")
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")
    assert names.count("main") == names.count("h1") == 1
    assert names.count("details") == names.count("summary")
    for finding in VALID["findings"]:
        assert finding["documented"] in page.words


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("output", [False, True])
def test_hostile_strings_reach_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, output: bool
) -> None:
    path = write_record(tmp_path, hostile())
    more = ["-o", str(tmp_path / "out")] if output else []
    assert main(["report", str(path), "--format", form, *more]) == 0
    printed = capsys.readouterr().out
    text = (tmp_path / "out").read_text(encoding="utf-8") if output else printed
    assert (printed == "") == output
    assert all(c.isprintable() or c == "\n" for c in text)
    assert "\\ud800" in unescape(text).replace("\\\\", "\\")


HUGE = {
    "tests": record(tests=gated(100_000, name="test_it.py::" + "é" * 60)),
    "one long name": record(tests=gated(1, name="x" * 3 * MIB)),
    "reasons": record(
        decisions=[{**VALID["decisions"][0], "reason": f"{n} {'<' * 3000}"} for n in range(3000)],
        tests=[t for n in range(3000) for t in gated(2, n)],
    ),
    "short reasons": record(
        decisions=[{**VALID["decisions"][0], "reason": f"{n}"} for n in range(5000)],
        tests=[t for n in range(5000) for t in gated(3, n)],
    ),
    "facts": record(
        environments=[
            {
                "folder": "",
                "facts": {"frameworks": {f"{n}{'|' * 5000}": "<" * 5000 for n in range(500)}},
                "signals": {},
            }
        ]
    ),
}


@pytest.mark.parametrize("content", HUGE.values(), ids=list(HUGE))
def test_markdown_fits_a_step_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: dict[str, Any]
) -> None:
    text = shown(write_record(tmp_path, content), "markdown", capsys)
    assert len(text.encode()) < MIB
    assert text.count("<details>") == text.count("</details>") == text.count("</ul>") + 1
    total = len(content["tests"])
    listed = len(re.findall("<li><code>", text))
    omitted = sum(int(n) for n in re.findall(r"(\d+) left out<", text))
    omitted += sum(int(n) for n in re.findall(r"of (\d+) tests?, are left out", text))
    assert listed + omitted == total


@pytest.mark.parametrize("more", [0, 1])
def test_html_lists_what_a_browser_can_bear(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: int
) -> None:
    decisions = [{**VALID["decisions"][0], "reason": f"{n}"} for n in range(2)]
    tests = [*gated(100), *gated(19_900 + more, 1, "test_it.py::test_other")]
    path = write_record(tmp_path, record(decisions=decisions, tests=tests))
    text = shown(path, "html", capsys)
    assert text.count("<li><code>") == 20_000
    assert ("<li>1 left out</li>" in text) == bool(more)


def test_an_encoding_that_lacks_characters_is_no_obstacle(tmp_path: Path) -> None:
    path = write_record(tmp_path, hostile())
    for form in FORMATS:
        command = [sys.executable, "-m", "pytest_ddcompat", "report", str(path), "--format", form]
        run = subprocess.run(
            command, capture_output=True, check=False, env={"PYTHONIOENCODING": "ascii"}
        )
        assert (run.returncode, run.stderr) == (0, b""), form
        assert io.BytesIO(run.stdout).read().isascii()


def failing() -> dict[str, Any]:
    """A record of 3 skipped tests, and of one that failed though its capability is supported."""
    (decision,), (requirement,), findings = (
        record()[key] for key in ("decisions", "requirements", "findings")
    )
    satisfied = json.loads(json.dumps(findings).replace("violated", "satisfied"))
    indices = [len(findings) + index for index in requirement["findings"]]
    supported = {**requirement, "verdict": "supported", "findings": indices}
    met = {**decision, "requirements": [1], "verdict": "supported", "action": "run"}
    met.update(reason="", mend=[])
    newer = {**decision, "mend": ["ddtrace >=3"]}
    tests = [*gated(1, 1, "a.py::a"), *gated(2, 0), *gated(1, 2, "b.py::b")]
    tests[0]["outcome"] = "failed"
    decision["mend"] = ["ddtrace >=2.6.0"]
    return record(
        decisions=[decision, met, newer],
        requirements=[requirement, supported],
        findings=[*findings, *satisfied],
        tests=tests,
    )


def test_what_failed_comes_first_and_headings_name_capability_and_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_record(tmp_path, failing())
    headings = [
        "API Security: 1 failed, supported",
        "API Security: 2 skipped, needs ddtrace >=2.6.0",
        "API Security: 1 skipped, needs ddtrace >=2.6.0",
    ]
    lines = unescape(shown(path, "markdown", capsys)).splitlines()
    assert [line[4:] for line in lines if line.startswith("### ")] == headings
    made = unescape(shown(path, "html", capsys))
    assert re.findall("<h2[^>]*>(.*?)</h2>", made) == headings
    fixes = ["- **ddtrace >=3** would let 3 more tests run",
             "- **ddtrace >=2.6.0** would let 2 more tests run"]  # fmt: skip
    assert lines[0] == "## Compatibility: 4 tests gated: 1 failed, 3 skipped"
    assert lines[2:4] == fixes
    assert [f"- **{change}** {rest}" for change, rest in re.findall(
        "<li><strong>(.*?)</strong> (.*?)</li>", made)] == fixes  # fmt: skip


def test_tests_that_failed_are_apart_from_those_that_passed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = failing()
    inner, start = content["requirements"][1], len(content["findings"])
    findings = [content["findings"][index] for index in inner["findings"]]
    content["findings"] += json.loads(json.dumps(findings).replace("api_security", "code_security"))
    content["requirements"].append({**inner, "findings": [*range(start, start + len(findings))]})
    content["decisions"].append({**content["decisions"][1], "requirements": [2]})
    content["tests"] += [{**test, "outcome": "passed"} for test in gated(2, 3, "c.py::c")]
    path = write_record(tmp_path, content)
    made = unescape(shown(path, "html", capsys))
    headings = re.findall("<h2[^>]*>(.*?)</h2>", made)
    assert headings[0] == "API Security: 1 failed, supported"
    assert headings[-1] == "Code Security: 2 passed, supported"
    assert made.count("<details open>") == 1
    text = shown(path, "markdown", capsys)
    assert text.index("<details open>") < text.index("a.py::a") < text.index("needs ddtrace")
    lines = shown(path, "text", capsys).splitlines()
    assert "  ddtrace >=3 would let 3 more tests run" in lines


def several(*folders: str) -> dict[str, Any]:
    """A record of one skipped test, with its own ddtrace, in each folder."""
    (decision,) = record()["decisions"]
    decision["mend"] = ["ddtrace >=2.6.0"]
    environments = []
    for number, folder in enumerate(folders):
        (environment,) = record()["environments"]
        environment["facts"]["tracer"] = f"2.{number}"
        environments.append({**environment, "folder": folder})
    return record(
        environments=environments,
        decisions=[{**decision, "environment": n, "reason": f"2.{n}"} for n in range(len(folders))],
        tests=[test for n in range(len(folders)) for test in gated(1, n)],
    )


@pytest.mark.parametrize(
    ("folders", "names"),
    [
        pytest.param(["mail", ""], ["mail", "other folders"], id="a folder and the rest"),
        pytest.param(["", "shop"], ["other folders", "shop"], id="the rest first"),
        pytest.param(["", ""], ["environment 1", "environment 2"], id="other processes"),
        pytest.param([""], [""], id="one"),
    ],
)
def test_several_environments_are_told_apart(folders: list[str], names: list[str]) -> None:
    view = View.of(several(*folders))
    words = "1 skipped in {}, needs" if names[0] else "1 skipped, needs"
    assert [group.heading for group in view.groups] == [
        f"API Security: {words.format(name)} ddtrace >=2.6.0" for name in names
    ]
    before = [f"{name}: " if name else "" for name in names]
    assert [fix for fix, _ in view.fixes] == [f"{name}ddtrace >=2.6.0" for name in before]
    assert {row[:2] for row in view.facts if row[0].endswith("tracer")} == {
        (f"{name}tracer", f"2.{n}") for n, name in enumerate(before)
    }
    assert view.place == "; ".join(
        f"{name}ddtrace 2.{n}, Python 3.11.7, linux, x86-64" for n, name in enumerate(before)
    )


def test_a_reason_that_environments_share_is_told_once() -> None:
    content = several("mail", "", "shop")
    for decision in content["decisions"]:
        decision["reason"] = "it is old"
    (group,) = View.of(content).groups
    assert group.outcomes == "3 skipped in mail, other folders and shop"


def test_checks_that_do_not_apply_are_left_out(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    findings = VALID["findings"]
    checks = [f["check"].replace("_", " ") for f in findings if f["outcome"] != "not_applicable"]
    assert len(checks) < len(findings)
    made = shown(written, "html", capsys).partition('<table class="checks">')[2]
    assert re.findall('<th scope="row">(.*?)</th>', made) == checks


@pytest.mark.parametrize("form", FORMATS)
def test_a_run_without_gated_tests_says_why_it_is_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    text = shown(write_record(tmp_path, record(tests=[])), form, capsys)
    assert "No test of this run has a marker of pytest-ddcompat." in text


def test_a_page_without_an_address_has_no_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_record(tmp_path, record(matrices=[{**VALID["matrices"][0], "address": None}]))
    assert "href" not in shown(path, "html", capsys)
    assert "" not in shown(path, "text", capsys).splitlines()[:3]


@pytest.mark.parametrize(
    ("made", "need", "covers"),
    [
        pytest.param("ddtrace >=3", "ddtrace >=2.6.0", True, id="newer"),
        pytest.param("ddtrace >=3,<5", "ddtrace >=2.6.0", True, id="newer range"),
        pytest.param("ddtrace >=2", "ddtrace >=2.6.0", False, id="older"),
        pytest.param("ddtrace >=3", "ddtrace >=2,<5", False, id="no upper bound"),
        pytest.param("ddtrace <1|>=3", "ddtrace >=2", False, id="an older alternative"),
        pytest.param("Python >=3", "ddtrace >=2", False, id="something else"),
        pytest.param("preview=True", "preview=True", True, id="the same words"),
        pytest.param("preview=True", "ddtrace >=2", False, id="no version"),
    ],
)
def test_changes_that_fulfil_others(made: str, need: str, covers: bool) -> None:
    content = failing()
    content["decisions"][0]["mend"], content["decisions"][2]["mend"] = [need], [made]
    counts = dict(View.of(content).fixes)
    found = counts.get(made, "")
    assert found == f"would let {'3 more tests' if covers else '1 more test'} run"


def test_one_stylesheet_for_all_pages(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = shown(written, "html", capsys)
    assert main(["matrix", "--format", "html"]) == 0
    pages = [report, capsys.readouterr().out, coverage_as_html(made_coverage())]
    styles = {re.findall("<style>(.*?)</style>", page, re.DOTALL)[0] for page in pages}
    assert len(styles) == 1
