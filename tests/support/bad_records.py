"""A valid record, and others with what is said of them."""

from __future__ import annotations

import datetime as dt
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
    run_entry,
)
from pytest_ddcompat.record.job import Job
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
    entry = decision_entry(DECISION, Verdicts(facts, matrices), matrices)
    decision = {**entry, "environment": 0}
    run = run_entry(
        "0123456789abcdef" * 2,
        dt.datetime(2026, 5, 31, 14, 5, 9, tzinfo=dt.timezone.utc),
        dt.datetime(2026, 5, 31, 14, 5, 10, tzinfo=dt.timezone.utc),
        job=Job("tests", 1, "https://ci.example/1", "0123abc", "https://ci.example/shop"),
        versions={"pytest-ddcompat": "0.1.0", "pytest": "9.0.0", "python": "3.11.2"},
        exit_status=0,
        interrupted=False,
    )
    return build_record(
        run,
        [matrix_entry(MATRIX)],
        [environment_entry(facts, matrices)],
        [(Entry("test_it.py::test", Place("test_it.py", 3)), decision)],
    )


VALID = valid_record()
LAST = len(VALID["findings"]) - 1


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
        changed("version", to=1),
        (
            "version: cannot read version 1 of a record; `pytest --ddcompat-report=FILE` writes "
            "one anew; valid: 2"
        ),
    ),
    "version as text": (changed("version", to="2"), 'version: this must be 2 (got "2")'),
    "version as true": (changed("version", to=True), "version: this must be 2 (got true)"),
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
        changed("environments", 0, "facts", "tracr", to="1"),
        (
            'environments[0].facts: unknown key "tracr"; did you mean "tracer"? '
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
        "tests[0].decision: there is no 1 in decisions; valid: 0 to 0",
    ),
    "index below 0": (
        changed("tests", 0, "decision", to=-1),
        "tests[0].decision: this must be a whole number from 0 (got -1)",
    ),
    "address that is a script": (
        changed("matrices", 0, "address", to="javascript:alert(1)"),
        'matrices[0].address: "javascript:alert(1)" is not an address; valid: https://…',
    ),
    "hash that is none": (
        changed("matrices", 0, "sha256", to="00"),
        'matrices[0].sha256: "00" is not a SHA-256; valid: 64 hexadecimal digits',
    ),
    "action that is none": (
        changed("decisions", 0, "action", to=None),
        "decisions[0].action: this must be a string (got null)",
    ),
    "finding that is none": (
        changed("findings", 2, to="?"),
        'findings[2]: this must be an object (got "?")',
    ),
    "index of no finding": (
        changed("requirements", 0, "findings", 1, to=1000),
        f"requirements[0].findings[1]: there is no 1000 in findings; valid: 0 to {LAST}",
    ),
    "index of no requirement": (
        changed("decisions", 0, "requirements", 0, to=1),
        "decisions[0].requirements[0]: there is no 1 in requirements; valid: 0 to 0",
    ),
    "index of no declaration": (
        changed("decisions", 0, "declarations", to=[0]),
        "decisions[0].declarations[0]: there is no 0 in declarations",
    ),
    "index of no environment": (
        changed("decisions", 0, "environment", to=1),
        "decisions[0].environment: there is no 1 in environments; valid: 0 to 0",
    ),
    "strict of no requirement": (
        changed("decisions", 0, "strict", to=[None, None]),
        "decisions[0].strict: this has 2 values; valid: 1, one for each requirement",
    ),
    "no environment": (
        {**changed("environments", to=[]), "decisions": [], "tests": []},
        "environments: this is empty; valid: at least one",
    ),
    "day in the place of a time": (
        changed("run", "begin", to="2026-05-31"),
        'run.begin: this must be a time in UTC such as 2026-05-31T14:05:09Z (got "2026-05-31")',
    ),
    "day that does not exist": (
        changed("run", "end", to="2026-02-30T10:00:00Z"),
        (
            "run.end: this must be a time in UTC such as 2026-05-31T14:05:09Z "
            '(got "2026-02-30T10:00:00Z")'
        ),
    ),
}
UNREADABLE = {
    "empty": (b"", "line 1, column 1: this is not valid JSON: Expecting value"),
    "half": (b'{"version":', "line 1, column 12: this is not valid JSON: Expecting value"),
    "binary": (b"\x00\xff\xfe", "byte 1: this is not UTF-8 text"),
    "deep": (b"[" * 200_000, "it has a number that is too long, or is nested too deeply"),
}
