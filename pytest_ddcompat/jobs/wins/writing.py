"""Changes of a declaration once something was won, for a `Draft` to make."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.jobs.wins import specifiers
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.versions import parse_marker_range, parse_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_ddcompat.jobs.wins.declaration_file import Change, Table

__all__ = ["lowering", "narrowing", "new_declaration"]

_OF_STATE = ("state", "when", "ticket", "reason")
"""What a declaration says of its state; the rest is for what it requires too."""


def narrowing(below: str | None) -> Change:
    """Return a change by which tests are expected to fail only with older tracers.

    The state's `when` gets `tracer = "<BELOW"`, beside what it says. So where no tracer is
    installed the state no longer applies, and where its version is unknown that is undetermined.

    Without a version, or if the state would then apply nowhere, the tests are freed: their
    declaration goes, with the comments right above it. If it has `requires` too, only `state`,
    `when`, `ticket` and `reason` go; `unsupported`, `owner` and the like stay, as they are said of
    what is required too.

    Args:
        below: The lowest version of the tracer with which they pass; None frees them.

    Returns:
        The change, which raises a `CompatibilityError` if no state is declared, or the version is
        none that a specifier may name.
    """
    return _freed if below is None else partial(_narrowed, below=below.strip())


def lowering(minimum: str) -> Change:
    """Return a change by which tests require a lower version of the tracer.

    Each `tracer` of `requires` with a lower bound above the minimum gets that as its bound; its
    other clauses stay.

    Args:
        minimum: The lowest version of the tracer that they are to require.

    Returns:
        The change, which raises a `CompatibilityError` if there is no such bound or version.
    """
    return partial(_lowered, minimum=minimum.strip())


def new_declaration(
    tests: Sequence[str], state: str, when: Mapping[str, str | bool], reason: str
) -> Table:
    """Return a new declaration.

    Args:
        tests: Node ids, or patterns of them.
        state: One of `STATES`.
        when: Where the state applies, such as `{"tracer": "<3.2"}`; everywhere if empty.
        reason: Why; left out if empty.
    """
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
