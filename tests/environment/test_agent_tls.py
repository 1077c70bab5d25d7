"""Asking over TLS, and quoting nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.environment.agent import query

if TYPE_CHECKING:
    from pathlib import Path

from support.agent_server import (
    LEARNED,
    SHORT,
    Serve,
    asked,
    drips_after,
    failed,
    http,
    no_thread_left,
    over_tls,
    padded,
    sends,
)


def test_https(
    serve: Serve, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = over_tls(serve, certificate, sends(http(padded(100))))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    answer = asked(f"https://127.0.0.1:{server.port}")
    assert answer == LEARNED


def test_the_limit_holds_for_https(
    serve: Serve, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = over_tls(serve, certificate, drips_after(b"", b"H"))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with no_thread_left():
        answer = query(f"https://127.0.0.1:{server.port}", "an option", limit=SHORT)
        assert answer == failed("no answer in time")


def test_a_certificate_that_is_not_trusted(serve: Serve, certificate: tuple[Path, Path]) -> None:
    server = over_tls(serve, certificate, sends(http(padded(100))))
    answer = asked(f"https://127.0.0.1:{server.port}")
    assert answer == failed("its certificate is not trusted")
    assert server.requests == []


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(http(b'{"version": "s3cret"}', "200 s3cret", "s3cret: s3cret"), id="version"),
        pytest.param(http(b"s3cret", "500 s3cret", "s3cret: s3cret"), id="status"),
        pytest.param(http(b"", "302 s3cret", "Location: http://s3cret"), id="redirect"),
        pytest.param(b"s3cret s3cret\r\n\r\n", id="not HTTP"),
        pytest.param(http(b"s3cret"), id="not JSON"),
        pytest.param(http(b"s3cret \xff"), id="not UTF-8"),
    ],
)
def test_nothing_of_the_address_or_the_answer_is_quoted(serve: Serve, sent: bytes) -> None:
    server = serve(sent)
    signal = asked(f"{server.url}/s3cret").signal
    assert server.requests[0].startswith("GET /s3cret/info ")
    assert "s3cret" not in signal
    assert str(server.port) not in signal
