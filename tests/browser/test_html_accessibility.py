"""The HTML pages by the rules of axe-core, and the report's page by keyboard and on paper."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from support.bad_records import VALID
from support.core import MATRIX, environment
from support.made_coverage import HOSTILE, long_coverage, made_coverage

from pytest_ddcompat.analysis.grid import grid_of
from pytest_ddcompat.cli.coverage_html import html as html_of_coverage
from pytest_ddcompat.cli.grid_html import html
from pytest_ddcompat.cli.report import html as html_of_record
from pytest_ddcompat.cli.report_view import View
from pytest_ddcompat.jobs.allowed import Allowance
from pytest_ddcompat.jobs.covered import Missed, Reason, Row

if TYPE_CHECKING:
    from browser.conftest import Page

RULES = os.environ.get("DDCOMPAT_AXE", "")
RUN = """
const done = arguments[0];
axe.run(document, {preload: false, resultTypes: ["violations"]}).then(
  (found) => done(found.violations.map((rule) => [
    rule.id, rule.nodes.map((node) => [node.target.join(" "), node.failureSummary])])),
  (error) => done([["error", String(error)]]));
"""
OPEN_ALL = "for (const all of document.querySelectorAll('details')) all.open = true;"
CHOOSE = "document.querySelector('td.here button').click();"


def matrix_page() -> str:
    return html(grid_of(environment(tracer="2.5.0", python="3.14"), MATRIX, frameworks=("django",)))


def report_page() -> str:
    test = VALID["tests"][0]
    more = [{**test, "id": f"test_it.py::test[{n}]", "outcome": o}
            for n, o in enumerate(("failed", "xfailed", "not_run"))]  # fmt: skip
    return html_of_record(View.of({**VALID, "tests": [test, *more]}))


def coverage_page() -> str:
    """Make a page with each of its parts."""
    words = ("api_security", "tracer", "ddtrace >=2.6.0", "2.5.0", "", "", 2)
    test = Missed("tests/appsec/test_login.py::test_learns_endpoints[production-of-orders]",
                  "", 1, (Reason(*words), Reason(*words)), "ddtrace >=2.6.0")  # fmt: skip
    coverage = made_coverage(
        gated=3,
        never_run=[test],
        absent=[test.test],
        undetermined=[test],
        allowed=[test._replace(allowed="it is run by hand")],
        unneeded=[Allowance(("test_it.py::*",), "it was run by hand")],
        redundant_jobs=["mac"],
        unexercised=[Row("iast-python", "capabilities", "api_security", 'Support: "2.6.0"')],
    )
    return html_of_coverage(coverage)


PAGES = {
    "matrix": (matrix_page, CHOOSE),
    "report": (report_page, OPEN_ALL),
    "coverage": (coverage_page, OPEN_ALL),
}


@pytest.mark.skipif(not RULES, reason="DDCOMPAT_AXE names no axe.min.js")
@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_no_rule_is_violated(page: Page, name: str, scheme: str, width: int) -> None:
    made, unfold = PAGES[name]
    with page.media(prefers_color_scheme=scheme), page.width(width):
        page.open(made())
        page.run(unfold)
        page.run(Path(RULES).read_text(encoding="utf-8"))
        found = page.driver.execute_async_script(RUN)
    assert found == []


def test_report_by_keyboard(page: Page) -> None:
    page.open(report_page())
    reached = []
    for _ in range(4):
        ActionChains(page.driver).send_keys(Keys.TAB).perform()
        reached.append(page.driver.switch_to.active_element)
    assert [element.tag_name for element in reached] == ["a", "summary", "summary", "summary"]
    outline = "return getComputedStyle(document.activeElement).outlineStyle"
    assert page.run(outline) == "solid"
    table = page.driver.find_element(By.CSS_SELECTOR, ".findings table")
    assert not table.is_displayed()
    ActionChains(page.driver).send_keys(Keys.ENTER).perform()
    assert table.is_displayed()
    ActionChains(page.driver).send_keys(Keys.TAB).perform()
    region = page.driver.switch_to.active_element
    heading = page.driver.find_element(By.TAG_NAME, "h2").text
    assert region.accessible_name == f"Every check that applies {heading}"


BROKEN = """
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const broken = [];
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const parent = node.parentElement;
  if (!parent.checkVisibility() || parent.closest("script, .hidden")) continue;
  for (const word of node.data.matchAll(/[^\\s-]+/g)) {
    const range = document.createRange();
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const tops = new Set(Array.from(range.getClientRects(), (box) => Math.round(box.top)));
    if (tops.size > 1) broken.push(word[0]);
  }
}
return broken;
"""


@pytest.mark.parametrize("width", [400, 1200])
@pytest.mark.parametrize("kind", ["screen", "print"])
@pytest.mark.parametrize("name", PAGES)
def test_no_word_is_broken(page: Page, name: str, kind: str, width: int) -> None:
    made, unfold = PAGES[name]
    with page.media(kind=kind), page.width(width):
        page.open(made())
        page.run(unfold)
        assert page.run(BROKEN) == []


def test_cells_below_each_other_are_still_a_table(page: Page) -> None:
    with page.width(400):
        page.open(matrix_page())
        page.run(CHOOSE)
        table = page.driver.find_element(By.CSS_SELECTOR, ".checks")
        row = table.find_element(By.CSS_SELECTOR, "tbody tr")
        cells = row.find_elements(By.CSS_SELECTOR, "th, td")
        assert (table.aria_role, row.aria_role) == ("table", "row")
        assert [cell.aria_role for cell in cells if cell.text] == ["rowheader", *["cell"] * 5]
        label = "return getComputedStyle(arguments[0], '::before').content"
        assert page.run(label, cells[2]) == '"Needs: "'


LOOK = """
return Object.fromEntries(["body", "h1", "h1 .tracer", "h2", "header p", ".card", "footer"].map(
  (where) => {
    const s = getComputedStyle(document.querySelector(where));
    return [where, [s.color, s.backgroundColor, s.fontFamily, s.fontSize, s.fontWeight,
                    s.borderTopColor, s.borderRadius, s.padding]];
  }));
