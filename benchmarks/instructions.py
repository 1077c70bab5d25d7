"""Count the instructions that the plugin costs, beside skipif and beside a run without it.

    python benchmarks/instructions.py

Needs valgrind, and a Python with pytest, this plugin and no other. Prints each figure, its limit
and their ratio; exits with 1 if a figure is past its limit.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

# Where objects lie in memory decides how often CPython's caches hit, so each figure is the median
# of several layouts: this many strings are made before pytest is imported.
LAYOUTS = (0, 300, 700, 1200, 1900)
ONE, MANY = 1, 101  # tests
VALGRIND = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
# Shares of a run without the plugin, since builds of the same Python differ by a fifth. The first
# verdict's is 130 of the 655 million instructions of Debian's optimized CPython 3.11.
EMPTY_RUN = 0.01
FIRST_VERDICT = 0.198

# A full collection of garbage is 0.3 % of a run, and one run may have one more than another.
START = """\
import gc, sys
gc.set_threshold(*gc.get_threshold()[:2], 1_000_000)
strings = [str(number) for number in range(int(sys.argv.pop(1)))]
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


class CountError(Exception):
    """A run cannot be counted; the message says why."""


class Tests(NamedTuple):
    """Tests that all have the same marker, the ddtrace they find, and their outcome."""

    name: str
    imports: str = ""
    marker: str = ""
    ddtrace: str = "4.16.0"
    outcome: str = "passed"


class Run(NamedTuple):
    """A run of some tests in one layout of memory."""

    tests: Tests
    number: int
    layout: int
    plugin: bool = True

    @property
    def name(self) -> str:
        """Name of the folder with the tests; pytest looks at all files of a folder."""
        return f"{self.tests.name}-{self.number}"


class Row(NamedTuple):
    """A figure and its limit, in instructions."""

    name: str
    figure: float
    limit: float

    @property
    def ratio(self) -> float:
        """The figure, as a share of its limit."""
        return self.figure / self.limit

    def __str__(self) -> str:
        """Return a line of the table."""
        end = "  past the limit" if self.ratio > 1 else ""
        return f"{self.name:50}{self.figure:>14,.0f}{self.limit:>14,.0f}{self.ratio:>8.3f}{end}"


IMPORT = "from pytest_ddcompat import requires_capability"
CAPABILITY = '@requires_capability("threat_protection")'
PLAIN = Tests("plain")
RUNS = Tests("runs", IMPORT, CAPABILITY)
SKIPPED = Tests("skipped", IMPORT, CAPABILITY, "1.5.0", "skipped")
RUNS_IF = Tests("runs_if", "import pytest", '@pytest.mark.skipif(False, reason="no")')
SKIPPED_IF = Tests(
    "skipped_if", "import pytest", '@pytest.mark.skipif(True, reason="no")', outcome="skipped"
)


def main() -> int:
    """Count, print the table, and return the exit status."""
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not on PATH; Debian's package of that name brings it")
    with tempfile.TemporaryDirectory() as made:
        try:
            rows = measure(Path(made).resolve())
        except CountError as error:
            sys.exit(str(error))
    print(f"pytest {metadata.version('pytest')}, {platform.python_implementation()} ", end="")
    print(f"{platform.python_version()}, {platform.system()} {platform.machine()}")
    print(f"{f'instructions, median of {len(LAYOUTS)} layouts':50}", end="")
    print(f"{'figure':>14}{'limit':>14}{'ratio':>8}", *rows, sep="\n")
    return int(any(row.ratio > 1 for row in rows))


def measure(folder: Path) -> list[Row]:
    """Return each row in the layout where its ratio is the median."""
    marked = (PLAIN, RUNS, RUNS_IF, SKIPPED, SKIPPED_IF)
    runs = [Run(*chosen) for chosen in product(marked, (ONE, MANY), LAYOUTS)]
    write([run for run in runs if run.layout == LAYOUTS[0]], folder)
    runs += [Run(PLAIN, ONE, layout, plugin=False) for layout in LAYOUTS]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = dict(zip(runs, pool.map(lambda run: count(run, folder), runs)))
    return [median(rows) for rows in zip(*(rows_of(counts, layout) for layout in LAYOUTS))]


