"""Who answers the questions: DuckDB, or Spark over the same files."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from pytest_ddcompat.jobs import spark
from pytest_ddcompat.jobs.engine import connected, fill, rows_of
from pytest_ddcompat.jobs.packed import files_of, table_of
from pytest_ddcompat.jobs.questions import input_named, keep, question

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duckdb import DuckDBPyConnection

__all__ = ["ENGINES", "DuckDB", "Engine", "started"]

ENGINES = ("duckdb", "spark")
"""Names of the engines."""


class Engine(Protocol):
    """A database for the tables of a pack and the questions about them."""

    def read(self, folder: str) -> None:
        """Make the tables of a pack known.

        Raises:
            CompatibilityError: The folder is no pack, or has nothing in it.
        """

    def fill(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Make one of the tables that questions take beside the records, in place of its last."""

    def keep(self, name: str) -> None:
        """Keep the answer to a question on which others rest, so that it is found once."""

    def ask(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of the answer to a question, which may be kept, by names of columns."""


class DuckDB:
    """DuckDB as an engine.

    Args:
        connection: A connection to an empty database.
    """

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self._connection = connection
        self._kept: set[str] = set()

    def read(self, folder: str) -> None:
        """Make the tables of a pack known."""
        for name, files in files_of(folder).items():
            table_of(self._connection, name, files, folder)

    def fill(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Make one of the tables that questions take."""
        columns = input_named(name).columns
        values = [*zip(*rows)] or [()] * len(columns)
        named = {column.name: [*each] for column, each in zip(columns, values)}
        fill(self._connection, name, columns, named)

    def keep(self, name: str) -> None:
        """Keep the answer to a question in memory."""
        keep(self._connection, name)
        self._kept.add(name)

    def ask(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of the answer to a question."""
        is_kept = name in self._kept
        return rows_of(self._connection, f"FROM {name}" if is_kept else question(name))


@contextmanager
def started(name: str) -> Iterator[Engine]:
    """Yield an engine with no table, which is gone afterwards.

    Args:
        name: One of `ENGINES`.

    Raises:
        ModuleNotFoundError: One of its packages is not installed.
        CompatibilityError: It does not start, cannot read or write a file, or has no room left.
    """
    if name == "spark":
        with spark.started() as engine:
            yield engine
    else:
        with connected() as connection:
            yield DuckDB(connection)
