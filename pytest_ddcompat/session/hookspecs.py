"""Hooks that a conftest or another plugin may implement."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["declare", "pytest_ddcompat_facts", "pytest_ddcompat_matrices"]


def declare(plugins: pytest.PytestPluginManager) -> None:
    """Declare these hooks, unless they are declared already.

    Raises:
        pluggy.PluginValidationError: An implementation has an argument that its hook has not.
    """
    caller = getattr(plugins.hook, pytest_ddcompat_facts.__name__, None)
    if caller is None or not caller.has_spec():
        plugins.add_hookspecs(sys.modules[__name__])


@pytest.hookspec
def pytest_ddcompat_facts(config: pytest.Config) -> Mapping[str, object] | None:
    """Give facts of the environment, in their JSON form.

    Called once in each process, before the first test that has a marker. A conftest below the
    root of the run speaks for the tests of its folder, and of the folders in it. The facts take
    precedence over detection, and options over the facts. If several implementations give the
    same fact, the one registered last wins. None gives no facts. Use
    `@pytest.hookimpl(optionalhook=True)` if pytest-ddcompat may be missing.

    Args:
        config: The run's configuration.
    """


@pytest.hookspec
def pytest_ddcompat_matrices(
    config: pytest.Config,
) -> Iterable[str | os.PathLike[str] | Matrix] | None:
    """Give further matrices, which come after those of the options.

    Called once in each process, when the first marker is read. A conftest below the root of the
    run speaks for the tests of its folder, and of the folders in it. Each matrix is an id, the
    path of a TOML file (relative to the root folder of the run), or a `Matrix`. None gives
    none.

    Args:
        config: The run's configuration.
    """
