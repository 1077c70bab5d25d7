"""From a machine to facts: its platform simulated, and this machine as it is."""

from __future__ import annotations

import datetime as dt
import platform
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat import Environment
from pytest_ddcompat.environment.fact import kind_of
from pytest_ddcompat.environment.machine import Detector

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("system", "machine", "width", "os", "cpu"),
    [
        pytest.param("Linux", "x86_64", 64, "linux", "x86-64", id="Linux"),
        pytest.param("Linux", "aarch64", 64, "linux", "aarch64", id="Linux on ARM"),
        pytest.param("Linux", "i686", 32, "linux", "i686", id="Linux on i686"),
        pytest.param("Linux", "x86_64", 32, "linux", "i686", id="32-bit Python, 64-bit kernel"),
        pytest.param("Linux", "aarch64", 32, "linux", "armv8l", id="32-bit Python on ARM"),
        pytest.param("Linux", "ppc64le", 64, "linux", "ppc64le", id="the machine's own name"),
        pytest.param("Darwin", "x86_64", 64, "macos", "x86-64", id="Intel Mac, or Rosetta"),
        pytest.param("Darwin", "arm64", 64, "macos", "aarch64", id="Apple Silicon"),
        pytest.param("Windows", "AMD64", 64, "windows", "x86-64", id="Windows"),
        pytest.param("Windows", "AMD64", 32, "windows", "i686", id="32-bit Python on Windows"),
        pytest.param("Windows", "x86", 32, "windows", "i686", id="32-bit Windows"),
        pytest.param("Windows", "ARM64", 64, "windows", "aarch64", id="Windows on ARM"),
        pytest.param("FreeBSD", "amd64", 64, "freebsd", "x86-64", id="the system's own name"),
    ],
)
def test_platform(
    *,
    system: str,
    machine: str,
    width: int,
    os: str,
    cpu: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    simulated = SimpleNamespace(
        system=lambda: system, machine=lambda: machine, python_implementation=lambda: "PyPy"
    )
    monkeypatch.setattr("pytest_ddcompat.environment.detection.platform", simulated)
    pointer = SimpleNamespace(calcsize=lambda form: {"P": width // 8}[form])
    monkeypatch.setattr("pytest_ddcompat.environment.detection.struct", pointer)
    environment = Environment({}, Detector(environ={}, root=tmp_path))
    assert (environment.os.value, environment.os.signal) == (os, "platform.system()")
    assert environment.cpu.value == cpu
    assert environment.cpu.signal == f"platform.machine() and the {width}-bit process"
    assert environment.implementation.value == "pypy"


def test_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DD_SITE", "DD_REMOTE_CONFIGURATION_ENABLED"):
        monkeypatch.delenv(name, raising=False)
    environment = Environment.detect(frameworks=["pytest", "no-such-framework"])
    mapping = environment.to_mapping()
    assert mapping["python"] == "{}.{}.{}".format(*sys.version_info)
    assert mapping["implementation"] == platform.python_implementation().lower()
    assert mapping["frameworks"] == {"no-such-framework": None, "pytest": pytest.__version__}
    assert mapping["site"] == "datadoghq.com"
    assert "agent" not in mapping
    assert "date" not in mapping
    assert environment.framework("pytest").signal == "metadata of the distribution pytest"
    signal = environment.framework("no-such-framework").signal
    assert signal == "no distribution no-such-framework is installed"
    assert (
        Detector().detect(kind_of("date"), environment).value
        == dt.datetime.now(dt.timezone.utc).date()
    )
