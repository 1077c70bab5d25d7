"""`--ddcompat-only`, `--ddcompat-list` and `--ddcompat-run`."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.declared import FLAGS

if TYPE_CHECKING:
    from support.project import Project

TESTS = """
import pytest
requires = pytest.mark.requires_capability

@requires("api_security")
def test_api(): pass

@requires("sca or threat_detection")
def test_either(): pass

@requires("threat_detection and not api_security")
def test_without(): pass

@pytest.mark.requires_tracer(">=9")
def test_tracer(): assert 0

@requires("api_security", strict=True)
@pytest.mark.skip(reason="slow")
def test_author(): assert 0

def test_plain(): pass
"""
ALL = {"api", "either", "without", "tracer", "author", "plain"}
DISTRIBUTED = ("-p", "xdist", "-n", "2")
REASON = (
    "api_security needs ddtrace >=2.6.0, found 2.5.0 "
    '(Application Security capabilities support: "2.6.0")'
)


@pytest.fixture
def marked(project: Project) -> Project:
    project.write("test_it.py", TESTS)
    return project


@pytest.mark.parametrize(
    ("only", "kept"),
    [
        pytest.param("api_security", {"api", "author"}, id="an id, and not what negates it"),
        pytest.param("Threat Detection", {"either", "without"}, id="a documented name"),
        pytest.param("api_security or sca", {"api", "author", "either"}, id="or"),
        pytest.param("sca and threat_detection", {"either"}, id="and"),
        pytest.param("not api_security", {"either", "without", "tracer"}, id="not"),
        pytest.param("threat_detection and not sca", {"without"}, id="and not"),
    ],
)
def test_only_tests_that_require_it_are_kept(marked: Project, only: str, kept: set[str]) -> None:
    run = marked.run(f"--ddcompat-only={only}")
    gone = {name for name, outcome in run.outcomes.items() if outcome == "deselected"}
    assert gone == {f"test_{name}" for name in ALL - kept}


@pytest.mark.parametrize("options", [(), DISTRIBUTED], ids=["one process", "workers"])
def test_where_all_is_deselected_the_exit_status_stays_and_the_summary_says_why(
    marked: Project, options: tuple[str, ...]
) -> None:
    run = marked.run_apart("--ddcompat-only=code_security", *options)
    assert run.status == pytest.ExitCode.NO_TESTS_COLLECTED
    why = 'ddcompat: --ddcompat-only "code_security" deselects all tests: none requires it'
    assert run.out.count(why) == 1


def test_a_test_whose_marker_is_wrong_is_no_reason_to_leave_it_out(project: Project) -> None:
    project.write("test_it.py", "import pytest\n@pytest.mark.requires_tracer\ndef test(): pass")
    run = project.run("--ddcompat-only=api_security")
    assert run.outcomes == {"test_it.py": "collection failed"}
    assert run.status == pytest.ExitCode.INTERRUPTED


@pytest.mark.parametrize(
    ("only", "message"),
    [
        pytest.param(
            "api_securty", 'the page has no capability "api_securty"; did you mean "api_security"?',
            id="misspelt",
        ),
        pytest.param(
            "(sca", '"(sca", column 5: expected ")", got the end', id="no expression"
        ),
        pytest.param("", "", id="empty"),
    ],
)  # fmt: skip
def test_a_bad_expression_is_a_usage_error(marked: Project, only: str, message: str) -> None:
    run = marked.run(f"--ddcompat-only={only}")
    assert run.status == pytest.ExitCode.USAGE_ERROR
    (error,) = [line for line in run.err if line]
    assert error.startswith(f"ERROR: --ddcompat-only: {message}")


def test_two_expressions_are_a_usage_error(marked: Project) -> None:
    run = marked.run("--ddcompat-only=sca", "--ddcompat-only=api_security")
    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert run.err == [
        ("ERROR: --ddcompat-only: this option is there 2 times; valid: one expression, such as "
        '"(sca) or (api_security)" or "(sca) and (api_security)"'),
        "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("only", "ids", "words"),
    [
        pytest.param("code_security", 0, 1, id="none is left"),
        pytest.param("sca", 1, 0, id="one is left"),
    ],
)
def test_quiet_collection_says_why_no_test_is_left(
    marked: Project, only: str, ids: int, words: int
) -> None:
    run = marked.run("--collect-only", "-q", f"--ddcompat-only={only}")
    assert len([line for line in run.out if line.startswith("test_it.py::")]) == ids
    assert len([line for line in run.out if line.startswith("ddcompat")]) == words


LIST = f"""\
api_security: 2 tests
  skip     test_it.py::test_api: {REASON}
  skip     test_it.py::test_author: by its author
software_composition_analysis: 1 test
  run      test_it.py::test_either
threat_detection: 2 tests
  run      test_it.py::test_either
  run      test_it.py::test_without
no capability: 1 test
  skip     test_it.py::test_tracer: the test needs ddtrace >=9, found 2.5.0 (requires_tracer(">=9"))
