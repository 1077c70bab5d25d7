"""Read the record of a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.record.format import RECORD, VERSION
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.errors import CompatibilityError, Place, Problem
from pytest_ddcompat.values.files import read_limited
from pytest_ddcompat.values.text import as_json

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

__all__ = ["RecordError", "decisions_of", "read_record", "requirements_of"]

_MOST_PROBLEMS = 20
_LIMIT = 256 * 1024 * 1024  # bytes; a million tests of a few decisions come to less


class RecordError(CompatibilityError):
    """A file that is no record of a run."""


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
        place.inside("version").problem(
            f"cannot read version {version} of a record; "
            "`pytest --ddcompat-report=FILE` writes one anew",
            str(VERSION),
        )
    elif not problems:
        RECORD.read(parsed, place)
    if not problems:
        _check_indices(parsed, place)
    if problems:
        more = len(problems) - _MOST_PROBLEMS
        at_least = "at least " if place.is_full else ""  # reading has stopped there
        rest = [Problem(f"and {at_least}{more} more problems", file=file)] if more > 0 else []
        raise RecordError([*problems[:_MOST_PROBLEMS], *rest])
    return parsed  # type: ignore[no-any-return]


def decisions_of(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the decisions of a record, with objects instead of indices.

    Args:
        record: The record, as `read_record` returns it.

    Returns:
        Each decision, whose `requirements` have `strict` and their `findings`.
    """
    findings = record["findings"]
    requirements = [
        {**requirement, "findings": [findings[index] for index in requirement["findings"]]}
        for requirement in record["requirements"]
    ]
    return [
        {
            **decision,
            "requirements": [
                {**requirements[index], "strict": strict}
                for index, strict in zip(decision["requirements"], decision["strict"])
            ],
            "declarations": [record["declarations"][index] for index in decision["declarations"]],
        }
        for decision in record["decisions"]
    ]


def requirements_of(record: dict[str, Any], file: str) -> list[Requirement]:
    """Return the requirements of a record, by their indices.

    Args:
        record: The record, as `read_record` returns it.
        file: Its file, for errors.

    Raises:
        RecordError: A marker is none of this plugin's.
    """
    found, problems = [], []
    for number, entry in enumerate(record["requirements"]):
        try:
            found.append(Requirement.from_marker(entry["marker"]))
        except ValueError as error:
            where = f"requirements[{number}].marker"
            problems.append(Problem(str(error), file=file, where=where))
    if problems:
        raise RecordError(problems)
    return found


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
    for key in ("matrices", "environments"):
        if not record[key]:
            place.inside(key).problem("this is empty", "at least one")
    for where, key, index in _indices(record):
        known = len(record[key])
        if index >= known:
            valid = f"0 to {known - 1}" if known else ""
            place.inside(where).problem(f"there is no {index} in {key}", valid)
    for number, decision in enumerate(record["decisions"]):
        expected, found = len(decision["requirements"]), len(decision["strict"])
        if found != expected:
            inside = place.inside(f"decisions[{number}].strict")
            inside.problem(f"this has {found} values", f"{expected}, one for each requirement")


def _indices(record: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Yield each index with its place and the key of the list that it is of."""
    for kind, key in (
        ("requirements", "findings"),
        ("decisions", "requirements"),
        ("decisions", "declarations"),
    ):
        for number, entry in enumerate(record[kind]):
            for n, index in enumerate(entry[key]):
                yield f"{kind}[{number}].{key}[{n}]", key, index
    for number, decision in enumerate(record["decisions"]):
        yield f"decisions[{number}].environment", "environments", decision["environment"]
    for number, test in enumerate(record["tests"]):
        yield f"tests[{number}].decision", "decisions", test["decision"]
