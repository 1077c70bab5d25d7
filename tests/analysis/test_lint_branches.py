"""What is probably wrong with release branches: each rule on both sides of its boundary."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from support.pages import FIREWALL, OPEN, OPEN_COMPLAINT, READ, branches, complaints, row, runtime


def agents(*rows: tuple[str, str | None]) -> list[dict[str, Any]]:
    return [
        {**branch, **({"agent": agent} if agent else {})}
        for branch, agent in zip(branches(*(r for r, _ in rows)), (a for _, a in rows))
    ]


def minimum(version: str) -> list[dict[str, Any]]:
    return [{**FIREWALL, "minimum": version, "documented": ["Firewall", version]}]


BRANCH_RULES = [
    pytest.param({"releases": branches(">=2,<3", ">=1,<2", "<1")}, [], id="one after another"),
    pytest.param({"releases": branches(">=2,<3", ">=1,<2.0.1", "<1")},
        [("releases[1].tracer: this range overlaps releases[0], >=2,<3 "
         '(got ">=1,<2.0.1"); valid: a range without the versions of >=2,<3')],
        id="overlap",
    ),
    pytest.param({"releases": branches(">=2,<3", ">=1,<=2")},
        [("releases[1].tracer: this range overlaps releases[0], >=2,<3 "
         '(got ">=1,<=2"); valid: a range without the versions of >=2,<3')],
        id="overlap of one version",
    ),
    pytest.param({"releases": branches(">=2.1,<3", ">=1,<2")},
        [("releases[0].tracer: no branch holds the versions between releases[1], >=1,<2, and "
         'this one (got ">=2.1,<3"); valid: a range that begins where >=1,<2 ends')],
        id="gap",
    ),
    pytest.param({"releases": branches(">2,<3", ">=1,<2")},
        [("releases[0].tracer: no branch holds the versions between releases[1], >=1,<2, and "
         'this one (got ">2,<3"); valid: a range that begins where >=1,<2 ends')],
        id="gap of one version",
    ),
    pytest.param({"releases": branches(">=2.1,<3", ">=1,<2"), "unresolved": OPEN},
        [OPEN_COMPLAINT],
        id="gap that a row left open may fill",
    ),
    pytest.param({"releases": branches("==2.*", "==1.*")}, [], id="series"),
    pytest.param({"capabilities": minimum("3.0.0rc1"), "releases": branches("<3")},
        [("capabilities[0].minimum: the minimum of Firewall is above every release branch "
         '(got "3.0.0rc1"); valid: a version of <3')],
        id="minimum above every branch",
    ),
    pytest.param({"capabilities": minimum("2.99"), "releases": branches("<3")}, [],
        id="minimum in the last branch"),
    pytest.param({"capabilities": minimum("0.9"), "releases": branches(">=1,<3")}, [],
        id="minimum before the first branch"),
    pytest.param({"capabilities": minimum("2.5"), "releases": branches("<2", ">=3"),
                  "unresolved": OPEN},
        [OPEN_COMPLAINT],
        id="minimum of a branch left open",
    ),
    pytest.param({"capabilities": minimum("2.5"), "releases": branches("<2", ">=3")},
        [("capabilities[0].minimum: the minimum of Firewall is in a gap of the release "
         'branches (got "2.5"); valid: a version of <2 or >=3'),
         ("releases[1].tracer: no branch holds the versions between releases[0], <2, and this "
         'one (got ">=3"); valid: a range that begins where <2 ends')],
        id="minimum in a gap",
    ),
    pytest.param({"capabilities": [row("Firewall", "x", id="firewall", minimums=[
            {"tracer": v, "runtime": "python", "versions": [">=3.8"]} for v in ("1.0", "5.0")])],
            "releases": branches("<2")},
        [("capabilities[0].minimums: the minimum of Firewall is above every release branch "
         '(got "5.0"); valid: a version of <2')],
        id="one of two minimums",
    ),
    pytest.param({"releases": branches("<2", support_level="maintenance", until=READ)}, [],
        id="last day of maintenance"),
    pytest.param(
        {"releases": branches("<2", support_level="maintenance", until=dt.date(2026, 1, 1))},
        [("releases[0].until: the maintenance of <2 has ended, and the page still calls it that "
         '(got 2026-01-01); valid: a day from 2026-01-02 on, or the support level "end_of_life"')],
        id="day after it",
    ),
    pytest.param({"releases": agents((">=2", "7.28"), ("<2", "7.28"))}, [], id="one Agent"),
    pytest.param({"releases": agents(("<2", None), (">=2", "7.28"))}, [], id="first Agent"),
    pytest.param({"releases": agents((">=2", "7.27.9"), ("<2", "7.28"))},
        [("releases[0].agent: >=2 needs an older Datadog Agent than <2 "
         '(got "7.27.9"); valid: 7.28 or newer')],
        id="older Agent",
    ),
    pytest.param({"releases": agents(("<2", "7.28"), (">=2", None))},
        [("releases[1].agent: >=2 needs an older Datadog Agent than <2 "
         "(got no minimum); valid: 7.28 or newer")],
        id="Agent left out",
    ),
    pytest.param({"releases": branches(">=1,<2"), "runtimes": [runtime(">=1.9,<3"),
                  runtime(">=1,<1.9")]}, [], id="runtimes that cover a branch together"),
    pytest.param({"runtimes": [runtime(">=1.9,<3")]}, [], id="runtimes without branches"),
    pytest.param({"releases": branches(">=1,<2"), "runtimes": [runtime(">=2,<3")]},
        [("runtimes[0].tracer: no release branch holds a version of this range "
         '(got ">=2,<3"); valid: versions of >=1,<2')],
        id="runtime of no branch",
    ),
    pytest.param({"releases": branches(">=1,<2"), "runtimes": [runtime(">=2,<3")],
                  "unresolved": OPEN},
        [OPEN_COMPLAINT],
        id="runtime of a branch left open",
    ),
    pytest.param({"releases": branches(">=1,<2"), "runtimes": [
            runtime(), runtime(">=1.5,<2", cpus=["i686", "aarch64"])]},
        [("runtimes[1].tracer: the rows of linux i686 cpython cover only a part of the release "
         'branch >=1,<2 (got ">=1.5,<2"); valid: ranges that cover all of >=1,<2')],
        id="part of a branch on a platform",
    ),
    pytest.param({"releases": branches("<1", ">=1,<2"), "runtimes": [runtime(">=0.5,<1.5")]},
        [f"runtimes[0].tracer: the rows of linux x86-64 cpython cover only a part of the release "
         f'branch {branch} (got ">=0.5,<1.5"); valid: ranges that cover all of {branch}'
         for branch in ("<1", ">=1,<2")],
        id="parts of two branches",
    ),
    pytest.param({"releases": branches(">=1,<2"), "runtimes": [runtime(">=1.5,<2")],
                  "unresolved": [row("<9", of="runtimes", reason="no level")]},
        [OPEN_COMPLAINT],
        id="part that a row left open may fill",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("tables", "expected"), BRANCH_RULES)
def test_rule(tables: dict[str, Any], expected: list[str]) -> None:
    assert complaints(**tables) == expected
