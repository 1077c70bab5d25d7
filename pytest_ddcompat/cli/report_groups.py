"""The tests of records by decision and reason, those that failed first."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.jobs.rows import RAN
from pytest_ddcompat.record.format import OUTCOMES
from pytest_ddcompat.record.reading import decisions_of
from pytest_ddcompat.requirement.requirement import with_strict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "ORDER", "Group", "Grouping", "Test", "counted", "joined", "outcomes_in_words", "some",
]  # fmt: skip

_VERDICTS = ("unsupported", "undetermined", "supported")
_OUTCOMES = {"unsupported": "violated", "undetermined": "unknown"}  # of findings that decide
_BAD = ("failed", "error")
ORDER = (*_BAD, *(outcome for outcome in OUTCOMES if outcome not in _BAD))
"""All outcomes of tests, those first that are worst."""

_NAMED = 3  # capabilities, needs and environments in one heading
_LONGEST = 120  # characters of one need in a heading
_TOLD = 5  # reasons of one group
_OPEN = 20  # tests that failed, which a reader sees at once


class Test(NamedTuple):
    """A test.

    Attributes:
        id: Its node id.
        place: Its file and line.
        outcome: What became of it.
        environments: The names of the environments in which that became of it.
    """

    id: str
    place: str
    outcome: str
    environments: list[str]


class Group(NamedTuple):
    """Tests with the same decision for the same reason, which all failed or all did not.

    Attributes:
        verdict: The worst of the requirements' verdicts.
        action: What the run did with the tests.
        fix: What would let the tests run.
        has_failed: Whether the tests failed.
        reasons: Why, and the names of the environments in which; empty where all is supported.
            Of several records, those that need the same and found something else.
        findings: Each finding with its marker.
        tests: The tests.
        names: The capabilities that decide, or the markers of other requirements.
        needs: What the tests need and do not have, or may not have.
        environments: The names of their environments, if there are several, in their order.
    """

    verdict: str
    action: str
    fix: str
    has_failed: bool
    reasons: dict[str, dict[str, None]]
    findings: dict[tuple[str, ...], dict[str, str]]
    tests: list[Test]
    names: list[str]
    needs: list[str]
    environments: dict[str, None]

    @property
    def outcomes(self) -> str:
        """The number of tests with each outcome, and their environments, in words."""
        counts = outcomes_in_words(Counter(test.outcome for test in self.tests))
        return f"{counts} in {joined(list(self.environments))}" if self.environments else counts

    @property
    def heading(self) -> str:
        """The capabilities, what became of their tests, and why, in one line."""
        names = ", ".join(some(self.names)) or "Tests"
        needs = f"needs {' and '.join(some(self.needs))}" if self.needs else ""
        verdict = "" if needs and self.verdict == "unsupported" else self.verdict
        return ", ".join(filter(None, (f"{names}: {self.outcomes}", verdict, needs)))

    @property
    def why(self) -> list[str]:
        """The reasons, each with its environments if there are several; no more than a few."""
        if len(self.reasons) == 1:
            return [reason for reason in self.reasons if reason]
        told = list(self.reasons.items())
        lines = [f"{reason} ({joined(list(found))})" for reason, found in told[:_TOLD]]
        more = len(told) - _TOLD
        return [*lines, *([f"and {more} more such reasons"] if more > 0 else [])]

    def inside(self, test: Test) -> str:
        """Return a test's environments in words; empty if all of the group are."""
        is_part = len(test.environments) < len(self.environments)
        return joined(test.environments) if is_part else ""

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


class _Found(NamedTuple):
    """A group, and its tests by id and outcome if they may be of several records."""

    group: Group
    listed: dict[tuple[str, str], Test]


