"""Requirements from inside a module or a test."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

import pytest_ddcompat

if TYPE_CHECKING:
    from support.project import Project

REASON = (
    "api_security needs ddtrace >=2.6.0, found 2.5.0 "
    '(Application Security capabilities support: "2.6.0")'
)
MODULE = """\
import pytest_ddcompat

pytest_ddcompat.require("api_security")
import no_such_module

def test(): pass
"""
UNKNOWN = 'pytest_ddcompat.require("threat_detection", datastore="mongodb")\n'


@pytest.mark.parametrize(
    ("options", "outcomes", "status"),
    [
        pytest.param("", {"test_it.py": "collection skipped"}, 0, id="default"),
        pytest.param("--ddcompat-strict", {"require": "failed"}, 1, id="strict"),
        pytest.param(
            "--ddcompat-unsupported=xfail", {"test_it.py": "collection skipped"}, 0, id="xfail"
        ),
        pytest.param(
            "--ddcompat-unsupported=deselect",
            {"test_it.py": "collection skipped"},
            0,
            id="deselect",
        ),
        pytest.param(
            "--ddcompat-unsupported=run", {"test_it.py": "collection failed"}, 1, id="run"
        ),
        pytest.param(
            "--ddcompat-set=tracer=2.6.0", {"test_it.py": "collection failed"}, 1, id="supported"
        ),
    ],
)
def test_a_module_stops_before_an_import_that_may_fail(
    project: Project, options: str, outcomes: dict[str, str], status: int
) -> None:
    project.write("test_it.py", MODULE)
    project.write("test_other.py", "def test_other(): pass")
    run = project.run("--continue-on-collection-errors", *options.split())
    assert run.outcomes == {**outcomes, "test_other": "passed"}
    assert run.status == status


@pytest.mark.parametrize(
    ("options", "outcomes"),
    [
        pytest.param("", {"test": "passed"}, id="default"),
        pytest.param("--ddcompat-undetermined=run", {"test": "passed"}, id="run"),
        pytest.param(
            "--ddcompat-undetermined=skip", {"test_it.py": "collection skipped"}, id="skip"
        ),
        pytest.param("--ddcompat-undetermined=fail", {"require": "failed"}, id="fail"),
    ],
)
def test_a_module_of_which_it_cannot_be_told_follows_its_own_policy(
    project: Project, options: str, outcomes: dict[str, str]
) -> None:
    project.write("test_it.py", f"import pytest_ddcompat\n{UNKNOWN}def test(): pass")
    assert project.run(*options.split()).outcomes == outcomes


@pytest.mark.parametrize(
    ("strict", "options", "outcomes"),
    [
        pytest.param("True", "", {"require": "failed"}, id="strict"),
        pytest.param(
            "False", "--ddcompat-strict", {"test_it.py": "collection skipped"}, id="not strict"
        ),
    ],
)
def test_strict_decides_for_that_call(
    project: Project, strict: str, options: str, outcomes: dict[str, str]
) -> None:
    project.write("test_it.py", MODULE.replace('")', f'", strict={strict})'))
    assert project.run(*options.split()).outcomes == outcomes


@pytest.mark.parametrize("more", ["", "-p xdist.plugin -n 2", "--import-mode=importlib", "-x"])
def test_a_failed_module_points_at_its_own_call(project: Project, more: str) -> None:
    if "xdist" in more:
        pytest.importorskip("xdist")
    project.write("test_it.py", MODULE)
    run = project.run("--ddcompat-strict", *more.split())
    assert run.outcomes == {"require": "failed"}
    assert f"test_it.py:3: {REASON}" in run.section("FAILURES")
    assert f"FAILED test_it.py::require - {REASON}" in run.out
    assert "1 gated: 1 failed" in run.section("ddcompat")
    assert run.status == 1


@pytest.mark.parametrize("more", ["", "-p xdist.plugin -n 2", "-p no:terminal"])
def test_a_skipped_module_points_at_its_own_call_and_is_counted(
    project: Project, more: str
) -> None:
    if "xdist" in more:
        pytest.importorskip("xdist")
    project.write("test_it.py", MODULE)
    quiet = "terminal" in more
    run = project.run(*(() if quiet else ("-rs",)), *more.split())
    assert run.outcomes == {"test_it.py": "collection skipped"}
    if not quiet:
        assert f"SKIPPED [1] test_it.py:3: {REASON}" in run.out
        assert run.section("ddcompat")[1:] == [
            "1 gated: 1 skipped",
            "ddtrace >=2.6.0 would let 1 more test run",
            "every gated test was skipped in test_it.py",
        ]


def test_a_wrong_call_is_an_error_of_the_collection(project: Project) -> None:
    project.write("test_it.py", 'import pytest_ddcompat\npytest_ddcompat.require("quux")')
    run = project.run()
    assert run.status == 2
    assert "test_it.py:2: in <module>" in run.out
    errors = [line for line in run.out if line.startswith("E   ")]
    assert errors[0].startswith(
        "E   pytest_ddcompat.values.errors.RequirementError: "
        'the page has no capability "quux"; valid: api'
    )


def test_outside_a_run_it_says_so(project: Project) -> None:
    program = "import pytest_ddcompat; pytest_ddcompat.require('sca')"
    result = project.pytester.run(sys.executable, "-c", program)
    assert result.errlines[-1] == (
        "RuntimeError: pytest_ddcompat.require() works only while pytest collects or runs tests, "
        "and has loaded the plugin ddcompat"
    )


TESTS = """
import pytest
def test_unmet(ddcompat):
    ddcompat.require("api_security")
    assert 0
