"""A pack that another program has changed is refused in a line that names table and column."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.made_records import write_records
from support.made_wins import BUG, made_runs

from pytest_ddcompat.__main__ import main
from pytest_ddcompat.jobs.engine import connected
from pytest_ddcompat.jobs.json_columns import JSON_COLUMNS
from pytest_ddcompat.jobs.pack import pack
from pytest_ddcompat.jobs.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("duckdb")
pytestmark = pytest.mark.once

COMMANDS = {
    "coverage": ("matrices", "requires", "facts"),
    "wins": ("matrices", "requires", "declarations", "facts"),
}
"""The JSON columns that each command reads."""

OF_ANY = [None, "", "x\x1b", "null", "7", '"x"', "NaN", "[[]]", "[7]", "[null]", "[NaN]",
          '{"x": 1}', "[" * 9999, '{"frameworks":' * 9999, "9" * 5000]  # fmt: skip
OF_OBJECTS = ["{}", "[{}]", '[{"id": 7, "sha256": "x"}]', '[{"place": "a:1", "verdict": 7}]',
              '[{"place": null, "verdict": "supported"}]', '["x"]']  # fmt: skip
BAD = {
    "matrices": [*OF_ANY, *OF_OBJECTS],
    "requires": [*OF_ANY, "{}", "[{}]"],
    "declarations": [*OF_ANY, *OF_OBJECTS],
    "facts": [*OF_ANY, "[]", '{"tracer": 7}', '{"frameworks": []}', '{"frameworks": {"flask": 7}}',
              '{"facts": {"x": NaN}}', '{"facts": "x"}'],
}  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def _in_a_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("packs"))
    lost = BUG._replace(outcome="xfailed")
    runs = made_runs(("2.5.0", lost), ("2.6.0", BUG), ("2.7.0", BUG))
    pack(write_records(Path("records"), *runs), "packed")
    yield
    os.chdir(before)


def other(table: str, column: str, value: str | None) -> None:
    """Make a pack with another value in a column."""
    with connected() as connection:
        for file in Path("packed").rglob("*.parquet"):
            target = Path("other", *file.parts[1:])
            target.parent.mkdir(parents=True, exist_ok=True)
            is_it = file.parts[1] == table
            changed = f"* REPLACE ($value::VARCHAR AS {column})" if is_it else "*"
            connection.execute(
                f"COPY (SELECT {changed} FROM read_parquet('{file.as_posix()}', "  # noqa: S608
                f"hive_partitioning = false)) TO '{target.as_posix()}' (FORMAT parquet)",
                {"value": value} if is_it else {},
            )


def test_all_columns_of_json() -> None:
    named = {c.name: t.name for t in TABLES for c in t.columns if "JSON" in c.meaning}
    assert {column: table for column, (table, _) in JSON_COLUMNS.items()} == named
    assert BAD.keys() == named.keys()


@pytest.mark.parametrize(
    ("column", "number"), [(column, n) for column, bad in BAD.items() for n in range(len(bad))]
)
def test_other_json(column: str, number: int, capsys: pytest.CaptureFixture[str]) -> None:
    table = JSON_COLUMNS[column][0]
    other(table, column, BAD[column][number])
    for command, columns in COMMANDS.items():
        if column in columns:
            more = ["--facts"] if command == "coverage" else []
            assert main([command, "other", *more]) == 2
            out, error = capsys.readouterr()
            assert error.startswith(f"ddcompat: table {table}: column {column}")
            assert (out, error.count("\n")) == ("", 1)
            assert "\x1b" not in error


@pytest.mark.parametrize(
    ("table", "column"), [("runs", "run"), ("runs", "suite"), ("tests", "test")]
)
@pytest.mark.parametrize("command", COMMANDS)
def test_nulls(table: str, column: str, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    other(table, column, None)
    assert main([command, "other"]) == 2
    what = f"this is no pack of records: the table {table} has a null in the column {column}"
    assert capsys.readouterr().err.startswith(f"ddcompat: other: {what}; valid: ")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_same_pack_is_read(command: str) -> None:
    other("runs", "plugin_version", "0.1.0")
    assert main([command, "other"]) == 0
