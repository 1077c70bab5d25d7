"""The facts of a page: where each stands, and what its shift puts in its place."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from support.core import MATRIX
from support.overlays import overlaid
from support.pages import FIREWALL, PAGE, branches, row, runtime, small_page
from support.watching import shift_of, written

from pytest_ddcompat.jobs.watched.shifts import PageFact, shifts

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once

SENTENCE = (
    "Note: Threat Protection requires enabling Remote Configuration, which is included "
    "in the listed minimum tracer version."
)
VARIANT = {"id": "variant", "kind": "word", "words": ["flask-poc", "django-poc"]}
RUNNER = {"id": "runner", "kind": "version"}
PROFILED = {"id": "profiled", "kind": "boolean"}
MINIMUM = [">=1.2.0 → >1.2.0", ">=1.2.0 → >=1.1"]


def firewall(**values: object) -> list[dict[str, Any]]:
    without = {key: value for key, value in FIREWALL.items() if key != "minimum"}
    return [{**without, **values}]


@pytest.mark.parametrize(
    ("tables", "found"),
    [
        pytest.param({}, [], id="a minimum"),
        pytest.param(
            {"capabilities": firewall(versions=[">=1.3,<2", ">=2.3"])},
            [
                ">=1.3,<2 or >=2.3 → >=1.3,<=2 or >=2.3",
                ">=1.3,<2 or >=2.3 → >=1.3,<1 or >=2.3",
                ">=1.3,<2 or >=2.3 → >1.3,<2 or >=2.3",
                ">=1.3,<2 or >=2.3 → >=1.2,<2 or >=2.3",
                ">=1.3,<2 or >=2.3 → >=1.3,<2 or >2.3",
                ">=1.3,<2 or >=2.3 → >=1.3,<2 or >=2.2",
            ],
            id="versions with a gap",
        ),
        pytest.param(
            {"capabilities": firewall(minimums=[
                {"tracer": "1.2.0", "runtime": "nodejs", "versions": [">=16"]},
                {"tracers": [">=3"], "runtime": "python", "versions": ["<4"]},
            ])},
            [*MINIMUM, "nodejs >=16 → nodejs >16", "nodejs >=16 → nodejs >=15",
             ">=3 → >3", ">=3 → >=2", "python <4 → python <=4", "python <4 → python <3"],
            id="minimums of runtimes",
        ),
        pytest.param(
            {"capabilities": firewall(status="preview", minimum="1.2.0")},
            [*MINIMUM, "preview → available"],
            id="a preview",
        ),
        pytest.param(
            {"capabilities": firewall(status="preview")},
            ["preview → available"],
            id="a preview without a version",
        ),
        pytest.param(
            {"capabilities": firewall(status="partial", minimum="1.2.0")},
            [*MINIMUM, "partial → available"],
            id="partial support",
        ),
        pytest.param(
            {"capabilities": firewall(status="deprecated", minimum="1.2.0")},
            MINIMUM,
            id="deprecated, which decides nothing",
        ),
        *(
            pytest.param(
                {"capabilities": firewall(status=status)},
                [f"{status.replace('_', ' ')} → every version"],
                id=status,
            )
            for status in ("not_supported", "not_applicable", "pending")
        ),
        pytest.param(
            {"capabilities": firewall(status="unresolved")}, [], id="words not understood"
        ),
        pytest.param(
            {"capabilities": firewall(minimum="1.2.0", remote_configuration="It needs it.")},
            [*MINIMUM, "required → not required"],
            id="Remote Configuration",
        ),
        pytest.param(
            {
                "capabilities": firewall(
                    minimum="1.2.0",
                    needs={"variant": ["flask-poc", "django-poc"], "profiled": True,
                           "runner": ">=2"},
                ),
                "facts": [VARIANT, PROFILED, RUNNER],
            },
            [*MINIMUM, "variant flask-poc → variant not there",
             "variant django-poc → variant not there",
             "variant flask-poc or django-poc → any variant", "profiled True → profiled False",
             "runner >=2 → runner >2", "runner >=2 → runner >=1"],
            id="facts that it needs",
        ),
        pytest.param(
            {
                "capabilities": firewall(
                    minimum="1.2.0",
                    minimums=[{"tracer": "2.0", "facts": {"variant": "flask-poc"}}],
                ),
                "facts": [VARIANT],
            },
            [*MINIMUM, ">=2.0 → >2.0", ">=2.0 → >=1", "variant flask-poc → any variant"],
            id="a minimum by a fact",
        ),
        pytest.param(
            {"sites": [row("Words", excluded=["ddog-gov.com", "datadoghq.eu"])]},
            ["ddog-gov.com not supported → ddog-gov.com not there",
             "datadoghq.eu not supported → datadoghq.eu not there", "not supported → preview"],
            id="sites",
        ),
        pytest.param(
            {"sites": [row("Words", excluded=["ddog-gov.com"], status="preview")]},
            ["ddog-gov.com preview → ddog-gov.com not there", "preview → not supported"],
            id="a site in preview",
        ),
        *(
            pytest.param(
                {"deployments": [row("Docker", "?", id="docker", capabilities={"firewall": mark})]},
                found,
                id=f"a deployment type marked {mark}",
            )
            for mark, found in (
                (True, ["yes → no"]),
                (False, ["no → yes"]),
                ("preview", ["preview → yes", "preview → no"]),
                ("unresolved", []),
            )
        ),
        pytest.param(
            {"deployments": [row("Docker", id="docker", capabilities={})]}, [], id="no column"
        ),
        pytest.param(
            {"releases": branches(">=1,<2", agent="7.28")},
            [">=1,<2 → >=1,<=2", ">=1,<2 → >=1,<1", ">=1,<2 → >1,<2", ">=1,<2 → >=0,<2",
             "End of Life → Maintenance", ">=7.28 → >7.28", ">=7.28 → >=7.27"],
            id="a branch",
        ),
        pytest.param(
            {"releases": branches("==1.*", support_level="maintenance",
                                  until=dt.date(2026, 5, 31))},
            ["==1.* → >1,<2", "==1.* → >=0,<2", "==1.* → >=1,<=2", "==1.* → >=1,<1",
             "Maintenance → End of Life", "Maintenance → General Availability",
             "until 2026-05-31 → until 2026-05-30", "until 2026-05-31 → until 2026-06-01",
             "no minimum → any Agent"],
            id="a branch until a day",
        ),
        *(
            pytest.param(
                {"releases": branches(">=1", support_level="maintenance", until=day)},
                [">=1 → >1", ">=1 → >=0", "Maintenance → End of Life",
                 "Maintenance → General Availability", f"until {day} → until {other}",
                 "no minimum → any Agent"],
                id=f"a branch until {day}",
            )
            for day, other in ((dt.date.max, dt.date(9999, 12, 30)),
                               (dt.date.min, dt.date(1, 1, 2)))
        ),
        pytest.param(
            {"runtimes": [runtime(">=1,<2", ">=3.9", cpus=["x86-64", "32bit"])]},
            ["x86-64 → not there", "32bit → not there", ">=3.9 → >3.9", ">=3.9 → >=3.8",
             ">=1,<2 → >=1,<=2", ">=1,<2 → >=1,<1", ">=1,<2 → >1,<2", ">=1,<2 → >=0,<2"],
            id="a runtime",
        ),
        pytest.param(
            {"frameworks": [row("Django", "2.2", id="django", versions=[">=2.2"],
                                capabilities={"firewall": True})]},
            [">=2.2 → >2.2", ">=2.2 → >=2.1", "yes → no"],
            id="a framework",
        ),
        pytest.param(
            {"frameworks": [row("Django", "?", id="django", capabilities={"firewall": False})]},
            ["no → yes"],
            id="a framework with a blank, and versions that are not understood",
        ),
        pytest.param(
            {"coverage": [row("Words", of="frameworks"),
                          row("Words", of="datastores", named=["mysql", "redis"])]},
            ["all frameworks → not there", "mysql → not there", "redis → not there"],
            id="sentences",
        ),
        pytest.param(
            {"notes": [row("Words")], "unresolved": [row("<9", of="releases", reason="no level")]},
            [],
            id="notes and words that are not understood",
        ),
    ],
)  # fmt: skip
def test_every_fact_is_shifted(tables: dict[str, Any], found: list[str]) -> None:
    # Each page but those of other capabilities has the minimum of the firewall too.
    own = found if "capabilities" in tables else [*MINIMUM, *found]
    assert sorted(map(written, shifts(small_page(**tables)))) == sorted(own)


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        pytest.param(
            ">=2.6.0 → >2.6.0",
            ("Application Security capabilities support", "API Security | 2.6.0",
             "Minimum Python tracer version", "2.6.0"),
            id="a minimum",
        ),
        pytest.param(
            "no → yes",
            ("Supported deployment types", "AWS Lambda | yes | ", "Software Composition Analysis",
             ""),
            id="a blank",
        ),
        pytest.param(
            "until 2026-05-31 → until 2026-06-01",
            ("Supported Python versions", ">=3.0,<4 | Maintenence (until May 31, 2026) | 7.28",
             "Support level", "Maintenence (until May 31, 2026)"),
            id="a day",
        ),
        pytest.param(
            ">=3.9 → >3.9",
            ("Supported Python versions", "Linux | x86-64, AArch64 | CPython | 3.9+ | >=4, <5",
             "Runtime version", "3.9+"),
            id="a version of Python",
        ),
        pytest.param(
            ">=4,<5 → >4,<5",
            ("Supported Python versions", "Linux | x86-64, AArch64 | CPython | 3.9+ | >=4, <5",
             "Supported ddtrace versions", ">=4, <5"),
            id="versions of the tracer",
        ),
        pytest.param(
            ">=1.1 → >=1.0",
            ("Supported frameworks", "Flask | 1.1 | yes | yes", "Versions", "1.1"),
            id="versions of a framework, as the overlay reads them",
        ),
        pytest.param(
            "required → not required",
            ("Application Security capabilities support", "Threat Protection | 1.10.0", "",
             SENTENCE),
            id="a sentence",
        ),
    ],
)  # fmt: skip
def test_place_is_that_of_the_page(words: str, fact: tuple[str, ...]) -> None:
    found = shift_of(MATRIX, words).fact
    assert (found.heading, found.row, found.column, found.words) == fact


def test_odd_rows_have_a_place() -> None:
    page = small_page(
        tables=[{"heading": "Some heading", "columns": ["", "Agent", "Level"]}],
        releases=[
            row("short", tracer=">=1,<2", support_level="maintenance", agent="7"),
            row("", "GA", "7.1", "more", tracer=">=2", support_level="maintenance", agent="7"),
        ],
    )
    places = {
        (each.fact.table, each.fact.row, each.fact.column, each.fact.words)
        for each in shifts(page)
        if each.fact.table == "releases"
    }
    assert places == {
        ("releases", "short", "", "short"),
        ("releases", "short", "Agent", ""),
        ("releases", "short", "Level", ""),
        ("releases", " | GA | 7.1 | more", "", ""),
        ("releases", " | GA | 7.1 | more", "Agent", "GA"),
        ("releases", " | GA | 7.1 | more", "Level", "7.1"),
    }


def test_one_row_alone_is_shifted() -> None:
    for shift in shifts(MATRIX):
        changed = shift.applied(MATRIX)
        different = [
            table
            for table in MATRIX.fields
            if getattr(changed, table) is not getattr(MATRIX, table)
        ]
        assert different == [shift.fact.table]
        before, after = getattr(MATRIX, different[0]), getattr(changed, different[0])
        kept = [each for each in after if any(each is other for other in before)]
        assert len(kept) == len(before) - 1
        assert len(after) - len(kept) == (shift.changed is not None)


def test_facts_of_overlays_are_shifted(tmp_path: Path) -> None:
    page = overlaid(
        tmp_path,
        ("capabilities", 'id = "something"\nminimum = "9.1"'),
        ("capabilities", 'id = "added"\nminimum = "7.3"'),
        ("coverage", 'documented = ["Added."]\nof = "datastores"\nnamed = ["redis"]'),
    )
    found = [written(shift) for shift in shifts(page)]
    assert {">=9.1 → >9.1", ">=9.1 → >=9.0", ">=7.3 → >7.3", "redis → not there"} <= {*found}


def test_rows_that_overlays_take_away_are_no_facts(tmp_path: Path) -> None:
    before = [written(shift) for shift in shifts(overlaid(tmp_path))]
    docker = 'heading = "Deployments"\nid = "docker"\nremove = true'
    page = overlaid(tmp_path, ("deployments", docker))
    assert len([*shifts(page)]) < len(before)
    assert page.removed.deployments


def test_fact_is_plain() -> None:
    (fact, _) = (shift.fact for shift in shifts(small_page(page=PAGE)))
    assert fact == PageFact(
        "capabilities", "Some heading", "Firewall | 1.2.0", "", "1.2.0", ">=1.2.0", ">1.2.0"
    )
