"""docs/explanation/security.md says what is read, and the code reads no more."""

from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.importing import CAPABILITIES

import pytest_ddcompat
from pytest_ddcompat import Environment
from pytest_ddcompat.cli import coverage
from pytest_ddcompat.declarations.tables import MOST
from pytest_ddcompat.environment import agent, detection
from pytest_ddcompat.environment import parsing as facts
from pytest_ddcompat.environment.agent import agent_address
from pytest_ddcompat.environment.fact import FACTS
from pytest_ddcompat.environment.machine import Detector
from pytest_ddcompat.importer import remote, source
from pytest_ddcompat.jobs import allowed, engine
from pytest_ddcompat.matrix import loading
from pytest_ddcompat.planning import limits as offers
from pytest_ddcompat.record import reading as record
from pytest_ddcompat.record.job import VARIABLES

if TYPE_CHECKING:
    from support.project import Project

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/security.md").read_text(encoding="utf-8")
GATED = "import pytest\n@pytest.mark.requires_capability('sca')\ndef test(): pass\n"


def names_in(text: str) -> set[str]:
    """Return the words in code of a text, without options."""
    return {name for name in re.findall(r"`([^`]+)`", text) if not name.startswith("--")}


def section(heading: str) -> list[str]:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0].splitlines()


def row(heading: str, title: str) -> str:
    """Return the last cell of a row of a section's table."""
    (line,) = (line for line in section(heading) if line.startswith(f"| {title} |"))
    return line.split("|")[-2]


def test_the_variables_are_those_that_are_listed() -> None:
    """A fact's detection can read no other: see tests/environment/test_machine.py."""
    declared = {name for kind in FACTS.values() for name in kind.variables} | VARIABLES
    rows = [line for line in section("Variables that are read") if line.startswith("| ")]
    assert set().union(*(names_in(line.split("|")[-2]) for line in rows)) == declared


def test_the_files_are_those_that_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    found, read = set(), set()

    def is_there(path: Path) -> bool:
        found.add(path.as_posix())
        return "serviceaccount" in path.parts

    def text(path: Path) -> str:
        read.add(path.as_posix())
        return ""

    monkeypatch.setattr(detection, "_is_there", is_there)
    monkeypatch.setattr(detection, "_text", text)
    monkeypatch.setattr(os.path, "exists", found.add)
    agent_address({})
    assert Environment({}, Detector(environ={})).deployments.value == frozenset({"kubernetes"})
    monkeypatch.undo()
    assert found == names_in(row("Files", "that are only looked for"))
    assert read == names_in(row("Files", "that are read"))


def test_variables_are_read_nowhere_else() -> None:
    """A run's snapshot, the machine of a command, completion, and where Java is."""
    package = Path(pytest_ddcompat.__file__).parent
    places = sorted(
        path.name
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"}
    )
    assert places == ["command_line.py", "machine.py", "plugin.py", "spark.py"]


def test_the_network_is_used_nowhere_else() -> None:
    """The Agent's query, a page to import, and what both share."""
    package = Path(pytest_ddcompat.__file__).parent
    libraries = {"http", "socket", "ssl", "urllib.request", "asyncio", "ftplib", "smtplib"}
    found = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name in libraries or name.startswith("http.") for name in names):
                found.add(path.name)
    assert found == {"agent.py", "remote.py", "network.py"}
    assert "`ddcompat import https://…`" in "".join(section("Network"))


def test_the_limits_are_those_that_are_listed() -> None:
    text = " ".join(line.split("|")[-2] for line in section("Limits") if line.startswith("| "))
    mebibytes = [int(found) for found in re.findall(r"(\d+) MiB", text)]
    files = [facts.LIMIT, loading.LIMIT, loading.LIMIT, offers.LIMIT]
    files += [source.LIMIT, record._LIMIT]  # noqa: SLF001
    files += [allowed._LIMIT, coverage._LIMIT]  # noqa: SLF001
    limits = [agent._LARGEST, *files]  # noqa: SLF001
    assert f"| {engine.MEMORY.replace('MB', ' MB')};" in PAGE
    assert f"{MOST:,} tables" in text
    assert [n * 2**20 for n in mebibytes] == limits
    seconds = inspect.signature(agent.query).parameters["limit"].default
    assert f"{seconds:.0f} second and" in text
    assert f"{remote.SECONDS:.0f} seconds and {remote.MOST_REDIRECTS} redirects" in text


NO_NETWORK = """\
import sys
def refuse(event, _arguments):
    if event.startswith("socket.") and event != "socket.__new__":
        raise AssertionError(event)
sys.addaudithook(refuse)
"""
COMMANDS = ("check", "facts", "matrices", "explain sca", "compare tracer=2.0 tracer=4.0", "matrix")


def test_no_traceback_shows_variables(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook's error passes the frames that hold them, of which pytest shows every name."""
    monkeypatch.setenv("A_KEY", "s3cr3t")
    project.write("conftest.py", "def pytest_ddcompat_facts(): raise RuntimeError('no facts')")
    project.write("test_it.py", "def test(ddcompat): ddcompat.environment")
    out = "\n".join(project.run_apart("-vv", "--showlocals", "--full-trace").out)
    assert "gate.py:" in out
    assert "s3cr3t" not in out


@pytest.mark.parametrize("options", ["", "-p xdist.plugin -n 1"], ids=["", "xdist"])
def test_a_run_that_is_not_told_to_uses_no_network(project: Project, options: str) -> None:
    if options:
        pytest.importorskip("xdist")
    project.write("pytest.ini", "[pytest]")
    project.write("conftest.py", NO_NETWORK)
    project.write("test_it.py", GATED)
    run = project.run_apart("--ddcompat-report=run.json", *options.split())
    assert set(run.outcomes) <= {"passed", "skipped"}
    assert run.status == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_not_told_to_uses_no_network(command: str) -> None:
    text = f"{NO_NETWORK}from pytest_ddcompat.__main__ import main\nmain({command.split()!r})\n"
    run = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert (run.returncode in {0, 1}, run.stderr) == (True, "")


def test_a_page_from_a_file_uses_no_network(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(CAPABILITIES, encoding="utf-8")
    text = f"{NO_NETWORK}from pytest_ddcompat.__main__ import main\nmain(['import', 'page.md'])\n"
    run = subprocess.run(
        [sys.executable, "-c", text], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr.count("\n")) == (0, 1)


def test_the_audit_would_notice(project: Project) -> None:
    project.write("pytest.ini", "[pytest]")
    project.write("conftest.py", NO_NETWORK)
    project.write("test_it.py", GATED)
    run = project.run_apart("--ddcompat-agent=http://127.0.0.1:9")
    assert (
        "Agent unknown (the Agent's /info (the given address): the connection failed)"
        in "".join(run.out)
    )
