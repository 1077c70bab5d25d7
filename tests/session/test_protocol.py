"""A test that a decision stops: what other hooks see of it, and what pytest sets up beside it."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from support.core import MARKS, STRICT, XFAIL

if TYPE_CHECKING:
    from support.project import Project

NOTE = """
import pathlib

def note(*words):
    with open(pathlib.Path(__file__).with_name("notes.txt"), "a") as file:
        print(*words, file=file)
"""


def notes(project: Project) -> list[str]:
    path = project.path / "notes.txt"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def test_a_hook_that_takes_fixtures_from_failed_tests_finds_none(project: Project) -> None:
    """As pytest's documentation shows it."""
    conftest = """
        import pytest
        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_runtest_makereport(item, call):
            report = (yield).get_result()
            if report.when == "call" and report.failed and "tmp_path" in item.fixturenames:
                assert item.funcargs["tmp_path"].exists()
    """
    project.write("conftest.py", conftest)
    tests = "@unmet\ndef test_unmet(tmp_path): pass\ndef test_other(tmp_path): assert 0"
    project.write("test_it.py", MARKS + tests)
    run = project.run(STRICT)
    assert run.outcomes == {"test_unmet": "failed", "test_other": "failed"}


def test_an_xfail_of_the_author_is_withdrawn_from_a_test_that_is_marked_late(
    project: Project,
) -> None:
    conftest = """
        import pytest
        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_setup(item):
            item.add_marker(pytest.mark.requires_capability("api_security"))
    """
    project.write("conftest.py", conftest)
    tests = "@pytest.mark.xfail\ndef test(broken): assert 0"
    project.write("test_it.py", MARKS + tests)
    assert project.run(STRICT).outcomes == {"test": "failed"}


def test_a_test_that_another_plugin_runs_again_fails_again(project: Project) -> None:
    """As ddtrace 2 runs it, when its report is made."""
    conftest = """
        import pytest
        from _pytest.runner import CallInfo
        outcomes = []
        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(item, call):
            yield
            if call.when == "teardown":
                for when in ("setup", "call"):
                    hook = getattr(item.ihook, f"pytest_runtest_{when}")
                    again = CallInfo.from_call(lambda: hook(item=item), when=when)
                    outcomes.append(f"{when} {again.excinfo and again.excinfo.typename}")
                item.ihook.pytest_runtest_teardown(item=item, nextitem=None)
        def pytest_sessionfinish():
            assert outcomes == ["setup None", "call Failed"]
    """
    project.write("conftest.py", conftest)
    project.write("test_it.py", MARKS + "@unmet\ndef test(broken): pass")
    run = project.run(STRICT)
    assert run.outcomes == {"test": "failed"}
    assert run.status == 1


def test_a_skipped_test_is_known_as_one_by_its_report(project: Project) -> None:
    """For ddtrace 2 and 3, a test with the keyword `xfail` alone has passed."""
    conftest = """
        def pytest_runtest_logreport(report):
            assert report.when != "setup" or {"skip", "xfail"} <= set(report.keywords)
    """
    project.write("conftest.py", conftest)
    project.write("test_it.py", MARKS + "@unmet\n@pytest.mark.xfail\ndef test(): pass")
    assert project.run().outcomes == {"test": "skipped"}


COLLECTOR = """
import pytest
from notes import note
class Item(pytest.Item):
    def runtest(self): note("ran", self.name)
class File(pytest.File):
    def setup(self): note("set up")
    def collect(self):
        for name in ("first", "second", "third"):
            item = Item.from_parent(self, name=name)
            if name in MARKED:
                item.add_marker(pytest.mark.requires_capability("api_security"))
            yield item
def pytest_collect_file(parent, file_path):
    if file_path.suffix == ".thing":
        return File.from_parent(parent, path=file_path)
"""


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        pytest.param(("first", "third"), ["set up", "ran second"], id="one runs"),
        pytest.param(("second",), ["set up", "ran first", "ran third"], id="one between fails"),
        pytest.param(("first", "second", "third"), [], id="all fail"),
    ],
)
def test_a_collector_is_set_up_once_and_only_for_tests_that_run(
    project: Project, marked: tuple[str, ...], expected: list[str]
) -> None:
    project.write("notes.py", NOTE)
    project.write("conftest.py", COLLECTOR.replace("MARKED", repr(marked)))
    project.write("all.thing", "")
    outcomes = project.run(STRICT).outcomes
    assert {name for name, outcome in outcomes.items() if outcome == "failed"} == set(marked)
    assert notes(project) == expected


PACKAGE = {
    "pkg/__init__.py": """
from notes import note
def setup_module(): note("package up")
def teardown_module(): note("package down")
""",
    "pkg/conftest.py": """
import pytest
from notes import note
@pytest.fixture(scope="package", autouse=True)
def package(): note("package fixture up"); yield; note("package fixture down")
@pytest.fixture(scope="module", autouse=True)
def module(): note("module up"); yield; note("module down")
""",
    "pkg/test_a.py": MARKS
    + """
from notes import note
@unmet
def test_first(): note("gated")
@met
def test_met(): note("met")
@unmet
def test_between(): note("gated")
class TestClass:
    @classmethod
    def setup_class(cls): note("class up")
    @classmethod
    def teardown_class(cls): note("class down")
    @unmet
    def test_first(self): note("gated")
    def test_one(self): note("one")
    @unmet
    def test_between(self): note("gated")
    def test_two(self): note("two")
    @unmet
    def test_last(self): note("gated")
""",
    "pkg/test_b.py": MARKS
    + """
from notes import note
@unmet
def test_first(): note("gated")
def test_b(): note("b")
@unmet
def test_last(): note("gated")
""",
    "pkg/test_c.py": MARKS + "from notes import note\n@unmet\ndef test_c(): note('gated')",
}


