"""`ddcompat report` of several records: all jobs together."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from support.made_records import AUTHOR, OLD, PASSED, Case, made_record, write_records

pytest.importorskip("rich")
pytest.importorskip("jinja2")

from pytest_ddcompat.__main__ import main
from pytest_ddcompat.cli.report_view import View

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once

X, Y, Z = "a.py::test_x", "a.py::test_y", "a.py::test_z"
FAILED = Case("failed")
ERROR = Case("error")
LAMBDA = OLD._replace(needs="to run on AWS Lambda", found="Docker", mend=("a run on AWS Lambda",))
HOSTILE = "a|b`c<script>alert(1)</script>\n## *d* [e](f) @g \\ \x1b[31m {{ 7*7 }} \ud800 é"
REST = "Python 3.11.7, linux, x86-64"
MIB = 2**20


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(tmp_path: Path, *records: dict[str, Any]) -> list[str]:
    """Write records; return their names in the folder."""
    write_records(tmp_path, *records)
    return [f"{number}.json" for number in range(len(records))]


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["report", *arguments]) == 0
    return capsys.readouterr().out


def view_of(*records: dict[str, Any]) -> View:
    return View.of_several([f"{number}.json" for number in range(len(records))], records)


def headings(view: View) -> list[str]:
    return [group.heading for group in view.groups]


def three_jobs() -> list[dict[str, Any]]:
    stopped = made_record({X: PASSED, Z: LAMBDA}, tracer="3.1")
    stopped["run"].update(exit_status=2, interrupted=True)
    return [
        made_record({X: PASSED, Y: OLD, Z: LAMBDA}, name="old"),
        made_record({X: FAILED, Y: PASSED, Z: LAMBDA}, name="new", tracer="4.1"),
        stopped,
    ]


def test_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, *written(tmp_path, *three_jobs()), "-o", "out")
    assert text == ""
    assert (tmp_path / "out").read_text(encoding="utf-8").splitlines() == [
        "Python Compatibility Requirements (iast-python, read 2026-11-22)",
        "3 jobs, 3 tests gated",
        "  job     gated  ran  failed  skipped  exit status     environment",
        "  old     3      1    0       2        0               ddtrace 2.5.0, " + REST,
        "  new     3      2    1       1        0               ddtrace 4.1, " + REST,
        "  2.json  2      1    0       1        2, interrupted  ddtrace 3.1, " + REST,
        "  a run on AWS Lambda would let 1 more test run in each of old, new and 2.json",
        "  ddtrace >=2.6.0 would let 1 more test run in old",
        "",
        "1 test supported: 1 failed in new",
        "    failed  a.py::test_x",
        "",
        "1 test unsupported: 1 skipped in old, new and 2.json",
        "  api_security needs to run on AWS Lambda, found Docker",
        "  fix: a run on AWS Lambda",
        "    skipped  a.py::test_z",
        "",
        "1 test unsupported: 1 skipped in old",
        "  api_security needs ddtrace >=2.6.0, found 2.5.0",
        "  fix: ddtrace >=2.6.0",
        "    skipped  a.py::test_y",
    ]


def test_markdown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = written(tmp_path, *three_jobs())
    lines = unescape(shown(capsys, *files, "--format", "markdown")).splitlines()
    assert lines[:7] == [
        "## Compatibility: 3 jobs, 3 tests gated",
        "",
        "| job | gated | ran | failed | skipped | exit status | environment |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| old | 3 | 1 | 0 | 2 | 0 | ddtrace 2.5.0, Python 3.11.7, linux, x86-64 |",
        "| new | 3 | 2 | 1 | 1 | 0 | ddtrace 4.1, Python 3.11.7, linux, x86-64 |",
        "| 2.json | 2 | 1 | 0 | 1 | 2, interrupted | ddtrace 3.1, Python 3.11.7, linux, x86-64 |",
    ]
    assert [line for line in lines if line.startswith(("### ", "<li>"))] == [
        "### API Security: 1 failed in new, supported",
        "<li><code>a.py::test_x</code> failed</li>",
        "### API Security: 1 skipped in old, new and 2.json, needs to run on AWS Lambda",
        "<li><code>a.py::test_z</code> skipped</li>",
        "### API Security: 1 skipped in old, needs ddtrace >=2.6.0",
        "<li><code>a.py::test_y</code> skipped</li>",
    ]
    assert "| old: tracer | 2.5.0 |  |" in lines
    assert "| python | 3.11.7 |  |" in lines


def test_html(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = written(tmp_path, *three_jobs())
    page = unescape(shown(capsys, *files, "--format", "html")).replace("<wbr>", "")
    assert "<title>Compatibility: 3 jobs, 3 gated tests</title>" in page
    rows = re.findall('<tr><th scope="row">(.*?)</th><td>(.*?)</td>', page)
    assert rows[:3] == [("old", "3"), ("new", "3"), ("2.json", "2")]
    assert page.count("a.py::test_z</code>") == 1
    assert "<h2" in page
    assert "API Security: 1 skipped in old, new and 2.json, needs to run on AWS Lambda" in page
    assert page.count("<table") == page.count("<caption") == page.count("</table>")


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        pytest.param(
            [{X: OLD, Y: OLD}, {X: OLD, Y: OLD}],
            {X: "", Y: ""}, id="the same tests",
        ),
        pytest.param(
            [{X: OLD, Y: OLD}, {X: OLD, Y: PASSED}],
            {X: "", Y: "a"}, id="one test in one job",
        ),
        pytest.param(
            [{X: OLD}, {Y: OLD}],
            {X: "a", Y: "b"}, id="no test in both",
        ),
        pytest.param(
            [{X: OLD}, {X: OLD}, {X: OLD, Y: OLD}, {X: OLD}, {Y: OLD}],
            {X: "a, b, c and 1 more", Y: "c and e"}, id="many jobs",
        ),
    ],
)  # fmt: skip
def test_a_test_is_listed_once_with_its_jobs(
    jobs: list[dict[str, Case]], expected: dict[str, str]
) -> None:
    records = [made_record(tests, name=name) for name, tests in zip("abcde", jobs)]
    (group,) = view_of(*records).groups
    assert {test.id: group.inside(test) for test in group.tests} == expected
    assert len(group.tests) == len(expected)


def test_ten_jobs_that_skip_the_same_tests_make_one_list() -> None:
    jobs = [made_record({X: LAMBDA, Y: LAMBDA}, name=f"job {n}") for n in range(10)]
    view = view_of(*jobs)
    assert headings(view) == [
        "API Security: 2 skipped in job 0, job 1, job 2 and 7 more, needs to run on AWS Lambda"
    ]
    assert [test.id for test in view.groups[0].tests] == [X, Y]
    assert view.groups[0].why == ["api_security needs to run on AWS Lambda, found Docker"]
    assert view.fixes == [(
        "a run on AWS Lambda",
        "would let 2 more tests run in each of job 0, job 1, job 2 and 7 more",
    )]  # fmt: skip


@pytest.mark.parametrize("number", [2, 5, 6])
def test_jobs_that_lack_the_same_share_a_list_whatever_each_has(number: int) -> None:
    jobs = [
        made_record({X: OLD._replace(found=f"2.{n}")}, name=f"job {n}", tracer=f"2.{n}")
        for n in range(number)
    ]
    (group,) = view_of(*jobs).groups
    reasons = [f"api_security needs ddtrace >=2.6.0, found 2.{n} (job {n})" for n in range(number)]
    assert group.why == [*reasons[:5], *(["and 1 more such reasons"] if number > 5 else [])]
    assert [test.id for test in group.tests] == [X]


@pytest.mark.parametrize(
    ("case", "other"),
    [
        pytest.param(OLD, LAMBDA, id="other need"),
        pytest.param(OLD, OLD._replace(capability="code_security"), id="other capability"),
        pytest.param(OLD, OLD._replace(mend=()), id="other fix"),
        pytest.param(OLD, OLD._replace(verdict="undetermined"), id="other verdict"),
        pytest.param(OLD, OLD._replace(action="fail"), id="other action"),
        pytest.param(OLD, OLD._replace(outcome="failed"), id="other outcome"),
        pytest.param(OLD, OLD._replace(error="a marker is wrong"), id="error"),
        pytest.param(AUTHOR, AUTHOR._replace(reason="declared as missing"), id="other reason"),
    ],
)
def test_what_differs_stands_apart(case: Case, other: Case) -> None:
    jobs = [made_record({X: case}, name="a"), made_record({X: other}, name="b")]
    assert len(view_of(*jobs).groups) == 2


@pytest.mark.parametrize(
    ("outcome", "is_listed"),
    [
        ("passed", False), ("xfailed", False), ("xpassed", False), ("failed", True),
        ("error", True), ("skipped", True), ("deselected", True), ("not_run", True),
    ],
)  # fmt: skip
def test_only_tests_that_did_not_run_or_failed_are_listed(outcome: str, is_listed: bool) -> None:
    view = view_of(made_record({X: Case(outcome)}, name="a"), made_record({Y: PASSED}, name="b"))
    assert [test.id for group in view.groups for test in group.tests] == [X] * is_listed
    assert view.jobs is not None
    assert view.jobs.rows[0][1] == "1"
    assert (outcome.replace("_", " ") in view.jobs.heads) == (outcome != "passed")


def test_a_test_that_failed_otherwise_is_listed_with_each_outcome() -> None:
    (group,) = view_of(made_record({X: FAILED}, name="a"), made_record({X: ERROR}, name="b")).groups
    assert [(test.outcome, group.inside(test)) for test in group.tests] == [
        ("failed", "a"), ("error", "b"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(["a", "b"], ["a", "b"], id="names"),
        pytest.param(["a", None], ["a", "1.json"], id="no name"),
        pytest.param([None, None], ["0.json", "1.json"], id="no names"),
        pytest.param(["a", "a", "b"], ["a (0.json)", "a (1.json)", "b"], id="one name twice"),
    ],
)
def test_names_of_jobs(names: list[str | None], expected: list[str]) -> None:
    jobs = [made_record({X: OLD}, name=name, attempt=n) for n, name in enumerate(names)]
    view = view_of(*jobs)
    assert view.jobs is not None
    assert [row[0] for row in view.jobs.rows] == expected
    assert list(view.groups[0].environments) == expected


def test_environments_of_one_job_are_named_by_job_and_folder() -> None:
    two = made_record({X: OLD, Y: LAMBDA}, name="a")
    two["environments"].append({**two["environments"][0], "folder": "shop"})
    two["decisions"][1]["environment"] = 1
    view = view_of(two, made_record({X: OLD}, name="b"))
    assert [list(group.environments) for group in view.groups] == [
        ["a: other folders", "b"], ["a: shop"],
    ]  # fmt: skip


def test_a_record_given_twice_counts_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, _ = three_jobs()
    files = written(tmp_path, first, second, first)
    assert main(["report", *files]) == 0
    printed = capsys.readouterr()
    assert "2 jobs, 3 tests gated" in printed.out
    assert printed.err == "ddcompat: note: 2.json: left out, the same run as 0.json\n"


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_one_run_given_twice_is_shown_as_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    (file,) = written(tmp_path, three_jobs()[0])
    assert shown(capsys, file, file, "--format", form) == shown(capsys, file, "--format", form)


def test_records_of_different_pages_and_repositories_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {"id": "own", "title": "A page of our own", "sha256": 64 * "b"}
    jobs = [
        made_record({X: OLD}, name="a"),
        made_record({X: OLD}, name="b", repository="https://git.example/other", commit="0" * 40),
        made_record({X: OLD}, name="c", page=other),
    ]
    text = shown(capsys, *written(tmp_path, *jobs))
    assert "3 jobs, 1 test gated" in text
    assert text.count("(iast-python, read 2026-11-22)") == 1
    assert "A page of our own (own, read 2026-11-22)" in text
    assert "1 test unsupported: 1 skipped in a, b and c" in text


def test_one_record_of_many_that_is_bad_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = written(tmp_path, *three_jobs())
    (tmp_path / "1.json").write_text("{}", encoding="utf-8")
    assert main(["report", *files]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("ddcompat: 1.json: ")


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_runs_without_gated_tests_say_why_they_are_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    files = written(tmp_path, made_record({}, name="a"), made_record({}, name="b"))
    text = shown(capsys, *files, "--format", form)
    assert "No test of these runs has a marker of pytest-ddcompat." in text
    assert ("2 jobs, 0 gated tests" if form == "html" else "2 jobs, 0 tests gated") in text


def hostile(number: int) -> dict[str, Any]:
    spoilt = OLD._replace(needs=HOSTILE, found=f"{number}", mend=(HOSTILE,), capability=HOSTILE)
    return made_record({HOSTILE: spoilt, f"b{number}": spoilt}, name=f"{HOSTILE}{number}")


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_hostile_strings_are_no_more_than_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    text = shown(capsys, *written(tmp_path, hostile(0), hostile(1)), "--format", form)
    assert all(c.isprintable() or c == "\n" for c in text)
    if form != "text":
        assert "<script>" not in text
    if form == "markdown":
        outside_code = re.sub("<code>.*?</code>|<summary>.*?</summary>", "", text)
        assert not re.search(r"(?m)^## \*|@g", outside_code)
        rows = [re.sub(r"\\.", "", line) for line in text.splitlines() if line.startswith("|")]
        columns = 6  # job, gated, ran, skipped, exit status, environment
        assert {row.count("|") for row in rows[:4]} == {columns + 1}


LARGE = {
    "jobs": [made_record({X: LAMBDA}, name=f"{n}{'|' * 300}") for n in range(600)],
    "tests": [
        made_record({f"{n}{'é' * 100}": LAMBDA for n in range(3000)}, name=f"{job}{'<' * 120}")
        for job in range(3)
    ],
    "tests in some jobs": [
        made_record({f"{n}{job % 2}": LAMBDA for n in range(3000)}, name=f"{job}{'<' * 120}")
        for job in range(4)
    ],
    "reasons": [
        made_record(
            {f"{n}": LAMBDA._replace(needs=f"{n}", found="<" * 3000) for n in range(300)},
            name=f"{job}",
        )
        for job in range(2)
    ],
    "pages": [
        made_record({X: LAMBDA}, name=f"{n}", page={"title": f"{n}{'*' * 2000}"})
        for n in range(600)
    ],
}


@pytest.mark.parametrize("records", LARGE.values(), ids=list(LARGE))
def test_markdown_fits_a_step_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], records: list[dict[str, Any]]
) -> None:
    text = shown(capsys, *written(tmp_path, *records), "--format", "markdown")
    assert len(text.encode()) < MIB
    assert text.count("<details") == text.count("</details>") == text.count("</ul>") + 1
    listed = len(re.findall("<li><code>", text))
    omitted = sum(int(n) for n in re.findall(r"(\d+) left out<", text))
    omitted += sum(int(n) for n in re.findall(r"of (\d+) tests?, are left out", text))
    assert listed + omitted == len({test["id"] for r in records for test in r["tests"]})
    assert listed > 0
