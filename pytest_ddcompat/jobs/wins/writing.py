"""Write what was won into declarations files and overlays; all else in them keeps its bytes.

The functions take the text of a file and return a new one; they neither read nor write files, but
for the matrices that an overlay extends. Read the text with `newline=""`, so that its ends of lines
stay as they are. A change moves the lines below it: of several changes, make the lowest first.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.jobs.wins import specifiers
from pytest_ddcompat.jobs.wins.declaration_file import Draft, read_file
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.versions import parse_marker_range, parse_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_ddcompat.jobs.wins.declaration_file import Change, Table

__all__ = [
    "declared",
    "lowered",
    "lowering",
    "narrowed",
    "narrowing",
    "new_declaration",
]

_OF_STATE = ("state", "when", "ticket", "reason")
"""What a declaration says of its state; the rest is for what it requires too."""


def narrowed(
    text: str,
    name: str,
    line: int,
    tests: Sequence[str],
    below: str | None,
    *,
    others: Sequence[str] = (),
) -> str:
    """Return a declarations file in which tests are expected to fail only with older tracers.

    The state's `when` gets `tracer = "<BELOW"`, beside what it says. So where no tracer is
    installed the state no longer applies, and where its version is unknown that is undetermined.

    Without a version, or if the state would then apply nowhere, the tests are freed: their
    declaration goes, with the comments right above it. If it has `requires` too, only `state`,
    `when`, `ticket` and `reason` go; `unsupported`, `owner` and the like stay, as they are said of
    what is required too.

    If the declaration names other tests by other ids, it keeps these, and a copy for the given
    tests follows it, with what is left to say of them. If the file's declarations are sorted by
    their tests, each of the two stands where it belongs.

    Args:
        text: The text of the file.
        name: Name of the file, for messages.
        line: Line of the declaration's header `[[declarations]]`.
        tests: Node ids, each matched by the declaration.
        below: The lowest version of the tracer with which they pass; None frees them.
        others: All other known tests that the declaration matches.

    Raises:
        ModuleNotFoundError: tomlkit is not installed.
        CompatibilityError: There is no such declaration or version; one of the declaration's ids
            matches other tests too; or the new text would not say what it is meant to.
    """
    return _changed(text, name, line, tests, narrowing(below), others)


def lowered(
    text: str,
    name: str,
    line: int,
    tests: Sequence[str],
    minimum: str,
    *,
    others: Sequence[str] = (),
) -> str:
    """Return a declarations file in which tests require a lower version of the tracer.

    Each `tracer` of `requires` with a lower bound above the minimum gets that as its bound; its
    other clauses stay. Other tests of the declaration are kept apart as `narrowed` does.

    Args:
        text: The text of the file.
        name: Name of the file, for messages.
        line: Line of the declaration's header `[[declarations]]`.
        tests: Node ids, each matched by the declaration.
        minimum: The lowest version of the tracer that they are to require.
        others: All other known tests that the declaration matches.

    Raises:
        ModuleNotFoundError: tomlkit is not installed.
        CompatibilityError: As for `narrowed`, or there is no such bound.
    """
    return _changed(text, name, line, tests, lowering(minimum), others)


def narrowing(below: str | None) -> Change:
    """Return what `narrowed` does to one declaration."""
    return _freed if below is None else partial(_narrowed, below=below.strip())


def lowering(minimum: str) -> Change:
    """Return what `lowered` does to one declaration."""
    return partial(_lowered, minimum=minimum.strip())


def _changed(  # noqa: PLR0917 - private
    text: str,
    name: str,
    line: int,
    tests: Sequence[str],
    change: Change,
    others: Sequence[str],
) -> str:
    file = read_file(text, name)
    draft = Draft(file)
    draft.change(file.at(line), tests, others, change)
    return draft.text()


def declared(  # noqa: PLR0917 - what a declaration has, in its order
    text: str,
    name: str,
    tests: Sequence[str],
    state: str,
    when: Mapping[str, str | bool],
    reason: str,
) -> str:
    """Return a declarations file with one declaration more.

    It comes behind the others, or where it belongs if they are sorted by their tests.

    Args:
        text: The text of the file; empty for a new one.
        name: Name of the file, for messages.
        tests: Node ids, or patterns of them.
        state: One of `STATES`.
        when: Where the state applies, such as `{"tracer": "<3.2"}`; everywhere if empty.
        reason: Why; left out if empty.

    Raises:
        CompatibilityError: The file, or what is to be added, cannot be understood.
    """
    draft = Draft(read_file(text, name))
    draft.add(new_declaration(tests, state, when, reason))
    return draft.text()


def new_declaration(
    tests: Sequence[str], state: str, when: Mapping[str, str | bool], reason: str
) -> Table:
    """Return the declaration that `declared` adds."""
    values: Table = {"tests": tests[0] if len(tests) == 1 else [*tests], "state": state}
    values.update({key: value for key, value in (("when", {**when}), ("reason", reason)) if value})
    return values


def _freed(table: Table) -> Table | None:
    if "state" not in table:
        raise CompatibilityError(Problem("this declares no state", "a declaration with a state"))
    left = {key: value for key, value in table.items() if key not in _OF_STATE}
    return left if "requires" in table else None


def _narrowed(table: Table, below: str) -> Table | None:
    freed = _freed(table)
    when = _with_limit(table.get("when", {}), below)
    return {**table, "when": when} if when else freed


def _with_limit(when: Any, below: str) -> Any:
    """Return conditions with a limit of the tracer; nothing if they can never hold together."""
    limit = {"tracer": specifiers.below("", below)}
    if isinstance(when, str):
        return [when, limit]
    if isinstance(when, dict):
        found = _limited(when, below) if "tracer" in when else {**when, **limit}
        return found if found["tracer"] else None
    tables = {
        number: _limited(each, below)
        for number, each in enumerate(when)
        if isinstance(each, dict) and "tracer" in each
    }
    if not all(each["tracer"] for each in tables.values()):
        return None
    if not tables:
        return [*when, limit]
    if any(when[number] == each for number, each in tables.items()):
        return when  # it holds only below the limit
    first = min(tables)
    return [*when[:first], tables[first], *when[first + 1 :]]


def _limited(table: Table, below: str) -> Table:
    return {**table, "tracer": specifiers.below(table["tracer"], below)}


def _lowered(table: Table, minimum: str) -> Table:
    version = parse_version(minimum)
    requires = table.get("requires", [])
    several = requires if isinstance(requires, list) else [requires]
    found = [
        {**each, "tracer": specifiers.down_to(each["tracer"], minimum)}
        if isinstance(each, dict)
        and "tracer" in each
        and version not in parse_marker_range(each["tracer"])
        else each
        for each in several
    ]
    if found == several:
        what = f"this requires no tracer newer than {minimum}"
        raise CompatibilityError(Problem(what, 'requires with tracer = ">=V"'))
    return {**table, "requires": found if isinstance(requires, list) else found[0]}
