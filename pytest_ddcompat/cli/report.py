"""`ddcompat report`: show the record of a run, or those of all jobs together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.markdown import (
    LARGEST,
    code,
    fitting_list,
    fitting_table,
    paragraph,
    size,
    table,
    words,
)
from pytest_ddcompat.cli.output import (
    FACT_HEADS,
    STYLES,
    fair_share,
    folded,
    print_facts,
    printing,
    render_page,
    render_text,
    show,
    write_error,
)
from pytest_ddcompat.cli.report_groups import counted
from pytest_ddcompat.cli.report_view import View
from pytest_ddcompat.record.reading import read_record
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rich.console import Console

    from pytest_ddcompat.cli.report_groups import Group
    from pytest_ddcompat.cli.report_jobs import JobTable

__all__ = ["EXAMPLE", "PURPOSE", "add", "html", "markdown", "run"]

PURPOSE = "Show the records that runs wrote with --ddcompat-report"
EXAMPLE = 'ddcompat report run.json --format markdown >> "$GITHUB_STEP_SUMMARY"'

_WIDTH = 100  # characters of a line of text in a file
_UNGATED = "No test of this run has a marker of pytest-ddcompat."
_NONE_GATED = "No test of these runs has a marker of pytest-ddcompat."
_LISTED = 20  # tests of one group that the text lists
_ITEMS = 20_000  # tests that the HTML lists, so that a browser can bear it
_FRAME = 200  # bytes, at most, of what stands around a list of tests in Markdown
_LONGEST_FIX = 500  # characters of one change
_COLUMN = 60  # characters, at most, of a column of the jobs' table
_FACTS = 100  # rows in Markdown; no environment comes near it


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "records",
        metavar="RECORD",
        nargs="+",
        help="File that a run wrote; of several, all jobs are shown together",
    )
    arguments.add_format(parser, "html", "markdown", "jsonl")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="Write to this file instead of standard output"
    )


def run(options: argparse.Namespace) -> int:
    """Show the record, or several; return 0."""
    if options.format == "jsonl":
        # Imported here, since no other form needs it.
        from pytest_ddcompat.cli.report_lines import write_lines

        return write_lines(options)
    view = _view(options.records)
    if options.format == "text" and options.output is None:
        with printing() as out:
            _print(view, out)
        return 0
    text = {"text": _text, "html": html, "markdown": markdown}[options.format](view)
    show(text, options, options.records)
    return 0


def _view(files: Sequence[str]) -> View:
    """Read records; one of a run that another is of too counts once."""
    records: dict[str, tuple[str, dict[str, Any]]] = {}
    for file in files:
        record = read_record(file)
        run: str = record["run"]["id"]
        if run in records:
            first = records[run][0]
            write_error(f"ddcompat: note: {printable(file)}: left out, the same run as {first}")
        records.setdefault(run, (printable(file), record))
    if len(records) == 1:
        return View.of(next(record for _, record in records.values()))
    return View.of_several(*zip(*records.values()))


def _text(view: View) -> str:
    return render_text(lambda out: _print(view, out), _WIDTH)


def _print(view: View, out: Console) -> None:
    for page in view.pages:
        out.print(f"{page['title']} ({page['id']}, read {page['read']})")
        if page["address"]:
            out.print(page["address"], soft_wrap=True)
    if view.jobs is None:
        print_facts(view.facts, out)
        out.print(f"{view.headline}; {view.end}")
    else:
        out.print(view.headline)
        _print_jobs(view.jobs, out)
    for phrase, rest in view.fixes:
        out.print(folded(f"{phrase} {rest}", 4, out.width, "  "), soft_wrap=True)
    if not view.total:
        out.print(_ungated(view))
    for group in view.groups:
        out.print()
        out.print(_title(group), style=STYLES[group.verdict])
        for line in (*group.why, *([f"fix: {group.fix}"] if group.fix else [])):
            out.print(folded(line, 4, out.width, "  "), soft_wrap=True)
        for test in group.tests[:_LISTED]:
            where = group.inside(test)
            line = f"    {test.outcome.replace('_', ' ')}  {test.id}{where and f' in {where}'}"
            out.print(line, soft_wrap=True)
        if len(group.tests) > _LISTED:
            out.print(f"    and {counted(len(group.tests) - _LISTED)} more")


def _print_jobs(jobs: JobTable, out: Console) -> None:
    """Print a row for each job, the environment last, as far as the width goes."""
    rows = [jobs.heads, *jobs.rows]
    widths = [min(max(map(len, column)), _COLUMN) for column in zip(*rows)]
    indent = 2 + sum(width + 2 for width in widths[:-1])
    for row in rows:
        cells = (f"{cell:{width}}  " for cell, width in zip(row[:-1], widths))
        start = f"  {''.join(cells)}"
        out.print(folded(row[-1], indent, out.width, start) or start.rstrip(), soft_wrap=True)


def _ungated(view: View) -> str:
    return _UNGATED if view.jobs is None else _NONE_GATED


def _title(group: Group) -> str:
    return f"{counted(len(group.tests))} {group.verdict}: {group.outcomes}"


def html(view: View) -> str:
    """Render a view as one HTML file."""
    most = fair_share([len(group.tests) for group in view.groups], _ITEMS)
    return render_page("report.html.jinja", view=view, ungated=_ungated(view), most=most)


def markdown(view: View) -> str:
    """Render a view as Markdown for a GitHub step summary: less than 1 MiB, whatever its size."""
    fixes = [f"- **{words(phrase, _LONGEST_FIX)}** {words(rest)}" for phrase, rest in view.fixes]
    is_named = not view.jobs and len(view.place) <= _LONGEST_FIX
    place = f": {code(view.place)}" if is_named else ""
    jobs = fitting_table(view.jobs.heads, view.jobs.rows, LARGEST // 8) if view.jobs else []
    lines = [
        f"## Compatibility: {view.headline}",
        "",
        *jobs,
        *(fixes and [*fixes, ""]),
        *([] if view.total else [_ungated(view), ""]),
        "; ".join(filter(None, (_pages(view), view.end))),
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


def _pages(view: View) -> str:
    """Name the pages, or count them where records of many name too many."""
    pages = [f"{words(p['title'])} ({words(p['id'])}, read {p['read']})" for p in view.pages]
    return ", ".join(pages) if size(pages) <= LARGEST // 8 else f"{len(pages)} pages"


def _heading(group: Group) -> list[str]:
    lines = [f"### {words(group.heading)}", ""]
    for reason in group.why:
        lines += [paragraph(reason), ""]
    if group.is_fix_new:
        lines += [f"Fix: **{words(group.fix)}**", ""]
    return lines


def _list(group: Group, room: int) -> list[str]:
    """List tests as far as there is room."""
    items = []
    for test in group.tests:
        where = group.inside(test)
        became = f"{test.outcome.replace('_', ' ')}{where and f' in <code>{code(where)}</code>'}"
        items.append(f"<code>{code(test.id)}</code> {became}")
    return fitting_list("Tests", items, room, is_open=group.is_open)
