"""`ddcompat report`: show the record of a run."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.markdown import LARGEST, code, paragraph, size, table, words
from pytest_ddcompat.cli.output import (
    FACT_HEADS,
    STYLES,
    print_facts,
    printing,
    put,
    render_template,
    render_text,
    write,
)
from pytest_ddcompat.environment.value import in_words
from pytest_ddcompat.record.format import OUTCOMES, environments_of, read_record
from pytest_ddcompat.requirement.requirement import with_strict
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from rich.console import Console

__all__ = ["EXAMPLE", "PURPOSE", "Group", "Test", "View", "add", "html", "markdown", "run"]

PURPOSE = "Show the record that a run wrote with --ddcompat-report"
EXAMPLE = 'ddcompat report run.json --format markdown >> "$GITHUB_STEP_SUMMARY"'

_WIDTH = 100  # characters of a line of text in a file
_LISTED = 20  # tests of one group that the text lists
_VERDICTS = ("unsupported", "undetermined", "supported")
_FRAME = 200  # bytes, at most, of what stands around a list of tests in Markdown
_FACTS = 100  # rows in Markdown; no environment comes near it
_MOST_FACTS = 2000  # rows in any form


class Test(NamedTuple):
    """A test: its node id, its file and line, and its outcome."""

    id: str
    place: str
    outcome: str


class Group(NamedTuple):
    """Tests with the same decision for the same reason.

    Attributes:
        verdict: The worst of the requirements' verdicts.
        action: What the run did with the tests.
        reason: Why; empty where all is supported.
        fix: What would let the tests run.
        findings: Each finding with its marker.
        tests: The tests.
    """

    verdict: str
    action: str
    reason: str
    fix: str
    findings: list[dict[str, str]]
    tests: list[Test]

    @property
    def outcomes(self) -> str:
        """The number of tests with each outcome, in words."""
        return _in_words(Counter(test.outcome for test in self.tests))


class View(NamedTuple):
    """A record for readers; every string is fit for a terminal.

    Attributes:
        pages: Id, title, address, day read and hash of each page.
        facts: Name, value and signal of each fact; of further environments those that differ.
        counts: Number of tests by outcome.
        groups: The tests by decision and reason.
        end: How the run ended.
    """

    pages: list[dict[str, str]]
    facts: list[tuple[str, str, str]]
    counts: list[tuple[str, int]]
    groups: list[Group]
    end: str

    @classmethod
    def of(cls, record: dict[str, Any]) -> View:
        """Make a view of a record from `read_record`."""
        record = _printable(record)
        counts = Counter(test["outcome"] for test in record["tests"])
        stopped = "it was interrupted; " if record["interrupted"] else ""
        return cls(
            [record["matrix"], *record.get("other_matrices", ())],
            _first(list(_facts(environments_of(record)))),
            [(outcome, counts[outcome]) for outcome in OUTCOMES if counts[outcome]],
            _groups(record),
            f"{stopped}exit status {record['exit_status']}",
        )

    @property
    def total(self) -> int:
        """The number of tests."""
        return sum(count for _, count in self.counts)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("record", metavar="RECORD", help="File that the run wrote")
    arguments.add_format(parser, "html", "markdown")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="Write to this file instead of standard output"
    )


def run(options: argparse.Namespace) -> int:
    """Show the record; return 0."""
    view = View.of(read_record(options.record))
    if options.format == "text" and options.output is None:
        with printing() as out:
            _print(view, out)
        return 0
    text = {"text": _text, "html": html, "markdown": markdown}[options.format](view)
    if options.output is not None:
        put(text, options.output, [options.record])
    else:
        # What the encoding lacks, HTML and Markdown can say all the same.
        write(text, "xmlcharrefreplace")
    return 0


def _printable(value: Any) -> Any:
    if isinstance(value, dict):
        return {printable(key): _printable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_printable(inner) for inner in value]
    # `printable` is slow over the names of many tests, of which few need it.
    if not isinstance(value, str) or value.isprintable():
        return value
    return printable(value)


def _facts(environments: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    first, *others = environments
    shown = dict.fromkeys(_facts_of(first))
    yield from shown
    for number, other in enumerate(others, start=2):
        name = other.get("folder") or f"environment {number}"
        yield from ((f"{name}: {row[0]}", *row[1:]) for row in _facts_of(other) if row not in shown)


def _first(rows: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    more = len(rows) - _MOST_FACTS
    return rows if more <= 0 else [*rows[:_MOST_FACTS], ("…", f"and {more} more", "")]


def _facts_of(environment: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    facts, signals = dict(environment["facts"]), environment["signals"]
    for name, version in facts.pop("frameworks", {}).items():
        facts[f"framework.{name}"] = version
    for key in dict.fromkeys((*facts, *signals)):
        value = in_words(facts[key]) if key in facts else "unknown"
        yield key, value, signals.get(key, "")


def _groups(record: dict[str, Any]) -> list[Group]:
    groups: dict[tuple[str, ...], Group] = {}
    keys = []
    for decision in record["decisions"]:
        reason = decision["error"] or decision["reason"]
        key = (decision["verdict"], decision["action"], reason, " and ".join(decision["mend"]))
        keys.append(key)
        group = groups.setdefault(key, Group(*key, [], []))
        for requirement in decision["requirements"]:
            marker = with_strict(requirement["marker"], requirement.get("strict"))
            marked = ({"marker": marker, **f} for f in requirement["findings"])
            group.findings.extend(f for f in marked if f not in group.findings)
    for test in record["tests"]:
        place = test["file"] if test["line"] is None else f"{test['file']}:{test['line']}"
        groups[keys[test["decision"]]].tests.append(Test(test["id"], place, test["outcome"]))
    shown = [group for group in groups.values() if group.tests]
    return sorted(shown, key=lambda g: (_VERDICTS.index(g.verdict), -len(g.tests), g.reason))


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{counts[o]} {o.replace('_', ' ')}" for o in OUTCOMES if counts.get(o))


def _counted(number: int) -> str:
    return f"{number} {'test' if number == 1 else 'tests'}"


def _text(view: View) -> str:
    return render_text(lambda out: _print(view, out), _WIDTH)


def _print(view: View, out: Console) -> None:
    for page in view.pages:
        out.print(f"{page['title']} ({page['id']}, read {page['read']})")
        out.print(page["address"], soft_wrap=True)
    print_facts(view.facts, out)
    counts = _in_words(dict(view.counts))
    out.print(f"{_counted(view.total)} gated{': ' if counts else ''}{counts}; {view.end}")
    for group in view.groups:
        out.print()
        out.print(_title(group), style=STYLES[group.verdict])
        for line in filter(None, (group.reason, group.fix and f"fix: {group.fix}")):
            out.print(f"  {line}", soft_wrap=True)
        for test in group.tests[:_LISTED]:
            out.print(f"    {test.outcome.replace('_', ' ')}  {test.id}", soft_wrap=True)
        if len(group.tests) > _LISTED:
            out.print(f"    and {_counted(len(group.tests) - _LISTED)} more")


def _title(group: Group) -> str:
    return f"{_counted(len(group.tests))} {group.verdict}: {group.outcomes}"


def html(view: View) -> str:
    """Render a record as one HTML file."""
    return render_template("report.html.jinja", view=view)


def markdown(view: View) -> str:
    """Render a record as Markdown for a GitHub step summary: less than 1 MiB, whatever its size."""
    pages = [f"{words(p['title'])} ({words(p['id'])}, read {p['read']})" for p in view.pages]
    lines = [
        f"## Compatibility: {_counted(view.total)} gated",
        "",
        f"{', '.join(pages)}; {view.end}",
        "",
        *table(("outcome", "tests"), view.counts),
        *table(FACT_HEADS, view.facts[:_FACTS]),
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
        tests = _list(group.tests, left // (len(shown) - number))
        left -= size(tests)
        lines += [*head, *tests]
    omitted = view.groups[len(shown) :]
    if omitted:
        count = sum(len(group.tests) for group in omitted)
        lines.append(f"{len(omitted)} more reasons, of {_counted(count)}, are left out.")
    return "\n".join(lines) + "\n"


def _heading(group: Group) -> list[str]:
    lines = [f"### {_title(group)}", ""]
    if group.reason:
        lines += [paragraph(group.reason), ""]
    if group.fix:
        lines += [f"Fix: **{words(group.fix)}**", ""]
    return lines


def _list(tests: Sequence[Test], room: int) -> list[str]:
    """List tests as far as there is room, in HTML, where no word is Markdown."""
    lines = ["<details><summary>Tests</summary>", "<ul>"]
    end = ["</ul>", "</details>", ""]
    room -= _FRAME
    for number, test in enumerate(tests):
        line = f"<li><code>{code(test.id)}</code> {test.outcome.replace('_', ' ')}</li>"
        room -= size([line])
        if room < 0:
            lines.append(f"<li>{_counted(len(tests) - number)} left out</li>")
            break
        lines.append(line)
    return [*lines, *end]
