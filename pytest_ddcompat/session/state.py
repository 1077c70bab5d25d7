"""What is kept of one run, each part made when something first needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat import as_it_is
from pytest_ddcompat.declared import RUNNING

if TYPE_CHECKING:
    from pytest_ddcompat.session.faults import Broken
    from pytest_ddcompat.session.gate import Decision, Gate
    from pytest_ddcompat.session.hooks import Gating
    from pytest_ddcompat.session.outcomes import Tally

__all__ = [
    "DECISION",
    "configure",
    "count",
    "gate_if_used",
    "gate_of",
    "gating_of",
    "gating_or_broken",
    "running",
    "settle",
    "tally_of",
]

DECISION: pytest.StashKey[Decision | None] = pytest.StashKey()
_TALLY: pytest.StashKey[Tally] = pytest.StashKey()


def configure(config: pytest.Config, *, told: bool) -> None:
    """Read what a run is told, and bring the hooks that it needs for that.

    Args:
        config: The run's configuration.
        told: Whether anything is given explicitly.

    Raises:
        pytest.UsageError: It cannot be understood.
    """
    try:
        if told:
            # What a worker is told, its controller has read and checked before.
            gate = gating_or_broken if hasattr(config, "workerinput") else gating_of
            gate(config)
        _register(config)
    except BaseException as error:  # noqa: BLE001 - it ends the run, in words
        from pytest_ddcompat.session.faults import usage_error

        raise usage_error(error) from None


def _register(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or config.getoption("dist", "no") != "no":
        from pytest_ddcompat.session import xdist as distributed

        config.pluginmanager.register(distributed, "ddcompat-distributed")
        count(config, reports=True)
    if config.getoption("ddcompat_report") is not None or config.getini("ddcompat_report"):
        from pytest_ddcompat.session import record_hooks

        record_hooks.register(config)


def gating_of(config: pytest.Config) -> Gating | Broken:
    """The hooks that gate a run's tests, made when they are first asked for.

    Raises:
        CompatibilityError: What the run is told explicitly cannot be understood.
    """
    gating = RUNNING.get(config)
    if gating is None:
        as_it_is("session.hooks")
        from pytest_ddcompat.session.hooks import Gating

        gating = RUNNING[config] = Gating(config)
        config.pluginmanager.register(gating, "ddcompat-gating")
        count(config, reports=not gating.counts)
    return gating


def gating_or_broken(config: pytest.Config) -> Gating | Broken:
    """The same; if an error of ours keeps them from being made, it is that of each gated test."""
    try:
        return gating_of(config)
    except BaseException as error:  # noqa: BLE001 - what ends a run is raised again
        from pytest_ddcompat.session.faults import Broken

        broken = RUNNING[config] = Broken(error)
        return broken


def gate_of(config: pytest.Config) -> Gate:
    """The gate of a run, made when it is first asked for.

    Raises:
        CompatibilityError: As for `gating_of`.
    """
    return gating_of(config).gate


def gate_if_used(config: pytest.Config) -> Gate | None:
    """The gate of a run, or None while nothing has asked for it."""
    gating = RUNNING.get(config)
    return None if gating is None else gating.gate


def tally_of(config: pytest.Config) -> Tally:
    """The counts of a run, made when they are first asked for."""
    tally = config.stash.get(_TALLY, None)
    if tally is None:
        as_it_is("session.outcomes")
        from pytest_ddcompat.session.outcomes import Tally

        tally = config.stash[_TALLY] = Tally()
    return tally


def count(config: pytest.Config, *, reports: bool) -> None:
    """Count tests from now on, and tell of them at the end, unless another process does.

    Args:
        config: The run's configuration.
        reports: Whether only the tests' reports tell what becomes of them.
    """
    name = "ddcompat-counting"
    if not hasattr(config, "workerinput") and not config.pluginmanager.hasplugin(name):
        as_it_is("session.counting")
        from pytest_ddcompat.session.counting import Counting, CountingReports

        counting = CountingReports if reports else Counting
        config.pluginmanager.register(counting(config), name)


def settle(config: pytest.Config) -> None:
    """Count the last test that the run's gating has begun."""
    gating = RUNNING.get(config)
    if gating is not None:
        gating.settle()


def running() -> pytest.Config:
    """The configuration of the innermost run of this process.

    Raises:
        RuntimeError: No run has this plugin.
    """
    if not RUNNING:
        raise RuntimeError(
            "pytest_ddcompat.require() works only while pytest collects or runs tests; "
            "a conftest at the start is loaded before"
        )
    return next(reversed(RUNNING))
