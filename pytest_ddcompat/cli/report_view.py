"""A record for readers: its tests by what was decided, and what would let more of them run."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.environment.fact import FACTS
from pytest_ddcompat.environment.value import in_words
from pytest_ddcompat.evaluation.remedies import changes_in
from pytest_ddcompat.matrix.loading import bundled_ids, load_matrix
from pytest_ddcompat.record.format import OUTCOMES, environments_of
from pytest_ddcompat.requirement.requirement import with_strict
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.text import printable
from pytest_ddcompat.values.versions import Version, parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Group", "Test", "View", "counted"]

_VERDICTS = ("unsupported", "undetermined", "supported")
_BAD = ("failed", "error")
_ORDER = (*_BAD, *(outcome for outcome in OUTCOMES if outcome not in _BAD))
_MOST_FACTS = 2000  # rows in any form
_NAMED = 3  # capabilities, and needs, in one heading
_LONGEST = 120  # characters of one need in a heading
_TRIED = 20  # changes that are held against all others, those that most tests need
_FIXES = 5  # changes that are shown
_MENTIONED = ("tracer", "python", "os", "cpu")


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
        tests: The tests, those that failed first.
        names: The capabilities that decide, or the markers of other requirements.
        needs: What the tests need and do not have, or may not have.
    """

    verdict: str
    action: str
    reason: str
    fix: str
    findings: list[dict[str, str]]
    tests: list[Test]
    names: list[str]
    needs: list[str]

    @property
    def outcomes(self) -> str:
        """The number of tests with each outcome, in words."""
        return _in_words(Counter(test.outcome for test in self.tests))

    @property
    def heading(self) -> str:
        """The capabilities, what became of their tests, and why, in one line."""
        names = ", ".join(_some(self.names)) or "Tests"
        needs = f"needs {' and '.join(_some(self.needs))}" if self.needs else ""
        verdict = "" if needs and self.verdict == "unsupported" else self.verdict
        return ", ".join(filter(None, (f"{names}: {self.outcomes}", verdict, needs)))

    @property
    def is_fix_new(self) -> bool:
        """Whether the fix says more than the heading."""
        return bool(self.fix) and self.fix != " and ".join(_some(self.needs))

    @property
    def has_failed(self) -> bool:
        """Whether a test failed."""
        return any(test.outcome in _BAD for test in self.tests)


class View(NamedTuple):
    """A record for readers; every string is fit for a terminal.

    Attributes:
        pages: Id, title, address, day read and hash of each page.
        facts: Name, value and signal of each fact; of further environments those that differ.
        counts: Number of tests by outcome, those that failed first.
        groups: The tests by decision and reason; those of which some failed first.
        end: How the run ended.
        place: The main facts of the first environment, in words.
        fixes: Each change with the tests that it would let run, in words; that of most first.
    """

    pages: list[dict[str, str]]
    facts: list[tuple[str, str, str]]
    counts: list[tuple[str, int]]
    groups: list[Group]
    end: str
    place: str
    fixes: list[tuple[str, str]]

    @classmethod
    def of(cls, record: dict[str, Any]) -> View:
        """Make a view of a record from `read_record`."""
        record = _printable(record)
        counts = Counter(test["outcome"] for test in record["tests"])
        stopped = "it was interrupted; " if record["interrupted"] else ""
        return cls(
            [record["matrix"], *record.get("other_matrices", ())],
            _first(list(_facts(environments_of(record)))),
            [(outcome, counts[outcome]) for outcome in _ORDER if counts[outcome]],
            _groups(record, _names(record)),
            f"{stopped}exit status {record['exit_status']}",
            _place(record["environment"]["facts"]),
            _fixes(record),
        )

    @property
    def total(self) -> int:
        """The number of tests."""
        return sum(count for _, count in self.counts)

    @property
    def outcomes(self) -> str:
        """The number of tests with each outcome, in words."""
        return _in_words(dict(self.counts))


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


def _groups(record: dict[str, Any], names: Mapping[str, str]) -> list[Group]:
    groups: dict[tuple[str, ...], Group] = {}
    keys = []
    for decision in record["decisions"]:
        reason = decision["error"] or decision["reason"]
        key = (decision["verdict"], decision["action"], reason, " and ".join(decision["mend"]))
        keys.append(key)
        group = groups.setdefault(key, Group(*key, [], [], [], []))
        for requirement in decision["requirements"]:
            marker = with_strict(requirement["marker"], requirement.get("strict"))
            marked = ({"marker": marker, **f} for f in requirement["findings"])
            group.findings.extend(f for f in marked if f not in group.findings)
            if requirement["verdict"] == group.verdict:
                _name(group, requirement, names)
    for test in record["tests"]:
        place = test["file"] if test["line"] is None else f"{test['file']}:{test['line']}"
        groups[keys[test["decision"]]].tests.append(Test(test["id"], place, test["outcome"]))
    shown = [group for group in groups.values() if group.tests]
    for group in shown:
        group.tests.sort(key=lambda test: test.outcome not in _BAD)
    return sorted(
        shown,
        key=lambda g: (not g.has_failed, _VERDICTS.index(g.verdict), -len(g.tests), g.reason),
    )


