"""Hooks by which a conftest replaces verdicts and observes decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.core import MARKS

from pytest_ddcompat import declared
from pytest_ddcompat.session import hookspecs

if TYPE_CHECKING:
    from support.project import Project

TESTS = """
@met
def test_met(): pass
@unmet
def test_unmet(): pass
def test_plain(): pass
"""
DISTRIBUTED = ("-p", "xdist", "-n", "2")


def test_the_names_of_the_hooks_are_those_of_their_declarations() -> None:
    names = [name for name in dir(hookspecs) if name.startswith("pytest_ddcompat")]
    assert sorted(declared.HOOKS) == names


def replacing(name: str, override: str) -> str:
    return f"""
from pytest_ddcompat import Override, Status
def pytest_ddcompat_verdict(item, decision):
    if item.name == "test_{name}":
        return {override}
"""


VETO = replacing("met", 'Override(Status.UNSUPPORTED, "the staging server is down")')
LET = replacing("unmet", 'Override(Status.SUPPORTED, "a patched build")')
UNKNOWN = replacing("met", 'Override(Status.UNDETERMINED, "nobody knows")')
VETOED = "unsupported by pytest_ddcompat_verdict: the staging server is down"


@pytest.mark.parametrize(
    ("conftest", "options", "outcomes", "line"),
    [
        pytest.param(VETO, "", ("skipped", "skipped"), f"  1 skipped: {VETOED}", id="veto"),
        pytest.param(
            VETO, "--ddcompat-strict", ("failed", "failed"), f"  1 failed: {VETOED}", id="strict"
        ),
        pytest.param(
            VETO, "--ddcompat-unsupported=deselect", ("deselected", "deselected"),
            f"  1 deselected: {VETOED}", id="deselect",
        ),
        pytest.param(
            VETO, "--ddcompat-unsupported=xfail", ("xpassed", "xpassed"),
            f"  1 passed unexpectedly: {VETOED}", id="xfail",
        ),
        pytest.param(
            LET, "", ("passed", "passed"),
            "  1 ran: supported by pytest_ddcompat_verdict: a patched build", id="supported",
        ),
        pytest.param(
            UNKNOWN, "--ddcompat-undetermined=skip", ("skipped", "skipped"),
            "  1 skipped: undetermined by pytest_ddcompat_verdict: nobody knows", id="undetermined",
        ),
    ],
)  # fmt: skip
def test_an_override_takes_the_place_of_the_verdict(
    project: Project, conftest: str, options: str, outcomes: tuple[str, str], line: str
) -> None:
    project.write("conftest.py", conftest)
    project.write("test_it.py", MARKS + TESTS)
    run = project.run(*options.split())
    assert run.outcomes == dict(
        zip(("test_met", "test_unmet", "test_plain"), (*outcomes, "passed"))
    )
    assert line in run.section("ddcompat")


@pytest.mark.parametrize("strict", ["True", "False"])
def test_an_override_goes_by_the_markers_strict(project: Project, strict: str) -> None:
    project.write("conftest.py", VETO)
    test = f'@pytest.mark.requires_capability("threat_detection", strict={strict})'
    project.write("test_it.py", f"import pytest\n{test}\ndef test_met(): pass")
    run = project.run()
    assert run.outcomes == {"test_met": "failed" if strict == "True" else "skipped"}


def test_workers_ask_too(project: Project) -> None:
    project.write("conftest.py", VETO)
    project.write("test_it.py", MARKS + TESTS)
    run = project.run_apart(*DISTRIBUTED)
    assert f"  1 skipped: {VETOED}" in run.section("ddcompat")
    assert run.outcomes == {"passed": "1", "skipped": "2"}


def test_a_folders_conftest_speaks_for_its_tests_alone(project: Project) -> None:
    project.write("one/conftest.py", VETO)
    for folder in ("one", "two"):
        project.write(f"{folder}/test_{folder}.py", MARKS + "@met\ndef test_met(): pass")
    run = project.run_apart()
    assert run.outcomes == {"passed": "1", "skipped": "1"}


def test_a_plugin_that_is_registered_late_is_asked(project: Project) -> None:
    conftest = f"""
class Late:
    {VETO.strip().replace(chr(10), chr(10) + "    ").replace("(item", "(self, item")}
def pytest_sessionstart(session):
    session.config.pluginmanager.register(Late())
