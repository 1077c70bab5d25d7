"""What becomes a run's record: the facts of a run put together, from however many processes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.environment.environment import KEYS, LIBRARY, tracer_key
from pytest_ddcompat.evaluation.remedies import Verdicts
from pytest_ddcompat.matrix.fields import plain
from pytest_ddcompat.record.format import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.evaluation.verdict import Verdict
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["Draft", "decision_entry", "environment_entry", "matrix_entry"]

_FINAL = {"failed", "error"}


class Draft:
    """A run as far as it is known.

    Attributes:
        environment: The facts and their signals.
        matrices: The pages, as far as they were told with decisions.
        decisions: Each decision by its key.
        collected: Each gated test by its node id, as the collection knows it: `id`, `file`,
            `line`, `decision` (the key of what its marks came to), and `outcome` where no report
            will tell it.
        ran: The same of those that ran, with what was decided in their last run.
        seen: What the reports told of each test, gated or not.
        skipped_by_others: Tests that were skipped before anything was decided of them.
    """

    def __init__(self) -> None:
        self.environment: dict[str, Any] = {}
        self.matrices: list[dict[str, Any]] = []
        self.decisions: dict[str, dict[str, Any]] = {}
        self.collected: dict[str, dict[str, Any]] = {}
        self.ran: dict[str, dict[str, Any]] = {}
        self.seen: dict[str, str] = {}
        self.skipped_by_others: set[str] = set()
        self._set_up: set[str] = set()
        self._early: set[str] = set()

    def add(self, fact: dict[str, Any]) -> None:
        """Take in one fact: a test; or the environment and the pages, a decision with its key."""
        if "id" in fact:
            self.collected.setdefault(fact["id"], fact)
        if "key" in fact:
            self.decisions[fact["key"]] = fact["entry"]
        if "environment" in fact:
            self._add_environment(fact["environment"])
        self.matrices = self.matrices or fact.get("matrices", [])

    def _add_environment(self, now: dict[str, Any]) -> None:
        # Each process knows the frameworks that its own tests have asked for so far.
        before = self.environment or now
        frameworks = {**before["facts"]["frameworks"], **now["facts"]["frameworks"]}
        self.environment = {
            "facts": {**before["facts"], "frameworks": frameworks},
            "signals": {**before["signals"], **now["signals"]},
        }

    def tests(self) -> Iterable[dict[str, Any]]:
        """Every gated test, in the order of collection; in their last run late marks count too."""
        left = self.skipped_by_others.difference(self.ran)
        return [test for name, test in {**self.collected, **self.ran}.items() if name not in left]

    def see(self, nodeid: str, when: str | None, outcome: str, *, again: bool = False) -> None:
        """Take in what one report makes of a test; of several runs the last counts.

        Args:
            nodeid: The test.
            when: Phase of the report.
            outcome: One of `record.OUTCOMES`; empty if the report decides nothing.
            again: Whether the test is run again because of this report.
        """
        if when == "setup":
            self.seen[nodeid] = "failed" if nodeid in self._early else "not_run"
            self._set_up.add(nodeid)
            self._early.discard(nodeid)
        elif again or when == "teardown":
            self._set_up.discard(nodeid)
        elif outcome == "failed" and nodeid not in self._set_up:
            # pytest-rerunfailures tells of a test when all of it is over, but of subtests at once.
            self._early.add(nodeid)
        before = self.seen.get(nodeid)
        # A subtest that fails is the test's failure, whatever follows.
        if outcome and before != "failed" and not (before in _FINAL and outcome not in _FINAL):
            self.seen[nodeid] = outcome

    def record(
        self, matrices: Sequence[dict[str, Any]], exit_status: int, *, interrupted: bool
    ) -> dict[str, Any]:
        """Put the record together, with the pages as `matrix_entry` gives them.

        Raises:
            KeyError: A decision is missing.
        """
        indices: dict[str, int] = {}
        tests = []
        for test in self.tests():
            outcome = self.seen.get(test["id"], test.get("outcome", "not_run"))
            place = {key: test[key] for key in ("id", "file", "line")}
            index = indices.setdefault(test["decision"], len(indices))
            tests.append({**place, "decision": index, "outcome": outcome})
        return {
            "version": VERSION,
            "matrix": matrices[0],
            "other_matrices": list(matrices[1:]),
            "environment": self.environment,
            "decisions": [self.decisions[key] for key in indices],
            "tests": tests,
            "exit_status": exit_status,
            "interrupted": interrupted,
        }


def decision_entry(
    decided: dict[str, Any],
    requirements: Iterable[Requirement],
    environment: Environment,
    matrices: Matrices,
    error: str = "",
    *,
    known: Verdicts | None = None,
) -> dict[str, Any]:
    """What a record says of a decision.

    Args:
        decided: What `Decision.to_text` holds.
        requirements: What was asked.
        environment: The facts.
        matrices: The pages.
        error: Why it could not be judged.
        known: The verdicts of the environment, as far as they were reached.

    Raises:
        CompatibilityError: A requirement names what its page does not have, or has no page.
    """
    reached = known or Verdicts(environment, matrices)
    return {
        **{key: decided[key] for key in ("verdict", "action", "reason")},
        "mend": list(decided["mend"]),
        "error": error,
        "requirements": [
            _requirement_entry(r, reached.of(r), matrices.pick(r)) for r in requirements
        ],
    }


def _requirement_entry(
    requirement: Requirement, verdict: Verdict, matrix: Matrix
) -> dict[str, Any]:
    findings = [{**f._asdict(), "outcome": f.outcome.value} for f in verdict.findings]
    for finding in findings:
        del finding["change"]
    return {
        "marker": requirement.marker,
        "verdict": verdict.status.value,
        "findings": findings,
        "matrix": matrix.page.id,
    }


def matrix_entry(matrix: Matrix) -> dict[str, Any]:
    """What a record says of the page."""
    page = matrix.page
    described = {key: getattr(page, key) for key in ("id", "title", "address")}
    return {**described, "read": page.read.isoformat(), "sha256": _digest(matrix)}


def environment_entry(environment: Environment, matrices: Matrices) -> dict[str, Any]:
    """What a record says of the environment, the pages' frameworks included."""
    facts = environment.to_mapping(matrices.framework_names())
    signals = {key: environment.fact(key).signal for key in KEYS}
    for name, fact in environment.frameworks().items():
        signals[f"framework.{name}"] = fact.signal
    for library in {matrix.page.tracer for matrix in matrices} - {LIBRARY}:
        fact = environment.tracer_of(library)
        signals[tracer_key(library)] = fact.signal
        if not fact.known:
            facts["frameworks"].pop(library, None)
    # Of a run that is over, "today" is no day.
    return {"facts": {**facts, "date": environment.date.isoformat()}, "signals": signals}


def _digest(matrix: Matrix) -> str:
    """SHA-256 of a matrix's content, as the schema of the record describes it."""
    content = json.dumps(
        plain(matrix, _leaf), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(content.encode()).hexdigest()


def _leaf(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool) else str(value)
