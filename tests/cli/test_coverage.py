"""`ddcompat coverage`: what it shows, in each form, and how it exits."""

from __future__ import annotations

import json
import re
import sys
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from support.made_coverage import HOSTILE, long_coverage
from support.made_records import (
    AUTHOR,
    OLD,
    OLDER,
    PASSED,
    Case,
    made_record,
    write_records,
)
from support.watching import watching_suite

from pytest_ddcompat import load_matrix
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.cli.coverage_view import markdown, percent, print_coverage
from pytest_ddcompat.cli.markdown import LARGEST_COMMENT
from pytest_ddcompat.cli.output import render_text
from pytest_ddcompat.jobs.covered import Missed, Reason
from pytest_ddcompat.jobs.engine import DAMAGED

if TYPE_CHECKING:
    from collections.abc import Callable

pytest.importorskip("duckdb")
pytestmark = pytest.mark.once

X, Y, Z = "a.py::test_x", "a.py::test_y", "a.py::test_z"
SCHEMA = Path(__file__).parents[2] / "matrices/coverage.schema.json"
ALLOW = f'[[allow]]\ntests = "{Y}"\nreason = "only by hand"\n'
SUITE = """
import pytest
from pytest_ddcompat import requires_capability
@requires_capability("api_security")
def test_x(): pass
@requires_capability("api_security")
@pytest.mark.parametrize("n", [1, 2])
def test_new(n): pass
def test_plain(): pass
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    matrix = load_matrix()
    page = {"id": matrix.page.id, "sha256": matrix.digest}
    write_records(
        tmp_path,
        made_record({X: PASSED, Y: OLD}, name="linux", page=page),
        made_record({X: PASSED, Z: AUTHOR}, name="mac", page=page),
        made_record({X: OLD}, name="old", commit=OLDER, begin="2026-11-20T10:00:00Z", page=page),
    )
    (tmp_path / "allow.toml").write_text(ALLOW, encoding="utf-8")
    (tmp_path / "tests.txt").write_text(f"{X}\nb.py::test_new\n\n2 tests collected in 0.01s\n")


def shown(capsys: pytest.CaptureFixture[str], *options: str, status: int = 0) -> str:
    assert main(["coverage", "0.json", "1.json", "2.json", *options]) == status
    return capsys.readouterr().out


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    text = re.sub(r"\s+", " ", shown(capsys, "--tests", "tests.txt"))
    for words in (
        "1 of 3 gated tests ran in some job (25 % of those that need to)",
        "2 runs of 2 jobs, repository https://git.example/acme/service, page iast-python",
        "commit c0ffee000000",
        "1 run left out: commit decade000000",
        "jobs that add nothing: mac",
        "2 tests never ran: api_security needs ddtrace >=2.6.0, found 2.5.0 (1 job)",
        "fix: ddtrace >=2.6.0 a.py::test_y since 2026-11-27",
        "it was skipped though it is supported (1 job) a.py::test_z since 2026-11-27",
        "1 test in no record: b.py::test_new",
        "capabilities that no job exercised: threat_detection, threat_protection",
    ):
        assert words in text


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    account = json.loads(shown(capsys, "--format", "json", "--tests", "tests.txt"))
    jsonschema.validate(account, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert (account["gated"], account["ran"], account["percentage"]) == (3, 1, 25)
    assert [test["test"] for test in account["never_run"]] == [Y, Z]
    assert account["never_run"][0]["because"][0]["needs"] == "ddtrace >=2.6.0"
    assert account["absent"] == [{"test": "b.py::test_new"}]
    assert account["redundant_jobs"] == ["mac"]
    assert account["undetermined"] == []


def test_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    text = unescape(shown(capsys, "--format", "markdown", "--tests", "tests.txt"))
    head = (
        "## Coverage: 1 of 3 gated tests ran in some job (25 % of those that need to)\n\n- 2 runs"
    )
    assert text.startswith(head)
    assert "### 2 tests never ran" in text
    assert f"<li><code>{Y}</code> since 2026-11-27</li>" in text
    assert "| linux | ddtrace 2.5.0, Python 3.11.7, linux, x86-64 | 2 | 1 |" in text


def test_html(capsys: pytest.CaptureFixture[str]) -> None:
    text = unescape(shown(capsys, "--format", "html", "--tests", "tests.txt")).replace("<wbr>", "")
    assert "<title>Coverage: 1 of 3 gated tests ran</title>" in text
    assert f"<li><code>{Y}</code> since 2026-11-27</li>" in text
    row = '<td data-label="Environment">ddtrace 2.5.0, Python 3.11.7, linux, x86-64</td>'
    assert f'<tr><th scope="row">linux</th>{row}' in text
    assert '<li><code>threat_detection</code> Application Security capabilities support: "' in text


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        pytest.param([], 0, "", id="not asked to fail"),
        pytest.param(["--fail-under", "33.3"], 0, "", id="enough"),
        pytest.param(["--fail-under", "33.34"], 1,
                     "1 of the 3 tests that need to run did, less than 33.34 %", id="less"),
        pytest.param(["--fail-under", "25", "--tests", "tests.txt"], 0, "",
                     id="enough with those in no record"),
        pytest.param(["--fail-under", "25.0001", "--tests", "tests.txt"], 1,
                     "1 of the 4 tests that need to run did, less than 25.0001 %",
                     id="less with those in no record"),
        pytest.param(["--fail-on-never-run"], 1, "2 of the gated tests ran in no job", id="never"),
        pytest.param(["--fail-on-never-run", "--tests", "tests.txt"], 1,
                     "3 of the gated tests ran in no job", id="never, or absent"),
        pytest.param(["--fail-under", "50", "--allow", "allow.toml"], 0, "",
                     id="enough of the others"),
        pytest.param(["--fail-on-never-run", "--allow", "allow.toml"], 1,
                     "1 of the gated tests ran in no job", id="one that must run"),
    ],
)  # fmt: skip
def test_exit_status(
    options: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["coverage", "0.json", "1.json", *options]) == status
    assert capsys.readouterr().err == (said and f"ddcompat: {said}\n")


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [([], 0, ""), *((each, 1, "ddcompat: there is no gated test, so that nothing was checked\n")
                    for each in (["--fail-on-never-run"], ["--fail-under", "0"]))],
)  # fmt: skip
def test_a_suite_without_gated_tests(
    options: list[str], status: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_records(tmp_path / "none", made_record({}))
    assert main(["coverage", "none/0.json", *options]) == status
    assert capsys.readouterr().err == said


def test_older_attempts_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    attempts = [made_record({X: PASSED}, name="linux", attempt=n) for n in (1, 2)]
    write_records(tmp_path / "twice", *attempts, made_record({X: OLD}, commit=OLDER))
    assert main(["coverage", *(f"twice/{n}.json" for n in range(3))]) == 0
    said = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert "2 runs left out: commit decade000000, older attempts of jobs" in said


def test_all_ran(tmp_path: Path) -> None:
    write_records(tmp_path / "all", made_record({X: PASSED}))
    assert main(["coverage", "all/0.json", "--fail-on-never-run", "--fail-under", "100"]) == 0


def test_collected_tests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text(SUITE, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\npython_files = *.py\n", encoding="utf-8")
    account = json.loads(shown(capsys, "--format", "json", "--collect", "a.py"))
    assert account["absent"] == [{"test": f"a.py::test_new[{n}]"} for n in (1, 2)]


def test_tests_that_cannot_be_collected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "test_it.py").write_text("import there_is_none", encoding="utf-8")
    assert main(["coverage", "0.json", "--collect", "test_it.py"]) == 2
    assert "--collect: pytest cannot collect these tests" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options", [[], *(["--format", form] for form in ("markdown", "json", "html"))]
)
def test_a_file_has_the_same(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    printed = shown(capsys, *options)
    assert shown(capsys, *options, "-o", "out") == ""
    written = Path("out").read_text(encoding="utf-8")
    assert re.sub(r"\s+", "", written) == re.sub(r"\s+", "", printed)


def packed(folder: str = "packed") -> list[Path]:
    """Pack two records, and return the files of their tests."""
    assert main(["records", "pack", "0.json", "2.json", "-o", folder]) == 0
    return sorted(Path(folder, "tests").rglob("*.parquet"))


@pytest.mark.parametrize("name", ["packed/new.html", "packed/runs/new.html", "link/new.html", ""])
def test_nothing_is_written_into_a_pack(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    target = Path(name or packed()[0])
    if name:
        packed()
    Path("link").symlink_to("packed")
    before = {path: path.read_bytes() for path in Path("packed").rglob("*.parquet")}
    assert main(["coverage", "packed", "-o", str(target)]) == 2
    assert capsys.readouterr().err.endswith(f"cannot write {target}: the command reads it\n")
    assert before == {path: path.read_bytes() for path in Path("packed").rglob("*.parquet")}
    assert target.exists() == (not name)


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"PAR1")])
def test_a_damaged_pack(
    damage: Callable[[Path], object], capsys: pytest.CaptureFixture[str]
) -> None:
    file = packed()[0]
    damage(file)
    assert main(["coverage", "packed"]) == 2
    error = capsys.readouterr().err
    assert str(file) in error
    assert error.endswith(f"; valid: {DAMAGED}\n")


@pytest.mark.parametrize("name", ["a" * 5000, "a/" * 3000, "\0", "none"])
def test_a_record_that_no_file_can_be(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", name]) == 2
    assert "cannot read this record" in capsys.readouterr().err


def test_sql_reads_no_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", "0.json", "--sql", "spark"]) == 2
    assert "valid: coverage --sql spark" in capsys.readouterr().err


@pytest.mark.parametrize("output", ["acme.toml", "base.toml"])
def test_a_page_is_not_overwritten(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    pages = {"base.toml": 'extends = "iast-python"\n', "acme.toml": 'extends = "base.toml"\n'}
    for name, text in pages.items():
        Path(name).write_text(text, encoding="utf-8")
    assert main(["coverage", "0.json", "--matrix", "acme.toml", "-o", output]) == 2
    said = f"ddcompat: --output: cannot write {output}: the command reads it\n"
    assert capsys.readouterr().err == said
    assert {name: Path(name).read_text(encoding="utf-8") for name in pages} == pages


def test_what_is_read_is_not_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", "0.json", "--tests", "tests.txt", "-o", "tests.txt"]) == 2
    said = "ddcompat: --output: cannot write tests.txt: the command reads it\n"
    assert capsys.readouterr().err == said


def test_a_record_named_twice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", "0.json", "0.json"]) == 0
    note = "ddcompat: note: 0.json: another record has the same run\n"
    assert capsys.readouterr().err == note


def test_an_old_pyspark(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sqlglot")
    monkeypatch.setitem(sys.modules, "pyspark", SimpleNamespace(__version__="3.5.9"))
    assert main(["coverage", "0.json", "--engine", "spark"]) == 2
    said = "ddcompat: pyspark 3.5.9 is too old; valid: pyspark >=4\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_sql(dialect: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sqlglot")
    assert main(["coverage", "--sql", dialect]) == 0
    assert "CREATE OR REPLACE VIEW never_run AS\nWITH history AS (" in capsys.readouterr().out


@pytest.mark.parametrize("kinds", [1, 50, 1000])
@pytest.mark.parametrize("word", ["x", HOSTILE * 20], ids=["short", "long"])
def test_markdown_fits_a_comment(kinds: int, word: str) -> None:
    text = markdown(long_coverage(5000, kinds, word))
    assert LARGEST_COMMENT // 3 < len(text.encode()) <= LARGEST_COMMENT
    assert "left out" in text
    assert text.count("<ul>") == text.count("</ul>")
    assert text.count("<details") == text.count("</details>")


def test_facts_that_cannot_be_read_are_of_a_job(capsys: pytest.CaptureFixture[str]) -> None:
    record = json.loads(Path("1.json").read_text(encoding="utf-8"))
    record["environments"][0]["facts"]["tracer"] = "latest"
    Path("1.json").write_text(json.dumps(record), encoding="utf-8")
    assert main(["coverage", "0.json", "1.json", "--facts"]) == 2
    said = 'ddcompat: the facts of job "mac": tracer: "latest" is not a version; valid: '
    assert capsys.readouterr().err.startswith(said)


def test_reasons_of_the_same_words_name_their_rows() -> None:
    said = ("api_security", "agent", "Datadog Agent >=7.28", "no Agent")
    reasons = (Reason(*said, 'Releases: "4"', "", 2), Reason(*said, 'Releases: "2"', "", 1),
               Reason("the test", "os", "to run on macos", "linux", "marker", "", 3))  # fmt: skip
    tests = [Missed(X, "a.py", 1, reasons)]
    text = markdown(long_coverage(0, 1)._replace(never_run=tests))
    needs = "api\\_security needs Datadog Agent &gt;=7.28, found no Agent"
    for line in (f'{needs} (2 jobs; Releases: "4")', f'{needs} (1 job; Releases: "2")',
                 "needs to run on macos, found linux (3 jobs)"):  # fmt: skip
        assert line in text.splitlines()


def test_hostile_words() -> None:
    text = markdown(long_coverage(3, 1, HOSTILE))
    assert "<script>" not in text
    assert "\n::error::" not in text
    assert not re.search(r"(?<!\\)`|@g", re.sub("<code>.*?</code>", "", text))
    printed = render_text(lambda out: print_coverage(long_coverage(3, 1, HOSTILE), out), 100)
    for form in (text, printed):
        assert not re.search("[\x1b\u202e]", form)


@pytest.mark.parametrize(
    ("percentage", "words"), [(100.0, "100 %"), (99.99, "99.9 %"), (50.0, "50 %"), (0.0, "0 %")]
)
def test_percent(percentage: float, words: str) -> None:
    assert percent(percentage) == words


def test_a_pack(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["records", "pack", "0.json", "1.json", "2.json", "-o", "packed"]) == 0
    capsys.readouterr()
    assert main(["coverage", "packed", "--format", "json", "--job", "old"]) == 0
    account: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [job["name"] for job in account["jobs"]] == ["linux", "mac", "old"]
    assert account["suite"]["commits"] == ["c0ffee" + 34 * "0", OLDER]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["none.json"], "none.json: cannot read this record: No such file or directory",
                     id="no file"),
        pytest.param(["old.json"], "old.json: version: cannot read version 1 of a record; "
                     "`pytest --ddcompat-report=FILE` writes one anew; valid: 2", id="format 1"),
        pytest.param(["empty"], "empty: this is no pack of records: it has no folder runs; "
                     "valid: a folder that `ddcompat records pack` has written", id="no pack"),
        pytest.param(["0.json", "empty"], "empty is a folder, which cannot stand beside others; "
                     "valid: one folder, or files of records", id="a folder beside files"),
        pytest.param(["0.json", "--commit", "fade"], '--commit: there is no commit "fade"',
                     id="commit"),
    ],
)  # fmt: skip
def test_what_is_refused(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "old.json").write_text('{"version": 1}', encoding="utf-8")
    assert main(["coverage", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"ddcompat: {said}")


def test_facts_that_no_test_watches(capsys: pytest.CaptureFixture[str]) -> None:
    text = re.sub(r"\s+", " ", shown(capsys, "--facts"))
    account = json.loads(shown(capsys, "--facts", "--format", "json"))
    jsonschema.validate(account, json.loads(SCHEMA.read_text(encoding="utf-8")))
    watched, unwatched = account["watched"], account["unwatched"]
    total = len(watched) + len(unwatched)
    assert {(one["words"], one["after"], one["jobs"]) for one in watched} == {("2.6.0", ">=2.5", 1)}
    assert 0 < account["watched_share"] < 0.01
    assert f"1 of {total} documented facts watched (0.5 %), 1 by 1 job" in text
    assert f"{len(unwatched)} documented facts that no test watches:" in text
    assert f"{len(account['unwatchable'])} more cannot be watched" in text
    assert account["decisions_left_out"] == 1
    assert "1 decision left out" in text
    assert f"### {len(unwatched)} documented facts" in shown(
        capsys, "--facts", "--format", "markdown"
    )


def test_facts_of_a_suite_that_watches_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matrix = load_matrix()
    suite = watching_suite(matrix).values()
    tests = {f"a.py::test_{n}": Case("passed", reason=f"{n}") for n in range(len(suite))}
    record = made_record(tests, page={"id": matrix.page.id, "sha256": matrix.digest})
    record["environments"] = [
        {"folder": "", "facts": json.loads(asked.facts), "signals": {}} for asked in suite
    ]
    for number, (asked, decision) in enumerate(zip(suite, record["decisions"])):
        (marker,) = asked.markers
        record["requirements"][number]["marker"] = marker
        decision.update(environment=number, verdict=asked.verdict)
    (path,) = write_records(tmp_path / "watching", record)
    assert main(["coverage", path, "--facts", "--format", "json"]) == 0
    account = json.loads(capsys.readouterr().out)
    assert (account["watched_share"], account["unwatched"]) == (1, [])
    assert account["decisions_left_out"] == 0


def test_facts_of_a_page_that_is_not_at_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = write_records(tmp_path / "other", made_record({X: PASSED}))
    assert main(["coverage", path, "--facts"]) == 2
    assert capsys.readouterr().err == (
        "ddcompat: --facts: the page by which these tests were decided is not at hand: "
        "iast-python; valid: --matrix ID|PATH, with the same content\n"
    )
