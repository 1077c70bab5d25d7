"""The tests of a record by what was decided and why, those that failed first."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.record.format import OUTCOMES
from pytest_ddcompat.record.reading import decisions_of
from pytest_ddcompat.requirement.requirement import with_strict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["ORDER", "Group", "Test", "counted", "groups_of", "outcomes_in_words", "some"]

_VERDICTS = ("unsupported", "undetermined", "supported")
_BAD = ("failed", "error")
ORDER = (*_BAD, *(outcome for outcome in OUTCOMES if outcome not in _BAD))
"""All outcomes of tests, those first that are worst."""

_NAMED = 3  # capabilities, needs and environments in one heading
_LONGEST = 120  # characters of one need in a heading
_OPEN = 20  # tests that failed, which a reader sees at once


class Test(NamedTuple):
    """A test: its node id, its file and line, and its outcome."""

    id: str
    place: str
    outcome: str


class Group(NamedTuple):
    """Tests with the same decision for the same reason, which all failed or all did not.

    Attributes:
        verdict: The worst of the requirements' verdicts.
        action: What the run did with the tests.
        reason: Why; empty where all is supported.
        fix: What would let the tests run.
        has_failed: Whether the tests failed.
        findings: Each finding with its marker.
        tests: The tests.
        names: The capabilities that decide, or the markers of other requirements.
        needs: What the tests need and do not have, or may not have.
        environments: The names of their environments, if the record has several.
    """

    verdict: str
    action: str
    reason: str
    fix: str
    has_failed: bool
    findings: dict[tuple[str, ...], dict[str, str]]
    tests: list[Test]
    names: list[str]
    needs: list[str]
    environments: list[str]

    @property
    def outcomes(self) -> str:
        """The number of tests with each outcome, and their environments, in words."""
        counts = outcomes_in_words(Counter(test.outcome for test in self.tests))
        *most, last = some(self.environments) or [""]
        return f"{counts} in {', '.join(most)}{' and ' if most else ''}{last}" if last else counts

    @property
    def heading(self) -> str:
        """The capabilities, what became of their tests, and why, in one line."""
        names = ", ".join(some(self.names)) or "Tests"
        needs = f"needs {' and '.join(some(self.needs))}" if self.needs else ""
        verdict = "" if needs and self.verdict == "unsupported" else self.verdict
        return ", ".join(filter(None, (f"{names}: {self.outcomes}", verdict, needs)))

    @property
    def is_fix_new(self) -> bool:
        """Whether the fix says more than the heading."""
        return bool(self.fix) and self.fix != " and ".join(some(self.needs))

    @property
    def is_open(self) -> bool:
        """Whether a reader sees the tests without asking for them."""
        return self.has_failed and len(self.tests) <= _OPEN

    @property
    def checked(self) -> list[tuple[str, str, list[dict[str, str]]]]:
        """The findings that apply, by marker and subject."""
        apply = (f for f in self.findings.values() if f["outcome"] != "not_applicable")
        together = groupby(apply, key=lambda f: (f["marker"], f["subject"]))
        return [(marker, subject, list(found)) for (marker, subject), found in together]


def groups_of(
    record: dict[str, Any], names: Mapping[str, str], environments: Sequence[str]
) -> list[Group]:
    """Return the tests by decision and reason; those that failed first.

    Args:
        record: The record.
        names: The names of capabilities by id.
        environments: The name of each environment; empty if there is one only.
    """
    decisions = decisions_of(record)
    keys = [_key(decision) for decision in decisions]
    groups: dict[tuple[Any, ...], Group] = {}
    explained = set()
    for test in record["tests"]:
        number: int = test["decision"]
        has_failed = test["outcome"] in _BAD
        key = (*keys[number], has_failed)
        group = groups.get(key)
        if group is None:
            group = groups[key] = Group(*keys[number], has_failed, {}, [], [], [], [])
        if (number, has_failed) not in explained:
            explained.add((number, has_failed))
            _explain(group, decisions[number], names, environments)
        place = test["file"] if test["line"] is None else f"{test['file']}:{test['line']}"
        group.tests.append(Test(test["id"], place, test["outcome"]))
    return sorted(
        groups.values(),
        key=lambda g: (not g.has_failed, _VERDICTS.index(g.verdict), -len(g.tests), g.reason),
    )


def _key(decision: dict[str, Any]) -> tuple[str, str, str, str]:
    reason, fix = decision["error"] or decision["reason"], " and ".join(decision["mend"])
    return decision["verdict"], decision["action"], reason, fix


def _explain(
    group: Group,
    decision: dict[str, Any],
    names: Mapping[str, str],
    environments: Sequence[str],
) -> None:
    """Add what was found for a decision, and where, to its group."""
    for requirement in decision["requirements"]:
        marker = with_strict(requirement["marker"], requirement["strict"])
        for finding in requirement["findings"]:
            group.findings.setdefault((marker, *finding.values()), {"marker": marker, **finding})
        if requirement["verdict"] == group.verdict:
            _name(group, requirement, names)
    environment = environments[decision["environment"]]
    if environment and environment not in group.environments:
        group.environments.append(environment)


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


def some(words: Sequence[str]) -> list[str]:
    """Return the first of some words, cut where they are too long, and count the others."""
    cut = [w if len(w) <= _LONGEST else f"{w[:_LONGEST]}…" for w in words[:_NAMED]]
    return [*cut, *([f"{len(words) - _NAMED} more"] if len(words) > _NAMED else [])]


def outcomes_in_words(counts: Mapping[str, int]) -> str:
    """Return the number of tests with each outcome, in words."""
    return ", ".join(f"{counts[o]} {o.replace('_', ' ')}" for o in ORDER if counts.get(o))


def counted(number: int, more: str = "") -> str:
    """Return a number of tests in words."""
    return f"{number} {more}{'test' if number == 1 else 'tests'}"
