"""Write a declarations file."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.values.text import printable
from pytest_ddcompat.values.toml import toml_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["SCHEMA", "VARIANT", "Declared", "Rule", "merged", "table_of", "to_declarations"]

VARIANT = "variant"
"""Id of the fact that tells which of several applications is tested."""

SCHEMA = "#:schema declarations.schema.json"
"""First line of a declarations file, by which editors find the schema."""

_MEANING = "Which of the applications is tested; a manifest calls it the weblog."


class Declared(NamedTuple):
    """One declaration of a manifest.

    Attributes:
        state: The state: `missing`, `bug`, `incomplete`, `flaky` or `irrelevant`.
        tracer: Specifier of the versions that it holds for; empty: all.
        variants: The applications that it holds for; none: all.
        excluded: The applications that it does not hold for.
        ticket: Where it is being worked on.
        reason: Why it is so.
        written: The version or range as the manifest has it.
    """

    state: str
    tracer: str = ""
    variants: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    ticket: str = ""
    reason: str = ""
    written: str = ""


class Rule(NamedTuple):
    """All declarations under one id of a manifest.

    Attributes:
        tests: The id.
        declared: What is declared of these tests.
        comments: The comments beside it.
    """

    tests: str
    declared: tuple[Declared, ...]
    comments: tuple[str, ...] = ()


def merged(declared: Iterable[Declared]) -> tuple[Declared, ...]:
    """Gather the applications of which the same is declared."""
    found: dict[tuple[bool, Declared], dict[str, None]] = {}
    for each in declared:
        key = bool(each.variants), each._replace(variants=())
        found.setdefault(key, {}).update(dict.fromkeys(each.variants))
    return tuple(each._replace(variants=tuple(names)) for (_, each), names in found.items())


def to_declarations(rules: Iterable[Rule], origin: str) -> str:
    """Return the text of a declarations file, sorted by the ids of the tests.

    Args:
        rules: What is declared.
        origin: The file that declares it.
    """
    lines = [SCHEMA, "", f"# Imported from {printable(origin)}."]
    # Any word, as a manifest need not name each of them.
    about = {"id": VARIANT, "kind": "word", "description": _MEANING}
    lines += ["", "[[facts]]", *_pairs(about)]
    for _, neighbours in groupby(sorted(rules), _shared):
        lines += _tables(list(neighbours))
    return "\n".join(lines) + "\n"


def _shared(rule: Rule) -> tuple[object, ...]:
    """Return a key that is the same for rules which share their tables."""
    # Names in different classes do not, as one could hold for the other.
    outer, joint, _ = rule.tests.rpartition("::")
    return outer, "" if joint else rule.tests, rule.declared, rule.comments


def _tables(rules: Sequence[Rule]) -> Iterator[str]:
    """Yield the lines of the tables for rules that declare the same."""
    ids = [rule.tests for rule in rules]
    for number, each in enumerate(rules[0].declared):
        yield ""
        yield from (f"# {printable(comment)}" for comment in rules[0].comments if number == 0)
        yield from _head(ids)
        yield from _pairs({"state": each.state})
        when = _when(each)
        if when:
            yield f"when = {toml_value(when)}{_spelling(each)}"
        about = {"reason": each.reason, "ticket": each.ticket}
        yield from _pairs({key: value for key, value in about.items() if value})


def _when(each: Declared) -> dict[str, object]:
    when: dict[str, object] = {"tracer": each.tracer} if each.tracer else {}
    if each.variants or each.excluded:
        when["fact"] = VARIANT
    if each.variants:
        when["value"] = each.variants[0] if len(each.variants) == 1 else each.variants
    if each.excluded:
        when["excluded"] = each.excluded
    return when


def _spelling(each: Declared) -> str:
    """A comment with the versions as they were written, where they are now written otherwise."""
    bare = each.tracer.lstrip("<>=")
    is_plain = each.written in {f"v{bare}", each.tracer, f">={bare}", f"<{bare}"}
    return "" if is_plain or not each.tracer else f"  # {printable(each.written)}"


def table_of(tests: Sequence[str], requires: Sequence[object], unsupported: str) -> list[str]:
    """Return the lines of a table that says what tests require.

    Args:
        tests: Their ids.
        requires: Tables of arguments; all are required.
        unsupported: The action where that is unsupported; empty: that of the run.
    """
    alone = [f"requires = {toml_value(requires[0])}"]
    lines = [*_head(tests), *(alone if len(requires) == 1 else _listed("requires", requires))]
    return [*lines, *_pairs({"unsupported": unsupported} if unsupported else {})]


def _head(ids: Sequence[str]) -> Iterator[str]:
    yield "[[declarations]]"
    yield from _listed("tests", ids) if len(ids) > 1 else _pairs({"tests": ids[0]})


def _pairs(values: dict[str, str]) -> Iterator[str]:
    return (f"{key} = {toml_value(value)}" for key, value in values.items())


def _listed(key: str, items: Sequence[object]) -> Iterator[str]:
    yield f"{key} = ["
    yield from (f"    {toml_value(item)}," for item in items)
    yield "]"
