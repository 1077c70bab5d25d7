"""Gated tests that no one environment can run: each sees that it is where it asks to be."""

from __future__ import annotations

import sys
from importlib.metadata import version

import pytest
from packaging.version import Version

from pytest_ddcompat import requires_capability, requires_package, requires_python, requires_tracer


def installed(name: str) -> Version:
    return Version(version(name))


@requires_capability("threat_protection", framework="flask")
def test_blocks_flask() -> None:
    assert installed("ddtrace") >= Version("1.10.0")
    assert installed("flask") >= Version("1.1")


@requires_capability("threat_protection", framework="django")
def test_blocks_django() -> None:
    assert installed("ddtrace") >= Version("1.10.0")
    assert installed("django") >= Version("2.2")


@requires_capability("threat_protection", framework="fastapi")
def test_blocks_fastapi() -> None:
    assert installed("ddtrace") >= Version("1.10.0")
    assert installed("fastapi") >= Version("0.86")


@requires_capability("api_security")
def test_learns_endpoints() -> None:
    assert installed("ddtrace") >= Version("2.6.0")


@requires_capability("code_security")
@requires_tracer("<4")
def test_code_security_before_version_4() -> None:
    assert Version("2.21.0") <= installed("ddtrace") < Version("4")


@requires_capability("threat_protection and not api_security")
def test_before_api_security() -> None:
    assert Version("1.10.0") <= installed("ddtrace") < Version("2.6.0")


@requires_capability("threat_detection")
@requires_python(">=3.13")
@requires_tracer(">=4")
def test_new_python() -> None:
    assert sys.version_info >= (3, 13)
    assert installed("ddtrace") >= Version("4")


@requires_python("<3.12")
def test_old_python() -> None:
    assert sys.version_info < (3, 12)


@pytest.mark.requires_capability("threat_detection", framework="flask")
@requires_package("markupsafe", "<3")
def test_old_package() -> None:
    assert installed("markupsafe") < Version("3")


def test_not_gated() -> None: ...
