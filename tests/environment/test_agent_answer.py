"""What is made of the Agent's answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.environment.value import AgentAnswer

if TYPE_CHECKING:
    import socket
    import threading

from support.agent_server import (
    LEARNED,
    MIB,
    RC,
    SOURCE,
    Serve,
    asked,
    chunked,
    failed,
    http,
    info,
    padded,
)


@pytest.mark.parametrize(
    ("told", "version", "remote_configuration", "gap"),
    [
        pytest.param({"version": "7.52.1", "endpoints": [RC]}, "7.52.1", True, "", id="a release"),
        pytest.param(
            {"version": "7.60.0-rc.3", "endpoints": ["/v0.4/traces"]},
            "7.60.0rc3",
            False,
            "",
            id="a candidate, without Remote Configuration",
        ),
        pytest.param(
            {"version": "7.60.0-devel+git.12.abc", "endpoints": ["/v0.7/config/"]},
            "7.60.0",
            True,
            "",
            id="a development build, and a slash after the endpoint",
        ),
        pytest.param(
            {"version": "7.60.0+git.1.abc", "endpoints": ["v0.7/config"]},
            "7.60.0+git.1.abc",
            True,
            "",
            id="a local version, and no slash before the endpoint",
        ),
        pytest.param({"version": "6", "endpoints": []}, "6", False, "", id="no endpoints"),
        pytest.param(
            {"version": "7.52.1", "endpoints": ["/v0.7/config2", "/x/v0.7/config"]},
            "7.52.1",
            False,
            "",
            id="endpoints that are only like it",
        ),
        pytest.param(
            {"version": "test", "endpoints": [RC]},
            None,
            True,
            "an unreadable version",
            id="a test agent",
        ),
        pytest.param({"endpoints": [RC]}, None, True, "no version", id="no version"),
        pytest.param(
            {"version": None, "endpoints": [RC]}, None, True, "no version", id="a null version"
        ),
        pytest.param({"version": "7.52.1"}, "7.52.1", None, "no list of endpoints", id="no list"),
        pytest.param(
            {"version": "7.52.1", "endpoints": {RC: RC}},
            "7.52.1",
            None,
            "no list of endpoints",
            id="an object for a list",
        ),
        pytest.param(
            {"version": "7.52.1", "endpoints": [RC, 1]},
            "7.52.1",
            None,
            "no list of endpoints",
            id="a list not of strings only",
        ),
        pytest.param({}, None, None, "no version and no list of endpoints", id="neither"),
        pytest.param(
            {"version": 7, "endpoints": RC},
            None,
            None,
            "an unreadable version and no list of endpoints",
            id="both of another type",
        ),
    ],
)
def test_what_an_agent_tells(
    serve: Serve,
    told: dict[str, object],
    version: str | None,
    remote_configuration: bool | None,
    gap: str,
) -> None:
    signal = f"{SOURCE}: it gives {gap}" if gap else SOURCE
    answer = asked(serve(http(info(**told))).url)
    assert answer == AgentAnswer(version, remote_configuration, signal)


@pytest.mark.parametrize(
    ("told", "version"),
    [
        pytest.param("1." + "0" * 98, "1.0", id="100 characters"),
        pytest.param("1." + "0" * 99, None, id="101 characters"),
        pytest.param("1.2-devel" + "x" * 92, None, id="101 characters of a development build"),
        pytest.param("", None, id="empty"),
        pytest.param("7-devel", None, id="one number is no version"),
        pytest.param("7.52_of_May", None, id="words after the numbers"),
        pytest.param("7.52.1 ", None, id="a space"),
        pytest.param("x7.52.1-devel", None, id="numbers that do not lead"),
        pytest.param("7.52.1\n", None, id="a line break"),
        pytest.param("\u0667.52.1", None, id="digits not of ASCII"),
        pytest.param("\ud800", None, id="half a character"),
        pytest.param(True, None, id="a boolean"),
        pytest.param(["7.52.1"], None, id="a list"),
    ],
)
def test_forms_of_versions(serve: Serve, told: object, version: str | None) -> None:
    answer = asked(serve(http(info(version=told, endpoints=[]))).url)
    assert (answer.version, answer.remote_configuration) == (version, False)


NOT_JSON = "the answer is not JSON"
CLOSED = "the connection was closed too early"
NOT_HTTP = "the answer is not HTTP"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        pytest.param(http(b"", "404 Not Found"), "status 404, too old to have /info", id="404"),
        pytest.param(http(b"{}", "500 Oops"), "status 500", id="500"),
        pytest.param(http(b"{}", "403 secret"), "status 403", id="403"),
        pytest.param(http(b"{}", "201 Created"), "status 201", id="201"),
        pytest.param(http(b"", "204 No Content"), "status 204", id="204"),
        pytest.param(http(b"", "300 x"), "status 300, a redirect, which is not followed", id="300"),
        pytest.param(
            http(b"", "304 Not Modified"), "status 304, a redirect, which is not followed", id="304"
        ),
        pytest.param(http(b"{}", "400 x"), "status 400", id="400"),
        pytest.param(http(b""), NOT_JSON, id="an empty body"),
        pytest.param(http(b"<html>"), NOT_JSON, id="HTML"),
        pytest.param(http(b'{"version": "7"'), NOT_JSON, id="JSON that breaks off"),
        pytest.param(http(b"\xef\xbb\xbf{}"), NOT_JSON, id="a byte order mark"),
        pytest.param(http(b"[]"), "the answer is not a JSON object", id="a list"),
        pytest.param(http(b"null"), "the answer is not a JSON object", id="null"),
        pytest.param(http(b'{"a": "\xff"}'), "the answer is not UTF-8", id="not UTF-8"),
        pytest.param(http("{}".encode("utf-16")), "the answer is not UTF-8", id="UTF-16"),
        pytest.param(
            http(b"[" * 100_000 + b"]" * 100_000), "the answer is nested too deeply", id="too deep"
        ),
        pytest.param(b"", CLOSED, id="nothing"),
        pytest.param(http(b"{}")[:-1], CLOSED, id="a body that breaks off"),
        pytest.param(chunked(b"{}", 1)[:-8], CLOSED, id="chunks that break off"),
        pytest.param(chunked(b"{}", 1).replace(b"1\r\n{", b"z\r\n{"), CLOSED, id="a bad chunk"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n", CLOSED, id="only a promise"),
        pytest.param(b"SSH-2.0-x\r\n", NOT_HTTP, id="another protocol"),
        pytest.param(b"HTTP/1.1 abc\r\n\r\n{}", NOT_HTTP, id="no status"),
        pytest.param(b"HTTP/1.1 200 " + b"x" * 70_000, NOT_HTTP, id="an endless status line"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n{}", NOT_HTTP, id="200 headers"
        ),
    ],
)
def test_answers_that_are_none(serve: Serve, sent: bytes, reason: str) -> None:
    assert asked(serve(sent).url) == failed(reason)


TOO_LARGE = failed("the answer is larger than 1 MiB")


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        pytest.param(http(padded(MIB)), LEARNED, id="1 MiB"),
        pytest.param(http(padded(MIB + 1)), TOO_LARGE, id="a byte more"),
        pytest.param(chunked(padded(MIB), 4096), LEARNED, id="1 MiB in chunks"),
        pytest.param(chunked(padded(MIB + 1), 4096), TOO_LARGE, id="a byte more in chunks"),
        pytest.param(chunked(padded(9999), 1), LEARNED, id="chunks of one byte"),
        pytest.param(
            b"HTTP/1.0 200 OK\r\n\r\n" + padded(MIB), LEARNED, id="1 MiB of no told length"
        ),
        pytest.param(
            b"HTTP/1.0 200 OK\r\n\r\n" + padded(MIB + 1),
            TOO_LARGE,
            id="a byte more of no told length",
        ),
        pytest.param(http(padded(9 * MIB)), TOO_LARGE, id="9 MiB"),
    ],
)
def test_answers_of_up_to_a_mebibyte_are_read(
    serve: Serve, sent: bytes, answer: AgentAnswer
) -> None:
    assert asked(serve(sent).url) == answer


def test_an_endless_answer_is_left_off(serve: Serve) -> None:
    promises = b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000
    sent = []

    def reply(connection: socket.socket, stopping: threading.Event) -> None:
        while not stopping.is_set():
            connection.sendall(promises)
            sent.append(len(promises))

    assert asked(serve(reply).url) == TOO_LARGE
    assert sum(sent) < 32 * MIB  # 2 MiB and what the system holds back


def test_a_number_of_a_million_digits_takes_no_time(serve: Serve) -> None:
    server = serve(http(b'{"endpoints": [], "version": ' + b"9" * 1_000_000 + b"}"))
    start = time.process_time()
    answer = asked(server.url)
    assert answer == AgentAnswer(None, False, f"{SOURCE}: it gives an unreadable version")
    assert time.process_time() - start < 5