"""


@pytest.mark.parametrize("width", [400, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_one_look(page: Page, scheme: str, width: int) -> None:
    looks = []
    for made, _ in PAGES.values():
        with page.media(prefers_color_scheme=scheme), page.width(width):
            page.open(made())
            looks.append(page.run(LOOK))
    assert looks == [looks[0]] * len(PAGES)


@pytest.mark.parametrize("width", [400, 1200])
@pytest.mark.parametrize("word", ["x" * 400, HOSTILE * 10], ids=["long", "hostile"])
def test_any_words_stay_words_and_in_view(page: Page, word: str, width: int) -> None:
    with page.width(width):
        page.open(html_of_coverage(long_coverage(3, 2, word)))
        page.run(OPEN_ALL)
        overflow = page.run("return document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0
    assert page.run("return document.querySelectorAll('script, a, em, strong a').length") == 0
    assert page.run("return document.querySelector('h3').textContent").startswith(word[:20])


def test_heads_of_tables_are_below_their_captions(page: Page) -> None:
    for made, unfold in (PAGES["report"], PAGES["coverage"]):
        page.open(made())
        page.run(unfold)
        tops = page.run(
            "return ['.checks caption', '.checks thead'].map("
            "(s) => document.querySelector(s).getBoundingClientRect().top)"
        )
        assert tops[0] < tops[1]


PAPER = 1040  # pixels of a landscape page between its margins


@pytest.mark.parametrize("name", PAGES)
def test_all_of_it_is_on_paper_and_dark_on_light(page: Page, name: str) -> None:
    with page.media(kind="print", prefers_color_scheme="dark"), page.width(PAPER):
        page.open(PAGES[name][0]())
        style = page.run("const s = getComputedStyle(document.body); return [s.color, "
                         "s.backgroundColor]")  # fmt: skip
        cut_off = "return document.documentElement.scrollWidth - document.body.clientWidth"
        hidden = "return [...document.querySelectorAll('td, li')].filter((e) => "
        assert style == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
        assert page.run(cut_off) <= 0
        assert page.run(f"{hidden}!e.closest('.detail') && !e.checkVisibility()).length") == 0
