"""A little server of TLS on the loopback that publishes one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.agent_server import over_tls

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Iterator
    from pathlib import Path

    from support.agent_server import Serve, Server


class Site:
    """A server whose answers are set before each command."""

    def __init__(self, serve: Serve, certificate: tuple[Path, Path]) -> None:
        self.authority = str(certificate[0])
        self.answers: list[bytes] = []
        self._left: Iterator[bytes] = iter(())
        self.server: Server = over_tls(serve, certificate, self._reply)
        self.url = f"https://127.0.0.1:{self.server.port}/firewall.md"

    def _reply(self, connection: socket.socket, _stopping: threading.Event) -> None:
        connection.sendall(next(self._left, self.answers[-1]))

    def answer(self, *answers: bytes) -> None:
        """Give these answers to the next requests, and the last to all after them."""
        self.answers, self._left = [*answers], iter(answers)
        self.server.requests.clear()

    def asked(self, header: str) -> list[str]:
        """Return what each request says under a header; empty where it has none."""
        heads = [
            dict(line.split(": ", 1) for line in request.strip().split("\r\n")[1:])
            for request in self.server.requests
        ]
        return [head.get(header, "") for head in heads]


@pytest.fixture
def site(
    serve: Serve,
    certificate: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Site:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    monkeypatch.setenv("no_proxy", "*")
    return Site(serve, certificate)
