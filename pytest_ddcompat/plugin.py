"""The hooks of the plugin: they ask the gate, and act; those for pytest-xdist are apart."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat import hookspecs
from pytest_ddcompat.declarations import MARKERS, OPTIONS

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_ddcompat.fixture import Compatibility
    from pytest_ddcompat.gate import Decision, Gate
    from pytest_ddcompat.tally import Tally

__all__ = ["DECISION", "gate_if_used", "gate_of", "marks_of", "running", "tally_of"]

_ENVIRON = pytest.StashKey["dict[str, str]"]()
_GATE = pytest.StashKey["Gate"]()
_TALLY = pytest.StashKey["Tally"]()
DECISION = pytest.StashKey["Decision | None"]()
_RUNNING: list[pytest.Config] = []


def gate_of(config: pytest.Config) -> Gate:
    """The gate of a run, made when it is first asked for.

    Raises:
        CompatibilityError: What the run is told explicitly cannot be understood.
    """
    gate = gate_if_used(config)
    if gate is None:
        from pytest_ddcompat.gate import Gate

        environ = config.stash[_ENVIRON]
        gate = config.stash[_GATE] = Gate(config, environ)
    return gate


def gate_if_used(config: pytest.Config) -> Gate | None:
    """The gate of a run, or None while nothing has asked for it."""
    return config.stash.get(_GATE, None)


def tally_of(config: pytest.Config) -> Tally:
    """The counts of a run, made when the first test is counted."""
    tally = config.stash.get(_TALLY, None)
    if tally is None:
        from pytest_ddcompat.tally import Tally

        tally = config.stash[_TALLY] = Tally()
    return tally


def running() -> pytest.Config:
    """The configuration of the innermost run of this process.

    Raises:
        RuntimeError: No run has this plugin.
    """
    if not _RUNNING:
        raise RuntimeError(
            "pytest_ddcompat.require() works only while pytest collects or runs tests; "
            "a conftest at the start is loaded before"
        )
    return _RUNNING[-1]


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks of this plugin."""
    pluginmanager.add_hookspecs(hookspecs)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options, each with an ini option of the same meaning."""
    group = parser.getgroup("ddcompat", "compatibility requirements (pytest-ddcompat)")
    for name, (ini, option, text) in OPTIONS.items():
        group.addoption(f"--ddcompat-{name}", default=None, help=text, **option)
        empty: list[str] | None = [] if ini == "linelist" else None
        parser.addini(f"ddcompat_{name}", f"as --ddcompat-{name}", type=ini, default=empty)
    group.addoption(
        "--no-ddcompat-strict",
        dest="ddcompat_strict",
        action="store_false",
        default=None,
        help="undo ddcompat_strict of the ini file",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; read and check what is given explicitly."""
    for line in MARKERS.values():
        config.addinivalue_line("markers", line)
    # Tests change the variables of their own process.
    config.stash[_ENVIRON] = dict(os.environ)
    if _is_told(config):
        from pytest_ddcompat.errors import CompatibilityError

        try:
            gate_of(config)
        except CompatibilityError as error:
            raise pytest.UsageError(*error.problems) from None
    if hasattr(config, "workerinput") or config.getoption("dist", "no") != "no":
        from pytest_ddcompat import distributed

        config.pluginmanager.register(distributed, "ddcompat-distributed")
    if config.getoption("ddcompat_report") is not None or config.getini("ddcompat_report"):
        from pytest_ddcompat import record_hooks

        record_hooks.register(config)
    _RUNNING.append(config)


def _is_told(config: pytest.Config) -> bool:
    """Whether anything is given explicitly."""
    names = [f"ddcompat_{name}" for name in OPTIONS]
    try:
        return any(config.getoption(name) is not None or config.getini(name) for name in names)
    except (ValueError, pytest.UsageError):
        # An ini value of the wrong type, which the gate names with its key.
        return True


def pytest_unconfigure(config: pytest.Config) -> None:
    """Forget the run."""
    if config in _RUNNING:
        _RUNNING.remove(config)


@pytest.fixture(scope="session")
def ddcompat(pytestconfig: pytest.Config) -> Compatibility:
    """The environment and the page: `environment`, `matrix`, `check(...)`, `require(...)`."""
    from pytest_ddcompat.fixture import Attaching, Compatibility

    pytestconfig.pluginmanager.register(Attaching())
    return Compatibility(gate_of(pytestconfig))


def marks_of(node: pytest.Item | pytest.Collector) -> list[pytest.Mark]:
    """The markers of this plugin on a node and all that it is in."""
    return [
        mark
        for parent in reversed(node.listchain())
        for mark in parent.own_markers
        if mark.name in MARKERS
    ]


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn markers that cannot be understood into an error of the collection."""
    report = yield
    if "pytest_ddcompat.fixture" in sys.modules:
        from pytest_ddcompat.fixture import keep_asked

        keep_asked(collector, report)
    marked = [
        (item, marks)
        for item in report.result or ()
        if isinstance(item, pytest.Item) and (marks := marks_of(item))
    ]
    if marked:
        from pytest_ddcompat.collection import refuse_problems

        refuse_problems(report, gate_of(collector.config), marked)
    elif not report.passed and "pytest_ddcompat.fixture" in sys.modules:
        from pytest_ddcompat.collection import resolve_module

        decision = resolve_module(report, collector)
        if decision:
            tally_of(collector.config).add(decision)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, None, None]:
    """Deselect what the policy deselects, when all others have had their say."""
    gate = gate_if_used(config)
    if gate is None:
        return (yield)
    from pytest_ddcompat.collection import deselect, without_stand_ins

    stand_ins = without_stand_ins(config, items)
    yield
    items.extend(stand_ins)
    if gate.policy.deselects:
        for decision in deselect(config, items, _decide):
            tally_of(config).add(gate.text(decision))
    return None


def _decide(item: pytest.Item) -> Decision | None:
    """What happens to a test by all marks that it has now; None if it has none of ours."""
    marks = marks_of(item)
    decision = gate_of(item.config).decide(marks) if marks else None
    item.stash[DECISION] = decision
    return decision


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> object:
    """Decide before anything of the test is set up; run the failing of a test here."""
    decision = _decide(item)
    if decision is None:
        return None
    from pytest_ddcompat.execution import begin

    return begin(item, nextitem, decision)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Stop a test by what was decided; pytest's own skip marks have been looked at before."""
    # Another plugin's protocol may have come before ours.
    decision = item.stash[DECISION] if DECISION in item.stash else _decide(item)
    if decision is not None:
        from pytest_ddcompat.execution import stop

        stop(item, decision, gate_of(item.config).text(decision))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count a test's decision when the test has ended, reruns once."""
    if not report.user_properties or not _RUNNING or hasattr(_RUNNING[-1], "workerinput"):
        return
    for name, text in report.user_properties:
        if name == "ddcompat":
            tally_of(_RUNNING[-1]).see(report, str(text))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tell what was gated, why, and what would mend it."""
    tally = config.stash.get(_TALLY, None)
    if tally is not None and tally.parsed():
        from pytest_ddcompat.report import head_of, summary_lines

        gate = gate_of(config)
        head = tally.head or head_of(gate)
        terminalreporter.section("ddcompat", sep="=")
        for line in summary_lines(tally, head, gate):
            terminalreporter.line(line)
