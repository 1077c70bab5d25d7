"""Values written as TOML."""

from __future__ import annotations

import datetime as dt

import pytest

from pytest_ddcompat.matrix.loading import parse_toml
from pytest_ddcompat.values.toml import toml_value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param('a "b" \\ é', '"a \\"b\\" \\\\ é"', id="a string"),
        pytest.param("\x00\x7f\n\u200b\u202e", r'"\u0000\U0000007f\n\U0000200b\U0000202e"',
                     id="characters that cannot be seen"),
        pytest.param([1, 1.5, True], "[1, 1.5, true]", id="an array"),
        pytest.param(dt.date(2026, 1, 31), "2026-01-31", id="a date"),
        pytest.param({"a_b-1": "x", "c d": [{}]}, '{ a_b-1 = "x", "c d" = [{}] }', id="a table"),
    ],
)  # fmt: skip
def test_value(value: object, written: str) -> None:
    assert toml_value(value) == written
    assert parse_toml(f"x = {written}".encode(), "x.toml") == {"x": value}


def test_a_table_without_padding() -> None:
    assert toml_value({"a": [{"b": 1}]}, padding="") == "{a = [{b = 1}]}"
