"""JUnit XML without the properties of this plugin, as the schema of xunit2 has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

# Private: pytest has no public way to leave a property out of JUnit XML but not of reports.
from _pytest.junitxml import xml_key

from pytest_ddcompat.session.decision import PROPERTY

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
            xml.finalize = _without_property(xml.finalize)


def _without_property(finalize: Callable[[Any], None]) -> Callable[[Any], None]:
    def finalize_without(report: Any) -> None:
        properties = getattr(report, "user_properties", None)
        if not properties:
            finalize(report)
            return
        report.user_properties = [pair for pair in properties if pair[0] != PROPERTY]
        try:
            finalize(report)
        finally:
            report.user_properties = properties

    return finalize_without
