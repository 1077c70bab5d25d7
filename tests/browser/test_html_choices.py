"""The HTML picture shows what `evaluate` says, whatever is chosen."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from selenium.webdriver.common.by import By
from support.core import MATRIX, SUPPORTED
from support.pages import big_page

from pytest_ddcompat import Environment, Outcome, Requirement, Verdict, evaluate
from pytest_ddcompat.analysis.grid import grid_of
from pytest_ddcompat.cli.grid_html import html
from pytest_ddcompat.environment.fact import KEYS
from pytest_ddcompat.environment.machine import Detector

if TYPE_CHECKING:
    from browser.conftest import Page
    from pytest_ddcompat import Matrix

SEED = 20261122
PAGES, CHOICES = 10, 5  # that many environments each
SELECTS = ("python", "implementation", "os", "cpu", "deployment", "framework")
LEFT_OUT = object()

OWN: dict[str, list[Any]] = {
    "tracer": [None, LEFT_OUT, "1.9.7", "2.6.0", "3.19.9", "4.0.0rc1", "4.16.0", "5.1"],
    "python": ["2.7.18", "3.8.1", "3.11.7", "3.15.0", LEFT_OUT],
    "implementation": ["cpython", "cpython", "cpython", "pypy", LEFT_OUT],
    "os": ["linux", "macos", "freebsd", LEFT_OUT],
    "cpu": ["x86-64", "i686", "s390x", LEFT_OUT],
    "deployments": [[], ["docker"], ["docker", "kubernetes"], LEFT_OUT],
    "frameworks": [{}, {"django": "3.0", "flask": None}, {"fastapi": "0.115.0"}],
    "agent": [None, "6.1", "7.60.0", LEFT_OUT],
    "site": ["datadoghq.com", "datadoghq.com", "datadoghq.com", "ddog-gov.com", LEFT_OUT],
    "remote_configuration": [True, True, False, LEFT_OUT],
    "date": ["2026-05-31", "2026-06-01"],
}
DEPLOYMENTS = {
    "plain host": [],
    "Docker": ["docker"],
    "Kubernetes": ["kubernetes"],
    "Amazon ECS": ["amazon_ecs"],
    "AWS Fargate": ["aws_fargate"],
    "AWS Lambda": ["aws_lambda"],
    "docker and kubernetes": ["docker", "kubernetes"],
    "not known": LEFT_OUT,
}
READ_CELLS = """
return [...document.querySelectorAll("#grid tbody tr")].map((row) =>
  [...row.querySelectorAll("button")].map((button) => [
    button.querySelector(".word").textContent, button.querySelector(".row").textContent]));
"""
READ_DETAIL = """
return [...document.querySelectorAll("#detail-body tbody tr")].map((row) => [
  row.classList.contains("decides"), ...[...row.children].slice(1).map((c) => c.textContent)]);
