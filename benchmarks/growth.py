"""Measure how the time of each reader grows with input made of one shape over and over.

    PYTHONPATH=tests python benchmarks/growth.py [--check]

Each shape of tests/support/shapes.py is read at a length and at four times that: what takes the
square of its input takes sixteen times as long.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from support.shapes import SHAPES, repeated

from pytest_ddcompat import CompatibilityError

if TYPE_CHECKING:
    from support.shapes import Read

LENGTH = 16_384  # characters
SHORT = 0.05  # seconds, too few to compare
GROWTH = 10  # sixteen for the square, four for what is linear
SHOWN = 10  # shapes


def main() -> int:
    """Print the shapes that take longest; return 1 if `--check` is given and one grows too fast."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail past the limit")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = [(name, *measure(unit, read, Path(folder))) for name, unit, read in SHAPES]
    rows.sort(key=lambda row: -row[1])
    print(f"{len(rows)} shapes\n{'':52} {'seconds':>9} {'growth':>9} {'limit':>8}")
    for number, (name, seconds, growth) in enumerate(rows):
        end = "" if growth <= GROWTH else "  past the limit"
        if end or number < SHOWN:
            print(f"{name:52} {seconds:9.3f} {growth:9.2f} {GROWTH:8}{end}")
    return int(options.check and any(growth > GROWTH for _, _, growth in rows))


def measure(unit: str, read: Read, folder: Path) -> tuple[float, float]:
    """Return how long input takes, and how many times as long as a quarter of it."""
    whole, part = (repeated(unit, length) for length in (LENGTH, LENGTH // 4))
    seconds = cpu_of(read, whole, folder)
    if seconds < SHORT:
        return seconds, 1
    again = min(seconds, *(cpu_of(read, whole, folder) for _ in range(2)))
    return again, again / min(cpu_of(read, part, folder) for _ in range(3))


def cpu_of(read: Read, text: str, folder: Path) -> float:
    """Return the seconds of the processor that a text takes."""
    start = time.process_time()
    with suppress(CompatibilityError):
        read(text, folder)
    return time.process_time() - start


if __name__ == "__main__":
    raise SystemExit(main())
