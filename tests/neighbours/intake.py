"""A server on loopback that takes what Datadog's Test Optimization sends."""

from __future__ import annotations

import gzip
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

import msgpack

if TYPE_CHECKING:
    from collections.abc import Iterator


SETTINGS = {
    "code_coverage": False,
    "early_flake_detection": {"enabled": False},
    "flaky_test_retries_enabled": True,
    "itr_enabled": False,
    "known_tests_enabled": False,
    "require_git": False,
    "tests_skipping": False,
}


class Sent(NamedTuple):
    """One run of a test, as it arrived.

    Attributes:
        name: Its `test.name`.
        status: Its `test.status`.
        tags: All tags of it that are texts, with these two.
    """

    name: str
    status: str
    tags: dict[str, str]


class Intake(ThreadingHTTPServer):
    """Answers every request, asks for failed tests to be run again, and keeps what arrives.

    Attributes:
        tests: Each run of a test.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.tests: list[Sent] = []

    @property
    def variables(self) -> dict[str, str]:
        """The variables that point ddtrace here, and nowhere else."""
        url = f"http://127.0.0.1:{self.server_address[1]}"
        return {
            "DD_API_KEY": "none",
            "DD_CIVISIBILITY_AGENTLESS_ENABLED": "1",
            "DD_CIVISIBILITY_AGENTLESS_URL": url,
            "DD_CIVISIBILITY_FLAKY_RETRY_COUNT": "2",
            "DD_CIVISIBILITY_GIT_UPLOAD_ENABLED": "0",
            "DD_GIT_BRANCH": "main",
            "DD_GIT_COMMIT_SHA": "0" * 40,
            "DD_GIT_REPOSITORY_URL": "https://git.example/project.git",
            "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "0",
            "DD_REMOTE_CONFIGURATION_ENABLED": "0",
            "DD_TRACE_AGENT_URL": url,
        }


@contextmanager
def intake() -> Iterator[Intake]:
    """Run the server while the block runs."""
    with Intake() as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield server
        finally:
            server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    server: Intake

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if self.path.endswith("/citestcycle"):
            events: list[dict[str, Any]] = msgpack.unpackb(body)["events"]
            metas = [event["content"]["meta"] for event in events if event["type"] == "test"]
            sent = [Sent(meta["test.name"], meta["test.status"], meta) for meta in metas]
            self.server.tests += sent
        attributes = SETTINGS if self.path.endswith("/setting") else {}
        answer = json.dumps({"data": {"id": "1", "type": "any", "attributes": attributes}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
