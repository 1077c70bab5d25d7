"""Whatever the layout: decisions change for the given tests alone, and other bytes never."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.core import MATRIX, environment
from support.drafts import NAME, changed
from support.strategies import some

from pytest_ddcompat import CompatibilityError, Requirement, evaluate
from pytest_ddcompat.declarations.file import read_declarations
from pytest_ddcompat.jobs.wins.writing import lowering, narrowing
from pytest_ddcompat.values.versions import parse_version

if TYPE_CHECKING:
    from pytest_ddcompat.declarations.file import Declaration
    from pytest_ddcompat.jobs.wins.declaration_file import Change

pytestmark = pytest.mark.once

TESTS = ["a/t.py::x", "a/t.py::y[1]", "a/t.py::y[2]", "b.py::C::z"]
IDS = [*TESTS, "a", "a/t.py", "a/t.py::y", "b.py", "b.py::C", "**/t.py"]
VERSIONS = ["1.0", "1.8", "1.9", "2.0rc1", "2.0", "2.1", "3.0", "4.0"]
SPECIFIERS = ["<1.9", "<=2.0", ">=1.8", ">=1.8, <3.0", ">1.9,!=2.0", "==3.*", "<1.8 | >=2.0,<4.0"]
BOUNDS = [">=1.8", ">=2.1", "> 2.0, <4.0", ">=3.0,!=3.1", "==2.*"]

comments = st.sampled_from(["", "", " # why", " # [[declarations]]"])
blanks = st.sampled_from(["", "\n", "# words\n", "\n# words\n", "\n\n  # '''\n"])
LAYOUTS = {
    "when": ['{K} = {{tracer = "{S}"}}', '{K} = {{ os = "linux", tracer = "{S}" }}',
             "{K}.tracer = '{S}'", '{K} = "sca"',
             '{K} = [\n  "sca", # one\n  {{tracer = "{S}"}}\n]',
             '{K} = [{{os = "windows"}}]', '{K} = {{os = "linux"}}', "{K}.'tracer' = \"{S}\""],
    "header": ['[declarations.{K}]\ntracer = "{S}"', '[[declarations.{K}]]\n os = "linux"',
               '[ declarations . "{K}" ]\nos = "linux"\ntracer = "{S}"'],
}  # fmt: skip


@st.composite
def tables(draw: st.DrawFn, number: int) -> str:
    """A declaration, laid out in some way; its owner tells it from others."""
    ids = draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=4, unique=True))
    joint = draw(st.sampled_from([", ", ",", ", # one\n  ", "\n, "]))
    several = f"[{joint.join(repr(each) for each in ids)}{draw(st.sampled_from(['', ',', ' ']))}]"
    alone = len(ids) == 1 and draw(st.booleans())
    keys = [f"tests = {repr(ids[0]) if alone else several}", f'owner = "{number}"']
    keys.append('state = "bug"')
    headers: list[str] = []
    for key, specifiers in (("when", SPECIFIERS), ("requires", BOUNDS)):
        layout = draw(st.sampled_from(["none", "when", "header"]))
        if layout != "none":
            text = draw(st.sampled_from(LAYOUTS[layout]))
            text = text.format(K=key, S=draw(st.sampled_from(specifiers)))
            (headers if layout == "header" else keys).append(text)
    keys = draw(st.permutations(keys))
    lines = [f"{line}{draw(comments)}\n{draw(blanks)}" for line in [*keys, *headers]]
    header = draw(st.sampled_from(["[[declarations]]", '  [[ "declarations" ]]']))
    return f"{draw(blanks)}{header}{draw(comments)}\n{''.join(lines)}"


@st.composite
def files(draw: st.DrawFn) -> tuple[list[str], str]:
    each = [draw(tables(number)) for number in range(draw(st.integers(1, 3)))]
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return [table.replace("\n", newline) for table in each], draw(st.sampled_from(["", "\ufeff"]))


Decided = dict[str, tuple[str, tuple[str, ...]]]


def decided(text: str) -> dict[tuple[str, str], Decided]:
    """The verdicts of each test's declarations with each tracer, by their owner."""
    declarations = read_declarations(text.encode(), NAME)
    found = {
        (test, version): {each.owner: verdicts(each, version) for each in declarations.of(test)}
        for test in TESTS
        for version in VERSIONS
    }
    # A state that does not apply says what no declaration says.
    return {
        key: {owner: each for owner, each in by_owner.items() if each != ("supported", ())}
        for key, by_owner in found.items()
    }


def verdicts(declaration: Declaration, version: str) -> tuple[str, tuple[str, ...]]:
    requires = tuple(verdict(each, version) for each in declaration.requires)
    if not declaration.state:
        return "supported", requires
    return verdict(Requirement.state(declaration.state, *declaration.when), version), requires


@cache
def verdict(requirement: Requirement, version: str) -> str:
    return str(evaluate(requirement, environment(tracer=version), MATRIX).status.value)


def changed_file(data: st.DataObject, change: Change) -> tuple[str, str, str, list[str]]:
    """Draw a file, and change one of its declarations for some of its tests."""
    each, mark = data.draw(files())
    text = mark + "".join(each)
    declarations = read_declarations(text.encode(), NAME)
    one = data.draw(st.sampled_from(declarations.declarations))
    ids = data.draw(st.lists(st.sampled_from(one.tests), min_size=1, unique=True))
    tests = [test for test in TESTS if declarations.used([test]).intersection(ids)]
    tests = [test for test in tests if one in declarations.of(test)]
    matched = [test for test in TESTS if one in declarations.of(test)]
    try:
        found = changed(text, one.line, tests, change, matched)
    except CompatibilityError as error:
        said = str(error)
        assert any(words in said for words in ("by hand", "no tracer newer", "no lower bound"))
        assert "layout" not in said
        assume(False)
    position = len(mark)
    assert found.startswith(mark)
    for number, table in enumerate(each):
        if str(number) != one.owner:
            position = found.index(without_comments_below(table), position)
    return text, found, one.owner, tests


def without_comments_below(table: str) -> str:
    """A table without its last comments, which another table may take for its own."""
    lines = table.lstrip().splitlines(keepends=True)
    while not lines[-1].strip() or lines[-1].strip().startswith("#"):
        del lines[-1]
    return "".join(lines)


@some
@given(st.data(), st.sampled_from(["1.8", "2.0", "3.0", None]))
def test_narrowed(data: st.DataObject, below: str | None) -> None:
    before, after, owner, tests = changed_file(data, narrowing(below))
    was, now = decided(before), decided(after)
    for test, version in was:
        own = was[test, version].get(owner)
        if own and test in tests and (below is None or is_from(version, below)):
            was[test, version][owner] = ("supported", own[1])
    assert now == {
        key: {owner: each for owner, each in by_owner.items() if each != ("supported", ())}
        for key, by_owner in was.items()
    }


@some
@given(st.data(), st.sampled_from(["1.8", "2.0"]))
def test_lowered(data: st.DataObject, minimum: str) -> None:
    before, after, owner, tests = changed_file(data, lowering(minimum))
    was, now = decided(before), decided(after)
    assert was != now
    for key, by_owner in was.items():
        test, version = key
        if test in tests and is_from(version, minimum):
            # What is required of other facts, and of the tracer by other clauses, stays.
            state, requires = by_owner.pop(owner)
            same, fewer = now[key].pop(owner)
            assert same == state
            assert all(new in {old, "supported"} for old, new in zip(requires, fewer))
        assert now[key] == by_owner


def is_from(version: str, first: str) -> bool:
    return parse_version(version) >= parse_version(first)
