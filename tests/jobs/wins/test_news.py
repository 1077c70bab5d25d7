"""Which tests are news, on records small enough to judge by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.made_records import OLDER, Case, Declared, made_record, write_records
from support.made_wins import (
    BUG,
    BUNDLED,
    KO,
    LOST,
    MARKED,
    MATRIX,
    OK,
    SKIPPED,
    WON,
    X,
    Y,
    blocking,
    made_runs,
)

from pytest_ddcompat.cli.wins_view import evidence
from pytest_ddcompat.jobs.pack import pack
from pytest_ddcompat.jobs.wins.account import account_of
from pytest_ddcompat.jobs.wins.news import Wins, find_wins
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("duckdb")

UNKNOWN = Case("passed", "undetermined", action="run")
KEPT = Case("xpassed", "supported", action="xfail")


def news(wins: Wins) -> list[tuple[str, str | None]]:
    return [(item.kind, item.version) for item in wins.items]


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        pytest.param([("2.4.0", WON)], [], id="one run"),
        pytest.param([("2.4.0", WON), ("2.4.0", WON)], [("works", "2.4.0")], id="two runs"),
        pytest.param([("2.4.0", WON), ("2.5.0", WON)], [("works", "2.4.0")], id="two versions"),
        pytest.param([("2.3.0", LOST), ("2.4.0", WON), ("2.5.0", WON)], [("works", "2.4.0")],
                     id="from the lowest that passes"),
        pytest.param([("2.3.0", LOST), ("2.4.0", WON)], [], id="one run above a failure"),
        pytest.param([("2.9.0", LOST), ("2.10.0", WON), ("2.11.0", WON)], [("works", "2.10.0")],
                     id="versions have an order of their own"),
        pytest.param([("2.4", WON), ("2.4.0", WON)], [("works", "2.4")],
                     id="one version spelt in two ways"),
        pytest.param([("2.4.0", WON), ("2.4.0", LOST), ("2.4.0", WON)], [],
                     id="mixed at one version"),
        pytest.param([("2.4.0", WON), ("2.4.0", WON), ("2.5.0", LOST)], [], id="fails above"),
        pytest.param([("2.3.0", WON), ("2.4.0", LOST), ("2.5.0", WON), ("2.5.0", WON)],
                     [("works", "2.5.0")], id="fails between"),
        pytest.param([("2.4.0", OK), ("2.4.0", OK)], [], id="never expected to fail"),
        pytest.param([("2.4.0", WON), ("2.4.0", OK)], [("works", "2.4.0")],
                     id="expected in one of two runs"),
        pytest.param([("2.4.0", WON), ("2.4.0", SKIPPED)], [], id="a skip is no run"),
        pytest.param([("2.4.0", WON), ("2.4.0", WON._replace(outcome="not_run"))], [],
                     id="not reached"),
        pytest.param([("2.4.0", WON), ("2.4.0", WON), ("2.5.0", SKIPPED)], [("works", "2.4.0")],
                     id="a skip is no failure"),
        pytest.param([("2.4.0", WON._replace(outcome="passed", action="run"))] * 2,
                     [("works", "2.4.0")], id="let run without an xfail"),
        pytest.param([("2.4.0", MARKED)] * 2, [("works", "2.4.0")], id="its author's mark"),
        pytest.param([("2.4.0", BUG)] * 2, [("works", "2.4.0")], id="a declared bug"),
        pytest.param([("2.4.0", KEPT)] * 2, [], id="an action of the run alone"),
        pytest.param([("2.4.0", UNKNOWN)] * 2, [], id="undetermined"),
        pytest.param([(None, WON)] * 2, [], id="no tracer"),
        pytest.param([("master", WON)] * 2, [], id="no version"),
        pytest.param([("2.4.0", WON._replace(error="no such capability"))] * 2, [],
                     id="a marker that cannot be judged"),
    ],
)  # fmt: skip
def test_what_works(found: Any, runs: list[tuple[str, Case]], expected: Any) -> None:
    assert news(found(made_runs(*runs))) == expected


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        pytest.param([("2.4.0", KO)], [], id="one run"),
        pytest.param([("2.4.0", KO), ("2.4.0", KO)], [("fails", None)], id="two runs"),
        pytest.param([("2.4.0", KO), ("2.4.0", Case("error"))], [("fails", None)], id="an error"),
        pytest.param([("2.3.0", KO), ("2.3.0", KO), ("2.4.0", OK)], [("fails", "2.4.0")],
                     id="works from a version on"),
        pytest.param([("2.3.0", KO), ("2.4.0", OK), ("2.4.0", OK)], [], id="one run below it"),
        pytest.param([("2.2.0", KO), ("2.3.0", KO), ("2.4.0", OK), ("2.5.0", OK)],
                     [("fails", "2.4.0")], id="two versions below it"),
        pytest.param([("2.3.0", KO), ("2.3.0", OK), ("2.3.0", KO)], [], id="mixed at one version"),
        pytest.param([("2.3.0", KO), ("2.3.0", KO), ("2.4.0", OK), ("2.5.0", KO)], [],
                     id="fails again above"),
        pytest.param([("2.3.0", OK), ("2.4.0", KO), ("2.4.0", KO)], [], id="works below"),
        pytest.param([("2.2.0", LOST), ("2.3.0", KO), ("2.3.0", KO), ("2.4.0", OK)],
                     [("fails", "2.4.0")], id="fails as expected below"),
        pytest.param([("2.3.0", LOST), ("2.3.0", LOST)], [], id="expected to fail"),
        pytest.param([("2.3.0", MARKED._replace(outcome="xfailed"))] * 2, [],
                     id="its author expects it"),
        pytest.param([("2.3.0", KO._replace(verdict="undetermined"))] * 2, [], id="undetermined"),
        pytest.param([("2.3.0", SKIPPED._replace(outcome="failed", action="fail"))] * 2, [],
                     id="failed by strict mode"),
    ],
)  # fmt: skip
def test_what_fails(found: Any, runs: list[tuple[str, Case]], expected: Any) -> None:
    assert news(found(made_runs(*runs))) == expected


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        pytest.param(["2.4.0", "2.5.0"], 0, id="none"),
        pytest.param(["2.4.0", None, "master"], 2, id="unknown, and no version"),
        pytest.param(["", "2.4.0"], 1, id="empty"),
    ],
)
def test_runs_without_a_usable_version_are_counted(
    found: Any, versions: list[str | None], expected: int
) -> None:
    records = [
        made_record({X: WON}, name=str(number), tracer=version, page=BUNDLED)
        for number, version in enumerate(versions)
    ]
    assert found(records).unversioned == expected


def test_a_run_with_a_usable_version_in_one_folder_counts(found: Any) -> None:
    record, other = made_runs(("2.4.0", {X: WON, Y: WON}), ("no version", WON))
    facts = {**record["environments"][0]["facts"], "tracer": "no version"}
    record["environments"].append({"folder": "b", "facts": facts, "signals": {}})
    record["decisions"].append({**record["decisions"][0], "environment": 1})
    record["tests"][1]["decision"] = 1
    assert (found([record]).unversioned, found([record, other]).unversioned) == (0, 1)


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        pytest.param("nightly", [], id="the same job expects it no more"),
        pytest.param("other", [("works", "2.4.0")], id="another job has another opinion"),
    ],
)
def test_what_is_no_longer_expected_is_no_news(found: Any, job: str, expected: Any) -> None:
    runs = made_runs(("2.4.0", WON), ("2.4.0", WON), name="nightly")
    later = made_record({X: OK}, tracer="2.4.0", begin="2026-11-28T10:00:00Z", name=job,
                        page=BUNDLED)  # fmt: skip
    assert news(found([*runs, later])) == expected


@pytest.mark.parametrize("python", ["3.9.1", None])
def test_evidence_names_the_python_of_the_facts(found: Any, python: str | None) -> None:
    runs = made_runs(("2.4.0", WON), ("2.4.0", WON))
    for record in runs:
        record["run"]["versions"]["python"] = "3.12.0"  # of pytest's own process
        facts = record["environments"][0]["facts"]
        del facts["python"]
        facts.update({"python": python} if python else {})
    (item,) = found(runs).items
    assert {run.python for run in item.evidence} == {python or ""}
    assert ("Python" in " ".join(evidence(item.evidence))) == bool(python)


def test_fastapi_is_news_and_flask_is_not(found: Any) -> None:
    def tried(version: str, fastapi: Case) -> Any:
        cases = {X: blocking("fastapi", fastapi), Y: blocking("flask", OK)}
        return version, cases

    runs = [tried("2.3.2", KO)] * 2 + [tried("2.4.0", OK)] * 2
    frameworks = {"fastapi": "0.110.3", "flask": "3.0.2"}
    (item,) = found(made_runs(*runs, frameworks=frameworks)).items
    assert (item.kind, item.tests, item.version, item.runs) == ("fails", (X,), "2.4.0", 2)
    assert item.variant == {"framework.fastapi": "0.110"}
    assert [(run.tracer, run.outcome) for run in item.evidence] == [
        ("2.3.2", "failed"), ("2.3.2", "failed"), ("2.4.0", "passed"), ("2.4.0", "passed"),
    ]  # fmt: skip
    declared, overlay = item.proposals
    assert declared.when == (
        ("tracer", "<2.4.0"), ("framework", "fastapi"), ("specifier", "==0.110.*"),
    )  # fmt: skip
    assert overlay.note == f"{Y} passes below it with flask 3.0"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param({"frameworks": {"flask": "3.0.1"}}, {"frameworks": {"flask": "3.0.9"}}, [],
                     id="of one series, which fails once"),
        pytest.param({"frameworks": {"flask": "3.0.1"}}, {"frameworks": {"flask": "3.1.0"}},
                     ["3.0"], id="of another series"),
        pytest.param({"frameworks": {"flask": "3.0.1"}}, {"frameworks": {"flask": None}},
                     ["3.0"], id="not installed"),
        pytest.param({"frameworks": {"flask": "3.0.1", "django": "4"}},
                     {"frameworks": {"flask": "3.0.1", "django": "5"}}, [],
                     id="a framework that no marker names"),
        pytest.param({"frameworks": {"flask": "3.0.1"}, "facts": {"variant": "poc"}},
                     {"frameworks": {"flask": "3.0.1"}, "facts": {"variant": "other"}}, ["3.0"],
                     id="a fact of one's own"),
        pytest.param({"frameworks": {"flask": "3.0.1"}, "os": "linux"},
                     {"frameworks": {"flask": "3.0.1"}, "os": "macos"}, [],
                     id="another system is no variant"),
    ],
)  # fmt: skip
def test_variants(found: Any, one: Any, other: Any, expected: list[str]) -> None:
    won, lost = blocking("flask", WON), blocking("flask", LOST)
    runs = [*made_runs(("2.4.0", won), ("2.4.0", won), **one), *made_runs(("2.4.0", lost), **other)]
    items = found(runs).items
    assert [item.variant["framework.flask"] for item in items] == expected


def test_news_is_grouped_by_owner_and_folded(found: Any) -> None:
    def owned(owner: str, line: int) -> Case:
        return BUG._replace(declared=(Declared(f"d.toml:{line}", "bug", owner),))

    cases = {
        "a.py::test_1": owned("", 1), "a.py::test_2": owned("zoo", 2),
        "a.py::test_3": owned("appsec", 3), "a.py::test_4": owned("appsec", 3),
        "a.py::test_5": owned("appsec", 5),
    }  # fmt: skip
    items = found(made_runs(("2.4.0", cases), ("2.4.0", cases))).items
    assert [(item.owner, *(test[-1] for test in item.tests)) for item in items] == [
        ("appsec", "3", "4"), ("appsec", "5"), ("zoo", "2"), ("", "1"),
    ]  # fmt: skip


def test_runs_of_other_suites_are_left_out(found: Any) -> None:
    runs = made_runs(("2.4.0", WON), ("2.4.0", WON))
    other = made_runs(("2.4.0", LOST), page={"sha256": 64 * "b"})
    wins = found([*runs, *other])
    assert (news(wins), wins.left_out, wins.suite.runs) == ([("works", "2.4.0")], 1, 2)
    digest = found(other).suite.id
    assert news(found([*runs, *other], suite=digest[:6])) == []


def test_runs_of_all_commits_are_compared(found: Any) -> None:
    one, other = made_runs(("2.4.0", WON), ("2.4.0", WON))
    other["run"]["commit"] = OLDER
    assert len(found([one, other]).suite.commits) == 2


def test_a_suite_that_is_not_there(found: Any) -> None:
    with pytest.raises(CompatibilityError, match='--suite: there is no suite "nothing"'):
        found(made_runs(("2.4.0", WON)), suite="nothing")


def test_a_pack_gives_the_same(tmp_path: Path, found: Any) -> None:
    records = made_runs(("2.4.0", BUG), ("2.4.0", BUG))
    direct = found(records)
    pack(write_records(tmp_path / "again", *records), str(tmp_path / "packed"))
    assert account_of(find_wins([str(tmp_path / "packed")], pages=[MATRIX])) == account_of(direct)


def test_ten_runs_are_shown_of_each_side(found: Any) -> None:
    runs = [("2.3.0", LOST)] * 12 + [("2.4.0", WON)] * 11
    (item,) = found(made_runs(*runs)).items
    shown = [run.outcome for run in item.evidence]
    assert (item.runs, shown.count("xfailed"), shown.count("xpassed")) == (11, 10, 10)