def rows_of(counts: dict[Run, int], layout: int) -> list[Row]:
    """Return the rows of one layout."""

    def each(tests: Tests) -> float:
        many, one = (counts[Run(tests, number, layout)] for number in (MANY, ONE))
        return (many - one) / (MANY - ONE)

    plain, first = (counts[Run(tests, ONE, layout)] for tests in (PLAIN, RUNS))
    without = counts[Run(PLAIN, ONE, layout, plugin=False)]
    runs, runs_if = (each(tests) - each(PLAIN) for tests in (RUNS, RUNS_IF))
    return [
        Row("added to a test that runs; by skipif(False)", runs, runs_if),
        Row("a skipped test; with skipif(True)", each(SKIPPED), each(SKIPPED_IF)),
        Row("added to a run without markers; 1 % of it", plain - without, without * EMPTY_RUN),
        Row("added by the first verdict; 19.8 % of it", first - plain, without * FIRST_VERDICT),
    ]


def median(rows: tuple[Row, ...]) -> Row:
    """Return the row whose ratio is in the middle."""
    return sorted(rows, key=lambda row: row.ratio)[len(rows) // 2]


def write(runs: Iterable[Run], folder: Path) -> None:
    """Write tests and the ddtrace they find; run them once, so that they are compiled."""
    for tests in {run.tests for run in runs}:
        info = folder / tests.ddtrace / f"ddtrace-{tests.ddtrace}.dist-info"
        info.mkdir(parents=True, exist_ok=True)
        text = f"Metadata-Version: 2.1\nName: ddtrace\nVersion: {tests.ddtrace}\n"
        (info / "METADATA").write_text(text, encoding="utf-8")
    for run in runs:
        test = f"\n\n{run.tests.marker}\ndef test_{{}}():\n    pass\n"
        text = run.tests.imports + "".join(test.format(n) for n in range(run.number))
        (folder / run.name).mkdir(exist_ok=True)
        (folder / run.name / "pytest.ini").touch()
        (folder / run.name / "test_it.py").write_text(text, encoding="utf-8")
        start(run, folder, options=["--ddcompat-undetermined=fail"])


def count(run: Run, folder: Path) -> int:
    """Return the instructions of a run."""
    return counted(start(run, folder, prefix=VALGRIND), run.name)


def counted(done: subprocess.CompletedProcess[str], name: str) -> int:
    """Return the instructions of a process that valgrind has run.

    Raises:
        CountError: It has printed no number.
    """
    found = re.search(r"I +refs: +([\d,]+)", done.stderr)
    if not found:
        raise CountError(f"valgrind cannot count {name}:\n{done.stdout}{done.stderr}")
    return int(found[1].replace(",", ""))


def start(
    run: Run, folder: Path, prefix: Iterable[str] = (), options: Iterable[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the tests.

    Raises:
        CountError: Not all of them end as they should, or there is a warning.
    """
    command = [*prefix, sys.executable, "-c", START, str(run.layout), *options]
    command += ["-q", "-p", "no:cacheprovider", *([] if run.plugin else ["-p", "no:ddcompat"])]
    path = str(folder / run.tests.ddtrace)
    env = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0", "PYTHONPATH": path}
    done = subprocess.run(
        [*command, "test_it.py"],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder / run.name,
        env=env,
    )
    last = (done.stdout.splitlines() or [""])[-1]
    if done.returncode or not last.startswith(f"{run.number} {run.tests.outcome} in "):
        raise CountError(f"not all of {run.name} {run.tests.outcome}:\n{done.stdout}{done.stderr}")
    return done


if __name__ == "__main__":
    sys.exit(main())
