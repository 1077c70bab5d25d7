"""What keeps an error of ours, or of a user's hook, from becoming the failure of the whole run."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Callable, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_ddcompat.session.gate import Gate

T = TypeVar("T")

__all__ = [
    "ENDS",
    "Broken",
    "harmless",
    "note",
    "or_error",
    "reason_of",
    "trouble_of",
    "usage_error",
]

ENDS = (KeyboardInterrupt, pytest.exit.Exception)
"""What is raised to end a run, by whomever; anything else is an error of what raised it."""

_TROUBLE = pytest.StashKey["dict[str, None]"]()


def reason_of(error: BaseException) -> str:
    """An error in words, whatever its class does; one that ends a run is raised again."""
    if isinstance(error, ENDS):
        raise error
    from pytest_ddcompat.values.names import printable

    try:
        words = str(error)
    except Exception:  # noqa: BLE001 - a user's class may do anything here
        words = ""
    return printable(f"{type(error).__name__}: {words}" if words else type(error).__name__)


def trouble_of(config: pytest.Config) -> dict[str, None]:
    """What went wrong in a run and can be no test's error; each is a line of the summary."""
    return config.stash.setdefault(_TROUBLE, {})


def note(config: pytest.Config, what: str, error: BaseException) -> None:
    """Keep an error for the summary.

    Args:
        config: The run's configuration.
        what: What could not be done.
        error: Why; one that ends a run is raised again.
    """
    reason = reason_of(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    trouble_of(config)[f"ddcompat: {what}: {reason} ({place})"] = None


@contextmanager
def harmless(config: pytest.Config, what: str) -> Iterator[None]:
    """Keep an error for the summary, and go on behind the block."""
    try:
        yield
    except BaseException as error:  # noqa: BLE001 - what ends a run is raised again
        note(config, what, error)


class Broken:
    """Stands in the place of what gates tests where that cannot be made: they are errors."""

    def __init__(self, error: BaseException) -> None:
        self._reason = f"ddcompat: {reason_of(error)}"

    counts = False

    @property
    def gate(self) -> Gate:
        """There is none.

        Raises:
            RuntimeError: Why.
        """
        raise RuntimeError(self._reason)

    def see_collected(self, collector: pytest.Collector, report: pytest.CollectReport) -> None:
        """Leave the collection as it is."""

    def begin(
        self, item: pytest.Item, nextitem: pytest.Item | None, marks: Sequence[pytest.Mark]
    ) -> None:
        """Leave the test to pytest."""

    def settle(self, item: pytest.Item | None = None) -> None:
        """Count nothing."""

    def stopping(self, item: pytest.Item) -> BaseException | None:
        """What fails a test that has markers of ours."""
        from pytest_ddcompat.declared import marks_of

        return pytest.fail.Exception(self._reason, pytrace=False) if marks_of(item) else None


def usage_error(error: BaseException) -> BaseException:
    """What is to be raised where the run cannot begin as it was told to.

    Args:
        error: Why. A bug of ours too ends the run here: it must not do what it was not told.
    """
    from pytest_ddcompat.values.errors import CompatibilityError

    if isinstance(error, pytest.UsageError):
        return error
    if isinstance(error, CompatibilityError):
        return pytest.UsageError(*error.problems)
    return pytest.UsageError(f"ddcompat: the options cannot be read: {reason_of(error)}")


def or_error(find: Callable[[], T]) -> T | BaseException:
    """What is found, or the error of a conftest's hook, which is called only once."""
    try:
        return find()
    except ENDS:
        raise
    except BaseException as error:  # noqa: BLE001 - it is the error of what asks
        return error
