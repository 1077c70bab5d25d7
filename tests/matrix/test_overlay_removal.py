"""Overlays that take away rows of a page, or keys of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.core import NOT_APPLICABLE, SATISFIED, UNKNOWN, VIOLATED, asks, environment
from support.overlays import BASE, SMALL, facts, finding, overlaid

from pytest_ddcompat import Requirement, RequirementError, evaluate
from pytest_ddcompat.analysis.diff import difference

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_ddcompat import Outcome

OVERLAY = {
    "file": "acme.toml",
    "source": "https://example.org/",
    "reason": "known",
    "keys": [],
    "bundled": False,
}
TOLD = "overlay acme.toml: known (https://example.org/)"
BRANCH = 'tracer = ">=2,<3"'


@pytest.mark.parametrize(
    ("kind", "key", "index"),
    [
        pytest.param("sites", 'excluded = ["app.example.org"]', 0, id="site"),
        pytest.param("deployments", 'id = "docker"\nheading = "Deployments"', 0, id="deployment"),
        pytest.param("releases", BRANCH, 0, id="branch"),
        pytest.param(
            "runtimes",
            'os = "linux"\nimplementation = "cpython"\ntracer = ">=2,<3"\n'
            'documented = ["Linux", "x86-64", "CPython", "3.11", ">=2.0,<3"]',
            1,
            id="runtime by its words",
        ),
        pytest.param("frameworks", 'id = "django"\nheading = "Frameworks"', 0, id="framework"),
        pytest.param(
            "coverage",
            'of = "datastores"\ncapability = "something"\ndocumented = ["All databases, too."]',
            1,
            id="sentence by its words",
        ),
    ],
)
def test_row_that_is_removed(tmp_path: Path, kind: str, key: str, index: int) -> None:
    wanted = facts(BASE)
    row = wanted[kind].pop(index)
    wanted["removed"][kind].append({**row, "overlays": [OVERLAY]})
    made = overlaid(tmp_path, (kind, f"{key}\nremove = true"))
    assert facts(made) == wanted


def test_what_is_said_of_a_capability_goes_with_it(tmp_path: Path) -> None:
    made = overlaid(tmp_path, ("capabilities", 'id = "something"\nremove = true'))
    assert [row.id for row in made.capabilities] == ["something_else"]
    assert [dict(row.capabilities) for row in made.deployments] == [{}, {"something_else": False}]
    assert [dict(row.capabilities) for row in made.frameworks] == [
        {}, {"something_else": "unresolved"},
    ]  # fmt: skip
    assert made.coverage == ()
    with pytest.raises(RequirementError) as raised:
        evaluate(asks("something"), environment(), made)
    assert str(raised.value) == (
        f'the page has no capability "something", removed: "Something | 1.0", {TOLD}; '
        'did you mean "something_else"? valid: se, something_else'
    )


def test_words_that_limit_a_capability_go_on_limiting_the_others(tmp_path: Path) -> None:
    limit = (
        '\n[[unresolved]]\nheading = "Words"\ndocumented = ["Neither is on Windows."]\n'
        'of = "text"\nreason = "unclear"\ncapabilities = ["something", "something_else"]\n'
    )
    base = tmp_path / "base.toml"
    base.write_text(SMALL.read_text(encoding="utf-8") + limit, encoding="utf-8")
    remove = ("capabilities", 'id = "something"\nremove = true')
    made = overlaid(tmp_path, remove, extends=base)
    assert made.unresolved[-1].capabilities == ("something_else",)


def test_deployment_type_that_is_removed_is_told_with_the_overlay(tmp_path: Path) -> None:
    rows = [f'id = "docker"\nheading = "{h}"\nremove = true' for h in
            ("Deployments", "More deployments")]  # fmt: skip
    made = overlaid(tmp_path, *(("deployments", row) for row in rows))
    with pytest.raises(RequirementError) as raised:
        evaluate(Requirement.deployment("docker"), environment(), made)
    told = f'the page has no deployment type "docker", removed: "Docker | yes", {TOLD}'
    assert str(raised.value) == told


RUNTIME = (
    "runtimes",
    (
        'os = "linux"\nimplementation = "cpython"\ntracer = ">=2,<3"\n'
        'documented = ["Linux", "x86-64", "CPython", "3.11", ">=2.0,<3"]\nremove = true'
    ),
)
SITE = ("sites", 'excluded = ["example.org"]\nremove = true')
RELEASE = ("releases", f"{BRANCH}\nremove = true")
FRAMEWORK = ("frameworks", 'id = "django"\nheading = "Frameworks"\nremove = true')
SENTENCE = (
    "coverage",
    (
        'of = "datastores"\ncapability = "something"\ndocumented = ["All databases, too."]\n'
        "remove = true"
    ),
)


@pytest.mark.parametrize(
    ("row", "check", "asked", "expected"),
    [
        pytest.param(
            SITE,
            "site",
            {"site": "example.org"},
            (NOT_APPLICABLE, 'removed: "Not on example.org."'),
            id="site",
        ),
        pytest.param(
            RELEASE,
            "agent",
            {"tracer": "2.5.0", "agent": "7.1"},
            (NOT_APPLICABLE, 'removed: ">=2.0,<3 | Maintenance (until May 31, 2026) | 7.28"'),
            id="Agent",
        ),
        pytest.param(
            RUNTIME,
            "runtime",
            {"tracer": "2.5.0", "python": "3.11"},
            (
                VIOLATED,
                (
                    'Runtimes: "Linux | x86-64 | CPython | 3.9 | >=2.0,<3", '
                    'removed: "Linux | x86-64 | CPython | 3.11 | >=2.0,<3"'
                ),
            ),
            id="runtime",
        ),
        pytest.param(
            FRAMEWORK,
            "framework",
            {"framework": "django"},
            (
                UNKNOWN,
                'the page says nothing of frameworks for something, removed: "Django | 2.2"',
            ),
            id="framework",
        ),
    ],
)
def test_finding_says_that_it_rests_on_a_removal(
    tmp_path: Path,
    row: tuple[str, str],
    check: str,
    asked: dict[str, Any],
    expected: tuple[Outcome, str],
) -> None:
    found = finding(check, overlaid(tmp_path, row), **asked)
    outcome, source = expected
    assert (found.outcome, found.source) == (outcome, f"{source}, {TOLD}")
    assert finding(check, BASE, **asked).outcome is not outcome


@pytest.mark.parametrize(
    ("row", "check", "asked", "outcome"),
    [
        pytest.param(
            RUNTIME,
            "runtime",
            {"tracer": "2.5.0", "python": "3.9"},
            SATISFIED,
            id="another row admits the runtime",
        ),
        pytest.param(
            RUNTIME,
            "runtime",
            {"tracer": "2.5.0", "python": "3.10"},
            VIOLATED,
            id="no row ever admitted the runtime",
        ),
        pytest.param(
            SENTENCE,
            "datastore",
            {"datastore": "redis"},
            SATISFIED,
            id="another sentence covers it",
        ),
    ],
)
def test_finding_that_a_removal_does_not_change_does_not_name_it(
    tmp_path: Path, row: tuple[str, str], check: str, asked: dict[str, Any], outcome: Outcome
) -> None:
    found = finding(check, overlaid(tmp_path, row), **asked)
    assert found.outcome is outcome
    assert "acme.toml" not in found.source


def test_diff_tells_what_is_removed_and_unset(tmp_path: Path) -> None:
    made = overlaid(tmp_path, SITE, ("releases", f'{BRANCH}\nunset = ["agent"]'))
    assert [change[:] for change in difference(BASE, made)] == [
        ("site", "example.org", "not supported", None),
        ("agent", ">=2.0,<3", "7.28", "no minimum"),
    ]


def test_support_level_that_rests_on_a_removal(tmp_path: Path) -> None:
    made = overlaid(tmp_path, ("releases", f"{BRANCH}\nremove = true"))
    level = Requirement.support_level("maintenance")
    (found,) = evaluate(level, environment(tracer="2.5.0"), made).findings
    assert found.outcome is UNKNOWN
    assert found.source.endswith(f'7.28", {TOLD}')


def test_removed_row_may_be_given_anew_by_the_next_overlay(tmp_path: Path) -> None:
    overlaid(tmp_path, ("releases", f"{BRANCH}\nremove = true"))
    first = (tmp_path / "acme.toml").rename(tmp_path / "first.toml")
    again = ("releases", f'{BRANCH}\nsupport_level = "maintenance"')
    made = overlaid(tmp_path, again, extends=first)
    assert [str(row.tracer) for row in made.releases] == [">=2,<3"]
    assert [o.file for o in made.releases[0].overlays] == ["acme.toml"]
    assert len(made.removed.releases) == 1
    assert finding("release", made, tracer="2.5.0").source == (
        f'acme.toml: ">=2,<3 | maintenance", {TOLD}'
    )


@pytest.mark.parametrize(
    ("kind", "row", "index", "expected"),
    [
        pytest.param("releases", f'{BRANCH}\nunset = ["agent"]', 0, {"agent": None}, id="Agent"),
        pytest.param(
            "releases", f'{BRANCH}\nunset = ["until", "agent"]\nsupport_level = "maintenance"', 0,
            {"agent": None, "until": None}, id="two keys, beside one that is given",
        ),
        pytest.param(
            "frameworks", 'id = "django"\nheading = "Frameworks"\nunset = ["versions"]', 0,
            {"versions": None}, id="versions",
        ),
        pytest.param(
            "capabilities", 'id = "something_else"\nunset = ["aliases"]', 1, {"aliases": []},
            id="aliases",
        ),
        pytest.param(
            "releases", f'{BRANCH}\nremove = false\nunset = ["interpretation"]', 0, {},
            id="what the row has not",
        ),
    ],
)  # fmt: skip
def test_keys_that_are_unset(
    tmp_path: Path, kind: str, row: str, index: int, expected: dict[str, object]
) -> None:
    wanted = facts(BASE)
    made = overlaid(tmp_path, (kind, row))
    keys = getattr(made, kind)[index].overlays[0].keys
    assert set(expected) <= {*keys}
    wanted[kind][index].update(expected, overlays=[{**OVERLAY, "keys": list(keys)}])
    assert facts(made) == wanted


def test_branch_that_is_removed_makes_room_for_others(tmp_path: Path) -> None:
    rows = [("releases", f'tracer = "{r}"\nsupport_level = "maintenance"') for r in
            (">=2.0,<2.5", ">=2.5,<3")]  # fmt: skip
    made = overlaid(tmp_path, RELEASE, *rows)
    assert [str(row.tracer) for row in made.releases] == [">=2.0,<2.5", ">=2.5,<3"]
