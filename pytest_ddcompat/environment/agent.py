"""Query a Datadog Agent's `GET /info` for its version and what it offers."""

from __future__ import annotations

import http.client
import io
import json
import os
import re
import socket
import time
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pytest_ddcompat.environment.value import AgentAnswer
from pytest_ddcompat.values.network import failure, within
from pytest_ddcompat.values.variables import Hidden
from pytest_ddcompat.values.versions import parse_agent_version

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Address", "agent_address", "parse_address", "query"]

_LARGEST = 1024 * 1024  # bytes of a body
_TOO_LARGE = "the answer is larger than 1 MiB"
_ADDRESS = re.compile(
    r"unix://(?P<socket>/[^\x00-\x1f\x7f\ud800-\udc7f\udd00-\udfff]+)"
    r"|https?://(?P<server>([\w.-]+|\[[0-9a-f.]*(:[0-9a-f.]*){2,}(%[\w.-]+)?\])(:(?P<port>\d{1,5}))?)"
    r'(?P<path>/[!"$->@-~]*)?',
    re.ASCII | re.IGNORECASE,
)
_WRONG = (  # what is wrong with any other address: the first that fits
    (r"^(?!(http|https|unix)://)", "does not begin with http://, https:// or unix://"),
    (r"[\x00-\x1f\x7f]", "has a control character"),
    (r"^unix:", "has no absolute path that a socket can have"),
    (r"//[^/]*@", "has credentials"),
    (r"[^!-~]", "has a space or a character that is not ASCII"),
    (r"[?#]", "has a query or a fragment"),
    (r"^\w+://(:[^:/]*)?(/|$)", "has no host"),
    (r"^\w+://([\w.-]+|\[.*\]):[^:/]*(/|$)", "has a port that is not a number from 1 to 65535"),
    ("", "has a host that is neither a name nor an IP address (IPv6 takes brackets)"),
)
_REASONS = (  # why there is no answer, where the network is not at fault
    (UnicodeDecodeError, "the answer is not UTF-8"),
    ((FileNotFoundError, NotADirectoryError), "there is no such socket"),
    (RecursionError, "the answer is nested too deeply"),
    (json.JSONDecodeError, "the answer is not JSON"),
)


class Address(NamedTuple):
    """An Agent's address: a socket, or a server with its port, and a path.

    Attributes:
        https: Whether TLS is used.
        socket: Path of the Unix socket; empty where there is a server.
        server: Host and port.
        path: What stands before `/info`.
    """

    https: bool
    socket: Hidden
    server: Hidden
    path: Hidden


class _ShownError(ValueError):
    """Its message may be shown: it quotes nothing of the address or the answer."""


def agent_address(
    environ: Mapping[str, str], socket_path: str = "/var/run/datadog/apm.socket"
) -> tuple[Hidden, str]:
    """Find the Agent's address by the rules of ddtrace's agent settings (as in ddtrace 4.16).

    Args:
        environ: The environment's variables, the legacy `DD_TRACE_AGENT_HOSTNAME` (before
            `DD_AGENT_HOST`) and `DD_AGENT_PORT` (after `DD_TRACE_AGENT_PORT`) among them.
        socket_path: The Unix socket that is taken if it is there and no variable is set.

    Returns:
        The address, unchecked, and where it came from.
    """
    if environ.get("DD_TRACE_AGENT_URL"):
        return Hidden(environ["DD_TRACE_AGENT_URL"]), "DD_TRACE_AGENT_URL"
    host, port = "DD_TRACE_AGENT_HOSTNAME", "DD_TRACE_AGENT_PORT"
    host = host if environ.get(host) else "DD_AGENT_HOST"
    port = port if environ.get(port) else "DD_AGENT_PORT"
    found = [variable for variable in (host, port) if variable in environ]
    if found:
        name, number = Hidden(environ.get(host) or "localhost"), environ.get(port) or "8126"
        name = Hidden(f"[{name}]") if name.count(":") > 1 else name
        return Hidden(f"http://{name}:{number.strip()}"), " and ".join(found)
    if os.path.exists(socket_path):  # noqa: PTH110  # Path.exists raises in a closed folder
        return Hidden(f"unix://{socket_path}"), f"the socket {socket_path}"
    return Hidden("http://localhost:8126"), "the default address"


