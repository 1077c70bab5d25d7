"""Fetch a page by https: from one host, in bounded time and size, and only if it has changed."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, cast
from urllib.error import URLError
from urllib.parse import urljoin
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, Request

from pytest_ddcompat.importer.blocks import PageError
from pytest_ddcompat.values.errors import Problem
from pytest_ddcompat.values.network import failure, within
from pytest_ddcompat.values.text import cut

if TYPE_CHECKING:
    from http.client import HTTPMessage

__all__ = ["MOST_REDIRECTS", "SECONDS", "Fetched", "Validators", "check_address", "fetch"]

SECONDS = 30.0
"""How long it may take to fetch a page, with all redirects."""

MOST_REDIRECTS = 3

_VALID = "https://host[:port]/path"
_ADDRESS = re.compile(
    r'https://([\w.-]+|\[[0-9a-f.:]+\])(?::(\d{1,5}))?(?:/[!"$->@-~]*)?',
    re.ASCII | re.IGNORECASE,
)
_WRONG = (  # what is wrong with any other address: the first that fits
    (r"^http:", "uses http, which is not encrypted"),
    (r"^(?!https://)", "does not begin with https://"),
    (r"//[^/]*@", "has credentials"),
    (r"[?#]", "has a query or a fragment"),
    (r"[^!-~]", "has a space, a control character or one that is not ASCII"),
    ("", "has no valid host or port"),
)
_PORT = 443
_REDIRECTS = {301, 302, 303, 307, 308}
_TYPES = re.compile(r"text/.*|application/(octet-stream|xhtml\+xml|x-yaml|yaml)")
_TAG = re.compile(r'(W/)?"[!#-~]{0,1000}"', re.ASCII)
_DATE = re.compile(r"[\w ,:+-]{1,40}", re.ASCII)
_MEBIBYTE = 1024 * 1024


class Validators(NamedTuple):
    """The headers by which a server tells later whether a page has changed.

    Attributes:
        etag: The `ETag`; empty without one.
        last_modified: The `Last-Modified`; empty without one.
    """

    etag: str = ""
    last_modified: str = ""

    @classmethod
    def of(cls, etag: object, last_modified: object) -> Validators:
        """Take values of headers or of a file, and drop those that no header can have."""
        return cls(_matching(_TAG, etag), _matching(_DATE, last_modified))

    def headers(self) -> dict[str, str]:
        """Return the headers of a request for a page that has changed."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


class Fetched(NamedTuple):
    """A page as the server sent it."""

    content: bytes
    validators: Validators


class _RefusedError(ValueError):
    """An answer that is not taken; the message says why."""