"""


class Case(NamedTuple):
    facts: dict[str, Any]
    frameworks: tuple[str, ...]
    deployments: tuple[str, ...]


def case_of(chance: random.Random) -> Case:
    """Facts that differ from the supported ones in few points, so that every status occurs."""
    changed = {"agent", *chance.sample(sorted(OWN), 2)}
    drawn = {**SUPPORTED, **{key: chance.choice(OWN[key]) for key in sorted(changed)}}
    facts = {key: value for key, value in drawn.items() if value is not LEFT_OUT}
    frameworks = chance.choice([(), (), ("django",), ("tornado",), ("tornado", "flask")])
    deployments = chance.choice([(), (), ("docker",), ("aws_lambda",), ("aws_lambda", "docker")])
    return Case(facts, frameworks, deployments)


def page_of(case: Case) -> str:
    given = Environment.from_mapping(case.facts)
    grid = grid_of(given, MATRIX, frameworks=case.frameworks, deployments=case.deployments)
    return html(grid)


def labels(page: Page) -> dict[str, str]:
    read = "return [...document.querySelectorAll('select')].map((s) => [s.id, s.value, s.options])"
    script = f"{read}.map(([id, value, options]) => [id, options[value].text])"
    return {name: text.strip().removesuffix(" (here)") for name, text in page.run(script)}


def expected(
    case: Case, chosen: dict[str, str], tracer: str, capability: str, matrix: Matrix = MATRIX
) -> Verdict:
    """What `evaluate` says, from the labels that the page shows."""
    facts = {**case.facts, "deployments": DEPLOYMENTS[chosen["deployment"]]}
    for key in ("python", "implementation", "os", "cpu"):
        facts[key] = LEFT_OUT if chosen[key] == "not known" else chosen[key]
    facts["tracer"] = {"none": None, "unknown": LEFT_OUT}.get(tracer, tracer)
    framework: tuple[str, ...] | str | None = None
    if " or " in chosen["framework"]:
        framework = tuple(chosen["framework"].split(" or "))
    elif chosen["framework"] != "none named":
        name, _, version = chosen["framework"].replace(",", "").partition(" ")
        framework = name.lower()
        frameworks = {k: v for k, v in facts["frameworks"].items() if k != framework}
        if version != "version not known":
            frameworks[framework] = None if version == "not installed" else version
        facts["frameworks"] = frameworks
    given = {key: value for key, value in facts.items() if value is not LEFT_OUT}
    asked = Requirement.capability(
        capability, framework=framework, deployment=case.deployments or None
    )
    return evaluate(asked, Environment.from_mapping(given), matrix)


def rows_of(verdict: Verdict) -> str:
    deciding = verdict.decisive or [f for f in verdict.findings if f.check == "tracer"]
    return "; ".join(finding.source for finding in deciding if finding.source)


def reset(page: Page) -> None:
    page.driver.find_element(By.CSS_SELECTOR, "[type=reset]").click()
    page.driver.find_element(By.TAG_NAME, "h1").click()


def choose(page: Page, chance: random.Random) -> None:
    reset(page)
    for name in chance.sample(SELECTS, 2):
        count = page.run("return document.getElementById(arguments[0]).length", name)
        option = f'#{name} option[value="{chance.randrange(count)}"]'
        page.driver.find_element(By.CSS_SELECTOR, option).click()


def columns(page: Page) -> list[str]:
    heads: list[str] = page.run(
        "return [...document.querySelectorAll('#grid thead tr:last-child th')].slice(1)"
        ".map((head) => head.firstChild.textContent.trim())"
    )
    return heads


def compare_cells(page: Page, case: Case) -> None:
    chosen, heads, shown = labels(page), columns(page), page.run(READ_CELLS)
    assert len(shown) == len(MATRIX.capabilities)
    for capability, cells in zip(MATRIX.capabilities, shown):
        assert len(cells) == len(heads)
        for tracer, (status, row) in zip(heads, cells):
            verdict = expected(case, chosen, tracer, capability.id)
            where = f"seed {SEED}: {case}, {chosen}, {capability.id}, ddtrace {tracer}"
            assert (status, row) == (verdict.status.value, rows_of(verdict)), where


def compare_detail(page: Page, case: Case, chance: random.Random) -> None:
    heads = columns(page)
    row, column = chance.randrange(len(MATRIX.capabilities)), chance.randrange(len(heads))
    where = f'[data-row="{row}"][data-column="{column}"][aria-expanded="false"]'
    page.run("document.querySelector(arguments[0])?.click()", where)
    verdict = expected(case, labels(page), heads[column], MATRIX.capabilities[row].id)
    deciding = verdict.decisive or [f for f in verdict.findings if f.check == "tracer"]
    needed = {
        (f in deciding, f.outcome.value, f.documented, f.observed, f.source, f.remedy)
        for f in verdict.findings
        if f.outcome is not Outcome.NOT_APPLICABLE
    }
    shown = {tuple(row) for row in page.run(READ_DETAIL)}
    # Of what is unknown, what was found is the choice's and not the fact's.
    needed, shown = (
        {(*row[:3], "unknown" if row[1] == "unknown" else row[3], *row[4:]) for row in rows}
        for rows in (needed, shown)
    )
    assert shown == needed, f"seed {SEED}: {case}, {labels(page)}, ddtrace {heads[column]}"


@pytest.mark.parametrize("number", range(PAGES))
def test_random_environments_show_what_evaluate_says(page: Page, number: int) -> None:
    chance = random.Random(SEED + number)  # noqa: S311 - no secret
    case = case_of(chance)
    page.open(page_of(case))
    compare_cells(page, case)
    for _ in range(CHOICES):
        choose(page, chance)
        compare_cells(page, case)
        compare_detail(page, case, chance)
    reset(page)
    compare_cells(page, case)


def choose_capabilities(page: Page, text: str) -> None:
    field = page.driver.find_element(By.ID, "filter")
    field.clear()
    field.send_keys(text)


VISIBLE = """
return [...document.querySelectorAll("#grid tbody tr:not([hidden])")].map((row) =>
  [row.cells[0].textContent, ...[...row.querySelectorAll("button")].map((button) => [
    button.querySelector(".word").textContent, button.querySelector(".row").textContent])]);
