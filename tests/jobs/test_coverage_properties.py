"""The answers in SQL are those that loops over the records give."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import Any

import pytest
from support.made_records import has_run, many_records, write_records

from pytest_ddcompat.jobs.coverage import Coverage, measure
from pytest_ddcompat.jobs.rows import run_row
from pytest_ddcompat.jobs.selection import Choice

pytest.importorskip("duckdb")
pytestmark = pytest.mark.once

SEEDS = range(25)


def counted(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The runs of the newest commit, of each job in each environment the newest attempt."""
    newest = max(records, key=lambda r: (r["run"]["begin"], r["run"]["id"]))["run"]["commit"]
    of_commit = [record for record in records if record["run"]["commit"] == newest]
    last: dict[Any, int] = defaultdict(int)
    for record in of_commit:
        last[leg(record)] = max(last[leg(record)], record["run"]["job"]["attempt"] or 0)
    return [r for r in of_commit if (r["run"]["job"]["attempt"] or 0) == last[leg(r)]]


def leg(record: dict[str, Any]) -> tuple[Any, ...]:
    return record["run"]["job"]["name"], run_row(record)["variant"]


def job(record: dict[str, Any]) -> tuple[Any, ...]:
    name, variant = leg(record)
    return (name, variant) if name else (record["run"]["id"],)


def ran_by_job(records: list[dict[str, Any]]) -> dict[Any, set[str]]:
    found: dict[Any, set[str]] = defaultdict(set)
    for record in records:
        found[job(record)].update(t["id"] for t in record["tests"] if has_run(record, t))
    return found


def since(test: str, records: list[dict[str, Any]]) -> str:
    seen = [
        (r["run"]["begin"], has_run(r, t)) for r in records for t in r["tests"] if t["id"] == test
    ]
    last = max((begin for begin, ran in seen if ran), default="")
    missed = [begin for begin, ran in seen if not ran]
    first: str = min([begin for begin in missed if begin > last] or missed)
    return first[:10]


def best_mend(test: str, records: list[dict[str, Any]]) -> str:
    offers = [
        r["decisions"][t["decision"]]["mend"]
        for r in records
        for t in r["tests"]
        if t["id"] == test
    ]
    texts = [" and ".join(offer) for offer in offers]
    ranked = [(len(o), -texts.count(text), text) for o, text in zip(offers, texts) if o]
    return min(ranked, default=(0, 0, ""))[2]


@pytest.fixture(scope="module", params=SEEDS)
def measured(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[dict[str, Any]], Coverage]:
    records = [*many_records(request.param)]
    files = write_records(tmp_path_factory.mktemp("records"), *records)
    return records, measure(files, Choice())


def test_answers_are_those_of_loops(measured: tuple[list[dict[str, Any]], Coverage]) -> None:
    records, coverage = measured
    counting = counted(records)
    tests = [test for record in counting for test in record["tests"]]
    gated = {test["id"] for test in tests}
    ran = set().union(*ran_by_job(counting).values())
    assert (coverage.gated, coverage.ran) == (len(gated), len(ran))
    never = [(one.test, str(one.since), one.mend) for one in coverage.never_run]
    assert never == [
        (test, since(test, records), best_mend(test, counting)) for test in sorted(gated - ran)
    ]
    decided = {
        (t["id"], r["decisions"][t["decision"]]["verdict"]) for r in counting for t in r["tests"]
    }
    assert [one.test for one in coverage.undetermined] == [
        test for test in sorted(gated) if {v for t, v in decided if t == test} == {"undetermined"}
    ]
    assert sum(suite.runs for suite in coverage.left_out) == len(records) - len(counting)


def test_reasons_are_those_of_loops(measured: tuple[list[dict[str, Any]], Coverage]) -> None:
    records, coverage = measured
    others = {"it was skipped though it is supported": "skipped",
              "the run ended before it": "not_run"}  # fmt: skip
    for missed in coverage.never_run:
        expected: dict[tuple[str, str], set[Any]] = defaultdict(set)
        for record in counted(records):
            for test in record["tests"]:
                if test["id"] == missed.test:
                    expected[reason_of(test, record)].add(job(record))
        found = {
            (reason.needs, others[reason.reason] if reason.reason else reason.found): reason.jobs
            for reason in missed.because
        }
        assert found == {key: len(jobs) for key, jobs in expected.items()}


def reason_of(test: dict[str, Any], record: dict[str, Any]) -> tuple[str, str]:
    decision = record["decisions"][test["decision"]]
    if decision["verdict"] == "supported":
        return "", test["outcome"]
    (requirement,) = decision["requirements"]
    (number,) = record["requirements"][requirement]["findings"]
    finding = record["findings"][number]
    return finding["documented"], finding["observed"]


def test_jobs_that_go_lose_no_test_and_none_that_stays_can_go(
    measured: tuple[list[dict[str, Any]], Coverage],
) -> None:
    records, coverage = measured
    jobs = ran_by_job(counted(records))
    assert sorted(one.ran for one in coverage.jobs) == sorted(map(len, jobs.values()))
    names = [one.name for one in coverage.jobs]
    assert len({*names}) == len(names)
    # Names do not say which job of several; the numbers of tests do, as far as that matters here.
    kept = [one for one in coverage.jobs if one.name not in coverage.redundant_jobs]
    assert len(kept) == len(jobs) - len(coverage.redundant_jobs)
    assert kept_covers(jobs, kept)


def kept_covers(jobs: dict[Any, set[str]], kept: list[Any]) -> bool:
    """Whether some jobs of these sizes run all tests, and each of them one that no other runs."""
    everything = set().union(*jobs.values())
    sizes = sorted(one.ran for one in kept)
    return any(
        sorted(map(len, some)) == sizes
        and set().union(*some) == everything
        and all(tests - set().union(*some[:n], *some[n + 1 :]) for n, tests in enumerate(some))
        for some in combinations(jobs.values(), len(kept))
    )
