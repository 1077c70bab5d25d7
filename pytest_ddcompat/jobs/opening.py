"""Open records, or a pack of them, as tables of a database."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.jobs.engine import connected, fill
from pytest_ddcompat.jobs.pack import files_of, pack, table_of
from pytest_ddcompat.jobs.questions import INPUTS
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duckdb import DuckDBPyConnection

__all__ = ["Opened", "fill_input", "opened"]


class Opened(NamedTuple):
    """A database with the tables of records.

    Attributes:
        connection: The database; the inputs of the questions are empty tables.
        packed_twice: Files of runs that another file has too.
    """

    connection: DuckDBPyConnection
    packed_twice: list[str]


@contextmanager
def opened(records: Sequence[str]) -> Iterator[Opened]:
    """Yield a database with the tables of records.

    Args:
        records: Files of records, or the folder of a pack.

    Raises:
        CompatibilityError: A file is no record, or a folder no pack.
        ModuleNotFoundError: DuckDB is not installed.
    """
    with TemporaryDirectory(prefix="ddcompat-") as temporary:
        folder, twice = _folder(records, str(Path(temporary) / "pack"))
        with connected() as connection:
            for name, files in files_of(folder).items():
                table_of(connection, name, files, folder)
            for table in INPUTS:
                fill_input(connection, table.name, [])
            yield Opened(connection, twice)


def fill_input(connection: DuckDBPyConnection, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Make one of the tables that the questions take.

    Args:
        connection: The database.
        name: Its name, one of `INPUTS`.
        rows: Its rows.
    """
    (columns,) = (table.columns for table in INPUTS if table.name == name)
    values = [*zip(*rows)] or [()] * len(columns)
    fill(connection, name, columns, {c.name: [*each] for c, each in zip(columns, values)})


def _folder(records: Sequence[str], temporary: str) -> tuple[str, list[str]]:
    """Return the folder of a pack, which is made of records if they are files."""
    folders = [name for name in records if Path(name).is_dir()]
    if not folders:
        return temporary, pack(records, temporary).known
    if len(records) > 1:
        what = f"{folders[0]} is a folder, which cannot stand beside others"
        raise CompatibilityError(f"{what}; valid: one folder, or files of records")
    return folders[0], []
