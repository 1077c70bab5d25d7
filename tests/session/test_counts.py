"""The summary counts each test once, and as what became of it, in each way of running."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.core import DESELECT, MARKS, STRICT, XFAIL
from support.records import outcomes_of, record_of

if TYPE_CHECKING:
    from support.project import Project

XDIST = "-p xdist.plugin -n 2"
WAYS = ["", XDIST, "--ddcompat-undetermined=xfail"]


@pytest.fixture(params=WAYS, ids=["plain", "xdist", "by reports"])
def way(request: pytest.FixtureRequest) -> list[str]:
    """What makes the plugin count by the tests themselves, or by their reports."""
    if request.param == XDIST:
        pytest.importorskip("xdist")
    return str(request.param).split()


def counted(project: Project, *options: str) -> str:
    return project.run("--ddcompat-report=run.json", *options).section("ddcompat")[1]


@pytest.mark.skipif(pytest.version_tuple < (9, 0), reason="subtests came with pytest 9")
@pytest.mark.parametrize(("strict", "became"), [("", "ran"), (STRICT, "failed")])
def test_a_test_whose_subtests_require(
    project: Project, way: list[str], strict: str, became: str
) -> None:
    tests = """
        def test(subtests, ddcompat):
            for name in ("threat_detection", "api_security", "api_security"):
                with subtests.test(name): ddcompat.require(name)
    """
    project.write("test_it.py", tests)
    assert counted(project, *way, *strict.split()) == f"1 gated: 1 {became}"
    assert len(record_of(project)["tests"]) == 1


def test_a_test_that_another_plugin_runs_three_times(project: Project, way: list[str]) -> None:
    conftest = """
        from _pytest.runner import runtestprotocol
        def pytest_runtest_protocol(item, nextitem):
            for _ in range(3): runtestprotocol(item, nextitem=nextitem)
            return True
    """
    project.write("conftest.py", conftest)
    project.write("test_it.py", f"{MARKS}@met\ndef test(): pass\n@unmet\ndef test_unmet(): pass")
    assert counted(project, *way) == "2 gated: 1 ran, 1 skipped"


def test_summary_mentions_some_of_many_frameworks(project: Project) -> None:
    project.write("facts.json", '{"tracer": "4.16.0", "frameworks": {"zope": "5.1"}}')
    marks = [f"pytest.param(marks=requires_framework('web{n}'))" for n in range(100)]
    tests = f"""
        import pytest
        from pytest_ddcompat import requires_framework
        @pytest.mark.parametrize((), [{", ".join(marks)}])
        def test(): pass
    """
    project.write("test_it.py", tests)
    head = project.run("--ddcompat-facts=facts.json").section("ddcompat")[0]
    assert "zope 5.1, " in head
    assert head.count(", web") == 39
    assert ", … and 61 more frameworks" in head


CAUGHT = """
import pytest
@pytest.fixture
def form(ddcompat):
    try: ddcompat.require("api_security")
    except (pytest.skip.Exception, pytest.fail.Exception): return "old"
def test_in_fixture(form): assert form == "old"
def test_inside(ddcompat):
    with pytest.raises((pytest.skip.Exception, pytest.fail.Exception)):
        ddcompat.require("api_security")