def _name(group: Group, requirement: dict[str, Any], names: Mapping[str, str]) -> None:
    """Add what decides a requirement to the names and needs of its group's heading."""
    outcome = {"unsupported": "violated", "undetermined": "unknown"}.get(group.verdict)
    for finding in requirement["findings"]:
        is_test = finding["subject"] not in names and finding["subject"] == "the test"
        # An Agent that is not known decides only where a marker asks for it.
        open_agent = outcome == "unknown" and finding["check"] == "agent" and not is_test
        if outcome and (finding["outcome"] != outcome or open_agent):
            continue
        subject = finding["subject"]
        name = requirement["marker"] if is_test else names.get(subject, subject)
        for found, word in ((group.names, name), (group.needs, finding["documented"])):
            if word not in found and (outcome or found is group.names):
                found.append(word)


def _some(words: Sequence[str]) -> list[str]:
    """Return the first of some words, cut where they are too long, and count the others."""
    cut = [w if len(w) <= _LONGEST else f"{w[:_LONGEST]}…" for w in words[:_NAMED]]
    return [*cut, *([f"{len(words) - _NAMED} more"] if len(words) > _NAMED else [])]


def _names(record: dict[str, Any]) -> dict[str, str]:
    """Return the names of capabilities by id, as far as bundled pages have them."""
    ids = {page["id"] for page in (record["matrix"], *record.get("other_matrices", ()))}
    pages = (load_matrix(name) for name in bundled_ids() if name in ids)
    return {c.id: c.name for page in pages for c in page.capabilities}


def _place(facts: Mapping[str, Any]) -> str:
    words = [
        f"{FACTS[key].label} {in_words(facts[key])}"
        if key in {"tracer", "python"}
        else in_words(facts[key])
        for key in _MENTIONED
        if key in facts
    ]
    return ", ".join(words)


def _fixes(record: dict[str, Any]) -> list[tuple[str, str]]:
    """Return how many of the tests that were stopped each change would let run.

    A record has no matrix to try a change on the other tests. So a change is counted for those
    whose own changes it holds, such as `ddtrace >=3` for `ddtrace >=2.6.0`.
    """
    counts = Counter(test["decision"] for test in record["tests"])
    stopped: dict[int, Counter[frozenset[str]]] = {}
    phrases: dict[frozenset[str], str] = {}
    for number, decision in enumerate(record["decisions"]):
        if decision["mend"] and decision["action"] not in {"run", "xfail"} and counts[number]:
            need = changes_in(decision["mend"])
            phrases.setdefault(need, " and ".join(decision["mend"]))
            stopped.setdefault(decision.get("environment", 0), Counter())[need] += counts[number]
    environments = environments_of(record)
    found = []
    for index, needs in stopped.items():
        folder = environments[index].get("folder") or f"environment {index + 1}"
        before = f"{folder}: " if len(stopped) > 1 else ""
        for change, _ in needs.most_common(_TRIED):
            total = sum(n for need, n in needs.items() if _all_covered(need, change))
            found.append((total, f"{before}{phrases[change]}"))
    found.sort(key=lambda pair: (-pair[0], pair[1]))
    return [(phrase, f"would let {counted(n, 'more ')} run") for n, phrase in found[:_FIXES]]


def _all_covered(needed: Iterable[str], change: Iterable[str]) -> bool:
    return all(any(_covers(made, need) for made in change) for need in needed)


def _covers(made: str, need: str) -> bool:
    """Whether a change fulfils another: the same, or a version above the same lower bound."""
    if made == need:
        return True
    name, _, versions = made.rpartition(" ")
    at_least = re.fullmatch(re.escape(name) + r" >=([\w.!+]+)", need)
    if at_least is None:
        return False
    try:
        lower = parse_marker_range(versions).lower
        return lower is not None and lower >= Version(at_least[1])
    except (CompatibilityError, ValueError):
        return False


def _in_words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[o]} {o.replace('_', ' ')}" for o in _ORDER if counts.get(o))


def counted(number: int, more: str = "") -> str:
    """Return a number of tests in words."""
    return f"{number} {more}{'test' if number == 1 else 'tests'}"
