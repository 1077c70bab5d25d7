"""What Django's own runner prepares, for pytest: goes into its folder of tests as conftest.py."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "test_sqlite")
os.environ.setdefault("TMPDIR", tempfile.gettempdir())


def pytest_configure(config: pytest.Config) -> None:
    """Set Django up for the folders that are asked for."""
    import runtests

    runtests.setup_run_tests(0, None, None, config.args)


@pytest.fixture(scope="session", autouse=True)
def databases() -> Iterator[None]:
    """Make the databases of the tests."""
    from django.test.runner import DiscoverRunner

    runner = DiscoverRunner(verbosity=0, interactive=False)
    runner.setup_test_environment()
    made = runner.setup_databases()
    yield
    runner.teardown_databases(made)
    runner.teardown_test_environment()
