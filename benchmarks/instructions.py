"""Counts the instructions that the plugin costs, beside skipif and other ways to skip tests.

    python benchmarks/instructions.py [--short]

The Python that runs this has pytest and the built plugin, and no other plugin. Ends with 1 where
a limit is passed; the short form holds the plugin against its limits, and leaves the others out.
Where seconds differ from run to run, instructions hardly do: see the README, "What it costs".
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from runs import (
    FEW,
    OLD_TRACER,
    PLAIN,
    TRACER,
    CountError,
    Counts,
    Place,
    Run,
    Way,
    both,
    check,
    modules,
    prepare,
    pretend,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WITHOUT = ("-p", "no:ddcompat")
# Where objects lie in memory decides how many of Python's lookups of attributes its cache holds,
# and each that it does not adds: a test costs what it does in the best of these.
BALLASTS = (0, 300, 700)
MORE_BALLASTS = (1200, 1900, 2700)  # counted only where none of the others keeps the limit
MARKED = 85_000  # the most that the imported marker may add to a test that runs
OURS = {
    "pytest_ddcompat",
    "pytest_ddcompat.declared",
    "pytest_ddcompat.hookspecs",
    "pytest_ddcompat.plugin",
}
NAIVE = """\
import pytest


def pytest_runtest_setup(item):
    for mark in item.iter_markers("needs"):
        if mark.args[0] != "threat_protection":
            pytest.skip(f"needs {mark.args[0]}")
"""


@dataclass(frozen=True)
class Row:
    """A line of the table: tests that run, and tests that are skipped, marked by one means."""

    name: str
    place: Place
    runs: Way
    skipped: Way | None = None
    note: str = ""


@dataclass(frozen=True)
class Limit:
    """A figure, and the most that it may come to."""

    name: str
    figure: float
    most: float
    unit: str = ""

    @property
    def kept(self) -> bool:
        """Whether the figure is within the limit."""
        return self.figure <= self.most

    def __str__(self) -> str:
        """Write the figure and the limit on one line."""
        form = ",.2f" if self.unit else ",.0f"
        figure, most = (f"{number:{form}}{self.unit}" for number in (self.figure, self.most))
        return f"{self.name:<60} {figure:>11}  {'of' if self.kept else 'PAST':>4} {most:>11}"


PYTEST, IMPORTED = "import pytest\n", "from pytest_ddcompat import requires_capability\n"
CAPABILITY = 'requires_capability("threat_protection")'
UNEVALUATED = Way("unevaluated", PYTEST, 'pytest.mark.x("threat_protection")')
RUNS_IF = Way("runs_if", PYTEST, 'pytest.mark.skipif(False, reason="no")')
SKIPS_IF = Way("skips_if", PYTEST, 'pytest.mark.skipif(True, reason="no")', "skipped")
RUNS = Way("runs", IMPORTED, CAPABILITY)
SKIPS = Way("skips", IMPORTED, CAPABILITY, "skipped", OLD_TRACER)
BARE_RUNS = Way("bare_runs", PYTEST, f"pytest.mark.{CAPABILITY}")
BARE_SKIPS = Way("bare_skips", PYTEST, f"pytest.mark.{CAPABILITY}", "skipped", OLD_TRACER)
NAIVE_RUNS = Way("naive_runs", PYTEST, 'pytest.mark.needs("threat_protection")')
NAIVE_SKIPS = Way("naive_skips", PYTEST, 'pytest.mark.needs("api_security")', "skipped")

# Other plugins, and how each marks a test that runs and one that is skipped.
RIVALS = {
    "pytest-skip-markers": (
        Way("rival_runs", PYTEST, "pytest.mark.skip_on_windows"),
        Way("rival_skips", PYTEST, "pytest.mark.skip_on_linux", "skipped"),
    ),
    "pytest-requires": (
        Way("rival_runs", PYTEST, 'pytest.mark.requires("pytest")'),
        Way("rival_skips", PYTEST, 'pytest.mark.requires("nowhere")', "skipped"),
    ),
}


def main() -> int:
    """Count, print what was found, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--short", action="store_true", help="only hold the plugin to its limits")
    short = parser.parse_args().short
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not on PATH; Debian's package of that name brings it")
    with tempfile.TemporaryDirectory() as made:
        try:
            kept = benchmark(Path(made).resolve(), short=short)
        except CountError as error:
            sys.exit(str(error))
    return 0 if kept else 1


