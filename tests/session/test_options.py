"""Options: where facts and actions come from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.project import Project

SHOW = """
import json, pathlib
def test_show(ddcompat):
    facts = ddcompat.environment.to_mapping()
    assert facts == json.loads(pathlib.Path("expected.json").read_text())
"""
PYTEST_9 = pytest.version_tuple >= (9, 0)


def tracer_of(project: Project, *options: str) -> list[str]:
    """Run a test that tells the tracer's version."""
    text = "def test(ddcompat): print('TRACER', ddcompat.environment.tracer.value)"
    project.write("test_it.py", text)
    run = project.run("-rP", *options)
    return [line.split()[1] for line in run.out if line.startswith("TRACER")]


LAYERS = {
    "command line set": "--ddcompat-set=tracer=1.1",
    "command line file": "--ddcompat-facts=given.json",
    "ini set": "ddcompat_set = tracer=1.3",
    "ini file": "ddcompat_facts = ini.json",
    "hook": "def pytest_ddcompat_facts(config): return {'tracer': '1.5'}",
}


@pytest.mark.parametrize("strongest", range(5), ids=list(LAYERS))
def test_facts_of_the_stronger_layer_win(project: Project, strongest: int) -> None:
    given = list(LAYERS.items())[strongest:]
    project.write("given.json", '{"tracer": "1.2"}')
    project.write("ini.json", '{"tracer": "1.4"}')
    ini = [text for name, text in given if name.startswith("ini")]
    project.write("pytest.ini", "\n".join(["[pytest]", *ini]))
    project.write("conftest.py", LAYERS["hook"])
    options = [text for name, text in given if name.startswith("command")]
    assert tracer_of(project, *options) == [f"1.{strongest + 1}"]


def test_each_layer_gives_the_facts_that_the_stronger_do_not(project: Project) -> None:
    project.write("given.json", '{"python": "3.2", "tracer": "0"}')
    project.write("ini.json", '{"site": "datadoghq.eu", "python": "0.0", "tracer": "0"}')
    project.write(
        "pytest.ini",
        "[pytest]\nddcompat_set =\n    cpu=aarch64\n    python=3.9\n    framework.Django=4.2\n"
        "    agent=none\nddcompat_facts = ini.json",
    )
    project.write("conftest.py", "def pytest_ddcompat_facts(): return {'os': 'linux', 'cpu': 'x'}")
    expected = {
        "tracer": "1.1",
        "python": "3.2",
        "cpu": "aarch64",
        "site": "datadoghq.eu",
        "os": "linux",
        "agent": None,
        "frameworks": {"django": "4.2", "flask": None},
    }
    project.write("expected.json", json.dumps(expected))
    project.write("test_it.py", SHOW)
    run = project.run(
        "--ddcompat-set=tracer=1.1",
        "--ddcompat-set=framework.flask=none",
        "--ddcompat-facts=given.json",
    )
    assert run.outcomes == {"test_show": "passed"}


@pytest.mark.parametrize("capture", ["", "-s", "--capture=sys", "-p no:capture"])
def test_facts_come_from_standard_input(project: Project, capture: str) -> None:
    project.write("pytest.ini", "[pytest]")
    project.write("test_it.py", SHOW)
    project.write("expected.json", '{"tracer": "1.7", "frameworks": {}}')
    run = project.run_apart("--ddcompat-facts=-", *capture.split(), given=b'{"tracer": "1.7"}')
    assert run.status == 0
    assert " test session starts " in run.out[0]
    assert any(line.startswith("test_it.py .") for line in run.out)


def test_standard_input_reaches_the_workers_of_xdist(project: Project) -> None:
    pytest.importorskip("xdist")
    project.write("pytest.ini", "[pytest]")
    project.write("test_it.py", SHOW)
    project.write("expected.json", '{"tracer": "1.7", "frameworks": {}}')
    run = project.run_apart(
        "--ddcompat-facts=-", "-p", "xdist.plugin", "-n", "2", given=b'{"tracer": "1.7"}'
    )
    assert run.status == 0


