"""Agents that mean harm: bounded in time and memory, and the run tells why the fact is unknown."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from support.agent_server import (
    MIB,
    RC,
    Reply,
    Serve,
    drips_after,
    hangs_after,
    http,
    info,
    needs_unix,
    over_tls,
    sends,
    unix_listener,
)
from support.core import XDIST
from support.records import record_of

from pytest_ddcompat.environment.agent import query

if TYPE_CHECKING:
    import socket
    import threading

    from support.project import Project, Run

IN_TIME = 120.0  # seconds in which a whole run has ended on any machine; the Agent has one of them
MOST_SECONDS = 20.0  # of the processor, which others may use, too
MOST = 64  # MiB that reading an answer may take; the largest that is read is 1 MiB of JSON
STATUS = b"HTTP/1.1 200 OK\r\n"
CHUNKED = STATUS + b"Transfer-Encoding: chunked\r\n\r\n"
SLOW = "no answer in time"
TOO_LARGE = "the answer is larger than 1 MiB"
NOT_HTTP = "the answer is not HTTP"
NOT_UTF8 = "the answer is not UTF-8"
CLOSED = "the connection was closed too early"
NOT_JSON = "the answer is not JSON"
NO_OBJECT = "the answer is not a JSON object"
DEEP = "the answer is nested too deeply"
UNREADABLE = "it gives an unreadable version"


def endless(part: bytes, begin: bytes = b"") -> Reply:
    def reply(connection: socket.socket, stopping: threading.Event) -> None:
        connection.sendall(begin)
        while not stopping.is_set():
            connection.sendall(part)

    return reply


def tells(version: str) -> Reply:
    text = f'{{"version": {version}, "endpoints": ["{RC}"]}}'
    return sends(http(text.encode("utf-8", "surrogatepass")))


def version(text: str) -> Reply:
    return sends(http(info(version=text, endpoints=[RC])))


def of_a_mebibyte(begin: bytes, item: bytes, end: bytes) -> Reply:
    return sends(http(begin + item * ((MIB - 100) // len(item)) + end))


HOSTILE: dict[str, tuple[Reply, str]] = {
    "never answers": (hangs_after(b""), SLOW),
    "closes at once": (sends(b""), CLOSED),
    "closes in the headers": (sends(STATUS + b"Content-Le"), NOT_JSON),
    "closes in the body": (sends(http(info(version="7.1.0"))[:-3]), CLOSED),
    "a byte now and then": (drips_after(STATUS, b"X"), SLOW),
    "10 GB": (endless(b"x" * MIB, STATUS + b"Content-Length: 10737418240\r\n\r\n"), TOO_LARGE),
    "10 GB in chunks": (endless(b"100000\r\n" + b"x" * MIB + b"\r\n", CHUNKED), TOO_LARGE),
    "10 GB in one chunk": (endless(b"x" * MIB, CHUNKED + b"280000000\r\n"), TOO_LARGE),
    "10 GB that are promised": (hangs_after(STATUS + b"Content-Length: 10737418240\r\n\r\n"), SLOW),
    "10 GB promised, and closed": (sends(STATUS + b"Content-Length: 10737418240\r\n\r\n"), CLOSED),
    "a chunk shorter than told": (sends(CHUNKED + b"ff\r\n{}\r\n0\r\n\r\n"), CLOSED),
    "a chunk longer than told": (sends(CHUNKED + b"1\r\n{}{}\r\n0\r\n\r\n"), CLOSED),
    "a negative chunk": (sends(CHUNKED + b"-1\r\n{}\r\n0\r\n\r\n"), CLOSED),
    "a chunk's size without an end": (endless(b"1" * MIB, CHUNKED), TOO_LARGE),
    "trailers without an end": (endless(b"a: b\r\n" * 9999, CHUNKED + b"0\r\n"), TOO_LARGE),
    "a negative length": (sends(STATUS + b"Content-Length: -1\r\n\r\n["), NOT_JSON),
    "headers without an end": (endless(b"a: b\r\n" * 9999, STATUS), TOO_LARGE),
    "one header without an end": (endless(b"b" * MIB, STATUS + b"a: "), TOO_LARGE),
    "HTTP/0.9": (sends(info(version="7.1.0")), NOT_HTTP),
    "a bomb": (
        sends(http(gzip.compress(b" " * 16 * MIB), "200 OK", "Content-Encoding: gzip")),
        NOT_UTF8,
    ),
    "invalid UTF-8": (sends(http(b'{"version": "7.\xff"}')), NOT_UTF8),
    "deep arrays": (of_a_mebibyte(b"", b"[", b""), DEEP),
    "deep objects": (of_a_mebibyte(b"", b'{"":', b""), DEEP),
    "many arrays": (of_a_mebibyte(b"[", b"[],", b"[]]"), NO_OBJECT),
    "many objects": (of_a_mebibyte(b"[", b"{},", b"{}]"), NO_OBJECT),
    "many numbers": (of_a_mebibyte(b"[", b"1,", b"1]"), NO_OBJECT),
    "many keys": (
        sends(http(json.dumps({str(n): n for n in range(60_000)}).encode())),
        "it gives no version and no list of endpoints",
    ),
    "a redirect": (
        sends(http(b"", "302 Found", "Location: file:///etc/passwd")),
        "status 302, a redirect, which is not followed",
    ),
    "a version of 1 MB": (version("7" * 1_000_000), UNREADABLE),
    "a version of 1 MB of parts": (version("7.1+" + "a." * 500_000), UNREADABLE),
    "control characters in the version": (version("7.1.0\x1b[31m\x00\r\n"), UNREADABLE),
    "right to left in the version": (version("7.1.0\u202e0.9"), UNREADABLE),
    "NaN": (tells("NaN"), UNREADABLE),
    "Infinity": (tells("-Infinity"), UNREADABLE),
    "a number of 1 MB": (tells("9" * 1_000_000), UNREADABLE),
    "a fraction of 1 MB": (tells("0." + "9" * 1_000_000), UNREADABLE),
    "the version twice": (tells('"7.1", "version": 8'), UNREADABLE),
    "half a character": (tells('"\ud800"'), NOT_UTF8),
}  # fmt: skip
EVERY = pytest.mark.parametrize(("reply", "reason"), HOSTILE.values(), ids=list(HOSTILE))
PATIENT = 10.0  # seconds for an answer that is to be told by its words, on a machine that is busy
MEASURE = """
import json, sys, time
from pytest_ddcompat.environment.agent import query
def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
before, start = peak(), time.process_time()
answer = query(sys.argv[1], "an option", limit=float(sys.argv[2]))
print(json.dumps([answer.signal, (peak() - before) // 1024, time.process_time() - start]))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to measure by")
@EVERY
def test_memory_and_time_are_bounded(serve: Serve, reply: Reply, reason: str) -> None:
    limit = "1" if reason == SLOW else str(PATIENT)
    command = [sys.executable, "-c", MEASURE, serve(reply).url, limit]
    signal, mebibytes, seconds = json.loads(subprocess.check_output(command, timeout=IN_TIME))
    assert signal == f"the Agent's /info (an option): {reason}"
    assert mebibytes < MOST
    assert seconds < MOST_SECONDS


TEST = """
import pytest
@pytest.mark.requires_agent(">=7")
def test_agent(): pass
@pytest.mark.requires_capability("sca")
def test_capability(): pass
"""
SETTINGS = "[pytest]\nddcompat_set =\n  tracer=4.0\n  python=3.11\n  implementation=cpython\n"


def run_with(project: Project, address: str, *options: str) -> tuple[Run, dict[str, Any]]:
    project.write("pytest.ini", SETTINGS + "  os=linux\n  cpu=x86-64\n")
    project.write("test_it.py", TEST)
    options = (f"--ddcompat-agent={address}", "--ddcompat-report=run.json", *options)
    start = time.monotonic()
    run = project.run(*options)
    assert time.monotonic() - start < IN_TIME
    return run, record_of(project)


def is_told(run: Run, record: dict[str, Any], signal: str) -> None:
    assert (run.status, run.outcomes) == (0, {"test_agent": "passed", "test_capability": "passed"})
    assert f", Agent unknown ({signal})" in run.section("ddcompat")[0]
    assert record["environments"][0]["signals"]["agent"] == signal
    assert "agent" not in record["environments"][0]["facts"]
    verdicts = {d["requirements"][0]["marker"]: d["verdict"] for d in record["decisions"]}
    assert verdicts['requires_agent(">=7")'] == "undetermined"


@pytest.fixture(autouse=True)
def patient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    given = getattr(request.node, "callspec", None)
    told = given.params.values() if given else ()
    reasons = {
        reason for name, (_, reason) in HOSTILE.items() if {name, reason} & {*map(str, told)}
    }
    if reasons and SLOW not in reasons:
        monkeypatch.setitem(cast("Any", query).__kwdefaults__, "limit", PATIENT)


@EVERY
def test_a_run_tells_why_its_agent_is_unknown(
    project: Project, serve: Serve, reply: Reply, reason: str
) -> None:
    server = serve(reply)
    run, record = run_with(project, server.url)
    is_told(run, record, f"the Agent's /info (the given address): {reason}")
    assert len(server.requests) == 1


@pytest.mark.parametrize("which", ["never answers", "10 GB", "right to left in the version"])
def test_so_does_one_with_workers(project: Project, serve: Serve, which: str) -> None:
    pytest.importorskip("xdist")
    reply, reason = HOSTILE[which]
    server = serve(reply)
    run, record = run_with(project, server.url, *XDIST)
    is_told(run, record, f"the Agent's /info (the given address): {reason}")
    assert len(server.requests) == 1


@needs_unix
@pytest.mark.parametrize("which", ["never answers", "10 GB", "deep arrays"])
def test_so_does_one_that_asks_a_unix_socket(
    project: Project, serve: Serve, tmp_path: Path, which: str
) -> None:
    reply, reason = HOSTILE[which]
    serve(reply, unix_listener(tmp_path / "s"))
    run, record = run_with(project, f"unix://{tmp_path}/s")
    is_told(run, record, f"the Agent's /info (the given address): {reason}")


def test_so_does_one_whose_agent_has_a_bad_certificate(
    project: Project, serve: Serve, certificate: tuple[Path, Path]
) -> None:
    server = over_tls(serve, certificate, sends(http(info(version="7.1.0"))))
    run, record = run_with(project, f"https://127.0.0.1:{server.port}")
    is_told(run, record, "the Agent's /info (the given address): its certificate is not trusted")


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
def test_a_name_that_is_looked_up_for_ever_does_not_hold_up_the_end(
    project: Project, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("pytest.ini", SETTINGS)
    project.write("test_it.py", TEST)
    hangs = "import socket, time\nsocket.getaddrinfo = lambda *_, **__: time.sleep(600)\n"
    project.write("conftest.py", hangs)
    start = time.monotonic()
    run = project.run_apart("--ddcompat-agent=http://agent.invalid:8126", *more)
    assert (run.status, run.outcomes) == (0, {"passed": "2"})
    assert time.monotonic() - start < IN_TIME
    told = "Agent unknown (the Agent's /info (the given address): no answer in time)"
    assert told in "\n".join(run.out)
