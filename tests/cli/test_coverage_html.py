"""`ddcompat coverage --format html`: what the page holds, and what it leaves out.

How it looks in a browser is tested in `tests/browser`.
"""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from support.html_reader import Reader
from support.made_coverage import HOSTILE, long_coverage, made_coverage

pytest.importorskip("jinja2")

from pytest_ddcompat.cli.coverage_html import html
from pytest_ddcompat.jobs.allowed import Allowance
from pytest_ddcompat.jobs.coverage import Coverage, Job, Missed, Reason, Row

pytestmark = pytest.mark.once

OLD = Reason("api_security", "tracer", "ddtrace >=2.6.0", "2.5.0", "", "", 2)
BY_AUTHOR = Reason("", "", "", "", "", "it was skipped though it is supported", 1)
X = Missed("a.py::test_x", "a.py", 1, (OLD, BY_AUTHOR), "ddtrace >=2.6.0", date(2026, 11, 20))
Y = Missed("b.py::test_y", "b.py", 1, (BY_AUTHOR,), "", date(2026, 11, 27))
SITE = Row("iast-python", "sites", "", 'Sites: "app.ddog-gov.com"')
CAPABILITY = Row("iast-python", "capabilities", "api_security", 'Support: "API Security | 2.6.0"')
FULL = made_coverage(
    gated=5, never_run=[X, Y], absent=["c.py::test_new"], undetermined=[X],
    allowed=[Y._replace(allowed="only by hand")],
    unneeded=[Allowance(("d.py::*",), "gone")], redundant_jobs=["mac"],
    unexercised=[SITE, CAPABILITY],
)  # fmt: skip
WORD = f"{HOSTILE} {{{{ 7*7 }}}} \"g\" 'h' \ud800"
TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "h1", "span", "p", "wbr", "main",
    "ul", "li", "section", "h2", "div", "h3", "strong", "details", "summary", "code", "table",
    "caption", "thead", "tbody", "tr", "th", "td", "footer",
}  # fmt: skip
HEADINGS = {
    "never_run": "2 tests never ran",
    "absent": "1 test in no record",
    "undetermined": "1 test undetermined in every run",
    "allowed": "1 test allowed not to run",
    "unneeded": "1 of --allow no longer needed",
    "unexercised": "2 rows of the page that no job exercised",
}


def shown(coverage: Coverage) -> str:
    """Return the page without what escapes words and lets a browser break them."""
    return unescape(html(coverage).replace("<wbr>", ""))


def headings(coverage: Coverage) -> list[str]:
    return re.findall("<h2[^>]*>(.*?)</h2>", shown(coverage))


def part(coverage: Coverage, kind: str) -> str:
    """Return the section of the page with this id."""
    found = re.search(rf'<h2 id="{kind}">.*?</section>', shown(coverage), re.DOTALL)
    return found[0] if found else ""


def items(text: str) -> list[str]:
    return [re.sub("<[^>]*>", "", item) for item in re.findall("<li>(.*?)</li>", text)]


def test_numbers_come_first_then_tests_then_jobs_then_rows() -> None:
    text = shown(FULL)
    assert '<h1>Coverage <span class="tracer">1 of 5 gated tests ran</span></h1>' in text
    counts = re.findall("<li[^>]*>(.*?)</li>", text.partition("</ul>")[0])
    assert counts == [
        "5 gated", "1 ran", "25 % of those that need to", "2 never ran", "1 in no record",
        "1 undetermined in every run", "1 allowed not to run",
    ]  # fmt: skip
    assert text.index("</ul>") < text.index("<h2")
    *tests, rows = HEADINGS.values()
    assert headings(FULL) == [*tests, "2 jobs", rows]
    assert "2 runs of 2 jobs, repository https://git.example/acme, page iast-python aaa" in text


@pytest.mark.parametrize("kind", HEADINGS)
def test_a_section_is_there_only_if_something_is_in_it(kind: str) -> None:
    alone = made_coverage(**{kind: getattr(FULL, kind)})
    assert sorted(headings(alone)) == sorted(["2 jobs", HEADINGS[kind]])
    assert headings(made_coverage()) == ["2 jobs"]


def test_tests_that_never_ran_by_reason_with_fix_and_day() -> None:
    first, second = part(FULL, "never_run").split('<div class="card')[1:]
    assert "<h3>api_security needs ddtrace >=2.6.0, found 2.5.0 (2 jobs)</h3>" in first
    assert "<p>it was skipped though it is supported (1 job)</p>" in first
    assert "<p>Fix: <strong>ddtrace >=2.6.0</strong></p>" in first
    assert items(first) == ["a.py::test_x since 2026-11-20"]
    assert "Fix:" not in second
    assert items(second) == ["b.py::test_y since 2026-11-27"]


