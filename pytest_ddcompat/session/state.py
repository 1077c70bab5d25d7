"""Per-run state, created on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.declared import RUNS, START, marks_of
from pytest_ddcompat.evaluation.decision import Codec
from pytest_ddcompat.session.outcomes import Ledger

if TYPE_CHECKING:
    from pytest_ddcompat.evaluation.decision import Decision
    from pytest_ddcompat.session.folders import Gates
    from pytest_ddcompat.session.gate import Gate

__all__ = [
    "STAND_IN",
    "codec_of",
    "decision_on",
    "gate_at",
    "gates_if_used",
    "gates_of",
    "is_distributed",
    "is_worker",
    "ledger_of",
    "running",
]

STAND_IN = pytest.StashKey["Decision"]()
"""The decision on a module, on the test that stands for it."""

_LEDGER = pytest.StashKey[Ledger]()


def gates_of(config: pytest.Config) -> Gates:
    """Return the gates of a run, which start with it if nothing has needed them yet.

    Raises:
        CompatibilityError: The options cannot be understood.
    """
    gating = RUNS.get(config) or config.stash[START](config)
    gates: Gates = gating.gates
    return gates


def gates_if_used(config: pytest.Config) -> Gates | None:
    """Return the gates of a run, or None if nothing has needed them yet."""
    gating = RUNS.get(config)
    return None if gating is None else gating.gates


def gate_at(node: pytest.Item | pytest.Collector) -> Gate:
    """Return the gate of a test or collector."""
    return gates_of(node.config).at(node)


def ledger_of(config: pytest.Config) -> Ledger:
    """Return the ledger of a run."""
    ledger = config.stash.get(_LEDGER, None)
    if ledger is None:
        each = config.getoption("dist", "no") == "each"
        ledger = config.stash[_LEDGER] = Ledger(Codec(), each=each)
    return ledger


def codec_of(config: pytest.Config) -> Codec:
    """Return the codec of a run's decisions."""
    return ledger_of(config).codec


def decision_on(item: pytest.Item) -> Decision | None:
    """Return the decision on a test by its markers, or on the module that it stands for."""
    marks = marks_of(item)
    return gates_of(item.config).decide(item, marks) if marks else item.stash.get(STAND_IN, None)


def is_worker(config: pytest.Config) -> bool:
    """Whether this process is a worker of pytest-xdist."""
    return hasattr(config, "workerinput")


def is_distributed(config: pytest.Config) -> bool:
    """Whether workers of pytest-xdist run the tests."""
    return is_worker(config) or config.getoption("dist", "no") != "no"


def running() -> pytest.Config:
    """Return the configuration of the innermost run of this process.

    Raises:
        RuntimeError: No run has this plugin.
    """
    if not RUNS:
        raise RuntimeError(
            "pytest_ddcompat.require() works only while pytest collects or runs tests, "
            "and has loaded the plugin ddcompat"
        )
    return next(reversed(RUNS))
