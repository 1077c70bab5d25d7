"""The news found in SQL is that which loops over the records find."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from packaging.version import Version
from support.made_records import write_records
from support.made_wins import random_runs

from pytest_ddcompat.jobs.wins.news import find_wins

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("duckdb")

pytestmark = pytest.mark.once

STARTED = {"passed", "failed", "xfailed", "xpassed", "error"}


class Try(NamedTuple):
    """A test that ran, and what was expected."""

    run: str
    begin: str
    job: Any
    version: Version
    outcome: str
    expected: str

    @property
    def passed(self) -> bool:
        return self.outcome in {"passed", "xpassed"}


def tries(records: list[dict[str, Any]]) -> dict[tuple[str, str], list[Try]]:
    """The runs of each test in each series of Flask, with the newest expectation of their job."""
    found = defaultdict(list)
    for record in records:
        facts = record["environments"][0]["facts"]
        for test in record["tests"]:
            decision = record["decisions"][test["decision"]]
            gone = decision["error"] or decision["action"] not in {"run", "xfail"}
            if facts["tracer"] is None or gone or test["outcome"] not in STARTED:
                continue
            flask = facts["frameworks"]["flask"]
            key = test["id"], "none" if flask is None else flask[:3]
            run, undated = record["run"], {**facts, "date": ""}
            found[key].append(
                Try(run["id"], run["begin"], (run["job"]["name"], str(undated)),
                    Version(facts["tracer"]), test["outcome"], expected(decision, test["outcome"]))
            )  # fmt: skip
    return {key: [*map(newest_of(some), some)] for key, some in found.items()}


def expected(decision: dict[str, Any], outcome: str) -> str:
    if decision["verdict"] == "unsupported":
        return "fail"
    if decision["action"] == "run" and outcome in {"xpassed", "xfailed"}:
        return "fail"
    is_sure = decision["verdict"] == "supported" and decision["action"] == "run"
    return "pass" if is_sure else ""


def newest_of(some: list[Try]) -> Any:
    last = {one.job: one for one in sorted(some, key=lambda one: one.begin)}
    return lambda one: one._replace(expected=last[one.job].expected)


def news(some: list[Try]) -> list[tuple[str, Version | None, int]]:
    """Try every version, the lowest first, by the words of the documentation."""
    versions = sorted({one.version for one in some})
    found: list[tuple[str, Version | None, int]] = []
    for version in versions:
        above = [one for one in some if one.version >= version]
        runs = {one.run for one in above}
        if all(one.passed for one in above):
            if len(runs) >= 2 and any(one.expected == "fail" for one in above):
                found.append(("works", version, len(runs)))
            break
    for limit in [*versions, None]:
        below = [one for one in some if limit is None or one.version < limit]
        above = [one for one in some if one not in below]
        surprising = {
            one.run for one in below
            if one.expected == "pass" and one.outcome in {"failed", "error"}
        }  # fmt: skip
        if (
            len(surprising) >= 2
            and not any(one.passed for one in below)
            and all(one.passed for one in above)
        ):
            found.append(("fails", limit, len(surprising)))
            break
    return found


@pytest.mark.parametrize("seed", range(60))
def test_news_is_that_of_loops(seed: int, tmp_path: Path) -> None:
    records = [*random_runs(seed)]
    wanted = {
        (kind, test, series, version, runs)
        for (test, series), some in tries(records).items()
        for kind, version, runs in news(some)
    }
    wins = find_wins(write_records(tmp_path, *records))
    # Items have the fewest runs of their tests; folded ones are compared without that.
    found = {
        (item.kind, test, item.variant["framework.flask"].replace("not installed", "none"),
         None if item.version is None else Version(item.version))
        for item in wins.items
        for test in item.tests
    }  # fmt: skip
    assert found == {one[:4] for one in wanted}
    fewest = {item.runs for item in wins.items}
    assert fewest <= {runs for *_, runs in wanted}


def test_random_runs_have_news_and_none() -> None:
    kinds = [
        {kind for some in tries([*random_runs(seed)]).values() for kind, *_ in news(some)}
        for seed in range(60)
    ]
    for kind in ("works", "fails"):
        assert sum(kind in each for each in kinds) > 5
    assert set() in kinds