def benchmark(folder: Path, *, short: bool) -> bool:
    """Count and print; True where every limit is kept."""
    for version in (TRACER, OLD_TRACER):
        pretend(folder, version)
    layouts = [Place(prepare(folder / "ours"), ballast=ballast) for ballast in BALLASTS]
    ours, *_ = layouts
    without = alone(ours)
    rows = [] if short else [*own_rows(ours, without), *rivals(folder)]
    runs = [*runs_for_limits(layouts), *runs_for_rows(rows), *both(without, PLAIN)]
    counts = Counts(runs)
    say(f"pytest {metadata.version('pytest')}, {platform.python_implementation()} ", end="")
    say(f"{platform.python_version()}, {platform.system()} {platform.machine()}; instructions\n")
    if rows:
        table(rows, counts, without)
    limits = hold(counts, layouts)
    for limit in limits:
        say(str(limit))
    strangers = imported(ours, without)
    say(f"imported by a run without markers: {', '.join(sorted(strangers))}")
    return all(limit.kept for limit in limits) and strangers <= OURS


def alone(place: Place) -> Place:
    """Give the place where the plugin is off."""
    return replace(place, options=WITHOUT)


def own_rows(ours: Place, without: Place) -> list[Row]:
    """Rows for what needs no other plugin."""
    naive = Place(prepare(ours.folder.with_name("naive"), conftest=NAIVE), options=WITHOUT)
    return [
        Row("skipif", without, RUNS_IF, SKIPS_IF),
        Row("requires_capability, imported", ours, RUNS, SKIPS),
        Row("pytest.mark.requires_capability", ours, BARE_RUNS, BARE_SKIPS),
        Row("a mark that nothing evaluates", without, UNEVALUATED),
        Row("a conftest with iter_markers", naive, NAIVE_RUNS, NAIVE_SKIPS),
    ]


def rivals(folder: Path) -> list[Row]:
    """Rows for other plugins, each in an environment of its own beside the pytest of ours."""
    rows = []
    for name, (runs, skips) in RIVALS.items():
        place = Place(prepare(folder / name), python=str(folder / name / "venv" / "bin" / "python"))
        title, note = name, ""
        try:
            title = f"{name} {install(name, place)}"
            for run in (Run(place, way, FEW) for way in (PLAIN, runs, skips)):
                write(run)
                check(run)
        except CountError as error:
            note = str(error)
        rows.append(Row(title, place, runs, skips, note))
    return rows


def install(name: str, place: Place) -> str:
    """Make the interpreter of a place, with another plugin; returns the plugin's version.

    Raises:
        CountError: It cannot be installed beside the pytest that runs here.
    """
    venv.create(Path(place.python).parents[1], with_pip=True)
    pytest = f"pytest=={metadata.version('pytest')}"
    quiet = ("--quiet", "--disable-pip-version-check")
    command = [place.python, "-m", "pip", "install", *quiet, pytest, name]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        raise CountError(f"cannot be installed beside {pytest}")
    ask = f"from importlib.metadata import version; print(version({name!r}))"
    return subprocess.check_output([place.python, "-c", ask], text=True).strip()


