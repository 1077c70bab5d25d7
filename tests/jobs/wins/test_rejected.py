"""Files of rejected news."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.made_wins import KO, WON, X, Y, made_runs

from pytest_ddcompat.jobs.wins.rejected import Rejections, read_rejected

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("duckdb")

FILE = """
[[reject]]
tests = "a.py"
version = "2.4"
reason = "the mock is wrong"

[[reject]]
tests = ["b.py::test_*", "not/here.py"]
reason = "flaky"
"""


@pytest.fixture
def rejections(tmp_path: Path) -> Rejections:
    (tmp_path / "rejected.toml").write_text(FILE, encoding="utf-8")
    return read_rejected(str(tmp_path / "rejected.toml"))


@pytest.mark.parametrize(
    ("test", "version", "expected"),
    [
        ("a.py::test_x", "2.4.0", True),
        ("a.py::test_x", "2.4.1", False),
        ("a.py::test_x", None, False),
        ("b.py::test_x", "1.0", True),
        ("b.py::test_x", None, True),
        ("b.py::other", None, False),
        ("not an id::", None, False),
    ],
)
def test_what_is_rejected(
    rejections: Rejections, test: str, version: str | None, expected: bool
) -> None:
    assert rejections.has(test, version) is expected


def test_what_is_no_longer_needed(rejections: Rejections) -> None:
    left = rejections.unneeded([("a.py::test_x", "2.5"), ("b.py::test_y", None)])
    assert [entry.tests for entry in left] == [("a.py",), ("not/here.py",)]


def test_rejected_news_does_not_come_back(found: Any, rejections: Rejections) -> None:
    wins = found(made_runs(*[("2.4.0", {X: WON, "b.py::test_y": KO, "c.py::test_z": WON})] * 2),
                 rejections=rejections)  # fmt: skip
    assert [item.tests for item in wins.items] == [("c.py::test_z",)]
    assert (wins.rejected, wins.tests) == (2, 1)
    assert [entry.tests for entry in wins.unneeded] == [("not/here.py",)]


def test_news_of_another_version_comes_back(found: Any, rejections: Rejections) -> None:
    wins = found(made_runs(*[("2.5.0", {X: WON, Y: WON})] * 2), rejections=rejections)
    assert (wins.rejected, wins.tests) == (0, 2)
