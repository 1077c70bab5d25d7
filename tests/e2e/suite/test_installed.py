"""What the suite runs beside."""

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

import pytest_ddcompat


def test_tracer_is_the_expected_one() -> None:
    expected = os.environ["E2E_DDTRACE"]
    if expected:
        assert version("ddtrace") == expected
    else:
        with pytest.raises(PackageNotFoundError):
            version("ddtrace")


def test_tracer_plugin_is_loaded(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.hasplugin("ddtrace") == bool(os.environ["E2E_DDTRACE"])


def test_plugin_comes_from_the_wheel() -> None:
    assert Path(sys.prefix) in Path(pytest_ddcompat.__file__).parents
