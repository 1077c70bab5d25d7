"""Real little servers on the loopback that answer as Agents do, and as they do not."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Callable, Protocol

import pytest

from pytest_ddcompat.environment.agent import query
from pytest_ddcompat.environment.value import AgentAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Reply = Callable[[socket.socket, threading.Event], None]

VALID = "http://host[:port][/path], https://host[:port][/path], unix:///path"
SOURCE = "the Agent's /info (an option)"
MIB = 1024 * 1024
SHORT = 0.3  # seconds that are given to an Agent that does not answer
SOON = 60.0  # seconds in which the answer to that is there, on any machine
needs_unix = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets")


RC = "/v0.7/config"
LEARNED = AgentAnswer("7.52.1", False, SOURCE)


class Server:
    """Takes connections, keeps the heads of the requests, and replies until it is stopped."""

    def __init__(self, listener: socket.socket, reply: Reply) -> None:
        self.requests: list[str] = []
        self.stopping = threading.Event()
        self._listener = listener
        self._reply = reply
        self._thread = threading.Thread(target=self._run)
        listener.settimeout(0.02)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.stopping.set()
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        while not self.stopping.is_set():
            with suppress(OSError), self._listener.accept()[0] as connection:
                connection.settimeout(SOON)
                self.requests.append(self._head(connection))
                self._reply(connection, self.stopping)

    @staticmethod
    def _head(connection: socket.socket) -> str:
        head = b""
        while not head.endswith(b"\r\n\r\n") and not head.startswith(b"\x16"):  # or of TLS
            part = connection.recv(4096)
            if not part:
                break
            head += part
        return head.decode("latin-1")


class Serve(Protocol):
    def __call__(self, reply: Reply | bytes, listener: socket.socket | None = None) -> Server: ...


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:

        def start(reply: Reply | bytes, listener: socket.socket | None = None) -> Server:
            server = Server(
                listener or socket.create_server(("127.0.0.1", 0)),
                sends(reply) if isinstance(reply, bytes) else reply,
            )
            stack.callback(server.stop)
            return server

        yield start


def sends(answer: bytes) -> Reply:
    return lambda connection, _stopping: connection.sendall(answer)


def hangs_after(answer: bytes) -> Reply:
    def reply(connection: socket.socket, stopping: threading.Event) -> None:
        connection.sendall(answer)
        stopping.wait()

    return reply


def drips_after(answer: bytes, drop: bytes) -> Reply:
    def reply(connection: socket.socket, stopping: threading.Event) -> None:
        connection.sendall(answer)
        while not stopping.wait(0.02):
            connection.sendall(drop)

    return reply


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


def chunked(body: bytes, size: int) -> bytes:
    parts = [body[i : i + size] for i in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks


def info(**told: Any) -> bytes:
    return json.dumps(told).encode()


def padded(size: int) -> bytes:
    told = info(version="7.52.1", endpoints=[])
    return told + b" " * (size - len(told))


def failed(reason: str) -> AgentAnswer:
    return AgentAnswer(None, None, f"{SOURCE}: {reason}")


def asked(address: str) -> AgentAnswer:
    return query(address, "an option", limit=SOON)


@contextmanager
def no_thread_left() -> Iterator[None]:
    """Fail unless the threads that start meanwhile end, soon after at the latest."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + SOON
    while set(threading.enumerate()) - before:
        assert time.monotonic() < deadline, "a thread is left"
        time.sleep(0.01)


def unix_listener(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    return listener


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
