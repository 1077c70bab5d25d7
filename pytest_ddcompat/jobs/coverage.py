"""Measure what the jobs of a suite cover together."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.jobs.allowed import Allowances
from pytest_ddcompat.jobs.covered import Coverage, Job, Missed, Reason, Row
from pytest_ddcompat.jobs.json_columns import parsed
from pytest_ddcompat.jobs.opening import opened
from pytest_ddcompat.jobs.selection import Choice, Suite, resolve, suite_of
from pytest_ddcompat.jobs.watched.suite import Asked
from pytest_ddcompat.jobs.watched.watching import Watch, watched
from pytest_ddcompat.values.errors import CompatibilityError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_ddcompat.jobs.asking import Engine
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["measure"]

_TABLES = ("sites", "capabilities", "deployments", "releases", "runtimes", "frameworks", "coverage")
_ASKED = ("never_run", "because", "undetermined", "absent", "jobs", "left_out", "unexercised",
          "totals")  # fmt: skip


def measure(
    records: Sequence[str],
    choice: Choice,
    *,
    collected: Iterable[str] = (),
    pages: Sequence[Matrix] = (),
    allowed: Allowances | None = None,
    facts: bool = False,
    engine: str = "duckdb",
) -> Coverage:
    """Measure what jobs cover.

    Args:
        records: Files of records, or the folder of a pack.
        choice: Which runs count.
        collected: Ids of the tests that the suite has.
        pages: The pages whose rows may be exercised; those count that the records were made by.
        allowed: Tests that need not run.
        facts: Whether to find the documented facts that the tests watch.
        engine: Who answers: one of `ENGINES`. DuckDB packs files of records in any case.

    Raises:
        CompatibilityError: A file is no record, a folder no pack, or the choice fits no run; or a
            page is not given by which `facts` are to be found, or the engine cannot do it.
        ModuleNotFoundError: A package of the engine is not installed.
    """
    with opened(records, engine) as (asked, twice):
        choice = resolve(asked, choice)
        _give(asked, choice, [*dict.fromkeys(collected)])
        asked.keep("selected")
        suite = suite_of(asked, choice)
        rows = _rows_of(suite, pages)
        asked.fill("page_rows", rows)
        asked.keep("seen")
        asked.keep("pairs")
        found = {name: asked.ask(name) for name in _ASKED}
        found["redundant"] = [{"job_nth": number} for number in _redundant(asked)]
        decided = asked.ask("decided") if facts else []
    coverage = _assembled(suite, found, allowed or Allowances(), twice, known=bool(rows))
    if not facts:
        return coverage
    names = _names(found["jobs"])
    decisions = [_asked(row, names[row["job_nth"]]) for row in decided]
    return coverage._replace(watch=_watch(suite, pages, decisions))


def _give(engine: Engine, choice: Choice, collected: Sequence[str]) -> None:
    """Tell the engine which runs count, and what was collected."""
    values: dict[str, Sequence[str]] = {
        "wanted_suites": choice.suites,
        "wanted_commits": choice.commits,
        "added_jobs": choice.jobs,
        "collected": collected,
    }
    for name, given in values.items():
        engine.fill(name, [(value,) for value in given])


def _rows_of(suite: Suite, pages: Sequence[Matrix]) -> list[tuple[Any, ...]]:
    """Return the rows of the pages by which a suite was decided."""
    rows = [
        (page.page.id, kind, getattr(row, "id", ""), row.heading, row.documented)
        for page in pages
        if _is_of(page, suite)
        for kind in _TABLES
        for row in getattr(page, kind)
    ]
    return [
        (nth, *row, f'"{" | ".join(documented)}"') for nth, (*row, documented) in enumerate(rows)
    ]


def _watch(suite: Suite, pages: Sequence[Matrix], decisions: Iterable[Asked]) -> Watch:
    """Find the facts of a suite's pages that its decisions watch."""
    known = {page.page.id: page for page in pages if _is_of(page, suite)}
    missing = ", ".join(sorted(suite.pages.keys() - known.keys()))
    if missing:
        what = f"--facts: the page by which these tests were decided is not at hand: {missing}"
        raise CompatibilityError(Problem(what, "--matrix ID|PATH, with the same content"))
    return watched(Matrices([known[name] for name in suite.pages]), decisions)


