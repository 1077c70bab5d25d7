"""What a run does not do: look things up that no test asks for, and use the network."""

from __future__ import annotations

import http.server
import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat import Fact
from pytest_ddcompat.environment.fact import FACTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.project import Project

    from pytest_ddcompat.environment.machine import Machine

LISTING = """
import sys
def pytest_unconfigure():
    print("OURS", *sorted(name for name in sys.modules if name.startswith("pytest_ddcompat")))
"""
WITH_XDIST = [
    "evaluation",
    "evaluation.policy",
    "evaluation.verdict",
    "session",
    "session.day",
    "evaluation.decision",
    "session.faults",
    "session.outcomes",
    "session.start",
    "session.state",
    "session.summary",
    "session.xdist",
    "values",
    "values.day",
    "values.errors",
    "values.names",
    "values.text",
]
BROKEN = {
    "DD_TRACE_AGENT_URL": "nonsense://",
    "DD_SITE": "not a site",
    "DD_REMOTE_CONFIGURATION_ENABLED": "perhaps",
    "DD_TRACE_AGENT_PORT": "many",
}
GATED = "import pytest\n@pytest.mark.requires_agent('>=7.50')\ndef test(): pass\n"


# importlib-metadata, which Python 3.9 needs, adds a finder of distributions when it is imported.
FINDERS = """
import sys
if sys.version_info < (3, 10):
    import importlib_metadata
before, asked = {*sys.modules}, []
class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        asked.append(name)
sys.meta_path.insert(0, Finder)
finders = [*sys.meta_path]
def pytest_unconfigure():
    new = {*sys.modules} - before - {*asked}
    print("PASSED BY", sorted(name for name in new if not name.startswith("pytest_ddcompat")))
    print("THE SAME FINDERS", sys.meta_path == finders)
"""
REWRITTEN = """
from pytest_ddcompat import requires_capability
@requires_capability("sca")
def test():
    left = [1, 2]
    assert left == [1]
"""


@pytest.mark.parametrize("options", ["", "-p no:pytest_ddcompat.plugin -p no:ddcompat"])
def test_assertions_of_others_are_rewritten_as_ever(project: Project, options: str) -> None:
    project.write("finders.py", FINDERS)
    # Without the plugin an imported marker is refused.
    by_name = REWRITTEN.replace("@requires_", "@__import__('pytest').mark.requires_")
    project.write("test_it.py", by_name if options else REWRITTEN)
    project.write(
        "pytest.ini", "[pytest]\nmarkers = requires_capability: other\nddcompat_unsupported = run"
    )
    run = project.run_apart("-p", "finders", *options.split())
    assert "THE SAME FINDERS True" in run.out
    assert "E         Left contains one more item: 2" in run.out


def test_finders_of_others_are_asked_for_all_but_the_package(project: Project) -> None:
    """Such as wrapt's and the tracer's own, which patch what is imported."""
    project.write("finders.py", FINDERS)
    project.write("test_it.py", REWRITTEN)
    run = project.run_apart("-p", "finders", "--ddcompat-report=run.json")
    assert "PASSED BY []" in run.out
    assert "THE SAME FINDERS True" in run.out


@pytest.mark.parametrize("options", ["", "-p xdist.plugin -n 1", "--collect-only"])
def test_a_run_without_markers_looks_nothing_up(
    project: Project, monkeypatch: pytest.MonkeyPatch, options: str
) -> None:
    if "xdist" in options:
        pytest.importorskip("xdist")
    for name, value in BROKEN.items():
        monkeypatch.setenv(name, value)
    project.write("pytest.ini", "[pytest]")
    project.write("listing.py", LISTING)
    project.write("test_it.py", "import pytest\n@pytest.mark.skipif(False, reason='')\n"
                  "def test(): pass")  # fmt: skip
    monkeypatch.setenv("PYTHONPATH", str(project.path))
    run = project.run_apart("-p", "listing", *options.split())
    (ours,) = [line for line in run.out if line.startswith("OURS")]
    modules = ("declared", "plugin")
    expected = {"pytest_ddcompat", *(f"pytest_ddcompat.{module}" for module in modules)}
    if "xdist" in options:
        expected.update(f"pytest_ddcompat.{module}" for module in WITH_XDIST)
    assert set(ours.split()[1:]) == expected
    assert run.status == 0
    assert " ddcompat " not in "\n".join(run.out)


def test_a_broken_environment_is_no_error_of_tests_that_do_not_ask_for_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in BROKEN.items():
        monkeypatch.setenv(name, value)
    project.write("pytest.ini", "[pytest]")
    text = "import pytest\n@pytest.mark.requires_tracer('>=1')\ndef test(): pass\n"
    project.write("test_it.py", text + GATED.replace("test()", "test_agent()"))
    run = project.run("--ddcompat-set=tracer=2.0", "--ddcompat-agent=auto")
    assert run.outcomes == {"test": "passed", "test_agent": "passed"}


