"""Fixtures that all tests share."""

from __future__ import annotations

from contextlib import suppress

import pytest
from support.project import Project

# Inner runs restore sys.modules: what they import first is there before, or each makes its own.
import pytest_ddcompat.session.collection
import pytest_ddcompat.session.execution
import pytest_ddcompat.session.summary  # noqa: F401

with suppress(ImportError):
    import rich.box
    import rich.console
    import rich.table
    import rich.text  # noqa: F401

pytest_plugins = ["pytester", "support.agent_server"]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Make a project in a folder of its own."""
    return Project(pytester, monkeypatch)
