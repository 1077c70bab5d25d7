"""What becomes a run's record: the facts of a run put together, from however many processes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.environment import KEYS
from pytest_ddcompat.evaluation import evaluate
from pytest_ddcompat.policy import Action
from pytest_ddcompat.reading import Row
from pytest_ddcompat.record import VERSION
from pytest_ddcompat.verdict import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_ddcompat.environment import Environment
    from pytest_ddcompat.matrix import Matrix
    from pytest_ddcompat.requirement import Requirement

__all__ = ["Draft", "decision_entry", "head_entry"]

_FINAL = {"failed", "error"}
_ORDER = [status.value for status in (Status.SUPPORTED, Status.UNDETERMINED, Status.UNSUPPORTED)]


class Draft:
    """A run as far as it is known.

    Attributes:
        head: The page and the environment.
        decisions: Each decision by its key.
        tests: Each gated test by its node id: `id`, `file`, `line`, `decision` and `more` (keys
            of what was decided of it), and `outcome` where no report will tell it.
        seen: What the reports told of each test, gated or not.
    """

    def __init__(self) -> None:
        self.head: dict[str, Any] = {}
        self.decisions: dict[str, dict[str, Any]] = {}
        self.tests: dict[str, dict[str, Any]] = {}
        self.seen: dict[str, str] = {}

    def add(self, fact: dict[str, Any]) -> None:
        """Take in one fact: the head, a decision with its key, or a test.

        A test that is told again adds to what was decided of it, or, where it is told as it ran,
        replaces what its marks came to before.
        """
        if "id" in fact:
            known = self.tests.setdefault(fact["id"], {**fact, "more": []})
            if fact.get("ran"):
                known["decision"] = fact["decision"]
            elif fact["decision"] not in (known["decision"], *known["more"]):
                known["more"].append(fact["decision"])
        elif "key" in fact:
            self.decisions[fact["key"]] = fact["entry"]
        else:
            self._add_head(fact)

    def _add_head(self, head: dict[str, Any]) -> None:
        if self.head:
            # Each process knows the frameworks that its own tests asked for.
            before, now = self.head["environment"], head["environment"]
            before["facts"]["frameworks"].update(now["facts"]["frameworks"])
            before["signals"].update(now["signals"])
        else:
            self.head = head

    def see(self, nodeid: str, when: str | None, outcome: str) -> None:
        """Take in what one report makes of a test; of several runs the last counts.

        Args:
            nodeid: The test.
            when: Phase of the report.
            outcome: One of `record.OUTCOMES`; empty if the report decides nothing.
        """
        if when == "setup":
            self.seen[nodeid] = "not_run"
        before = self.seen.get(nodeid)
        # A subtest that fails is the test's failure, whatever follows.
        if outcome and before != "failed" and not (before in _FINAL and outcome not in _FINAL):
            self.seen[nodeid] = outcome

    def record(self, exit_status: int, *, interrupted: bool) -> dict[str, Any]:
        """Put the record together.

        Raises:
            KeyError: Head or a decision is missing.
        """
        indices: dict[tuple[str, ...], int] = {}
        tests = []
        for test in self.tests.values():
            keys = (test["decision"], *test["more"])
            outcome = self.seen.get(test["id"], test.get("outcome", "not_run"))
            place = {key: test[key] for key in ("id", "file", "line")}
            index = indices.setdefault(keys, len(indices))
            tests.append({**place, "decision": index, "outcome": outcome})
        return {
            "version": VERSION,
            "matrix": self.head["matrix"],
            "environment": self.head["environment"],
            "decisions": [_together([self.decisions[key] for key in keys]) for keys in indices],
            "tests": tests,
            "exit_status": exit_status,
            "interrupted": interrupted,
        }


def _together(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One decision of several: the worst verdict, the strongest action, everything asked."""
    if len(entries) == 1:
        return entries[0]
    requirements = {r["marker"]: r for entry in entries for r in entry["requirements"]}
    return {
        "verdict": max((e["verdict"] for e in entries), key=_ORDER.index),
        "action": max((e["action"] for e in entries), key=lambda a: Action(a).strength),
        "reason": _joined(e["reason"] for e in entries),
        "mend": list(dict.fromkeys(remedy for e in entries for remedy in e["mend"])),
        "error": _joined(e["error"] for e in entries),
        "requirements": list(requirements.values()),
    }


def _joined(sentences: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(sentence for sentence in sentences if sentence))


def decision_entry(
    decided: dict[str, Any],
    requirements: Iterable[Requirement],
    environment: Environment,
    matrix: Matrix,
    error: str = "",
) -> dict[str, Any]:
    """What a record says of a decision.

    Args:
        decided: What `Decision.to_text` holds.
        requirements: What was asked.
        environment: The facts.
        matrix: The page.
        error: Why it could not be judged.

    Raises:
        CompatibilityError: A requirement names what the page does not have.
    """
    return {
        **{key: decided[key] for key in ("verdict", "action", "reason")},
        "mend": list(decided["mend"]),
        "error": error,
        "requirements": [_requirement_entry(r, environment, matrix) for r in requirements],
    }


def _requirement_entry(
    requirement: Requirement, environment: Environment, matrix: Matrix
) -> dict[str, Any]:
    verdict = evaluate(requirement, environment, matrix)
    findings = [{**f._asdict(), "outcome": f.outcome.value} for f in verdict.findings]
    for finding in findings:
        del finding["change"]
    return {
        "marker": requirement.marker,
        "verdict": verdict.status.value,
        "findings": findings,
    }


def head_entry(matrix: Matrix, environment: Environment) -> dict[str, Any]:
    """What a record says of the page and the environment."""
    page = matrix.page
    described = {key: getattr(page, key) for key in ("id", "title", "address")}
    return {
        "matrix": {**described, "read": page.read.isoformat(), "sha256": _digest(matrix)},
        "environment": {"facts": _facts(environment), "signals": _signals(environment)},
    }


def _facts(environment: Environment) -> dict[str, Any]:
    # Of a run that is over, "today" is no day.
    return {**environment.to_mapping(), "date": environment.date.isoformat()}


def _signals(environment: Environment) -> dict[str, str]:
    signals = {key: environment.fact(key).signal for key in KEYS}
    for name, fact in environment.frameworks().items():
        signals[f"framework.{name}"] = fact.signal
    return signals


def _digest(matrix: Matrix) -> str:
    """SHA-256 of a matrix's content, as the schema of the record describes it."""
    content = json.dumps(_plain(matrix), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Row):
        held = {key: getattr(value, key) for key in value.fields}
        return {key: _plain(v) for key, v in held.items() if v != value.fields[key].default}
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool) else str(value)
