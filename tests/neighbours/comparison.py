"""What differs between a suite that is run without the plugin and with it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PLUGIN = "pytest-ddcompat"

CHANGING = re.compile(r"0x[0-9a-f]+|[\d.]*\ds( \([\d:]+\))?|[\d.,:]*\d|=+|-+")
"""What two runs that are the same print differently: numbers, and the rules drawn round them.

Of a run of more than a minute pytest prints the time twice.
"""

NOT_COMPARED = re.compile(r"plugins: |[.sxXFE]+ +\[")
"""Begins the line that names the plugins, and the dots of pytest-xdist, which come in any order."""


@dataclass(frozen=True)
class Run:
    """One run of pytest, as `drive.py` writes it.

    Attributes:
        status: Exit status.
        plugins: The distributions whose plugins were loaded.
        order: Node ids as they were run; under pytest-xdist, as its workers collected them.
        phases: By node id, what was reported of it.
        warnings: By node id, the categories of its warnings.
    """

    status: int
    plugins: list[str]
    order: list[str]
    phases: dict[str, list[str]]
    warnings: dict[str, list[str]]

    @property
    def tests(self) -> int:
        """How many tests were set up, or deselected."""
        return sum(not phases[0].startswith("collect") for phases in self.phases.values())

    @property
    def passed(self) -> int:
        """How many tests passed."""
        return sum(
            any(phase.startswith("call passed") for phase in phases)
            for phases in self.phases.values()
        )


@dataclass(frozen=True)
class Process:
    """What became of a process that ran pytest once or more.

    Attributes:
        status: Exit status of the process, which is not that of pytest.
        output: What it printed.
        files: What was in the folder of the suite afterwards.
        runs: Its runs of pytest.
    """

    status: int
    output: str
    files: frozenset[str]
    runs: tuple[Run, ...]

    @property
    def tests(self) -> int:
        """How many tests were set up, or deselected."""
        return sum(run.tests for run in self.runs)

    @property
    def passed(self) -> int:
        """How many tests passed."""
        return sum(run.passed for run in self.runs)

    @property
    def lines(self) -> Counter[str]:
        """The lines that it printed, without what changes from run to run."""
        lines = (line for line in self.output.splitlines() if not NOT_COMPARED.match(line))
        return Counter(" ".join(CHANGING.sub("#", line).split()) for line in lines)


def differences(without: Process, beside: Process) -> list[str]:
    """Tell what is not the same, and what makes the two no comparison at all."""
    if len(without.runs) != len(beside.runs):
        return [f"{len(without.runs)} runs became {len(beside.runs)}"]
    pairs = zip(without.runs, beside.runs)
    found = [line for old, new in pairs for line in _between_runs(old, new)]
    found += _between(without, beside)
    if not without.passed:
        found.append("no test passed: nothing is compared")
    return found


def _between(old: Process, new: Process) -> Iterator[str]:
    if old.status != new.status:
        yield f"exit status {old.status} of the process became {new.status}"
    yield from (f"leaves {file} behind" for file in sorted(new.files - old.files))
    yield from (f"no longer prints: {line}" for line in old.lines - new.lines)
    yield from (f"prints: {line}" for line in new.lines - old.lines)


def _between_runs(old: Run, new: Run) -> Iterator[str]:
    if new.plugins != sorted([*old.plugins, PLUGIN]):
        yield f"plugins of {old.plugins} became those of {new.plugins}"
    if old.status != new.status:
        yield f"exit status {old.status} became {new.status}"
    for node in sorted({*old.phases, *new.phases}):
        before, after = (", ".join(run.phases.get(node, ["absent"])) for run in (old, new))
        if before != after:
            yield f"{node}: {before} became {after}"
    for node in sorted({*old.warnings, *new.warnings}):
        before, after = (", ".join(sorted(run.warnings.get(node, []))) for run in (old, new))
        if before != after:
            yield f"warnings of {node or 'the run'}: {before or 'none'} became {after or 'none'}"
    if old.order != new.order and sorted(old.order) == sorted(new.order):
        moved = next(pair for pair in zip(old.order, new.order) if pair[0] != pair[1])
        yield f"order: in the place of {moved[0]} came {moved[1]}"
