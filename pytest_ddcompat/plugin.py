"""What every run of pytest pays for: options, markers, and an eye for the first test that has one.

Nothing else of the package is imported until then. What pytest is shown of this module is what it
looks for: each name of a plugin costs a run 35,000 instructions. PYTEST_DONT_REWRITE: it has no
assertions.
"""

from __future__ import annotations

from argparse import BooleanOptionalAction

import pytest

from pytest_ddcompat import hookspecs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from typing import Any

    from pytest_ddcompat.fixture import Compatibility
    from pytest_ddcompat.gating import Gating
    from pytest_ddcompat.harmless import Broken

MARKERS = {
    "requires_capability": (
        "requires_capability(*names, framework=None, deployment=None, datastore=None, "
        "support_level=None, preview=True, matrix=None, strict=None): the environment must "
        "have the capabilities by Datadog's compatibility page."
    ),
    "requires_tracer": (
        "requires_tracer(specifier, *, matrix=None, strict=None): the installed ddtrace must match "
        "the version specifier."
    ),
    "requires_framework": (
        "requires_framework(name, specifier=None, *, matrix=None, strict=None): the framework must "
        "be installed, and match the version specifier."
    ),
    "requires_deployment": (
        "requires_deployment(*types, matrix=None, strict=None): the environment must be one of the "
        "deployment types."
    ),
    "requires_agent": (
        "requires_agent(specifier, *, matrix=None, strict=None): the Datadog Agent must match the "
        "version specifier."
    ),
    "requires_support_level": (
        "requires_support_level(level, *, matrix=None, strict=None): the release branch of the "
        "installed ddtrace must have at least this support level."
    ),
}
"""Each marker with the line that `pytest --markers` shows."""

OPTIONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "strict": (
        "bool",
        {
            "action": BooleanOptionalAction,
            "help": "fail tests that the environment does not support, instead of skipping them; "
            "--no-ddcompat-strict undoes the ini option",
        },
    ),
    "unsupported": (
        "string",
        {
            "choices": ("run", "skip", "fail", "xfail", "deselect"),
            "help": "what happens to tests that the environment does not support (default: skip)",
        },
    ),
    "undetermined": (
        "string",
        {
            "choices": ("run", "skip", "fail", "xfail", "deselect"),
            "help": "what happens to tests of which that cannot be told (default: run)",
        },
    ),
    "facts": (
        "string",
        {
            "metavar": "FILE",
            "help": "take the environment's facts from a JSON file (-: standard input)",
        },
    ),
    "set": (
        "linelist",
        {
            "metavar": "KEY=VALUE",
            "action": "append",
            "help": "set one fact, such as tracer=2.5.0 or framework.django=4.2 (repeatable)",
        },
    ),
    "agent": (
        "string",
        {
            "metavar": "auto|URL|off",
            "help": "ask the Datadog Agent for its version (default: off, nothing is asked)",
        },
    ),
    "matrix": (
        "linelist",
        {
            "metavar": "ID|PATH",
            "action": "append",
            "help": "hold the tests against a bundled page or a .toml file (repeatable; "
            "default: iast-python)",
        },
    ),
    "report": ("string", {"metavar": "PATH", "help": "write the run's record to a JSON file"}),
}
"""Each option: type of the ini option of the same meaning, and what argparse is told."""

VARIABLES = (
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_ECS_EC2",
    "AWS_ECS_MANAGED_INSTANCES",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "DD_AGENT_HOST",
    "DD_AGENT_PORT",
    "DD_REMOTE_CONFIGURATION_ENABLED",
    "DD_SITE",
    "DD_TRACE_AGENT_HOSTNAME",
    "DD_TRACE_AGENT_PORT",
    "DD_TRACE_AGENT_URL",
    "ECS_CONTAINER_METADATA_URI",
    "ECS_CONTAINER_METADATA_URI_V4",
    "ECS_FARGATE",
    "KUBERNETES_SERVICE_HOST",
    "KUBERNETES_SERVICE_PORT",
)
"""Environment variables that facts come from; no other is kept."""

ENVIRON: pytest.StashKey[Mapping[str, str]] = pytest.StashKey()
RUNNING: dict[pytest.Config, Gating | Broken | None] = {}
"""The runs of this process, the innermost last, and what gates their tests, if anything does."""


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
        from pytest_ddcompat.run import configure

        configure(config, told=told)


@pytest.fixture(scope="session")
def ddcompat(pytestconfig: pytest.Config) -> Compatibility:
    """The environment and the page: `environment`, `matrix`, `check(...)`, `require(...)`."""
    from pytest_ddcompat.fixture import compatibility_of

    return compatibility_of(pytestconfig)


def marks_of(node: pytest.Item | pytest.Collector | None) -> list[pytest.Mark]:
    """The markers of this plugin on a node and all that it is in, the nearest first."""
    marks: list[pytest.Mark] = []
    while node is not None:
        own = node.own_markers
        if own:
            for mark in own:
                if mark.name in MARKERS:
                    marks.append(mark)  # noqa: PERF401 - a comprehension is a call more
        node = node.parent
    return marks


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
        from pytest_ddcompat.run import gating_or_broken

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
        from pytest_ddcompat.run import gating_or_broken

        gating = gating_or_broken(item.config)
    return gating.begin(item, nextitem, marks)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Stop a test by what was decided; pytest's own skip marks have been looked at before."""
    gating = RUNNING.get(item.config)
    if gating is None and item.own_markers and marks_of(item):
        # A hook has marked the first test since.
        from pytest_ddcompat.run import gating_or_broken

        gating = gating_or_broken(item.config)
    # Raised here, since pytest looks at each frame that an outcome has passed.
    outcome = None if gating is None else gating.stopping(item)
    if outcome is not None:
        raise outcome


def __dir__() -> list[str]:
    return [name for name in globals() if name.startswith(("pytest_", "ddcompat"))]
