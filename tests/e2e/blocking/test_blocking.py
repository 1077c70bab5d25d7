"""Services with ddtrace's Application Security, and whether they block a request."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest

from pytest_ddcompat import requires_capability

if TYPE_CHECKING:
    from collections.abc import Iterator

Service = Callable[[str], int]

HERE = Path(__file__).parent
SECURED = {
    "DD_APPSEC_ENABLED": "true",
    "DD_APPSEC_RULES": str(HERE / "rules.json"),
    # There is no Agent: what is meant for it goes nowhere, and only the rules above count.
    "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
    "DD_REMOTE_CONFIGURATION_ENABLED": "false",
    "DD_TRACE_AGENT_URL": "http://127.0.0.1:1",
}


@pytest.fixture
def flask_service() -> Iterator[Service]:
    yield from started("serve_flask.py")


@pytest.fixture
def fastapi_service() -> Iterator[Service]:
    yield from started("serve_fastapi.py")


def started(script: str) -> Iterator[Service]:
    """Start a service; yield what returns the status of its answer to a user agent."""
    ddtrace_run = str(Path(sys.executable).with_name("ddtrace-run"))
    server = subprocess.Popen(
        [ddtrace_run, sys.executable, str(HERE / script)],
        env={**os.environ, **SECURED},
        stdout=subprocess.PIPE,
    )
    try:
        assert server.stdout
        port = int(server.stdout.readline() or "0")
        assert port, "the service does not start"
        # In the set-up: where it does not serve at all, that is an error, and no failure to block.
        assert status_of(port, "welcome") == 200
        yield partial(status_of, port)
    finally:
        server.terminate()
        server.communicate(timeout=60)


def status_of(port: int, agent: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/", headers={"User-Agent": agent})
        return connection.getresponse().status
    finally:
        connection.close()


@requires_capability("threat_protection", framework="flask")
def test_blocks_flask(flask_service: Service) -> None:
    assert flask_service("unwanted") == 403


@requires_capability("threat_protection", framework="fastapi")
def test_blocks_fastapi(fastapi_service: Service) -> None:
    assert fastapi_service("unwanted") == 403
