"""What many gated tests cost: memory, evaluations, and how the summary and the record grow.

Each run is a process of its own, on made-up tests against a made-up page, most often twice: with
a number of tests, and with double that.
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
PER_FILE = 1000  # tests
BYTES = 500  # at most for a test, over one with a mark that nothing looks at
SHARED = 15  # MB at most for the page, its verdicts and this plugin
GROWTH = 2.5  # at most, of what double the tests may double

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
    """Print the figures; 1 where one is past its limit and `--check` was given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail past the limits")
    parser.add_argument("--tests", type=int, default=10_000, help="how many; then double that")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        return measured(options.measure)
    with tempfile.TemporaryDirectory() as folder:
        rows = [*memory(Path(folder), options.tests), *growth(Path(folder), options.tests)]
    print(f"{'':52} {'here':>9} {'at most':>8}")
    for what, found, limit in rows:
        print(f"{what:52} {found:9,.2f} {limit:8,.2f}{'' if found <= limit else '  past it'}")
    return int(options.check and any(found > limit for _, found, limit in rows))


Rows = list[tuple[str, float, float]]


def memory(folder: Path, tests: int) -> Rows:
    """What a supported test holds over one with a bare mark, and what all of them share."""
    held = {
        kind: [run(folder, kind, n, "1.0.0")["bytes"] for n in (tests, 2 * tests)] for kind in MARKS
    }
    bare = held.pop("bare")
    rows: Rows = []
    for kind, both in held.items():
        once, twice = (gated - ungated for gated, ungated in zip(both, bare))
        each = (twice - once) / tests
        rows.append((f"bytes of a test, {kind} marker, {2 * tests:,} tests", each, BYTES))
        rows.append(("  and once in the run, in MB", (once - each * tests) / 1e6, SHARED))
    return rows


def growth(folder: Path, tests: int) -> Rows:
    """What double the tests, of which the page supports half, do to the end of a run."""
    once, twice = (run(folder, "plain", n, "3.{n}.0", RECORD) for n in (tests, 2 * tests))
    ratios: Rows = [
        (f"{what}, {2 * tests:,} tests over {tests:,} ({once[what]:.2f} s)",
         twice[what] / max(once[what], 0.001), GROWTH)
        for what in ("summary", "record", "run")
    ]  # fmt: skip
    most = max(once["evaluations"], twice["evaluations"])
    return [*ratios, ("evaluations a requirement, environment unchanged", most, 1)]


def run(folder: Path, kind: str, tests: int, unsupported: str, ini: str = "") -> dict[str, float]:
    """Run made-up tests in a process of their own, and take what it measured."""
    room = Path(tempfile.mkdtemp(dir=folder))
    (room / "page.toml").write_text(page(unsupported), encoding="utf-8")
    (room / "facts.json").write_text(json.dumps(FACTS), encoding="utf-8")
    (room / "pytest.ini").write_text(f"[pytest]\nmarkers = bare\n{ini}\n", encoding="utf-8")
    for start in range(0, tests, PER_FILE):
        lines = ["import pytest", "from pytest_ddcompat import requires_capability"]
        for n in range(start, min(tests, start + PER_FILE)):
            lines += [f'{MARKS[kind]}("c{n % CAPABILITIES}")', f"def test_{n}(): pass"]
        (room / f"test_{start}.py").write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, __file__, "--measure", str(room)]
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, env=environ, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def page(unsupported: str) -> str:
    """A page, every second capability of which has another minimum: `{n}` is its number."""
    rows = [
        f'[[capabilities]]\nheading = "Capabilities"\nid = "c{n}"\n'
        f'documented = ["C{n}", "{minimum}"]\nminimum = "{minimum}"\n'
        for n in range(CAPABILITIES)
        for minimum in ["1.0.0" if n % 2 else unsupported.format(n=n)]
    ]
    head = '[page]\nid = "made-up"\ntitle = "Made up"\nread = 2026-05-31\ntracer = "ddtrace"\n'
    return "\n".join([head, *rows])


def measured(room: str) -> int:
    """Run pytest in this process; print what it took."""
    import pytest

    took: dict[str, float] = {"summary": 0, "record": 0}
    asked: dict[Any, int] = {}
    watch_evaluations(asked)

    from pytest_ddcompat.session import record_hooks, summary

    watch(summary, "tell", "summary", took)
    watch(record_hooks.Recorder, "_write", "record", took)
    os.chdir(room)
    begun = time.process_time()
    given = ["--ddcompat-matrix=page.toml", "--ddcompat-facts=facts.json"]
    pytest.main(["-q", "-p", "pytest_ddcompat.plugin", "-p", "no:cacheprovider", *given])
    took["run"] = time.process_time() - begun
    took["bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    took["evaluations"] = max(asked.values(), default=0)
    print(f"\n{json.dumps(took)}")
    return 0


def watch(owner: Any, name: str, what: str, took: dict[str, float]) -> None:
    """Measure the processor's time in a function."""
    original: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(original)
    def timed(*args: Any, **kwargs: Any) -> Any:
        begun = time.process_time()
        try:
            return original(*args, **kwargs)
        finally:
            took[what] += time.process_time() - begun

    setattr(owner, name, timed)


def watch_evaluations(asked: dict[Any, int]) -> None:
    """Count evaluations by what is asked of which tracer, before others take hold of `evaluate`."""
    from pytest_ddcompat.evaluation import evaluate as evaluation

    original = evaluation.evaluate

    def counting(requirement: Any, environment: Any, matrix: Any) -> Any:
        if environment.tracer.signal != "assumed":
            asked[requirement] = asked.get(requirement, 0) + 1
        return original(requirement, environment, matrix)

    setattr(evaluation, "evaluate", counting)  # noqa: B010 - a module is not made for it


if __name__ == "__main__":
    sys.exit(main())
