"""Where the Agent is asked, and which addresses are refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ddcompat.environment.agent import agent_address, parse_address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

from support.agent_server import VALID, asked, failed


@pytest.mark.parametrize(
    ("environ", "address", "origin"),
    [
        pytest.param({}, "http://localhost:8126", "the default address", id="nothing set"),
        pytest.param(
            {"DD_TRACE_AGENT_URL": "https://a:1/b", "DD_AGENT_HOST": "c"},
            "https://a:1/b",
            "DD_TRACE_AGENT_URL",
            id="a URL goes first",
        ),
        pytest.param(
            {"DD_TRACE_AGENT_URL": "", "DD_AGENT_HOST": "c", "DD_TRACE_AGENT_PORT": "5"},
            "http://c:5",
            "DD_AGENT_HOST and DD_TRACE_AGENT_PORT",
            id="an empty URL counts as unset",
        ),
        pytest.param(
            {"DD_AGENT_HOST": "c"}, "http://c:8126", "DD_AGENT_HOST", id="a host and no port"
        ),
        pytest.param(
            {"DD_TRACE_AGENT_PORT": "5"},
            "http://localhost:5",
            "DD_TRACE_AGENT_PORT",
            id="a port and no host",
        ),
        pytest.param(
            {"DD_TRACE_AGENT_PORT": " 5 "},
            "http://localhost:5",
            "DD_TRACE_AGENT_PORT",
            id="spaces around a port",
        ),
        pytest.param(
            {"DD_AGENT_HOST": "::1"}, "http://[::1]:8126", "DD_AGENT_HOST", id="an IPv6 host"
        ),
        pytest.param(
            {"DD_AGENT_HOST": ""}, "http://localhost:8126", "DD_AGENT_HOST", id="an empty host"
        ),
        pytest.param(
            {
                "DD_TRACE_AGENT_HOSTNAME": "a",
                "DD_AGENT_HOST": "b",
                "DD_TRACE_AGENT_PORT": "1",
                "DD_AGENT_PORT": "2",
            },
            "http://a:1",
            "DD_TRACE_AGENT_HOSTNAME and DD_TRACE_AGENT_PORT",
            id="the tracer's own variables before the Agent's",
        ),
        pytest.param(
            {"DD_TRACE_AGENT_HOSTNAME": "", "DD_AGENT_HOST": "b", "DD_AGENT_PORT": "2"},
            "http://b:2",
            "DD_AGENT_HOST and DD_AGENT_PORT",
            id="the Agent's where the tracer's are empty or unset",
        ),
        pytest.param(
            {"DD_AGENT_HOST": "u:p@h"}, "http://u:p@h:8126", "DD_AGENT_HOST", id="not checked here"
        ),
    ],
)
def test_address_follows_the_tracers_rules(
    environ: Mapping[str, str], address: str, origin: str, tmp_path: Path
) -> None:
    assert agent_address(environ, str(tmp_path / "none")) == (address, origin)


def test_a_socket_is_the_address_only_when_no_variable_is_set(tmp_path: Path) -> None:
    path = tmp_path / "apm.socket"
    path.touch()
    assert agent_address({}, str(path)) == (f"unix://{path}", f"the socket {path}")
    assert agent_address({"DD_AGENT_HOST": ""}, str(path))[0] == "http://localhost:8126"
    assert agent_address({"DD_TRACE_AGENT_HOSTNAME": ""}, str(path))[0] == f"unix://{path}"


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("http://localhost", id="no port"),
        pytest.param("http://localhost:1", id="the lowest port"),
        pytest.param("http://localhost:65535", id="the highest port"),
        pytest.param("http://127.0.0.1:08126", id="a port with a zero before it"),
        pytest.param("https://my_agent.example-1.com:8126/", id="https, any name, a slash"),
        pytest.param("HTTP://Agent/some/@/path%20here", id="capitals and a path"),
        pytest.param("http://[::1]:8126", id="IPv6"),
        pytest.param("http://[::FFFF:127.0.0.1]", id="IPv6 without a port"),
        pytest.param("http://[fe80::1%eth0]:8126/x", id="IPv6 with a zone"),
        pytest.param("unix:///var/run/datadog/apm.socket", id="a Unix socket"),
        pytest.param("UNIX:///my folder/ü?#@:x", id="a Unix socket of any name"),
    ],
)
def test_valid_addresses(address: str) -> None:
    parse_address(address)


SCHEME = "does not begin with http://, https:// or unix://"
CONTROL = "has a control character"
SPACE = "has a space or a character that is not ASCII"
NO_HOST = "has no host"
BAD_HOST = "has a host that is neither a name nor an IP address (IPv6 takes brackets)"
BAD_PORT = "has a port that is not a number from 1 to 65535"
NO_PATH = "has no absolute path that a socket can have"
EXTRA = "has a query or a fragment"


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        pytest.param("", SCHEME, id="empty"),
        pytest.param("localhost:8126", SCHEME, id="no scheme"),
        pytest.param("//localhost:8126", SCHEME, id="only slashes"),
        pytest.param("ftp://localhost", SCHEME, id="another scheme"),
        pytest.param("http:/localhost", SCHEME, id="one slash"),
        pytest.param(" http://localhost", SCHEME, id="a space before"),
        pytest.param("http://local\0host", CONTROL, id="NUL"),
        pytest.param("http://localhost/\r\nX: y", CONTROL, id="a header smuggled in"),
        pytest.param("http://localhost\n", CONTROL, id="a line break after"),
        pytest.param("http://local\x7fhost", CONTROL, id="DEL"),
        pytest.param("unix:///run/a\tb", CONTROL, id="a tab in a socket's path"),
        pytest.param("unix://", NO_PATH, id="no path"),
        pytest.param("unix:///", NO_PATH, id="nothing but a slash"),
        pytest.param("unix://run/apm.socket", NO_PATH, id="a relative path"),
        pytest.param("unix:///run/\ud800", NO_PATH, id="half a character"),
        pytest.param("http://user:secret@localhost", "has credentials", id="credentials"),
        pytest.param("https://user@localhost:1/x", "has credentials", id="a user"),
        pytest.param("http://@localhost", "has credentials", id="empty credentials"),
        pytest.param("http://local host", SPACE, id="a space in the host"),
        pytest.param("http://localhost:8126 ", SPACE, id="a space after"),
        pytest.param("http://localhost/a b", SPACE, id="a space in the path"),
        pytest.param("http://b\u00fccher", SPACE, id="a host not of ASCII"),
        pytest.param("http://localhost:\u0661", SPACE, id="a port of other digits"),
        pytest.param("http://localhost/?a=b", EXTRA, id="a query"),
        pytest.param("http://localhost?a", EXTRA, id="a query without a path"),
        pytest.param("http://localhost/#a", EXTRA, id="a fragment"),
        pytest.param("http://", NO_HOST, id="nothing but a scheme"),
        pytest.param("http:///info", NO_HOST, id="a path and no host"),
        pytest.param("http://:8126", NO_HOST, id="a port and no host"),
        pytest.param("http://localhost:", BAD_PORT, id="an empty port"),
        pytest.param("http://localhost:0", BAD_PORT, id="port 0"),
        pytest.param("http://localhost:65536/x", BAD_PORT, id="port 65536"),
        pytest.param("http://localhost:" + "9" * 5000, BAD_PORT, id="a port of 5000 digits"),
        pytest.param("http://[::1]:abc", BAD_PORT, id="port abc"),
        pytest.param("http://localhost:-1", BAD_PORT, id="port -1"),
        pytest.param("http://::1:8126", BAD_HOST, id="IPv6 without brackets"),
        pytest.param("http://[::1", BAD_HOST, id="one bracket"),
        pytest.param("http://[::1]x", BAD_HOST, id="more after the brackets"),
        pytest.param("http://[abc]", BAD_HOST, id="a name in brackets"),
        pytest.param("http://[1:2]", BAD_HOST, id="one colon in brackets"),
        pytest.param("http://[]", BAD_HOST, id="empty brackets"),
        pytest.param("http://a:1:2", BAD_HOST, id="two ports"),
        pytest.param("http://a\\b", BAD_HOST, id="a backslash"),
        pytest.param("http://a%41", BAD_HOST, id="a percent sign in the host"),
    ],
)
def test_bad_addresses_are_refused_and_never_quoted(address: str, wrong: str) -> None:
    message = f"the address {wrong}; valid: {VALID}"
    with pytest.raises(ValueError, match=rf"\A{re.escape(message)}\Z"):
        parse_address(address)
    assert asked(address) == failed(message)


@settings(deadline=None)
@given(st.sampled_from(["", "http://", "https://[", "unix:///", "http://a:"]), st.text())
def test_any_text_is_an_address_or_a_line_that_says_why_not(beginning: str, rest: str) -> None:
    try:
        parse_address(beginning + rest)
    except ValueError as error:
        assert re.fullmatch(r"the address .*; valid: .*", str(error))  # noqa: PT017
