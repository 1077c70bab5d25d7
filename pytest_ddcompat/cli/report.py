"""`ddcompat report`: show the record of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.markdown import LARGEST, code, paragraph, size, table, words
from pytest_ddcompat.cli.output import (
    FACT_HEADS,
    STYLES,
    folded,
    print_facts,
    printing,
    put,
    render_page,
    render_text,
    write,
)
from pytest_ddcompat.cli.report_groups import counted
from pytest_ddcompat.cli.report_view import View
from pytest_ddcompat.record.reading import read_record
from pytest_ddcompat.values.errors import CompatibilityError, Problem

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from pytest_ddcompat.cli.report_groups import Group

__all__ = ["EXAMPLE", "PURPOSE", "add", "html", "markdown", "run"]

PURPOSE = "Show the record that a run wrote with --ddcompat-report"
EXAMPLE = 'ddcompat report run.json --format markdown >> "$GITHUB_STEP_SUMMARY"'

_WIDTH = 100  # characters of a line of text in a file
_UNGATED = "No test of this run has a marker of pytest-ddcompat."
_LISTED = 20  # tests of one group that the text lists
_FRAME = 200  # bytes, at most, of what stands around a list of tests in Markdown
_LONGEST_FIX = 500  # characters of one change
_FACTS = 100  # rows in Markdown; no environment comes near it


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "records",
        metavar="RECORD",
        nargs="+",
        help="File that the run wrote; with --format jsonl, several",
    )
    arguments.add_format(parser, "html", "markdown", "jsonl")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="Write to this file instead of standard output"
    )


def run(options: argparse.Namespace) -> int:
    """Show the record; return 0."""
    if options.format == "jsonl":
        # Imported here, since no other form needs it.
        from pytest_ddcompat.cli.report_lines import write_lines

        return write_lines(options)
    if len(options.records) > 1:
        what = f"--format {options.format} shows one record (got {len(options.records)})"
        raise CompatibilityError(Problem(what, "--format jsonl, or one record"))
    view = View.of(read_record(options.records[0]))
    if options.format == "text" and options.output is None:
        with printing() as out:
            _print(view, out)
        return 0
    text = {"text": _text, "html": html, "markdown": markdown}[options.format](view)
    if options.output is not None:
        put(text, options.output, options.records)
    else:
        # What the encoding lacks, HTML and Markdown can say all the same.
        write(text, "xmlcharrefreplace")
    return 0


def _text(view: View) -> str:
    return render_text(lambda out: _print(view, out), _WIDTH)


def _print(view: View, out: Console) -> None:
    for page in view.pages:
        out.print(f"{page['title']} ({page['id']}, read {page['read']})")
        if page["address"]:
            out.print(page["address"], soft_wrap=True)
    print_facts(view.facts, out)
    counts = f": {view.outcomes}" if view.counts else ""
    out.print(f"{counted(view.total)} gated{counts}; {view.end}")
    for phrase, rest in view.fixes:
        out.print(folded(f"{phrase} {rest}", 4, out.width, "  "), soft_wrap=True)
    if not view.total:
        out.print(_UNGATED)
    for group in view.groups:
        out.print()
        out.print(_title(group), style=STYLES[group.verdict])
        for line in filter(None, (group.reason, group.fix and f"fix: {group.fix}")):
            out.print(folded(line, 4, out.width, "  "), soft_wrap=True)
        for test in group.tests[:_LISTED]:
            out.print(f"    {test.outcome.replace('_', ' ')}  {test.id}", soft_wrap=True)
        if len(group.tests) > _LISTED:
            out.print(f"    and {counted(len(group.tests) - _LISTED)} more")


def _title(group: Group) -> str:
    return f"{counted(len(group.tests))} {group.verdict}: {group.outcomes}"


def html(view: View) -> str:
    """Render a record as one HTML file."""
    return render_page("report.html.jinja", view=view, ungated=_UNGATED)


def markdown(view: View) -> str:
    """Render a record as Markdown for a GitHub step summary: less than 1 MiB, whatever its size."""
    pages = [f"{words(p['title'])} ({words(p['id'])}, read {p['read']})" for p in view.pages]
    counts = f": {view.outcomes}" if view.counts else ""
    fixes = [f"- **{words(phrase, _LONGEST_FIX)}** {rest}" for phrase, rest in view.fixes]
    place = f": {code(view.place)}" if len(view.place) <= _LONGEST_FIX else ""
    lines = [
        f"## Compatibility: {counted(view.total)} gated{counts}",
        "",
        *(fixes and [*fixes, ""]),
        *([] if view.total else [_UNGATED, ""]),
        f"{', '.join(pages)}; {view.end}",
        "",
        f"<details><summary>Environment{place}</summary>",
        "",
        *table(FACT_HEADS, view.facts[:_FACTS]),
        "</details>",
        "",
    ]
    left = LARGEST - size(lines)
    shown: list[tuple[Group, list[str]]] = []
    for group in view.groups:
        head = _heading(group)
        # Half is for the reasons, half for the tests.
        left -= size(head) + _FRAME
        if left < LARGEST // 2:
            break
        shown.append((group, head))
    for number, (group, head) in enumerate(shown):
        tests = _list(group, left // (len(shown) - number))
        left -= size(tests)
        lines += [*head, *tests]
    omitted = view.groups[len(shown) :]
    if omitted:
        count = sum(len(group.tests) for group in omitted)
        lines.append(f"{len(omitted)} more reasons, of {counted(count)}, are left out.")
    return "\n".join(lines) + "\n"


def _heading(group: Group) -> list[str]:
    lines = [f"### {words(group.heading)}", ""]
    if group.reason:
        lines += [paragraph(group.reason), ""]
    if group.is_fix_new:
        lines += [f"Fix: **{words(group.fix)}**", ""]
    return lines


def _list(group: Group, room: int) -> list[str]:
    """List tests as far as there is room, in HTML, where no word is Markdown."""
    opened = " open" if group.is_open else ""
    lines = [f"<details{opened}><summary>Tests</summary>", "<ul>"]
    end = ["</ul>", "</details>", ""]
    room -= _FRAME
    for number, test in enumerate(group.tests):
        line = f"<li><code>{code(test.id)}</code> {test.outcome.replace('_', ' ')}</li>"
        room -= size([line])
        if room < 0:
            lines.append(f"<li>{counted(len(group.tests) - number)} left out</li>")
            break
        lines.append(line)
    return [*lines, *end]
