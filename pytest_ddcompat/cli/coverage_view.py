"""The coverage of jobs for readers: as text, and as Markdown for a comment."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.cli.markdown import (
    LARGEST_COMMENT,
    code,
    fitting_list,
    fitting_table,
    paragraph,
    size,
    words,
)
from pytest_ddcompat.cli.output import folded, render_text
from pytest_ddcompat.values.text import cut, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from pytest_ddcompat.jobs.covered import Coverage, Missed, Reason
    from pytest_ddcompat.jobs.watched.watching import Watch, Watched

__all__ = [
    "LISTED", "UNKNOWN_PAGES", "Group", "Section", "counted", "markdown", "percent",
    "print_coverage", "runs_of", "sections_of", "text", "watched_in_words",
]  # fmt: skip

LISTED = 20
"""Tests of one group that the text lists, and that other forms show unfolded."""

UNKNOWN_PAGES = "the pages of these runs are not at hand: --matrix names them"
"""What stands where the rows would that no job exercised."""

_WIDTH = 100  # characters of a line of text in a file
_REASONS = 5  # of one group
_LONGEST = 300  # characters of one reason
_MOST_JOBS = 50  # rows of the table of jobs in Markdown
_MANY_JOBS = 3  # from how many on jobs are not counted apart
_FRAME = 130  # bytes, at most, of what stands around a list


class Group(NamedTuple):
    """Tests that the same kept out.

    Attributes:
        why: What did, a line each.
        mend: What would run them; empty: nothing.
        tests: The tests with what a reader must know of each.
    """

    why: list[str]
    mend: str
    tests: list[tuple[str, str]]


class Section(NamedTuple):
    """A part of the answer: a title, and the tests that it is about.

    Attributes:
        kind: What they are, as JSON names it.
        title: The same in words, with their number.
        groups: The tests.
    """

    kind: str
    title: str
    groups: list[Group]


def percent(percentage: float) -> str:
    """Return a percentage in words, down to one that is not 100 before all is."""
    return f"{int(percentage * 10) / 10:g} %"


def sections_of(coverage: Coverage) -> list[Section]:
    """Return the parts of the answer that list tests, without empty ones."""
    never, absent = coverage.never_run, coverage.absent
    open_ones, allowed = coverage.undetermined, coverage.allowed
    gone = [Group([entry.reason], "", [(test, "") for test in entry.tests])
            for entry in coverage.unneeded]  # fmt: skip
    left = sum(len(group.tests) for group in gone)
    found = [
        Section("never_run", f"{_tests(len(never))} never ran", _grouped(never)),
        Section(
            "absent",
            f"{_tests(len(absent))} in no record",
            [Group([], "", [(t, "") for t in absent])],
        ),
        Section(
            "undetermined",
            f"{_tests(len(open_ones))} undetermined in every run",
            _grouped(open_ones),
        ),
        Section(
            "allowed",
            f"{_tests(len(allowed))} allowed not to run",
            [
                Group([reason], "", [(one.test, "") for one in some])
                for reason, some in groupby(
                    sorted(allowed, key=lambda one: (one.allowed, one.test)),
                    key=lambda one: one.allowed,
                )
            ],
        ),
        Section("unneeded", f"{left} of --allow no longer needed", gone),
        *(_watched(coverage.watch) if coverage.watch else ()),
    ]
    return [section for section in found if any(group.tests for group in section.groups)]


def runs_of(coverage: Coverage) -> Iterator[str]:
    """Yield in a line each which runs count, and which do not."""
    suite = coverage.suite
    runs, jobs = counted(suite.runs, "run"), counted(len(coverage.jobs), "job")
    yield f"{runs} of {jobs}, {suite.words}, commit {suite.commit}"
    if coverage.left_out:
        count = sum(one.runs for one in coverage.left_out)
        others = dict.fromkeys(
            one.commit if one.id == suite.id else f"{one.commit} of {one.words}"
            for one in coverage.left_out
            if one.id != suite.id or one.commits[0] not in suite.commits
        )
        commits = [f"commit {_some(list(others))}"] if others else []
        # Of a commit that counts, nothing else is left out.
        attempts = ["older attempts of jobs"] if len(others) < len(coverage.left_out) else []
        yield f"{counted(count, 'run')} left out: {', '.join([*commits, *attempts])}"


def lines_of(coverage: Coverage) -> Iterator[str]:
    """Yield the parts of the answer that are one line each, after the first."""
    yield from runs_of(coverage)
    if coverage.redundant_jobs:
        yield f"jobs that add nothing: {_some(coverage.redundant_jobs)}"
    yield from _unexercised(coverage)
    if coverage.watch:
        yield watched_in_words(coverage.watch)


def headline(coverage: Coverage) -> str:
    """Return the answer in a line."""
    gated = counted(coverage.gated, "gated test")
    of = "" if coverage.needed == coverage.gated else " of those that need to"
    return f"{coverage.ran} of {gated} ran in some job ({percent(coverage.percentage)}{of})"


def print_coverage(coverage: Coverage, out: Console) -> None:
    """Print the coverage to a console."""
    style = "green" if not coverage.never_run and not coverage.absent else "red"
    out.print(headline(coverage), style=style, soft_wrap=True)
    for line in lines_of(coverage):
        out.print(folded(printable(line), 4, out.width, "  "), soft_wrap=True)
    for section in sections_of(coverage):
        out.print()
        out.print(f"{section.title}:", soft_wrap=True)
        for group in section.groups:
            lines = [*group.why, *([f"fix: {group.mend}"] if group.mend else [])]
            for line in lines:
                out.print(folded(printable(line), 4, out.width, "  "), soft_wrap=True)
            for test, more in group.tests[:LISTED]:
                out.print(f"    {printable(test)}{more and f'  {more}'}", soft_wrap=True)
            if len(group.tests) > LISTED:
                out.print(f"    and {_tests(len(group.tests) - LISTED)} more", soft_wrap=True)


def text(coverage: Coverage) -> str:
    """Return the coverage as text for a file."""
    return render_text(lambda out: print_coverage(coverage, out), _WIDTH)


def markdown(coverage: Coverage) -> str:
    """Return the coverage as Markdown that fits in a comment on GitHub, whatever its size."""
    jobs = [(job.name, job.environment, job.gated, job.ran) for job in coverage.jobs]
    head = [f"## Coverage: {words(headline(coverage))}", ""]
    head += [f"- {words(line, _LONGEST)}" for line in lines_of(coverage)]
    head += ["", "<details><summary>Jobs</summary>", ""]
    room = (LARGEST_COMMENT - size(head)) // 8
    head += fitting_table(("job", "environment", "gated", "ran"), jobs[:_MOST_JOBS], room)
    more = len(jobs) - _MOST_JOBS
    head += [*([f"{more} more jobs.", ""] if more > 0 else []), "</details>", ""]
    left = LARGEST_COMMENT - size(head)
    shown: list[tuple[list[str], Group]] = []
    omitted = 0
    for section in sections_of(coverage):
        title = [f"### {words(section.title)}", ""]
        for group in section.groups:
            # Half is for the reasons, half for the tests.
            lines = [*title, *_reasons(group)]
            left -= size(lines) + _FRAME
            if left < LARGEST_COMMENT // 2:
                omitted += len(group.tests)
                left += size(lines) + _FRAME
                continue
            title = []
            shown.append((lines, group))
    lines = head
    for number, (reasons, group) in enumerate(shown):
        items = [
            f"<code>{code(printable(test))}</code> {more}".rstrip() for test, more in group.tests
        ]
        is_open = len(items) <= LISTED
        count = _tests(len(items))
        found = fitting_list(count, items, left // (len(shown) - number), is_open=is_open)
        left -= size(found)
        lines += [*reasons, *found]
    lines += [f"{_tests(omitted)} more, for other reasons, are left out.", ""] if omitted else []
    return "\n".join(lines)


def _reasons(group: Group) -> list[str]:
    why = [line for reason in group.why for line in (paragraph(cut(reason, _LONGEST)), "")]
    return [*why, *([f"Fix: **{words(group.mend, _LONGEST)}**", ""] if group.mend else [])]


def _grouped(tests: Sequence[Missed]) -> list[Group]:
    """Return tests by what kept them out, that of most tests first."""
    groups: dict[tuple[object, ...], Group] = {}
    for one in tests:
        key = (one.because, one.mend)
        if key not in groups:
            groups[key] = Group(_why(one.because), one.mend, [])
        groups[key].tests.append((one.test, f"since {one.since}" if one.since else ""))
    return sorted(groups.values(), key=lambda group: (-len(group.tests), group.tests[0][0]))


def _why(reasons: Sequence[Reason]) -> list[str]:
    """Return reasons in a line each, with the page's row where several have the same words."""
    times = Counter(reason.words for reason in reasons)
    shown = [
        f"{one.words} ({counted(one.jobs, 'job')}{f'; {one.source}' * (times[one.words] > 1)})"
        for one in reasons[:_REASONS]
    ]
    more = len(reasons) - _REASONS
    return [*shown, *([f"and {counted(more, 'reason')} more"] if more > 0 else [])]


