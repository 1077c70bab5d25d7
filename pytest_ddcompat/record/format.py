"""The form of a record, which reader and JSON Schema share."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.environment.fact import FACTS
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.verdict import Outcome, Status
from pytest_ddcompat.matrix.fields import Key, Kind, read_keys
from pytest_ddcompat.matrix.kinds import (
    address,
    array,
    boolean,
    mapping,
    matching,
    one_of,
    plain_kind,
    text,
)
from pytest_ddcompat.matrix.schema import document_schema, object_schema

if TYPE_CHECKING:
    from pytest_ddcompat.environment.value import FactKind
    from pytest_ddcompat.values.errors import Place

__all__ = [
    "DECLARATION", "KNOWN_FACTS", "OUTCOMES", "RECORD", "TIME_FORMAT", "VERSION", "object_kind",
    "record_schema",
]  # fmt: skip

VERSION = 2
"""Version of the form; a reader refuses every other."""

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
"""Form of a time in UTC, for strptime."""

OUTCOMES = (
    "passed", "failed", "skipped", "xfailed", "xpassed", "error", "deselected", "not_run",
)  # fmt: skip
"""What can become of a test."""


def _nullable(kind: Kind) -> Kind:
    def read(value: object, place: Place) -> object:
        return None if value is None else kind.read(value, place)

    return Kind(read, {"anyOf": [kind.schema, {"type": "null"}]})


def object_kind(doc: str, **keys: Key) -> Kind:
    """An object with these keys alone; no `Row`, as nothing in it is a page's."""

    def read(value: object, place: Place) -> object:
        return read_keys(keys, value, place, "an object")

    return Kind(read, object_schema(doc, keys))


_day = matching("[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date", "a date such as 2026-05-31")
_NUMBER = {"type": "integer", "minimum": 0}
_count = plain_kind(
    lambda value: type(value) is int and value >= 0, "a whole number from 0", _NUMBER
)

_own = plain_kind(lambda value: isinstance(value, (bool, str)), "true, false or a string", {})
_VERSION = plain_kind(lambda value: type(value) is int, str(VERSION), {"const": VERSION})
_MATRIX = object_kind(
    "A page by which the tests were decided.",
    id=Key(text, "Id of the matrix."),
    title=Key(text, "Title of the page."),
    address=Key(_nullable(address), "Address of the page; null if it has none."),
    read=Key(_day, "Day on which the page was read."),
    sha256=Key(
        matching("[0-9a-f]{64}", "a SHA-256", "64 hexadecimal digits"),
        "SHA-256 of the matrix's content as JSON in UTF-8: keys sorted, defaults left out, no "
        "spaces; the file's comments and line ends do not count.",
    ),
)


def _fact(kind: FactKind) -> Kind:
    """One fact, or all of a kind: of a machine's own words the type alone is checked."""
    by_type = {bool: boolean, list: array(text), str: _day if kind.key == "date" else text}
    single = _own if kind.key == "fact" else by_type[type(kind.example)]
    single = _nullable(single) if kind.nullable else single
    return Kind((mapping(single) if kind.plural else single).read, kind.schema())


