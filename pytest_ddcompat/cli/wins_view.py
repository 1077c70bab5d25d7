"""News of expectations for readers: as text, and as Markdown for a comment."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from pytest_ddcompat.cli.markdown import LARGEST_COMMENT, code, fitting_list, size, words
from pytest_ddcompat.cli.output import folded, render_text
from pytest_ddcompat.jobs.wins.texts import TRACER, in_words
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from pytest_ddcompat.jobs.wins.news import Wins
    from pytest_ddcompat.jobs.wins.values import Item, Proposal, Run

__all__ = ["counted", "markdown", "print_wins", "text"]

_LISTED = 20  # tests of an item
_RUNS = 3  # of one version and outcome
_WIDTH = 100  # characters of a line of text in a file
_LONGEST = 300  # characters of a line in Markdown
_ROOM = 8_000  # bytes, at most, of the tests of an item


def counted(number: int, what: str) -> str:
    """Return a number of something in words."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def headline(wins: Wins) -> str:
    """Return the answer in a line."""
    parts = [
        f"{counted(count, 'test')} {what}"
        for kind, what in (
            ("works", "expected to fail, but working"),
            ("fails", "documented to work, but failing"),
        )
        if (count := sum(len(item.tests) for item in wins.items if item.kind == kind))
    ]
    return "; ".join(parts) or "all tests are as expected"


def lines_of(wins: Wins) -> Iterator[str]:
    """Yield which runs are compared, and what is left out, in a line each."""
    runs = counted(wins.suite.runs, "run")
    yield f"{runs}, {wins.suite.words}"
    if wins.left_out:
        yield f"{counted(wins.left_out, 'run')} of other suites left out"
    if wins.unversioned:
        yield f"{counted(wins.unversioned, 'run')} without a usable version of {TRACER}"
    if wins.rejected:
        yield f"{counted(wins.rejected, 'test')} rejected"
    for entry in wins.unneeded:
        yield f"no longer needed in --rejected: {', '.join(entry.tests)} ({entry.reason})"


def title(item: Item) -> str:
    """Return what an item says, in a line."""
    where = in_words(item.variant)
    runs = f"in {counted(item.runs, 'run')}"
    joint = f" with {where}" if where else ""
    if item.kind == "works":
        return f"expected to fail, but working from {TRACER} {item.version} on{joint}, {runs}"
    version = f" below {TRACER} {item.version}" if item.version else ""
    return f"documented to work, but failing{version}{joint}, {runs}"


def evidence(runs: Iterable[Run]) -> Iterator[str]:
    """Yield the runs of an item, those of one version and outcome in a line."""
    for (tracer, outcome), some in groupby(runs, key=lambda run: (run.tracer, run.outcome)):
        each = [f"{run.job or run.run[:8]} ({_known_of(run)})" for run in some]
        more = len(each) - _RUNS
        shown = [*each[:_RUNS], *([f"{more} more"] if more > 0 else [])]
        yield f"{outcome} with {TRACER} {tracer}: {', '.join(shown)}"


def _known_of(run: Run) -> str:
    """Return what is known of a run, separated by commas."""
    python = run.python and f"Python {run.python}"
    return ", ".join(filter(None, (python, run.day, run.address)))


def advice(proposal: Proposal) -> str:
    """Return a proposal in a line."""
    at = [place for place in proposal.places if place not in proposal.words]
    where = f" ({', '.join(at[:_RUNS])}{', …' if len(at) > _RUNS else ''})" if at else ""
    note = f"; not by --write: {proposal.note}" if proposal.note else ""
    return f"{proposal.words}{where}{note}"


def print_wins(wins: Wins, out: Console) -> None:
    """Print the news to a console."""
    out.print(headline(wins), style="red" if wins.items else "green", soft_wrap=True)
    for line in lines_of(wins):
        out.print(folded(printable(line), 4, out.width, "  "), soft_wrap=True)
    for owner, items in _by_owner(wins):
        out.print()
        out.print(f"{printable(owner)}:", soft_wrap=True)
        for item in items:
            out.print(folded(printable(title(item)), 4, out.width, "  "), soft_wrap=True)
            for test in item.tests[:_LISTED]:
                out.print(f"    {printable(test)}", soft_wrap=True)
            if len(item.tests) > _LISTED:
                out.print(f"    and {len(item.tests) - _LISTED} more", soft_wrap=True)
            told = [*evidence(item.evidence), *(f"fix: {advice(one)}" for one in item.proposals)]
            for line in told:
                out.print(folded(printable(line), 6, out.width, "    "), soft_wrap=True)


def text(wins: Wins) -> str:
    """Return the news as text for a file."""
    return render_text(lambda out: print_wins(wins, out), _WIDTH)


def markdown(wins: Wins) -> str:
    """Return the news as Markdown that fits in a comment on GitHub, whatever its size."""
    lines = [f"## {words(headline(wins))}", ""]
    lines += [f"- {words(line, _LONGEST)}" for line in [*lines_of(wins)][:_LISTED]]
    lines.append("")
    left, omitted = LARGEST_COMMENT - size(lines), 0
    for owner, items in _by_owner(wins):
        head = [f"### {words(owner, _LONGEST)}", ""]
        for item in items:
            shown = [*head, *_in_markdown(item)]
            if size(shown) > left - _LONGEST:
                omitted += 1
                continue
            lines += shown
            left -= size(shown)
            head = []
    lines += [f"{counted(omitted, 'more piece')} of news left out.", ""] if omitted else []
    return "\n".join(lines)


def _in_markdown(item: Item) -> Iterator[str]:
    yield f"**{words(title(item), _LONGEST)}**"
    yield ""
    for line in evidence(item.evidence):
        yield f"- {words(line, _LONGEST)}"
    for one in item.proposals:
        yield f"- Fix: **{words(advice(one), _LONGEST)}**"
    yield ""
    tests = [f"<code>{code(printable(test))}</code>" for test in item.tests]
    is_open = len(tests) <= _LISTED
    yield from fitting_list(counted(len(tests), "test"), tests, _ROOM, is_open=is_open)


def _by_owner(wins: Wins) -> Iterator[tuple[str, list[Item]]]:
    for owner, items in groupby(wins.items, key=lambda item: item.owner):
        yield f"owner {owner}" if owner else "no owner", [*items]
