"""Runs that query `ddapm-test-agent`, which serves `/info` as the Agent does."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from support.core import XDIST

from pytest_ddcompat.environment.agent import query
from pytest_ddcompat.environment.value import AgentAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.project import Project, Run

COMMAND = os.environ["DDCOMPAT_TEST_AGENT"]
VERSION = "7.60.0"
UP = 30.0  # seconds in which the server has started on any machine
SETTINGS = "[pytest]\nddcompat_set =\n  tracer=4.0\n  python=3.11\n  implementation=cpython\n"
TESTS = """
import pytest
@pytest.mark.requires_agent(">=7.50")
def test_old(): pass
@pytest.mark.requires_agent(">=7.70")
def test_new(): pass
@pytest.mark.requires_capability("threat_protection")
def test_capability(ddcompat):
    assert ddcompat.environment.remote_configuration.value is True
"""


@contextmanager
def running(folder: Path, version: str | None = None) -> Iterator[str]:
    """Run the server on ports of the loopback, and give its address."""
    port, *others = free_ports(3)
    command = [COMMAND, "--host=127.0.0.1", f"--port={port}", f"--snapshot-dir={folder}"]
    command += [f"--trace-uds-socket={folder}/apm.socket"]
    command += [f"--otlp-{kind}-port={other}" for kind, other in zip(("http", "grpc"), others)]
    # By DD_AGENT_URL and its like it would hand on what it is asked.
    env = {name: value for name, value in os.environ.items() if not name.startswith("DD_")}
    env.update({"TEST_AGENT_VERSION": version} if version else {})
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


def free_ports(count: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def wait_for(address: str) -> None:
    deadline = time.monotonic() + UP
    while query(address, "a test").remote_configuration is None:
        assert time.monotonic() < deadline, "the server does not start"
        time.sleep(0.1)


def run_beside(project: Project, *options: str) -> Run:
    """Run the tests; again where a machine under load has not answered within the second."""
    for _ in range(5):
        run = project.run(*options)
        if "no answer in time" not in "".join(run.out):
            break
    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("agent")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[dict[str, str]]:
    """Where a server is, which the variables name too."""
    with running(folder, VERSION) as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DD_TRACE_AGENT_URL", address)
        yield {"address": address, "folder": str(folder)}


def test_what_it_tells(server: dict[str, str]) -> None:
    told = AgentAnswer(VERSION, remote_configuration=True, signal="the Agent's /info (a test)")
    for where in (server["address"], f"unix://{server['folder']}/apm.socket"):
        assert query(where, "a test") == told


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
@pytest.mark.parametrize("by", ["{address}", "unix://{folder}/apm.socket", "auto"])
def test_a_run_goes_by_its_version(
    project: Project, server: dict[str, str], by: str, more: tuple[str, ...]
) -> None:
    named = by.format(**server)
    project.write("pytest.ini", SETTINGS + "  os=linux\n  cpu=x86-64\n  deployment=none\n")
    project.write("test_it.py", TESTS)
    run = run_beside(project, f"--ddcompat-agent={named}", *more)
    outcomes = {"test_old": "passed", "test_new": "skipped", "test_capability": "passed"}
    assert (run.status, run.outcomes) == (0, outcomes)
    assert run.section("ddcompat")[0].endswith(f"Remote Configuration on, Agent {VERSION}")


def test_a_version_that_is_none_leaves_the_fact_unknown(project: Project, tmp_path: Path) -> None:
    project.write("pytest.ini", SETTINGS)
    project.write("test_it.py", TESTS)
    with running(tmp_path) as address:
        run = run_beside(project, f"--ddcompat-agent={address}")
    assert run.status == 0
    told = "the Agent's /info (the given address): it gives an unreadable version"
    assert run.section("ddcompat")[0].endswith(f"Agent unknown ({told})")
