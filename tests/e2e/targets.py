"""The environments in which the page is tried, and how the suite is run in them."""

from __future__ import annotations

import json
import shutil
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.processes import output_of

if TYPE_CHECKING:
    import subprocess

ROOT = Path(__file__).parents[2]
SUITE = Path(__file__).parent / "suite"


@dataclass(frozen=True)
class Target:
    """A Python with one real ddtrace, or with none; `lock` pins what is installed."""

    python: str
    ddtrace: str | None

    @property
    def name(self) -> str:
        return f"{self.tracer}-python-{self.python}"

    @property
    def tracer(self) -> str:
        return f"ddtrace-{self.ddtrace}" if self.ddtrace else "no-ddtrace"

    @property
    def lock(self) -> Path:
        return ROOT / ".ci" / "locks" / f"e2e-{self.tracer}.txt"


TARGETS = (
    Target("3.11", "1.9.7"),
    Target("3.11", "1.20.19"),
    Target("3.12", "2.6.0"),
    Target("3.13", "3.19.9"),
    Target("3.13", "4.16.0"),
    Target("3.13", None),
)


@dataclass(frozen=True)
class Run:
    """What one run of the suite ended with."""

    exit_status: int
    output: str
    outcomes: dict[str, str]
    verdicts: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Installed:
    """A target with the wheel installed in it, and a folder that holds only the suite."""

    target: Target
    python: Path
    folder: Path

    def run(self, *options: str) -> Run:
        report = self.folder / "report.xml"
        command = [str(self.python.parent / "pytest"), f"--junitxml={report}", *options]
        done = output_of(command, self.folder, {"E2E_DDTRACE": self.target.ddtrace or ""})
        assert report.is_file(), done.stdout
        return read_run(done, report)


def install(target: Target, wheel: Path, folder: Path) -> Installed:
    """Make the target's virtual environment, with the wheel in it, and copy the suite."""
    suite = shutil.copytree(SUITE, folder / "suite")
    venv = folder / "venv"
    command = [sys.executable, "-m", "virtualenv", "--python", f"python{target.python}", str(venv)]
    must_succeed(target, command, f"found no Python {target.python} on PATH")
    python = venv / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet"]
    command = [*pip, "--require-hashes", "--requirement", str(target.lock)]
    must_succeed(target, command, "could not be installed")
    must_succeed(target, [*pip, "--no-deps", str(wheel)], "could not be installed")
    return Installed(target, python, suite)


def must_succeed(target: Target, command: list[str], complaint: str) -> None:
    done = output_of(command, Path.cwd(), {})
    if done.returncode:
        pytest.fail(f"{target.name} {complaint}:\n{done.stdout}", pytrace=False)


def read_run(done: subprocess.CompletedProcess[str], report: Path) -> Run:
    tree = ET.parse(report)  # noqa: S314 - pytest wrote it a moment ago
    cases = {name_of(case): case for case in tree.iter("testcase")}
    return Run(
        exit_status=done.returncode,
        output=done.stdout,
        outcomes={name: outcome(case) for name, case in cases.items()},
        verdicts={name: found for name, case in cases.items() if (found := verdict(case))},
    )


def name_of(case: ET.Element) -> str:
    """Name a test; a whole module, where `require` skips it or fails in its place."""
    name = case.get("name", "")
    return (case.get("classname", "") if name == "require" else name).removeprefix("test_")


def outcome(case: ET.Element) -> str:
    tags = [child.tag for child in case if child.tag in {"failure", "error", "skipped"}]
    return " and ".join(tags) or "passed"


def verdict(case: ET.Element) -> dict[str, Any]:
    texts = [
        found.get("value", "") for found in case.iter("property") if found.get("name") == "ddcompat"
    ]
    assert len(texts) < 2, texts
    return dict(json.loads(texts[0])) if texts else {}
