"""No secret of an address or a file of facts gets into tracebacks, locals or JUnit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.environment.agent import agent_address, parse_address
from pytest_ddcompat.environment.layers import FactSources, Layer
from pytest_ddcompat.session.options import RunSettings

if TYPE_CHECKING:
    from support.project import Project

SECRET = "s3cr3t"  # noqa: S105 - made up
GOOD, BAD = f"http://127.0.0.1:9/{SECRET}", f"http://user:{SECRET}@127.0.0.1:9"
SHOW = ("-l", "--full-trace", "-ra", "--junitxml=junit.xml", "-vv")

CALLS = {
    "an address that is refused": "Environment.detect(agent=os.environ['ADDRESS'])",
    "an address that does not answer": (
        "environment = Environment.detect(agent=os.environ['ADDRESS'])\n"
        "    assert environment.agent.value and environment"
    ),
    "an interrupt while the Agent is queried": (
        "monkeypatch.setattr(threading.Thread, 'join', lambda *_: 1 / 0)\n"
        "    environment = Environment.detect(agent=os.environ['ADDRESS'])\n"
        "    environment.agent"
    ),
    "an error while the address is taken apart": (
        "monkeypatch.setattr(agent, '_parts', lambda address: 1 / 0)\n"
        "    Environment.detect(agent=os.environ['ADDRESS'])"
    ),
}
HEAD = """
import os
import threading
from pytest_ddcompat import Environment
from pytest_ddcompat.environment import agent

def test_it(monkeypatch):
    """


def printed(project: Project, *options: str) -> str:
    run = project.run(*SHOW, *options)
    junit = project.path / "junit.xml"
    assert "FAILED" in "\n".join(run.out) or "ERROR" in "\n".join(run.out)
    return "\n".join([*run.out, *run.err, junit.read_text(encoding="utf-8")])


@pytest.mark.parametrize("address", [GOOD, BAD], ids=["valid", "invalid"])
@pytest.mark.parametrize("name", CALLS)
def test_address_of_detect(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str, address: str
) -> None:
    monkeypatch.setenv("ADDRESS", address)
    project.write("test_it.py", f"{HEAD}{CALLS[name]}\n    assert not environment\n")
    assert SECRET not in printed(project)


@pytest.mark.parametrize("source", ["option", "ini", "variable"])
def test_address_of_a_run(project: Project, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    options = []
    project.write("pytest.ini", "[pytest]\n")
    if source == "option":
        options = [f"--ddcompat-agent={GOOD}"]
    elif source == "ini":
        project.write("pytest.ini", f"[pytest]\nddcompat_agent = {GOOD}\n")
    else:
        options = ["--ddcompat-agent=auto"]
        monkeypatch.setenv("DD_TRACE_AGENT_URL", GOOD)
    project.write(
        "test_it.py",
        "import pytest\nfrom pytest_ddcompat.session.state import gate_of\n"
        '@pytest.mark.requires_agent(">=7")\ndef test_gated(): assert 0\n'
        "def test_it(pytestconfig, ddcompat):\n"
        "    option = pytestconfig.option.ddcompat_agent\n"
        "    gate = gate_of(pytestconfig)\n    settings = gate.settings\n    assert not settings\n"
        "def test_require(ddcompat):\n    ddcompat.require(capability=1)\n",
    )
    assert SECRET not in printed(project, *options)


def test_content_of_files(project: Project) -> None:
    facts = json.loads((project.path / "facts.json").read_text())
    project.write("facts.json", json.dumps({**facts, "site": f"{SECRET}.example.com"}))
    project.write(
        "test_it.py",
        "from pytest_ddcompat.session.state import gate_of\n"
        "def test_it(pytestconfig, ddcompat):\n"
        "    settings = gate_of(pytestconfig).settings\n    assert not settings\n",
    )
    assert SECRET not in printed(project, f"--ddcompat-set=site={SECRET}.example.org")


def test_values_go_to_other_processes_as_built_in_types() -> None:
    layers = (Layer.of("a", SECRET.encode()), Layer.of("b", [SECRET]))
    settings = RunSettings(FactSources(layers, GOOD), (), {"file": SECRET.encode()})
    back = RunSettings.from_plain(settings.to_plain())
    assert back == settings
    assert SECRET not in repr(back)
    origin_and_content, agent, _ = settings.to_plain()[0]
    contents = [content for _, content in origin_and_content]
    types = [type(contents[0]), type(contents[1][0]), type(agent), type(back.to_plain()[1]["file"])]
    assert types == [bytes, str, str, bytes]


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: parse_address(GOOD), id="server and path"),
        pytest.param(lambda: parse_address(f"unix:///{SECRET}"), id="socket"),
        pytest.param(lambda: agent_address({"DD_TRACE_AGENT_URL": BAD}), id="address"),
        pytest.param(lambda: agent_address({"DD_AGENT_HOST": SECRET}), id="host"),
    ],
)
def test_parts_of_an_address(made: object) -> None:
    assert callable(made)
    assert SECRET not in repr(made())
