"""Measure a suite under declarations beside the same suite with marks, and how a run grows.

    python benchmarks/declaring.py [--check] [--timed] [--tests 1000]

Needs valgrind. Each run is a process of its own on generated tests. Half of the declarations have a
state; a suite with marks says the same by markers, and the instructions of both are counted. Growth
is that of the instructions too. `--timed` is for suites that take too long to count: growth is then
that of the processor time, the quickest of some runs each.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from instructions import VALGRIND, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TESTS, DECLARATIONS = 2262, 1137  # the Python tests of system-tests, and the rules for them
PER_FILE = 20
VERSIONS = 60  # different requirements
RATIO = 1.2  # at most, of the run with declarations over that with marks
GROWTH = 2.5  # at most, from some tests to double that
INI = """\
[pytest]
addopts = -q -p no:cacheprovider -p pytest_ddcompat.plugin
ddcompat_set = tracer=4.16
"""


def main() -> int:
    """Print the figures; return 1 if `--check` is given and one is past its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail past the limits")
    parser.add_argument("--timed", action="store_true", help="time the growth, do not count it")
    parser.add_argument("--tests", type=int, default=1_000, help="how many; then double that")
    parser.add_argument("--runs", type=int, default=3, help="timed runs, the quickest counts")
    options = parser.parse_args()
    rows = [ratio(), growth(options.tests, options.runs if options.timed else 0)]
    for name, figure, limit in rows:
        end = "" if figure <= limit else "  past the limit"
        print(f"{name:80} {figure:6.2f} {limit:6.2f}{end}")
    return int(options.check and any(figure > limit for _, figure, limit in rows))


def ratio() -> tuple[str, float, float]:
    """Return the instructions of a run with declarations over those of the same with marks."""
    with tempfile.TemporaryDirectory() as folder:
        suites = [Path(folder, kind) for kind in ("marks", "declarations")]
        for suite in suites:
            write(suite, TESTS, DECLARATIONS, marks=suite.name == "marks")
        marks, declarations = counts(suites)
    name = f"{TESTS:,} tests under {DECLARATIONS:,} declarations over marks"
    return f"{name} ({marks / 1e9:.2f} billion instructions)", declarations / marks, RATIO


def growth(tests: int, runs: int) -> tuple[str, float, float]:
    """Return how a run grows with double the tests and declarations; without timed runs, count."""
    with tempfile.TemporaryDirectory() as folder:
        suites = [Path(folder, "half"), Path(folder, "whole")]
        for suite, number in zip(suites, (tests, 2 * tests)):
            write(suite, number, number // 5, marks=False)
        if runs:
            half, whole = (min(seconds(suite) for _ in range(runs)) for suite in suites)
            cost = f"{half:.2f} s"
        else:
            half, whole = counts(suites)
            cost = f"{half / 1e9:.2f} billion instructions"
    name = f"{2 * tests:,} tests under {2 * tests // 5:,} declarations over half of both"
    return f"{name} ({cost})", whole / half, GROWTH


def write(folder: Path, tests: int, declarations: int, *, marks: bool) -> None:
    """Write a suite of tests, of which each has one declaration, or the markers for it."""
    folder.mkdir(exist_ok=True)
    tables: list[list[str]] = [[] for _ in range(declarations)]
    for start in range(0, tests, PER_FILE):
        lines = ["import pytest"]
        for n in range(start, min(tests, start + PER_FILE)):
            number = n * declarations // tests
            tables[number].append(f'"test_{start}.py::test_{n}"')
            lines += [*(mark(number) if marks else ()), f"def test_{n}(): pass"]
        (folder / f"test_{start}.py").write_text("\n".join(lines), encoding="utf-8")
    ini = INI if marks else f"{INI}ddcompat_declarations = declared.toml"
    (folder / "pytest.ini").write_text(ini, encoding="utf-8")
    text = "\n".join(
        f"[[declarations]]\ntests = [{', '.join(ids)}]\n{said(number)}\n"
        for number, ids in enumerate(tables)
    )
    (folder / "declared.toml").write_text(text, encoding="utf-8")


def version(number: int) -> str:
    """Return a version of which the installed one reaches two thirds."""
    return f"{number % VERSIONS // 10}.{number % 10}"


def said(number: int) -> str:
    """Return what a declaration says, with half of them a state."""
    if number % 2:
        return f'state = "missing"\nwhen = {{tracer = "<{version(number)}"}}'
    return f'requires = {{tracer = ">={version(number)}"}}'


def mark(number: int) -> list[str]:
    """Return the markers that say the same; `xfail` where the state applies to 4.16."""
    wanted = version(number)
    if not number % 2:
        return [f'@pytest.mark.requires_tracer(">={wanted}")']
    known = tuple(map(int, wanted.split("."))) <= (4, 16)
    return [] if known else [f'@pytest.mark.xfail(reason="missing before {wanted}")']


def seconds(folder: Path) -> float:
    """Run a suite, and return the processor time that it took."""
    begun = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    run(folder)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begun


def counts(suites: Sequence[Path]) -> list[int]:
    """Run suites beside each other, and return the instructions that each took."""
    for suite in suites:
        run(suite)  # compiles the tests
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = [*pool.map(lambda suite: run(suite, VALGRIND), suites)]
    return [counted(result, suite.name) for result, suite in zip(done, suites)]


def run(folder: Path, prefix: Iterable[str] = ()) -> subprocess.CompletedProcess[str]:
    """Run a suite."""
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONHASHSEED": "0"}
    command = [*prefix, sys.executable, "-m", "pytest"]
    return subprocess.run(
        command, cwd=folder, env=environ, check=True, capture_output=True, text=True
    )


if __name__ == "__main__":
    sys.exit(main())