def test_unknown(ddcompat): ddcompat.require("threat_detection", datastore="mongodb")
def test_met(ddcompat): ddcompat.require("threat_detection", framework=("flask", "django"))
def test_strict(ddcompat):
    ddcompat.require("api_security", strict=True)
def test_lax(ddcompat): ddcompat.require("api_security", strict=False)
def test_wrong(ddcompat):
    with pytest.raises(ValueError, match='no capability "quux"'):
        ddcompat.require("quux")
"""


@pytest.mark.parametrize(
    ("options", "unmet", "unknown", "lax"),
    [
        pytest.param("", "skipped", "passed", "skipped", id="default"),
        pytest.param("--ddcompat-strict", "failed", "passed", "skipped", id="strict"),
        pytest.param("--ddcompat-unsupported=xfail", "xfailed", "passed", "xfailed", id="xfail"),
        pytest.param("--ddcompat-unsupported=run", "failed", "passed", "passed", id="run"),
        pytest.param(
            "--ddcompat-unsupported=deselect", "skipped", "passed", "skipped", id="deselect"
        ),
        pytest.param("--ddcompat-undetermined=skip", "skipped", "skipped", "skipped", id="u skip"),
        pytest.param("--ddcompat-undetermined=fail", "skipped", "failed", "skipped", id="u fail"),
    ],
)
def test_the_fixture_requires_by_the_policy_of_the_run(
    project: Project, options: str, unmet: str, unknown: str, lax: str
) -> None:
    project.write("test_it.py", TESTS)
    run = project.run("-rs", *options.split())
    assert run.outcomes == {
        "test_unmet": unmet,
        "test_unknown": unknown,
        "test_met": "passed",
        "test_strict": "failed",
        "test_lax": lax,
        "test_wrong": "passed",
    }
    if unmet == "skipped":
        skipped = [line for line in run.out if line.startswith("SKIPPED")]
        assert f"SKIPPED [1] test_it.py:4: {REASON}" in skipped


@pytest.mark.parametrize("style", ["auto", "long", "short", "line"])
def test_a_failure_by_the_fixture_does_not_point_at_the_plugin(
    project: Project, style: str
) -> None:
    project.write("test_it.py", TESTS)
    run = project.run("--ddcompat-strict", f"--tb={style}", "-k", "unmet")
    text = "\n".join(run.section("FAILURES"))
    assert REASON in text
    assert "pytest_ddcompat/" not in text


def test_the_fixture_gives_the_environment_the_page_and_verdicts(project: Project) -> None:
    tests = """
        from pytest_ddcompat import Compatibility, Environment, Matrix
        def test(ddcompat, request):
            assert isinstance(ddcompat, Compatibility)
            assert isinstance(ddcompat.environment, Environment)
            assert isinstance(ddcompat.matrix, Matrix)
            assert str(ddcompat.environment.tracer.value) == "2.5.0"
            assert ddcompat.matrix.page.id == "iast-python"
            verdict = ddcompat.check("api_security")
            assert verdict.status.value == "unsupported" and not verdict
            assert [f.check for f in verdict.decisive] == ["tracer"]
            assert ddcompat.check("sca or api_security")
            assert not ddcompat.check("sca", framework="tornado")
        class TestScope:
            def test_session(self, session_wide): assert session_wide
    """
    fixture = """
        import pytest
        @pytest.fixture(scope="session")
        def session_wide(ddcompat): return ddcompat
    """
    project.write("conftest.py", fixture)
    project.write("test_it.py", tests)
    assert set(project.run().outcomes.values()) == {"passed"}


def test_it_is_public() -> None:
    assert {"require", "Compatibility"} <= set(pytest_ddcompat.__all__)


def test_a_module_fails_however_the_tests_are_selected(project: Project) -> None:
    project.write("test_a.py", "import pytest_ddcompat\npytest_ddcompat.require('api_security')")
    project.write("test_b.py", "def test_login(): pass\ndef test_other(): pass")
    run = project.run("--ddcompat-strict", "-k", "login")
    assert run.outcomes == {"test_login": "passed", "require": "failed", "test_other": "deselected"}


def test_a_package_fails_its_modules(project: Project) -> None:
    project.write(
        "pk/__init__.py", "import pytest_ddcompat\npytest_ddcompat.require('sca', 'api_security')"
    )
    project.write("pk/test_in.py", "def test(): pass")
    run = project.run("--ddcompat-strict")
    assert run.outcomes == {"require": "failed"}
    assert any(line.startswith("pk/test_in.py:1: api_security needs") for line in run.out)


@pytest.mark.parametrize("options", [(), ("-p", "xdist.plugin", "-n", "2")], ids=["", "-n 2"])
def test_what_a_test_requires_inside_is_counted_and_attached(
    project: Project, options: tuple[str, ...]
) -> None:
    project.write("test_it.py", "def test_unmet(ddcompat): ddcompat.require('api_security')")
    run = project.run("--junitxml=out.xml", *options)
    assert run.section("ddcompat")[1] == "1 gated: 1 skipped"
    assert (project.path / "out.xml").read_text(encoding="utf-8").count('name="ddcompat"') == 1


@pytest.mark.parametrize(
    "hook",
    [
        "pytest_configure(config)",
        "pytest_sessionstart()",
        "pytest_collection_modifyitems(items)",
        "pytest_runtest_protocol(item)",
        "pytest_runtest_logreport(report)",
        "pytest_sessionfinish()",
        "pytest_terminal_summary()",
    ],
)
@pytest.mark.parametrize("name", ["threat_detection", "api_security"])
def test_a_hook_where_pytest_reports_nothing_is_refused_in_one_line(
    project: Project, hook: str, name: str
) -> None:
    conftest = f"import pytest_ddcompat\ndef {hook}: pytest_ddcompat.require('{name}')"
    project.write("conftest.py", conftest)
    project.write("test_it.py", "def test(): pass")
    run = project.run()
    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert "INTERNALERROR" not in "\n".join(run.out)
    (error,) = [line for line in run.err if line]
    assert error == (
        f"ERROR: {project.path / 'conftest.py'}:2: require() works only while pytest collects a "
        "module or runs a test; valid: a call in a module, a fixture or a test"
    )


@pytest.mark.parametrize("phase", ["setup", "call", "teardown"])
def test_a_hook_of_a_test_s_phases_may_require(project: Project, phase: str) -> None:
    conftest = f"""
        import pytest_ddcompat
        def pytest_runtest_{phase}(item): pytest_ddcompat.require("api_security")
    """
    project.write("conftest.py", conftest)
    project.write("test_it.py", "def test(): pass")
    run = project.run()
    assert run.outcomes["test"].endswith("skipped")
    assert run.status == 0
