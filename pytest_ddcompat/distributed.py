"""The hooks for pytest-xdist: what controller and workers tell each other."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddcompat.run import gate_if_used, running, tally_of

_REFUSED = pytest.StashKey[bool]()
_KEY = "ddcompat"


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand what is given explicitly, and the Agent's answer, to a worker."""
    gate = gate_if_used(node.config)
    if gate is not None:
        gate.settings = gate.settings.asked()
        node.workerinput[_KEY] = gate.settings.to_plain()


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Remember that a worker met markers that cannot be understood."""
    if report.failed and hasattr(report, "ddcompat_refused"):
        running().stash[_REFUSED] = True


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """End as a run without workers would, and hand what a worker knows to the controller."""
    config = session.config
    if config.stash.get(_REFUSED, False) and not config.option.continue_on_collection_errors:
        session.exitstatus = pytest.ExitCode.INTERRUPTED
    gate, output = gate_if_used(config), getattr(config, "workeroutput", None)
    if output is not None and gate is not None and gate.used:
        from pytest_ddcompat.report import head_of

        output[_KEY] = [head_of(gate), tally_of(config).decisions]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker knows."""
    known = getattr(node, "workeroutput", {}).get(_KEY)
    if known:
        tally_of(node.config).merge(*known)
