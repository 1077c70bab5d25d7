"""Whatever the layout: decisions change for the given tests alone, and other bytes never."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.core import MATRIX, environment
from support.strategies import some

from pytest_ddcompat import CompatibilityError, Requirement, evaluate
from pytest_ddcompat.declarations.file import read_declarations
from pytest_ddcompat.jobs.wins.writing import lowered, narrowed
from pytest_ddcompat.values.versions import parse_version

if TYPE_CHECKING:
    from pytest_ddcompat.declarations.file import Declaration

pytestmark = pytest.mark.once

NAME = "declared.toml"
TESTS = ["a/t.py::x", "a/t.py::y[1]", "a/t.py::y[2]", "b.py::C::z"]
IDS = [*TESTS, "a", "a/t.py", "a/t.py::y", "b.py", "b.py::C", "**/t.py"]
VERSIONS = ["1.0", "1.8", "1.9", "2.0rc1", "2.0", "2.1", "3.0", "4.0"]
SPECIFIERS = ["<1.9", "<=2.0", ">=1.8", ">=1.8, <3.0", ">1.9,!=2.0", "==2.*", "<1.8 | >=2.0,<4.0"]

specifiers = st.sampled_from(SPECIFIERS)
comments = st.sampled_from(["", "", " # why", " # [[declarations]]"])
blanks = st.sampled_from(["", "\n", "# words\n", "\n# words\n", "\n\n  # '''\n"])
LAYOUTS = {
    "when": ['{K} = {{tracer = "{S}"}}', '{K} = {{ os = "linux", tracer = "{S}" }}',
             "{K}.tracer = '{S}'", '{K} = "sca"', '{K} = [\n  "sca", # one\n  {{tracer = "{S}"}}\n]',
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
    headers = []
    for key in ("when", "requires"):
        layout = draw(st.sampled_from(["none", "when", "header"]))
        if layout != "none":
            text = draw(st.sampled_from(LAYOUTS[layout]))
            text = text.format(K=key, S=draw(specifiers))
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


def decided(text: str, test: str, version: str) -> dict[str, list[tuple[Any, ...]]]:
    """The verdicts of a test's declarations with a tracer, by their owner."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for each in read_declarations(text.encode(), NAME).of(test):
        found.setdefault(each.owner, []).append(verdicts(each, version))
    return found


def verdicts(declaration: Declaration, version: str) -> tuple[Any, ...]:
    facts = environment(tracer=version)
    requires = [evaluate(each, facts, MATRIX).status for each in declaration.requires]
    if not declaration.state:
        return ("supported", requires)
    state = Requirement.state(declaration.state, *declaration.when)
    return (evaluate(state, facts, MATRIX).status.value, requires)


def changed_file(
    data: st.DataObject, change: Any, version: str | None
) -> tuple[str, str, str, list[str]]:
    """Draw a file, and change one of its declarations for some of its tests."""
    each, mark = data.draw(files())
    text = mark + "".join(each)
    declarations = read_declarations(text.encode(), NAME)
    one = data.draw(st.sampled_from(declarations.declarations))
    matched = [test for test in TESTS if one in declarations.of(test)]
    assume(matched)
    tests = data.draw(st.lists(st.sampled_from(matched), min_size=1, unique=True))
    try:
        found = change(text, NAME, one.line, tests, version, others=matched)
    except CompatibilityError as error:
        said = str(error)
        assert any(words in said for words in ("by hand", "no tracer newer", "no lower bound"))
        assert "layout" not in said
        assume(False)
    rest = [table for number, table in enumerate(each) if str(number) != one.owner]
    assert found.startswith(mark)
    position = 0
    for table in rest:
        position = found.index(table.strip().lstrip("# words").strip(), position)
    return text, found, one.owner, tests


@some
@given(st.data(), st.sampled_from(["1.8", "2.0", "3.0", None]))
def test_narrowed(data: st.DataObject, below: str | None) -> None:
    before, after, owner, tests = changed_file(data, narrowed, below)
    for test in TESTS:
        for version in VERSIONS:
            old, new = (decided(text, test, version) for text in (before, after))
            is_past = below is None or parse_version(version) >= parse_version(below)
            if test in tests and is_past:
                ((_, requires),) = old.pop(owner)
                assert new.pop(owner, [("supported", [])]) in (
                    [("supported", requires)], [("supported", [])] if not requires else [],
                )  # fmt: skip
            assert new == old


@some
@given(st.data(), st.sampled_from(["1.8", "2.0"]))
def test_lowered(data: st.DataObject, minimum: str) -> None:
    before, after, owner, tests = changed_file(data, lowered, minimum)
    for test in TESTS:
        for version in VERSIONS:
            old, new = (decided(text, test, version) for text in (before, after))
            if test in tests:
                ((state, requires),) = old.pop(owner)
                ((same, fewer),) = new.pop(owner)
                assert same == state
                assert len(fewer) == len(requires)
                if parse_version(version) < parse_version(minimum):
                    assert fewer == requires
                else:
                    assert {*fewer} <= {*requires, *evaluated_as_supported()}
            assert new == old


def evaluated_as_supported() -> list[Any]:
    return [evaluate(Requirement.tracer(">=1"), environment(tracer="2.0"), MATRIX).status]
