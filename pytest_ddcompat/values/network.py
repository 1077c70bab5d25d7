"""Requests over the network: end them in time, and say in a few words why one failed."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from typing import Callable

__all__ = ["failure", "within"]

_T = TypeVar("_T")

_FAILURES = (  # the first that fits
    ((socket.timeout, TimeoutError), "no answer in time"),
    (ConnectionRefusedError, "the connection was refused"),
    ((socket.gaierror, UnicodeError), "there is no such host"),
    (PermissionError, "connecting is not permitted"),
    (ssl.SSLCertVerificationError, "its certificate is not trusted"),
    (ssl.SSLError, "TLS failed"),
    ((ConnectionError, http.client.IncompleteRead), "the connection was closed too early"),
    (http.client.HTTPException, "the answer is not HTTP"),
    (Exception, "the connection failed"),
)


def failure(error: Exception) -> str:
    """Say why a request failed, without any word of the address or the answer."""
    return next(reason for types, reason in _FAILURES if isinstance(error, types))


def within(seconds: float, work: Callable[[], _T]) -> _T:
    """Return what a request returns, or raise what it raises.

    Args:
        seconds: How long all of it may take.
        work: Makes the request.

    Raises:
        TimeoutError: It takes longer. It goes on, and its outcome is dropped.
    """
    found: list[_T] = []
    raised: list[Exception] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as error:  # noqa: BLE001  # raised again below, in the caller's thread
            raised.append(error)

    # A thread, since nothing else ends the look-up of a name in time.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        # Taken out, or the error would keep itself and what the request held open.
        raise raised.pop()
    if found:
        return found.pop()
    raise TimeoutError
