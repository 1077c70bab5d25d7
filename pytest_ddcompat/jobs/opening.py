"""Open records, or a pack of them, as tables of an engine."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.jobs.asking import ENGINES, started
from pytest_ddcompat.jobs.pack import pack
from pytest_ddcompat.jobs.questions import INPUTS
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_ddcompat.jobs.asking import Engine

__all__ = ["Opened", "opened"]


class Opened(NamedTuple):
    """An engine with the tables of records.

    Attributes:
        engine: The engine; the inputs of the questions are empty tables.
        packed_twice: Files of runs that another file has too.
    """

    engine: Engine
    packed_twice: list[str]


@contextmanager
def opened(records: Sequence[str], engine: str = ENGINES[0]) -> Iterator[Opened]:
    """Yield an engine with the tables of records.

    Args:
        records: Files of records, or the folder of a pack.
        engine: Its name, one of `ENGINES`. DuckDB packs files of records in any case.

    Raises:
        CompatibilityError: A file is no record, a folder no pack, or the engine does not start.
        ModuleNotFoundError: A package of the engine is not installed.
    """
    with TemporaryDirectory(prefix="ddcompat-") as temporary:
        folder, twice = _folder(records, str(Path(temporary) / "pack"))
        with started(engine) as asked:
            asked.read(folder)
            for table in INPUTS:
                asked.fill(table.name, [])
            yield Opened(asked, twice)


def _folder(records: Sequence[str], temporary: str) -> tuple[str, list[str]]:
    """Return the folder of a pack, which is made of records if they are files."""
    folders = [*filter(os.path.isdir, records)]  # which no name can make fail
    if not folders:
        return temporary, pack(records, temporary).known
    if len(records) > 1:
        what = f"{folders[0]} is a folder, which cannot stand beside others"
        raise CompatibilityError(f"{what}; valid: one folder, or files of records")
    return folders[0], []