def _asked(row: dict[str, Any], job: str) -> Asked:
    parsed(row, "facts")  # which refuses what packing has not written
    return Asked(job, row["facts"], tuple(parsed(row, "requires")), row["verdict"])


def _is_of(page: Matrix, suite: Suite) -> bool:
    return suite.pages.get(page.page.id) == page.digest


def _redundant(engine: Engine) -> list[int]:
    """Ask which jobs add nothing until none is left that does not."""
    gone: list[int] = []
    while True:
        engine.fill("removed", [(number,) for number in gone])
        more = [row["job_nth"] for row in engine.ask("redundant")]
        if not more:
            return gone
        gone += more


def _assembled(
    suite: Suite,
    found: dict[str, list[dict[str, Any]]],
    allowances: Allowances,
    twice: list[str],
    *,
    known: bool,
) -> Coverage:
    """Put answers together, apart from tests that need not run."""
    missed = _missed(found, "never_run")
    absent = [row["test"] for row in found["absent"]]
    tests = [*(one.test for one in missed), *absent]
    reasons = allowances.among(tests)
    allowed = [one._replace(allowed=reasons[one.test]) for one in missed if one.test in reasons]
    nowhere = [test for test in absent if test in reasons]
    allowed += [Missed(t, t.partition("::")[0], None, (), allowed=reasons[t]) for t in nowhere]
    names = _names(found["jobs"])
    return Coverage(
        suite=suite,
        jobs=[
            Job(names[row["job_nth"]], row["environment"], row["gated"], row["ran"])
            for row in found["jobs"]
        ],
        gated=found["totals"][0]["gated"],
        ran=found["totals"][0]["ran"],
        never_run=[one for one in missed if one.test not in reasons],
        absent=[test for test in absent if test not in reasons],
        allowed=allowed,
        undetermined=_missed(found, "undetermined"),
        redundant_jobs=sorted(names[row["job_nth"]] for row in found["redundant"]),
        unexercised=[_row(row) for row in found["unexercised"]] if known else None,
        unneeded=allowances.unneeded(tests),
        left_out=[Suite.of(row) for row in found["left_out"]],
        packed_twice=twice,
    )


def _missed(found: dict[str, list[dict[str, Any]]], name: str) -> list[Missed]:
    """Return the tests that a question names, with what kept them out."""
    columns = ("subject", "check_name", "needs", "found", "source", "reason", "jobs")
    because = {
        test: tuple(Reason(*(row[column] for column in columns)) for row in rows)
        for test, rows in groupby(found["because"], key=lambda row: row["test"])
    }
    return [
        Missed(row["test"], row["file"], row["line"], because.get(row["test"], ()),
               row.get("mend", ""), row.get("since"))
        for row in found[name]
    ]  # fmt: skip


def _row(row: dict[str, Any]) -> Row:
    capability = row["capability"] if row["kind"] == "capabilities" else ""
    return Row(row["matrix"], row["kind"], capability, f"{row['heading']}: {row['words']}")


def _names(jobs: Sequence[dict[str, Any]]) -> dict[int, str]:
    """Return a name for each job's number: with its environment where several share it."""
    plain = Counter(row["job"] for row in jobs)
    both = Counter((row["job"], row["environment"]) for row in jobs)
    result = {}
    for row in jobs:
        name, environment = row["job"], row["environment"]
        if name and plain[name] == 1:
            result[row["job_nth"]] = name
        elif both[name, environment] == 1:
            result[row["job_nth"]] = f"{name} ({environment})" if name else environment
        else:
            key = row["job_key"].rpartition(" ")[2][:8]
            result[row["job_nth"]] = f"{name or 'run'} ({environment}, {key})"
    return result
