"""JUnit XML without the properties of this plugin, as the schema of xunit2 has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

# Private: pytest has no public way to leave a property out of JUnit XML but not of reports.
from _pytest.junitxml import xml_key

from pytest_ddcompat.evaluation.decision import PROPERTY

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["JunitHooks"]


class JunitHooks:
    """Keeps the decisions on tests out of JUnit XML."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Change the plugin that writes it, which is not there yet at the start of a run."""
        xml: Any = session.config.stash.get(xml_key, None)
        if xml is not None:
            xml.node_reporter = _without_property(xml.node_reporter)


def _without_property(node_reporter: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make what writes a test case pass over the property, when the case is opened or closed."""

    def of_report(report: Any) -> Any:
        reporter = node_reporter(report)
        add = type(reporter).add_property

        def add_others(name: str, value: object) -> None:
            if name != PROPERTY:
                add(reporter, name, value)

        reporter.add_property = add_others
        return reporter

    return of_report