1 test without requirements
"""


@pytest.mark.parametrize("options", [(), DISTRIBUTED], ids=["one process", "workers"])
def test_list_by_capability_without_running(marked: Project, options: tuple[str, ...]) -> None:
    run = marked.run_apart("-q", "--ddcompat-list", *options)
    assert run.status == pytest.ExitCode.OK
    lines = [line for line in run.out if line and not line.startswith("no tests ran")]
    assert lines == LIST.splitlines()


@pytest.mark.parametrize("place", ["addopts", "environment", "arguments file"])
def test_a_list_is_asked_for_wherever_options_may_stand(
    marked: Project, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["-q"]
    if place == "addopts":
        marked.write("pytest.ini", "[pytest]\naddopts = --ddcompat-list\n")
    elif place == "environment":
        monkeypatch.setenv("PYTEST_ADDOPTS", "--ddcompat-list")
    else:
        if pytest.version_tuple < (8, 2):
            pytest.skip("files of arguments came with pytest 8.2")
        marked.write("arguments.txt", "--ddcompat-list\n")
        options.append("@arguments.txt")
    run = marked.run_apart(*options)
    assert run.status == pytest.ExitCode.OK
    assert "test_it.py::test_plain" not in "\n".join(run.out)
    assert f"{LIST.splitlines()[0]}" in run.out


def test_help_has_the_options_of_a_single_run(project: Project) -> None:
    command = [sys.executable, "-m", "pytest", "--help"]
    done = subprocess.run(command, cwd=project.path, capture_output=True, text=True, check=True)
    for name in FLAGS:
        assert f"--ddcompat-{name.replace('_', '-')}" in done.stdout


@pytest.mark.parametrize(
    ("test", "status"),
    [
        pytest.param("", 0, id="no tests"),
        pytest.param("import no_such_module", 2, id="a collection with an error"),
    ],
)
def test_exit_status_of_a_list(project: Project, test: str, status: int) -> None:
    project.write("test_it.py", test)
    assert project.run("--ddcompat-list").status == status


def test_a_list_of_a_selection(marked: Project) -> None:
    run = marked.run("--ddcompat-list", "--ddcompat-only=sca")
    listed = [line for line in run.out if line.startswith("  ")]
    assert listed == ["  run      test_it.py::test_either"] * 2
    assert not any(outcome == "passed" for outcome in run.outcomes.values())


@pytest.mark.parametrize(
    ("named", "ran"),
    [
        pytest.param("tests/test_it.py::test_api", {"api"}, id="a test"),
        pytest.param("tests/test_it.py::test_many", {"many[1]", "many[2]"}, id="a function"),
        pytest.param("tests/test_it.py::test_many[2]", {"many[2]"}, id="a parameter"),
        pytest.param("tests/test_it.py::Test", {"inner"}, id="a class"),
        pytest.param("tests/test_it.py", {"api", "many[1]", "many[2]", "inner"}, id="a file"),
        pytest.param("tests", {"api", "many[1]", "many[2]", "inner"}, id="a folder"),
    ],
)
@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="skip"),
        pytest.param(("--ddcompat-strict",), id="strict"),
        pytest.param(("--ddcompat-unsupported=deselect",), id="deselect"),
        pytest.param(("--ddcompat-unsupported=xfail",), id="xfail"),
    ],
)
def test_a_named_test_runs_whatever_is_decided(
    project: Project, options: tuple[str, ...], named: str, ran: set[str]
) -> None:
    tests = """
import pytest
pytestmark = pytest.mark.requires_capability("api_security")
def test_api(): pass
@pytest.mark.parametrize("n", [1, 2])
def test_many(n): pass
class Test:
    def test_inner(self): pass
@pytest.mark.skip
def test_author(): assert 0
"""
    project.write("tests/test_it.py", tests)
    run = project.run(f"--ddcompat-run={named}", *options)
    passed = {name for name, outcome in run.outcomes.items() if outcome == "passed"}
    assert {name.rpartition("::")[2] for name in passed} == {f"test_{name}" for name in ran}
    assert run.outcomes["test_author"] == "skipped"


def test_a_path_is_relative_to_where_pytest_starts(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("tests/test_it.py", TESTS)
    monkeypatch.chdir(project.path / "tests")
    assert project.run("--ddcompat-run=test_it.py::test_api").outcomes["test_api"] == "passed"


@pytest.mark.parametrize("options", [(), DISTRIBUTED], ids=["one process", "workers"])
def test_a_name_that_matches_nothing_is_an_error(marked: Project, options: tuple[str, ...]) -> None:
    run = marked.run_apart(
        "--ddcompat-run=test_it.py::test_api", "--ddcompat-run=test_it.py::test_apj", *options
    )
    assert run.status == pytest.ExitCode.INTERRUPTED
    what = '--ddcompat-run: no test is collected as "test_it.py::test_apj"; '
    told = [line for line in run.out if line.startswith(what)]
    assert len(told) == 1
    assert 'did you mean "test_it.py::test_api"?' in told[0]


def test_workers_run_a_named_test_too(marked: Project) -> None:
    run = marked.run_apart("-rA", "--ddcompat-run=test_it.py::test_api", *DISTRIBUTED)
    assert "PASSED test_it.py::test_api" in run.out
