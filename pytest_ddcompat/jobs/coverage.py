"""What the jobs of a suite cover together."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.jobs.allowed import Allowance, Allowances
from pytest_ddcompat.jobs.engine import connected, fill, rows_of
from pytest_ddcompat.jobs.pack import files_of, pack, table_of
from pytest_ddcompat.jobs.questions import INPUTS, keep, question
from pytest_ddcompat.jobs.selection import Choice, Suite, resolve, suite_of
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from duckdb import DuckDBPyConnection

    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["Coverage", "Job", "Missed", "Reason", "Row", "measure"]

_TABLES = ("sites", "capabilities", "deployments", "releases", "runtimes", "frameworks", "coverage")
_ASKED = ("never_run", "because", "undetermined", "absent", "jobs", "left_out", "unexercised",
          "totals")  # fmt: skip


class Reason(NamedTuple):
    """What kept a test out, in a number of jobs.

    Attributes:
        subject: The capability, or the test.
        check: The check; empty if it is no fact that kept the test out.
        needs: What is needed.
        found: What was found.
        source: What the page says.
        reason: What else kept the test out; empty if it is a fact.
        jobs: The number of jobs.
    """

    subject: str
    check: str
    needs: str
    found: str
    source: str
    reason: str
    jobs: int

    @property
    def words(self) -> str:
        """The reason in a line."""
        about = "" if self.subject in {"", "the test"} else f"{self.subject} "
        return self.reason or f"{about}needs {self.needs}, found {self.found}"


class Missed(NamedTuple):
    """A test that did not run in any job, or was always undetermined.

    Attributes:
        test: Its node id.
        file: Its file.
        line: Its line; None: none.
        because: What kept it out, that of most jobs first.
        mend: The least change that would run it; empty: nothing would.
        since: First day on which a record has it and it did not run; None if it ran.
        allowed: Why it need not run; empty if nothing says so.
    """

    test: str
    file: str
    line: int | None
    because: tuple[Reason, ...]
    mend: str = ""
    since: dt.date | None = None
    allowed: str = ""


class Job(NamedTuple):
    """A job: a name in one environment, or a run without a name.

    Attributes:
        name: Its name, with the environment where several have it.
        environment: The main facts of its environments.
        gated: Number of gated tests.
        ran: Number of those that ran.
    """

    name: str
    environment: str
    gated: int
    ran: int


class Row(NamedTuple):
    """A row of a page.

    Attributes:
        matrix: Id of the page.
        table: Name of its table.
        capability: Id of the capability, if it is one; else empty.
        words: The page's heading and words.
    """

    matrix: str
    table: str
    capability: str
    words: str


class Coverage(NamedTuple):
    """What jobs cover.

    Attributes:
        suite: What was tested, by how many runs.
        jobs: The jobs.
        gated: Number of tests.
        ran: Number of tests that ran in some job.
        never_run: Tests that ran in no job, without those that need not.
        absent: Tests of the collection that are in no record, without those that need not be.
        allowed: Tests that ran in no job or are absent, and need not run.
        undetermined: Tests that were undetermined in each run.
        redundant_jobs: Names of jobs that can all go: each of their tests ran in another job.
        unexercised: Rows of the page that no test that ran rests on; None: no page is known.
        unneeded: Entries of the allowed tests that are for none.
        left_out: Other suites and commits, of which runs were given that do not count.
        packed_twice: Files of runs that another file has too.
    """

    suite: Suite
    jobs: list[Job]
    gated: int
    ran: int
    never_run: list[Missed]
    absent: list[str]
    allowed: list[Missed]
    undetermined: list[Missed]
    redundant_jobs: list[str]
    unexercised: list[Row] | None
    unneeded: list[Allowance]
    left_out: list[Suite]
    packed_twice: list[str]

    @property
    def share(self) -> float:
        """The percentage of tests that ran, of those that need to; 100 if there is none."""
        needed = self.gated - sum(1 for test in self.allowed if test.since is not None)
        return 100 * self.ran / needed if needed else 100.0


def measure(
    records: Sequence[str],
    choice: Choice,
    *,
    collected: Iterable[str] = (),
    pages: Sequence[Matrix] = (),
    allowed: Allowances | None = None,
) -> Coverage:
    """Measure what jobs cover.

    Args:
        records: Files of records, or the folder of a pack.
        choice: Which runs count.
        collected: Ids of the tests that the suite has.
        pages: The pages whose rows may be exercised; those count that the records were made by.
        allowed: Tests that need not run.

    Raises:
        CompatibilityError: A file is no record, a folder no pack, or the choice fits no run.
        ModuleNotFoundError: DuckDB is not installed.
    """
    with TemporaryDirectory(prefix="ddcompat-") as temporary:
        folder, twice = _folder(records, str(Path(temporary) / "pack"))
        with connected() as connection:
            for name, files in files_of(folder).items():
                table_of(connection, name, files, folder)
            choice = resolve(connection, choice)
            _give(connection, choice, [*dict.fromkeys(collected)])
            keep(connection, "selected")
            suite = suite_of(connection, choice)
            rows = _rows_of(suite, pages)
            _fill_input(connection, "page_rows", rows)
            keep(connection, "seen")
            keep(connection, "pairs")
            found = {name: rows_of(connection, question(name)) for name in _ASKED}
            found["redundant"] = [{"job_nth": number} for number in _redundant(connection)]
    return _assembled(suite, found, allowed or Allowances(), twice, known=bool(rows))


def _folder(records: Sequence[str], temporary: str) -> tuple[str, list[str]]:
    """Return the folder of a pack, which is made of records if they are files."""
    folders = [name for name in records if Path(name).is_dir()]
    if not folders:
        return temporary, pack(records, temporary).known
    if len(records) > 1:
        what = f"{folders[0]} is a folder, which cannot stand beside others"
        raise CompatibilityError(f"{what}; valid: one folder, or files of records")
    return folders[0], []


def _give(connection: DuckDBPyConnection, choice: Choice, collected: Sequence[str]) -> None:
    """Make the tables that the questions take; of page's rows, none as yet."""
    values: dict[str, Sequence[str]] = {
        "wanted_suites": choice.suites,
        "wanted_commits": choice.commits,
        "added_jobs": choice.jobs,
        "collected": collected,
    }
    for table in INPUTS:
        _fill_input(connection, table.name, [(value,) for value in values.get(table.name, ())])


def _fill_input(connection: DuckDBPyConnection, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
    (columns,) = (table.columns for table in INPUTS if table.name == name)
    values = [*zip(*rows)] or [()] * len(columns)
    fill(connection, name, columns, {c.name: [*each] for c, each in zip(columns, values)})


def _rows_of(suite: Suite, pages: Sequence[Matrix]) -> list[tuple[Any, ...]]:
    """Return the rows of the pages by which a suite was decided."""
    rows = [
        (page.page.id, kind, getattr(row, "id", ""), row.heading, row.documented)
        for page in pages
        if suite.pages.get(page.page.id) == page.digest
        for kind in _TABLES
        for row in getattr(page, kind)
    ]
    return [
        (nth, *row, f'"{" | ".join(documented)}"') for nth, (*row, documented) in enumerate(rows)
    ]


def _redundant(connection: DuckDBPyConnection) -> list[int]:
    """Ask which jobs add nothing until none is left that does not."""
    gone: list[int] = []
    while True:
        _fill_input(connection, "removed", [(number,) for number in gone])
        more = [row["job_nth"] for row in rows_of(connection, question("redundant"))]
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
