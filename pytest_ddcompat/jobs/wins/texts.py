"""Word proposals: their reasons, and their rows and declarations as TOML."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_ddcompat.jobs.wins.variants import FACT, FRAMEWORK
from pytest_ddcompat.values.toml import toml_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.jobs.wins.pictures import Picture
    from pytest_ddcompat.jobs.wins.values import Found, Proposal

__all__ = [
    "TRACER", "declaration_text", "in_words", "others", "reason_of", "row_of", "row_text",
    "source_of",
]  # fmt: skip

TRACER = "ddtrace"
"""The library whose versions records have."""

_MOST_RUNS = 2  # that a reason names
_PASSED, _FAILED = ("passed", "xpassed"), ("failed", "error")


def in_words(variant: Mapping[str, str]) -> str:
    """Return a variant in words; empty if nothing tells runs apart."""
    return ", ".join(
        f"{key.removeprefix(FRAMEWORK).removeprefix(FACT)} {value}"
        for key, value in variant.items()
    )


def others(pictures: Sequence[Picture]) -> str:
    """Return in words where the runs are that speak against a change."""
    variants = sorted({in_words(json.loads(one.variant)) for one in pictures})
    words = f"with {variants[0]}" if variants[0] else "in other runs"
    more = len(variants) - 1
    return f"{words} and in {more} more variant{'s' if more > 1 else ''}" if more else words


def source_of(some: Iterable[Found]) -> str:
    """Return where news is known from: the address of the newest run, or its id."""
    runs = sorted((run.day, run.run, run) for one in some for run in one.evidence)
    newest = runs[-1][-1]
    return newest.address or f"run {newest.run}"


def reason_of(proposal: Proposal, some: Sequence[Found]) -> str:
    """Return why a change is proposed, with the evidence."""
    first = some[0]
    days = max(run.day for one in some for run in one.evidence)
    runs = min(one.runs for one in some)
    tests = "its test" if len(some) == 1 else f"{len(some)} tests"
    tests = tests if proposal.row else "it"
    what = "pass" if first.kind == "works" else "fail"
    verb = what if len(some) > 1 and proposal.row else f"{what}{'es' if what == 'pass' else 's'}"
    where = in_words(json.loads(first.variant))
    if first.version:
        joint = "from" if first.kind == "works" else "below"
        verb += f" {joint} {TRACER} {first.version}{' on' if first.kind == 'works' else ''}"
    shown = _PASSED if first.kind == "works" else _FAILED
    named = dict.fromkeys(
        run.run[:8] for one in some for run in one.evidence if run.outcome in shown
    )
    such = " and ".join([*named][-_MOST_RUNS:])
    places = f" with {where}" if where else ""
    return f"{tests} {verb}{places} in {runs} runs up to {days}, such as {such}"


def row_of(capability: str, version: str) -> tuple[tuple[str, str], ...]:
    """Return the keys of an overlay's row that gives a capability another minimum."""
    return ("id", capability), ("minimum", version)


def row_text(proposal: Proposal) -> str:
    """Return an overlay with the row that a proposal adds."""
    keys = {**dict(proposal.row), "source": proposal.source, "reason": proposal.reason}
    lines = [f"{key} = {toml_value(value)}" for key, value in keys.items()]
    return "\n".join(
        [f"extends = {toml_value(proposal.matrix)}", "", "[[capabilities]]", *lines, ""]
    )


def declaration_text(proposal: Proposal, tests: Sequence[str]) -> str:
    """Return the declaration that a proposal adds."""
    when = ", ".join(f"{key} = {toml_value(value)}" for key, value in proposal.when)
    return "\n".join([
        "[[declarations]]",
        f"tests = [{', '.join(map(toml_value, tests))}]",
        f"state = {toml_value(proposal.state)}",
        *([f"when = {{{when}}}"] if when else []),
        f"reason = {toml_value(proposal.reason)}",
        "",
    ])  # fmt: skip
