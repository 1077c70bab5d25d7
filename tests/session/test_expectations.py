"""What a run expects to be supported, in runs of pytest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.core import MARKS, XDIST

if TYPE_CHECKING:
    from support.project import Project

NEEDS = (
    "api_security needs ddtrace >=2.6.0, found 2.5.0 "
    '(Application Security capabilities support: "2.6.0")'
)
TESTS = f"""
{MARKS}
@met
def test_met(): pass
@unmet
def test_unmet(): assert 0
@unmet_lax
def test_lax(): assert 0
@pytest.mark.requires_capability("sca and api_security")
def test_both(): assert 0
@pytest.mark.requires_capability("sca and not threat_detection")
def test_other(): assert 0
@pytest.mark.requires_tracer(">=9")
def test_tracer(): assert 0
"""
SKIPPED = {
    "test_met": "passed",
    **dict.fromkeys(
        ["test_unmet", "test_lax", "test_both", "test_other", "test_tracer"], "skipped"
    ),
}
FAILED = {**SKIPPED, "test_unmet": "failed", "test_both": "failed"}


def expects(*expressions: str) -> list[str]:
    return [word for one in expressions for word in ("--ddcompat-expect", one)]


@pytest.mark.parametrize(
    ("expressions", "outcomes", "status"),
    [
        pytest.param(["threat_detection"], SKIPPED, 0, id="met"),
        pytest.param(["api_security"], FAILED, 1, id="not met"),
        pytest.param(["threat_detection", "API Security"], FAILED, 1, id="one of two"),
        pytest.param(["api_security or sca"], SKIPPED, 0, id="an alternative is met"),
        pytest.param(
            ["api_security and sca"], {**FAILED, "test_other": "failed"}, 1, id="one of both"
        ),
        pytest.param(["not api_security"], SKIPPED, 0, id="not, met"),
        pytest.param(
            ["not threat_detection"], SKIPPED, 1, id="not, not met, and no test needs it"
        ),
        pytest.param(
            ["sca and not threat_detection"],
            {**SKIPPED, "test_both": "failed", "test_other": "failed"}, 1,
            id="tests need what is named without not",
        ),
    ],
)  # fmt: skip
def test_an_expectation(
    project: Project, expressions: list[str], outcomes: dict[str, str], status: int
) -> None:
    project.write("test_it.py", TESTS)
    run = project.run(*expects(*expressions))
    assert (run.outcomes, run.status) == (outcomes, status)
    assert bool(run.section("ddcompat expectations")) is (status == 1)


@pytest.mark.parametrize(
    ("expression", "outcomes", "status"),
    [
        pytest.param("threat_detection", SKIPPED, 0, id="met"),
        pytest.param("api_security", FAILED, 1, id="not met"),
    ],
)
def test_an_expectation_with_xdist(
    project: Project, expression: str, outcomes: dict[str, str], status: int
) -> None:
    pytest.importorskip("xdist")
    project.write("test_it.py", TESTS)
    run = project.run(*expects(expression), *XDIST)
    assert (run.outcomes, run.status) == (outcomes, status)
    assert run.section("ddcompat expectations") == project.run(*expects(expression)).section(
        "ddcompat expectations"
    )


@pytest.mark.parametrize(
    ("tests", "workers"),
    [
        pytest.param("def test(): pass", (), id="without a marker"),
        pytest.param("", (), id="without a test"),
        pytest.param("", XDIST, id="without a test, xdist"),
        pytest.param(f"{MARKS}@met\ndef test(): pass", (), id="that do not need it"),
        pytest.param("import pytest\n@pytest.mark.skip\ndef test(): pass", (), id="all skipped"),
    ],
)
def test_a_run_fails_whatever_its_tests_need(
    project: Project, tests: str, workers: tuple[str, ...]
) -> None:
    if workers:
        pytest.importorskip("xdist")
    project.write("test_it.py", tests)
    run = project.run(*expects("api_security"), *workers)
    assert run.status == 1
    assert run.section("ddcompat expectations") == [
        'not supported here, but expected by --ddcompat-expect: "api_security"',
        f"  {NEEDS}",
        "  fix: ddtrace >=2.6.0",
    ]


def test_what_is_undetermined_is_not_supported(project: Project) -> None:
    facts = json.loads((project.path / "facts.json").read_text(encoding="utf-8"))
    del facts["site"]
    project.write("facts.json", json.dumps(facts))
    project.write("test_it.py", f"{MARKS}@met\ndef test(): pass")
    run = project.run(*expects("threat_detection"))
    assert (run.outcomes, run.status) == ({"test": "passed"}, 1)
    _, reason = run.section("ddcompat expectations")
    assert "which is unknown" in reason


@pytest.mark.parametrize(
    ("options", "status"),
    [
        pytest.param("", 1, id="by the ini file"),
        pytest.param("--ddcompat-expect=threat_detection", 0, id="the option replaces it"),
    ],
)
def test_the_ini_file_may_name_it(project: Project, options: str, status: int) -> None:
    project.write(
        "pytest.ini",
        "[pytest]\nddcompat_facts = facts.json\nddcompat_expect =\n  sca\n  api_security\n",
    )
    project.write("test_it.py", "def test(): pass")
    run = project.run(*options.split())
    assert run.status == status
    head = f"not supported here, but expected by {project.path / 'pytest.ini'}: ddcompat_expect"
    assert run.section("ddcompat expectations")[:1] == (
        [f'{head}: "api_security"'] if status else []
    )


@pytest.mark.parametrize(
    ("expressions", "tracer", "told"),
    [
        pytest.param(["sca"], "1.5.0", "", id="exactly"),
        pytest.param(["sca"], "1.9.0", "threat_detection", id="one more"),
        pytest.param([], "1.5.0", "software_composition_analysis", id="nothing expected"),
        pytest.param([], "1.0", "", id="nothing expected or supported"),
    ],
)
def test_exactly(project: Project, expressions: list[str], tracer: str, told: str) -> None:
    project.write("test_it.py", "def test(): pass")
    here = [f"--ddcompat-set=tracer={tracer}", "--ddcompat-set=python=3.8"]
    options = [*here, *expects(*expressions)]
    assert project.run(*options).status == 0
    run = project.run(*options, "--ddcompat-expect-exactly")
    assert run.status == int(bool(told))
    said = f"supported here, but refused by --ddcompat-expect-exactly: {told}"
    assert run.section("ddcompat expectations") == ([said] if told else [])


@pytest.mark.parametrize(
    ("tests", "options", "status"),
    [
        pytest.param("def test(): assert 0", "", 1, id="a failed test"),
        pytest.param("import pytest\ndef test(): pytest.exit('x')", "", 2, id="interrupted"),
        pytest.param("import nothing_of_this_name", "", 2, id="collection error"),
        pytest.param("import pytest\ndef test(): pytest.exit('x', 7)", "", 7, id="pytest.exit"),
        pytest.param("def test(): pass", "--collect-only", 0, id="nothing is run"),
        pytest.param("def test(): pass", "--ddcompat-list", 0, id="tests are listed"),
        pytest.param("def test(): pass", "no_such_file.py", 4, id="usage error"),
    ],
)
def test_other_exit_statuses_stay(project: Project, tests: str, options: str, status: int) -> None:
    project.write("test_it.py", tests)
    assert project.run(*expects("api_security"), *options.split()).status == status


def test_the_reason_of_a_test_says_what_is_expected(project: Project) -> None:
    project.write("test_it.py", f"{MARKS}@unmet\ndef test(): pass")
    run = project.run(*expects("sca and api_security"), "--ddcompat-unsupported=xfail")
    assert run.outcomes == {"test": "failed"}
    reason = f'this job expects "sca and api_security": {NEEDS}'
    assert f"  1 failed: {reason}" in run.section("ddcompat")


def test_a_hook_s_verdict_lets_the_test_run_and_does_not_meet_the_expectation(
    project: Project,
) -> None:
    project.write(
        "conftest.py",
        """
        from pytest_ddcompat import Override, Status
        def pytest_ddcompat_verdict(): return Override(Status.SUPPORTED, "our build has it")
        """,
    )
    project.write("test_it.py", f"{MARKS}\n@unmet\ndef test(): pass")
    run = project.run("--ddcompat-expect=api_security")
    assert (run.outcomes, run.status) == ({"test": "passed"}, pytest.ExitCode.TESTS_FAILED)


def test_an_expectation_comes_before_the_policy(project: Project) -> None:
    project.write("test_it.py", f"{MARKS}@unmet\ndef test(): assert 0")
    options = ("-o", "ddcompat_policy=api_security: xfail")
    assert project.run(*options).outcomes == {"test": "xfailed"}
    assert project.run(*options, *expects("api_security")).outcomes == {"test": "failed"}


def test_a_test_cannot_change_what_was_found(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DD_SITE", "datadoghq.com")
    project.write("pytest.ini", "[pytest]")
    project.write(
        "test_it.py",
        "def test(monkeypatch_session): pass\n"
        "import pytest\n@pytest.fixture\ndef monkeypatch_session():\n"
        "    import os\n    os.environ['DD_SITE'] = 'app.ddog-gov.com'",
    )
    facts = ["tracer=4.16.0", "python=3.11", "os=linux", "cpu=x86-64", "implementation=cpython"]
    run = project.run(*expects("sca"), *(f"--ddcompat-set={fact}" for fact in facts))
    assert run.status == 0


@pytest.mark.parametrize("workers", [(), XDIST], ids=["", "xdist"])
def test_facts_that_cannot_be_understood_are_not_supported(
    project: Project, workers: tuple[str, ...]
) -> None:
    if workers:
        pytest.importorskip("xdist")
    project.write("conftest.py", "def pytest_ddcompat_facts(): return {'tracr': '1'}")
    project.write("test_it.py", "def test(): pass")
    run = project.run(*expects("sca"), "--ddcompat-expect-exactly", *workers)
    assert run.status == 1
    _, reason = run.section("ddcompat expectations")
    assert reason.startswith(
        "  this cannot be judged: FactsError: pytest_ddcompat_facts: unknown key"
    )


def test_workers_fail_tests_by_what_the_controller_decided(project: Project) -> None:
    pytest.importorskip("xdist")
    project.write(
        "conftest.py",
        "def pytest_ddcompat_facts(config):\n"
        "    worker = hasattr(config, 'workerinput')\n"
        "    return {'tracer': '2.5.0' if worker else '2.7.0'}",
    )
    project.write("pytest.ini", "[pytest]\nddcompat_set =\n  python=3.11\n  site=datadoghq.com\n")
    project.write("test_it.py", f"{MARKS}@unmet\ndef test(): pass")
    run = project.run(*expects("api_security"), *XDIST)
    assert (run.outcomes, run.status) == ({"test": "skipped"}, 0)
