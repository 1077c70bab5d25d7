"""Build the record of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from pytest_ddcompat.environment.detection import LIBRARY
from pytest_ddcompat.environment.fact import KEYS, PLURALS, tracer_key
from pytest_ddcompat.record.format import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.pages import Matrices, Verdicts
    from pytest_ddcompat.evaluation.policy import Action
    from pytest_ddcompat.evaluation.verdict import Status, Verdict
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = [
    "build_record",
    "decision_entry",
    "environment_entry",
    "matrix_entry",
    "merge_environments",
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
    matrices: Sequence[dict[str, Any]],
    environments: Sequence[dict[str, Any]],
    tests: Iterable[tuple[Test, dict[str, Any]]],
    exit_status: int,
    *,
    interrupted: bool,
) -> dict[str, Any]:
    """Build the record of a run.

    Args:
        matrices: The run's matrices, as `matrix_entry` gives them.
        environments: The run's environments, as `environment_entry` gives them.
        tests: Each test with its decision, as `decision_entry` gives it, and the index of its
            environment in it; tests of one decision share the same object.
        exit_status: Exit status of the run.
        interrupted: Whether the run was stopped from outside.
    """
    decisions: list[dict[str, Any]] = []
    indices: dict[int, int] = {}  # by identity: to compare thousands with all findings takes long
    entries = []
    for test, decision in tests:
        index = indices.setdefault(id(decision), len(decisions))
        if index == len(decisions):
            decisions.append(decision)
        file, line = test.place
        entries.append(
            {"id": test.id, "file": file, "line": line, "decision": index, "outcome": test.outcome}
        )
    return {
        "version": VERSION,
        "matrix": matrices[0],
        "other_matrices": list(matrices[1:]),
        "environment": environments[0],
        "other_environments": list(environments[1:]),
        "decisions": decisions,
        "tests": entries,
        "exit_status": exit_status,
        "interrupted": interrupted,
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
            {**_requirement_entry(r, verdicts.of(r), matrices.pick(r)), "strict": strict}
            for r, strict in zip(decision.requirements, decision.strict)
        ],
        **_declared(decision),
    }


def _declared(decision: Decision) -> dict[str, Any]:
    # Left out where there are none, as in records of runs without declarations.
    declarations = [declared.to_mapping() for declared in decision.declarations]
    return {"declarations": declarations} if declarations else {}


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
