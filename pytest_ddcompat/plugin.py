"""What every run of pytest pays for: options, markers, and an eye for the first test that has one.

Nothing else of the package is imported until then. What pytest is shown of this module is what it
looks for: each name of a plugin costs a run 35,000 instructions. PYTEST_DONT_REWRITE: it has no
assertions.
"""

from __future__ import annotations

import pytest

from pytest_ddcompat import hookspecs
from pytest_ddcompat.declared import ENVIRON, MARKERS, OPTIONS, RUNNING, VARIABLES, marks_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_ddcompat.session.fixture import Compatibility


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks of this plugin."""
    pluginmanager.add_hookspecs(hookspecs)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options, each with an ini option of the same meaning."""
    group = parser.getgroup("ddcompat", "compatibility requirements (pytest-ddcompat)")
    for name, (ini, option) in OPTIONS.items():
        group.addoption(f"--ddcompat-{name}", default=None, **option)
        empty: list[str] | None = [] if ini == "linelist" else None
        parser.addini(f"ddcompat_{name}", f"as --ddcompat-{name}", type=ini, default=empty)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; read and check what is given explicitly."""
    import os

    for line in MARKERS.values():
        config.addinivalue_line("markers", line)
    RUNNING[config] = None
    config.add_cleanup(lambda: RUNNING.__delitem__(config))
    # Tests change the variables of their own process.
    known = os.environ
    config.stash[ENVIRON] = {name: known[name] for name in VARIABLES if name in known}
    names = [f"ddcompat_{name}" for name in OPTIONS]
    try:
        told = any(config.getoption(name) is not None or config.getini(name) for name in names)
    except (ValueError, pytest.UsageError):
        # An ini value of the wrong type, which the gate names with its key.
        told = True
    if told or hasattr(config, "workerinput") or config.getoption("dist", "no") != "no":
        from pytest_ddcompat.session.state import configure

        configure(config, told=told)


@pytest.fixture(scope="session")
def ddcompat(pytestconfig: pytest.Config) -> Compatibility:
    """The environment and the page: `environment`, `matrix`, `check(...)`, `require(...)`."""
    from pytest_ddcompat.session.fixture import compatibility_of

    return compatibility_of(pytestconfig)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Look for the first markers."""
    report = yield
    gating = RUNNING.get(collector.config)
    if gating is None:
        if not any(isinstance(n, pytest.Item) and marks_of(n) for n in report.result or ()):
            return report
        from pytest_ddcompat.session.state import gating_or_broken

        gating = gating_or_broken(collector.config)
    gating.see_collected(collector, report)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Decide before anything of a test is set up, by all markers that it has by then."""
    marks = marks_of(item)
    if not marks:
        return None
    gating = RUNNING.get(item.config)
    if gating is None:
        from pytest_ddcompat.session.state import gating_or_broken

        gating = gating_or_broken(item.config)
    return gating.begin(item, nextitem, marks)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Stop a test by what was decided; pytest's own skip marks have been looked at before."""
    gating = RUNNING.get(item.config)
    if gating is None and item.own_markers and marks_of(item):
        # A hook has marked the first test since.
        from pytest_ddcompat.session.state import gating_or_broken

        gating = gating_or_broken(item.config)
    # Raised here, since pytest looks at each frame that an outcome has passed.
    outcome = None if gating is None else gating.stopping(item)
    if outcome is not None:
        raise outcome


def __dir__() -> list[str]:
    return [name for name in globals() if name.startswith(("pytest_", "ddcompat"))]
