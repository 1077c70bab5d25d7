"""The hooks for pytest-xdist: what controller and workers tell each other."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddcompat.session.faults import harmless, trouble_of
from pytest_ddcompat.session.state import gate_if_used, running, tally_of

_REFUSED = pytest.StashKey[bool]()
_KEY = "ddcompat"
_TROUBLE = "ddcompat_trouble"


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand what is given explicitly, and the Agent's answer, to a worker."""
    with harmless(node.config, "a worker is not told what the options say, and reads it itself"):
        gate = gate_if_used(node.config)
        if gate is not None:
            facts = gate.settings.facts.asked()
            gate.settings = gate.settings._replace(facts=facts)
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
    output = getattr(config, "workeroutput", None)
    if output is None:
        return
    with harmless(config, "the summary lacks what a worker knows"):
        gate = gate_if_used(config)
        if gate is not None and gate.used:
            from pytest_ddcompat.session.summary import head_of

            output[_KEY] = [head_of(gate), tally_of(config).decisions]
    output[_TROUBLE] = list(trouble_of(config))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker knows."""
    output = getattr(node, "workeroutput", {})
    for trouble in output.get(_TROUBLE, ()):
        trouble_of(node.config)[trouble] = None
    with harmless(node.config, "the summary lacks what a worker knows"):
        known = output.get(_KEY)
        if known:
            tally_of(node.config).merge(*known)