KNOWN_FACTS = object_kind(
    "The known facts, in the form that --ddcompat-facts reads; one that is left out is unknown.",
    **{kind.plural or key: Key(_fact(kind), kind.meaning, None) for key, kind in FACTS.items()},
)
"""The facts of an environment, as a record has them."""
_ENVIRONMENT = object_kind(
    "An environment, as far as it was known.",
    folder=Key(
        text, "Folder whose conftest gave facts or matrices for its tests; empty: none did."
    ),
    facts=Key(KNOWN_FACTS, "The known facts."),
    signals=Key(mapping(text), "Where each fact, or framework.NAME, is from, or why unknown."),
)
_FINDING = object_kind(
    "The outcome of one check.",
    check=Key(text, "Name of the check."),
    outcome=Key(one_of(*(outcome.value for outcome in Outcome)), "What it came to."),
    documented=Key(text, "What is needed."),
    observed=Key(text, "What was found."),
    source=Key(text, "The page's heading and words that it rests on, or the marker."),
    remedy=Key(text, "What would fix it; empty if nothing would, or nothing has to."),
    subject=Key(text, "The capability that it is about, or the test."),
    signal=Key(text, "Where what was observed was taken from, or why it is unknown."),
)
_STATUS = one_of(*(status.value for status in Status))
_REQUIREMENT = object_kind(
    "One requirement, evaluated in the environment.",
    marker=Key(text, "Its marker."),
    verdict=Key(_STATUS, "What it came to."),
    matrix=Key(text, "Id of the page that decided on it."),
    findings=Key(array(_count), "Indices of the findings of all checks, satisfied ones too."),
)
DECLARATION = object_kind(
    "A declaration of the tests in a file.",
    place=Key(text, "Its file and line."),
    verdict=Key(_STATUS, "What it came to: of a state, unsupported where it applies."),
    state=Key(text, "The state that it declares; empty: none.", ""),
    ticket=Key(text, "Where it is being worked on.", ""),
    owner=Key(text, "Who answers for it.", ""),
    feature=Key(text, "What the tests are about.", ""),
)
"""A declaration, as a record has it."""
_DECISION = object_kind(
    "What was decided, once for all tests that had the same.",
    verdict=Key(_STATUS, "The worst of the requirements' verdicts."),
    action=Key(one_of(*(action.value for action in Action)), "What happens to the tests."),
    reason=Key(text, "Why it is not supported; empty if it is."),
    mend=Key(array(text), "What would let the tests run; empty if nothing would, or they run."),
    error=Key(text, "Why the markers could not be judged; empty if they were."),
    requirements=Key(array(_count), "Indices of what the tests require."),
    strict=Key(
        array(_nullable(boolean)),
        "What the marker of each requirement says of strict; null: nothing.",
    ),
    declarations=Key(array(_count), "Indices of the declarations that it rests on."),
    environment=Key(_count, "Index of the environment in which it was made."),
)
_TEST = object_kind(
    "One gated test, or a module that was stopped before its tests were known.",
    id=Key(text, "Node id."),
    file=Key(text, "Its file, relative to pytest's root folder, with slashes."),
    line=Key(_nullable(_count), "Its line; null: none."),
    decision=Key(_count, "Index of its decision."),
    outcome=Key(
        one_of(*OUTCOMES),
        "What became of it, in its last run; not_run: it had not ended when the run did.",
    ),
)


def _is_moment(value: object) -> bool:
    if not (isinstance(value, str) and re.fullmatch(_TIME, value)):
        return False
    try:
        dt.datetime.strptime(value, TIME_FORMAT)
    except ValueError:  # such as the thirtieth of February
        return False
    return True


_TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
_MOMENT = plain_kind(
    _is_moment,
    "a time in UTC such as 2026-05-31T14:05:09Z",
    {"type": "string", "pattern": f"^{_TIME}$"},
)
_JOB = object_kind(
    "The job of a CI service, as far as it is known.",
    name=Key(_nullable(text), "Its name; null: unknown."),
    attempt=Key(_nullable(_count), "Number of the attempt, from 1; null: unknown."),
    address=Key(_nullable(address), "Address of the job or of its run; null: unknown."),
)
_RUN = object_kind(
    "The run, and what it tested.",
    id=Key(matching("[0-9a-f]{32}", "an id", "32 hexadecimal digits"), "Id of the run."),
    begin=Key(_MOMENT, "When it began, in UTC."),
    end=Key(_MOMENT, "When it ended, in UTC."),
    exit_status=Key(_count, "Exit status of the run."),
    interrupted=Key(boolean, "Whether the run was stopped from outside, such as by Ctrl-C."),
    versions=Key(mapping(text), "Versions of pytest-ddcompat, pytest and Python."),
    commit=Key(
        _nullable(matching("[0-9a-f]{7,64}", "a commit", "hexadecimal digits")),
        "Hash of the commit that was tested; null: unknown.",
    ),
    repository=Key(_nullable(address), "Address of the repository; null: unknown."),
    job=Key(_JOB, "The job."),
)
RECORD = object_kind(
    "Record of a test run by pytest-ddcompat.",
    version=Key(_VERSION, "Version of this form."),
    run=Key(_RUN, "The run."),
    matrices=Key(array(_MATRIX), "The pages by which the tests were decided."),
    environments=Key(
        array(_ENVIRONMENT), "The environments of the run, of its folders and processes."
    ),
    findings=Key(array(_FINDING), "Each distinct finding."),
    requirements=Key(array(_REQUIREMENT), "Each distinct requirement with what it came to."),
    declarations=Key(array(DECLARATION), "Each distinct declaration that a decision rests on."),
    decisions=Key(array(_DECISION), "Each distinct decision."),
    tests=Key(array(_TEST), "Every gated test, those with markers as they were collected."),
)
"""The form of a record."""


def record_schema() -> dict[str, Any]:
    """Describe a record as JSON Schema, draft 2020-12."""
    return document_schema("Record of a run of pytest-ddcompat", RECORD.schema)
