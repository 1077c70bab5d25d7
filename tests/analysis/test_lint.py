"""What is probably wrong with a page and its tables: each rule on both sides of its boundary."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from support.core import MATRIX
from support.pages import FIREWALL, OPEN, OPEN_COMPLAINT, PAGE, branches, complaints, row, runtime

from pytest_ddcompat.analysis.lint import lint


def framework(*versions: str) -> list[dict[str, Any]]:
    return [row("Django", "x", id="django", versions=list(versions), capabilities={})]


def marks(*each: object) -> list[dict[str, Any]]:
    return [
        row(f"Kind {n}", id=f"kind{n}", capabilities={"firewall": mark})
        for n, mark in enumerate(each)
    ]


def overlay(**values: str) -> list[dict[str, Any]]:
    known = {"file": "acme.toml", "source": "https://example.com", "reason": "mended", **values}
    return [{**FIREWALL, "overlays": [known]}]


PAGE_RULES = [
    pytest.param({}, [], id="a small page"),
    pytest.param(
        {"page": {**PAGE, "address": "http://example.com"}},
        [('page.address: the page\'s address is not encrypted (got "http://example.com"); '
         "valid: https://…")],
        id="address without https",
    ),
    pytest.param({"today": dt.date(2026, 1, 1)},
        [("page.read: this day is in the future (got 2026-01-02); "
         "valid: a day up to 2026-01-01")],
        id="read tomorrow",
    ),
    pytest.param({"notes": [row(" ", "")]},
        [('notes[0].documented: a row under "Some heading" has no words (got " " | ""); '
         "valid: the page's words as they stand")],
        id="blank words",
    ),
    pytest.param({"notes": [row("", "x")]}, [], id="one blank cell"),
    pytest.param({"capabilities": overlay()}, [], id="overlay"),
    pytest.param({"capabilities": overlay(source=" ")},
        [("capabilities[0].overlays[0].source: what acme.toml says of it has no source "
         '(got " "); valid: words, such as an address')],
        id="overlay without source",
    ),
    pytest.param({"capabilities": overlay(reason="")},
        [("capabilities[0].overlays[0].reason: what acme.toml says of it has no reason "
         '(got ""); valid: words')],
        id="overlay without reason",
    ),
    pytest.param({"unresolved": OPEN}, [OPEN_COMPLAINT], id="words left open"),
    pytest.param({"unresolved": [row("x" * 81, of="text", reason="long")]},
        [OPEN_COMPLAINT.replace("no level", "long").replace("<9", f"{'x' * 80}…")],
        id="long words left open",
    ),
]  # fmt: skip

TABLE_RULES = [
    pytest.param({"runtimes": [runtime(), runtime()]},
        [("runtimes[1].documented: this row repeats runtimes[0] under \"Some heading\" "
         "(got \">=1,<2 | >=3.9 | {}\"); valid: each row once"),
         ("runtimes[1]: runtimes[0] speaks of linux x86-64 cpython with the same versions "
         "(got Python >=3.9, ddtrace >=1,<2); valid: versions other than Python >=3.9 with "
         ">=1,<2")],
        id="a row twice",
    ),
    pytest.param({"notes": [row("x"), row("x")]}, [], id="a note twice"),
    pytest.param({"coverage": [row("x", of="frameworks"), row("x", of="frameworks")]}, [],
                 id="a sentence twice"),
    pytest.param({"deployments": [
            row("Docker", "yes", id="docker", capabilities={"firewall": True}),
            row("Docker", "yes", id="docker", capabilities={"waf": True}),
        ], "capabilities": [FIREWALL, {**FIREWALL, "documented": ["WAF"], "id": "waf"}]},
        [],
        id="rows of two tables that read alike",
    ),
    pytest.param({"runtimes": [runtime(), runtime(python="==3.8.*")]}, [], id="other Pythons"),
    pytest.param({"runtimes": [runtime(), runtime(tracer=">=2,<3")]}, [], id="other tracers"),
    pytest.param({"runtimes": [runtime(), runtime(cpus=["i686"])]}, [], id="another CPU"),
    pytest.param({"runtimes": [runtime(), runtime(os="macos")]}, [], id="another system"),
    pytest.param({"runtimes": [runtime(), runtime(implementation="pypy")]}, [], id="PyPy"),
    pytest.param(
        {"runtimes": [runtime(), runtime(">=1.9,<3", "==3.9.*", cpus=["i686", "x86-64"])]},
        [("runtimes[1]: runtimes[0] speaks of linux x86-64 cpython with the same versions "
         "(got Python ==3.9.*, ddtrace >=1.9,<3); valid: versions other than Python >=3.9 "
         "with >=1,<2")],
        id="a part of a row again",
    ),
    pytest.param(
        {"runtimes": [
            runtime(">=1,<2", "==3.9.*", cpus=["x86-64", "i686"]),
            runtime(">=5,<6", "==3.9.*"),
            runtime("==1.5", ">=3.8", cpus=["i686", "x86-64"]),
            runtime(">=2,<=5", "==3.9.*"),
            runtime(">=2,<5", "==3.10.*"),
        ]},
        [("runtimes[2]: runtimes[0] speaks of linux i686/x86-64 cpython with the same versions "
         "(got Python >=3.8, ddtrace ==1.5); valid: versions other than Python ==3.9.* "
         "with >=1,<2"),
         ("runtimes[3]: runtimes[1] speaks of linux x86-64 cpython with the same versions "
         "(got Python ==3.9.*, ddtrace >=2,<=5); valid: versions other than Python ==3.9.* "
         "with >=5,<6")],
        id="rows of several platforms and versions",
    ),
    pytest.param({"runtimes": [runtime(">=1,<2"), runtime("<1"), runtime("==2"), runtime(">2")]},
                 [], id="versions that touch"),
    pytest.param({"runtimes": [runtime("!=1.5"), runtime("==1.5"), runtime("==1.6")]},
        [("runtimes[2]: runtimes[0] speaks of linux x86-64 cpython with the same versions "
         "(got Python >=3.9, ddtrace ==1.6); valid: versions other than Python >=3.9 with "
         "!=1.5")],
        id="all versions but one",
    ),
    pytest.param({"runtimes": [runtime(">=1,<2", number) for number in ("==3.9.*", ">=3.9", "<4")]},
        [("runtimes[1]: runtimes[0] speaks of linux x86-64 cpython with the same versions "
         "(got Python >=3.9, ddtrace >=1,<2); valid: versions other than Python ==3.9.* with "
         ">=1,<2"),
         ("runtimes[2]: runtimes[0] speaks of linux x86-64 cpython with the same versions "
         "(got Python <4, ddtrace >=1,<2); valid: versions other than Python ==3.9.* with "
         ">=1,<2")],
        id="each row is told once",
    ),
    pytest.param({"releases": branches(">=4,<3")},
        [('releases[0].tracer: no version is in this range (got ">=4,<3"); '
         "valid: a range with its lower end first, such as >=3,<4")],
        id="an empty branch",
    ),
    pytest.param({"releases": branches(">=3,<=3")}, [], id="a branch of one version"),
    pytest.param({"releases": branches(">=3,<3")},
        [('releases[0].tracer: no version is in this range (got ">=3,<3"); '
         "valid: a range with its lower end first, such as >=3,<4")],
        id="a branch that ends where it begins",
    ),
    pytest.param({"frameworks": framework(">=1", ">=4,<3")},
        [('frameworks[0].versions: no version is in this range (got ">=4,<3"); '
         "valid: a range with its lower end first, such as >=3,<4")],
        id="empty versions among others",
    ),
    pytest.param({"frameworks": framework("==2.2.*", ">=2.3")}, [], id="versions side by side"),
    pytest.param({"frameworks": framework("==2.2.*", ">=2.2.5")},
        [('frameworks[0].versions[1]: these versions of Django are in ==2.2.* too '
         '(got ">=2.2.5"); valid: ranges that share no version')],
        id="versions that overlap",
    ),
    pytest.param({"frameworks": framework("~=2.4", ">=3")}, [], id="compatible versions"),
    pytest.param({"frameworks": framework(">=3", "!=2.5,~=2.4", "==2.5", "==2.5.*")},
        [('frameworks[0].versions[3]: these versions of Django are in !=2.5,~=2.4 too '
         '(got "==2.5.*"); valid: ranges that share no version'),
         ('frameworks[0].versions[3]: these versions of Django are in ==2.5 too '
         '(got "==2.5.*"); valid: ranges that share no version')],
        id="versions without one",
    ),
    *(
        pytest.param({kind: marks(False, mark)}, [], id=f"{kind}, {mark}")
        for kind in ("deployments", "frameworks") for mark in (True, "preview", "unresolved")
    ),
    *(
        pytest.param({kind: marks(False, False)},
            [(f"{kind}.capabilities.firewall: firewall has a column in the table of {kind}, and "
             'no row marks it (got false in every row); valid: a row with true or "preview", '
             "or no column")],
            id=f"{kind}, never marked",
        )
        for kind in ("deployments", "frameworks")
    ),
]  # fmt: skip


@pytest.mark.parametrize(("tables", "expected"), [*PAGE_RULES, *TABLE_RULES])
def test_rule(tables: dict[str, Any], expected: list[str]) -> None:
    assert complaints(**tables) == expected


def test_bundled_page_has_one_fault_which_is_the_page_s_own() -> None:
    day = dt.date(2026, 11, 24)
    assert [complaint.where for complaint in lint(MATRIX, day)] == ["releases[1].until"]
    day = dt.date(2026, 5, 31)
    assert [complaint.where for complaint in lint(MATRIX, day)] == ["page.read"]