def parse_address(address: str) -> Address:
    """Split an Agent's address.

    Raises:
        ValueError: It is none; one line says why and what is valid, but does not quote the
            address, which may hold a password.
    """
    address = Hidden(address)
    parts = {key: Hidden(part or "") for key, part in _parts(address).items()}
    if not parts or int(parts["port"] or 80) not in range(1, 65536):
        wrong = next(words for sign, words in _WRONG if re.search(sign, address, re.IGNORECASE))
        valid = "http://host[:port][/path], https://host[:port][/path], unix:///path"
        raise _ShownError(f"the address {wrong}; valid: {valid}")
    https = address[:6].lower() == "https:"
    return Address(https, parts["socket"], parts["server"], parts["path"])


def _parts(address: str) -> dict[str, str | None]:
    found = _ADDRESS.fullmatch(address)
    return {} if found is None else found.groupdict()


def query(address: str, origin: str, *, limit: float = 1.0) -> AgentAnswer:
    """Query the Agent's `/info` at an address; whatever goes wrong is the answer's signal.

    Args:
        address: As `agent_address` gives it. Proxies are not used, redirects not followed.
        origin: Where the address came from, for the signal.
        limit: Seconds that all of it may take.
    """
    address = Hidden(address)
    info: dict[str, Any] | str
    try:
        info = within(limit, lambda: _info(*_exchange(parse_address(address), limit)))
    except Exception as error:  # noqa: BLE001  # no answer, however odd, may end the tests
        info = _reason(error)
    return _answer(info, f"the Agent's /info ({origin})")


def _reason(error: Exception) -> str:
    if isinstance(error, _ShownError):
        return str(error)
    known = (reason for types, reason in _REASONS if isinstance(error, types))
    return next(known, None) or failure(error)


def _exchange(address: Address, limit: float) -> tuple[int, bytes]:
    deadline = time.monotonic() + limit
    kind = http.client.HTTPSConnection if address.https else http.client.HTTPConnection
    with closing(kind(address.server or "localhost", timeout=limit)) as connection:
        if address.socket:
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(limit)
            connection.sock.connect(address.socket)
        path = Hidden(address.path.rstrip("/"))
        connection.request("GET", f"{path}/info", headers={"Connection": "close"})
        received = io.BytesIO(_received(connection.sock, deadline))
    source = cast("socket.socket", SimpleNamespace(makefile=lambda _mode: received))
    with http.client.HTTPResponse(source, method="GET") as response:
        response.begin()
        return response.status, response.read()


def _received(sock: socket.socket, deadline: float) -> bytes:
    received = bytearray()
    while (left := deadline - time.monotonic()) > 0:
        sock.settimeout(left)
        part = sock.recv(65536)
        if not part:
            return bytes(received)
        received += part
        if len(received) > 2 * _LARGEST:  # headers and the sizes of chunks are in it too
            raise _ShownError(_TOO_LARGE)
    raise TimeoutError


def _info(status: int, body: bytes) -> dict[str, Any]:
    if status != http.client.OK:
        note = ", a redirect, which is not followed" if status in range(300, 400) else ""
        note = ", too old to have /info" if status == http.client.NOT_FOUND else note
        raise _ShownError(f"status {status}{note}")
    if len(body) > _LARGEST:
        raise _ShownError(_TOO_LARGE)
    info = json.loads(body.decode(), parse_int=float)  # int is slow over a million digits
    if not isinstance(info, dict):
        raise _ShownError("the answer is not a JSON object")
    return info


def _answer(info: dict[str, Any] | str, source: str) -> AgentAnswer:
    if isinstance(info, str):
        return AgentAnswer(None, None, f"{source}: {info}")
    version, offered = _version(info.get("version")), _offered(info.get("endpoints"))
    unread = "no version" if info.get("version") is None else "an unreadable version"
    gaps = ((version, unread), (offered, "no list of endpoints"))
    missing = " and ".join(gap for fact, gap in gaps if fact is None)
    return AgentAnswer(version, offered, f"{source}: it gives {missing}" if missing else source)


def _version(value: object) -> str | None:
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]{1,100}", value):
        return None
    try:
        return str(parse_agent_version(value))
    except ValueError:
        return None


def _offered(endpoints: object) -> bool | None:
    if not isinstance(endpoints, list) or not all(isinstance(e, str) for e in endpoints):
        return None
    return any(e.strip("/") == "v0.7/config" for e in endpoints)
