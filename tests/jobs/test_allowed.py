"""Files of tests that need not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.jobs.allowed import Allowances, AllowedError, read_allowed

if TYPE_CHECKING:
    from pathlib import Path

FILE = """
[[allow]]
tests = "tests/test_lambda.py"
reason = "no job runs on AWS Lambda"

[[allow]]
tests = ["tests/**::test_slow*", "tests/test_x.py::test_y[a]"]
reason = "only by hand"
"""


@pytest.fixture
def allowances(tmp_path: Path) -> Allowances:
    (tmp_path / "allow.toml").write_text(FILE)
    return read_allowed(str(tmp_path / "allow.toml"))


def test_which_tests_it_is_for(allowances: Allowances) -> None:
    tests = [
        "tests/test_lambda.py::test_a[1]", "tests/a/b.py::test_slow_one",
        "tests/test_x.py::test_y", "tests/test_x.py::test_y[a]", "not an id::", "other.py::test",
    ]  # fmt: skip
    assert allowances.among(tests) == {
        "tests/test_lambda.py::test_a[1]": "no job runs on AWS Lambda",
        "tests/a/b.py::test_slow_one": "only by hand",
        "tests/test_x.py::test_y[a]": "only by hand",
    }


def test_what_is_no_longer_needed(allowances: Allowances) -> None:
    left = allowances.unneeded(["tests/test_x.py::test_slow", "not an id::"])
    assert [entry.tests for entry in left] == [
        ("tests/test_lambda.py",),
        ("tests/test_x.py::test_y[a]",),
    ]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AllowedError, match="cannot read this: No such file or directory"):
        read_allowed(str(tmp_path / "none.toml"))