def _watched(watch: Watch) -> Iterator[Section]:
    """Yield the documented facts that no test watches, by their place on the page."""
    count = counted(len(watch.unwatched), "documented fact")
    yield Section("unwatched", f"{count} that no test watches", _by_place(watch.unwatched))


def _by_place(facts: Iterable[Watched]) -> list[Group]:
    groups: dict[tuple[str, str], Group] = {}
    for one in facts:
        key = (one.page, one.fact.heading)
        group = groups.setdefault(key, Group([one.fact.heading], "", []))
        column = f", {one.fact.column}" if one.fact.column else ""
        shift = f"{one.fact.before} → {one.fact.after}"
        group.tests.append((f'"{one.fact.row}"{column}', shift))
    return list(groups.values())


def watched_in_words(watch: Watch) -> str:
    """Return how many facts are watched, and by how many jobs, in a line."""
    counts = Counter(min(one.jobs, _MANY_JOBS) for one in watch.watchable)
    by = [
        f"{counts[jobs]} by {jobs}{' or more' if jobs == _MANY_JOBS else ''} "
        f"job{'' if jobs == 1 else 's'}"
        for jobs in range(1, _MANY_JOBS + 1)
        if counts[jobs]
    ]
    total = len(watch.watchable)
    known = f"{total - len(watch.unwatched)} of {counted(total, 'documented fact')} watched"
    cannot = len(watch.unwatchable)
    more = f"; {cannot} more cannot be watched" if cannot else ""
    out = f"; {counted(watch.left_out, 'decision')} left out" if watch.left_out else ""
    return f"{known} ({percent(100 * watch.share)}){''.join(f', {each}' for each in by)}{more}{out}"


def _unexercised(coverage: Coverage) -> Iterator[str]:
    """Yield what of the pages no job exercised: capabilities by name, other rows by number."""
    if coverage.unexercised is None:
        yield UNKNOWN_PAGES
        return
    capabilities = [row.capability for row in coverage.unexercised if row.capability]
    if capabilities:
        yield f"capabilities that no job exercised: {', '.join(capabilities)}"
    tables: dict[str, int] = {}
    for row in coverage.unexercised:
        if not row.capability:
            tables[row.table] = tables.get(row.table, 0) + 1
    if tables:
        counts = ", ".join(f"{count} of {table}" for table, count in tables.items())
        yield f"other rows that no job exercised, which HTML and JSON list: {counts}"


def _some(names: list[str]) -> str:
    more = len(names) - LISTED
    return ", ".join([*names[:LISTED], *([f"{more} more"] if more > 0 else [])])


def counted(number: int, what: str) -> str:
    """Return a number of something in words."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def _tests(number: int) -> str:
    return counted(number, "test")
