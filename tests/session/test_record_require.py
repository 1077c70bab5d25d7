"""What modules and tests require inside is in the record, whatever it is decided to be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import pytest_ddcompat.session.record_hooks  # noqa: F401 - before inner runs restore sys.modules
from pytest_ddcompat.record.reading import decisions_of, read_record

if TYPE_CHECKING:
    from support.project import Project

XDIST = ("-p", "xdist.plugin", "-n", "2")
MET, UNMET = '"threat_detection"', '"api_security"'
TESTS = f"""
import pytest
def test_met(ddcompat): ddcompat.require({MET})
def test_unmet(ddcompat): ddcompat.require({UNMET})
def test_both(ddcompat):
    ddcompat.require({MET})
    ddcompat.require({UNMET})
@pytest.mark.requires_capability("sca")
def test_marked_too(ddcompat): ddcompat.require({MET})
def test_fails_later(ddcompat):
    ddcompat.require({MET})
    assert 0
@pytest.fixture
def gated(ddcompat): ddcompat.require({MET})
def test_by_fixture(gated): pass
def test_only_asks(ddcompat): ddcompat.check({UNMET})
"""
MODULE = f"""
import pytest_ddcompat
pytest_ddcompat.require({MET}, framework=("django", "flask"))
def test_in_module(): pass
class TestClass:
    def test_in_class(self): pass
"""
DETECTION = 'requires_capability("threat_detection")'
API = 'requires_capability("api_security")'
SCA = 'requires_capability("sca")'
WITH_FRAMEWORK = 'requires_capability("threat_detection", framework=("django", "flask"))'


def asked(project: Project) -> dict[str, tuple[str, str, list[str]]]:
    """Outcome, action and markers of each test of the record."""
    record = read_record(project.path / "run.json")
    decisions = decisions_of(record)
    return {
        test["id"].rpartition("::")[2]: (
            test["outcome"],
            decisions[test["decision"]]["action"],
            [requirement["marker"] for requirement in decisions[test["decision"]]["requirements"]],
        )
        for test in record["tests"]
    }


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
@pytest.mark.parametrize(
    ("option", "outcome", "action"),
    [
        pytest.param("", "skipped", "skip", id="default"),
        pytest.param("--ddcompat-strict", "failed", "fail", id="strict"),
        pytest.param("--ddcompat-unsupported=xfail", "xfailed", "xfail", id="xfail"),
        pytest.param("--ddcompat-unsupported=run", "passed", "run", id="run"),
        pytest.param("--ddcompat-unsupported=deselect", "skipped", "skip", id="deselect"),
    ],
)
def test_what_is_required_inside_is_recorded(
    project: Project, option: str, outcome: str, action: str, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("test_it.py", TESTS)
    project.write("test_module.py", MODULE)
    run = project.run("--ddcompat-report=run.json", *option.split(), *more)
    assert asked(project) == {
        "test_met": ("passed", "run", [DETECTION]),
        "test_unmet": (outcome, action, [API]),
        "test_both": (outcome, action, [DETECTION, API]),
        "test_marked_too": ("passed", "run", [SCA, DETECTION]),
        "test_fails_later": ("failed", "run", [DETECTION]),
        "test_by_fixture": ("passed", "run", [DETECTION]),
        "test_in_module": ("passed", "run", [WITH_FRAMEWORK]),
        "test_in_class": ("passed", "run", [WITH_FRAMEWORK]),
    }
    assert run.section("ddcompat")[1].startswith("8 gated: ")


def test_what_the_function_for_modules_decides_inside_a_test_is_that_tests(
    project: Project,
) -> None:
    tests = f"""
        from pytest_ddcompat import require
        def test_met(): require({MET})
        def test_unmet(): require({UNMET})
        def test_only_asks(ddcompat): ddcompat.check({UNMET})
    """
    project.write("test_it.py", tests)
    run = project.run("--ddcompat-report=run.json")
    assert asked(project) == {
        "test_met": ("passed", "run", [DETECTION]),
        "test_unmet": ("skipped", "skip", [API]),
    }
    assert run.section("ddcompat")[1] == "2 gated: 1 ran, 1 skipped"


def test_each_report_has_one_property(project: Project) -> None:
    project.write("test_it.py", TESTS)
    project.run("--junitxml=out.xml")
    text = (project.path / "out.xml").read_text(encoding="utf-8")
    assert text.count('name="ddcompat"') == 6


def test_what_a_shared_fixture_raises_is_recorded_of_each_test(project: Project) -> None:
    fixture = """
        import pytest
        @pytest.fixture(scope="module")
        def gated(ddcompat): ddcompat.require("api_security")
        def test_one(gated): pass
        def test_two(gated): pass
    """
    project.write("test_it.py", fixture)
    project.run("--ddcompat-report=run.json")
    assert asked(project) == {
        "test_one": ("skipped", "skip", [API]),
        "test_two": ("skipped", "skip", [API]),
    }


def test_what_one_module_requires_is_not_asked_of_another(project: Project) -> None:
    project.write("test_a.py", MODULE + "import no_such_module\n")
    project.write("test_b.py", "def test_plain(): pass")
    project.write("sub/conftest.py", f"import pytest_ddcompat\npytest_ddcompat.require({MET})")
    project.write("sub/test_c.py", "def test_below(): pass")
    project.run("--ddcompat-report=run.json", "--continue-on-collection-errors")
    assert asked(project) == {"test_below": ("passed", "run", [DETECTION])}


@pytest.mark.parametrize("options", [(), ("-p", "xdist.plugin", "-n", "2")], ids=["", "xdist"])
def test_a_test_that_runs_again_is_counted_once(project: Project, options: tuple[str, ...]) -> None:
    for plugin in ("xdist", "pytest_rerunfailures"):
        pytest.importorskip(plugin)
    tests = """
        import pytest
        @pytest.mark.requires_capability("threat_detection")
        def test_marked(): assert 0
        def test_inside(ddcompat):
            ddcompat.require("threat_detection")
            assert 0
    """
    project.write("test_it.py", tests)
    run = project.run("-p", "pytest_rerunfailures", "--reruns=2", *options)
    assert run.section("ddcompat")[1] == "2 gated: 2 ran"


@pytest.mark.parametrize(
    ("more", "interrupted"),
    [
        pytest.param("-x", False, id="first failure"),
        pytest.param("-p xdist.plugin -n 2 -x", False, id="first failure, xdist"),
        pytest.param("test_broken.py", False, id="error of the collection"),
    ],
)
def test_only_what_comes_from_outside_is_an_interruption(
    project: Project, more: str, interrupted: bool
) -> None:
    if "xdist" in more:
        pytest.importorskip("xdist")
    project.write("test_it.py", f"{TESTS.replace('assert 0', 'raise OSError')}")
    project.write("test_broken.py", "def")
    paths = ("test_it.py",) if "-x" in more else ("test_it.py", "test_broken.py")
    project.run("--ddcompat-report=run.json", *more.split(), *paths)
    record = json.loads((project.path / "run.json").read_text(encoding="utf-8"))
    assert record["run"]["interrupted"] is interrupted
