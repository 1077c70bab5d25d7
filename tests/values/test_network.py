"""Requests in bounded time."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.values.network import within

if TYPE_CHECKING:
    from collections.abc import Iterator


class Held:
    """What a request holds open."""


@pytest.fixture
def _no_collection() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def test_the_result_is_returned() -> None:
    assert within(10, lambda: "page") == "page"


def test_a_request_that_takes_longer_is_not_waited_for() -> None:
    goes_on = threading.Event()
    with pytest.raises(TimeoutError):
        within(0.01, goes_on.wait)
    goes_on.set()


@pytest.mark.usefixtures("_no_collection")
def test_an_error_keeps_nothing_open() -> None:
    held: list[weakref.ref[Held]] = []

    def fail() -> None:
        inner = Held()
        held.append(weakref.ref(inner))
        raise ConnectionError("closed")

    with pytest.raises(ConnectionError, match="closed"):
        within(10, fail)
    assert [each() for each in held] == [None]
