"""The values of which the coverage of jobs consists."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime as dt

    from pytest_ddcompat.jobs.allowed import Allowance
    from pytest_ddcompat.jobs.selection import Suite
    from pytest_ddcompat.jobs.watched.watching import Watch

__all__ = ["Coverage", "Job", "Missed", "Reason", "Row"]


class Reason(NamedTuple):
    """A reason for which a test did not run, in a number of jobs.

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
    """The tests, rows and facts that jobs cover.

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
        watch: The documented facts that tests watch; None: not asked for.
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
    watch: Watch | None = None

    @property
    def needed(self) -> int:
        """The number of tests that need to run, those that are in no record among them."""
        recorded = self.gated - sum(1 for test in self.allowed if test.since is not None)
        return recorded + len(self.absent)

    @property
    def percentage(self) -> float:
        """The percentage of tests that ran, of those that need to; 100 if there is none."""
        return 100 * self.ran / self.needed if self.needed else 100.0