def test_what_is_set_up_for_the_others_is_the_same_as_where_all_run(project: Project) -> None:
    project.write("notes.py", NOTE)
    for name, text in PACKAGE.items():
        project.write(name, text)
    options = ("-p", "no:randomly")
    project.run("--ddcompat-unsupported=run", *options)
    where_all_run = [line for line in notes(project) if line != "gated"]
    (project.path / "notes.txt").unlink()
    run = project.run(STRICT, *options)
    assert "8 failed, 4 passed" in run.out[-1]
    # No test of test_c.py runs.
    assert where_all_run[-4:] == [
        "module up",
        "module down",
        "package fixture down",
        "package down",
    ]
    assert notes(project) == where_all_run[:-4] + where_all_run[-2:]


def test_the_stand_in_of_a_module_does_not_import_it_again(project: Project) -> None:
    """As flaky asks for it."""
    conftest = """
        def pytest_runtest_setup(item):
            assert not hasattr(item.parent.obj, "test")
    """
    project.write("conftest.py", conftest)
    tests = "import pytest_ddcompat\npytest_ddcompat.require('api_security')\ndef test(): pass"
    project.write("test_it.py", tests)
    assert project.run(STRICT).outcomes == {"require": "failed"}


UNMARK = """
    import pytest
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(item):
        item.own_markers[:] = [m for m in item.own_markers if m.name != "requires_capability"]
"""


@pytest.mark.parametrize("options", ["", STRICT, XFAIL])
def test_a_marker_that_a_hook_removes_in_the_set_up_does_not_count(
    project: Project, options: str
) -> None:
    tests = """
@pytest.fixture
def here(): yield 1
@unmet
def test(here): assert here
@unmet
@pytest.mark.xfail
def test_xfail(here): assert not here
class TestIt(unittest.TestCase):
    def setUp(self): self.here = 1
    @unmet
    def test(self): assert self.here
"""
    project.write("conftest.py", UNMARK)
    project.write("test_it.py", MARKS + tests)
    run = project.run(*options.split())
    assert run.outcomes == {"test": "passed", "test_xfail": "xfailed", "TestIt::test": "passed"}
    assert run.section("ddcompat") == []


def test_what_a_plugin_has_made_of_a_test_is_back_when_its_marker_is_removed(
    project: Project,
) -> None:
    conftest = """
    def pytest_itemcollected(item):
        item.runtest = lambda: note("own")
"""
    project.write("notes.py", NOTE)
    project.write("conftest.py", f"from notes import note\n{dedent(UNMARK)}{dedent(conftest)}")
    project.write("test_it.py", MARKS + "@unmet\ndef test(): assert 0")
    assert project.run(STRICT).outcomes == {"test": "passed"}
    assert notes(project) == ["own"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("setup(item): item.runtest = lambda: None", id="in the set-up"),
        pytest.param("call(item): item.runtest = lambda: None", id="in the call"),
        pytest.param("call(item): item.runtest = lambda: pytest.skip('it')", id="by a skip"),
        pytest.param("call(item): item.runtest = lambda: pytest.xfail('it')", id="by an xfail"),
        pytest.param("call(item): pytest.skip('it')", id="skipped in the call"),
        pytest.param("call(item): item.add_marker(pytest.mark.xfail)", id="expected in the call"),
    ],
)
@pytest.mark.parametrize("order", ["tryfirst", "trylast"])
def test_a_hook_that_replaces_what_runs_a_test_does_not_let_it_pass(
    project: Project, body: str, order: str
) -> None:
    hook = f"import pytest\n@pytest.hookimpl({order}=True)\ndef pytest_runtest_{body}"
    project.write("conftest.py", hook)
    project.write("test_it.py", MARKS + "@unmet\ndef test(broken): pass")
    run = project.run(STRICT, "-v", "--tb=native")
    assert (run.outcomes, run.status) == ({"test": "failed"}, 1)
    assert any(line.startswith("test_it.py:11: api_security needs") for line in run.out)
    assert "pytest_ddcompat/" not in "\n".join(run.out)


def test_a_wrapper_that_hides_failures_does_not_hide_that_of_a_decision(project: Project) -> None:
    conftest = """
        import pytest
        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_runtest_call(item):
            outcome = yield
            outcome.force_result(None)
    """
    project.write("conftest.py", conftest)
    project.write("test_it.py", MARKS + "@unmet\ndef test(): pass\ndef test_plain(): assert 0")
    assert project.run(STRICT).outcomes == {"test": "failed", "test_plain": "passed"}


def test_the_debugger_stops_at_the_failure_that_a_hook_would_have_lost(project: Project) -> None:
    conftest = """
        import pytest
        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_call(item): item.runtest = lambda: None
    """
    project.write("conftest.py", conftest)
    project.write("test_it.py", MARKS + "@unmet\ndef test(): pass")
    run = project.run_apart(STRICT, "--pdb", given=b"where\nc\n" * 3)
    assert any("(Pdb)" in line for line in run.out)
    assert not [line for line in run.out if "pytest_ddcompat/" in line]