def runs_for_limits(layouts: Sequence[Place]) -> list[Run]:
    """List the runs that the limits need."""
    ours, *_ = layouts
    ones = [Run(place, PLAIN, 1) for place in (*layouts, *map(alone, layouts))]
    ways = (UNEVALUATED, BARE_RUNS, RUNS_IF, SKIPS_IF, SKIPS)
    runs = [Run(ours, RUNS, 1), *(run for way in ways for run in both(ours, way))]
    in_each = (PLAIN, RUNS)
    return [*ones, *runs, *(r for place in layouts for way in in_each for r in both(place, way))]


def runs_for_rows(rows: Iterable[Row]) -> list[Run]:
    """List the runs that the table needs."""
    ways = [(row.place, way) for row in rows for way in (PLAIN, row.runs, row.skipped)
            if way and not row.note]  # fmt: skip
    return [run for place, way in ways for run in both(place, way)]


def hold(counts: Counts, layouts: Sequence[Place]) -> list[Limit]:
    """Hold what the plugin costs against its limits."""
    ours, *_ = layouts
    runs = marked(counts, layouts)
    if runs > MARKED:
        more = [replace(ours, ballast=ballast) for ballast in MORE_BALLASTS]
        counts.count(r for place in more for way in (PLAIN, RUNS) for r in both(place, way))
        runs = marked(counts, [*layouts, *more])
    by_if = counts.added(ours, RUNS_IF)
    evaluating = counts.per_test(ours, BARE_RUNS) - counts.per_test(ours, UNEVALUATED)
    skipped, skipped_if = counts.per_test(ours, SKIPS), counts.per_test(ours, SKIPS_IF)
    one = {place: counts.of[Run(place, PLAIN, 1)] for place in (*layouts, *map(alone, layouts))}
    empty = median(one[place] / one[alone(place)] for place in layouts)
    return [
        Limit("a test that runs, imported marker, adds", runs, MARKED),
        Limit("the same in one layout, beside skipif(False)", counts.added(ours, RUNS), by_if),
        Limit("evaluating adds to a mark of pytest.mark", evaluating, 40_000),
        Limit("a skipped test, beside one of skipif(True), costs", skipped, skipped_if),
        Limit("a run without markers adds", (empty - 1) * 100, 1.0, " %"),
        Limit("the first verdict adds", counts.of[Run(ours, RUNS, 1)] - one[ours], 100_000_000),
    ]


def marked(counts: Counts, layouts: Sequence[Place]) -> float:
    """What the imported marker adds to a test that runs, each at its best."""
    return counts.least(layouts, RUNS) - counts.least(layouts, PLAIN)


def table(rows: Sequence[Row], counts: Counts, without: Place) -> None:
    """Print a line for each row, with ratios to the first."""
    first, *_ = rows
    base = counts.per_test(without, PLAIN)
    added = counts.added(first.place, first.runs)
    cost = counts.per_test(first.place, first.skipped) if first.skipped else 0
    say(f"{'':33}{'every test':>11}{'one that runs':>21}{'one that is skipped':>21}")
    say(f"{'':33}{'adds':>11}{'adds':>13}{'ratio':>8}{'costs':>13}{'ratio':>8}")
    for row in rows:
        if row.note:
            say(f"{row.name:33}  {row.note}")
            continue
        line = f"{row.name:33}{counts.per_test(row.place, PLAIN) - base:>11,.0f}"
        line += cells(counts.added(row.place, row.runs), added)
        line += cells(counts.per_test(row.place, row.skipped), cost) if row.skipped else ""
        say(line)
    say("")


def cells(figure: float, beside: float) -> str:
    """Write a figure and its ratio to another."""
    return f"{figure:>13,.0f}{figure / beside:>8.2f}"


def imported(ours: Place, without: Place) -> set[str]:
    """Tell what a run without markers imports that it would not without the plugin."""
    mine, others = (set(modules(Run(place, PLAIN, 1))) for place in (ours, without))
    return mine - others


def say(text: str, end: str = "\n") -> None:
    """Print at once, so that it stands beside what other programs print."""
    sys.stdout.write(text + end)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
