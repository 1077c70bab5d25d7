"""A valid record, and others with what is said of them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from pytest_ddcompat.evaluation.decision import Decision
from pytest_ddcompat.evaluation.pages import Matrices, Verdicts
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.record.builder import (
    build_record,
    decision_entry,
    environment_entry,
    matrix_entry,
)
from pytest_ddcompat.session.outcomes import Entry, Place
from support.core import MATRIX, asks, environment
from support.lists import lists

DECISION = Decision(
    Action.SKIP,
    Status.UNSUPPORTED,
    (asks("api_security"),),
    reason="it is old",
    remedies=("newer",),
)


def valid_record() -> dict[str, Any]:
    """Build the record of one test that did not run."""
    facts, matrices = environment(tracer="2.5.0"), Matrices([MATRIX])
    decision = decision_entry(DECISION, Verdicts(facts, matrices), matrices)
    return build_record(
        [matrix_entry(MATRIX)],
        [environment_entry(facts, matrices)],
        [(Entry("test_it.py::test", Place("test_it.py", 3)), decision)],
        0,
        interrupted=False,
    )


VALID = valid_record()


def changed(*path: str | int, to: object) -> dict[str, Any]:
    """The valid record with one value in another's place."""
    record = deepcopy(VALID)
    place: Any = record
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = to
    return record


def without(*path: str | int) -> dict[str, Any]:
    """The valid record without one key."""
    record = deepcopy(VALID)
    place: Any = record
    for part in path[:-1]:
        place = place[part]
    del place[path[-1]]
    return record


BAD: dict[str, tuple[Any, str]] = {
    "not an object": ([], "this must be an object (got [])"),
    "null": (None, "this must be an object (got null)"),
    "other version": (
        changed("version", to=2),
        "version: cannot read version 2 of a record; valid: 1",
    ),
    "version as text": (changed("version", to="1"), 'version: this must be 1 (got "1")'),
    "version as true": (changed("version", to=True), "version: this must be 1 (got true)"),
    "no version": (without("version"), 'the key "version" is missing: Version of this form.'),
    "no tests": (
        without("tests"),
        'the key "tests" is missing: Every gated test, those with markers as they were collected.',
    ),
    "unknown key": (
        changed("test", to=[]),
        f'unknown key "test"; did you mean "tests"? valid: {lists()["keys of a record"]}',
    ),
    "unknown fact": (
        changed("environment", "facts", "tracr", to="1"),
        (
            'environment.facts: unknown key "tracr"; did you mean "tracer"? '
            f"valid: {lists()['facts']}"
        ),
    ),
    "unknown outcome": (
        changed("tests", 0, "outcome", to="pased"),
        (
            'tests[0].outcome: "pased" is not valid; did you mean "passed"? '
            f"valid: {lists()['outcomes']}"
        ),
    ),
    "index of no decision": (
        changed("tests", 0, "decision", to=1),
        "tests[0].decision: there is no decision 1; valid: 0 to 0",
    ),
    "index below 0": (
        changed("tests", 0, "decision", to=-1),
        "tests[0].decision: this must be a whole number (got -1)",
    ),
    "address that is a script": (
        changed("matrix", "address", to="javascript:alert(1)"),
        'matrix.address: "javascript:alert(1)" is not an address; valid: https://…',
    ),
    "hash that is none": (
        changed("matrix", "sha256", to="00"),
        'matrix.sha256: "00" is not a SHA-256; valid: 64 hexadecimal digits',
    ),
    "action that is none": (
        changed("decisions", 0, "action", to=None),
        "decisions[0].action: this must be a string (got null)",
    ),
    "finding that is none": (
        changed("decisions", 0, "requirements", 0, "findings", 2, to="?"),
        'decisions[0].requirements[0].findings[2]: this must be an object (got "?")',
    ),
}
UNREADABLE = {
    "empty": (b"", "line 1, column 1: this is not valid JSON: Expecting value"),
    "half": (b'{"version":', "line 1, column 12: this is not valid JSON: Expecting value"),
    "binary": (b"\x00\xff\xfe", "byte 1: this is not UTF-8 text"),
    "deep": (b"[" * 200_000, "it has a number that is too long, or is nested too deeply"),
}
