"""The plugin: options, markers, the fixture, and a look for the first test that has a marker.

Nothing else of the package is imported until then: every run of pytest pays for this module.
PYTEST_DONT_REWRITE: it has no assertions.
"""

from __future__ import annotations

import sys

import pytest

from pytest_ddcompat import import_unrewritten
from pytest_ddcompat.declared import (
    ENVIRON,
    FLAGS,
    HOOKS,
    IMPORTED,
    KEYS,
    LOADED,
    MARKERS,
    OPTIONS,
    RUNS,
    START,
    STEP_BACK,
    forget_names,
    gives_declarations,
    is_used,
    marks_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Generator
    from typing import Any

    from pytest_ddcompat.declared import Gating
    from pytest_ddcompat.session.fixture import Compatibility


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the options, and the ini options."""
    # pytest refuses a module under a second name, which `-p` or `pytest_plugins` may give it.
    for name in ("ddcompat", __name__):
        if not pluginmanager.hasplugin(name):
            pluginmanager.register(_SecondName(), name)
    LOADED[:] = [len(sys.modules)]
    IMPORTED.clear()  # of an earlier run of this process
    # In two groups, since pytest compares the flags of each group with one another.
    group = parser.getgroup("ddcompat", "compatibility requirements (pytest-ddcompat)")
    for name, (ini, option) in OPTIONS.items():
        key = f"ddcompat_{name}"
        flag = f"--{key.replace('_', '-')}"
        # With `dest`, pytest need not compare it with those of all other options.
        group.addoption(flag, dest=key, default=None, **option)
        _add_key(parser, key, f"the same as {flag}", ini)
    if _may_have_flags(pluginmanager):
        group = parser.getgroup("ddcompat-run", "compatibility requirements, of a single run")
        for name, option in FLAGS.items():
            key = f"ddcompat_{name}"
            group.addoption(f"--{key.replace('_', '-')}", dest=key, default=None, **option)
    for name, (ini, text) in KEYS.items():
        _add_key(parser, f"ddcompat_{name}", text, ini)


def _may_have_flags(pluginmanager: pytest.PytestPluginManager) -> bool:
    """Whether the command line may have an option of a single run, or asks for help.

    Each costs every run some 70,000 instructions, and hardly any run has one.
    """
    config: Any = pluginmanager.getplugin("pytestconfig")
    try:
        texts = [*config.invocation_params.args, *config.getini("addopts")]
    except Exception:  # noqa: BLE001 - a plugin may load this one before pytest has read its files
        return True
    texts.append(_variables().get("PYTEST_ADDOPTS", ""))
    # `@file` stands for arguments in a file; a worker of pytest-xdist gets values, not arguments.
    return any("--ddcompat" in t or "-h" in t or t[:1] == "@" for t in map(str, texts))


def _variables() -> os._Environ[str]:
    """Return the environment variables, which nothing else in a run reads."""
    import os

    return os.environ


def _add_key(parser: pytest.Parser, key: str, text: str, ini: Any) -> None:
    empty: list[str] | None = [] if ini == "linelist" else None
    parser.addini(key, text, type=ini, default=empty)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; read and check the options that are given."""
    for line in MARKERS.values():
        config.addinivalue_line("markers", line)
    for name in FLAGS:
        vars(config.option).setdefault(f"ddcompat_{name}", None)
    RUNS[config] = None
    config.add_cleanup(lambda: RUNS.__delitem__(config))
    forget_names()
    config.add_cleanup(forget_names)
    config.stash[START] = _start
    config.stash[STEP_BACK] = _step_back
    # A bound method, since no traceback shows what it returns.
    config.stash[ENVIRON] = _variables().copy().copy
    if hasattr(config.hook, "pytest_bdd_apply_tag"):
        from pytest_ddcompat.session.bdd import BddHooks

        config.pluginmanager.register(BddHooks(config), "ddcompat-bdd")
    explicit = _is_told(config)
    if explicit or hasattr(config, "workerinput") or config.getoption("dist", "no") != "no":
        from pytest_ddcompat.session.start import configure

        configure(config, explicit=explicit)


def _is_told(config: pytest.Config) -> bool:
    """Whether an option is given, on the command line, in the ini file or by a hook."""
    options = vars(config.option)
    if any(options.get(f"ddcompat_{name}") is not None for name in (*OPTIONS, *FLAGS)):
        return True
    # Private, and asked for where there is one: each key costs a run without it 9,000 instructions.
    names = getattr(config, "_inicfg", None)
    if names is None or any(name.startswith("ddcompat_") for name in names):
        try:
            if any(config.getini(f"ddcompat_{name}") for name in (*OPTIONS, *KEYS)):
                return True
        except (ValueError, pytest.UsageError):
            return True  # a value of the wrong type, which the gate reports with its key
    return gives_declarations(config)


@pytest.fixture(scope="session")
def ddcompat(pytestconfig: pytest.Config) -> Compatibility:
    """The environment and the matrix: `environment`, `matrix`, `check(...)`, `require(...)`."""
    from pytest_ddcompat.session.fixture import compatibility_of

    return compatibility_of(pytestconfig)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Look for the first markers, and for `require`, which is imported when it is first used."""
    gating = RUNS.get(collector.config)
    if gating is None and "require" in IMPORTED:
        gating = _start_or_break(collector.config)
    if gating is not None:
        gating.before_collected(collector)
    report = yield
    gating = RUNS.get(collector.config)
    if gating is None:
        _declare_hooks(collector.config)
        if not any(isinstance(n, pytest.Item) and marks_of(n) for n in report.result or ()):
            return report
        gating = _start_or_break(collector.config)
    gating.see_collected(collector, report)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Look at the environment before a test, or a fixture, can change what is detected."""
    gating = RUNS.get(session.config)
    if gating is None and is_used(session):
        gating = _start_or_break(session.config)
    if gating is not None:
        gating.before_tests(session)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Stop a test by its decision; pytest's own skip marks have been evaluated before."""
    gating = RUNS.get(item.config)
    if gating is None and item.own_markers and marks_of(item):
        # A hook has marked the first test since.
        gating = _start_or_break(item.config)
    # Raised here, since pytest looks at each frame that an outcome has passed.
    outcome = None if gating is None else gating.stop(item)
    if outcome is not None:
        raise outcome


def _declare_hooks(config: pytest.Config) -> None:
    """Declare the hooks of this plugin if one is implemented, maybe by a conftest just loaded.

    At the end of the collection pytest refuses those that are not declared. To declare them in
    every run would cost it some 35,000 instructions for each.
    """
    # Those of the plugin manager: pytest 7 has a proxy of them in the configuration.
    if not vars(config.pluginmanager.hook).keys().isdisjoint(HOOKS):
        import_unrewritten("session.hookspecs").declare(config.pluginmanager)


def _start(config: pytest.Config) -> Gating:
    import_unrewritten("session.hooks")
    from pytest_ddcompat.session.start import start

    return start(config)


def _start_or_break(config: pytest.Config) -> Gating:
    import_unrewritten("session.hooks")
    from pytest_ddcompat.session.start import start_or_break

    return start_or_break(config)


def _step_back(config: pytest.Config, name: str) -> None:
    from pytest_ddcompat.session.stepping import step_back

    step_back(config, name)


class _SecondName:
    """Takes the plugin's other name."""

    def __dir__(self) -> list[str]:
        return []


# Each name that pytest finds in a plugin costs every run some 35,000 instructions.


def __dir__() -> list[str]:
    return [name for name in globals() if name.startswith(("pytest_", "ddcompat"))]
