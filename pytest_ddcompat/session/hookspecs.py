"""Hooks that a conftest or another plugin may implement."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from pytest_ddcompat.evaluation.decision import Decision
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.session.amending import Override

__all__ = [
    "declare",
    "pytest_ddcompat_decided",
    "pytest_ddcompat_declarations",
    "pytest_ddcompat_facts",
    "pytest_ddcompat_matrices",
    "pytest_ddcompat_verdict",
]


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

    Called once in each process, when the first marker is read, or before that if the run has a
    policy in lines or expectations. A conftest below the root of the run speaks for the tests of
    its folder, and of the folders in it. Each matrix is an id, the path of a TOML file (relative
    to the root folder of the run), or a `Matrix`. None gives none.

    Args:
        config: The run's configuration.
    """


@pytest.hookspec
def pytest_ddcompat_declarations(
    config: pytest.Config,
) -> Iterable[str | os.PathLike[str]] | None:
    """Give further declarations files, which come after those of the options.

    Called once, before the collection, so that only plugins and the conftests that pytest loads at
    its start are asked; workers of pytest-xdist get the files. Each file is a path, relative to the
    root folder of the run. None gives none.

    Args:
        config: The run's configuration.
    """


@pytest.hookspec(firstresult=True)
def pytest_ddcompat_verdict(item: pytest.Item, decision: Decision) -> Override | None:
    """Replace the verdict on a test, or veto its run.

    Called for each test with requirements, in each process that decides on it. The status that is
    returned takes the place of that of the decision, and the run's action on that status follows.
    The first implementation that does not return None counts; a conftest's is asked for the tests
    of its folder alone. An error in it is an error of the test. Modules that `require()` stops are
    not asked about.

    Args:
        item: The test.
        decision: The decision by its requirements.
    """


@pytest.hookspec
def pytest_ddcompat_decided(item: pytest.Item, decision: Decision) -> None:
    """Observe the decision that counts for a test.

    Called when a test is deselected by its decision, or before anything of it is set up: once each
    time that it is run, in the process that runs it. An error in it is told in the summary, and
    changes nothing of the test.

    Args:
        item: The test.
        decision: The decision.
    """
