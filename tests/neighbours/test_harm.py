"""What the comparison of suites with the plugin and without finds, and what it lets pass."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from neighbours.__main__ import run
from neighbours.comparison import Process, Run, differences
from neighbours.suites import SUITES, WAYS, Suite, Way

RUN = Run(
    status=0,
    plugins=["pytest-xdist"],
    order=["test_a.py::test", "test_a.py::other", "test_a.py::third"],
    phases={
        "": ["collect passed"],
        "test_a.py::test": ["setup passed", "call passed", "teardown passed"],
    },
    warnings={"test_a.py::test": ["UserWarning", "DeprecationWarning"]},
)
WITH = replace(RUN, plugins=["pytest-ddcompat", "pytest-xdist"])
SKIPPED = {"": ["collect passed"], "test_a.py::test": ["setup skipped", "teardown passed"]}
PRINTED = """\
======== test session starts ========
plugins: xdist-3.8.0
collected 3 items

..x [100%]
<object at 0x7f00>
======== 2 passed, 1 xfailed in 0.12s ========
"""
WITHOUT = Process(status=0, output=PRINTED, files=frozenset({"test_a.py"}), runs=(RUN,))
BESIDE = replace(WITHOUT, runs=(WITH,))


def test_a_run_that_is_the_same_is_counted() -> None:
    assert differences(WITHOUT, BESIDE) == []
    assert (WITHOUT.tests, WITHOUT.passed) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param(
            {"plugins": RUN.plugins},
            "plugins of ['pytest-xdist'] became those of ['pytest-xdist']",
            id="not loaded",
        ),
        pytest.param(
            {"plugins": [*WITH.plugins, "other"]},
            "plugins of ['pytest-xdist'] became those of "
            "['pytest-ddcompat', 'pytest-xdist', 'other']",
            id="another plugin",
        ),
        pytest.param({"status": 3}, "exit status 0 became 3", id="status"),
        pytest.param(
            {"order": ["test_a.py::test", "test_a.py::third", "test_a.py::other"]},
            "order: in the place of test_a.py::other came test_a.py::third",
            id="another order",
        ),
        pytest.param(
            {"phases": SKIPPED},
            "test_a.py::test: setup passed, call passed, teardown passed became "
            "setup skipped, teardown passed",
            id="another outcome",
        ),
        pytest.param(
            {"phases": {**RUN.phases, "test_b.py": ["collect failed"]}},
            "test_b.py: absent became collect failed",
            id="what was not there",
        ),
        pytest.param(
            {"phases": {"": ["collect passed"]}},
            "test_a.py::test: setup passed, call passed, teardown passed became absent",
            id="what is no longer there",
        ),
        pytest.param(
            {"warnings": {"test_a.py::test": ["UserWarning"]}},
            "warnings of test_a.py::test: DeprecationWarning, UserWarning became UserWarning",
            id="a warning less",
        ),
        pytest.param(
            {"warnings": {**RUN.warnings, "": ["PytestConfigWarning"]}},
            "warnings of the run: none became PytestConfigWarning",
            id="a warning of the run",
        ),
    ],
)
def test_what_differs_of_a_run_is_told(changes: dict[str, Any], line: str) -> None:
    assert differences(WITHOUT, replace(BESIDE, runs=(replace(WITH, **changes),))) == [line]


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        pytest.param({"status": -11}, ["exit status 0 of the process became -11"], id="status"),
        pytest.param(
            {"files": frozenset({"test_a.py", "kept.json"})},
            ["leaves kept.json behind"],
            id="a file",
        ),
        pytest.param({"output": f"{PRINTED}more\n"}, ["prints: more"], id="a line more"),
        pytest.param(
            {"output": PRINTED.replace("xfailed", "xpassed")},
            [
                "no longer prints: # # passed, # xfailed in # #",
                "prints: # # passed, # xpassed in # #",
            ],
            id="another line",
        ),
        pytest.param(
            {"runs": ()},
            ["1 runs became 0"],
            id="a run less",
        ),
    ],
)
def test_what_differs_of_a_process_is_told(changes: dict[str, Any], lines: list[str]) -> None:
    assert differences(WITHOUT, replace(BESIDE, **changes)) == lines


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("in 0.12s", "in 12.03s", id="time"),
        pytest.param("in 0.12s", "in 61.30s (0:01:01)", id="more than a minute"),
        pytest.param("========", "=====", id="length of a rule"),
        pytest.param("0x7f00", "0x55aa", id="address"),
        pytest.param("xdist-3.8.0", "ddcompat-0.1.0, xdist-3.8.0", id="names of plugins"),
        pytest.param("..x [100%]", ".x. [100%]", id="dots of pytest-xdist"),
    ],
)
def test_what_changes_from_run_to_run_is_no_difference(old: str, new: str) -> None:
    assert old in PRINTED
    assert differences(WITHOUT, replace(BESIDE, output=PRINTED.replace(old, new))) == []


def test_the_order_of_warnings_is_no_difference() -> None:
    warnings = {"test_a.py::test": ["DeprecationWarning", "UserWarning"]}
    beside = replace(BESIDE, runs=(replace(WITH, warnings=warnings),))
    assert differences(WITHOUT, beside) == []


def test_a_suite_of_which_nothing_passes_is_told() -> None:
    without = replace(WITHOUT, runs=(replace(RUN, phases=SKIPPED),))
    beside = replace(BESIDE, runs=(replace(WITH, phases=SKIPPED),))
    assert differences(without, beside) == ["no test passed: nothing is compared"]


SUITE = """
import warnings
import pytest

