"""Strings taken out of arrays."""

from __future__ import annotations

import pytest

from pytest_ddcompat.jobs.wins.arrays import without_strings

pytestmark = pytest.mark.once

LINES = """[
    "a", # of a
    # of b
    "b",
    "c", "d",

    # of e
    "e"  # of e
]"""


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        pytest.param('["a", "b"]', {0}, '["b"]', id="the first"),
        pytest.param('["a", "b"]', {1}, '["a"]', id="the last"),
        pytest.param('["a","b",]', {1}, '["a",]', id="before a bracket with a comma"),
        pytest.param('[ "a" , "b" , "c" ]', {1}, '[ "a" , "c" ]', id="between"),
        pytest.param('[ "a" , "b" , "c" ]', {0, 2}, '[ "b"  ]', id="around"),
        pytest.param(
            """['#', "a,\\"]", '''x\n',''', \"""y", \\\"""\""", "z"]""", {0, 1, 4},
            """['''x\n',''', \"""y", \\\"""\"""]""", id="strings of all kinds",
        ),
        pytest.param('["a"\n, "b"\n, "c"\n]', {1}, '["a"\n, "c"\n]', id="commas first"),
        pytest.param('["a"\n, "b"\n, "c"\n]', {2}, '["a"\n, "b"\n\n]', id="commas first, the last"),
        pytest.param('["a", # of a\n "b"]', {1}, '["a" # of a\n]', id="behind a comment"),
        pytest.param('["a", # of a\n # of b\n "b"]', {1}, '["a" # of a\n # of b\n]',
                     id="a comment at the end"),
        pytest.param('[ # top\n "a",\n "b"\n]', {0}, '[ # top\n "b"\n]', id="below a comment"),
        pytest.param(LINES, {0}, LINES.replace('    "a", # of a\n', ""), id="a line"),
        pytest.param(LINES, {1}, LINES.replace('    "b",\n', ""), id="below its comment"),
        pytest.param(LINES, {2}, LINES.replace('"c", ', ""), id="the first of a line"),
        pytest.param(LINES, {3}, LINES.replace(' "d",', ""), id="the second of a line"),
        pytest.param(LINES, {2, 3}, LINES.replace('    "c", "d",\n', ""), id="both of a line"),
        pytest.param(
            LINES, {0, 1, 2, 3}, '[\n    # of b\n\n    # of e\n    "e"  # of e\n]', id="all but one"
        ),
        pytest.param(
            LINES, {3, 4}, '[\n    "a", # of a\n    # of b\n    "b",\n    "c"\n\n    # of e\n]',
            id="the end",
        ),
    ],
)  # fmt: skip
def test_without(text: str, gone: set[int], left: str) -> None:
    assert without_strings(text, gone) == left
