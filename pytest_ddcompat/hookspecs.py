"""Hooks that a conftest or another plugin may implement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from pytest_ddcompat.matrix.matrix import Matrix


@pytest.hookspec
def pytest_ddcompat_facts(config: pytest.Config) -> Mapping[str, object] | None:
    """Give facts of the environment, in their JSON form.

    Called once, when the first requirement of a run is met: before the first test, where one to
    be run has a marker. The facts take precedence over detection, and options over them; of
    several implementations, the one registered last wins, fact by fact. None gives no facts.
    Implement it with `@pytest.hookimpl(optionalhook=True)` where pytest-ddcompat may be missing.

    Args:
        config: The run's configuration.
    """


@pytest.hookspec
def pytest_ddcompat_matrices(
    config: pytest.Config,
) -> Iterable[str | os.PathLike[str] | Matrix] | None:
    """Give matrices that requirements are held against, behind those of the options.

    Called once, when the first marker of a run is read; with pytest-xdist in each worker.
    Each is an id, the path of a TOML file (from the root folder of the run, if it is relative), or
    what `load_matrix` gave. None gives none.

    Args:
        config: The run's configuration.
    """


def __dir__() -> list[str]:
    return [name for name in globals() if name.startswith("pytest_")]
