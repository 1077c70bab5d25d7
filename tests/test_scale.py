"""What many tests come to: one evaluation for each thing that is asked, and a short summary."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import pytest_ddcompat.evaluation.remedies  # noqa: F401 - before inner runs restore sys.modules
from pytest_ddcompat.session import advice

if TYPE_CHECKING:
    from support.project import Project

COUNTING = """
import collections, json, pathlib
from pytest_ddcompat.evaluation import pages

original, counts = pages.evaluate, collections.Counter()

def counting(requirement, environment, matrix):
    assumed = environment.tracer.signal == "assumed"
    counts["assumed" if assumed else requirement.marker] += 1
    return original(requirement, environment, matrix)

pages.evaluate = counting

def pytest_unconfigure():
    pages.evaluate = original
    pathlib.Path("counts.json").write_text(json.dumps(counts))
"""
TESTS = """
import pytest
from pytest_ddcompat import requires_capability, requires_tracer

@pytest.mark.parametrize("n", range(5))
@pytest.mark.requires_capability("api_security")
def test_plain(n): pass

@pytest.mark.parametrize("n", range(5))
@requires_capability("api_security", strict=True)
def test_strict(n): pass

@requires_capability("threat_detection")
@requires_capability("api_security")
@requires_tracer(">=2")
def test_together(): pass

@requires_tracer(">=2")
def test_met(): pass
"""
ASKED = (
    'requires_capability("api_security")',
    'requires_capability("threat_detection")',
    'requires_tracer(">=2")',
)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="with a summary"),
        pytest.param(("--ddcompat-report=record.json",), id="with a record too"),
        pytest.param(("--ddcompat-unsupported=deselect",), id="deselecting"),
    ],
)
def test_each_requirement_is_evaluated_once(project: Project, options: tuple[str, ...]) -> None:
    project.write("conftest.py", COUNTING)
    project.write("test_it.py", TESTS)
    project.run("--ddcompat-set=tracer=2.5.0", *options)
    counts = json.loads((project.path / "counts.json").read_text())
    assert counts.pop("assumed")
    assert counts == dict.fromkeys(ASKED, 1)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param(20, [], id="as many as are tried"),
        pytest.param(21, ["  1 other change would let tests run too"], id="one more"),
        pytest.param(22, ["  2 other changes would let tests run too"], id="two more"),
    ],
)
def test_only_so_many_changes_are_tried(project: Project, changes: int, told: list[str]) -> None:
    tests = "import pytest\n" + "".join(
        f'@pytest.mark.requires_tracer(">=3.{n}")\ndef test_{n}(): pass\n' for n in range(changes)
    )
    project.write("test_it.py", tests)
    lines = project.run("--ddcompat-set=tracer=2.5.0").section("ddcompat")
    assert len([line for line in lines if line.endswith(("more test run", "more tests run"))]) == 20
    assert [f"  {line.strip()}" for line in lines if "other change" in line] == told


def assumed(project: Project, text: str) -> int:
    """Run 400 tests, and return how often a requirement was evaluated in a changed environment."""
    project.write("conftest.py", COUNTING)
    tests = (f"@pytest.mark.{text.format(n)}\ndef test_{n}(): pass\n" for n in range(400))
    project.write("test_it.py", "import pytest\n" + "".join(tests))
    assert project.run("--ddcompat-set=tracer=2.5.0").outcomes["test_399"] == "skipped"
    counts: dict[str, int] = json.loads((project.path / "counts.json").read_text())
    return counts["assumed"]


def test_remedies_are_found_once_for_each_cause(project: Project) -> None:
    many = assumed(project, 'requires_capability("api_security", framework="web{}")')
    assert many < 500  # one remedy, tried on each test


def test_remedies_of_many_causes_are_tried_within_limits(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advice, "_TRIALS", 1000)
    alone = 400 * 3  # to find one for each test
    assert assumed(project, 'requires_tracer(">=5.{}")') < alone + 1000
    lines = [line for line in project.run("--ddcompat-set=tracer=2.5.0").out if "would let" in line]
    assert lines[-1] == "398 other changes would let tests run too"
    monkeypatch.setattr(advice, "_TRIALS", 399)
    lines = [line for line in project.run("--ddcompat-set=tracer=2.5.0").out if "would let" in line]
    assert lines == ["400 changes would let tests run"]


def test_reasons_are_40_lines_at_most(project: Project) -> None:
    tests = (
        f"@pytest.mark.requires_tracer('>=5.{n}')\n"
        f"@pytest.mark.parametrize('m', range({n % 2 + 1}))\n"
        f"def test_{n}(m): pass\n"
        for n in range(10, 55)
    )
    project.write("test_it.py", "import pytest\n" + "".join(tests))
    lines = [line for line in project.run().section("ddcompat") if line.startswith("  ")]
    assert len(lines) == 41
    assert lines[0].startswith("  2 skipped: the test needs ddtrace >=5.11,")
    assert lines[39].startswith("  1 skipped: the test needs ddtrace >=5.44,")
    assert lines[40] == "  and 5 more; use --ddcompat-report to list all of them"


COUNTING_DECLARED = """
import collections, importlib, json, pathlib
from pytest_ddcompat.evaluation import pages

# Not as an attribute of the package, which may be that of an earlier run.
Declarations = importlib.import_module("pytest_ddcompat.declarations.file").Declarations
declarations = importlib.import_module("pytest_ddcompat.evaluation.declared")
found, decided, evaluated = Declarations.of, declarations.decide_declared, pages.evaluate
counts = collections.Counter()

def counting(name, function):
    def call(*arguments):
        counts[name] += 1
        return function(*arguments)
    return call

Declarations.of = counting("found", found)
declarations.decide_declared = counting("decided", decided)
pages.evaluate = counting("evaluated", evaluated)

def pytest_sessionfinish():
    Declarations.of, declarations.decide_declared = found, decided
    pages.evaluate = evaluated
    pathlib.Path("counts.json").write_text(json.dumps(counts))
"""


def test_each_declaration_is_decided_once(project: Project) -> None:
    project.write("conftest.py", COUNTING_DECLARED)
    project.write("test_it.py", """
        import pytest
        @pytest.mark.parametrize("n", range(20))
        def test_many(n): pass
        def test_one(): pass
        """)  # fmt: skip
    project.write("declared.toml", """
        [[declarations]]
        tests = "test_it.py"
        requires = {tracer = ">=2"}

        [[declarations]]
        tests = "test_it.py::test_many"
        state = "missing"
        when = [{tracer = ">=2"}, {tracer = "<2.1"}]

        [[declarations]]
        tests = "test_it.py::test_one"
        state = "bug"
        when = {tracer = "<2.1"}
        """)  # fmt: skip
    run = project.run("--ddcompat-declarations=declared.toml", "--ddcompat-report=record.json")
    assert {*run.outcomes.values()} == {"passed"}
    counts = json.loads((project.path / "counts.json").read_text())
    assert counts == {"found": 21, "decided": 3, "evaluated": 2}
