"""Overlays: which row of a matrix they mean, and what they change of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.overlays import BASE, facts, overlaid

if TYPE_CHECKING:
    from pathlib import Path

SEVERAL = '[{ tracer = "2.0", runtime = "python", versions = ["<4"] }]'
OVERLAY = {
    "file": "acme.toml",
    "source": "https://example.org/",
    "reason": "known",
    "keys": [],
    "bundled": False,
}


@pytest.mark.parametrize(
    ("kind", "row", "index", "expected"),
    [
        pytest.param(
            "capabilities", 'id = "something"\nminimum = "1.1"', 0, {"minimum": "1.1"}, id="minimum"
        ),
        pytest.param(
            "capabilities",
            'id = "something"\nstatus = "not_supported"',
            0,
            {"status": "not_supported", "minimum": None},
            id="status that has no minimum",
        ),
        pytest.param(
            "capabilities",
            'id = "something"\nstatus = "unresolved"',
            0,
            {"status": "unresolved", "minimum": None},
            id="status that is not known",
        ),
        pytest.param(
            "capabilities",
            'id = "something"\nstatus = "preview"',
            0,
            {"status": "preview"},
            id="status that keeps the minimum",
        ),
        pytest.param(
            "capabilities",
            f'id = "something"\nminimums = {SEVERAL}',
            0,
            {
                "minimums": [
                    {
                        "tracer": "2.0",
                        "tracers": None,
                        "runtime": "python",
                        "versions": "<4",
                        "facts": {},
                    }
                ],
                "minimum": None,
            },
            id="minimums in the place of one",
        ),
        pytest.param(
            "capabilities",
            'id = "something"\nversions = [">=1.3,<2", ">=2.3"]',
            0,
            {"minimum": None, "versions": ">=1.3,<2 or >=2.3"},
            id="ranges in the place of a minimum",
        ),
        pytest.param(
            "capabilities",
            'id = "something_else"\nstatus = "available"\nminimum = "2.0"\naliases = []',
            1,
            {"status": "available", "minimum": "2.0", "aliases": []},
            id="status that needs a minimum",
        ),
        pytest.param(
            "capabilities",
            'id = "something"\nheading = "Ours"\ndocumented = ["Some", "1.0"]',
            0,
            {"heading": "Ours", "documented": ["Some", "1.0"]},
            id="words",
        ),
        pytest.param(
            "capabilities",
            'id = "something-else"\naliases = ["other"]',
            1,
            {"aliases": ["other"]},
            id="id that is written otherwise",
        ),
        pytest.param(
            "deployments",
            'id = "docker"\nheading = "Deployments"\ncapabilities = { something = "preview" }',
            0,
            {"capabilities": {"something": "preview"}},
            id="deployment by its heading",
        ),
        pytest.param(
            "deployments",
            'id = "docker"\ncapabilities = { something_else = "preview" }',
            1,
            {"capabilities": {"something_else": "preview"}},
            id="deployment by the capability that both have",
        ),
        pytest.param(
            "releases",
            'tracer = "<3.0,>=2"\nagent = "7.63.0"',
            0,
            {"agent": "7.63.0"},
            id="range that is written otherwise",
        ),
        pytest.param(
            "releases",
            'tracer = ">=2.0,<3"\nsupport_level = "end_of_life"',
            0,
            {"support_level": "end_of_life", "until": None},
            id="support level without an end",
        ),
        pytest.param(
            "releases",
            'tracer = ">=2.0,<3"\nsupport_level = "maintenance"',
            0,
            {},
            id="support level that keeps its end",
        ),
        pytest.param(
            "runtimes",
            'os = "linux"\nimplementation = "cpython"\ntracer = ">=2,<3"\n'
            'python = ["==3.11.*"]\ncpus = ["aarch64"]',
            1,
            {"cpus": ["aarch64"]},
            id="runtime by its Python",
        ),
        pytest.param(
            "runtimes",
            'os = "linux"\nimplementation = "cpython"\ntracer = ">=2,<3"\n'
            'documented = ["Linux", "x86-64", "CPython", "3.11", ">=2.0,<3"]\n'
            'python = ["==3.9.*"]',
            1,
            {"python": "==3.9.*"},
            id="runtime by its words, with the Python of another",
        ),
        pytest.param(
            "frameworks",
            'id = "django"\nheading = "User frameworks"\nversions = [">=4"]\n'
            "capabilities = { something = true }",
            1,
            {
                "versions": ">=4",
                "capabilities": {"something_else": "unresolved", "something": True},
            },
            id="framework by its heading",
        ),
        pytest.param(
            "frameworks",
            'id = "django"\nversions = [">=4"]\ncapabilities = { something = true }',
            0,
            {"versions": ">=4"},
            id="framework by the capability that both have",
        ),
        pytest.param(
            "coverage",
            'of = "datastores"\ncapability = "something"\nheading = "Notes"\n'
            'documented = ["All databases, too."]\nnamed = ["redis"]',
            1,
            {"named": ["redis"]},
            id="coverage by its words",
        ),
        pytest.param(
            "sites",
            'excluded = ["example.org"]\nstatus = "preview"',
            0,
            {"status": "preview"},
            id="site",
        ),
        pytest.param(
            "sites",
            'excluded = ["https://app.Example.org/"]\nstatus = "preview"',
            0,
            {"status": "preview"},
            id="site as an address",
        ),
    ],
)
def test_row_that_is_changed(
    tmp_path: Path, kind: str, row: str, index: int, expected: dict[str, object]
) -> None:
    wanted = facts(BASE)
    made = overlaid(tmp_path, (kind, row))
    keys = getattr(made, kind)[index].overlays[0].keys
    wanted[kind][index].update(expected, overlays=[{**OVERLAY, "keys": list(keys)}])
    assert facts(made) == wanted


def test_minimum_of_what_was_unresolved(tmp_path: Path) -> None:
    overlaid(tmp_path, ("capabilities", 'id = "something"\nstatus = "unresolved"'))
    first = (tmp_path / "acme.toml").rename(tmp_path / "first.toml")
    again = ("capabilities", 'id = "something"\nminimum = "3.0"')
    row = overlaid(tmp_path, again, extends=first).capabilities[0]
    assert (str(row.minimum), row.status) == ("3.0", "available")


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(f"minimums = {SEVERAL}", id="several"),
        pytest.param('versions = [">=1.3,<2", ">=2.3"]', id="ranges"),
    ],
)
def test_one_minimum_in_the_place_of_others(tmp_path: Path, before: str) -> None:
    overlaid(tmp_path, ("capabilities", f'id = "something"\n{before}'))
    first = (tmp_path / "acme.toml").rename(tmp_path / "first.toml")
    again = ("capabilities", 'id = "something"\nminimum = "3.0"')
    row = overlaid(tmp_path, again, extends=first).capabilities[0]
    assert (str(row.minimum), row.minimums, row.versions) == ("3.0", (), None)
    assert [overlay.file for overlay in row.overlays] == ["first.toml", "acme.toml"]


@pytest.mark.parametrize(
    ("kind", "row", "documented"),
    [
        pytest.param(
            "capabilities",
            'status = "preview"\nminimum = "2.0"\nid = "acme_waf_rules"\naliases = ["awr"]',
            ["Acme waf rules", "2.0, preview"],
            id="capability",
        ),
        pytest.param(
            "capabilities",
            'id = "acme"\ndocumented = ["ACME", "2.0"]\nminimum = "2.0"',
            ["ACME", "2.0"],
            id="capability with words of its own",
        ),
        pytest.param(
            "deployments",
            'id = "azure_functions"\ncapabilities = { something = true, something_else = false }',
            ["Azure functions", "something: yes, something_else: no"],
            id="deployment",
        ),
        pytest.param(
            "deployments",
            'id = "docker"\nheading = "acme.toml"\ncapabilities = {}',
            ["Docker"],
            id="deployment under another heading",
        ),
        pytest.param(
            "releases",
            'tracer = ">=3.0,<4"\nsupport_level = "maintenance"\nuntil = 2027-01-31',
            [">=3.0,<4", "maintenance", "2027-01-31"],
            id="branch",
        ),
        pytest.param(
            "runtimes",
            'os = "linux"\ncpus = ["i686", "aarch64"]\nimplementation = "pypy"\n'
            'python = ["==3.9.*", "==3.10.*"]\ntracer = ">=2"',
            ["linux", "i686, aarch64", "pypy", "==3.9.*, ==3.10.*", ">=2"],
            id="runtime",
        ),
        pytest.param(
            "frameworks",
            'id = "flask-restx"\nversions = [">=1"]\ncapabilities = { something = "preview" }',
            ["flask-restx", ">=1", "something: preview"],
            id="framework",
        ),
        pytest.param(
            "coverage",
            'of = "datastores"\nnamed = ["redis"]',
            ["datastores", "redis"],
            id="coverage",
        ),
        pytest.param("sites", 'excluded = ["acme.org"]', ["acme.org"], id="site"),
    ],
)
def test_row_that_is_added(tmp_path: Path, kind: str, row: str, documented: list[str]) -> None:
    made = facts(overlaid(tmp_path, (kind, row)))
    added = made[kind].pop()
    assert made == facts(BASE)
    assert added["documented"] == documented
    assert added["heading"] == "acme.toml"
    assert added["overlays"] == [OVERLAY]


def test_heading_of_an_added_row_is_the_title_that_the_overlay_gives(tmp_path: Path) -> None:
    row = ("capabilities", 'id = "own"\nminimum = "1.0"')
    made = overlaid(tmp_path, row, top='\n[page]\ntitle = "Rules of ACME"\n')
    assert made.capabilities[-1].heading == "Rules of ACME"


def test_versions_of_the_same_digits_are_different_rows(tmp_path: Path) -> None:
    rows = [
        *(("releases", f'tracer = "{r}"\nsupport_level = "maintenance"')
          for r in (">=10.11,<10.12", ">=101.1,<101.2")),
        *(("frameworks", f'id = "flask"\nversions = ["{r}"]\ncapabilities = {{ something = true }}')
          for r in ("==1.11.*", "==11.1.*")),
    ]  # fmt: skip
    matrix = overlaid(tmp_path, *rows)
    assert [str(row.tracer) for row in matrix.releases[-2:]] == [">=10.11,<10.12", ">=101.1,<101.2"]
    assert [str(row.versions) for row in matrix.frameworks[-2:]] == ["==1.11.*", "==11.1.*"]