def _matching(form: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and form.fullmatch(value) else ""


def check_address(address: str) -> None:
    """Refuse what is not the address of a page.

    Raises:
        PageError: It is not `https`, or has credentials, a query or a fragment. The message does
            not quote it, since it may hold a password or a token.
    """
    if _parsed(address) is None:
        wrong = next(words for sign, words in _WRONG if re.search(sign, address, re.IGNORECASE))
        raise PageError(Problem(f"the address to import {wrong}", _VALID))


def fetch(
    address: str, called: str, largest: int, kept: Validators, *, seconds: float = SECONDS
) -> Fetched | None:
    """Fetch a page, or another text.

    Proxies are used as the system or `HTTPS_PROXY` and `NO_PROXY` say.

    Args:
        address: Its address, as `check_address` takes it.
        called: What messages call it.
        largest: Bytes that it may have, some whole MiB.
        kept: What came with the page when it was last fetched.
        seconds: How long all of it may take.

    Returns:
        The page, or None if it has not changed.

    Raises:
        PageError: It cannot be had; one line with the address and the reason.
    """
    try:
        return within(seconds, lambda: _fetch(address, largest, kept, seconds))
    except Exception as error:  # noqa: BLE001  # whatever a server does is an error of one line
        reason = _reason(error, seconds)
        raise PageError(f"{address}: cannot fetch this {called}: {reason}") from None


def _reason(error: Exception, seconds: float) -> str:
    if isinstance(error, _RefusedError):
        return str(error)
    if isinstance(error, URLError) and isinstance(error.reason, Exception):
        error = error.reason
    if isinstance(error, (socket.timeout, TimeoutError)):
        return f"no answer within {seconds:g} seconds"
    refused = re.match(r"Tunnel connection failed: (\d{3})\b", str(error))
    return f"the proxy refuses the connection (status {refused[1]})" if refused else failure(error)


def _fetch(address: str, largest: int, kept: Validators, seconds: float) -> Fetched | None:
    opener = _opener()
    asked = address
    for _ in range(MOST_REDIRECTS + 1):
        request = Request(asked, headers=kept.headers())  # noqa: S310 - https alone
        answer = cast("http.client.HTTPResponse", opener.open(request, timeout=seconds))
        with answer:
            if answer.status == HTTPStatus.NOT_MODIFIED and kept.headers():
                return None
            if answer.status not in _REDIRECTS:
                return Fetched(_content(answer, largest), _validators(answer.headers))
            asked = _redirected(asked, answer.headers.get("Location") or "")
    raise _RefusedError(f"it redirects more than {MOST_REDIRECTS} times")


def _opener() -> OpenerDirector:
    """Return an opener of https alone, which leaves each status to us."""
    opener = OpenerDirector()
    opener.add_handler(ProxyHandler())
    opener.add_handler(HTTPSHandler(context=ssl.create_default_context()))
    accepted = "text/markdown, text/html;q=0.9, text/*;q=0.8, */*;q=0.1"
    opener.addheaders = [("User-Agent", "pytest-ddcompat"), ("Accept", accepted)]
    return opener


def _parsed(address: str) -> tuple[str, int] | None:
    """Return an address's host and port; None if it is not valid."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    host, port = found[1].lower(), int(found[2] or _PORT)
    return (host, port) if port in range(1, 65536) else None


def _redirected(address: str, location: str) -> str:
    """Return the address that a redirect leads to, if it may be followed."""
    try:
        target = urljoin(address, location).partition("#")[0]
    except ValueError:
        target = ""
    old, new = _parsed(address), _parsed(target)
    if target[:5].lower() == "http:":
        raise _RefusedError("it redirects to http, which is not encrypted")
    if not location or new is None:
        raise _RefusedError("it redirects to no valid address")
    if old != new:
        host, port = new
        raise _RefusedError(
            f"it redirects to another host, {cut(host)}{'' if port == _PORT else f':{port}'}; "
            "give that address if you trust it"
        )
    return target


def _content(answer: http.client.HTTPResponse, largest: int) -> bytes:
    """Return the body of an answer, whole."""
    if answer.status != HTTPStatus.OK:
        raise _RefusedError(f"status {_in_words(answer.status)}")
    encoding = answer.headers.get("Content-Encoding") or "identity"
    if encoding.lower() != "identity":
        raise _RefusedError(f"it is compressed ({cut(encoding)}), which was not asked for")
    kind = answer.headers.get_content_type()
    if not _TYPES.fullmatch(kind):
        raise _RefusedError(f"it is {cut(kind)}, and neither Markdown nor HTML nor other text")
    length = answer.length
    if length is None and not answer.chunked:
        raise _RefusedError("the answer does not say how long it is, so it may be cut off")
    body = answer.read(largest + 1)
    if len(body) > largest:
        raise _RefusedError(f"it is larger than {largest // _MEBIBYTE} MiB")
    if length is not None and len(body) < length:
        raise http.client.IncompleteRead(b"")
    return body


def _in_words(status: int) -> str:
    try:
        return f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)


def _validators(headers: HTTPMessage) -> Validators:
    return Validators.of(headers.get("ETag"), headers.get("Last-Modified"))
