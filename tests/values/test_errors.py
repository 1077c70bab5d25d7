"""Problems: fields that write themselves as one line."""

from __future__ import annotations

import pytest

from pytest_ddcompat.values.errors import CompatibilityError, Place, Problem
from pytest_ddcompat.values.text import as_json, as_toml, shown


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        pytest.param(Problem("it is odd"), "it is odd", id="what"),
        pytest.param(Problem("it is odd", "even"), "it is odd; valid: even", id="valid"),
        pytest.param(Problem('no "x"; did you mean "y"?', "y, z"),
                     'no "x"; did you mean "y"? valid: y, z', id="guess"),
        pytest.param(Problem("it is odd", where="a[0].b", file="x.toml"),
                     "x.toml: a[0].b: it is odd", id="place"),
        pytest.param(Problem("it is odd", file="x.toml").within("y.toml: extends").within("--opt"),
                     "--opt: y.toml: extends: x.toml: it is odd", id="origins"),
        pytest.param(Problem("\x1b[31m", file="\0"), "\\x00: \\x1b[31m", id="control characters"),
    ],
)  # fmt: skip
def test_problem_as_a_line(problem: Problem, line: str) -> None:
    assert str(problem) == line
    error = CompatibilityError([problem, "more"])
    assert (str(error), error.problems) == (f"{line}\nmore", (problem, Problem("more")))


def test_place_puts_problems_where_they_are() -> None:
    problems: list[Problem] = []
    Place("x.toml", problems).inside("rows").inside("[1]").inside("key").problem("odd", "even")
    assert problems == [Problem("odd", "even", "rows[1].key", "x.toml")]


class Odd:
    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("value", "python", "json", "toml"),
    [
        pytest.param(True, "True", "true", "true", id="boolean"),
        pytest.param("a", "'a'", '"a"', '"a"', id="string"),
        pytest.param([1], "[1]", "[1]", "an array", id="array"),
        pytest.param({"a": 1}, "{'a': 1}", '{"a": 1}', "a table", id="table"),
        pytest.param("x" * 99, f"'{'x' * 79}…", f'"{"x" * 79}…', f'"{"x" * 79}…', id="long"),
    ],
)
def test_wrong_value_as_its_source_writes_it(
    value: object, python: str, json: str, toml: str
) -> None:
    assert (shown(value), shown(value, as_json), shown(value, as_toml)) == (python, json, toml)


def test_value_that_cannot_be_written() -> None:
    assert shown(Odd()) == "a value of type Odd"
