"""The HTML picture by keyboard, for screen readers, in both colour schemes, and under attack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from support.core import MATRIX, SUPPORTED, environment, parsed_toml

from pytest_ddcompat import Environment
from pytest_ddcompat.analysis.grid import grid_of
from pytest_ddcompat.cli.grid_html import html
from pytest_ddcompat.matrix.loading import matrix_from_mapping
from pytest_ddcompat.values.names import is_framework

if TYPE_CHECKING:
    from browser.conftest import Page


def focused(page: Page) -> Any:
    return page.driver.switch_to.active_element


def press(page: Page, *keys: str) -> None:
    ActionChains(page.driver).send_keys(*keys).perform()


def tab_to_first_cell(page: Page) -> None:
    for _ in range(20):
        press(page, Keys.TAB)
        if focused(page).get_attribute("data-row") is not None:
            return
    raise AssertionError("no cell within 20 steps")


def title(page: Page) -> str:
    return page.driver.find_element(By.ID, "detail-title").text


def supported_page() -> str:
    return html(grid_of(environment(tracer="2.5.0"), MATRIX))


def test_cell_by_keyboard(page: Page) -> None:
    page.open(supported_page())
    before = title(page)
    tab_to_first_cell(page)
    cell = focused(page)
    press(page, Keys.ENTER)
    assert cell.get_attribute("aria-expanded") == "true"
    assert title(page) == "Threat Detection with ddtrace 1.5.0: unsupported"
    assert 'support: "1.9.0"' in page.driver.find_element(By.ID, "detail-body").text
    press(page, Keys.ESCAPE)
    assert cell.get_attribute("aria-expanded") == "false"
    assert title(page) == before
    assert focused(page) == cell


@pytest.mark.parametrize("size", [400, 1200])
@pytest.mark.parametrize("row", [0, 6])
def test_details_are_in_view_and_do_not_cover_their_cell(page: Page, size: int, row: int) -> None:
    with page.width(size):
        page.open(supported_page())
        cell = page.driver.find_element(By.CSS_SELECTOR, f'td.here button[data-row="{row}"]')
        cell.click()
        shown = page.run(
            "return ['[aria-expanded=true]', '#detail-title', '#close'].map((s) => {"
            "const all = document.querySelector(s), box = all.getBoundingClientRect();"
            "const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];"
            "return all.contains(document.elementFromPoint(x, y))})"
        )
        assert shown == [True, True, True]
        page.driver.find_element(By.ID, "close").click()
        assert focused(page) == cell
        assert cell.get_attribute("aria-expanded") == "false"
        assert not page.driver.find_element(By.ID, "close").is_displayed()


@pytest.mark.parametrize(
    ("keys", "at"),
    [
        pytest.param([Keys.ARROW_RIGHT], ("0", "1"), id="right"),
        pytest.param([Keys.ARROW_DOWN], ("1", "0"), id="down"),
        pytest.param([Keys.ARROW_DOWN, Keys.ARROW_UP], ("0", "0"), id="down and up"),
        pytest.param([Keys.ARROW_LEFT], ("0", "0"), id="left of the first stays"),
        pytest.param([Keys.ARROW_UP], ("0", "0"), id="above the first stays"),
        pytest.param([Keys.TAB], ("0", "1"), id="tab"),
    ],
)
def test_arrows_move_between_cells(page: Page, keys: list[str], at: tuple[str, str]) -> None:
    page.open(supported_page())
    tab_to_first_cell(page)
    press(page, *keys)
    cell = focused(page)
    assert (cell.get_attribute("data-row"), cell.get_attribute("data-column")) == at


def test_choosing_by_keyboard_updates_open_detail_and_summary(page: Page) -> None:
    page.open(supported_page())
    own = page.driver.find_element(By.CSS_SELECTOR, 'td.here button[data-row="0"]')
    own.click()
    assert title(page) == "Threat Detection with ddtrace 2.5.0: supported"
    page.driver.find_element(By.ID, "python").send_keys("3.14")
    assert title(page) == "Threat Detection with ddtrace 2.5.0: unsupported"
    summary = page.driver.find_element(By.ID, "summary")
    assert summary.text.startswith("ddtrace 2.5.0: 0 supported, 7 unsupported, 0 undetermined")
    assert summary.get_attribute("aria-live") == "polite"


def test_names_for_screen_readers(page: Page) -> None:
    page.open(supported_page())
    for name in ("python", "implementation", "os", "cpu", "deployment", "framework"):
        assert page.driver.find_element(By.ID, name).accessible_name.lower() == name
    cell = page.driver.find_element(By.CSS_SELECTOR, 'td.here button[data-row="6"]')
    assert cell.accessible_name == (
        "unsupported version (API Security with ddtrace 2.5.0). Decided by "
        'Application Security capabilities support: "2.6.0"'
    )
    assert page.run("return document.querySelectorAll('th:not([scope])').length") == 0


@pytest.mark.parametrize(
    ("scheme", "ground"),
    [pytest.param("light", "rgb(246, 245, 249)"), pytest.param("dark", "rgb(20, 18, 26)")],
)
def test_follows_colour_scheme(page: Page, scheme: str, ground: str) -> None:
    with page.media(prefers_color_scheme=scheme):
        page.open(supported_page())
        shown = page.run("return getComputedStyle(document.body).backgroundColor")
    assert shown == ground


@pytest.mark.parametrize("width", [320, 768, 1200])
def test_only_the_table_scrolls_sideways(page: Page, width: int) -> None:
    with page.width(width):
        page.open(supported_page())
        overflow = page.run("return document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0


@pytest.mark.parametrize("tracer", ["1.5.0", "2.5.0", "4.16.0"])
@pytest.mark.parametrize("width", [400, 1200])
def test_own_column_is_in_view(page: Page, width: int, tracer: str) -> None:
    with page.width(width):
        page.open(html(grid_of(environment(tracer=tracer), MATRIX)))
        own, names, end = page.run(
            "const box = (s) => document.querySelector(s).getBoundingClientRect();"
            "const own = box('#grid thead th.here'); return [[own.left, own.right],"
            "box('#grid .corner').right, box('.scroll').right]"
        )
    assert names - 1 <= own[0] < own[1] <= end + 1


def test_requests_would_be_seen(page: Page) -> None:
    page.open("<!doctype html><img src=missing.png>")
    assert [url.rpartition("/")[2] for url in page.requests()] == ["missing.png"]
    assert page.log("browser")


HOSTILE = [
    pytest.param("<img src=x onerror=window.ran=1>", id="image"),
    pytest.param("</script><script>window.ran=1</script>", id="end of the script"),
    pytest.param("<!--<script>", id="comment that opens a script"),
    pytest.param('"><svg onload=window.ran=1>', id="end of an attribute"),
    pytest.param("{{ 7 * 7 }}{% raw %}", id="template"),
    pytest.param("\u2028\u2029'\\", id="line separators"),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text(page: Page, name: str) -> None:
    table = parsed_toml(Path(__file__).parents[2] / "matrices" / "iast-python.toml")
    for kind in ("capabilities", "deployments", "frameworks", "runtimes", "releases"):
        for row in table[kind]:
            row["heading"] = f"{name}{row['heading']}"
            row["documented"] = [f"{name}{cell}" for cell in row["documented"]]
    table["page"]["title"] = name
    matrix = matrix_from_mapping(table, "hostile.toml")
    facts = {**SUPPORTED, "os": name, "cpu": name, "implementation": name}
    asked = [name] if is_framework(name) else []
    page.open(html(grid_of(Environment.from_mapping(facts), matrix, frameworks=asked)))
    page.driver.find_element(By.CSS_SELECTOR, "#grid button").click()
    assert page.run("return window.ran === undefined")
    assert page.run("return document.querySelectorAll('img, svg, script').length") == 2
    first = page.run("return document.querySelector('#grid tbody th').textContent")
    assert first == f"{name}Threat Detection"
    assert name in page.run("return document.getElementById('detail-body').textContent")
