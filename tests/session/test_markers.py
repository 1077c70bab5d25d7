"""Markers that cannot be understood, and markers that a conftest adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.project import Project

CAPABILITIES = (
    "valid: api_security, automatic_user_activity_event_tracking, code_security, "
    "customize_response_to_blocked_requests, sca, software_composition_analysis, "
    "threat_detection, threat_protection"
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("@BAD\ndef test(): pass", "test_it.py:3", id="function"),
        pytest.param("@BAD\nclass Test:\n    def test(self): pass", "test_it.py:5", id="class"),
        pytest.param("pytestmark = BAD\ndef test(): pass", "test_it.py:4", id="module"),
        pytest.param("pytestmark = BAD\ndef test(): pass\ndef test_b(): pass", "", id="two tests"),
        pytest.param(
            "@pytest.mark.parametrize('x', [1, pytest.param(2, marks=BAD)])\ndef test(x): pass",
            "test_it.py:3",
            id="parameter",
        ),
        pytest.param(
            "@BAD\n@pytest.mark.skip\ndef test(): pass", "test_it.py:3", id="skipped test"
        ),
        pytest.param(
            "import unittest\n@BAD\nclass Test(unittest.TestCase):\n    def test(self): pass",
            "test_it.py:6",
            id="unittest class",
        ),
    ],
)
def test_a_malformed_marker_is_an_error_wherever_it_stands(
    project: Project, text: str, place: str
) -> None:
    head = 'import pytest\nBAD = pytest.mark.requires_tracer("2")\n'
    project.write("test_it.py", head + text)
    project.write("test_other.py", "def test_other(): pass")
    run = project.run("--continue-on-collection-errors")
    problem = 'requires_tracer("2"): "2" is not a version specifier; did you mean ">=2"?'
    errors = [line for line in run.section("ERRORS") if line.startswith("test_it.py:")]
    places = [place] if place else ["test_it.py:4", "test_it.py:5"]
    assert errors == [f"{place}: {problem}" for place in places]
    assert run.outcomes["test_other"] == "passed"
    assert run.status == 1


@pytest.mark.parametrize(
    ("options", "status"),
    [
        pytest.param("", 2, id="one process"),
        pytest.param("-p xdist.plugin -n 2", 2, id="xdist"),
        pytest.param("--continue-on-collection-errors", 1, id="going on"),
        pytest.param(
            "-p xdist.plugin -n 2 --continue-on-collection-errors", 1, id="xdist, going on"
        ),
        pytest.param("--collect-only", 2, id="collecting only"),
    ],
)
def test_the_exit_status_and_message_are_the_same_with_xdist(
    project: Project, options: str, status: int
) -> None:
    if "xdist" in options:
        pytest.importorskip("xdist")
    project.write("test_bad.py", "import pytest\npytestmark = pytest.mark.requires_tracer('2')\n"
                  "def test(): pass")  # fmt: skip
    project.write("test_good.py", "def test_good(): pass")
    run = project.run(*options.split())
    line = 'test_bad.py:3: requires_tracer("2"): "2" is not a version specifier; '
    assert f'{line}did you mean ">=2"?' in run.section("ERRORS")
    assert run.status == status
    assert "INTERNALERROR" not in "".join(run.out)


CONFTEST = """
import pytest
def pytest_collection_modifyitems(items):
    for item in items:
        if item.name in MARKS:
            item.add_marker(MARKS[item.name])
MARKS = {
    "test_unmet": pytest.mark.requires_capability("api_security"),
    "test_wrong": pytest.mark.requires_capability("quux"),
    "test_repr": pytest.mark.requires_capability(3),
}
"""


@pytest.mark.parametrize(
    ("option", "unmet"),
    [
        pytest.param("", "skipped", id="default"),
        pytest.param("--ddcompat-strict", "failed", id="strict"),
        pytest.param("--ddcompat-unsupported=xfail", "xfailed", id="xfail"),
        pytest.param("--ddcompat-unsupported=deselect", "deselected", id="deselect"),
    ],
)
def test_markers_that_a_conftest_adds_later_count(
    project: Project, option: str, unmet: str
) -> None:
    project.write("conftest.py", CONFTEST)
    names = ["unmet", "wrong", "repr", "plain"]
    project.write("test_it.py", "\n".join(f"def test_{name}(): assert {name!r} == 'plain'"
                                          for name in names))  # fmt: skip
    run = project.run(*option.split())
    assert run.outcomes == {
        "test_unmet": unmet,
        "test_wrong": "error",
        "test_repr": "error",
        "test_plain": "passed",
    }
    wrong = f'requires_capability("quux"): the page has no capability "quux"; {CAPABILITIES}'
    assert wrong in run.section("ERRORS")


@pytest.mark.parametrize("method", ["__repr__", "__hash__", "__eq__"])
def test_an_argument_that_raises_is_no_internal_error(project: Project, method: str) -> None:
    tests = f"""
        import pytest
        class Odd(str):
            def {method}(self, *other): raise RuntimeError
        @pytest.mark.requires_capability(Odd("quux"))
        def test_text(): pass
        @pytest.mark.requires_capability(object.__new__(type("Odd", (), dict(vars(Odd)))))
        def test_other(): pass
    """
    project.write("test_it.py", tests)
    run = project.run()
    assert "INTERNALERROR" not in "".join(run.out)
    assert run.status in {1, 2}
