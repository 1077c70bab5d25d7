"""`ddcompat diff`: show which documented facts change between two pages, and their effect."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.analysis.diff import difference, turn
from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import environment_of, is_page, matrix_named
from pytest_ddcompat.cli.markdown import LARGEST_COMMENT, fitting_table
from pytest_ddcompat.cli.output import folded, printing, write
from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.environment.parsing import facts_from_mapping
from pytest_ddcompat.record.reading import read_record, requirements_of
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rich.console import Console

    from pytest_ddcompat.analysis.diff import Change, Turn
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["EXAMPLE", "PURPOSE", "Answer", "Turned", "add", "markdown", "run"]

PURPOSE = "Show which documented facts change between two pages"
EXAMPLE = "ddcompat diff old.toml iast-python --record run.json"

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
_ROOM = LARGEST_COMMENT - 1000  # bytes for rows in Markdown; the rest is for what is around them


class Turned(NamedTuple):
    """A test or capability whose verdict changes."""

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
    """The changes between two pages.

    Attributes:
        changes: Documented facts.
        turned: The tests of a record and the capabilities, under `tests` and `capabilities`, as
            far as the options ask for them.
    """

    changes: tuple[Change, ...]
    turned: dict[str, list[Turned]]


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    what = "Bundled matrix, .toml file or page (.md)"
    parser.add_argument("old", metavar="OLD", help=what)
    parser.add_argument("new", metavar="NEW", help=what)
    arguments.add_page(parser)
    parser.add_argument(
        "--record",
        metavar="RECORD",
        help="Show which tests in this record of a run change their verdict",
    )
    arguments.add_environment(parser)
    arguments.add_format(parser, "json", "markdown")


def run(options: argparse.Namespace) -> int:
    """Print what changes; return 1 if a documented fact does."""
    old, new = _pages(options)
    turned = {}
    if options.record is not None:
        turned["tests"] = _tests(options.record, old, new)
    named = options.facts is not None or options.python is not None
    if named or options.set or options.agent != "off":
        turned["capabilities"] = _capabilities(environment_of(options, old, new), old, new)
    answer = Answer(difference(old, new), turned)
    if options.format == "text":
        with printing() as out:
            _print(answer, out)
    elif options.format == "json":
        write(_json(answer))
    else:
        # What the encoding lacks, Markdown can say all the same.
        write(markdown(answer), "xmlcharrefreplace")
    return int(bool(answer.changes))


def _pages(options: argparse.Namespace) -> list[Matrix]:
    """Load the two pages, or raise all that is wrong with both."""
    names = (options.old, options.new)
    # A published page has no interpretations to compare with those of an overlay.
    alone = any(map(is_page, names))
    pages: list[Matrix] = []
    problems: list[Problem] = []
    for which in names:
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
    environments = [
        # A run has as many frameworks as its markers name.
        Environment(
            facts_from_mapping(known["facts"], f"{path}: environments[{n}].facts", sys.maxsize)
        )
        for n, known in enumerate(record["environments"])
    ]
    # In a record of several pages, requirements of other pages do not change.
    ids = {old.page.id, new.page.id} if len(record["matrices"]) > 1 else set()
    requirements = [
        None if ids and entry["matrix"] not in ids else requirement
        for entry, requirement in zip(record["requirements"], requirements_of(record, path))
    ]
    turns = []
    for decision in record["decisions"]:
        asked = [one for index in decision["requirements"] if (one := requirements[index])]
        turns.append(turn(asked, environments[decision["environment"]], old, new))
    tests = [Turned(test["id"], turns[test["decision"]]) for test in record["tests"]]
    return [test for test in tests if test.turn.old is not test.turn.new]


def _capabilities(environment: Environment, old: Matrix, new: Matrix) -> list[Turned]:
    names = dict.fromkeys(row.id for row in (*old.capabilities, *new.capabilities))
    each = [Turned(n, turn([Requirement.capability(n)], environment, old, new)) for n in names]
    return [capability for capability in each if capability.turn.old is not capability.turn.new]


def _json(answer: Answer) -> str:
    shown: dict[str, Any] = {"changes": [change._asdict() for change in answer.changes]}
    for kind, key in (("tests", "id"), ("capabilities", "capability")):
        if kind in answer.turned:
            shown[kind] = [{key: t.name, **_as_json(t.turn)} for t in answer.turned[kind]]
    return json.dumps(shown, indent=2)


def _as_json(turned: Turn) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "from": turned.old and turned.old.value,
        "to": turned.new and turned.new.value,
        "because": [finding.to_mapping() for finding in turned.because],
    }
    return {**shown, "reason": turned.reason} if turned.reason else shown


def _print(answer: Answer, out: Console) -> None:
    def say(text: str, style: str = "", indent: str = "") -> None:
        lines = folded(printable(text), len(indent) + 2, out.width, indent)
        out.print(lines, style=style, soft_wrap=True)

    if not answer.changes:
        say("no documented fact changes")
    for kind, changes in groupby(answer.changes, key=lambda change: change.kind):
        say(_HEADINGS[kind], "bold")
        for change in changes:
            say(f"{change.row}: {_words(change)}", indent="  ")
    for kind, turned in answer.turned.items():
        say(f"{kind.capitalize()} that change their verdict: {len(turned) or 'none'}", "bold")
        for one in turned:
            # A node id may have blanks, at which it must not be folded.
            out.print(f"  {printable(one.name)}: {one.statuses}", soft_wrap=True)
            for reason in one.why:
                say(reason, indent="    ")


def _words(change: Change) -> str:
    if change.old is None:
        return f"added, {change.new}"
    return f"removed, was {change.old}" if change.new is None else f"{change.old} → {change.new}"


def markdown(answer: Answer) -> str:
    """Render what changes for a step summary, pull request or comment, whatever its size."""
    changes = [(_HEADINGS[c.kind], c.row, c.old or "", c.new or "") for c in answer.changes]
    room = _ROOM // (1 + len(answer.turned))
    lines = _part("Documented facts that change", ("kind", "fact", "old", "new"), changes, room)
    for kind, turned in answer.turned.items():
        title = f"{kind.capitalize()} that change their verdict"
        rows = [(one.name, one.statuses, "; ".join(one.why)) for one in turned]
        lines += _part(title, (kind, "verdict", "because"), rows, room)
    return "\n".join(lines)


def _part(title: str, head: Sequence[str], rows: Sequence[tuple[str, ...]], room: int) -> list[str]:
    lines = [f"### {title}: {len(rows) or 'none'}", ""]
    return [*lines, *(fitting_table(head, rows, room) if rows else [])]
