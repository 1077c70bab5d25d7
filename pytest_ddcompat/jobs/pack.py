"""Pack records into Parquet: read in batches, written whole, each run once."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.jobs.engine import connected, fill, rows_of
from pytest_ddcompat.jobs.packed import OWN, files_of, no_pack, table_of
from pytest_ddcompat.jobs.rows import LET_RUN, RAN, decision_rows, finding_rows, run_row
from pytest_ddcompat.jobs.tables import FINDINGS, RUNS, TABLES, TESTS, Column
from pytest_ddcompat.record.format import TIME_FORMAT
from pytest_ddcompat.record.reading import read_record
from pytest_ddcompat.values.errors import CompatibilityError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from duckdb import DuckDBPyConnection

__all__ = ["Packed", "files_of", "pack", "table_of"]

_BATCH = 100_000  # rows that are kept in memory
_LOCK = ".ddcompat.lock"
_SEEN = ("test", "file", "line", "outcome", "decision")
_OF_TEST = tuple(column for column in TESTS.columns if column.name in {"run", *_SEEN})
_OF_DECISION = tuple(
    column for column in TESTS.columns if column.name not in {*_SEEN, "ran", "run"}
)
_DECISION = (RUNS.columns[0], Column("decision", "INTEGER", ""), *_OF_DECISION)
_JOINED = ", ".join(
    ("t" if column in _OF_TEST else "d") + f".{column.name}"
    if column.name != "ran"
    else "list_contains($ran, t.outcome) AND list_contains($let_run, d.action) AS ran"
    for column in TESTS.columns
)
_QUERIES = {  # of names of this package alone
    RUNS.name: "SELECT * FROM new_runs WHERE began::DATE = $day ORDER BY run",
    TESTS.name: f"SELECT {_JOINED} FROM new_tests AS t JOIN new_decisions AS d "  # noqa: S608
    "ON d.run = t.run AND d.decision = t.decision "
    "WHERE t.run IN (SELECT run FROM new_runs WHERE began::DATE = $day) ORDER BY t.run, t.test",
    FINDINGS.name: "SELECT * FROM new_findings WHERE run IN "
    "(SELECT run FROM new_runs WHERE began::DATE = $day) ORDER BY run, decision",
}


class Packed(NamedTuple):
    """What packing came to.

    Attributes:
        runs: Number of runs that were added.
        known: Files of runs that were there before, or earlier among the files.
    """

    runs: int
    known: list[str]


def pack(records: Iterable[str], folder: str) -> Packed:
    """Add records to a folder of tables, which is made if it is not there.

    All of them are added or, if one cannot be, none.

    Args:
        records: Their files.
        folder: The folder.

    Raises:
        CompatibilityError: A file is no record, or the folder is no pack or cannot be written.
        ModuleNotFoundError: DuckDB is not installed.
    """
    import duckdb  # noqa: F401 - without it, no folder is made either

    root = Path(folder)
    try:
        if root.exists() and not (root / RUNS.name).is_dir() and _others(root):
            raise CompatibilityError(no_pack(folder, "other files are in it"))
        root.mkdir(exist_ok=True)
        with _locked(root):
            _remove_remains(root)
            return _pack(records, root)
    except OSError as error:
        reason = f"cannot write this: {error.strerror or error}"
        raise CompatibilityError(Problem(reason, file=folder)) from None


def _others(root: Path) -> bool:
    return any(not path.name.startswith(".ddcompat") for path in root.iterdir())


def _pack(records: Iterable[str], root: Path) -> Packed:
    temporary = Path(mkdtemp(prefix=".ddcompat-", suffix=".tmp", dir=root))
    try:
        with connected() as connection:
            known = _known_runs(connection, root)
            batch, count, twice = _Batch(), 0, []
            for file in records:
                record = read_record(file)
                if record["run"]["id"] in known:
                    twice.append(file)
                    continue
                known.add(record["run"]["id"])
                count += 1
                batch.add(record)
                if batch.size >= _BATCH:
                    batch.write(connection, temporary)
                    batch = _Batch()
            batch.write(connection, temporary)
        _publish(temporary, root)
        return Packed(count, twice)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _known_runs(connection: DuckDBPyConnection, root: Path) -> set[str]:
    if not any(root.glob("runs/*/*.parquet")):
        return set()
    table_of(connection, RUNS.name, files_of(str(root))[RUNS.name], str(root))
    return {row["run"] for row in rows_of(connection, "SELECT run FROM runs")}


class _Batch:
    """Rows of some runs, in columns."""

    def __init__(self) -> None:
        self.runs: dict[str, list[Any]] = {column.name: [] for column in RUNS.columns}
        self.tests: dict[str, list[Any]] = {column.name: [] for column in _OF_TEST}
        self.decisions: dict[str, list[Any]] = {column.name: [] for column in _DECISION}
        self.findings: dict[str, list[Any]] = {column.name: [] for column in FINDINGS.columns}

    @property
    def size(self) -> int:
        """The number of rows of the largest tables."""
        return len(self.tests["run"]) + len(self.findings["run"])

    def add(self, record: dict[str, Any]) -> None:
        """Add the rows of a record."""
        row = run_row(record)
        for key in ("began", "ended"):
            row[key] = dt.datetime.strptime(row[key], TIME_FORMAT)
        for key, value in row.items():
            self.runs[key].append(value)
        tests = record["tests"]
        self.tests["run"] += [row["run"]] * len(tests)
        self.tests["test"] += [test["id"] for test in tests]
        for key in _SEEN[1:]:
            self.tests[key] += [test[key] for test in tests]
        decisions = decision_rows(record)
        self.decisions["run"] += [row["run"]] * len(decisions)
        self.decisions["decision"] += range(len(decisions))
        for column in _OF_DECISION:
            self.decisions[column.name] += [one[column.name] for one in decisions]
        findings = [*zip(*finding_rows(record))]
        self.findings["run"] += [row["run"]] * (len(findings[0]) if findings else 0)
        for column, values in zip(FINDINGS.columns[1:], findings):
            self.findings[column.name] += values

    def write(self, connection: DuckDBPyConnection, folder: Path) -> None:
        """Write the rows as files below a folder, one for each table and day."""
        if not self.runs["run"]:
            return
        self._fill(connection)
        first: dict[dt.date, str] = {}
        for run, began in sorted(zip(self.runs["run"], self.runs["began"])):
            first.setdefault(began.date(), run)
        for table in TABLES:
            for day, run in first.items():
                path = folder / table.name / f"day={day}" / f"{run}.parquet"
                path.parent.mkdir(parents=True, exist_ok=True)
                ran = {"ran": RAN, "let_run": LET_RUN} if table == TESTS else {}
                connection.execute(
                    f"COPY ({_QUERIES[table.name]}) TO $path (FORMAT parquet, COMPRESSION zstd)",
                    {"path": str(path), "day": day, **ran},
                )

    def _fill(self, connection: DuckDBPyConnection) -> None:
        fill(connection, "new_runs", RUNS.columns, self.runs)
        fill(connection, "new_tests", _OF_TEST, self.tests)
        fill(connection, "new_decisions", _DECISION, self.decisions)
        fill(connection, "new_findings", FINDINGS.columns, self.findings)


def _publish(temporary: Path, root: Path) -> None:
    """Put new files in their place; those of runs last, without which the others do not count."""
    done: list[Path] = []
    try:
        for table in (TESTS, FINDINGS, RUNS):
            for path in sorted((temporary / table.name).rglob("*.parquet")):
                target = root / path.relative_to(temporary)
                target.parent.mkdir(parents=True, exist_ok=True)
                _sync(path)
                done.append(target)
                path.replace(target)
    except BaseException:
        for path in reversed(done):
            with suppress(OSError):
                path.unlink()
        raise


def _sync(path: Path) -> None:
    # Else a crash of the machine may leave the new name with nothing in it.
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _remove_remains(root: Path) -> None:
    """Remove what a killed process has left: temporary files, and rows of no run."""
    for path in root.glob(".ddcompat-*.tmp"):
        shutil.rmtree(path, ignore_errors=True)
    for table in (TESTS, FINDINGS):
        for path in root.glob(f"{table.name}/*/*.parquet"):
            own = path.relative_to(root / table.name)
            if OWN.fullmatch(own.as_posix()) and not (root / RUNS.name / own).exists():
                path.unlink()


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Wait until no other process packs into the folder; the file's end gives it back."""
    with (root / _LOCK).open("ab") as file:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
