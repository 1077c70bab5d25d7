"""`--ddcompat-report`: what a run writes, whatever becomes of it."""

from __future__ import annotations

import json
import tempfile
from typing import TYPE_CHECKING, Any

import pytest
from support.core import XDIST
from support.records import MET, OUTCOMES, UNMET, outcomes_of, record_of

import pytest_ddcompat.session.record_hooks  # noqa: F401 - before inner runs restore sys.modules
from pytest_ddcompat import Environment, Requirement, evaluate, load_matrix

if TYPE_CHECKING:
    from support.project import Project

EXPECTED = {
    "test_passed": "passed",
    "test_failed": "failed",
    "test_skipped": "skipped",
    "test_xfailed": "xfailed",
    "test_xpassed": "xpassed",
    "test_error": "error",
    "test_error_after": "error",
    "TestUnit::test_skipped": "skipped",
    "test_require": "skipped",
    "test_require_too": "skipped",
}


def plain(record: dict[str, Any]) -> dict[str, Any]:
    """A record without what depends on the order of the tests."""
    tests = [{**t, "decision": record["decisions"][t["decision"]]} for t in record["tests"]]
    entries = {key: sorted(record[key], key=str) for key in ("findings", "requirements")}
    run = {**record["run"], "id": "", "begin": "", "end": ""}
    tests.sort(key=str)
    return {**record, **entries, "run": run, "decisions": len(record["decisions"]), "tests": tests}


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
def test_every_gated_test_is_in_it_with_its_outcome(
    project: Project, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("test_it.py", OUTCOMES)
    temporary = project.path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    run = project.run("--ddcompat-report=run.json", *more)
    record = record_of(project)
    assert outcomes_of(record) == EXPECTED
    assert (record["run"]["exit_status"], record["run"]["interrupted"]) == (run.status, False)
    assert not list(temporary.iterdir())
    by_name = {test["id"].partition("::")[2]: test for test in record["tests"]}
    assert by_name["test_passed"]["file"] == "test_it.py"
    assert by_name["test_passed"]["line"] == 7
    both = record["decisions"][by_name["test_require_too"]["decision"]]
    markers = [requirement["marker"] for requirement in both["requirements"]]
    assert markers == [line.strip()[len("@pytest.mark.") :] for line in (MET, UNMET)]
    assert (both["verdict"], both["action"]) == ("unsupported", "skip")


def test_decisions_carry_every_finding_and_stand_once(project: Project) -> None:
    project.write("test_it.py", OUTCOMES)
    project.run("--ddcompat-report=run.json")
    record = record_of(project)
    asked = [[r["marker"] for r in d["requirements"]] for d in record["decisions"]]
    assert len(asked) == len({tuple(markers) for markers in asked}) == 3
    facts = json.loads((project.path / "facts.json").read_text())
    verdict = evaluate(
        Requirement.capability("api_security"),
        Environment.from_mapping(facts, "facts.json"),
        load_matrix(),
    )
    (unmet,) = (d for d in record["decisions"] if len(d["requirements"]) == 1 and d["reason"])
    (requirement,) = unmet["requirements"]
    assert unmet["reason"] == verdict.reason
    assert unmet["mend"] == ["ddtrace >=2.6.0"]
    assert requirement["verdict"] == "unsupported"
    expected = [{**f._asdict(), "outcome": f.outcome.value} for f in verdict.findings]
    assert [{**f, "change": e["change"]} for f, e in zip(requirement["findings"], expected)] == (
        expected
    )


def test_environment_and_page_are_in_it(project: Project) -> None:
    project.write("test_it.py", f"import pytest\n{MET}def test(): pass")
    project.run("--ddcompat-report=run.json", "--ddcompat-set=tracer=2.5.1")
    record = record_of(project)
    facts = json.loads((project.path / "facts.json").read_text())
    assert record["environments"][0]["facts"] == {**facts, "tracer": "2.5.1"}
    signals = record["environments"][0]["signals"]
    assert (signals["tracer"], signals["framework.django"]) == ("--ddcompat-set", "facts.json")
    page = load_matrix().page
    assert record["matrices"][0]["id"] == page.id
    assert record["matrices"][0]["read"] == str(page.read)


def test_the_policy_s_deselected_tests_are_in_it_and_not_the_user_s(project: Project) -> None:
    project.write("test_it.py", OUTCOMES)
    options = ("--ddcompat-unsupported=deselect", "-k", "skipped and not author")
    project.run("--ddcompat-report=run.json", *options)
    expected = {"test_skipped": "deselected", "TestUnit::test_skipped": "deselected"}
    assert outcomes_of(record_of(project)) == expected


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ("--ddcompat-strict", "failed"),
        ("--ddcompat-unsupported=xfail", "xfailed"),
        ("--ddcompat-unsupported=run", "failed"),
        ("--collect-only", "not_run"),
        ("--ddcompat-strict --reruns=1 -p pytest_rerunfailures", "failed"),
    ],
)
def test_other_actions(project: Project, options: str, outcome: str) -> None:
    if "reruns" in options:
        pytest.importorskip("pytest_rerunfailures")
    project.write("test_it.py", f"import pytest\n{UNMET}def test(): assert 0")
    project.run("--ddcompat-report=run.json", *options.split())
    assert outcomes_of(record_of(project)) == {"test": outcome}


