"""Build the record of a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from pytest_ddcompat.environment.detection import LIBRARY
from pytest_ddcompat.environment.fact import KEYS, PLURALS, tracer_key
from pytest_ddcompat.record.format import TIME_FORMAT, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.pages import Matrices, Verdicts
    from pytest_ddcompat.evaluation.policy import Action
    from pytest_ddcompat.evaluation.verdict import Status, Verdict
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.record.job import Job
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = [
    "build_record",
    "decision_entry",
    "environment_entry",
    "matrix_entry",
    "merge_environments",
    "run_entry",
    "to_json",
]


if TYPE_CHECKING:

    class Declared(Protocol):
        """A declaration, as far as a record has it."""

        def to_mapping(self) -> dict[str, str]: ...

    class Decision(Protocol):
        """A decision, as far as a record has it; the session's own is above this package."""

        status: Status
        action: Action
        reason: str
        error: str
        requirements: tuple[Requirement, ...]
        strict: tuple[bool | None, ...]

        @property
        def declarations(self) -> Sequence[Declared]: ...

        @property
        def remedies(self) -> tuple[str, ...]: ...

    class Test(Protocol):
        """A test, as far as a record has it."""

        id: str
        outcome: str

        @property
        def place(self) -> tuple[str, int | None]: ...


def build_record(
    run: dict[str, Any],
    matrices: Sequence[dict[str, Any]],
    environments: Sequence[dict[str, Any]],
    tests: Iterable[tuple[Test, dict[str, Any]]],
) -> dict[str, Any]:
    """Build the record of a run.

    Args:
        run: The run, as `run_entry` gives it.
        matrices: The run's matrices, as `matrix_entry` gives them.
        environments: The run's environments, as `environment_entry` gives them.
        tests: Each test with its decision, as `decision_entry` gives it, and the index of its
            environment in it; tests of one decision share the same object.
    """
    findings, requirements, declarations = _Distinct(), _Distinct(), _Distinct()
    decisions: list[dict[str, Any]] = []
    indices: dict[int, int] = {}  # by identity: to compare thousands with all findings takes long
    entries = []
    for test, decision in tests:
        index = indices.setdefault(id(decision), len(decisions))
        if index == len(decisions):
            required = [
                requirements.add({**each, "findings": [*map(findings.add, each["findings"])]})
                for each in decision["requirements"]
            ]
            declared = [*map(declarations.add, decision["declarations"])]
            decisions.append({**decision, "requirements": required, "declarations": declared})
        file, line = test.place
        entries.append(
            {"id": test.id, "file": file, "line": line, "decision": index, "outcome": test.outcome}
        )
    return {
        "version": VERSION,
        "run": run,
        "matrices": list(matrices),
        "environments": list(environments),
        "findings": findings.entries,
        "requirements": requirements.entries,
        "declarations": declarations.entries,
        "decisions": decisions,
        "tests": entries,
    }


class _Distinct:
    """Entries that many others name, each of them once."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self._indices: dict[str, int] = {}

    def add(self, entry: dict[str, Any]) -> int:
        """Add an entry if it is new, and return its index."""
        index = self._indices.setdefault(json.dumps(entry), len(self.entries))
        if index == len(self.entries):
            self.entries.append(entry)
        return index


def to_json(record: dict[str, Any]) -> str:
    """Return the text of a record: a line for each entry, so that it is small and can be read."""
    lines = []
    for key, value in record.items():
        many = isinstance(value, list) and value
        entries = ",\n".join(map(_compact, value)) if many else ""
        lines.append(f'"{key}": ' + (f"[\n{entries}\n]" if many else _compact(value)))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def run_entry(
    identifier: str,
    begin: datetime,
    end: datetime,
    *,
    job: Job,
    versions: dict[str, str],
    exit_status: int,
    interrupted: bool,
) -> dict[str, Any]:
    """Return what a record says of the run.

    Args:
        identifier: Id of the run, 32 hexadecimal digits.
        begin: When it began, in UTC.
        end: When it ended, in UTC.
        job: The job that it is part of.
        versions: Versions by the names of packages.
        exit_status: Exit status of the run.
        interrupted: Whether the run was stopped from outside.
    """
    return {
        "id": identifier,
        "begin": begin.strftime(TIME_FORMAT),
        "end": end.strftime(TIME_FORMAT),
        "exit_status": exit_status,
        "interrupted": interrupted,
        "versions": versions,
        "commit": job.commit,
        "repository": job.repository,
        "job": {"name": job.name, "attempt": job.attempt, "address": job.address},
    }


def merge_environments(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Merge what two processes know of an environment, as `environment_entry` gives it.

    Each process knows the frameworks and packages that its own tests have required so far.
    """
    facts, others = one["facts"], other["facts"]
    named = {
        plural: {**facts.get(plural, {}), **others.get(plural, {})}
        for plural in PLURALS
        if plural in facts or plural in others
    }
    return {
        **one,
        "facts": {**facts, **named},
        "signals": {**one["signals"], **other["signals"]},
    }


def decision_entry(decision: Decision, verdicts: Verdicts, matrices: Matrices) -> dict[str, Any]:
    """Build a record's entry of a decision.

    Args:
        decision: The decision.
        verdicts: The verdicts of the environment in which it was made.
        matrices: The run's matrices.

    Raises:
        CompatibilityError: A requirement names something that its matrix does not have.
    """
    return {
        "verdict": decision.status.value,
        "action": decision.action.value,
        "reason": decision.reason,
        "mend": list(decision.remedies),
        "error": decision.error,
        "requirements": [
            _requirement_entry(requirement, verdicts.of(requirement), matrices.pick(requirement))
            for requirement in decision.requirements
        ],
        "strict": list(decision.strict),
        "declarations": [declared.to_mapping() for declared in decision.declarations],
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
        "matrix": matrix.page.id,
        "findings": findings,
    }


def matrix_entry(matrix: Matrix) -> dict[str, Any]:
    """What a record says of the page."""
    page = matrix.page
    return {
        "id": page.id,
        "title": page.title,
        "address": page.address or None,
        "read": page.read.isoformat(),
        "sha256": matrix.digest,
    }


def environment_entry(
    environment: Environment, matrices: Matrices, folder: str = ""
) -> dict[str, Any]:
    """Return what a record says of the environment, the pages' frameworks included."""
    facts = environment.to_mapping(matrices.framework_names())
    signals = {key: environment.fact(key).signal for key in KEYS}
    for plural, named in environment.named().items():
        signals.update(
            (f"{PLURALS[plural].key}.{name}", fact.signal) for name, fact in named.items()
        )
    for library in {matrix.page.tracer for matrix in matrices} - {LIBRARY}:
        fact = environment.tracer_of(library)
        signals[tracer_key(library)] = fact.signal
        if not fact.known:
            facts["frameworks"].pop(library, None)
    # Of a run that is over, "today" is no day.
    facts["date"] = environment.date.isoformat()
    return {"folder": folder, "facts": facts, "signals": signals}
