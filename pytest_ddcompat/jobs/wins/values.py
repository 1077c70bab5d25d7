"""Values: news of tests, the runs that show it, and proposals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.jobs.json_columns import parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Found", "Ground", "Item", "Proposal", "Run"]


class Run(NamedTuple):
    """A run that shows news.

    Attributes:
        run: Its id.
        job: Name of the job; None: not known.
        address: Address of the job; None: not known.
        tracer: Version of the tracer.
        python: Version of Python in the facts; empty: unknown.
        outcome: What became of the test.
        day: Day on which it began, in UTC, such as 2026-05-31.
    """

    run: str
    job: str | None
    address: str | None
    tracer: str
    python: str
    outcome: str
    day: str


class Ground(NamedTuple):
    """On what an expectation rests: one of its findings, if there is any.

    Attributes:
        file: File of the test.
        line: Its line; None: none.
        owner: The owners of its declarations.
        markers: Its markers.
        declarations: Its declarations, as a record has them.
        by_author: Whether its author's mark expects it to fail, and no decision.
        marker: The marker that the finding is of; empty: there is no finding.
        matrix: Id of the page that decided on the marker.
        check: The check.
        subject: The capability that it is about, or the test.
        documented: What is needed.
        source: The page's words, or the marker.
    """

    file: str
    line: int | None
    owner: str
    markers: tuple[str, ...]
    declarations: tuple[tuple[tuple[str, str], ...], ...]
    by_author: bool
    marker: str
    matrix: str
    check: str
    subject: str
    documented: str
    source: str

    @property
    def place(self) -> str:
        """The file and line of the test."""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    @property
    def declared(self) -> list[dict[str, str]]:
        """The declarations, by the keys of a record."""
        return [*map(dict, self.declarations)]


class Found(NamedTuple):
    """News of a test in a variant.

    Attributes:
        kind: `works` or `fails`.
        test: Its node id.
        variant: What tells its runs apart, as JSON.
        version: Version of the tracer from which it works; None: it fails with all.
        runs: Number of runs that show it.
        grounds: On what the expectation rests that does not hold.
        evidence: The newest of the runs, on both sides of the version.
    """

    kind: str
    test: str
    variant: str
    version: str | None
    runs: int
    grounds: tuple[Ground, ...]
    evidence: tuple[Run, ...]

    @property
    def owner(self) -> str:
        """The owners of its declarations, joined by commas."""
        return ", ".join(dict.fromkeys(ground.owner for ground in self.grounds if ground.owner))

    @staticmethod
    def ground_of(row: Mapping[str, Any]) -> Ground:
        """Return the ground that a row of the question `grounds` tells."""
        words = (row[key] or "" for key in (
            "requirement", "matrix", "check_name", "subject", "documented", "source"
        ))  # fmt: skip
        return Ground(
            row["file"],
            row["line"],
            row["owner"],
            tuple(parsed(row, "requires")),
            tuple(tuple(each.items()) for each in parsed(row, "declarations")),
            row["expected"] == "to fail, by its author",
            *words,
        )


class Proposal(NamedTuple):
    """A change by which expectations match what happens.

    Attributes:
        kind: `declaration`, `minimum`, `overlay` or `marker`.
        words: The change in a line.
        places: Files and lines where; none of what is added.
        version: Version of the tracer from which something else holds; None: whatever it is.
        state: State to declare; empty: none.
        when: Where it is to hold, as a declaration has it.
        matrix: Id of the page to correct; empty: none.
        capability: Id of the capability to correct on it; empty: none.
        row: Further keys of its row, as the overlay has them.
        note: Why `--write` leaves it alone; empty: it does not.
        text: What is added to a file, as TOML; empty: nothing is added.
        source: Where it is known from.
        reason: Why.
    """

    kind: str
    words: str
    places: tuple[str, ...] = ()
    version: str | None = None
    state: str = ""
    when: tuple[tuple[str, str | bool], ...] = ()
    matrix: str = ""
    capability: str = ""
    row: tuple[tuple[str, str], ...] = ()
    note: str = ""
    text: str = ""
    source: str = ""
    reason: str = ""

    @property
    def same(self) -> Proposal:
        """The proposal without what differs between tests that share it."""
        is_at_tests = self.kind == "marker" or self.note == IN_SOURCE
        return self._replace(places=()) if is_at_tests else self


IN_SOURCE = "it stands in the source of the tests"
"""Note of a proposal that concerns the source of tests."""


class Item(NamedTuple):
    """News of tests of which the same is to be said.

    Attributes:
        kind: `works`: they pass though they are expected to fail; `fails`: they fail though they
            are documented to work.
        tests: Their node ids.
        owner: The owners of their declarations; empty: none.
        variant: What tells their runs apart: `framework.NAME` with its series, `fact.ID`.
        version: Version of the tracer from which they work; None: they fail with all.
        runs: Number of runs that show it, of the test that has the fewest.
        evidence: The newest of the runs, on both sides of the version.
        proposals: What to do about it; the first that can be written is.
    """

    kind: str
    tests: tuple[str, ...]
    owner: str
    variant: dict[str, str]
    version: str | None
    runs: int
    evidence: tuple[Run, ...]
    proposals: tuple[Proposal, ...]
