"""Asking over TLS, and quoting nothing."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.environment.agent import ask

if TYPE_CHECKING:
    from pathlib import Path

from support.agent_server import (
    LEARNED,
    SHORT,
    Reply,
    Serve,
    Server,
    asked,
    drips_after,
    failed,
    http,
    no_thread_left,
    padded,
    sends,
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    (folder / "config").write_text(
        "[req]\ndistinguished_name = d\nx509_extensions = x\nprompt = no\n"
        "[d]\nCN = 127.0.0.1\n[x]\nsubjectAltName = IP:127.0.0.1\n"
        "basicConstraints = critical, CA:true\nkeyUsage = keyCertSign, digitalSignature\n"
    )
    made, key = folder / "certificate.pem", folder / "key.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-config", str(folder / "config"), "-keyout", str(key), "-out", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    return made, key


def over_tls(serve: Serve, certificate: tuple[Path, Path], reply: Reply) -> Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    plain = socket.create_server(("127.0.0.1", 0))
    return serve(reply, context.wrap_socket(plain, server_side=True))


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
        answer = ask(f"https://127.0.0.1:{server.port}", "an option", limit=SHORT)
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
