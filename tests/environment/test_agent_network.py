"""Asking within the limit, whatever the network does."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Callable

import pytest

from pytest_ddcompat.environment.agent import query

if TYPE_CHECKING:
    from pathlib import Path

from support.agent_server import (
    LEARNED,
    MIB,
    SHORT,
    SOON,
    Reply,
    Serve,
    asked,
    chunked,
    drips_after,
    failed,
    hangs_after,
    http,
    info,
    needs_unix,
    no_thread_left,
    padded,
    unix_listener,
)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(hangs_after(b""), id="no answer"),
        pytest.param(hangs_after(b"HTTP/1.1 200 OK\r\n"), id="half the headers"),
        pytest.param(hangs_after(http(b"{}")[:-1]), id="half the body"),
        pytest.param(drips_after(b"", b"H"), id="a dripping status line"),
        pytest.param(drips_after(b"HTTP/1.1 200 OK\r\nA: ", b"b"), id="a dripping header"),
        pytest.param(drips_after(http(b"{}" + b" " * MIB)[:200], b" "), id="a dripping body"),
        pytest.param(drips_after(chunked(b"{}", 9)[:-5], b"1\r\n \r\n"), id="dripping chunks"),
        pytest.param(
            drips_after(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="promises without an end"
        ),
    ],
)
def test_the_limit_holds_for_all_of_the_exchange(serve: Serve, reply: Reply) -> None:
    server = serve(reply)
    with no_thread_left():
        start = time.monotonic()
        assert query(server.url, "an option", limit=SHORT) == failed("no answer in time")
        assert time.monotonic() - start < SOON


def test_the_limit_holds_for_a_server_that_accepts_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as stack:
        for _ in range(4):  # what fits in the queue of connections not yet accepted
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        with no_thread_left():
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            assert query(url, "an option", limit=SHORT) == failed("no answer in time")


def test_the_limit_holds_for_a_name_that_is_looked_up_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stopping = threading.Event()

    def hangs(*_: object, **__: object) -> list[object]:
        stopping.wait()
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    with no_thread_left():
        start = time.monotonic()
        answer = query("http://agent", "an option", limit=SHORT)
        stopping.set()
        assert answer == failed("no answer in time")
        assert time.monotonic() - start < SOON


def raises(error: Exception) -> Callable[..., Any]:
    def look_up(*_: object, **__: object) -> Any:
        raise error

    return look_up


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(socket.gaierror(-2, "secret"), "there is no such host", id="unknown"),
        pytest.param(UnicodeError("label too long"), "there is no such host", id="no DNS name"),
        pytest.param(PermissionError("secret"), "connecting is not permitted", id="forbidden"),
        pytest.param(OSError(113, "secret"), "the connection failed", id="no route"),
        pytest.param(RuntimeError("secret"), "the connection failed", id="anything else"),
    ],
)
def test_hosts_that_cannot_be_reached(
    monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", raises(error))
    assert asked("http://agent") == failed(reason)


def test_a_name_that_cannot_be_one_is_no_host() -> None:
    assert asked("http://a..b") == failed("there is no such host")


def test_a_refused_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    answer = asked(f"http://127.0.0.1:{port}")
    assert answer == failed("the connection was refused")


def test_the_request_is_one_plain_get(serve: Serve) -> None:
    server = serve(http(b"{}"))
    asked(server.url)
    host = f"Host: 127.0.0.1:{server.port}"
    lines = ["GET /info HTTP/1.1", host, "Accept-Encoding: identity", "Connection: close", "", ""]
    assert server.requests == ["\r\n".join(lines)]


@pytest.mark.parametrize(
    ("path", "target"),
    [
        pytest.param("/", "/info", id="a slash"),
        pytest.param("/datadog", "/datadog/info", id="a path"),
        pytest.param("/data/dog//", "/data/dog/info", id="a path with slashes after it"),
    ],
)
def test_info_is_below_the_path_of_the_address(serve: Serve, path: str, target: str) -> None:
    server = serve(http(b"{}"))
    asked(server.url + path)
    assert [request.split(" ")[1] for request in server.requests] == [target]


@pytest.mark.parametrize("status", ["301", "302", "303", "307", "308"])
def test_redirects_are_not_followed(serve: Serve, status: str) -> None:
    other = serve(http(info(version="7.52.1")))
    server = serve(http(b"", f"{status} Moved", f"Location: {other.url}/info"))
    answer = asked(server.url)
    assert answer == failed(f"status {status}, a redirect, which is not followed")
    assert (len(server.requests), len(other.requests)) == (1, 0)


def test_proxies_are_not_used(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, server = serve(http(b"{}")), serve(http(padded(100)))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert asked(server.url) == LEARNED
    assert (len(server.requests), len(proxy.requests)) == (1, 0)


def test_ipv6(serve: Serve) -> None:
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    server = serve(http(padded(100)), listener)
    assert asked(f"http://[::1]:{server.port}") == LEARNED
    assert f"\r\nHost: [::1]:{server.port}\r\n" in server.requests[0]


def test_a_name_with_several_addresses(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(http(padded(100)))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()
    kind = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
    places = [(*kind, closed), (*kind, ("127.0.0.1", server.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)
    assert asked("http://agent") == LEARNED


@needs_unix
def test_a_unix_socket(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "an:d @ü.socket"
    server = serve(http(padded(100)), unix_listener(path))
    assert asked(f"unix://{path}") == LEARNED
    assert server.requests[0].startswith("GET /info HTTP/1.1\r\nHost: localhost\r\n")


@needs_unix
def test_the_limit_holds_for_a_unix_socket(serve: Serve, tmp_path: Path) -> None:
    serve(drips_after(b"", b"H"), unix_listener(tmp_path / "s"))
    with no_thread_left():
        answer = query(f"unix://{tmp_path}/s", "an option", limit=SHORT)
        assert answer == failed("no answer in time")


@needs_unix
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        pytest.param("none", "there is no such socket", id="nothing there"),
        pytest.param("file/none", "there is no such socket", id="below a file"),
        pytest.param("file", "the connection was refused", id="a file"),
        pytest.param("left", "the connection was refused", id="a socket that is left over"),
        pytest.param("x" * 200, "the connection failed", id="a path longer than sockets have"),
    ],
)
def test_unix_sockets_that_do_not_answer(tmp_path: Path, path: str, reason: str) -> None:
    (tmp_path / "file").touch()
    unix_listener(tmp_path / "left").close()
    assert asked(f"unix://{tmp_path / path}") == failed(reason)


def test_a_server_without_tls_is_told_apart(serve: Serve) -> None:
    server = serve(http(padded(100)))
    answer = asked(f"https://127.0.0.1:{server.port}")
    assert answer == failed("TLS failed")
