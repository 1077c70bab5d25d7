"""Runs tests that are marked one way or another, and counts the instructions that this takes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

FEW, MANY = 50, 250
TRACER, OLD_TRACER = "4.16.0", "1.5.0"  # what supports the capability that tests ask for, or not
CALLGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
INI = "[pytest]\nmarkers =\n    x(name)\n    needs(name)\n"
MODULES = """\
import sys, pytest
pytest.main(sys.argv[1:])
print(*sorted(sys.modules))
"""
START = """\
import gc, sys
gc.set_threshold(*gc.get_threshold()[:2], 1_000_000)
ballast = [str(number) for number in range(int(sys.argv.pop(1)))]
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


class CountError(Exception):
    """Something cannot be counted; the message says why."""


@dataclass(frozen=True)
class Way:
    """How tests are marked, what becomes of them, and the ddtrace that looks installed."""

    name: str
    head: str = ""
    mark: str = ""
    outcome: str = "passed"
    tracer: str = TRACER


@dataclass(frozen=True)
class Place:
    """The interpreter that runs tests, with what is installed for it, and how pytest is called.

    Its ballast, a number of strings, moves all objects in memory that are made later.
    """

    folder: Path
    python: str = sys.executable
    options: tuple[str, ...] = ()
    ballast: int = 0


@dataclass(frozen=True)
class Run:
    """A number of tests that are all marked one way.

    It makes no full collection of garbage, of which a run may have one more than another by chance.
    """

    place: Place
    way: Way
    tests: int

    @property
    def file(self) -> Path:
        """Where the tests are written."""
        return self.place.folder / f"test_{self.way.name}_{self.tests}.py"

    @property
    def arguments(self) -> list[str]:
        """What pytest is called with."""
        return ["-q", "-p", "no:cacheprovider", *self.place.options, self.file.name]

    @property
    def command(self) -> list[str]:
        """What starts it."""
        return [self.place.python, "-c", START, str(self.place.ballast), *self.arguments]


PLAIN = Way("plain")


class Counts:
    """The instructions of runs, each counted once."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self.of: dict[Run, int] = {}
        self.count(runs)

    def count(self, runs: Iterable[Run]) -> None:
        """Count more runs."""
        wanted = list(dict.fromkeys(runs))
        for run in wanted:  # two runs may share a file: written again, it would be compiled again
            write(run)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            self.of.update(zip(wanted, pool.map(count, wanted)))

    def per_test(self, place: Place, way: Way) -> float:
        """Cost of one test."""
        few, many = both(place, way)
        return (self.of[many] - self.of[few]) / (MANY - FEW)

    def least(self, places: Iterable[Place], way: Way) -> float:
        """Cost of one test where it costs least."""
        return min(self.per_test(place, way) for place in places)

    def added(self, place: Place, way: Way) -> float:
        """What a mark adds to the cost of one test."""
        return self.per_test(place, way) - self.per_test(place, PLAIN)


def prepare(folder: Path, conftest: str = "") -> Path:
    """Make a folder for tests."""
    folder.mkdir(exist_ok=True)
    (folder / "pytest.ini").write_text(INI, encoding="utf-8")
    if conftest:
        (folder / "conftest.py").write_text(conftest, encoding="utf-8")
    return folder


def pretend(folder: Path, version: str) -> None:
    """Make a folder that, on the import path, makes ddtrace look installed."""
    info = folder / version / f"ddtrace-{version}.dist-info"
    info.mkdir(parents=True)
    text = f"Metadata-Version: 2.1\nName: ddtrace\nVersion: {version}\n"
    (info / "METADATA").write_text(text, encoding="utf-8")


def both(place: Place, way: Way) -> list[Run]:
    """List the two runs that tell the cost of one test."""
    return [Run(place, way, FEW), Run(place, way, MANY)]


def modules(run: Run) -> list[str]:
    """List what is imported when a run ends."""
    done = start(run, [run.place.python, "-c", MODULES, *run.arguments])
    return done.stdout.splitlines()[-1].split()


def count(run: Run) -> int:
    """Count the instructions of a run, after one that leaves compiled files behind."""
    check(run)
    done = start(run, [*CALLGRIND, *run.command])
    found = re.search(r"Collected : (\d+)", done.stderr)
    if not found or done.returncode:
        raise CountError(f"valgrind cannot count {run.file.name}:\n{done.stdout}{done.stderr}")
    return int(found[1])


def write(run: Run) -> None:
    """Write the tests of a run, unless they are there."""
    if run.file.exists():
        return
    test = "def test_{}():\n    pass\n\n\n"
    mark = f"@{run.way.mark}\n" if run.way.mark else ""
    run.file.write_text(
        f"{run.way.head}\n" + "".join(mark + test.format(number) for number in range(run.tests)),
        encoding="utf-8",
    )


def check(run: Run) -> None:
    """Run without counting, and look that what becomes of the tests is what was meant.

    Raises:
        CountError: It is not.
    """
    done = start(run, run.command)
    found = re.findall(r"(\d+) (passed|skipped|failed|error|warning|let through:)", done.stdout)
    if set(found) != {(str(run.tests), run.way.outcome)} or done.returncode:
        raise CountError(
            f"not all of {run.file.name} {run.way.outcome}:\n{done.stdout}{done.stderr}"
        )


def start(run: Run, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Start a command where a run's tests are, with nothing of this process's own variables."""
    path = str(run.place.folder.parent / run.way.tracer)
    env = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0", "PYTHONPATH": path}
    return subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=run.place.folder, env=env
    )
