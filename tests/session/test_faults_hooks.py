"""Hooks, markers and properties of users that raise anything, or give junk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from session.test_faults import PLAIN, TESTS, UNTOUCHED, run_broken, told

if TYPE_CHECKING:
    from support.project import Project

GATED = ("test_met", "test_unmet", "test_strict", "test_two")
CLASSES = """
import pytest, asyncio
class Own(BaseException): pass
class Silent(Exception):
    def __str__(self): raise ValueError
class Coloured(Exception):
    def __str__(self): return "\\x1b[31mred"
def deep(): deep()
class Junk:
    def __repr__(self): raise ValueError
    def __iter__(self): raise ValueError("no items")
    keys = __iter__
"""
HOOKS = ("facts", "matrices")
RAISED = {
    "raise RuntimeError('no')": "RuntimeError: no",
    "raise SystemExit(0)": "SystemExit: 0",
    "raise SystemExit": "SystemExit",
    "raise GeneratorExit": "GeneratorExit",
    "raise asyncio.CancelledError": "CancelledError",
    "raise Own('no')": "Own: no",
    "raise Silent": "Silent",
    "raise Coloured": "Coloured: \\x1b[31mred",
    "raise StopIteration": "StopIteration",
    "pytest.skip('no')": "Skipped: no",
    "pytest.fail('no')": "Failed: no",
    "pytest.xfail('no')": "XFailed: no",
    "deep()": "RecursionError: maximum recursion depth exceeded",
    "raise UnicodeError('\\ud800')": "UnicodeError: \\ud800",
}


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize(("statement", "message"), RAISED.items(), ids=list(RAISED))
def test_whatever_a_hook_raises_is_the_error_of_each_test_that_asks(
    project: Project, hook: str, statement: str, message: str
) -> None:
    project.write("test_it.py", TESTS)
    project.write("conftest.py", f"{CLASSES}\ndef pytest_ddcompat_{hook}():\n    {statement}\n")
    run = project.run("-p", "no:randomly")
    outcomes = {**PLAIN, **dict.fromkeys(GATED, "error"), "test_asks": run.outcomes["test_asks"]}
    assert (run.status, run.outcomes) == (1, outcomes)
    named = f'requires_capability("api_security"): pytest_ddcompat_{hook}: {message}'
    assert named in "\n".join(run.out)
    assert "INTERNALERROR" not in "\n".join([*run.out, *run.err])
    assert told(run) == []


ENDING = {
    "raise KeyboardInterrupt": "!!!!!!!!!! KeyboardInterrupt !!!!!!!!!!",
    "pytest.exit('enough')": "!!!!!!!!!! _pytest.outcomes.Exit: enough !!!!!!!!!!",
}


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize(("statement", "line"), ENDING.items(), ids=list(ENDING))
def test_a_hook_can_end_the_run(project: Project, hook: str, statement: str, line: str) -> None:
    project.write("test_it.py", TESTS)
    text = f"""
        import pytest
        def pytest_ddcompat_{hook}():
            with open("calls", "a") as file: file.write("called ")
            {statement}
    """
    project.write("conftest.py", text)
    run = project.run_apart("-p", "no:randomly", "--ddcompat-report=run.json")
    assert run.status == 2
    assert line.strip("! ") in "\n".join(run.out)
    assert (project.path / "calls").read_text() == "called "
    record = f"ddcompat: the record {project.path / 'run.json'} is not written"
    assert f"{record}: RuntimeError: pytest_ddcompat_{hook} has ended the run" in run.out
    assert "INTERNALERROR" not in "\n".join([*run.out, *run.err])


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize(
    "junk",
    ["1", "'text'", "b'bytes'", "object()", "Junk()", "[Junk()]", "{Junk(): 1}", "{'os': Junk()}",
     "(x for x in [1])", "[None]", "{'tracer': 1.5}", "{'frameworks': Junk()}", "[[]]", "['\\0']",
     "{'deployments': 'docker'}", "{1: 2}", "True", "['no' * 10_000]", "float('nan')"],
)  # fmt: skip
def test_whatever_a_hook_gives_is_no_more_than_that(project: Project, hook: str, junk: str) -> None:
    project.write("test_it.py", TESTS)
    project.write("conftest.py", f"{CLASSES}\ndef pytest_ddcompat_{hook}(): return {junk}\n")
    run = project.run("-p", "no:randomly")
    assert {test: run.outcomes[test] for test in PLAIN} == PLAIN
    assert {run.outcomes[test] for test in GATED} == {"error"}
    assert run.status == 1
    assert "INTERNALERROR" not in "\n".join([*run.out, *run.err])
    assert told(run) == []


KINDS = [
    "SystemExit(3)",
    "GeneratorExit",
    "pytest.skip.Exception('no')",
    "RecursionError('no')",
    "pytest.fail.Exception('no')",
    "MemoryError",
    "BaseException('no')",
    "pytest.UsageError",
]
PLACES = [
    "evaluation.pages:evaluate",
    "session.summary:head_of",
    "session.fixture:summarize",
    "session.hooks:GatingHooks._refuse_problems",
    "session.outcomes:Ledger.entries",
    "session.record_hooks:Recorder._write",
]


@pytest.mark.parametrize(
    ("place", "error"),
    [
        *(
            (place, error)
            for place in ("session.gate:Gate.decide", "session.outcomes:Ledger.see")
            for error in KINDS
        ),
        *((place, "SystemExit") for place in PLACES),
    ],
)
def test_no_kind_of_error_ends_the_run(project: Project, place: str, error: str) -> None:
    run = run_broken(project, place, "--ddcompat-report=run.json", error=error)
    assert {test: run.outcomes[test] for test in PLAIN} == PLAIN
    assert run.status == 1
    assert not place.startswith("session.gate") or {run.outcomes[test] for test in GATED} == {
        "error"
    }


PROPERTIES = ["'text'", "1", "None", "'[]'", "'{}'", "'{\"action\": 1}'", "'[' * 100_000", "b''"]


@pytest.mark.parametrize("value", PROPERTIES)
@pytest.mark.parametrize("more", [(), ("-p", "xdist.plugin", "-n", "1")], ids=["", "xdist"])
def test_a_tests_own_property_of_the_same_name_is_let_be(
    project: Project, value: str, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("xdist")
    own = f"def test_own(record_property): record_property('ddcompat', {value})\n"
    project.write("test_it.py", TESTS + own + own.replace("def", "@requires_capability('sca')\ndef")
                  .replace("own(", "own_gated("))  # fmt: skip
    run = project.run("-p", "no:randomly", "--ddcompat-report=run.json", *more)
    own_tests = {"test_own": "passed", "test_own_gated": "passed"}
    assert (run.status, run.outcomes) == (1, {**UNTOUCHED, **own_tests})
    assert told(run) == []
    assert "6 gated: 2 ran, 3 skipped, 1 failed" in run.out