"""


def test_thousand_capabilities_show_what_evaluate_says(page: Page) -> None:
    matrix, chance = big_page(), random.Random(SEED)  # noqa: S311 - no secret
    case = Case(dict(SUPPORTED), (), ())
    page.open(html(grid_of(Environment.from_mapping(case.facts), matrix)))
    assert len(page.run(VISIBLE)) == 100
    by_name = {row.capability.name: row.capability for row in grid_of(
        Environment.from_mapping(case.facts), matrix).rows}  # fmt: skip
    for text, count in (("number 99", 11), ("INTEGRATION_NUMBER-13", 32), ("api sec", 1)):
        choose(page, chance)
        choose_capabilities(page, text)
        shown, chosen, heads = page.run(VISIBLE), labels(page), columns(page)
        assert len(shown) == count
        for name, *cells in shown:
            capability = by_name[name.partition(" (from")[0]].id
            verdicts = [expected(case, chosen, tracer, capability, matrix) for tracer in heads]
            assert cells == [[v.status.value, rows_of(v)] for v in verdicts], (name, chosen)
    page.driver.find_element(By.CSS_SELECTOR, "#grid tbody tr:not([hidden]) button").click()
    assert page.driver.find_element(By.ID, "detail-title").text.startswith("API Security with")
    choose_capabilities(page, "number 1320")
    assert page.driver.find_element(By.ID, "detail-title").text == "The row that decides"
    cell = page.driver.find_element(By.CSS_SELECTOR, "#grid tbody tr:not([hidden]) button")
    assert "(Integration number 1320 with ddtrace " in cell.accessible_name
    choose_capabilities(page, "nothing is called so")
    assert page.run(VISIBLE) == []
    more = page.driver.find_element(By.ID, "more")
    assert more.text == "No capability matches"
    reset(page)
    more.find_element(By.TAG_NAME, "button").click()
    assert len(page.run(VISIBLE)) == 200
    assert more.text.startswith("200 of 1321 are shown")


def test_choosing_lambda_turns_remote_configuration_off_where_ddtrace_does(page: Page) -> None:
    facts = {key: value for key, value in SUPPORTED.items() if key != "remote_configuration"}
    given = {key: Environment.from_mapping(facts).fact(key) for key in facts if key in KEYS}
    page.open(html(grid_of(Environment(given, Detector(environ={})), MATRIX)))
    option = "//select[@id='deployment']/option[text()='AWS Lambda']"
    page.driver.find_element(By.XPATH, option).click()
    row = [capability.id for capability in MATRIX.capabilities].index("threat_protection")
    statuses = dict(zip(columns(page), (status for status, _ in page.run(READ_CELLS)[row])))
    assert (statuses["3.0"], statuses["4.0"]) == ("supported", "unsupported")
