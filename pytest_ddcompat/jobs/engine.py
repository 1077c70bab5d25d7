"""DuckDB, set up to stay within its memory, on this machine and off the network."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.values.errors import CompatibilityError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from pytest_ddcompat.jobs.tables import Column

__all__ = ["DAMAGED", "MEMORY", "cleaned", "connected", "fill", "rows_of"]

DAMAGED = "delete the files of this name in runs, tests and findings, and pack these runs again"
"""What to do about a file of a pack that cannot be read."""

_LARGEST = 2**31 - 1

MEMORY = "600MB"
"""Memory of DuckDB; what does not fit goes to a temporary folder."""


@contextmanager
def connected() -> Iterator[DuckDBPyConnection]:
    """Yield a connection to an empty database, which is gone afterwards.

    Raises:
        ModuleNotFoundError: DuckDB is not installed.
        CompatibilityError: DuckDB cannot read or write a file, or has no room left.
    """
    import duckdb

    with TemporaryDirectory(prefix="ddcompat-") as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": str(Path(folder)),
            # Both would fetch code over the network.
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
        }
        try:
            with duckdb.connect(config=settings) as connection:
                connection.execute("SET TimeZone = 'UTC'")
                yield connection
        except duckdb.Error as error:
            what = str(error).partition("\n")[0]
            valid = DAMAGED if ".parquet" in what else ""
            raise CompatibilityError(Problem(f"DuckDB cannot do this: {what}", valid)) from None


def fill(
    connection: DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    values: Mapping[str, Sequence[Any]],
) -> None:
    """Make a temporary table of columns; values are bound, never part of the SQL.

    Args:
        connection: The database.
        table: Name of the table, one of this package's own.
        columns: Its columns.
        values: The values of each column, as many for each.
    """
    import duckdb

    lists = ", ".join(f"unnest(${c.name}::{c.type}[]) AS {c.name}" for c in columns)
    bound = {column.name: values[column.name] for column in columns}
    sql = f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {lists}"
    try:
        connection.execute(sql, bound)
    except (duckdb.Error, OverflowError, RuntimeError):  # by the version of DuckDB
        # JSON has what no column can: half a character, and numbers of any size.
        connection.execute(sql, {key: [*map(cleaned, each)] for key, each in bound.items()})


def cleaned(value: Any) -> Any:
    """Return a value of JSON as a column can have it: halves of characters as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return min(value, _LARGEST) if type(value) is int else value


def rows_of(connection: DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """Return the rows of a query, each by the names of its columns."""
    connection.execute(sql)
    names = [name for name, *_ in connection.description or ()]
    return [dict(zip(names, row)) for row in connection.fetchall()]
