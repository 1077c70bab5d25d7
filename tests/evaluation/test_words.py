"""Reasons in one line, and words of findings that name what they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from support.core import MATRICES, MATRIX, asks, environment, finding, verdict
from support.overlays import overlaid
from support.strategies import some

from evaluation.test_remedy_properties import all_facts, requirements
from pytest_ddcompat import Environment, Requirement, evaluate
from pytest_ddcompat.evaluation.verdict import LINE, first_of

if TYPE_CHECKING:
    from pathlib import Path

EIGHT = ("bottle", "tornado", "pyramid", "aiohttp", "sanic", "falcon", "cherrypy", "litestar")
OLD = {"tracer": "1.0", "python": "3.11"}


@pytest.mark.parametrize(
    ("requirement", "changes", "words"),
    [
        pytest.param(
            asks("api_security"), {"tracer": "1.9.7"},
            "api_security needs ddtrace >=2.6.0, found 1.9.7 "
            '(Application Security capabilities support: "2.6.0")',
            id="one that fits in full",
        ),
        pytest.param(
            asks("threat_detection", framework=EIGHT), {},
            "threat_detection needs a framework that the page lists for it, "
            "not bottle or 7 others",
            id="eight frameworks",
        ),
        pytest.param(
            asks("threat_detection", framework=("flask", "bottle")),
            {"frameworks": {"flask": None}},
            "threat_detection needs Flask >=1.1 (the page does not list bottle), "
            "found none installed",
            id="a framework that the page lists, and one that it does not",
        ),
        pytest.param(
            asks("threat_detection", support_level="ga"), {"tracer": "3.1"},
            "threat_detection needs General Availability, found ddtrace 3.1 with Maintenance",
            id="a support level",
        ),
        pytest.param(
            asks("api_security"), {"tracer": "2.6.0", "python": "3.14"},
            "api_security needs CPython >=3.7,<3.14 on linux x86-64/i686/aarch64, "
            "found CPython 3.14 on linux x86-64",
            id="a runtime",
        ),
        pytest.param(
            asks("threat_detection", "threat_protection", "sca"), {"agent": None, **OLD},
            "threat_detection needs ddtrace >=1.9.0, found 1.0; "
            "threat_protection needs ddtrace >=1.10.0, found 1.0; 1 more",
            id="three capabilities",
        ),
        pytest.param(
            asks("threat_detection", "threat_protection", "sca"), {"agent": None},
            "threat_detection and 2 others need Datadog Agent >=7.28, found no Agent",
            id="the same of three capabilities",
        ),
        pytest.param(
            asks("sca"), {"site": "ddog-gov.com", "tracer": "1.0"},
            "software_composition_analysis needs a site other than ddog-gov.com, "
            "found ddog-gov.com; 1 more",
            id="two findings",
        ),
    ],
)  # fmt: skip
def test_reason_in_one_line(requirement: Requirement, changes: dict[str, Any], words: str) -> None:
    found = verdict(requirement, **changes)
    assert found.brief == words
    if len(found.reason) <= LINE:
        assert found.brief == found.reason


def test_reasons_of_several_markers() -> None:
    reasons = ["a" * 60, "b" * 60, "c; 2 more"]
    assert first_of(reasons) == f"{'a' * 60}; 4 more"
    assert first_of(["a; 1 more", "b; 2 more"]) == "a; b; 3 more"
    assert first_of([]) == ""


@some
@given(requirements, all_facts)
def test_no_reason_names_a_thing_twice(requirement: Requirement, facts: dict[str, Any]) -> None:
    found = evaluate(requirement, Environment.from_mapping(facts), MATRIX)
    assert (found.brief == "") is (found.reason == "")
    assert len(found.brief) <= LINE
    for each in found.decisive:
        assert len(set(each.documented.split(" or "))) == len(each.documented.split(" or "))
        assert each.source.count("Supported frameworks") <= max(1, len(requirement.frameworks))


def test_a_data_store_that_is_unknown_quotes_no_row_of_another_capability(tmp_path: Path) -> None:
    row = """heading = "Data stores"
documented = ["Code Security covers Oracle."]
of = "datastores"
capability = "code_security"
named = ["oracle"]"""
    matrix = overlaid(tmp_path, ("coverage", row), extends=MATRICES / "iast-python.toml")
    for name, quoted in (("api_security", False), ("code_security", True)):
        there = evaluate(asks(name, datastore="mongodb"), environment(), matrix)
        (found,) = (f for f in there.findings if f.check == "datastore")
        assert ("Oracle" in found.source) is quoted


def test_a_runtime_that_is_unknown_names_the_overlay_that_added_a_row(tmp_path: Path) -> None:
    row = """os = "linux"
implementation = "pypy"
tracer = ">=6,<7"
heading = "Supported Python versions"
documented = ["x"]
cpus = ["x86-64"]
python = [">=3.9"]"""
    matrix = overlaid(tmp_path, ("runtimes", row), extends=MATRICES / "iast-python.toml")
    there = evaluate(asks("sca"), environment(tracer="5.1"), matrix)
    (found,) = (f for f in there.findings if f.check == "runtime")
    assert found.source == (
        "Supported Python versions: 13 rows, overlay acme.toml: known (https://example.org/)"
    )


def test_remedy_of_a_site_names_all_that_the_page_excludes(tmp_path: Path) -> None:
    row = """heading = "Sites"
documented = ["Not on AP2."]
excluded = ["ap2.datadoghq.com"]"""
    matrix = overlaid(tmp_path, ("sites", row), extends=MATRICES / "iast-python.toml")
    there = evaluate(asks("sca"), environment(site="ap2.datadoghq.com"), matrix)
    (found,) = there.decisive
    assert found.remedy == "a site other than ddog-gov.com or ap2.datadoghq.com"
    assert "Not on AP2." in found.source


def test_site_that_the_page_does_not_mention_is_not_one_that_it_excludes() -> None:
    found = finding("site", asks("sca"), site="us2.ddog-gov.com")
    assert (found.outcome.value, found.observed, found.signal) == (
        "unknown", "us2.ddog-gov.com",
        "the page excludes ddog-gov.com, and does not mention us2.ddog-gov.com",
    )  # fmt: skip
    assert finding("site", asks("sca"), site="myddog-gov.com").outcome.value == "satisfied"


@pytest.mark.parametrize(
    ("version", "hinted"),
    [
        pytest.param("0.1.dev1+g1234567", True, id="a build without tags"),
        pytest.param("0.1.dev12", True, id="a build without tags, and no commit"),
        pytest.param("0+unknown", True, id="unknown"),
        pytest.param("0.0.0", True, id="no version"),
        pytest.param("0.1", False, id="a release"),
        pytest.param("1.4.9.dev3+g12ab", False, id="a build between releases"),
    ],
)
def test_version_that_says_nothing_gets_a_hint(version: str, hinted: bool) -> None:
    found = finding("tracer", asks("sca"), tracer=version)
    hint = ", as of a build without tags; set the right one by --ddcompat-set tracer=VERSION"
    assert found.observed == version + hint * hinted
