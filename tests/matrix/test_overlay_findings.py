"""Overlays: the page that they make, and what findings say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.core import asks, environment
from support.overlays import BASE, facts, finding, overlaid, plain

from pytest_ddcompat import RequirementError, evaluate, load_matrix

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("top", "changes"),
    [
        pytest.param("", {"id": "acme"}, id="none"),
        pytest.param('[page]\nid = "our-own"\n', {"id": "our-own"}, id="id"),
        pytest.param(
            '[page]\ntitle = "Ours"\ntracer = "acme-tracer"\n',
            {"id": "acme", "title": "Ours", "tracer": "acme-tracer"},
            id="others",
        ),
    ],
)
def test_page(tmp_path: Path, top: str, changes: dict[str, str]) -> None:
    made = overlaid(tmp_path, top=top)
    assert plain(made.page) == {**plain(BASE.page), **changes}
    assert facts(made) == facts(BASE)


@pytest.mark.parametrize(
    ("kind", "row", "gone"),
    [
        pytest.param(
            "releases",
            'heading = "Releases"\ndocumented = [">=3.0,<4", "Perhaps"]\n'
            'tracer = ">=3.0,<4"\nsupport_level = "maintenance"',
            "unresolved",
            id="words that were not understood",
        ),
        pytest.param(
            "coverage",
            'heading = "Notes"\ndocumented = ["Words."]\nof = "frameworks"',
            "notes",
            id="note",
        ),
    ],
)
def test_words_that_are_understood_now_are_no_longer_open(
    tmp_path: Path, kind: str, row: str, gone: str
) -> None:
    made = overlaid(tmp_path, (kind, row))
    assert getattr(BASE, gone)
    assert getattr(made, gone) == ()
    other = overlaid(tmp_path, (kind, row.replace("documented = [", 'documented = ["And", ')))
    assert facts(other)[gone] == facts(BASE)[gone]


def test_finding_says_that_it_rests_on_an_overlay(tmp_path: Path) -> None:
    made = overlaid(tmp_path, ("releases", 'tracer = ">=2,<3"\nagent = "7.63.0"'))
    found = finding("agent", made, tracer="2.5.0", agent="7.60.0")
    words = 'Releases: ">=2.0,<3 | Maintenance (until May 31, 2026) | 7.28"'
    assert found.source == f"{words}, overlay acme.toml: known (https://example.org/)"
    assert (found.documented, found.observed) == ("Datadog Agent >=7.63.0", "7.60.0")
    untouched = finding("tracer", made, tracer="2.5.0")
    assert untouched.source == 'Capabilities: "1.0"'


BRANCH = 'tracer = ">=2,<3"'
HERE = {"tracer": "2.5.0", "agent": "7.60.0", "deployments": ["docker"]}


@pytest.mark.parametrize(
    ("kind", "row", "naming"),
    [
        pytest.param("releases", f'{BRANCH}\nagent = "7.30"', {"agent"}, id="Agent"),
        pytest.param("releases", f'{BRANCH}\nunset = ["agent"]', {"agent"}, id="no Agent"),
        pytest.param(
            "releases", f'{BRANCH}\nsupport_level = "end_of_life"', {"release"}, id="level"
        ),
        pytest.param("releases", f"{BRANCH}\nuntil = 2027-01-01", {"release"}, id="last day"),
        pytest.param(
            "releases", f'{BRANCH}\nheading = "Ours"', {"agent", "release"}, id="heading"
        ),
        pytest.param("releases", BRANCH, {"agent", "release"}, id="nothing but a reason"),
        pytest.param("capabilities", 'id = "something"\nminimum = "1.1"', {"tracer"}, id="minimum"),
        pytest.param(
            "capabilities",
            'id = "something"\nremote_configuration = "It does."',
            {"remote_configuration"},
            id="Remote Configuration",
        ),
        pytest.param("capabilities", 'id = "something"\naliases = ["s"]', set(), id="alias"),
        pytest.param(
            "frameworks",
            'id = "django"\nheading = "Frameworks"\nversions = [">=3"]',
            {"framework"},
            id="versions of a framework, found by its heading",
        ),
        pytest.param(
            "frameworks",
            'id = "django"\nheading = "Frameworks"\ncapabilities = { something_else = true }',
            set(),
            id="mark of another capability",
        ),
        pytest.param(
            "deployments",
            'id = "docker"\nheading = "Deployments"\ncapabilities = { something = true }',
            {"deployment"},
            id="mark",
        ),
        pytest.param(
            "deployments",
            'id = "docker"\nheading = "More deployments"\ncapabilities = { something_else = true }',
            set(),
            id="mark of another capability, of a deployment",
        ),
        pytest.param("sites", 'excluded = ["example.org"]\nstatus = "not_supported"', {"site"},
                     id="site"),
    ],
)  # fmt: skip
def test_only_findings_that_rest_on_what_an_overlay_gives_name_it(
    tmp_path: Path, kind: str, row: str, naming: set[str]
) -> None:
    made = overlaid(tmp_path, (kind, row))
    verdict = evaluate(asks("something", framework="django"), environment(**HERE), made)
    assert {f.check for f in verdict.findings if "acme.toml" in f.source} == naming


def test_remote_configuration_that_an_overlay_unsets(tmp_path: Path) -> None:
    needs = ("capabilities", 'id = "something"\nremote_configuration = "It needs it."')
    overlaid(tmp_path, needs)
    first = (tmp_path / "acme.toml").rename(tmp_path / "first.toml")
    none = ("capabilities", 'id = "something"\nunset = ["remote_configuration"]')
    found = finding("remote_configuration", overlaid(tmp_path, none, extends=first))
    assert found.outcome.value == "not_applicable"
    assert found.source.endswith(", overlay acme.toml: known (https://example.org/)")


def test_words_of_an_overlay_are_one_line_without_control_characters(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    why = 'source = """\nhere\n"""\nreason = "two\\n  lines \\u001b[31m"'
    row = f'[[capabilities]]\nid = "own"\nminimum = "1.0"\n{why}'
    path.write_text(f'extends = "iast-python"\n{row}', encoding="utf-8")
    (own,) = [c for c in load_matrix(path).capabilities if c.id == "own"]
    assert own.quote(-1) == 'acme.toml: "1.0", overlay acme.toml: two lines \\x1b[31m (here)'


@pytest.mark.parametrize("name", ["aws_fargate", "aws-fargate", "fargate"])
def test_deployment_type_that_can_be_a_fact_is_that_however_it_is_written(
    tmp_path: Path, name: str
) -> None:
    row = f'id = "{name}"\ncapabilities = {{ something = false }}'
    made = overlaid(tmp_path, ("deployments", row))
    assert finding("deployment", made, deployments=["aws_fargate"]).outcome.value == "violated"
    assert made.deployments[-1].id == "aws_fargate"


def test_site_of_an_overlay_is_excluded_however_it_is_written(tmp_path: Path) -> None:
    made = overlaid(tmp_path, ("sites", 'excluded = ["app.datadoghq.eu"]'))
    assert finding("site", made, site="datadoghq.eu").outcome.value == "violated"


def test_finding_says_that_remote_configuration_is_of_an_overlay(tmp_path: Path) -> None:
    row = 'id = "something"\nremote_configuration = "It needs it."'
    found = finding("remote_configuration", overlaid(tmp_path, ("capabilities", row)))
    overlay = "overlay acme.toml: known (https://example.org/)"
    assert found.source == f'Capabilities: "It needs it.", {overlay}'


def test_capability_of_ones_own(tmp_path: Path) -> None:
    row = 'id = "acme_waf_rules"\nminimum = "2.1"\naliases = ["awr"]'
    framework = 'id = "starlette"\nversions = [">=0.30"]\ncapabilities = { acme_waf_rules = true }'
    ecs = 'id = "amazon_ecs"\ncapabilities = { acme_waf_rules = false }'
    rows = ("capabilities", row), ("frameworks", framework), ("deployments", ecs)
    made = overlaid(tmp_path, *rows)
    old = {"tracer": "2.0", "frameworks": {"starlette": "0.29"}, "deployments": ["amazon_ecs"]}
    verdict = evaluate(asks("Acme WAF rules", framework="starlette"), environment(**old), made)
    overlay = "overlay acme.toml: known (https://example.org/)"
    assert [f"{f.check}: {f.source}" for f in verdict.decisive] == [
        f'tracer: acme.toml: "2.1", {overlay}',
        f'deployment: acme.toml: "Amazon ecs | acme_waf_rules: no", {overlay}',
        f'framework: acme.toml: "starlette | >=0.30 | acme_waf_rules: yes", {overlay}',
    ]
    assert (
        finding("tracer", made, name="awr and something", tracer="2.1").outcome.value == "satisfied"
    )
    with pytest.raises(RequirementError):
        evaluate(asks("acme_waf_rules"), environment(), BASE)
