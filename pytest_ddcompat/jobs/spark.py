"""Spark as an engine: on this machine, or in the session that is active."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import TimeoutExpired
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.jobs.engine import cleaned
from pytest_ddcompat.jobs.packed import FORMATS, check_columns, check_formats, check_keys, files_of
from pytest_ddcompat.jobs.questions import input_named, steps_of
from pytest_ddcompat.jobs.tables import RUNS
from pytest_ddcompat.values.errors import CompatibilityError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Spark", "started"]

_OLDEST = 4
_JAVA = "Java 17 or later, such as Debian's default-jre-headless, on PATH or at JAVA_HOME"
_TYPES = {"VARCHAR": "string", "INTEGER": "int", "TIMESTAMP": "timestamp_ntz", "BOOLEAN": "boolean"}
_NAMES = {spark: duckdb for duckdb, spark in _TYPES.items()}
# A path may be a pattern, in which these are for more than themselves.
_GLOB = str.maketrans({letter: f"\\{letter}" for letter in r"\{}[]*?"})
_ENDED = 30  # seconds in which Java has ended on any machine
_LOCAL = {
    "spark.master": "local[*]",
    # Nothing listens but on the loopback, and no name is looked up.
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    # 200, which is Spark's own choice, costs more than it saves on one machine.
    "spark.sql.shuffle.partitions": "8",
}
_SETTINGS = {  # whatever a session has
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
}


class Spark:
    """A session of Spark as an engine.

    Args:
        session: The session.
    """

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        self._kept: set[str] = set()

    def read(self, folder: str) -> None:
        """Make the tables of a pack known."""
        for name, files in files_of(folder).items():
            reader = self._session.read.option("basePath", _address(Path(folder, name)))
            table = reader.parquet(*(_address(Path(file)).translate(_GLOB) for file in files))
            check_columns(name, {key: _NAMES.get(kind, kind) for key, kind in table.dtypes}, folder)
            table.createOrReplaceTempView(name)
            check_keys(name, lambda sql: self._session.sql(sql).collect(), folder)
            if name == RUNS.name:
                rows = self._session.sql(FORMATS).collect()
                check_formats((row["format"] for row in rows), folder)

    def fill(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Make one of the tables that questions take."""
        schema = ", ".join(f"{c.name} {_TYPES[c.type]}" for c in input_named(name).columns)
        values = [tuple(map(cleaned, row)) for row in rows]
        self._session.createDataFrame(values, schema).createOrReplaceTempView(name)

    def keep(self, name: str) -> None:
        """Keep the answer to a question on Spark's disk or in its memory."""
        self._answer(name).localCheckpoint().createOrReplaceTempView(name)
        self._kept.add(name)

    def ask(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of the answer to a question."""
        answer = self._session.table(name) if name in self._kept else self._answer(name)
        return [row.asDict() for row in answer.collect()]

    def _answer(self, name: str) -> DataFrame:
        *steps, last = steps_of(name, "spark")
        for step in steps:
            part = self._session.sql(step.sql)
            # Spark would find anew what is used twice, and what that rests on four times.
            part = part.localCheckpoint() if step.uses > 1 else part
            part.createOrReplaceTempView(step.name)
        return self._session.sql(last.sql)


@contextmanager
def started() -> Iterator[Spark]:
    """Yield Spark without a table; it ends afterwards, unless its session was there before.

    Raises:
        ModuleNotFoundError: pyspark or sqlglot is not installed.
        CompatibilityError: pyspark is too old, there is no Java, or Spark fails.
    """
    import pyspark
    import sqlglot  # noqa: F401 - better missed before Spark starts

    if int(pyspark.__version__.partition(".")[0]) < _OLDEST:
        what = f"pyspark {pyspark.__version__} is too old"
        raise CompatibilityError(Problem(what, f"pyspark >={_OLDEST}"))
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        with _session() as session:
            for key, value in _SETTINGS.items():
                session.conf.set(key, value)
            yield Spark(session)
    except (PySparkException, Py4JError) as error:
        what = str(error).strip().partition("\n")[0]
        raise CompatibilityError(Problem(f"Spark cannot do this: {what}")) from None


@contextmanager
def _session() -> Iterator[SparkSession]:
    """Yield a session that has no view."""
    from pyspark.sql import SparkSession

    active = SparkSession.getActiveSession()
    if active is not None:
        # It shares all but the views, whose names may be in use there.
        yield active.newSession()
    else:
        home = os.environ.get("JAVA_HOME")
        if shutil.which("java", path=str(Path(home, "bin")) if home else None) is None:
            raise CompatibilityError(Problem("Spark needs Java, which is not there", _JAVA))
        with TemporaryDirectory(prefix="ddcompat-") as folder, _local(Path(folder)) as session:
            yield session


@contextmanager
def _local(folder: Path) -> Iterator[SparkSession]:
    """Start Spark on this machine; what it writes and says goes to a folder."""
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    conf = SparkConf().setAll([*_LOCAL.items()])
    conf.set("spark.local.dir", str(folder))
    conf.set("spark.sql.warehouse.dir", str(folder / "warehouse"))
    log = folder / "log"
    try:
        with log.open("wb") as file:
            # Spark makes a folder where it is started.
            gateway = launch_gateway(conf, {"cwd": str(folder), "stdout": file, "stderr": file})
    except PySparkException:
        lines = log.read_text("utf-8", "replace").strip().splitlines()
        said = f": {lines[0].strip()}" if lines else ""
        raise CompatibilityError(Problem(f"Spark does not start{said}", _JAVA)) from None
    try:
        context = SparkContext(conf=conf, gateway=gateway)
        try:
            yield SparkSession(context)
        finally:
            context.stop()
    finally:
        gateway.shutdown()
        gateway.proc.stdin.close()  # which ends it
        with suppress(TimeoutExpired):
            gateway.proc.wait(_ENDED)
        # Else the next session of this process would speak to what has ended.
        SparkContext._gateway = SparkContext._jvm = None  # noqa: SLF001


def _address(path: Path) -> str:
    """Return the address of a path of this machine."""
    return f"file:/{cleaned(path.absolute().as_posix()).lstrip('/')}"
