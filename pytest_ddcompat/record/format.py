"""The record of a run: its form, which reader and JSON Schema share."""

from __future__ import annotations

import json
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
from pytest_ddcompat.matrix.schema import object_schema
from pytest_ddcompat.values.errors import CompatibilityError, Place, Problem
from pytest_ddcompat.values.files import read_limited
from pytest_ddcompat.values.text import as_json

if TYPE_CHECKING:
    import os

    from pytest_ddcompat.environment.value import FactKind

__all__ = [
    "OUTCOMES",
    "VERSION",
    "RecordError",
    "environments_of",
    "read_record",
    "record_schema",
]

VERSION = 1
"""Version of the form; a reader refuses every other."""

OUTCOMES = (
    "passed", "failed", "skipped", "xfailed", "xpassed", "error", "deselected", "not_run",
)  # fmt: skip
"""What can become of a test."""

_MOST_PROBLEMS = 20
_LIMIT = 256 * 1024 * 1024  # bytes; a million tests of a few decisions come to less


class RecordError(CompatibilityError):
    """A file that is no record of a run."""


def _nullable(kind: Kind) -> Kind:
    def read(value: object, place: Place) -> object:
        return None if value is None else kind.read(value, place)

    return Kind(read, {"anyOf": [kind.schema, {"type": "null"}]})


def _object(doc: str, **keys: Key) -> Kind:
    """An object with these keys alone; no `Row`, as nothing in it is a page's."""

    def read(value: object, place: Place) -> object:
        return read_keys(keys, value, place, "an object")

    return Kind(read, object_schema(doc, keys))


_day = matching("[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date", "a date such as 2026-05-31")
_NUMBER = {"type": "integer", "minimum": 0}
_count = plain_kind(lambda value: type(value) is int and value >= 0, "a whole number", _NUMBER)

_own = plain_kind(lambda value: isinstance(value, (bool, str)), "true, false or a string", {})
_VERSION = plain_kind(lambda value: type(value) is int, str(VERSION), {"const": VERSION})
_MATRIX = _object(
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


_FACTS = _object(
    "The known facts, in the form that --ddcompat-facts reads; one that is left out is unknown.",
    **{kind.plural or key: Key(_fact(kind), kind.meaning, None) for key, kind in FACTS.items()},
)
_ENVIRONMENT = _object(
    "An environment, as far as it was known.",
    folder=Key(
        text, "Folder whose conftest gave facts or matrices for its tests; empty: none did.", ""
    ),
    facts=Key(_FACTS, "The known facts."),
    signals=Key(mapping(text), "Where each fact, or framework.NAME, is from, or why unknown."),
)
_FINDING = _object(
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
_REQUIREMENT = _object(
    "One requirement, evaluated in the environment.",
    marker=Key(text, "Its marker."),
    verdict=Key(_STATUS, "What it came to."),
    findings=Key(array(_FINDING), "Every check's finding, satisfied ones too."),
    matrix=Key(text, "Id of the page that decided on it; empty: not recorded.", ""),
    strict=Key(_nullable(boolean), "What the marker says of strict; null: nothing.", None),
)
_DECLARATION = _object(
    "A declaration of the tests in a file.",
    place=Key(text, "Its file and line."),
    verdict=Key(_STATUS, "What it came to: of a state, unsupported where it applies."),
    state=Key(text, "The state that it declares; empty: none.", ""),
    ticket=Key(text, "Where it is being worked on.", ""),
    owner=Key(text, "Who answers for it.", ""),
    feature=Key(text, "What the tests are about.", ""),
)
_DECISION = _object(
    "What was decided, once for all tests that had the same.",
    verdict=Key(_STATUS, "The worst of the requirements' verdicts."),
    action=Key(one_of(*(action.value for action in Action)), "What happens to the tests."),
    reason=Key(text, "Why it is not supported; empty if it is."),
    mend=Key(array(text), "What would let the tests run; empty if nothing would, or they run."),
    error=Key(text, "Why the markers could not be judged; empty if they were."),
    requirements=Key(array(_REQUIREMENT), "What the tests require."),
    declarations=Key(array(_DECLARATION), "The declarations that it rests on.", ()),
    environment=Key(
        _count, "Index of the environment it was made in: 0, or 1 for the first of the further.", 0
    ),
)
_TEST = _object(
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
_RECORD = _object(
    "Record of a test run by pytest-ddcompat.",
    version=Key(_VERSION, "Version of this form."),
    matrix=Key(_MATRIX, "The page by which the tests were decided; of several the first."),
    other_matrices=Key(array(_MATRIX), "The further pages.", ()),
    environment=Key(_ENVIRONMENT, "The environment of the run; of several the first."),
    other_environments=Key(
        array(_ENVIRONMENT), "The further environments, of folders or of other processes.", ()
    ),
    decisions=Key(array(_DECISION), "Each distinct decision."),
    tests=Key(array(_TEST), "Every gated test, those with markers as they were collected."),
    exit_status=Key(_count, "Exit status of the run."),
    interrupted=Key(boolean, "Whether the run was stopped from outside, such as by Ctrl-C."),
)


def record_schema() -> dict[str, Any]:
    """Describe a record as JSON Schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Record of a run of pytest-ddcompat",
        **_RECORD.schema,
    }


def read_record(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read and check a record.

    Args:
        path: The file.

    Returns:
        The record as the schema describes it.

    Raises:
        RecordError: It cannot be read, or is no record of this version; each problem is
            `file: where: what; valid: …`.
    """
    file = str(path)
    try:
        content = read_limited(path, _LIMIT)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise RecordError(Problem(f"cannot read this record: {reason}", file=file)) from None
    problems: list[Problem] = []
    place = Place(file, problems, form=as_json)
    parsed = _parsed(content, place)
    version = parsed.get("version") if isinstance(parsed, dict) else None
    if type(version) is int and version != VERSION:
        place.inside("version").problem(f"cannot read version {version} of a record", str(VERSION))
    elif not problems:
        _RECORD.read(parsed, place)
    if not problems:
        _check_indices(parsed, place)
    if problems:
        more = len(problems) - _MOST_PROBLEMS
        at_least = "at least " if place.is_full else ""  # reading has stopped there
        rest = [Problem(f"and {at_least}{more} more problems", file=file)] if more > 0 else []
        raise RecordError([*problems[:_MOST_PROBLEMS], *rest])
    return parsed  # type: ignore[no-any-return]


def environments_of(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the environments of a record, in the order of the indices of its decisions."""
    return [record["environment"], *record.get("other_environments", ())]


def _parsed(content: bytes, place: Place) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        what = f"byte {error.start}: this is not UTF-8 text"
    except json.JSONDecodeError as error:
        what = f"line {error.lineno}, column {error.colno}: this is not valid JSON: {error.msg}"
    except (ValueError, RecursionError):
        what = "it has a number that is too long, or is nested too deeply"
    place.problem(what, "a file that --ddcompat-report wrote")
    return None


def _check_indices(record: dict[str, Any], place: Place) -> None:
    environments = len(environments_of(record))
    for number, decision in enumerate(record["decisions"]):
        index = decision.get("environment", 0)
        if index >= environments:
            where = place.inside(f"decisions[{number}].environment")
            where.problem(f"there is no environment {index}", f"0 to {environments - 1}")
    known = len(record["decisions"])
    valid = f"0 to {known - 1}" if known else ""
    for number, test in enumerate(record["tests"]):
        if test["decision"] >= known:
            where = place.inside(f"tests[{number}].decision")
            where.problem(f"there is no decision {test['decision']}", valid)