@pytest.mark.requires_capability("threat_detection")
def test_marked(form): pass
def test_fails(form): assert 0
def test_stops_later(form, ddcompat): ddcompat.require("api_security", framework="django")
"""


@pytest.mark.parametrize(("strict", "became"), [("", "skipped"), (STRICT, "failed")])
def test_what_a_test_requires_and_does_without(
    project: Project, way: list[str], strict: str, became: str
) -> None:
    project.write("test_it.py", CAUGHT)
    said = counted(project, *way, *strict.split())
    assert said == f"5 gated: 4 ran, 1 {became}"
    record = record_of(project)
    actions = {t["id"]: record["decisions"][t["decision"]]["action"] for t in record["tests"]}
    stopped = {"test_it.py::test_stops_later": {"skipped": "skip", "failed": "fail"}[became]}
    assert actions == {**dict.fromkeys(actions, "run"), **stopped}


@pytest.mark.parametrize("options", ["", XDIST])
@pytest.mark.parametrize("added", ["collection_modifyitems(items)", "itemcollected(item)"])
def test_tests_that_a_hook_marks_are_deselected(project: Project, options: str, added: str) -> None:
    if options:
        pytest.importorskip("xdist")
    items = "items" if "items" in added.partition("(")[2] else "[item]"
    conftest = f"""
        import pytest
        def pytest_{added}:
            for item in {items}:
                if "unmet" in item.name:
                    item.add_marker(pytest.mark.requires_capability("api_security"))
    """
    project.write("conftest.py", conftest)
    project.write(
        "test_it.py", "def test(): pass\ndef test_unmet(): pass\ndef test_unmet_2(): pass"
    )
    run = project.run("--ddcompat-report=run.json", DESELECT, *options.split())
    assert run.outcomes.get("test_unmet", "deselected") == "deselected"
    assert run.section("ddcompat")[1] == "2 gated: 2 deselected"
    assert set(outcomes_of(record_of(project)).values()) == {"deselected"}


def test_what_the_author_skips_is_not_in_the_record(project: Project, way: list[str]) -> None:
    tests = """
        pytestmark = unmet
        def test(): pass
        @pytest.mark.skip
        def test_skip(): pass
        @pytest.mark.skipif(True, reason="by the author")
        def test_skipif(): pass
        @unittest.skip("by the author")
        def test_function(): pass
        class TestIt(unittest.TestCase):
            @unittest.skip("by the author")
            def test(self): pass
    """
    project.write("test_it.py", MARKS + tests.replace("\n        ", "\n"))
    assert counted(project, *way, STRICT) == "1 gated: 1 failed"
    assert outcomes_of(record_of(project)) == {"test": "failed"}


def test_runxfail_lets_the_fixture_through(project: Project, way: list[str]) -> None:
    tests = "def test(ddcompat): ddcompat.require('api_security')\n@unmet\ndef test_mark(): pass"
    project.write("test_it.py", MARKS + tests)
    run = project.run(*way, XFAIL, "--runxfail")
    assert run.outcomes == {"test": "passed", "test_mark": "passed"}
    assert run.section("ddcompat")[1] == "2 gated: 2 ran as xfail"


MODULE = "import pytest_ddcompat\npytest_ddcompat.require('api_security')\ndef test(): pass\n"


@pytest.mark.parametrize(("strict", "became"), [("", "skipped"), (STRICT, "failed")])
def test_a_module_of_tests_and_doctests_counts_once(
    project: Project, way: list[str], strict: str, became: str
) -> None:
    project.write("test_it.py", MODULE)
    options = ("--doctest-modules", *way, *strict.split())
    assert counted(project, *options) == f"1 gated: 1 {became}"
    assert len(record_of(project)["tests"]) == 1


@pytest.mark.parametrize("options", ["", XDIST])
def test_the_test_that_stands_for_a_module_can_be_asked_for(project: Project, options: str) -> None:
    if options:
        pytest.importorskip("xdist")
    project.write("test_it.py", MODULE)
    run = project.run(STRICT, "test_it.py::require", *options.split())
    assert (run.outcomes, run.status) == ({"require": "failed"}, 1)


@pytest.mark.parametrize("phase", ["setup", "call"])
def test_a_test_that_brings_its_worker_down_is_counted_once(project: Project, phase: str) -> None:
    pytest.importorskip("xdist")
    tests = f"""
        import os, pytest
        @pytest.fixture
        def setup(): os._exit(7)
        @pytest.fixture
        def call(): return lambda: os._exit(7)
        @pytest.mark.requires_capability("threat_detection")
        def test_kills({phase}): {phase}()
        @pytest.mark.requires_capability("threat_detection")
        def test_after(): pass
        @pytest.mark.requires_capability("api_security")
        def test_unmet(): pass
    """
    project.write("test_it.py", tests)
    options = ("-p", "no:randomly", "-p", "xdist.plugin", "-n", "1", "--ddcompat-report=run.json")
    run = project.run_apart(*options)
    assert "3 gated: 2 ran, 1 skipped" in run.out
    assert outcomes_of(record_of(project)) == {
        "test_kills": "failed",
        "test_after": "passed",
        "test_unmet": "skipped",
    }
