"""`ddcompat diff`: which documented facts change from one page to another, and what by it."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.analysis.diff import difference, turn
from pytest_ddcompat.cli.common import (
    Subcommands,
    add_command,
    add_environment_options,
    add_format_option,
    add_page_options,
    add_two,
    environment_of,
    is_page,
    matrix_named,
)
from pytest_ddcompat.cli.output import printing, write
from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.record.format import RecordError, read_record
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from pytest_ddcompat.analysis.diff import Change, Turn
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["Answer", "Turned", "add", "run"]

_HEADINGS = {
    "library": "Tracer",
    "site": "Datadog sites",
    "minimum": "Minimum tracer versions",
    "alias": "Other names of capabilities",
    "remote configuration": "Remote Configuration",
    "deployment": "Deployment types",
    "support level": "Support levels of release branches",
    "agent": "Minimum Datadog Agent of release branches",
    "runtime": "Runtimes",
    "framework": "Frameworks",
    "coverage": "Covered by sentences",
    "unresolved": "Words that are not understood",
    "other": "Other facts",
}


class Turned(NamedTuple):
    """A test or capability that changes its verdict: its name, and how."""

    name: str
    turn: Turn

    @property
    def statuses(self) -> str:
        """Both statuses, in words."""
        sides = (self.turn.old, self.turn.new)
        return " → ".join(side.value if side else "not on the page" for side in sides)

    @property
    def why(self) -> list[str]:
        """The reasons, in words."""
        because = [f"{f.subject} {f.sentence}" for f in self.turn.because]
        return [self.turn.reason] if self.turn.reason else because


class Answer(NamedTuple):
    """What changes.

    Attributes:
        changes: Documented facts.
        turned: The tests of a record and the capabilities, under `tests` and `capabilities`, as
            far as they were asked for.
    """

    changes: tuple[Change, ...]
    turned: dict[str, list[Turned]]


def add(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        subcommands,
        "diff",
        "tell which documented facts change from one page to another",
        "ddcompat diff old.toml iast-python --record run.json",
    )
    what = "bundled matrix, or the path of a .toml file or of a page (.md)"
    add_two(parser, ("OLD", "NEW"), what)
    add_page_options(parser)
    parser.add_argument(
        "--record", metavar="RECORD", help="tell which tests of a run's record change verdict"
    )
    add_environment_options(parser)
    add_format_option(parser, "json", "markdown")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what changes.

    Returns:
        0 if no documented fact changes, 1 if one does.

    Raises:
        CompatibilityError: An option or a file cannot be understood.
    """
    old, new = _pages(options)
    turned = {}
    if options.record is not None:
        turned["tests"] = _tests(options.record, old, new)
    if options.facts is not None or options.set or options.agent != "off":
        turned["capabilities"] = _capabilities(environment_of(options), old, new)
    answer = Answer(difference(old, new), turned)
    {"text": _print, "json": _print_json, "markdown": _print_markdown}[options.format](answer)
    return int(bool(answer.changes))


def _pages(options: argparse.Namespace) -> list[Matrix]:
    """The two pages, or all that is wrong with both."""
    given = (options.old, options.new)
    # A page as it is published is held against others without interpretations.
    alone = any(map(is_page, given))
    pages: list[Matrix] = []
    problems: list[Problem] = []
    for which in given:
        try:
            pages.append(
                matrix_named(
                    which, language=options.language, partials=options.partials, alone=alone
                )
            )
        except CompatibilityError as error:
            problems += error.problems
    if problems:
        raise CompatibilityError(list(dict.fromkeys(problems)))
    return pages


def _tests(path: str, old: Matrix, new: Matrix) -> list[Turned]:
    record = read_record(path)
    facts = record["environment"]["facts"]
    environment = Environment.from_mapping(facts, f"{path}: environment.facts")
    # Of several pages, what was held against others than these does not change.
    ids = {old.page.id, new.page.id} if record.get("other_matrices") else set()
    turns = []
    for number, decision in enumerate(record["decisions"]):
        where = f"{path}: decisions[{number}].requirements"
        turns.append(turn(_asked(decision, where, ids), environment, old, new))
    tests = [Turned(test["id"], turns[test["decision"]]) for test in record["tests"]]
    return [test for test in tests if test.turn.old is not test.turn.new]


def _asked(decision: dict[str, Any], where: str, ids: set[str]) -> list[Requirement]:
    asked = []
    for number, requirement in enumerate(decision["requirements"]):
        if ids and requirement.get("matrix") not in ids:
            continue
        try:
            asked.append(Requirement.from_marker(requirement["marker"]))
        except ValueError as error:
            raise RecordError(f"{where}[{number}].marker: {error}") from None
    return asked


def _capabilities(environment: Environment, old: Matrix, new: Matrix) -> list[Turned]:
    names = dict.fromkeys(row.id for row in (*old.capabilities, *new.capabilities))
    each = [Turned(n, turn([Requirement.capability(n)], environment, old, new)) for n in names]
    return [capability for capability in each if capability.turn.old is not capability.turn.new]


def _print_json(answer: Answer) -> None:
    shown: dict[str, Any] = {"changes": [change._asdict() for change in answer.changes]}
    for kind, key in (("tests", "id"), ("capabilities", "capability")):
        if kind in answer.turned:
            shown[kind] = [{key: t.name, **_as_json(t.turn)} for t in answer.turned[kind]]
    write(json.dumps(shown, indent=2))


def _as_json(turned: Turn) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "from": turned.old and turned.old.value,
        "to": turned.new and turned.new.value,
        "because": [finding.to_mapping() for finding in turned.because],
    }
    return {**shown, "reason": turned.reason} if turned.reason else shown


def _print(answer: Answer) -> None:
    with printing() as out:
        _say_all(answer, out)


def _say_all(answer: Answer, out: Console) -> None:
    def say(text: str, style: str = "") -> None:
        out.print(printable(text), style=style, soft_wrap=True)

    if not answer.changes:
        say("no documented fact changes")
    for kind, changes in groupby(answer.changes, key=lambda change: change.kind):
        say(_HEADINGS[kind], "bold")
        for change in changes:
            say(f"  {change.row}: {_words(change)}")
    for kind, turned in answer.turned.items():
        say(f"{kind.capitalize()} that change their verdict: {len(turned) or 'none'}", "bold")
        for one in turned:
            say(f"  {one.name}: {one.statuses}")
            for reason in one.why:
                say(f"    {reason}")


def _words(change: Change) -> str:
    if change.old is None:
        return f"added, {change.new}"
    return f"removed, was {change.old}" if change.new is None else f"{change.old} → {change.new}"


def _print_markdown(answer: Answer) -> None:
    from pytest_ddcompat.cli.diff_markdown import markdown

    # What the encoding lacks, Markdown can say all the same.
    write(markdown(answer, _HEADINGS), "xmlcharrefreplace")