@pytest.mark.parametrize(
    ("kind", "why", "listed"),
    [
        ("absent", None, "c.py::test_new"),
        ("undetermined", "api_security needs ddtrace >=2.6.0, found 2.5.0 (2 jobs)",
         "a.py::test_x since 2026-11-20"),
        ("allowed", "only by hand", "b.py::test_y"),
        ("unneeded", "gone", "d.py::*"),
    ],
)  # fmt: skip
def test_other_tests_with_their_reasons(kind: str, why: str | None, listed: str) -> None:
    text = part(FULL, kind)
    assert re.findall("<h3>(.*?)</h3>", text) == ([why] if why else [])
    assert items(text) == [listed]


def test_each_job_is_a_row() -> None:
    cells = [re.sub("<[^>]*>", "|", row) for row in re.findall("<tr>.*?</tr>", shown(FULL))[1:]]
    assert [re.sub(r"\|+", "|", row) for row in cells] == [
        "|linux|ddtrace 2.6.0, linux|1|1|",
        "|mac|ddtrace 2.5.0, macos|1|0|nothing|",
    ]


def test_rows_of_the_page_by_table() -> None:
    text = part(FULL, "unexercised")
    assert re.findall("<h3>(.*?)</h3>", text) == ["sites", "capabilities"]
    assert items(text) == [SITE.words, f"api_security {CAPABILITY.words}"]
    both = FULL._replace(unexercised=[SITE, SITE._replace(matrix="own")])
    tables = re.findall("<h3>(.*?)</h3>", part(both, "unexercised"))
    assert tables == ["iast-python: sites", "own: sites"]


def test_pages_that_are_not_at_hand() -> None:
    note = "the pages of these runs are not at hand: --matrix names them"
    assert note in shown(made_coverage(unexercised=None))
    assert note not in shown(FULL)


@pytest.mark.parametrize("hostile", [False, True], ids=["plain", "hostile"])
def test_page_is_one_file_that_holds_no_more_than_words(hostile: bool) -> None:
    row = Row(WORD, WORD, WORD, WORD)
    unneeded = [Allowance((WORD,), WORD)]
    made = long_coverage(3, 2, WORD)._replace(unexercised=[row], unneeded=unneeded)
    text = html(made if hostile else FULL)
    page = Reader(text)
    assert page.open == []
    assert {tag for tag, _ in page.tags} <= TAGS
    keys = {key for _, attrs in page.tags for key in attrs}
    assert not keys & {"src", "href", "style", "srcset"}
    assert not any(key.startswith("on") for key in keys)
    assert all(c.isprintable() or c == "\n" for c in text)
    assert ("{{ 7*7 }}" in page.words) == hostile
    assert "url(" not in text


def test_page_can_be_used_by_all() -> None:
    page = Reader(html(FULL))
    names = [tag for tag, _ in page.tags]
    assert ("html", {"lang": "en"}) in page.tags
    assert names.count("main") == names.count("h1") == 1
    assert names.count("table") == names.count("caption") == 1
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")
    assert names.count("details") == names.count("summary")
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    labels = {attrs["aria-labelledby"] for _, attrs in page.tags if "aria-labelledby" in attrs}
    assert len(ids) == len(set(ids))
    assert labels == set(ids)


@pytest.mark.parametrize("kinds", [1, 50, 5000])
@pytest.mark.parametrize("word", ["x", HOSTILE * 20])
def test_a_browser_can_bear_it(kinds: int, word: str) -> None:
    text = html(long_coverage(5000, kinds, word))
    assert len(text.encode()) < 8_000_000
    for kind in ("never_run", "undetermined"):
        section = text.partition(f'<h2 id="{kind}">')[2].partition("</section>")[0]
        others = sum(map(int, re.findall(r"(\d+) tests? more, for", section)))
        others += sum(map(int, re.findall(r"<li>(\d+) more</li>", section)))
        assert section.count("<li><code>") + others == 5000
    assert text.count('<th scope="row">') == 500
    assert "<p>4500 more</p>" in text


def test_small_groups_are_whole_beside_large_ones() -> None:
    many = [Y._replace(test=f"b.py::test_{n}") for n in range(10_000)]
    text = shown(made_coverage(never_run=[*many, X], absent=["c.py::test_new"] * 30))
    large, small = text.partition('id="absent"')[0].split('<div class="card')[1:]
    assert items(large)[-1] == f"{10_000 - (5000 - 31)} more"
    assert items(small) == ["a.py::test_x since 2026-11-20"]
    assert text.count("c.py::test_new") == 30


@pytest.mark.parametrize(("number", "is_open"), [(20, True), (21, False)])
def test_few_tests_that_never_ran_are_seen_at_once(number: int, is_open: bool) -> None:
    tests = [X._replace(test=f"a.py::test_{n}") for n in range(number)]
    assert ("<details open>" in html(made_coverage(never_run=tests))) == is_open
    assert "<details open>" not in html(made_coverage(undetermined=tests))


@pytest.mark.parametrize(("number", "more"), [(500, False), (501, True)])
def test_jobs_that_are_too_many(number: int, more: bool) -> None:
    jobs = [Job(f"job {n}", "", 1, 1) for n in range(number)]
    text = html(made_coverage(jobs=jobs))
    assert text.count('<th scope="row">') == 500
    assert ("<p>1 more</p>" in text) == more