def test_a_detection_that_raises_is_named_in_the_summary(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def detect(machine: Machine) -> Fact[str]:
        return Fact(str(float(machine.variables["DD_SITE"])), "DD_SITE")

    monkeypatch.setenv("DD_SITE", "s3cret")
    monkeypatch.setitem(FACTS, "site", FACTS["site"]._replace(detect=detect))
    project.write("pytest.ini", "[pytest]")
    project.write("test_it.py", GATED.replace("agent('>=7.50')", "capability('sca')"))
    run = project.run("--ddcompat-undetermined=skip", "-rs", "--ddcompat-set=tracer=4.16.0")
    assert "site unknown (its detection failed (ValueError))" in "\n".join(run.section("ddcompat"))
    assert run.outcomes == {"test": "skipped"}
    assert "s3cret" not in "\n".join([*run.out, *run.err])


class Agent:
    """An Agent that counts what it is asked."""

    def __init__(self) -> None:
        asked = self.asked = []  # type: list[str]

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                body = json.dumps({"version": "7.60.0", "endpoints": ["/v0.7/config"]}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Agent]:
    """Run an Agent, and name it in the environment."""
    agent = Agent()
    thread = threading.Thread(target=agent.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    monkeypatch.setenv("DD_TRACE_AGENT_URL", agent.address)
    yield agent
    agent.server.shutdown()
    agent.server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("options", "text", "asked"),
    [
        pytest.param("", GATED, 0, id="not told to"),
        pytest.param("--ddcompat-agent=off", GATED, 0, id="told not to"),
        pytest.param("--ddcompat-agent=auto", GATED, 1, id="told to"),
        pytest.param("--ddcompat-agent=ADDRESS", GATED, 1, id="told where"),
        pytest.param("--ddcompat-agent=auto", "def test(): pass", 0, id="no marker"),
        pytest.param(
            "--ddcompat-agent=auto --ddcompat-set=agent=7.60.0 "
            "--ddcompat-set=remote_configuration=true",
            GATED,
            0,
            id="the fact is given",
        ),
        pytest.param(
            "--ddcompat-agent=auto --ddcompat-facts=facts.json", GATED, 0, id="a file is given"
        ),
        pytest.param(
            "--ddcompat-agent=auto -p xdist.plugin -n 2",
            f"{GATED}\n{GATED.replace('test()', 'test_two()')}",
            1,
            id="xdist",
        ),
        pytest.param(
            "--ddcompat-agent=off -p xdist.plugin -n 1", GATED, 0, id="xdist, told not to"
        ),
        pytest.param(
            "--ddcompat-agent=auto -p xdist.plugin -n 1 --ddcompat-facts=facts.json",
            GATED,
            0,
            id="xdist, a file is given",
        ),
    ],
)
def test_the_agent_is_asked_once_and_only_where_the_user_says_so(
    project: Project, agent: Agent, options: str, text: str, asked: int
) -> None:
    if "xdist" in options:
        pytest.importorskip("xdist")
    project.write("pytest.ini", "[pytest]")
    project.write("test_it.py", text)
    run = project.run(*options.replace("ADDRESS", agent.address).split())
    assert set(run.outcomes.values()) == {"passed"}
    assert agent.asked == ["/info"] * asked


def test_an_old_agent_skips(project: Project, agent: Agent) -> None:
    project.write("pytest.ini", "[pytest]")
    project.write("test_it.py", GATED.replace("7.50", "7.70"))
    run = project.run("-rs", f"--ddcompat-agent={agent.address}")
    reason = 'the test needs Datadog Agent >=7.70, found 7.60.0 (requires_agent(">=7.70"))'
    assert f"SKIPPED [1] test_it.py:2: {reason}" in run.out


def test_what_a_test_sets_in_the_environment_decides_nothing(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nddcompat_set =\n  tracer=4.0\n  python=3.11\n")
    project.write(
        "test_it.py",
        """
        import pytest
        def test_first(monkeypatch, ddcompat):
            monkeypatch.setenv("DD_SITE", "ddog-gov.com")
            assert ddcompat.environment.site.value == "datadoghq.com"
        @pytest.mark.requires_capability("sca")
        def test_second(): pass
        """,
    )
    assert project.run("-p", "no:randomly").outcomes == {
        "test_first": "passed",
        "test_second": "passed",
    }


def test_an_endless_file_is_refused(project: Project) -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("no endless file here")
    run = project.run("--ddcompat-facts=/dev/zero")
    assert run.status == 4
    assert "/dev/zero: cannot read this facts file: it is not a regular file" in "".join(run.err)
