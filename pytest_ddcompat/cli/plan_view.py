"""A plan as people read it: text for a terminal, Markdown for a summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.cli.markdown import code, words
from pytest_ddcompat.cli.output import folded
from pytest_ddcompat.environment.fact import PLURALS
from pytest_ddcompat.environment.value import in_words
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from pytest_ddcompat.cli.plan_resolve import Resolved
    from pytest_ddcompat.planning.environments import Planned
    from pytest_ddcompat.planning.existing import Existing
    from pytest_ddcompat.planning.plan import Plan

__all__ = ["Beside", "markdown", "print_plan"]

_LISTED = 20  # tests of one environment, and clashing pairs, that are listed
_NEVER = "no environment runs these tests:"
_UNSURE = "undetermined everywhere, so that a run executes them by default:"

_Row = tuple[str, tuple[str, ...]]


class Beside(NamedTuple):
    """Answers that are shown beside a plan.

    Attributes:
        existing: What the jobs of a workflow come to, if there is one.
        resolved: What can be installed in each environment, if that was asked for.
        allowed: Of the tests that no environment runs, the reasons of those that need not run.
        unneeded: Tests that need not run, but can.
    """

    existing: Existing | None = None
    resolved: Sequence[Resolved] = ()
    allowed: Mapping[str, str] = {}
    unneeded: Sequence[str] = ()

    def to_mapping(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        found: dict[str, Any] = {}
        if self.existing is not None:
            found["existing"] = self.existing.to_mapping()
        if self.resolved:
            rows = [{"packages": r.status, "problem": r.problem} for r in self.resolved]
            found["resolved"] = rows
        if self.allowed:
            found["allowed"] = [{"test": t, "reason": why} for t, why in self.allowed.items()]
        if self.unneeded:
            found["unneeded"] = [*self.unneeded]
        return found

    def lines(self) -> dict[str, list[str]]:
        """Return what to show of it: lines by their titles."""
        lacking = [
            f"environment {number}: {line}"
            for number, each in enumerate(self.resolved, start=1)
            for line in each.lacking
        ]
        found = {
            "what cannot be installed as a wheel:": lacking,
            "of --allow no longer needed:": [*self.unneeded],
        }
        if self.existing is None:
            return found
        return {**found, **_compared(self.existing)}


def _compared(existing: Existing) -> dict[str, list[str]]:
    """Return what to show of existing jobs: lines by their titles."""
    jobs = []
    for job in existing.jobs:
        unknown = f"; not known: {', '.join(job.unknown)}" if job.unknown else ""
        jobs.append(f"{job.name}: {_counted(len(job.tests), 'test')}{unknown}")
    left_out = [", ".join(existing.left_out)] if existing.left_out else []
    unsure = {*existing.undetermined}
    return {
        "jobs that there are:": jobs,
        "jobs left out, as they run neither pytest nor tox nor nox:": left_out,
        "of the workflow:": [*_first(existing.notes)],
        "tests that are supported in none of them:": [
            test for test in existing.missing if test not in unsure
        ],
        "tests that may run in some, if what is not known is so:": [*existing.undetermined],
        "jobs without which no test is lost:": [*existing.redundant],
    }


def headline(plan: Plan) -> str:
    """Return how many environments there are, and how it is known that no fewer will do."""
    count, bound = len(plan.environments), plan.lower_bound
    planned = f"{_counted(count, 'environment')} for {_counted(_tests(plan), 'test')}"
    if count > bound:
        return f"{planned}; {bound} or more are needed: the search had no time for more"
    if count == len(plan.clashing) > 1:
        return f"{planned}; no fewer will do: of {bound} tests no two can share one"
    return f"{planned}; no fewer will do"


def print_plan(plan: Plan, beside: Beside, out: Console) -> None:
    """Print a plan for a terminal."""
    out.print(headline(plan), soft_wrap=True)
    for number, planned in enumerate(plan.environments, start=1):
        out.print()
        out.print(f"environment {number}: {_counted(len(planned.tests), 'test')}")
        _print(_facts(planned), 2, out)
        for line in _installed(planned):
            _print(f"install {line}", 2, out)
        for note in planned.notes:
            _print(f"note: {note}", 2, out)
        for test in _first(planned.tests):
            _print(test, 4, out)
    for title, rows in _answers(plan, beside).items():
        _print_rows(title, rows, out, "red" if title == _NEVER else "")
    for title, lines in beside.lines().items():
        _print_rows(title, [(line, ()) for line in lines], out)


def _print_rows(title: str, rows: Sequence[_Row], out: Console, style: str = "") -> None:
    """Print lines with their rows below them, if there are any."""
    if rows:
        out.print()
        out.print(title, style=style)
    for line, below in rows:
        _print(line, 2, out)
        for row in below:
            _print(row, 4, out)


def _answers(plan: Plan, beside: Beside) -> dict[str, list[_Row]]:
    """Return what a plan says beside its environments: lines, with lines below, by their titles."""
    reasons = {test: (f"allowed: {reason}",) for test, reason in beside.allowed.items()}
    impossible = [
        (each.test, (*each.rows, *reasons.get(each.test, ()))) for each in plan.impossible
    ]
    tried = [f"{each.name}, in environment {each.environment}" for each in plan.boundaries]
    return {
        _NEVER: impossible,
        _UNSURE: [(each.test, each.rows) for each in plan.undetermined],
        "these tests can share no environment:": _clashes(plan),
        "boundaries that are tried:": [(line, ()) for line in tried],
    }


def _clashes(plan: Plan) -> list[_Row]:
    found = [(" and ".join(clash.tests), clash.rows) for clash in plan.clashes[:_LISTED]]
    more = len(plan.clashes) - _LISTED
    return [*found, *([(f"… and {more} more pairs", ())] if more > 0 else [])]


def markdown(plan: Plan, beside: Beside) -> str:
    """Return a plan as Markdown."""
    lines = [f"### {words(headline(plan))}", ""]
    for number, planned in enumerate(plan.environments, start=1):
        lines += [f"{number}. {words(_facts(planned))}"]
        lines += [f"   - install {code(line)}" for line in _installed(planned)]
        lines += [f"   - note: {words(note)}" for note in planned.notes]
        lines += [f"   - {words(_counted(len(planned.tests), 'test'))}"]
    for title, rows in _answers(plan, beside).items():
        lines += ["", _sentence(title), ""] if rows else []
        for line, below in rows:
            lines += [f"- {code(line)}", *(f"  - {words(row)}" for row in below)]
    for title, told in beside.lines().items():
        lines += ["", _sentence(title), "", *(f"- {words(line)}" for line in told)] if told else []
    return "\n".join(lines)


def _print(text: str, indent: int, out: Console) -> None:
    out.print(folded(printable(text), indent, out.width), soft_wrap=True)


def _tests(plan: Plan) -> int:
    return len({test for planned in plan.environments for test in planned.tests})


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _first(tests: Sequence[str]) -> list[str]:
    more = len(tests) - _LISTED
    return [*tests[:_LISTED], *([f"… and {more} more"] if more > 0 else [])]


def _sentence(title: str) -> str:
    return title[:1].upper() + title[1:]


def _facts(planned: Planned) -> str:
    """Return the facts of an environment in a line, without what is not installed."""
    parts = []
    for key, value in planned.facts.items():
        if key not in PLURALS:
            parts.append(f"{'ddtrace' if key == 'tracer' else key} {in_words(value)}")
            continue
        parts += [f"{name} {in_words(v)}" for name, v in value.items() if v is not None]
    return ", ".join(parts)


def _installed(planned: Planned) -> list[str]:
    return [f"{name}{specifier}" for name, specifier in sorted(planned.packages.items())]
