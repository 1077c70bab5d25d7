"""Fixtures that all tests share."""

from __future__ import annotations

from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

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

NEEDED = ("argcomplete", "hypothesis", "jinja2", "jsonschema", "markdown_it", "rich", "yaml")

pytest_plugins = ["pytester", "support.agent_server", "support.page_server"]


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to collect folders of tests, most of which could not be imported.

    A file that is named runs with what it needs itself, as the examples do.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing and any(Path(argument).is_dir() for argument in config.args):
        raise pytest.UsageError(
            f"the tests need {', '.join(missing)}; "
            "install the extra `test`: python -m pip install '.[test]'"
        )


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Make a project in a folder of its own."""
    return Project(pytester, monkeypatch)
