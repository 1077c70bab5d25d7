"""Declarations files in a run: what states and requirements come to, and what reports say."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from support.core import STRICT, XDIST
from support.records import record_of

from pytest_ddcompat.declarations.file import STATES

if TYPE_CHECKING:
    from support.project import Project

NAMED = "--ddcompat-declarations=declared.toml"

# Each test once where its state applies, and once where it does not: ddtrace is 2.5.0.
TESTS = f"""
import pytest
pytestmark = pytest.mark.parametrize(
    ("state", "side"), [(s, side) for s in {[*STATES]} for side in ("here", "not_here")]
)
def test_passes(state, side): pass
def test_fails(state, side): assert 0
@pytest.mark.skip(reason="by the author")
def test_skip(state, side): assert 0
@pytest.mark.xfail(reason="by the author")
def test_xfail(state, side): assert 0
@pytest.mark.xfail(reason="by the author", run=False)
def test_no_run(state, side): assert 0
"""
STATED = "".join(
    f"""
    [[declarations]]
    tests = "test_it.py::*[{state}-here]"
    state = "{state}"
    when = {{tracer = "<3"}}

    [[declarations]]
    tests = "test_it.py::*[{state}-not_here]"
    state = "{state}"
    when = {{tracer = "<2"}}
    """
    for state in STATES
)
OUTCOMES = {
    "run": {
        "passes": "passed", "fails": "failed", "skip": "skipped", "xfail": "xfailed",
        "no_run": "xfailed",
    },
    "xfail": {
        "passes": "xpassed", "fails": "xfailed", "skip": "skipped", "xfail": "xfailed",
        "no_run": "xfailed",
    },
    "skip": {
        "passes": "skipped", "fails": "skipped", "skip": "skipped", "xfail": "skipped",
        "no_run": "xfailed",
    },
    "fail": {
        "passes": "failed", "fails": "failed", "skip": "skipped", "xfail": "failed",
        "no_run": "failed",
    },
    "deselect": {
        "passes": "deselected", "fails": "deselected", "skip": "skipped", "xfail": "deselected",
        "no_run": "deselected",
    },
}  # fmt: skip
"""What becomes of each test by the action of its state."""


@pytest.mark.parametrize(
    ("ini", "options", "actions"),
    [
        pytest.param("", "", {}, id="default"),
        pytest.param("", STRICT, {}, id="strict"),
        pytest.param("", "--ddcompat-unsupported=run", {}, id="unsupported run"),
        pytest.param("bug: skip", "", {"bug": "skip"}, id="one state"),
        *(
            pytest.param(
                "\n".join(f" {state}: {action}" for state in STATES),
                "",
                dict.fromkeys(STATES, action),
                id=f"all states {action}",
            )
            for action in OUTCOMES
        ),
    ],
)
def test_states(project: Project, ini: str, options: str, actions: dict[str, str]) -> None:
    (project.path / "pytest.ini").write_text(
        f"[pytest]\nddcompat_facts = facts.json\nddcompat_states = {ini}\n"
    )
    project.write("test_it.py", TESTS)
    project.write("declared.toml", STATED)
    run = project.run(NAMED, *options.split())
    acted = {**STATES, **actions}
    assert run.outcomes == {
        f"test_{test}[{state}-{side}]": outcome
        for state in STATES
        for side, action in (("here", acted[state]), ("not_here", "run"))
        for test, outcome in OUTCOMES[action].items()
    }


KINDS = """
import pytest, unittest
@pytest.mark.parametrize("x", [1, 2])
def test_parameters(x): pass
class TestPlain:
    def test_method(self): pass
class TestUnit(unittest.TestCase):
    def test_method(self): pass
