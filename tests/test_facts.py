"""Facts as people give them: what is understood, and what is refused with which words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_ddcompat import FactsError
from pytest_ddcompat.facts import facts_from_mapping, facts_from_text

KEYS = (
    "agent, cpu, date, deployments, frameworks, implementation, os, python, "
    "remote_configuration, site, tracer"
)
TYPES = "amazon_ecs, aws_fargate, aws_lambda, docker, kubernetes"
NO_STRING = "this must be a string that is not empty"
NO_VERSION = "is not a version; valid: PEP 440, such as 4.16.0"


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
    ("mapping", "message"),
    [
        pytest.param([], "this must be a JSON object of facts (got [])", id="an array"),
        pytest.param(None, "this must be a JSON object of facts (got null)", id="null"),
        pytest.param(
            {"tracr": "4.0"},
            f'unknown key "tracr"; did you mean "tracer"? valid: {KEYS}',
            id="near miss",
        ),
        pytest.param({"colour": "red"}, f'unknown key "colour"; valid: {KEYS}', id="unknown key"),
        pytest.param(
            {"tracer": 4.16},
            f'tracer: {NO_STRING} (got 4.16); valid: such as "4.16.0", or null: there is none',
            id="a number",
        ),
        pytest.param(
            {"tracer": "four"},
            f'tracer: "four" {NO_VERSION}, or null: there is none',
            id="no version",
        ),
        pytest.param(
            {"agent": "test"},
            f'agent: "test" {NO_VERSION}, or null: there is none',
            id="a test agent's version",
        ),
        pytest.param(
            {"frameworks": {"django": ""}},
            f'frameworks.django: {NO_STRING} (got ""); '
            'valid: such as "4.2.1", or null: there is none',
            id="empty framework version",
        ),
        pytest.param(
            {"frameworks": ["django"]},
            'frameworks: this must be an object of names and versions (got ["django"])',
            id="frameworks as an array",
        ),
        pytest.param(
            {"python": None},
            f'python: {NO_STRING} (got null); valid: such as "3.11.7"',
            id="Python null",
        ),
        pytest.param(
            {"os": None}, f'os: {NO_STRING} (got null); valid: such as "linux"', id="OS null"
        ),
        pytest.param(
            {"site": None},
            f'site: {NO_STRING} (got null); valid: such as "datadoghq.com"',
            id="site null",
        ),
        pytest.param(
            {"deployments": None},
            "deployments: this must be an array of deployment types (got null); "
            "valid: docker, kubernetes, amazon_ecs, aws_fargate, aws_lambda",
            id="deployments null",
        ),
        pytest.param(
            {"remote_configuration": "on"},
            'remote_configuration: this must be true or false (got "on")',
            id="a word for a boolean",
        ),
        pytest.param(
            {"deployments": ["docker", "dokcer"]},
            f'deployments: "dokcer" is not a deployment type; did you mean "docker"? '
            f"valid: {TYPES}",
            id="deployment misspelt",
        ),
        pytest.param(
            {"cpu": "x86-46"},
            'cpu: "x86-46" is not valid; did you mean "x86-64"? valid: aarch64, i686, x86-64',
            id="CPU misspelt",
        ),
        pytest.param(
            {"os": "linxu"},
            'os: "linxu" is not valid; did you mean "linux"? valid: linux, macos, windows',
            id="OS misspelt",
        ),
        pytest.param(
            {"site": "not a host"},
            "site: this is not a Datadog site; valid: a host name such as datadoghq.com",
            id="no host",
        ),
        pytest.param(
            {"date": "31.05.2026"},
            'date: "31.05.2026" is not a date; valid: such as 2026-05-31',
            id="another form of date",
        ),
        pytest.param(
            {"date": "2026-02-30"},
            'date: "2026-02-30" is not a date; valid: such as 2026-05-31',
            id="no such day",
        ),
        pytest.param(
            {"tracer": ["x" * 60]},
            f'tracer: {NO_STRING} (got ["{"x" * 48}…); '
            'valid: such as "4.16.0", or null: there is none',
            id="long value",
        ),
    ],
)
def test_facts_that_are_refused(mapping: Any, message: str) -> None:
    with pytest.raises(FactsError) as raised:
        facts_from_mapping(mapping, "my/facts.json")
    assert str(raised.value) == f"my/facts.json: {message}"
    with pytest.raises(FactsError) as raised:
        facts_from_text(json.dumps(mapping).encode(), "my/facts.json")
    assert str(raised.value) == f"my/facts.json: {message}"


def test_all_problems_are_named_together() -> None:
    with pytest.raises(FactsError) as raised:
        facts_from_mapping({"python": 3, "colour": 1, "frameworks": {"a": 1, "b": "1"}}, "f")
    assert raised.value.problems == (
        f'f: python: {NO_STRING} (got 3); valid: such as "3.11.7"',
        f'f: unknown key "colour"; valid: {KEYS}',
        f'f: frameworks.a: {NO_STRING} (got 1); valid: such as "4.2.1", or null: there is none',
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            b"",
            "this is not valid JSON: Expecting value: line 1 column 1 (char 0)",
            id="empty file",
        ),
        pytest.param(
            b'{"tracer": "4.0"',
            "this is not valid JSON: Expecting ',' delimiter: line 1 column 17 (char 16)",
            id="cut off",
        ),
        pytest.param(b'{"os": "\xff"}', "byte 8: this is not UTF-8 text", id="not UTF-8"),
        pytest.param(
            b'{"os": "linux", "os": "macos"}', 'the key "os" stands here twice', id="a key twice"
        ),
        pytest.param(
            b'{"frameworks": {"flask": "1", "flask": "2"}}',
            'the key "flask" stands here twice',
            id="a framework twice",
        ),
        pytest.param(b"[" * 100_000, "this is not valid JSON: nested too deeply", id="deep"),
        pytest.param(
            b" " * (1 << 20) + b"{}",
            "this is larger than 1048576 bytes; valid: a JSON object of facts",
            id="large",
        ),
    ],
)
def test_file_that_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(FactsError) as raised:
        facts_from_text(content, "facts.json")
    assert str(raised.value) == f"facts.json: {message}"


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
