"""Contain errors: a fault of ours or of a user's hook fails the tests concerned, not the run."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Callable, TypeVar

import pytest

from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

__all__ = [
    "contain",
    "describe",
    "faults_of",
    "note_fault",
    "result_or_error",
    "usage_error",
]

_FAULTS = pytest.StashKey["dict[str, None]"]()


def describe(error: BaseException) -> str:
    """Describe an error in one line, even if its own class fails to.

    Raises:
        KeyboardInterrupt, pytest.exit.Exception: The error itself, if it ends the run.
    """
    if isinstance(error, (KeyboardInterrupt, pytest.exit.Exception)):
        raise error
    try:
        words = str(error)
    except Exception:  # noqa: BLE001 - a user's class may do anything here
        words = ""
    return printable(f"{type(error).__name__}: {words}" if words else type(error).__name__)


def faults_of(config: pytest.Config) -> dict[str, None]:
    """Return the faults that are no test's error; the summary prints a line for each."""
    return config.stash.setdefault(_FAULTS, {})


def note_fault(config: pytest.Config, consequence: str, error: BaseException) -> None:
    """Keep a fault for the summary.

    Args:
        config: The run's configuration.
        consequence: What could not be done because of it.
        error: The fault; one that ends the run is raised again.
    """
    description = describe(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    faults_of(config)[f"ddcompat: {consequence}: {description} ({place})"] = None


@contextmanager
def contain(config: pytest.Config, consequence: str) -> Iterator[None]:
    """Keep a fault in the block for the summary, and go on after the block."""
    try:
        yield
    except BaseException as error:  # noqa: BLE001 - what ends a run is raised again
        note_fault(config, consequence, error)


def fail_run(session: pytest.Session) -> None:
    """Have a run fail that passed, or that had no test; any other end stays."""
    if session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def usage_error(error: BaseException) -> BaseException:
    """Return the usage error for options that a run cannot follow.

    A bug of ours ends the run here too: it must not do other than what its options say.
    """
    if isinstance(error, pytest.UsageError):
        return error
    if isinstance(error, CompatibilityError):
        return pytest.UsageError(*map(str, error.problems))
    return pytest.UsageError(f"ddcompat: cannot read the options: {describe(error)}")


def result_or_error(function: Callable[[], T]) -> T | BaseException:
    """Return the result of a function, or the error it raises unless that ends the run."""
    try:
        return function()
    except BaseException as error:  # noqa: BLE001 - what ends a run is raised again
        describe(error)
        return error
