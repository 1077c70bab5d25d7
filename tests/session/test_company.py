"""Beside other plugins, other items and other ways to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.project import Project

REASON = (
    "api_security needs ddtrace >=2.6.0, found 2.5.0 "
    '(Application Security capabilities support: "2.6.0")'
)
TESTS = """
import unittest
import pytest
@pytest.fixture
def broken(): raise RuntimeError
@pytest.mark.requires_capability("threat_detection")
def test_met(): pass
@pytest.mark.requires_capability("api_security")
def test_unmet(broken): pass
@pytest.mark.requires_capability("api_security")
@pytest.mark.xfail
def test_xfail(broken): pass
@pytest.mark.requires_capability("api_security")
@pytest.mark.skip(reason="by the author")
def test_skip(): pass
@pytest.mark.requires_capability("api_security")
class TestUnittest(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise RuntimeError
    def test(self): pass
def test_plain(): pass
"""


def expected(action: str) -> dict[str, str]:
    """Tell the outcomes of the tests by what happens to those that are not supported."""
    gated = dict.fromkeys(["test_unmet", "test_xfail", "TestUnittest::test"], action)
    return {"test_met": "passed", "test_plain": "passed", "test_skip": "skipped", **gated}


@pytest.mark.parametrize(
    "options",
    [
        pytest.param("-p xdist.plugin -n 2", id="xdist"),
        pytest.param("-p xdist.plugin -n 2 --dist=loadfile", id="xdist by file"),
        pytest.param("-p xdist.plugin -n 1 --dist=each", id="xdist each"),
        pytest.param("-p pytest_randomly", id="randomly"),
        pytest.param("-p pytest_rerunfailures --reruns 2", id="rerunfailures"),
        pytest.param(
            "-p pytest_rerunfailures -p xdist.plugin --reruns 2 -n 2", id="rerunfailures, xdist"
        ),
        pytest.param("--import-mode=importlib", id="importlib"),
        pytest.param("--runxfail", id="runxfail"),
        pytest.param("-W error", id="warnings are errors"),
        pytest.param("-p no:logging", id="no logging"),
        pytest.param("-p no:capture", id="no capture"),
        pytest.param("-p no:skipping -W ignore", id="no skipping"),
        pytest.param("-p no:terminal", id="no terminal"),
        pytest.param("--setup-show", id="setup shown"),
        pytest.param("--strict-markers --strict-config", id="strict markers"),
    ],
)
@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        pytest.param("skip", "skipped", id="skip"),
        pytest.param("fail", "failed", id="fail"),
        pytest.param("deselect", "deselected", id="deselect"),
    ],
)
def test_outcomes_are_the_same_beside_other_plugins(
    project: Project, options: str, action: str, outcome: str
) -> None:
    for plugin in ("xdist", "pytest_randomly", "pytest_rerunfailures"):
        if plugin in options:
            pytest.importorskip(plugin)
    project.write("test_it.py", TESTS)
    run = project.run(f"--ddcompat-unsupported={action}", *options.split())
    assert "INTERNALERROR" not in "\n".join(run.out)
    wanted = expected(outcome)
    if "no:skipping" in options:
        wanted = {**wanted, "test_skip": run.outcomes["test_skip"]}
    if outcome == "deselected" and "xdist" in options:
        assert run.outcomes == {t: o for t, o in wanted.items() if o != "deselected"}
    else:
        assert run.outcomes == wanted


def test_with_all_installed_plugins_and_warnings_as_errors(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    monkeypatch.delenv("PYTEST_PLUGINS")
    project.write("test_it.py", TESTS)
    run = project.run_apart("--ddcompat-strict", "-W", "error")
    assert run.outcomes == {"failed": "3", "passed": "2", "skipped": "1"}
    assert run.err == []


def test_runs_in_one_process_know_nothing_of_each_other(project: Project) -> None:
    """Inner runs restore sys.modules: each first import is made again, beside older objects."""
    inner = """
        pytest_plugins = ["pytester"]
        import pytest
        TEXT = '''
            import pytest, pytest_ddcompat
            pytest_ddcompat.require("sca")
            @pytest_ddcompat.requires_capability("api_security")
            def test(): pass
        '''
        @pytest.mark.parametrize("n", range(2))
        @pytest.mark.parametrize("option", ["--ddcompat-strict", "--ddcompat-unsupported=skip"])
        def test_inner(pytester, option, n):
            pytester.makepyfile(TEXT)
            result = pytester.runpytest_inprocess(option, "--ddcompat-set=tracer=2.5")
            result.assert_outcomes(**{"failed" if "strict" in option else "skipped": 1})
            result.stdout.fnmatch_lines(["1 gated: 1 *"])
    """
    project.write("pytest.ini", "[pytest]")
    project.write("test_it.py", inner)
    run = project.run_apart()
    assert run.outcomes == {"passed": "4"}


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        pytest.param("", "skipped", id="skip"),
        pytest.param("--ddcompat-strict", "failed", id="fail"),
        pytest.param("--ddcompat-unsupported=xfail", "xfailed", id="xfail"),
    ],
)
@pytest.mark.parametrize("line", ["None", "4"])
def test_items_of_other_kinds_are_gated(
    project: Project, options: str, outcome: str, line: str
) -> None:
    conftest = f"""
        import pytest
        class Item(pytest.Item):
            def setup(self): self.add = 1
            def runtest(self): raise ValueError("it ran")
            def repr_failure(self, excinfo): return "it failed"
            def reportinfo(self): return self.path, {line}, "an item"
        class File(pytest.File):
            def collect(self):
                item = Item.from_parent(self, name="it")
                item.add_marker(pytest.mark.requires_capability("api_security"))
                return [item]
        def pytest_collect_file(parent, file_path):
            if file_path.suffix == ".thing":
                return File.from_parent(parent, path=file_path)
    """
    project.write("conftest.py", conftest)
    project.write("a.thing", "")
    run = project.run("-ra", *options.split())
    assert run.outcomes == {"it": outcome}
    assert "INTERNALERROR" not in "\n".join(run.out)
    if outcome == "failed":
        assert f"FAILED a.thing::it - {REASON}" in run.out
        place = "a.thing" if line == "None" else "a.thing:5"
        assert f"{place}: {REASON}" in run.out


def test_doctests_are_gated_by_what_a_conftest_adds(project: Project) -> None:
    conftest = """
        import pytest
        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.requires_capability("api_security"))
    """
    project.write("conftest.py", conftest)
    project.write("mod.py", '"""\n>>> 1 / 0\n"""')
    project.write("text.txt", ">>> 1 / 0\n")
    options = ("--doctest-modules", "--doctest-glob=*.txt", "mod.py", "text.txt")
    assert set(project.run(*options).outcomes.values()) == {"skipped"}
    assert set(project.run(*options, "--ddcompat-strict").outcomes.values()) == {"failed"}


@pytest.mark.parametrize("value", ["mine", "", "{}", 3, None])
def test_a_property_of_the_same_name_is_its_authors(project: Project, value: object) -> None:
    tests = f"""
        import pytest
        @pytest.mark.requires_capability("api_security")
        def test_gated(): pass
        def test_it(record_property): record_property("ddcompat", {value!r})
    """
    project.write("test_it.py", tests)
    run = project.run("--ddcompat-report=run.json")
    assert run.outcomes == {"test_gated": "skipped", "test_it": "passed"}
    assert run.status == 0
    assert "1 gated: 1 skipped" in run.out
    assert (project.path / "run.json").exists()


class OwnProtocol:
    """Runs tests by a protocol of its own, before ours."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        from _pytest.runner import runtestprotocol

        runtestprotocol(item, nextitem=nextitem)
        return True


