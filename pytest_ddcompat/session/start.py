"""Register the hooks that a run needs, when it first needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.declared import RUNS, marks_of
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.session.faults import describe, usage_error
from pytest_ddcompat.session.outcomes import ReportHooks
from pytest_ddcompat.session.state import codec_of, is_distributed, is_worker, ledger_of
from pytest_ddcompat.session.summary import Summary
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.names import unknown_name

if TYPE_CHECKING:
    from pytest_ddcompat.session.folders import Gates
    from pytest_ddcompat.session.hooks import GatingHooks

__all__ = ["Broken", "configure", "start", "start_or_break"]


def start(config: pytest.Config) -> GatingHooks:
    """Gate the tests of a run from now on.

    Raises:
        CompatibilityError: The options cannot be understood.
    """
    # Imported here, since a run without markers has workers too.
    from pytest_ddcompat.session.hooks import GatingHooks
    from pytest_ddcompat.session.hookspecs import declare

    declare(config.pluginmanager)
    gating = RUNS[config] = GatingHooks(config)
    config.pluginmanager.register(gating, "ddcompat-gating")
    # Only reports show tests that run in other processes, and failures that were expected.
    forks = config.pluginmanager.hasplugin("pytest_forked")
    summarize(config, by_reports=forks or gating.gates.first.inputs.may(Action.XFAIL))
    codec_of(config).reads_others |= forks
    declarations = gating.gates.first.inputs.declarations
    if declarations is not None:
        # Imported here, since most runs have none.
        from pytest_ddcompat.session.declaration_checks import DeclarationChecks

        checks = DeclarationChecks(config, gating.gates.first, declarations.declarations)
        config.pluginmanager.register(checks, "ddcompat-declarations")
    if _sends_to_datadog(config):
        # Imported here, since most runs do not.
        from pytest_ddcompat.session.datadog_tags import DatadogHooks

        config.pluginmanager.register(DatadogHooks(config), "ddcompat-datadog-tags")
    _change_junit(config)
    return gating


def start_or_break(config: pytest.Config) -> GatingHooks | Broken:
    """Gate the tests of a run; if that cannot start, each gated test is an error."""
    try:
        return start(config)
    except BaseException as error:  # noqa: BLE001 - what ends a run is raised again
        broken = RUNS[config] = Broken(error)
        return broken


def summarize(config: pytest.Config, *, by_reports: bool) -> None:
    """Print a summary at the end of a run, unless another process does.

    Args:
        config: The run's configuration.
        by_reports: Whether the ledger needs the reports of the tests.
    """
    plugins = config.pluginmanager
    if is_worker(config):
        return
    if not plugins.hasplugin("ddcompat-summary"):
        plugins.register(Summary(config), "ddcompat-summary")
    if by_reports and not plugins.hasplugin("ddcompat-reports"):
        plugins.register(ReportHooks(config, ledger_of(config)), "ddcompat-reports")


def configure(config: pytest.Config, *, explicit: bool) -> None:
    """Read the options of a run, and register the hooks that they need.

    Args:
        config: The run's configuration.
        explicit: Whether an option is given.

    Raises:
        pytest.UsageError: The options cannot be understood.
    """
    try:
        if config.getoption("ddcompat_list"):
            config.option.dist = "no"  # pytest-xdist collects in workers alone
        if explicit:
            # The controller has read and checked a worker's options before.
            gating = (start_or_break if is_worker(config) else start)(config)
            _register_asked_for(config, gating)
        if is_distributed(config):
            from pytest_ddcompat.session import xdist

            xdist.register(config)
            summarize(config, by_reports=True)
            _change_junit(config)
        if explicit and not is_worker(config):
            _is_left_out_of_junit(config)  # refuses what is neither
        if config.getoption("ddcompat_report") is not None or config.getini("ddcompat_report"):
            from pytest_ddcompat.session import record_hooks

            record_hooks.register(config)
            summarize(config, by_reports=True)
    except BaseException as error:  # noqa: BLE001 - it ends the run, in words
        raise usage_error(error) from None


def _register_asked_for(config: pytest.Config, gating: GatingHooks | Broken) -> None:
    """Register the hooks of options that most runs do not have, each imported here for that."""
    from pytest_ddcompat.session.hooks import GatingHooks

    names = ("ddcompat_only", "ddcompat_list", "ddcompat_run")
    if isinstance(gating, GatingHooks) and any(config.getoption(n) is not None for n in names):
        from pytest_ddcompat.session import selection

        selection.register(config, gating)
    if isinstance(gating, GatingHooks) and _expects(config):
        from pytest_ddcompat.session import expectations

        expectations.register(config)
    if config.getoption("ddcompat_min_run") is not None and not is_worker(config):
        from pytest_ddcompat.session import min_run

        min_run.register(config)
        summarize(config, by_reports=True)


def _expects(config: pytest.Config) -> bool:
    exactly: bool | None = config.getoption("ddcompat_expect_exactly")
    return bool(exactly or config.getoption("ddcompat_expect") or config.getini("ddcompat_expect"))


def _sends_to_datadog(config: pytest.Config) -> bool:
    """Whether ddtrace's own pytest plugin is loaded, and sends the tests to Datadog."""
    if "ddtrace" not in vars(config.option):
        return False
    return _is_on(config, "ddtrace") and not _is_on(config, "no-ddtrace")


def _is_on(config: pytest.Config, name: str) -> bool:
    """Whether a flag of another plugin is given on the command line or in the ini file."""
    try:
        return bool(config.getoption(name, False) or config.getini(name))
    except ValueError:  # it has no such ini option
        return False


def _change_junit(config: pytest.Config) -> None:
    """Have JUnit XML say of tests what `ddcompat_junit` asks for, if the run writes it."""
    plugins, name = config.pluginmanager, "ddcompat-junit"
    if getattr(config.option, "xmlpath", None) and not plugins.hasplugin(name):
        from pytest_ddcompat.session.junit import JunitHooks

        plugins.register(JunitHooks(config, leaves_out=_is_left_out_of_junit(config)), name)


def _is_left_out_of_junit(config: pytest.Config) -> bool:
    choices = ("full", "none")
    which = config.getini("ddcompat_junit") or choices[0]
    if which not in choices:
        what = f'ddcompat_junit: "{which}" is not valid'
        raise CompatibilityError(unknown_name(what, which, choices))
    return which == "none"


class Broken:
    """In place of `GatingHooks` where those cannot be made: each gated test is an error."""

    def __init__(self, error: BaseException) -> None:
        self._reason = f"ddcompat: {describe(error)}"

    @property
    def gates(self) -> Gates:
        """Refuse.

        Raises:
            RuntimeError: Always, with the reason.
        """
        raise RuntimeError(self._reason)

    def before_tests(self, session: pytest.Session) -> None:
        """Leave the environment as it is."""

    def before_collected(self, collector: pytest.Collector) -> None:
        """Leave the collection as it is."""

    def see_collected(self, collector: pytest.Collector, report: pytest.CollectReport) -> None:
        """Leave the collection as it is."""

    def stop(self, item: pytest.Item) -> BaseException | None:
        """Return the failure of a test that has markers of ours."""
        return pytest.fail.Exception(self._reason, pytrace=False) if marks_of(item) else None
