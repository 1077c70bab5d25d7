"""Which runs count: those of one suite and commit, which a user may name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.jobs.json_columns import parsed
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.names import unknown_name

if TYPE_CHECKING:
    from pytest_ddcompat.jobs.asking import Engine

__all__ = ["Choice", "Suite", "resolve", "suite_of"]


class Choice(NamedTuple):
    """Which runs a user asks for; without any, those of the newest commit.

    Attributes:
        suites: The suite, by its digest; at most one.
        commits: Hashes of commits, or their beginnings.
        jobs: Names of jobs whose newest runs count too, whichever commit they are of.
    """

    suites: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()


class Suite(NamedTuple):
    """Runs that can be compared: of one repository, by the same pages, of some commits.

    Attributes:
        id: Digest of repository and pages.
        repository: Its address; None: not known.
        pages: The SHA-256 of each page, by its id.
        commits: Hashes of the commits; None is one that is not known.
        runs: Number of runs.
    """

    id: str
    repository: str | None
    pages: dict[str, str]
    commits: tuple[str | None, ...]
    runs: int

    @classmethod
    def of(cls, row: dict[str, Any]) -> Suite:
        """Make it of a row of one of the questions about suites.

        Raises:
            CompatibilityError: The row's pages are not what packing has written.
        """
        pages = {page["id"]: page["sha256"] for page in parsed(row, "matrices")}
        return cls(row["suite"], row["repository"], pages, (row["commit_sha"],), row["runs"])

    @property
    def words(self) -> str:
        """The suite in a line."""
        pages = ", ".join(f"{name} {digest[:12]}" for name, digest in self.pages.items())
        return f"repository {self.repository or 'not known'}, page {pages}"

    @property
    def commit(self) -> str:
        """The commits in words."""
        return ", ".join(one[:12] if one else "not known" for one in self.commits)


def resolve(engine: Engine, choice: Choice) -> Choice:
    """Find the digests and hashes of a choice among the runs of a database.

    Args:
        engine: The database, with the table of runs.
        choice: What the user asks for.

    Raises:
        CompatibilityError: It names what is not there.
    """
    rows = engine.ask("names")
    suites = tuple(
        _one(text, {row["suite"] for row in rows}, "--suite", "suite") for text in choice.suites
    )
    rows = [row for row in rows if not suites or row["suite"] in suites]
    hashes = {row["commit_sha"] for row in rows} - {None}
    names = {row["job"] for row in rows} - {None}
    for job in choice.jobs:
        if job not in names:
            raise CompatibilityError(unknown_name(f'--job: there is no job "{job}"', job, names))
    commits = tuple(_one(text, hashes, "--commit", "commit") for text in choice.commits)
    return Choice(suites, commits, choice.jobs)


def suite_of(engine: Engine, choice: Choice) -> Suite:
    """Return the suite of the runs that count.

    Args:
        engine: The database, with the question `selected` and those on which it rests.
        choice: What the user asks for.

    Raises:
        CompatibilityError: Runs of their commits are of several suites, and none was named.
    """
    found = [Suite.of(row) for row in engine.ask("suites")]
    if len(found) > 1 and not choice.suites:
        listed = "; ".join(f"--suite {o.id[:8]} ({o.words}, {o.runs} runs)" for o in found)
        what = f"these runs are of {len(found)} suites, which cannot be counted together"
        raise CompatibilityError(Problem(what, listed))
    counted = [Suite.of(row) for row in engine.ask("counted")]
    commits = tuple(commit for one in counted for commit in one.commits)
    return counted[0]._replace(commits=commits, runs=sum(one.runs for one in counted))


def _one(text: str, whole: set[str], option: str, kind: str) -> str:
    """Return the one of some digests that a text begins."""
    fitting = [one for one in sorted(whole) if one.startswith(text.lower())]
    if len(fitting) == 1 and text:
        return fitting[0]
    if len(fitting) > 1:
        what = f'{option}: {len(fitting)} begin with "{text:.80}"'
        raise CompatibilityError(Problem(what, ", ".join(fitting[:10])))
    raise CompatibilityError(
        unknown_name(f'{option}: there is no {kind} "{text:.80}"', text, whole)
    )
