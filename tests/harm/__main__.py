"""Runs suites that nobody here wrote, without the plugin and with it; they must not differ.

    python -m harm CHECKOUT [SUITE|WAY ...]

The environment that runs this has pytest and pytest-xdist; the suites and, after the first runs,
the plugin of the checkout are installed into it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harm.comparison import Process, Run, differences
from harm.suites import SUITES, WAYS, Suite, Way

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Outcomes = Mapping[tuple[Suite, str], Process]

HERE = Path(__file__).parent
NOT_INHERITED = ("AWS_", "DD_", "_DD_", "ECS_", "PYTEST_", "PYTHON")
CACHES = {".hypothesis", ".pytest_cache", "__pycache__"}
SHOWN = 20


def main(checkout: str, *names: str) -> int:
    """Compare the suites and ways that are named, all unless any is; 1 where one differs."""
    suites = [suite for suite in SUITES if suite.project in names] or list(SUITES)
    ways = {name: way for name, way in WAYS.items() if name in names} or WAYS
    unknown = set(names) - {suite.project for suite in SUITES} - set(WAYS)
    if unknown:
        sys.exit(f"no suite or way {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        places = {suite: fetch(suite, folder) for suite in suites}
        pip("uninstall", "--yes", "pytest-ddcompat")
        pip("install", *{word for suite in suites for word in (suite.pin, *suite.beside)})
        without = run_all(places, ways)
        pip("install", "--no-deps", checkout)
        status = tell(without, run_all(places, ways))
    for suite in suites:
        for way, reason in suite.left_out:
            if way in ways:
                say(f"{suite.project}, {way}: left out, {reason}")
    return status


def tell(without: Outcomes, beside: Outcomes) -> int:
    """Print a line for each suite and way, what differs, and what it came to."""
    total = wrong = 0
    for (suite, way), process in without.items():
        found = differences(process, beside[suite, way])
        number = sum(len(run.tests) for run in process.runs)
        passed = sum(run.passed for run in process.runs)
        verdict = f"{len(found)} DIFFER" if found else "the same"
        say(f"{suite.project} {suite.version}, {way}: {number} tests, {passed} passed: {verdict}")
        for line in found[:SHOWN]:
            say(f"    {line}")
        total += number
        wrong += bool(found)
    company = {name for ended in without.values() for run in ended.runs for name in run.plugins}
    say(f"with plugins of {', '.join(sorted(company)) or 'nobody else'}")
    say(f"{total} outcomes compared in {len(without)} runs, of which {wrong} differ")
    return 1 if wrong or not total else 0


def run_all(places: dict[Suite, Path], ways: dict[str, Way]) -> Outcomes:
    """Run each suite in each way."""
    return {
        (suite, name): run(suite, way, place)
        for suite, place in places.items()
        for name, way in ways.items()
        if name not in dict(suite.left_out)
    }


def run(suite: Suite, way: Way, place: Path) -> Process:
    """Run one suite in one way."""
    with tempfile.TemporaryDirectory() as made, read_only(place, way) as guard:
        record = Path(made) / "record.json"
        part = () if way == Way() else suite.part
        python = (sys.executable, *way.python, str(HERE / "drive.py"), str(record), str(way.times))
        command = (*guard, *python, *suite.options, *part, *way.options)
        done = output_of(command, place, {"PYTHONHASHSEED": "0", **way.environ})
        if not record.exists():
            sys.exit(f"{suite.project} did not come to an end:\n{done.stdout}")
        runs = tuple(Run(**run) for run in json.loads(record.read_text(encoding="utf-8")))
    return Process(done.returncode, done.stdout, files_in(place), runs)


def files_in(place: Path) -> frozenset[str]:
    """List what is in a folder, but for what Python and the tools of the tests keep there."""
    paths = (path.relative_to(place) for path in place.rglob("*"))
    return frozenset(str(path) for path in paths if not CACHES.intersection(path.parts))


@contextmanager
def read_only(place: Path, way: Way) -> Iterator[Sequence[str]]:
    """Make a way's folder one that cannot be written to; root is told to obey that."""
    folders = [] if way.writable else [place, *(path for path in place.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)
    dropped = "-dac_override"
    root = ("setpriv", f"--bounding-set={dropped}", f"--inh-caps={dropped}")
    try:
        yield root if folders and os.geteuid() == 0 else ()
    finally:
        for path in folders:
            path.chmod(0o755)


def fetch(suite: Suite, folder: Path) -> Path:
    """Fetch and unpack a source distribution, and find where its tests are run."""
    target = folder / suite.project
    pip("download", "--no-deps", "--no-binary", suite.project, "--dest", str(target), suite.pin)
    (packed,) = target.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        archive.extractall(target, filter="data")
    (unpacked,) = (path for path in target.iterdir() if path.is_dir())
    place = unpacked / suite.folder
    if suite.setup:
        shutil.copy(HERE / suite.setup, place / "conftest.py")
    return place


def pip(*words: str) -> None:
    done = output_of((sys.executable, "-m", "pip", *words), Path.cwd(), {})
    if done.returncode:
        sys.exit(f"pip {' '.join(words)} failed:\n{done.stdout}")


def output_of(
    command: Sequence[str], folder: Path, variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command that sees no variable which would change the run."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(NOT_INHERITED)}
    return subprocess.run(
        command,
        check=False,
        cwd=folder,
        encoding="utf-8",
        errors="replace",
        env=inherited | variables,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=900,
    )


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
