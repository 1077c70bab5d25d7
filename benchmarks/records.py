"""Measure packing many records, and asking what their jobs cover: time and memory.

    PYTHONPATH=tests python benchmarks/records.py [--check] [--records N] [--tests N] [--rows N]

Records are generated, and packed and asked by processes of their own. Then one table of many rows
is generated, and asked too. Memory is shown for some records and for half of them, since it must
not grow with their number.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from support.made_records import COMMIT, OLD, OPEN, PASSED, Case, made_record

PER_RUN = 2000  # tests of a run in the table of many rows
KINDS = 40  # distinct decisions of a record
PACKED = 60.0  # seconds at most for 1,000 records of 2,000 tests
ASKED = 5.0  # seconds at most for the same
ASKED_MANY = 10.0  # seconds at most for ten million rows
MEGABYTES = 1000.0
GROWTH = 1.3  # memory of all records over that of half
Rows = list[tuple[str, float, float]]


def main() -> int:
    """Print the figures; return 1 if `--check` is given and one is past its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail past the limits")
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--tests", type=int, default=2000, help="tests of a record")
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of tests in one table")
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        return measure(options.measure)
    with tempfile.TemporaryDirectory() as folder:
        rows = [*of_records(Path(folder), options), *of_rows(Path(folder), options)]
    print(f"{'':60} {'figure':>9} {'limit':>8}")
    for name, figure, limit in rows:
        end = "" if figure <= limit else "  past the limit"
        print(f"{name:60} {figure:9,.2f} {limit:8,.2f}{end}")
    return int(options.check and any(figure > limit for _, figure, limit in rows))


def of_records(folder: Path, options: argparse.Namespace) -> Rows:
    """Return the time and memory of packing records, half of them too, and of asking."""
    files = write(folder / "records", options.records, options.tests)
    share = options.records * options.tests / (1000 * 2000)
    half = run("pack", str(folder / "half"), *files[: len(files) // 2])
    packed = run("pack", str(folder / "packed"), *files)
    asked = run("ask", str(folder / "packed"))
    what = f"{options.records:,} records of {options.tests:,} tests"
    return [
        (f"seconds to pack {what}", packed["seconds"], PACKED * max(share, 0.1)),
        ("  memory over that of half of them", packed["bytes"] / half["bytes"], GROWTH),
        ("  memory in MB", packed["bytes"] / 1e6, MEGABYTES),
        (f"seconds to ask {what}", asked["seconds"], ASKED * max(share, 1)),
        ("  memory in MB", asked["bytes"] / 1e6, MEGABYTES),
    ]


def of_rows(folder: Path, options: argparse.Namespace) -> Rows:
    """Return the time and memory of asking a pack of many rows, all of one commit or of many."""
    found: Rows = []
    for commits in (1, 50):
        pack = folder / f"rows{commits}"
        run("grow", str(pack), str(options.rows), str(commits))
        asked = run("ask", str(pack))
        what = f"{options.rows:,} rows of {commits} commits"
        found += [
            (f"seconds to ask {what}", asked["seconds"], ASKED_MANY),
            ("  memory in MB", asked["bytes"] / 1e6, MEGABYTES),
        ]
    return found


def write(folder: Path, records: int, tests: int) -> list[str]:
    """Write records that differ in their run and in which tests ran."""
    folder.mkdir()
    plain = [PASSED, OLD, OPEN]
    cases = [
        plain[n % 3]._replace(capability=f"capability_{n}", needs=f"{n}") for n in range(KINDS)
    ]
    paths = []
    for number in range(records):
        chosen: dict[str, Case] = {
            f"tests/test_{n // 50}.py::TestService::test_{n}[parameters]": cases[
                (n + number) % KINDS
            ]
            for n in range(tests)
        }
        record = made_record(
            chosen,
            name=f"job {number % 40}",
            id=f"{number:032x}",
            commit=COMMIT[:-4] + f"{number // 40:04x}",
            begin=f"2026-{10 + number // 500 % 3:02}-{1 + number // 40 % 28:02}T10:00:00Z",
        )
        path = folder / f"{number}.json"
        path.write_text(json.dumps(record, separators=(",", ":")), encoding="utf-8")
        paths.append(str(path))
    return paths


def run(*arguments: str) -> dict[str, float]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--measure", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(arguments: list[str]) -> int:
    """Do what a command line says in this process, and print its time and memory."""
    import duckdb  # noqa: F401 - before the time is taken, as the limit is about the data

    from pytest_ddcompat.jobs.coverage import measure as ask
    from pytest_ddcompat.jobs.pack import pack
    from pytest_ddcompat.jobs.selection import Choice

    what, folder, *rest = arguments
    begun = time.perf_counter()
    if what == "pack":
        pack(rest, folder)
    elif what == "grow":
        grow(folder, *map(int, rest))
    else:
        print(ask([folder], Choice()).gated)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": time.perf_counter() - begun, "bytes": used}))
    return 0


def grow(folder: str, rows: int, commits: int) -> None:
    """Make a pack of many rows of the rows of one record, by the database alone."""
    from pytest_ddcompat.jobs.engine import connected
    from pytest_ddcompat.jobs.pack import files_of, pack

    (file,) = write(Path(f"{folder}-one"), 1, PER_RUN)
    pack([file], folder)
    (paths,) = zip(*files_of(folder).values())
    changed: dict[str, Any] = {
        "runs": "commit_sha[:-5] || printf('%05d', i % $commits) AS commit_sha, "
        "'job ' || (i // $commits) AS job, ",
        "tests": "(i % 7 <> 0 AND ran) AS ran, ",
        "findings": "",
    }
    with connected() as connection:
        for (table, columns), path in zip(changed.items(), paths):
            values = {"runs": rows // PER_RUN, "path": path + ".new"}
            values |= {"commits": commits} if table == "runs" else {}
            left_out = [
                part.rpartition(" ")[2] for part in columns.split(", ")[:-1] if " AS " in part
            ]
            names = ", ".join(["run", *left_out])
            relation = connection.read_parquet([path], hive_partitioning=False)
            relation.create_view(table)
            connection.execute(
                f"COPY (SELECT printf('%032d', i) AS run, {columns} * EXCLUDE ({names}) "  # noqa: S608
                f"FROM range($runs) AS r(i), {table}) TO $path (FORMAT parquet, COMPRESSION zstd)",
                values,
            )
            Path(path + ".new").replace(path)


if __name__ == "__main__":
    sys.exit(main())
