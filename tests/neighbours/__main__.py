"""Runs suites that nobody here wrote, without the plugin and with it; they must not differ.

    python -m neighbours CHECKOUT [SUITE|WAY ...]

The environment that runs this has pytest and pytest-xdist; the suites and, after the first runs,
the plugin of the checkout are installed into it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from support.processes import output_of

from neighbours.comparison import Process, Run, differences
from neighbours.suites import SUITES, WAYS, Suite, Way

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HERE = Path(__file__).parent
LOCK = HERE.parents[1] / ".ci" / "locks" / "harm.txt"
CACHES = {".hypothesis", ".pytest_cache", "__pycache__"}
SHOWN = 20


def main(checkout: str, *names: str) -> int:
    """Compare the suites and ways that are named, all unless any is; 1 where one differs."""
    suites = [suite for suite in SUITES if suite.project in names] or list(SUITES)
    ways = [way for way in WAYS if way in names] or list(WAYS)
    unknown = set(names) - {suite.project for suite in SUITES} - set(WAYS)
    if unknown:
        sys.exit(f"no suite or way {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        places = {suite: fetch(suite, folder) for suite in suites}
        pip("uninstall", "--yes", "pytest-ddcompat")
        pip("install", *{word for suite in suites for word in (suite.pin, *suite.beside)})
        chosen = [(suite, way) for suite in suites for way in ways]
        without = [run(suite, WAYS[way], places[suite]) for suite, way in chosen]
        pip("install", "--no-deps", checkout)
        wrong = 0
        for (suite, way), old in zip(chosen, without):
            found = differences(old, run(suite, WAYS[way], places[suite]))
            tell(f"{suite.project} {suite.version}, {way}", old, found)
            wrong += bool(found)
    company = {name for process in without for run in process.runs for name in run.plugins}
    say(f"with plugins of {', '.join(sorted(company)) or 'nobody else'}")
    total = sum(process.tests for process in without)
    say(f"{total} outcomes compared in {len(without)} runs, of which {wrong} differ")
    return 1 if wrong else 0


def tell(name: str, without: Process, found: list[str]) -> None:
    """Print a line for a suite that was run in one way, and what differs."""
    verdict = f"{len(found)} DIFFER" if found else "the same"
    say(f"{name}: {without.tests} tests, {without.passed} passed: {verdict}")
    for line in found[:SHOWN]:
        say(f"    {line}")


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
    target.mkdir()
    pin = target / "pin.txt"
    pin.write_text(locked(suite), encoding="utf-8")
    options = ("--no-deps", "--no-binary", suite.project, "--require-hashes")
    pip("download", *options, "--dest", str(target), "--requirement", str(pin))
    (packed,) = target.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        # Python has had filters since the releases of June 2023.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(target)  # noqa: S202 - filtered, where that is known
    (unpacked,) = (path for path in target.iterdir() if path.is_dir())
    place = unpacked / suite.folder
    if suite.setup:
        shutil.copy(HERE / suite.setup, place / "conftest.py")
    return place


def locked(suite: Suite) -> str:
    """Return a suite's pin of the lock, with the hashes of its files."""
    found = re.search(rf"(?m)^{suite.pin}.*(?:\n    .*)*", LOCK.read_text(encoding="utf-8"))
    if not found:
        sys.exit(f"{LOCK} has no {suite.pin}: write it anew with nox -s lock")
    return found[0]


def pip(*words: str) -> None:
    done = output_of((sys.executable, "-m", "pip", *words), Path.cwd(), {})
    if done.returncode:
        sys.exit(f"pip {' '.join(words)} failed:\n{done.stdout}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