def test_one(): warnings.warn("old", DeprecationWarning)
@pytest.mark.skip(reason="theirs")
def test_two(): pass
@pytest.mark.xfail(reason="known")
def test_three(): assert 0
"""


REVERSED = """
def pytest_collection_modifyitems(items):
    items.reverse()
"""


def run_suite(folder: Path, *options: str, harm: str = "") -> Process:
    """Run the suite in a process of its own and a new folder, with a plugin that does harm."""
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "test_a.py").write_text(SUITE, encoding="utf-8")
    with tempfile.TemporaryDirectory() as elsewhere:
        plugin = f"import pytest\n{dedent(harm)}"
        Path(elsewhere, "harmful.py").write_text(plugin, encoding="utf-8")
        given = ("-p", "no:randomly", "-p", "harmful", *options)
        return run(Suite("a", "1"), Way(given, environ={"PYTHONPATH": elsewhere}), folder)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("suite")


@pytest.fixture(scope="module")
def without(place: Path) -> Process:
    return run_suite(place, "-p", "no:ddcompat")


@pytest.mark.parametrize(
    ("harm", "line"),
    [
        pytest.param(
            """
            def pytest_runtest_setup(item):
                if item.name == "test_one":
                    pytest.skip("ours")
            """,
            "test_a.py::test_one: setup passed, call passed, teardown passed became "
            "setup skipped (Skipped: ours), teardown passed",
            id="skips a test",
        ),
        pytest.param(
            """
            def pytest_collection_modifyitems(items):
                items[1].add_marker(pytest.mark.skip(reason="ours"), append=False)
            """,
            "test_a.py::test_two: setup skipped (Skipped: theirs), teardown passed became "
            "setup skipped (Skipped: ours), teardown passed",
            id="gives another reason",
        ),
        pytest.param(
            """
            def pytest_collection_modifyitems(items):
                del items[0]
            """,
            "test_a.py::test_one: setup passed, call passed, teardown passed became absent",
            id="takes a test away",
        ),
        pytest.param(
            REVERSED,
            "order: in the place of test_a.py::test_one came test_a.py::test_three",
            id="changes the order",
        ),
        pytest.param(
            """
            def pytest_runtest_call(item):
                if item.name == "test_one":
                    print("here")
            """,
            "test_a.py::test_one: setup passed, call passed, teardown passed became setup passed, "
            "call passed [Captured stdout call], teardown passed [Captured stdout call]",
            id="prints in a test",
        ),
        pytest.param(
            """
            import warnings
            def pytest_runtest_setup(item):
                if item.name == "test_one":
                    warnings.warn("new", DeprecationWarning)
            """,
            "warnings of test_a.py::test_one: DeprecationWarning became "
            "DeprecationWarning, DeprecationWarning",
            id="warns",
        ),
        pytest.param(
            "def pytest_terminal_summary(terminalreporter): terminalreporter.write_line('more')",
            "prints: more",
            id="adds a line to the summary",
        ),
        pytest.param(
            "def pytest_unconfigure(): print('more')", "prints: more", id="prints at the end"
        ),
        pytest.param(
            "def pytest_sessionfinish(session): session.exitstatus = 4",
            "exit status 0 became 4",
            id="changes the exit status",
        ),
        pytest.param(
            """
            import atexit, os
            atexit.register(os._exit, 4)
            """,
            "exit status 0 of the process became 4",
            id="ends the process",
        ),
        pytest.param(
            """
            def pytest_unconfigure(config):
                (config.rootpath / "kept.json").touch()
            """,
            "leaves kept.json behind",
            id="leaves a file behind",
        ),
    ],
)
def test_harm_is_found(place: Path, without: Process, harm: str, line: str) -> None:
    assert line in differences(without, run_suite(place, harm=harm))


def test_a_plugin_that_does_no_harm_changes_nothing(place: Path, without: Process) -> None:
    assert differences(without, run_suite(place)) == []


def test_another_order_is_found_under_xdist(place: Path) -> None:
    without = run_suite(place, "-p", "no:ddcompat", "-n", "1")
    assert differences(without, run_suite(place, "-n", "1", harm=REVERSED)) == [
        "order: in the place of test_a.py::test_one came test_a.py::test_three"
    ]


def test_no_suite_is_named_as_a_way_is() -> None:
    assert not {suite.project for suite in SUITES} & set(WAYS)
