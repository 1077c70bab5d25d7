"""The tables of a pack: their files, and whether these are what packing has written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_ddcompat.jobs.engine import DAMAGED, rows_of
from pytest_ddcompat.jobs.tables import FORMAT, RUNS, TABLES, TESTS
from pytest_ddcompat.values.errors import CompatibilityError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from duckdb import DuckDBPyConnection

__all__ = [
    "FORMATS", "OWN", "check_columns", "check_formats", "check_keys", "files_of", "no_pack",
    "table_of",
]  # fmt: skip

FORMATS = "SELECT DISTINCT format FROM runs"
"""Asks for what `check_formats` takes, in SQL of every dialect."""
OWN = re.compile(r"day=\d{4}-\d\d-\d\d/[0-9a-f]{32}\.parquet")
"""Path of a file below the folder of its table."""

_KEYS = ((RUNS.name, "run"), (RUNS.name, "suite"), (TESTS.name, "test"))
_VALID = "a folder that `ddcompat records pack` has written, or files such as records/*.json"


def files_of(folder: str) -> dict[str, list[str]]:
    """Return the files of each table of a pack, those of whole runs alone.

    Raises:
        CompatibilityError: The folder is no pack, has nothing in it, or cannot be read.
    """
    try:
        return _files_of(Path(folder), folder)
    except OSError as error:
        what = f"cannot read this: {error.strerror}"
        raise CompatibilityError(Problem(what, file=str(error.filename or folder))) from None


def _files_of(root: Path, folder: str) -> dict[str, list[str]]:
    if not (root / RUNS.name).is_dir():
        raise CompatibilityError(no_pack(folder, "it has no folder runs"))
    found = sorted(path.relative_to(root / RUNS.name) for path in root.glob("runs/**/*.parquet"))
    if not found:
        raise CompatibilityError(Problem("no run is packed in this folder", file=folder))
    for path in found:
        if not OWN.fullmatch(path.as_posix()):
            raise CompatibilityError(no_pack(folder, f"runs/{path.as_posix()} is not of it"))
    files = {table.name: [str(root / table.name / path) for path in found] for table in TABLES}
    for name in (path for paths in files.values() for path in paths):
        if not Path(name).is_file():
            raise CompatibilityError(Problem(f"{name} is missing", DAMAGED, file=folder))
    return files


def table_of(connection: DuckDBPyConnection, name: str, files: Sequence[str], folder: str) -> None:
    """Make a view of a table's files.

    Raises:
        CompatibilityError: They have not the columns of the table, or are of another version; or
            there is a null by which a row cannot be told from others.
    """
    relation = connection.read_parquet([*files], hive_partitioning=True)
    check_columns(name, dict(zip(relation.columns, map(str, relation.types))), folder)
    relation.create_view(name)
    check_keys(name, lambda sql: rows_of(connection, sql), folder)
    if name == RUNS.name:
        check_formats((row["format"] for row in rows_of(connection, FORMATS)), folder)


def check_columns(name: str, found: Mapping[str, str], folder: str) -> None:
    """Refuse a table without one of its columns.

    Args:
        name: Name of the table.
        found: The columns that its files have, each with its type as DuckDB calls it.
        folder: The folder of the pack.

    Raises:
        CompatibilityError: It names the column.
    """
    (table,) = (table for table in TABLES if table.name == name)
    for column in table.columns:
        if found.get(column.name) != column.type:
            what = f"the table {name} has no column {column.name} of type {column.type}"
            raise CompatibilityError(no_pack(folder, what))


def check_keys(name: str, ask: Callable[[str], Sequence[object]], folder: str) -> None:
    """Refuse a table with a null in a column by which rows are told apart.

    Args:
        name: Name of the table.
        ask: Returns the rows of a query.
        folder: The folder of the pack.

    Raises:
        CompatibilityError: It names the column.
    """
    for table, column in _KEYS:
        if table == name and ask(f"SELECT 1 AS one FROM {table} WHERE {column} IS NULL LIMIT 1"):  # noqa: S608 - own names
            what = f"the table {name} has a null in the column {column}"
            raise CompatibilityError(no_pack(folder, what))


def check_formats(formats: Iterable[int], folder: str) -> None:
    """Refuse tables of another version.

    Raises:
        CompatibilityError: One of the versions is not this package's own.
    """
    for other in formats:
        if other != FORMAT:
            what = f"cannot read version {other} of these tables"
            raise CompatibilityError(Problem(what, str(FORMAT), file=folder))


def no_pack(folder: str, what: str) -> Problem:
    """Return the problem that a folder is no pack."""
    return Problem(f"this is no pack of records: {what}", _VALID, file=folder)
