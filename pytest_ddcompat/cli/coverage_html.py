"""The coverage of jobs as one HTML file."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.cli.coverage_view import (
    LISTED,
    UNKNOWN_PAGES,
    Group,
    Section,
    counted,
    percent,
    runs_of,
    sections_of,
    watched_in_words,
)
from pytest_ddcompat.cli.output import fair_share, render_page
from pytest_ddcompat.values.text import cut, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.jobs.coverage import Coverage

__all__ = ["html"]

_ITEMS = 5000  # tests and rows that the page lists
_GROUPS = 200  # of one section
_JOBS = 500
_LONGEST = 300  # characters of one name, reason or row
_OF_PAGE = {"unwatched": "fact", "unexercised": "row"}
"""Sections that are about the page, and what each lists."""
_STYLES = {"never_run": "failed", "absent": "failed", "undetermined": "undetermined"}


class Part(NamedTuple):
    """A section as the page shows it; every string is fit for a browser.

    Attributes:
        kind: What it is about; the page's id of it.
        title: Its heading.
        style: The class of its groups.
        groups: As many as the page shows.
        omitted: What else there is, in words; empty if that is nothing.
    """

    kind: str
    title: str
    style: str
    groups: list[Listed]
    omitted: str


class Listed(NamedTuple):
    """A group as the page shows it.

    Attributes:
        why: What kept its tests out, a line each.
        mend: What would run them; empty: nothing.
        summary: Their number, in words.
        items: A name and what is said of it, for as many as the page shows.
        left_out: Number of the others.
        is_open: Whether a reader sees the items without asking for them.
    """

    why: list[str]
    mend: str
    summary: str
    items: list[tuple[str, str]]
    left_out: int
    is_open: bool


def html(coverage: Coverage) -> str:
    """Render the coverage as one self-contained HTML file.

    Long lists end with a number, so that a browser can bear the page, whatever its size.
    """
    parts = _parts([*sections_of(coverage), *_unexercised(coverage)])
    redundant = {*coverage.redundant_jobs}
    lines = [*runs_of(coverage), *([watched_in_words(coverage.watch)] if coverage.watch else [])]
    return render_page(
        "coverage.html.jinja",
        title=f"{coverage.ran} of {counted(coverage.gated, 'gated test')} ran",
        counts=_counts(coverage),
        lines=[_words(line) for line in lines],
        tests=[part for part in parts if part.kind not in _OF_PAGE],
        jobs_title=counted(len(coverage.jobs), "job"),
        jobs=[
            (_words(job.name), _words(job.environment), job.gated, job.ran, job.name in redundant)
            for job in coverage.jobs[:_JOBS]
        ],
        more_jobs=max(len(coverage.jobs) - _JOBS, 0),
        rows=[part for part in parts if part.kind in _OF_PAGE],
        note=UNKNOWN_PAGES if coverage.unexercised is None else "",
    )


def _counts(coverage: Coverage) -> list[tuple[str, str]]:
    """Return each number in words, with the class that colours it."""
    lists: tuple[tuple[Sequence[object], str, str], ...] = (
        (coverage.never_run, "never ran", "failed"),
        (coverage.absent, "in no record", "failed"),
        (coverage.undetermined, "undetermined in every run", ""),
        (coverage.allowed, "allowed not to run", ""),
    )
    return [
        (f"{coverage.gated} gated", ""),
        (f"{coverage.ran} ran", "passed" if coverage.ran else ""),
        (f"{percent(coverage.percentage)} of those that need to", ""),
        *((f"{len(tests)} {what}", style) for tests, what, style in lists if tests),
    ]


def _unexercised(coverage: Coverage) -> list[Section]:
    """Return the rows that no job exercised as a section, with a group for each table."""
    rows = coverage.unexercised or []
    several = len({row.matrix for row in rows}) > 1
    tables = groupby(rows, key=lambda row: f"{row.matrix}: {row.table}" if several else row.table)
    groups = [Group([name], "", [(row.capability, row.words) for row in of]) for name, of in tables]
    title = f"{counted(len(rows), 'row')} of the page that no job exercised"
    return [Section("unexercised", title, groups)] if groups else []


def _parts(sections: Sequence[Section]) -> list[Part]:
    """Return sections with as many of their groups and items as the page bears."""
    sizes = [len(group.tests) for section in sections for group in section.groups[:_GROUPS]]
    most = fair_share(sizes, _ITEMS)
    parts = []
    for kind, title, groups in sections:
        unit = _OF_PAGE.get(kind, "test")
        omitted = sum(len(group.tests) for group in groups[_GROUPS:])
        more = f"{counted(omitted, unit)} more, for other reasons" if omitted else ""
        shown = [_listed(group, most, kind, unit) for group in groups[:_GROUPS]]
        parts.append(Part(kind, title, _STYLES.get(kind, ""), shown, more))
    return parts


def _listed(group: Group, most: int, kind: str, unit: str) -> Listed:
    return Listed(
        [_words(why) for why in group.why],
        _words(group.mend),
        counted(len(group.tests), unit),
        [(_words(name), _words(more)) for name, more in group.tests[:most]],
        max(len(group.tests) - most, 0),
        kind in {"never_run", "absent"} and len(group.tests) <= LISTED,
    )


def _words(text: str) -> str:
    return printable(cut(text, _LONGEST))
