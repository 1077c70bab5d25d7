"""Declaring the fields of a row: each says whether it can decide a verdict."""

from __future__ import annotations

import pytest

from pytest_ddcompat.matrix import rows
from pytest_ddcompat.matrix.fields import Key, field
from pytest_ddcompat.matrix.kinds import text


def test_field_that_does_not_say_whether_it_decides() -> None:
    with pytest.raises(TypeError, match="decides"):

        class Undeclared(rows.Statement):
            kernel: str = field(text, "Kernel of the operating system.", "")  # type: ignore[call-arg]


def test_key_of_another_file_in_a_row() -> None:
    with pytest.raises(TypeError, match=r"Undeclared\.kernel must be declared with field\(\)"):

        class Undeclared(rows.Statement):
            kernel = Key(text, "Kernel of the operating system.", "")


def test_words_of_a_row_decide_nothing() -> None:
    fields = rows.Statement.fields
    assert [name for name, spec in fields.items() if spec.decides] == []
    assert rows.Capability.fields["minimum"].decides
