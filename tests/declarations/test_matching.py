"""Which node ids a pattern holds for: at each boundary, both sides."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from pytest_ddcompat.declarations.matching import Patterns, elements_of
from pytest_ddcompat.values.errors import CompatibilityError

CASES = [
    ("tests/", ["tests/x.py::test", "tests/a/x.py::C::m[1]"], ["tests2/x.py::test", "test/x.py"]),
    ("tests", ["tests/x.py::test"], ["tests.py::test"]),
    ("tests/x.py", ["tests/x.py::test", "tests/x.py"], ["tests/x.pyi::test", "x.py::test"]),
    ("x.py::Test_A", ["x.py::Test_A::m", "x.py::Test_A"], ["x.py::Test_AB::m", "a/x.py::Test_A"]),
    ("x.py::C::m", ["x.py::C::m", "x.py::C::m[1]"], ["x.py::C::m2", "x.py::C", "x.py::m"]),
    ("x.py::m[a]", ["x.py::m[a]"], ["x.py::m[ab]", "x.py::m", "x.py::m[b]"]),
    ("x.py::m[a/b::c[d]]", ["x.py::m[a/b::c[d]]"], ["x.py::m[a/b::c]"]),
    ("x.py::m[a-*]", ["x.py::m[a-1]", "x.py::m[a-b/c]"], ["x.py::m[b-1]", "x.py::m"]),
    ("*.py", ["x.py::test"], ["a/x.py::test", "x.txt"]),
    ("*", ["x.py::test", "a/x.py::test"], []),
    ("tests/*/x.py", ["tests/a/x.py::test"], ["tests/x.py::test", "tests/a/b/x.py::test"]),
    ("tests/test_*_sdk.py", ["tests/test_a_sdk.py", "tests/test__sdk.py"], ["tests/test_sdk.py"]),
    ("x.py::Test*::m", ["x.py::TestA::m"], ["x.py::TestA::B::m", "x.py::m"]),
    ("x.py/*", [], ["x.py::test"]),
    ("x.py::*", ["x.py::test", "x.py::C::m"], ["x.py"]),
    ("tests/**/x.py", ["tests/x.py::t", "tests/a/b/x.py::t"], ["x.py::t", "tests/a/y.py::t"]),
    ("**/x.py", ["x.py::t", "a/x.py::t"], ["ax.py::t"]),
    ("**::test_m", ["x.py::test_m", "a/x.py::C::test_m[1]"], ["x.py::test_mm", "test_m/x.py::t"]),
    ("**", ["x.py::t"], []),
    ("a/**/**/b/**/c.py", ["a/b/c.py::t", "a/1/2/b/3/c.py"], ["a/c.py::t", "a/b/d.py"]),
    ("*a*a*", ["aa", "banana.py"], ["a", "bna"]),
    ("ab*ba", ["abba", "ab-ba"], ["aba"]),
]


@pytest.mark.parametrize(("pattern", "held", "others"), CASES, ids=[case[0] for case in CASES])
def test_pattern(pattern: str, held: list[str], others: list[str]) -> None:
    patterns: Patterns[int] = Patterns()
    patterns.add(pattern, 1)
    assert [node_id for node_id in held if patterns.find(node_id) != [1]] == []
    assert [node_id for node_id in others if patterns.find(node_id)] == []


@pytest.mark.parametrize(
    "pattern",
    ["", "/x.py", "a//x.py", "./x.py", "../x.py", "x.py::", "x.py::::m", "::m", "[1]", "a\\x.py"],
)
def test_what_is_no_node_id_is_refused(pattern: str) -> None:
    with pytest.raises(CompatibilityError) as raised:
        elements_of(pattern)
    assert str(raised.value).startswith(f'"{pattern}" is not the id of tests')
    assert str(raised.value).endswith(
        " valid: a folder, file, file::Class, file::Class::method or file::test[parameters]"
    )


def as_expression(pattern: str) -> re.Pattern[str]:
    """A pattern as a regular expression over elements that end with a line break."""
    parts = {"**": "(?:[^\n]*\n)*"}
    kinds, no_kind = {"::": "::", "[": r"\["}, r"(?!::|\[)"

    def part(element: str) -> str:
        kind = next((k for k in kinds if element.startswith(k)), "")
        inner = "[^\n]*".join(map(re.escape, element[len(kind) :].split("*")))
        return f"{kinds.get(kind, no_kind)}{inner}\n"

    return re.compile("".join(parts.get(e) or part(e) for e in elements_of(pattern)))


def test_all_at_once_are_found_as_each_alone() -> None:
    chosen = random.Random(7)  # noqa: S311 - a seed, to make the same each time
    words = ["a", "b", "ab", "*", "a*", "*b", "**"]

    def made(letters: list[str]) -> str:
        folders = [chosen.choice(letters) for _ in range(chosen.randint(1, 3))]
        names = [f"::{chosen.choice(letters)}" for _ in range(chosen.randint(0, 2))]
        return "/".join(folders) + "".join(n for n in names if n != "::**")

    each = {made(words) for _ in range(300)}
    patterns: Patterns[str] = Patterns()
    for pattern in each:
        patterns.add(pattern, pattern)
    found: Any = {}
    expected: Any = {}
    for node_id in {made(["a", "b", "ab", "aab"]) for _ in range(300)}:
        lines = "".join(f"{element}\n" for element in elements_of(node_id))
        found[node_id] = sorted(patterns.find(node_id))
        expected[node_id] = sorted(p for p in each if as_expression(p).match(lines))
    assert found == expected
    assert sum(map(len, found.values())) > len(found)
