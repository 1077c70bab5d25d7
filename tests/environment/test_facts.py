"""Facts as people give them: what is understood, and what is refused with which words."""

from __future__ import annotations

import datetime as dt

import pytest
from support.lists import lists

from pytest_ddcompat import FactsError
from pytest_ddcompat.environment.parsing import facts_from_mapping, facts_from_text

KEYS = lists()["facts"]
NO_STRING = "this must be a non-empty string"


@pytest.mark.parametrize(
    ("key", "given", "expected"),
    [
        pytest.param("tracer", "4.17.0.dev3+g12ab", "4.17.0.dev3+g12ab", id="development version"),
        pytest.param("tracer", " 4.16 ", "4.16", id="space about it"),
        pytest.param("tracer", None, "None", id="no tracer"),
        pytest.param("agent", None, "None", id="no Agent"),
        pytest.param("agent", "7.60.0-rc.3", "7.60.0rc3", id="Agent's release candidate"),
        pytest.param("agent", "7.60.0-devel+git.12.abc", "7.60.0", id="Agent's own build"),
        pytest.param("agent", "7.52.1", "7.52.1", id="Agent"),
        pytest.param("os", "Linux", "linux", id="Linux"),
        pytest.param("os", "Darwin", "macos", id="Darwin is macOS"),
        pytest.param("os", "macOS", "macos", id="macOS"),
        pytest.param("os", "Windows", "windows", id="Windows"),
        pytest.param("os", "FreeBSD", "freebsd", id="the platform's own name"),
        pytest.param("cpu", "x86_64", "x86-64", id="x86_64"),
        pytest.param("cpu", "AMD64", "x86-64", id="AMD64"),
        pytest.param("cpu", "arm64", "aarch64", id="arm64"),
        pytest.param("cpu", "i386", "i686", id="i386"),
        pytest.param("cpu", "S390X", "s390x", id="the machine's own name"),
        pytest.param("implementation", "CPython", "cpython", id="implementation"),
        pytest.param("python", "3.13.0rc1", "3.13.0rc1", id="Python"),
        pytest.param("site", "DATADOGHQ.EU", "datadoghq.eu", id="site in capitals"),
        pytest.param("site", "app.ddog-gov.com", "ddog-gov.com", id="the interface's host"),
        pytest.param(
            "site", "https://us3.datadoghq.com/apm/home", "us3.datadoghq.com", id="an address"
        ),
        pytest.param("site", "my.app.example.com", "my.app.example.com", id="app. within a host"),
        pytest.param("date", "2026-05-31", "2026-05-31", id="date"),
        pytest.param("remote_configuration", True, "True", id="on"),
        pytest.param("remote_configuration", False, "False", id="off"),
    ],
)
def test_value_that_is_understood(key: str, given: object, expected: str) -> None:
    facts = facts_from_mapping({key: given}, "facts.json")
    assert {name: str(fact.value) for name, fact in facts.items()} == {key: expected}
    assert facts[key].known
    assert facts[key].signal == "facts.json"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"[" * 100_000, "this is not valid JSON: nested too deeply", id="deep"),
        pytest.param(
            b" " * (1 << 20) + b"{}",
            "this is larger than 1048576 bytes; valid: a JSON object of facts",
            id="large",
        ),
    ],
)
def test_file_that_is_too_much(content: bytes, message: str) -> None:
    with pytest.raises(FactsError) as raised:
        facts_from_text(content, "facts.json")
    assert str(raised.value) == f"facts.json: {message}"


WITHIN: list[object] = []
WITHIN.append(WITHIN)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        pytest.param(
            10**5000,
            "this must be a JSON object of facts (got a value of type int)",
            id="a number of 5001 digits",
        ),
        pytest.param(
            {"frameworks": WITHIN},
            "frameworks: this must be an object of names and versions (got a value of type list)",
            id="a list within itself",
        ),
        pytest.param(
            {"tracer": {(1, 2): 3}},
            f"tracer: {NO_STRING} (got a value of type dict); "
            'valid: a value such as "4.16.0", or null if there is none',
            id="a key that is no string, within a value",
        ),
        pytest.param({(1,): "linux"}, f'unknown key "(1,)"; valid: {KEYS}', id="a tuple for a key"),
        pytest.param(
            {10**5000: 1},
            f'unknown key "a value of type int"; valid: {KEYS}',
            id="a number of 5001 digits for a key",
        ),
        pytest.param(
            {"frameworks": {3: 4}},
            f"frameworks.3: {NO_STRING} (got 4); "
            'valid: a value such as "4.2.1", or null if there is none',
            id="a number for a framework",
        ),
        pytest.param(
            {"date": dt.date(2026, 5, 31)},
            f'date: {NO_STRING} (got "2026-05-31"); valid: a value such as "2026-05-31"',
            id="a date for a string",
        ),
    ],
)
def test_facts_of_a_hook_that_no_file_can_hold(mapping: object, message: str) -> None:
    with pytest.raises(FactsError) as raised:
        facts_from_mapping(mapping, "hook")
    assert str(raised.value) == f"hook: {message}"


def test_no_depth_of_nesting_breaks_the_reader() -> None:
    for depth in range(900, 1000):
        content = b'{"tracer": ' + b"[" * depth + b"]" * depth + b"}"
        with pytest.raises(FactsError):
            facts_from_text(content, "facts.json")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbf" + b'{"os": "linux"}', id="byte order mark"),
        pytest.param('{"os": "linux"}'.encode("utf-16"), id="UTF-16, as JSON allows"),
        pytest.param(b'\r\n{"os":\r\n"linux"}\r\n', id="carriage returns"),
    ],
)
def test_file_that_is_understood(content: bytes) -> None:
    assert facts_from_text(content, "facts.json")["os"].value == "linux"