def test_of_several_runs_the_last_counts(project: Project) -> None:
    pytest.importorskip("pytest_rerunfailures")
    project.write(
        "test_it.py", f"import pytest\nn = []\n{MET}def test(): n.append(1); assert n[1:]"
    )
    project.run("--ddcompat-report=run.json", "--reruns=2", "-p", "pytest_rerunfailures")
    assert outcomes_of(record_of(project)) == {"test": "passed"}


def test_of_what_several_runs_require_the_last_counts(project: Project) -> None:
    pytest.importorskip("pytest_rerunfailures")
    project.write(
        "test_it.py",
        f"import pytest\nn = []\n{MET}def test(ddcompat):\n    n.append(1)\n"
        "    ddcompat.require('api_security', strict=len(n) == 1)",
    )
    project.run("--ddcompat-report=run.json", "--reruns=2", "-p", "pytest_rerunfailures")
    record = record_of(project)
    (decision,) = record["decisions"]
    assert outcomes_of(record) == {"test": "skipped"}
    assert decision["action"] == "skip"
    asked = [requirement["marker"] for requirement in decision["requirements"]]
    assert asked == [line.strip()[len("@pytest.mark.") :] for line in (MET, UNMET)]


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
def test_marks_that_come_late_are_in_it(project: Project, more: tuple[str, ...]) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("test_it.py", f"import pytest\n{MET}def test_one(): pass\ndef test_two(): pass")
    project.write(
        "conftest.py",
        "import pytest\n@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_protocol(item):\n"
        "    item.add_marker(pytest.mark.requires_capability('api_security'))\n",
    )
    project.run("--ddcompat-report=run.json", "-p", "no:randomly", *more)
    record = record_of(project)
    assert outcomes_of(record) == {"test_one": "skipped", "test_two": "skipped"}
    asked = [len(record["decisions"][t["decision"]]["requirements"]) for t in record["tests"]]
    assert asked == [2, 1]


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
@pytest.mark.parametrize("options", ["", "--ddcompat-strict"])
def test_modules_that_require_are_in_it(
    project: Project, options: str, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("test_it.py", "import pytest_ddcompat\n\npytest_ddcompat.require('api_security')")
    project.run("--ddcompat-report=run.json", *options.split(), *more)
    (test,) = record_of(project)["tests"]
    expected = ("test_it.py::require", "failed") if options else ("test_it.py", "skipped")
    assert (test["id"], test["outcome"]) == expected
    assert (test["file"], test["line"]) == ("test_it.py", 3)


def test_the_record_of_a_run_with_workers_is_the_same(project: Project) -> None:
    pytest.importorskip("xdist")
    project.write("test_it.py", OUTCOMES)
    project.run("--ddcompat-report=run.json")
    project.run("--ddcompat-report=workers.json", *XDIST)
    assert plain(record_of(project, "workers.json")) == plain(record_of(project))


def test_a_worker_that_crashes_loses_nothing(project: Project) -> None:
    pytest.importorskip("xdist")
    crash = f"{MET}def test_crash(): import os; os._exit(3)\n"
    setup = f"{MET}def test_crash_early(gone): pass\n"
    gone = "@pytest.fixture\ndef gone(): import os; os._exit(3)\n"
    later = "\n".join(f"{MET}def test_{n}(): pass" for n in range(6))
    project.write("test_it.py", f"import pytest\n{gone}{crash}{setup}{later}")
    project.run("--ddcompat-report=run.json", *XDIST, "--max-worker-restart=1")
    outcomes = outcomes_of(record_of(project))
    assert len(outcomes) == 8
    assert outcomes["test_crash"] == outcomes["test_crash_early"] == "failed"


def test_no_gated_test_is_a_record_too(project: Project) -> None:
    project.write("test_it.py", "def test(): pass")
    project.run("--ddcompat-report=run.json")
    record = record_of(project)
    assert (record["tests"], record["decisions"], record["run"]["exit_status"]) == ([], [], 0)


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
def test_what_a_marker_says_of_strict_is_in_it(project: Project, more: tuple[str, ...]) -> None:
    tests = """
        import pytest, pytest_ddcompat
        pytest_ddcompat.require("sca", strict=True)
        @pytest.mark.requires_capability("api_security", strict=False)
        @pytest.mark.requires_tracer(">=2")
        def test_marked(): pass
        def test_inside(ddcompat): ddcompat.require("api_security", strict=True)
    """
    project.write("test_it.py", tests)
    project.run("--ddcompat-report=run.json", "--junitxml=out.xml", *more)
    record = record_of(project)
    by_test = {
        test["id"].partition("::")[2]: [
            (requirement["marker"], requirement["strict"])
            for requirement in record["decisions"][test["decision"]]["requirements"]
        ]
        for test in record["tests"]
    }
    sca, api_security = 'requires_capability("sca")', 'requires_capability("api_security")'
    assert by_test == {
        "test_marked": [('requires_tracer(">=2")', None), (api_security, False), (sca, True)],
        "test_inside": [(sca, True), (api_security, True)],
    }
    xml = (project.path / "out.xml").read_text()
    for strict in ("False", "True"):
        assert f"requires_capability(\\&quot;api_security\\&quot;, strict={strict})" in xml


FORGED = """
import json, pytest
MET = pytest.mark.requires_capability("sca")
@pytest.fixture
def forge(request):
    def forge(marker):
        text = {"verdict": "unsupported", "action": "skip", "requires": [marker],
                "reason": "forged", "mend": []}
        request.node.user_properties.append(("ddcompat", json.dumps(text)))
    return forge
@MET
def test_words(request): request.node.user_properties.append(("ddcompat", "mine"))
@MET
def test_gated(forge): forge('requires_tracer(">=9")')
def test_plain(forge): forge('requires_capability("on no page")')
"""


def test_a_property_that_a_test_writes_itself_is_no_decision(project: Project) -> None:
    project.write("test_it.py", FORGED)
    run = project.run("--ddcompat-report=run.json")
    assert outcomes_of(record_of(project)) == {"test_words": "passed", "test_gated": "passed"}
    assert run.section("ddcompat")[1:] == ["2 gated: 2 ran"]


def test_a_property_that_a_test_writes_itself_loses_no_record(project: Project) -> None:
    project.write("test_it.py", FORGED)
    run = project.run("--ddcompat-report=run.json", *XDIST)
    assert run.status == 0
    assert outcomes_of(record_of(project)) == {"test_words": "passed", "test_gated": "passed"}
