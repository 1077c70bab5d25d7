"""What differs between runs of a suite without the plugin and with it."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLUGIN = "pytest-ddcompat"


@dataclass(frozen=True)
class Run:
    """One run of pytest, as `drive.py` writes it.

    Attributes:
        status: Exit status.
        plugins: The distributions whose plugins were loaded.
        phases: By node id, what was reported of it.
        warnings: By node id, the categories of its warnings.
    """

    status: int
    plugins: list[str]
    phases: dict[str, list[str]]
    warnings: dict[str, list[str]]

    @property
    def tests(self) -> list[str]:
        """Node ids of the tests: what was set up, or deselected."""
        return [node for node, phases in self.phases.items() if "collect" not in phases[0]]

    @property
    def passed(self) -> int:
        """How many tests passed."""
        return sum("call passed" in phases for phases in self.phases.values())


def read(record: Path) -> list[Run]:
    """Read the runs of one process."""
    runs = json.loads(record.read_text(encoding="utf-8"))
    return [Run(**{field.name: run[field.name] for field in fields(Run)}) for run in runs]


def differences(without: list[Run], beside: list[Run]) -> list[str]:
    """Tell what is not the same, and what makes the two no comparison at all."""
    if len(without) != len(beside):
        return [f"{len(without)} runs became {len(beside)}"]
    pairs = list(zip(without, beside))
    found = [line for old, new in pairs for line in _between(old, new)]
    if not any(run.passed for run in without):
        found.append("no test passed: nothing is compared")
    return found


def _between(old: Run, new: Run) -> Iterator[str]:
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