def test_other(): pass
"""


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
def test_all_kinds_of_tests(project: Project, more: tuple[str, ...]) -> None:
    project.write("test_it.py", KINDS)
    project.write("sub/test_doc.py", '"""\n>>> 1\n2\n"""')
    project.write("sub/text.txt", ">>> 1\n2\n")
    project.write("test_bare.py", "def test_bare(): pass")
    project.write("declared.toml", """
        [[declarations]]
        tests = ["sub", "test_it.py::test_parameters[2]", "test_it.py::Test*"]
        state = "irrelevant"
        """)  # fmt: skip
    run = project.run(NAMED, "--doctest-modules", "--doctest-glob=*.txt", *more)
    assert run.outcomes == {
        "test_doc": "skipped",
        "text.txt": "skipped",
        "test_parameters[1]": "passed",
        "test_parameters[2]": "skipped",
        "TestPlain::test_method": "skipped",
        "TestUnit::test_method": "skipped",
        "test_other": "passed",
        "test_bare": "passed",
    }
    assert run.section("ddcompat")[1:4] == [
        "5 gated: 5 skipped",
        "declared here: 5 irrelevant",
        "  5 skipped: declared.toml:2 declares it irrelevant",
    ]


@pytest.mark.parametrize(
    ("keys", "options", "outcome", "reason"),
    [
        pytest.param(
            'requires = {tracer = ">=3"}', "", "skipped",
            'declared.toml:2: the test needs ddtrace >=3, found 2.5.0 (requires_tracer(">=3"))',
            id="requirement",
        ),
        pytest.param('requires = {tracer = ">=2"}', "", "passed", "", id="requirement that is met"),
        pytest.param(
            'requires = {tracer = ">=3"}\nticket = "T-1"\nreason = "a new call"', "", "skipped",
            "declared.toml:2 (T-1): a new call; the test needs ddtrace >=3, found 2.5.0 "
            '(requires_tracer(">=3"))',
            id="with ticket and reason",
        ),
        pytest.param('requires = {tracer = ">=3"}', STRICT, "failed", None, id="strict"),
        pytest.param(
            'requires = {tracer = ">=3"}\nunsupported = "xfail"', STRICT, "xpassed", None,
            id="its own action comes before the run's",
        ),
        pytest.param(
            'requires = {tracer = ">=3"}\nunsupported = "deselect"', "", "deselected", None,
            id="deselected by its own action",
        ),
        pytest.param(
            'requires = {framework = "bottle"}\nundetermined = "skip"', "", "skipped", None,
            id="undetermined, own action",
        ),
        pytest.param(
            'requires = {framework = "bottle"}\nunsupported = "fail"', "", "passed", None,
            id="undetermined, own action for another status",
        ),
        pytest.param(
            'state = "bug"\nwhen = {framework = "bottle"}', "", "passed", None,
            id="state that is undetermined",
        ),
        pytest.param(
            'state = "bug"\nwhen = {framework = "bottle"}\nundetermined = "skip"', "", "skipped",
            "declared.toml:2 declares it bug; unknown whether this applies: bottle installed (not "
            "among the given facts)",
            id="state that is undetermined, own action",
        ),
        pytest.param(
            'state = "bug"\nwhen = {tracer = "<3"}\nunsupported = "skip"', "", "skipped", None,
            id="state with its own action",
        ),
        pytest.param(
            'state = "flaky"\nwhen = {tracer = ">=3"}\nunsupported = "fail"', "", "passed", None,
            id="state with its own action that does not apply",
        ),
        pytest.param(
            'state = "bug"\nwhen = {framework = "bottle"}', "--ddcompat-undetermined=skip",
            "skipped", None, id="state that is undetermined, action of the run",
        ),
        pytest.param(
            'state = "flaky"\nwhen = {tracer = "<3"}\nticket = "T-1"\nreason = "times out"', "",
            "skipped", "declared.toml:2 declares it flaky (T-1): times out; ddtrace <3 (2.5.0)",
            id="state with ticket and reason",
        ),
        pytest.param(
            f'state = "flaky"\nwhen = {{tracer = "<3"}}\nreason = "{"why " * 40}"', "", "skipped",
            f"declared.toml:2 declares it flaky: {'why ' * 20}why…",
            id="state with a long reason",
        ),
        pytest.param(
            'state = "missing"\nrequires = {tracer = ">=3"}', "", "skipped",
            'declared.toml:2: the test needs ddtrace >=3, found 2.5.0 (requires_tracer(">=3")); '
            "declared.toml:2 declares it missing",
            id="requirement and state: the stronger action",
        ),
    ],
)  # fmt: skip
def test_one_declaration(
    project: Project, keys: str, options: str, outcome: str, reason: str | None
) -> None:
    project.write("test_it.py", "def test(): pass")
    (project.path / "declared.toml").write_text(
        f'\n[[declarations]]\ntests = "test_it.py"\n{keys}\n'
    )
    run = project.run(NAMED, *options.split(), "-rs")
    assert run.outcomes == {"test": outcome}
    if reason:
        (line,) = [line for line in run.out if line.startswith("SKIPPED")]
        assert line.partition(": ")[2] == reason


def test_markers_and_several_declarations_count_together(project: Project) -> None:
    project.write("test_it.py", """
        import pytest
        @pytest.mark.requires_tracer(">=3")
        def test_marked_and_xfail(): assert 0
        @pytest.mark.requires_tracer(">=2")
        def test_met_and_xfail(): assert 0
        @pytest.mark.requires_tracer(">=3", strict=True)
        def test_strict_and_skip(): assert 0
        def test_xfail_and_skip(): assert 0
        """)  # fmt: skip
    project.write("declared.toml", """
        [[declarations]]
        tests = "test_it.py::*_xfail*"
        state = "bug"
        [[declarations]]
        tests = "test_it.py::*_skip"
        state = "flaky"
        """)  # fmt: skip
    run = project.run(NAMED)
    assert run.outcomes == {
        "test_marked_and_xfail": "skipped",
        "test_met_and_xfail": "xfailed",
        "test_strict_and_skip": "failed",
        "test_xfail_and_skip": "skipped",
    }
    lines = run.section("ddcompat")
    assert lines[2] == "declared here: 3 bug, 2 flaky"
    # A test that is expected to fail runs: it need not get out of that state.
    assert "ddtrace >=3 would let 1 more test run" in lines


def test_the_reason_begins_with_what_acts(project: Project) -> None:
    project.write("test_it.py", "def test(): assert 0")
    project.write("declared.toml", f"""
        [[declarations]]
        tests = "test_it.py"
        state = "missing"
        reason = "{"why " * 20}"

        [[declarations]]
        tests = "test_it.py::test"
        state = "flaky"
        reason = "{"how " * 20}"
        """)  # fmt: skip
    run = project.run("-rs", NAMED)
    (line,) = [line for line in run.out if line.startswith("SKIPPED")]
    assert "declares it flaky: how how" in line
    assert line.endswith("; 1 more")


def test_the_remedy_of_a_state(project: Project) -> None:
    project.write("test_it.py", "def test(): pass")
    project.write("declared.toml", """
        [[declarations]]
        tests = "test_it.py"
        state = "flaky"
        when = {tracer = "<3.1"}
        """)  # fmt: skip
    run = project.run(NAMED)
    assert "ddtrace >=3.1 would let 1 more test run" in run.section("ddcompat")


def test_xfail_strict_of_the_ini_file(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nxfail_strict = true\nddcompat_facts = facts.json\n")
    project.write("test_it.py", "def test_passes(): pass\ndef test_fails(): assert 0")
    project.write("declared.toml", '[[declarations]]\ntests = "test_it.py"\nstate = "bug"')
    assert project.run(NAMED).outcomes == {"test_passes": "failed", "test_fails": "xfailed"}


def test_a_module_that_require_stops_is_as_before(project: Project) -> None:
    project.write("test_it.py", """
        from pytest_ddcompat import require
        require("api_security")
        def test(): pass
        """)  # fmt: skip
    project.write("declared.toml", '[[declarations]]\ntests = "**"\nstate = "bug"')
    run = project.run(NAMED, STRICT)
    assert run.outcomes == {"require": "failed"}
    assert [line for line in run.out if "declare" in line] == []


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
def test_reports(project: Project, more: tuple[str, ...]) -> None:
    project.write("test_it.py", """
        import pytest
        def test_bug(): assert 0
        @pytest.mark.requires_tracer(">=2")
        def test_met(): pass
        def test_other(): pass
        """)  # fmt: skip
    project.write("declared.toml", """
        [[declarations]]
        tests = "test_it.py::test_bug"
        state = "bug"
        ticket = "T-1"
        owner = "@team"
        feature = "blocking"
        [[declarations]]
        tests = ["test_it.py::test_met", "test_it.py::test_bug"]
        requires = {tracer = ">=1"}
        """)  # fmt: skip
    run = project.run(NAMED, "--ddcompat-report=run.json", "--junitxml=out.xml", *more)
    assert run.outcomes == {"test_bug": "xfailed", "test_met": "passed", "test_other": "passed"}
    bug = {
        "place": "declared.toml:2", "verdict": "unsupported", "state": "bug", "ticket": "T-1",
        "owner": "@team", "feature": "blocking",
    }  # fmt: skip
    met = {"place": "declared.toml:8", "verdict": "supported"}
    expected = {"test_bug": [bug, met], "test_met": [met]}
    record = record_of(project)
    decisions = {
        test["id"].partition("::")[2]: record["decisions"][test["decision"]]
        for test in record["tests"]
    }
    assert {name: decision["declarations"] for name, decision in decisions.items()} == expected
    assert [r["marker"] for r in decisions["test_bug"]["requirements"]] == [
        'declared("bug")', 'requires_tracer(">=1")',
    ]  # fmt: skip
    cases = ET.parse(project.path / "out.xml").iter("testcase")  # noqa: S314 - of our own run
    found = {case.attrib["name"]: case.find(".//property") for case in cases}
    told = {n: json.loads(p.attrib["value"]) for n, p in found.items() if p is not None}
    assert {name: decision["declarations"] for name, decision in told.items()} == expected


def test_the_mark_is_no_marker_of_users(project: Project) -> None:
    project.write("test_it.py", """
        import pytest
        @pytest.mark.ddcompat_declaration("bug")
        def test(): pass
        """)  # fmt: skip
    run = project.run("-W", "ignore", "--ddcompat-set=tracer=2.5.0")
    assert run.status == pytest.ExitCode.INTERRUPTED
    assert (
        'test_it.py:3: ddcompat_declaration("bug"): only declarations files give tests this mark; '
        "valid: requires_capability, "
    ) in "\n".join(run.out)


def test_folders_with_facts_of_their_own(project: Project) -> None:
    for folder, version in (("old", "1.0.0"), ("new", "3.0.0")):
        project.write(f"{folder}/conftest.py", f"""
            def pytest_ddcompat_facts(config): return {{"frameworks": {{"flask": "{version}"}}}}
            """)  # fmt: skip
        project.write(f"{folder}/test_{folder}.py", "def test(): pass")
    facts = json.loads((project.path / "facts.json").read_text())
    del facts["frameworks"]["flask"]
    (project.path / "facts.json").write_text(json.dumps(facts))
    project.write("declared.toml", """
        [[declarations]]
        tests = "*/test_*.py"
        state = "flaky"
        when = {framework = "flask", specifier = "<2"}
        """)  # fmt: skip
    run = project.run(NAMED, "-v")
    assert [line.split()[:2] for line in run.out if "::test " in line] == [
        ["new/test_new.py::test", "PASSED"],
        ["old/test_old.py::test", "SKIPPED"],
    ]


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
@pytest.mark.parametrize(
    ("variant", "outcomes"),
    [
        pytest.param("flask-poc", {"test_flask": "skipped", "test_django": "passed"}, id="one"),
        pytest.param("django-poc", {"test_flask": "passed", "test_django": "skipped"}, id="other"),
    ],
)
def test_facts_that_the_file_declares(
    project: Project, variant: str, outcomes: dict[str, str], more: tuple[str, ...]
) -> None:
    project.write("test_it.py", "def test_flask(): pass\ndef test_django(): pass")
    project.write("declared.toml", """
        [[facts]]
        id = "variant"
        kind = "word"
        words = ["flask-poc", "django-poc"]
        description = "The web application"
        variable = "WEBLOG"

        [[declarations]]
        tests = "test_it.py::test_flask"
        state = "irrelevant"
        when = {fact = "variant", value = "flask-poc"}

        [[declarations]]
        tests = "test_it.py::test_django"
        requires = {fact = "variant", value = "flask-poc"}
        """)  # fmt: skip
    run = project.run(NAMED, f"--ddcompat-set=fact.variant={variant}", *more)
    assert run.outcomes == outcomes
