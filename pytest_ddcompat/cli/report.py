"""`ddcompat report`: the record of a run, for people."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.cli.common import Subcommands, add_command, add_format_option
from pytest_ddcompat.cli.output import printing, put, write
from pytest_ddcompat.record.format import OUTCOMES, read_record
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from rich.console import Console

__all__ = ["Group", "Test", "View", "add", "counted", "run"]

_LISTED = 20  # tests of one group that the text lists
_VERDICTS = ("unsupported", "undetermined", "supported")
_STYLES = {"supported": "green", "unsupported": "red", "undetermined": "yellow"}


class Test(NamedTuple):
    """One test as it is shown: its node id, file and line, and what became of it."""

    id: str
    place: str
    outcome: str


class Group(NamedTuple):
    """Tests that were decided alike for the same reason.

    Attributes:
        verdict: The worst of the requirements' verdicts.
        action: What was done with the tests.
        reason: Why; empty where all is supported.
        mend: What would let the tests run.
        findings: Each finding with its marker.
        tests: The tests.
    """

    verdict: str
    action: str
    reason: str
    mend: str
    findings: list[dict[str, str]]
    tests: list[Test]

    @property
    def outcomes(self) -> str:
        """How many tests had which outcome, in words."""
        return _in_words(Counter(test.outcome for test in self.tests))


class View(NamedTuple):
    """A record as it is shown; every string is fit for a terminal.

    Attributes:
        pages: Id, title, address, day read and hash of each page.
        facts: Name, value and signal of each fact.
        counts: Tests by outcome.
        groups: The tests by what was decided.
        end: How the run ended.
    """

    pages: list[dict[str, str]]
    facts: list[tuple[str, str, str]]
    counts: list[tuple[str, int]]
    groups: list[Group]
    end: str

    @classmethod
    def of(cls, record: dict[str, Any]) -> View:
        """Make a view of a record that `read_record` gave."""
        record = _printable(record)
        counts = Counter(test["outcome"] for test in record["tests"])
        stopped = "it was interrupted; " if record["interrupted"] else ""
        return cls(
            [record["matrix"], *record.get("other_matrices", ())],
            list(_facts(record["environment"])),
            [(outcome, counts[outcome]) for outcome in OUTCOMES if counts[outcome]],
            _groups(record),
            f"{stopped}exit status {record['exit_status']}",
        )

    @property
    def total(self) -> int:
        """How many tests there are."""
        return sum(count for _, count in self.counts)


def add(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        subcommands,
        "report",
        "show the record that pytest --ddcompat-report=RECORD wrote",
        'ddcompat report run.json --format markdown >> "$GITHUB_STEP_SUMMARY"',
    )
    parser.add_argument("record", metavar="RECORD", help="the file that the run wrote")
    add_format_option(parser, "html", "markdown")
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Show a record.

    Returns:
        0.

    Raises:
        RecordError: The record cannot be read or understood.
        CompatibilityError: The file cannot be written.
    """
    view = View.of(read_record(options.record))
    if options.output is not None:
        form = {"text": _text, "html": _html, "markdown": _markdown}[options.format]
        put(form(view), options.output, [options.record])
        return 0
    if options.format == "text":
        with printing() as out:
            _print(view, out)
    else:
        # What the encoding lacks, HTML and Markdown can say all the same.
        write(_html(view) if options.format == "html" else _markdown(view), "xmlcharrefreplace")
    return 0


def _printable(value: Any) -> Any:
    if isinstance(value, dict):
        return {printable(key): _printable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_printable(inner) for inner in value]
    # `printable` is slow over the names of many tests, nearly all of which need it not.
    if not isinstance(value, str) or value.isprintable():
        return value
    return printable(value)


def _facts(environment: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    facts, signals = dict(environment["facts"]), environment["signals"]
    for name, version in facts.pop("frameworks", {}).items():
        facts[f"framework.{name}"] = version
    for key in dict.fromkeys((*facts, *signals)):
        value = _value(facts[key]) if key in facts else "unknown"
        yield key, value, signals.get(key, "")


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return "none" if value is None else str(value)


def _groups(record: dict[str, Any]) -> list[Group]:
    groups: dict[tuple[str, ...], Group] = {}
    keys = []
    for decision in record["decisions"]:
        reason = decision["error"] or decision["reason"]
        told = (decision["verdict"], decision["action"], reason, " and ".join(decision["mend"]))
        keys.append(told)
        group = groups.setdefault(told, Group(*told, [], []))
        for requirement in decision["requirements"]:
            marked = ({"marker": requirement["marker"], **f} for f in requirement["findings"])
            group.findings.extend(f for f in marked if f not in group.findings)
    for test in record["tests"]:
        place = test["file"] if test["line"] is None else f"{test['file']}:{test['line']}"
        groups[keys[test["decision"]]].tests.append(Test(test["id"], place, test["outcome"]))
    shown = [group for group in groups.values() if group.tests]
    return sorted(shown, key=lambda g: (_VERDICTS.index(g.verdict), -len(g.tests), g.reason))


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{counts[o]} {o.replace('_', ' ')}" for o in OUTCOMES if counts.get(o))


def counted(number: int) -> str:
    """A number of tests, in words."""
    return f"{number} {'test' if number == 1 else 'tests'}"


def _text(view: View) -> str:
    from rich.console import Console

    file = io.StringIO()
    options: dict[str, Any] = {"highlight": False, "emoji": False, "markup": False}
    _print(view, Console(file=file, width=100, color_system=None, **options))
    return file.getvalue()


def _print(view: View, out: Console) -> None:
    from rich.table import Table

    for page in view.pages:
        out.print(f"{page['title']} ({page['id']}, read {page['read']})")
        out.print(page["address"], soft_wrap=True)
    facts = Table(box=None, pad_edge=False)
    for head in ("fact", "value", "taken from"):
        facts.add_column(head, overflow="fold")
    for row in view.facts:
        facts.add_row(*row)
    out.print(facts)
    counts = _in_words(dict(view.counts))
    out.print(f"{counted(view.total)} gated{': ' if counts else ''}{counts}; {view.end}")
    for group in view.groups:
        out.print()
        out.print(f"{counted(len(group.tests))} {group.verdict}: {group.outcomes}",
                  style=_STYLES[group.verdict])  # fmt: skip
        for words in filter(None, (group.reason, group.mend and f"would mend it: {group.mend}")):
            out.print(f"  {words}", soft_wrap=True)
        for test in group.tests[:_LISTED]:
            out.print(f"    {test.outcome.replace('_', ' ')}  {test.id}", soft_wrap=True)
        if len(group.tests) > _LISTED:
            out.print(f"    and {counted(len(group.tests) - _LISTED)} more")


def _html(view: View) -> str:
    from importlib.resources import files

    from jinja2 import Environment, StrictUndefined

    engine = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = (files("pytest_ddcompat") / "cli" / "report.html.jinja").read_text("utf-8")
    return engine.from_string(template).render(view=view, in_words=_in_words)


def _markdown(view: View) -> str:
    from pytest_ddcompat.cli.report_markdown import markdown

    return markdown(view)