"""
    conftest = conftest.replace("Override(", "self.Override(").replace("Status.", "self.Status.")
    project.write("conftest.py", conftest)
    project.write("test_it.py", MARKS + TESTS)
    assert project.run().outcomes["test_met"] == "skipped"


NO_STATUS = (
    'pytest_ddcompat_verdict: the status of an Override must be a Status (got "supported"); '
    "valid: Status.SUPPORTED, Status.UNSUPPORTED, Status.UNDETERMINED"
)
BAD = {
    "no override": (
        replacing("met", '"skip"'),
        'pytest_ddcompat_verdict: it must return an Override or None (got "skip")',
    ),
    "no status": (replacing("met", 'Override("supported", "")'), NO_STATUS),
    "no reason": (
        replacing("met", 'Override(Status.SUPPORTED, " ")'),
        "pytest_ddcompat_verdict: the reason of an Override must be a text that is not empty",
    ),
    "an error": (replacing("met", "1 / 0"), "pytest_ddcompat_verdict: ZeroDivisionError: division"),
}


@pytest.mark.parametrize(("conftest", "message"), BAD.values(), ids=list(BAD))
def test_a_bad_override_is_an_error_of_the_test(
    project: Project, conftest: str, message: str
) -> None:
    project.write("conftest.py", conftest)
    project.write("test_it.py", MARKS + TESTS)
    run = project.run()
    assert run.outcomes == {"test_met": "error", "test_unmet": "skipped", "test_plain": "passed"}
    assert any(message in line for line in run.out)


OBSERVES = """
def pytest_ddcompat_decided(item, decision):
    with open("decided.txt", "a") as file:
        print(item.name, decision.action.value, decision.status.value, file=file)
"""


@pytest.mark.parametrize(
    ("options", "action"),
    [
        pytest.param("", "skip", id="skip"),
        pytest.param("--ddcompat-strict", "fail", id="fail"),
        pytest.param("--ddcompat-unsupported=deselect", "deselect", id="deselect"),
        pytest.param("--ddcompat-unsupported=xfail", "xfail", id="xfail"),
        pytest.param("--ddcompat-run=test_it.py::test_unmet", "run", id="run"),
        pytest.param("-p xdist -n 2", "skip", id="workers"),
    ],
)
def test_each_decision_is_observed_once(project: Project, options: str, action: str) -> None:
    project.write("conftest.py", OBSERVES)
    project.write("test_it.py", MARKS + TESTS)
    project.run_apart(*options.split())
    observed = (project.path / "decided.txt").read_text(encoding="utf-8").splitlines()
    assert sorted(observed) == ["test_met run supported", f"test_unmet {action} unsupported"]


@pytest.mark.parametrize("options", [(), DISTRIBUTED], ids=["one process", "workers"])
def test_an_error_of_an_observer_changes_nothing(
    project: Project, options: tuple[str, ...]
) -> None:
    project.write("conftest.py", "def pytest_ddcompat_decided(item):\n    1 / 0")
    project.write("test_it.py", MARKS + TESTS)
    run = project.run_apart(*options)
    assert run.outcomes == {"passed": "2", "skipped": "1"}
    what = "ddcompat: pytest_ddcompat_decided has an error for test_it.py::test_met: "
    assert sum(line.startswith(what) for line in run.out) == 1


@pytest.mark.parametrize("folder", ["", "one/two/"])
@pytest.mark.parametrize("options", ["", "--fixtures", "-p xdist -n 1"])
def test_hooks_may_be_implemented_where_no_test_has_a_marker(
    project: Project, folder: str, options: str
) -> None:
    # That for declarations is asked in each run, as a file may declare something for any test.
    bodies = dict.fromkeys(declared.HOOKS, "1 / 0") | {"pytest_ddcompat_declarations": "return []"}
    hooks = "\n".join(f"def {hook}(): {body}" for hook, body in bodies.items())
    project.write(f"{folder}conftest.py", hooks)
    project.write(f"{folder}test_it.py", "def test(): pass")
    run = project.run_apart(*options.split())
    assert run.status == 0
    assert not any("INTERNAL" in line or "unknown hook" in line for line in run.out + run.err)


def test_a_misspelt_hook_is_refused(project: Project) -> None:
    project.write("conftest.py", "def pytest_ddcompat_fact(): pass")
    project.write("test_it.py", "def test(): pass")
    run = project.run_apart()
    assert any("unknown hook 'pytest_ddcompat_fact'" in line for line in run.out + run.err)