class Grouping:
    """Groups of tests, to which records are added.

    Of one record, all tests are listed. Of several, those that did not run or failed are, and each
    once in its group, whichever jobs it has it from.
    """

    def __init__(self, *, is_of_several: bool) -> None:
        self._is_of_several = is_of_several
        self._found: dict[tuple[Any, ...], _Found] = {}

    def add(
        self, record: dict[str, Any], names: Mapping[str, str], environments: Sequence[str]
    ) -> None:
        """Add the tests of a record.

        Args:
            record: The record.
            names: The names of capabilities by id.
            environments: The name of each environment; empty if there is no other.
        """
        decisions = decisions_of(record)
        # By number: to look up a long reason for each test would take its length each time.
        known: dict[tuple[int, bool], _Found] = {}
        for test in record["tests"]:
            number, has_failed = test["decision"], test["outcome"] in _BAD
            if self._is_of_several and not has_failed and test["outcome"] in RAN:
                continue
            found = known.get((number, has_failed))
            if found is None:
                found = known[number, has_failed] = self._found_for(decisions[number], has_failed)
                _explain(found.group, decisions[number], names, environments)
            self._list(test, *found, environments[decisions[number]["environment"]])

    def _found_for(self, decision: dict[str, Any], has_failed: bool) -> _Found:
        shared = decision["verdict"], decision["action"], " and ".join(decision["mend"]), has_failed
        # What was found differs from job to job: those that lack the same stand together.
        cause = (self._is_of_several and _unmet(decision)) or _reason(decision)
        new = _Found(Group(*shared, {}, {}, [], [], [], {}), {})
        return self._found.setdefault((*shared, cause), new)

    def _list(
        self,
        test: dict[str, Any],
        group: Group,
        listed: dict[tuple[str, str], Test],
        environment: str,
    ) -> None:
        known = listed.get((test["id"], test["outcome"]))
        if known is not None:
            if known.environments[-1] != environment:
                known.environments.append(environment)
            return
        place = test["file"] if test["line"] is None else f"{test['file']}:{test['line']}"
        made = Test(test["id"], place, test["outcome"], [environment])
        group.tests.append(made)
        if self._is_of_several:
            listed[made.id, made.outcome] = made

    def groups(self) -> list[Group]:
        """Return the groups; those that failed first."""
        return sorted((group for group, _ in self._found.values()), key=self._rank)

    def _rank(self, group: Group) -> tuple[object, ...]:
        jobs = len(group.environments) if self._is_of_several else 0
        worst = not group.has_failed, _VERDICTS.index(group.verdict)
        return (*worst, -len(group.tests), -jobs, *group.reasons)


def _reason(decision: dict[str, Any]) -> str:
    reason: str = decision["error"] or decision["reason"]
    return reason


def _unmet(decision: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Return what an environment lacks, without what it has; empty: nothing, or not known."""
    outcome = _OUTCOMES.get(decision["verdict"])
    if decision["error"]:
        return ()
    return tuple(
        (finding["check"], finding["subject"], finding["documented"])
        for requirement in decision["requirements"]
        for finding in requirement["findings"]
        if finding["outcome"] == outcome
    )


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
    reasons = group.reasons.setdefault(_reason(decision), {})
    environment = environments[decision["environment"]]
    if environment:
        group.environments[environment] = reasons[environment] = None


def _name(group: Group, requirement: dict[str, Any], names: Mapping[str, str]) -> None:
    """Add what decides a requirement to the names and needs of its group's heading."""
    outcome = _OUTCOMES.get(group.verdict)
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
    # "1 more" would hide a word where there is room for it.
    named = _NAMED if len(words) > _NAMED + 1 else len(words)
    cut = [w if len(w) <= _LONGEST else f"{w[:_LONGEST]}…" for w in words[:named]]
    return [*cut, *([f"{len(words) - named} more"] if len(words) > named else [])]


def joined(words: Sequence[str]) -> str:
    """Return some words as a list in a sentence."""
    *most, last = some(words)
    return f"{', '.join(most)} and {last}" if most else last


def outcomes_in_words(counts: Mapping[str, int]) -> str:
    """Return the number of tests with each outcome, in words."""
    return ", ".join(f"{counts[o]} {o.replace('_', ' ')}" for o in ORDER if counts.get(o))


def counted(number: int, more: str = "") -> str:
    """Return a number of tests in words."""
    return f"{number} {more}{'test' if number == 1 else 'tests'}"
