"""JUnit XML: with tags for Datadog, or without the properties of this plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

# Private: pytest has no public way to give JUnit XML other properties than reports.
from _pytest.junitxml import xml_key

from pytest_ddcompat.evaluation.decision import PROPERTY
from pytest_ddcompat.session.datadog_tags import Tags
from pytest_ddcompat.session.faults import contain
from pytest_ddcompat.session.state import codec_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["JunitHooks"]

_TAGS = "ddcompat_tags"  # attribute of a report, which pytest-xdist sends to the controller


class JunitHooks:
    """Adds tags to the decisions on tests in JUnit XML, or keeps the decisions out of it.

    Args:
        config: The run's configuration.
        leaves_out: Whether to keep them out.
    """

    def __init__(self, config: pytest.Config, *, leaves_out: bool) -> None:
        self._config = config
        self._leaves_out = leaves_out
        self._tags = Tags(config)
        self._is_changed = False
        self._change_writer()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        """Change the plugin that writes it, which is not there yet at the start of a run."""
        self._change_writer()

    def _change_writer(self) -> None:
        xml: Any = self._config.stash.get(xml_key, None)
        if xml is not None and not self._is_changed:
            self._is_changed = True
            properties = _none if self._leaves_out else _with_tags
            xml.node_reporter = _with_properties(xml.node_reporter, properties)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Find the tags of a test in the process that has run it, which knows the pages."""
        # pytest writes the properties of the last report.
        if self._leaves_out or report.when != "teardown" or hasattr(report, _TAGS):
            return
        with contain(self._config, f"{report.nodeid} has no tags in JUnit XML"):
            decision = codec_of(self._config).find(report.user_properties)
            if decision is not None:
                setattr(report, _TAGS, self._tags.of(decision))


def _with_properties(
    node_reporter: Callable[[Any], Any],
    properties: Callable[[str, object, Any], dict[str, object]],
) -> Callable[[Any], Any]:
    """Make what writes a test case write others in place of the plugin's property."""

    def of_report(report: Any) -> Any:
        reporter = node_reporter(report)
        add = type(reporter).add_property

        def add_others(name: str, value: object) -> None:
            written = properties(name, value, report) if name == PROPERTY else {name: value}
            for key, text in written.items():
                add(reporter, key, text)

        reporter.add_property = add_others
        return reporter

    return of_report


def _none(_name: str, _value: object, _report: Any) -> dict[str, object]:
    return {}


def _with_tags(name: str, value: object, report: Any) -> dict[str, object]:
    tags = getattr(report, _TAGS, {})
    return {name: value, **{f"dd_tags[{key}]": text for key, text in tags.items()}}