class TestRelativePaths:
    """On the command line they start where pytest is invoked, in an ini file beside it."""

    @pytest.fixture(autouse=True)
    def _folders(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        project.write("facts.json", '{"tracer": "1.1"}')
        project.write("sub/facts.json", '{"tracer": "1.2"}')
        monkeypatch.chdir(project.path / "sub")

    def test_ini(self, project: Project) -> None:
        assert tracer_of(project, "..", "-o", "console_output_style=classic") == ["1.1"]

    def test_command_line(self, project: Project) -> None:
        assert tracer_of(project, "..", "--ddcompat-facts=facts.json") == ["1.2"]


INI_FILES = {
    "pytest.ini": "[pytest]\nddcompat_strict = true\nddcompat_facts = facts.json\n",
    "tox.ini": "[pytest]\nddcompat_unsupported = fail\nddcompat_facts = facts.json\n",
    "setup.cfg": "[tool:pytest]\nddcompat_strict = 1\nddcompat_facts = facts.json\n",
    "pyproject.toml": (
        "[tool.pytest.ini_options]\nddcompat_strict = true\nddcompat_facts = 'facts.json'\n"
        "ddcompat_set = ['cpu=aarch64']\nddcompat_undetermined = 'run'\nddcompat_agent = 'off'\n"
    ),
    "native.toml": (
        "[tool.pytest]\nddcompat_strict = true\nddcompat_facts = 'facts.json'\n"
        "ddcompat_set = ['cpu=aarch64']\nddcompat_undetermined = 'run'\nddcompat_agent = 'off'\n"
    ),
}


@pytest.mark.parametrize("name", INI_FILES)
@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        pytest.param("", "failed", id="ini alone"),
        pytest.param("--no-ddcompat-strict", "skipped", id="undone"),
        pytest.param("--ddcompat-unsupported=skip", "skipped", id="another action"),
        pytest.param("--ddcompat-unsupported=xfail", "xpassed", id="expected to fail"),
        pytest.param("--ddcompat-set=tracer=2.6", "passed", id="another fact"),
    ],
)
def test_ini_files_set_what_the_command_line_may_undo(
    project: Project, name: str, options: str, outcome: str
) -> None:
    if name == "native.toml" and not PYTEST_9:
        pytest.skip("native TOML needs pytest 9")
    (project.path / "pytest.ini").unlink()
    project.write(name.replace("native", "pyproject"), INI_FILES[name])
    text = "import pytest\n@pytest.mark.requires_capability('api_security')\ndef test(): pass"
    project.write("test_it.py", text)
    assert project.run(*options.split()).outcomes == {"test": outcome}


@pytest.mark.filterwarnings(
    # pluggy's, of a wrapper of pytest 7.4, for every option with a wrong choice
    "ignore:A plugin raised an exception during an old-style hookwrapper teardown"
)
@pytest.mark.parametrize(
    "option", ["agent", "facts", "matrix", "set", "unsupported", "undetermined"]
)
def test_no_option_takes_a_path_of_tests_for_its_value(project: Project, option: str) -> None:
    project.write("tests/test_it.py", "def test(): pass")
    run = project.run(f"--ddcompat-{option}", "tests")
    assert (run.status, run.outcomes) == (4, {})


@pytest.mark.parametrize(
    ("option", "pytest_ini"),
    [
        pytest.param("", "", id="nothing given"),
        pytest.param("", "ddcompat_set =", id="empty ini set"),
        pytest.param("--no-ddcompat-strict", "ddcompat_strict = false", id="not strict"),
    ],
)
def test_options_that_say_nothing_are_no_errors(
    project: Project, option: str, pytest_ini: str
) -> None:
    project.write("pytest.ini", f"[pytest]\n{pytest_ini}\n")
    project.write("test_it.py", "def test(): pass")
    assert project.run(*option.split()).outcomes == {"test": "passed"}
