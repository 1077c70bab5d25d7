"""Measure many gated tests: memory, evaluations, and how summary, record and picture grow.

    python benchmarks/scale.py [--check]

Each run is a process of its own, on generated tests and a generated matrix: once with a number of
tests, once with double that.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable

CAPABILITIES = 1000
SHOWN = 1321  # capabilities of a picture
PER_FILE = 1000  # tests
BYTES = 500  # at most for a test, over one with a marker of no plugin
SHARED = 15  # MB at most for the matrix, its verdicts and this plugin
GROWTH = 2.5  # at most, from some tests to double that

MARKS = {
    "bare": "@pytest.mark.bare",
    "imported": "@requires_capability",
    "plain": "@pytest.mark.requires_capability",
}
RECORD = "ddcompat_report = record.json"
FACTS: dict[str, object] = {
    "tracer": "2.0.0", "python": "3.11", "implementation": "cpython", "os": "linux",
    "cpu": "x86-64", "deployments": [], "frameworks": {}, "agent": None,
    "site": "datadoghq.com", "remote_configuration": True, "date": "2026-05-31",
}  # fmt: skip


def main() -> int:
    """Print the figures; return 1 if `--check` is given and one is past its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail past the limits")
    parser.add_argument("--tests", type=int, default=10_000, help="how many; then double that")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        return measure(options.measure)
    with tempfile.TemporaryDirectory() as folder:
        rows = [*memory(Path(folder), options.tests), *growth(Path(folder), options.tests)]
        rows += picture(Path(folder))
    print(f"{'':52} {'figure':>9} {'limit':>8}")
    for name, figure, limit in rows:
        end = "" if figure <= limit else "  past the limit"
        print(f"{name:52} {figure:9,.2f} {limit:8,.2f}{end}")
    return int(options.check and any(figure > limit for _, figure, limit in rows))


Rows = list[tuple[str, float, float]]


def memory(folder: Path, tests: int) -> Rows:
    """Return the memory of a supported test over one with a bare marker, and of all together."""
    used = {
        kind: [run(folder, kind, n, "1.0.0")["bytes"] for n in (tests, 2 * tests)] for kind in MARKS
    }
    bare = used.pop("bare")
    rows: Rows = []
    for kind, both in used.items():
        once, twice = (gated - ungated for gated, ungated in zip(both, bare))
        each = (twice - once) / tests
        rows.append((f"bytes of a test, {kind} marker, {2 * tests:,} tests", each, BYTES))
        rows.append(("  and once in the run, in MB", (once - each * tests) / 1e6, SHARED))
    return rows


def growth(folder: Path, tests: int) -> Rows:
    """Return how summary, record and run grow with double the tests, half of them supported."""
    once, twice = (run(folder, "plain", n, "3.{n}.0", RECORD) for n in (tests, 2 * tests))
    ratios: Rows = [
        (f"{part}, {2 * tests:,} tests over {tests:,} ({once[part]:.2f} s)",
         twice[part] / max(once[part], 0.001), GROWTH)
        for part in ("summary", "record", "run")
    ]  # fmt: skip
    most = max(once["evaluations"], twice["evaluations"])
    return [*ratios, ("evaluations a requirement, environment unchanged", most, 1)]


def picture(folder: Path) -> Rows:
    """Return how the picture of a matrix grows with double the capabilities, and its size in MB."""
    took: dict[tuple[str, int], float] = {}
    for count in (SHOWN // 2, SHOWN):
        file = folder / "page.toml"
        file.write_text(matrix("{n}.0.0", count), encoding="utf-8")
        for form in ("text", "html"):
            command = [sys.executable, "-m", "pytest_ddcompat", "matrix", str(file)]
            begun = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            subprocess.run([*command, "--format", form, "-o", folder / form], check=True)
            took[form, count] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begun
    rows: Rows = [
        (f"picture as {form}, {SHOWN:,} capabilities over half ({took[form, SHOWN]:.2f} s)",
         took[form, SHOWN] / took[form, SHOWN // 2], GROWTH)
        for form in ("text", "html")
    ]  # fmt: skip
    return [*rows, ("  and its HTML in MB", (folder / "html").stat().st_size / 1e6, 1.6)]


def run(folder: Path, kind: str, tests: int, unsupported: str, ini: str = "") -> dict[str, float]:
    """Run generated tests in a process of their own, and return what it measured."""
    project = Path(tempfile.mkdtemp(dir=folder))
    (project / "page.toml").write_text(matrix(unsupported), encoding="utf-8")
    (project / "facts.json").write_text(json.dumps(FACTS), encoding="utf-8")
    (project / "pytest.ini").write_text(f"[pytest]\nmarkers = bare\n{ini}\n", encoding="utf-8")
    for start in range(0, tests, PER_FILE):
        lines = ["import pytest", "from pytest_ddcompat import requires_capability"]
        for n in range(start, min(tests, start + PER_FILE)):
            lines += [f'{MARKS[kind]}("c{n % CAPABILITIES}")', f"def test_{n}(): pass"]
        (project / f"test_{start}.py").write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, __file__, "--measure", str(project)]
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, env=environ, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def matrix(unsupported: str, capabilities: int = CAPABILITIES) -> str:
    """Return a matrix where every second capability has the minimum given, `{n}` its number."""
    rows = [
        f'[[capabilities]]\nheading = "Capabilities"\nid = "c{n}"\n'
        f'documented = ["C{n}", "{minimum}"]\nminimum = "{minimum}"\n'
        for n in range(capabilities)
        for minimum in ["1.0.0" if n % 2 else unsupported.format(n=n)]
    ]
    head = '[page]\nid = "made-up"\ntitle = "Made up"\nread = 2026-05-31\ntracer = "ddtrace"\n'
    return "\n".join([head, *rows])


def measure(folder: str) -> int:
    """Run pytest in this process and print its time, memory and evaluations."""
    import pytest

    took: dict[str, float] = {"summary": 0, "record": 0}
    evaluations: dict[Any, int] = {}
    count_evaluations(evaluations)

    from pytest_ddcompat.session import record_hooks, summary

    watch(summary, "_lines", "summary", took)
    watch(record_hooks.Recorder, "_write", "record", took)
    os.chdir(folder)
    begun = time.process_time()
    options = ["--ddcompat-matrix=page.toml", "--ddcompat-facts=facts.json"]
    pytest.main(["-q", "-p", "pytest_ddcompat.plugin", "-p", "no:cacheprovider", *options])
    took["run"] = time.process_time() - begun
    took["bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    took["evaluations"] = max(evaluations.values(), default=0)
    print(f"\n{json.dumps(took)}")
    return 0


def watch(owner: Any, name: str, part: str, took: dict[str, float]) -> None:
    """Add up the processor time spent in a function."""
    original: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(original)
    def timed(*args: Any, **kwargs: Any) -> Any:
        begun = time.process_time()
        try:
            return original(*args, **kwargs)
        finally:
            took[part] += time.process_time() - begun

    setattr(owner, name, timed)


def count_evaluations(evaluations: dict[Any, int]) -> None:
    """Count the evaluations of each requirement; call it before other modules import `evaluate`."""
    from pytest_ddcompat.evaluation import evaluate as module

    original = module.evaluate

    def counting(requirement: Any, environment: Any, matrix: Any) -> Any:
        if environment.tracer.signal != "assumed":
            evaluations[requirement] = evaluations.get(requirement, 0) + 1
        return original(requirement, environment, matrix)

    module.evaluate = counting


if __name__ == "__main__":
    sys.exit(main())
