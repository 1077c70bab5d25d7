"""The environments in which the page is tried, and how the suite is run in them."""

from __future__ import annotations

import fcntl
import json
import shutil
import sys
import xml.etree.ElementTree as ET
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.processes import output_of

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

HERE = Path(__file__).parent
LOCKS = HERE.parents[1] / ".ci" / "locks"
SITE = "--ddcompat-set=site=datadoghq.com"
PLAIN_HOST = "--ddcompat-set=deployment=none"


@dataclass(frozen=True)
class Target:
    """A Python with one real ddtrace, or with none; `lock` pins what is installed."""

    python: str
    ddtrace: str | None
    suite: str = "suite"

    @property
    def name(self) -> str:
        return f"{self.tracer}-python-{self.python}"

    @property
    def tracer(self) -> str:
        kind = "ddtrace" if self.suite == "suite" else self.suite
        return f"{kind}-{self.ddtrace}" if self.ddtrace else "no-ddtrace"

    @property
    def lock(self) -> Path:
        return LOCKS / f"e2e-{self.tracer}.txt"


TARGETS = (
    Target("3.11", "1.9.7"),
    Target("3.11", "1.20.19"),
    Target("3.12", "2.6.0"),
    Target("3.13", "3.19.9"),
    Target("3.13", "4.16.0"),
    Target("3.13", None),
)

# Blocking a request of FastAPI began with 2.4.0, though the page documents it from 1.10.0 on.
BLOCKING = (Target("3.11", "2.3.2", "blocking"), Target("3.11", "2.4.0", "blocking"))


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

    def record(self, file: Path, *options: str) -> Path:
        """Run the suite as a job with the target's name, and write the record of the run."""
        job = f"--ddcompat-job={self.target.name}"
        run = self.run(PLAIN_HOST, SITE, job, f"--ddcompat-report={file}", *options)
        assert file.is_file(), run.output
        return file


@dataclass(frozen=True)
class Environments:
    """Makes each target's environment when it is first asked for, once for all workers of xdist."""

    folder: Path
    wheel: Path

    def of(self, target: Target) -> Installed:
        folder = self.folder / target.name
        made = folder / "made"
        with locked(self.folder / f"{target.name}.lock"):
            if not made.exists():
                shutil.rmtree(folder, ignore_errors=True)
                install(target, self.wheel, folder)
                made.touch()
        return Installed(target, python_of(folder), folder / "suite")


@contextmanager
def locked(file: Path) -> Iterator[None]:
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install(target: Target, wheel: Path, folder: Path) -> None:
    """Make the target's virtual environment, with the wheel in it, and copy the suite."""
    shutil.copytree(HERE / target.suite, folder / "suite")
    make_venv(target.python, folder)
    pip_install(folder, "--require-hashes", "--requirement", str(target.lock))
    pip_install(folder, "--no-deps", str(wheel))


def python_of(folder: Path) -> Path:
    return folder / "venv" / "bin" / "python"


def make_venv(python: str, folder: Path) -> None:
    command = [sys.executable, "-m", "virtualenv", "--python", f"python{python}"]
    must_succeed([*command, str(folder / "venv")], f"found no Python {python} on PATH")


def pip_install(folder: Path, *options: str) -> None:
    command = [str(python_of(folder)), "-m", "pip", "install", "--quiet", *options]
    must_succeed(command, f"could not install into {folder.name}")


def must_succeed(command: list[str], complaint: str) -> None:
    done = output_of(command, Path.cwd(), {})
    if done.returncode:
        pytest.fail(f"{complaint}:\n{done.stdout}", pytrace=False)


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