@pytest.mark.parametrize(
    ("option", "outcomes"),
    [
        pytest.param("", {"skipped"}, id="default"),
        pytest.param("--ddcompat-strict", {"failed", "error"}, id="strict"),
    ],
)
def test_another_plugins_protocol_runs_no_test_that_is_gated(
    project: Project, option: str, outcomes: set[str]
) -> None:
    text = "import pytest\n@pytest.mark.requires_capability('api_security')\ndef test(): pass"
    project.write("test_it.py", text)
    run = project.run(*option.split(), plugins=[OwnProtocol()])
    assert set(run.outcomes.values()) <= outcomes
    assert run.outcomes


class Reports:
    """Keeps the order of the hooks that a test's run calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def pytest_runtest_logstart(self) -> None:
        self.calls.append("start")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.calls.append(f"{report.when} {report.outcome}")

    def pytest_runtest_logfinish(self) -> None:
        self.calls.append("finish")


@pytest.mark.parametrize(
    ("option", "calls"),
    [
        pytest.param("", ["setup skipped", "teardown passed"], id="default"),
        pytest.param(
            "--ddcompat-strict",
            ["setup passed", "call failed", "teardown passed"],
            id="strict",
        ),
        pytest.param(
            "--ddcompat-unsupported=xfail",
            ["setup passed", "call skipped", "teardown passed"],
            id="xfail",
        ),
    ],
)
def test_other_plugins_see_each_test_begin_and_end(
    project: Project, option: str, calls: Sequence[str]
) -> None:
    text = "import pytest\n@pytest.mark.requires_capability('api_security')\ndef test(): assert 0"
    project.write("test_it.py", text)
    reports = Reports()
    project.run(*option.split(), plugins=[reports])
    assert reports.calls == ["start", *calls, "finish"]


GATED = "import pytest\n@pytest.mark.requires_capability('api_security')\ndef test_gated(): pass\n"
HOOKS = {
    "return {'tracer': '2.6.0'}": ("passed", ""),
    "return None": ("skipped", ""),
    "return {'tracr': '2.6.0'}": ("error", 'pytest_ddcompat_facts: unknown key "tracr"; did you'),
    "return {'tracer': 26}": (
        "error",
        "pytest_ddcompat_facts: tracer: this must be a non-empty string",
    ),
    "return 3": ("error", "pytest_ddcompat_facts: this must be a JSON object of facts (got 3)"),
    "raise OSError('no answer')": ("error", "OSError: no answer"),
    "import pytest; pytest.skip('no')": ("error", "no"),
}


@pytest.mark.parametrize("options", ["", "-p xdist.plugin -n 2"])
@pytest.mark.parametrize("hook", HOOKS)
def test_a_conftest_gives_facts_and_its_errors_are_those_of_the_tests(
    project: Project, hook: str, options: str
) -> None:
    if options:
        pytest.importorskip("xdist")
    outcome, message = HOOKS[hook]
    project.write("pytest.ini", "[pytest]")
    project.write("conftest.py", f"def pytest_ddcompat_facts(config):\n    {hook}")
    project.write("test_it.py", f"{GATED}def test_plain(): pass")
    tracer = "2.5.0" if outcome == "skipped" else "unknown"
    given = () if outcome == "passed" else (f"--ddcompat-set=tracer={tracer}",)
    run = project.run("--ddcompat-set=python=3.11", *given, *options.split())
    assert "INTERNALERROR" not in "\n".join(run.out)
    assert run.outcomes == {"test_gated": outcome, "test_plain": "passed"}
    assert any(message in line for line in run.out)
