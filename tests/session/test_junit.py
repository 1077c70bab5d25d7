"""JUnit XML: properties of test cases, among them tags for Datadog."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from support.core import STRICT, XDIST

if TYPE_CHECKING:
    from support.project import Project

TESTS = """
import pytest
@pytest.mark.requires_capability("api_security")
def test_unmet(): pass
@pytest.mark.requires_capability("threat_detection")
def test_met(request): request.node.user_properties.append(("own", 1))
"""
TAGS = [f"dd_tags[ddcompat.{name}]" for name in ("verdict", "action", "capability", "matrix")]


def properties(project: Project, *options: str) -> dict[str, dict[str, str]]:
    """Run the tests, and return the properties by test case."""
    project.run("--junitxml=out.xml", *options)
    cases = ET.parse(project.path / "out.xml").iter("testcase")  # noqa: S314 - of our own run
    return {
        case.attrib["name"]: {
            found.attrib["name"]: found.attrib["value"] for found in case.iter("property")
        }
        for case in cases
    }


def tags(found: dict[str, str]) -> list[str]:
    """Return the values of the tags among the properties of a test."""
    assert [name for name in found if name.startswith("dd_tags")] == TAGS[: len(found) - 1]
    return [value for name, value in found.items() if name.startswith("dd_tags")]


@pytest.mark.parametrize("more", [(), XDIST, (STRICT,)], ids=["", "xdist", "strict"])
@pytest.mark.parametrize(
    ("option", "ours"),
    [
        pytest.param((), ["ddcompat", *TAGS], id="by default"),
        pytest.param(("-o", "ddcompat_junit=full"), ["ddcompat", *TAGS], id="full"),
        pytest.param(("-o", "ddcompat_junit=none"), [], id="none"),
    ],
)
def test_properties(
    project: Project, option: tuple[str, ...], ours: list[str], more: tuple[str, ...]
) -> None:
    project.write("test_it.py", TESTS)
    by_name = properties(project, "--ddcompat-report=run.json", *option, *more)
    found = {name: [*pairs] for name, pairs in by_name.items()}
    found["test_met"].sort(key="own".__eq__)
    assert found == {"test_unmet": ours, "test_met": [*ours, "own"]}
    tests = json.loads((project.path / "run.json").read_text())["tests"]
    assert len(tests) == 2  # the reports have them all the same


VALUES = """
import pytest
def test_free(): pass
@pytest.mark.requires_tracer("<1")
def test_unmet(): pass
@pytest.mark.requires_capability("sca or api_security")
@pytest.mark.requires_tracer("<1")
def test_both(): pass
@pytest.mark.requires_python(">=3.9")
def test_no_page(): pass
@pytest.mark.requires_tracer("<1")
@pytest.mark.skip
def test_skip(): pass
@pytest.mark.requires_python(">=3.9")
def test_inside(ddcompat): ddcompat.require("api_security")
"""
GIVEN = """
def pytest_ddcompat_facts():
    return {"tracer": "2.5.0", "python": "3.11.7"}
"""


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
@pytest.mark.parametrize("is_told", [True, False], ids=["options", "no options"])
def test_values_of_tags(project: Project, more: tuple[str, ...], is_told: bool) -> None:
    if not is_told:
        # With pytest-xdist, the process that writes the file then knows no page.
        project.write("pytest.ini", "[pytest]")
        project.write("conftest.py", GIVEN)
    project.write("test_it.py", VALUES)
    found = properties(project, *more)
    assert found["test_free"] == found["test_skip"] == {}
    both, page = "api_security,software_composition_analysis", "iast-python"
    assert found["test_unmet"]["dd_tags[ddcompat.matrix]"] == page
    assert "dd_tags[ddcompat.capability]" not in found["test_unmet"]
    assert tags(found["test_both"]) == ["unsupported", "skip", both, page]
    assert tags(found["test_no_page"]) == ["supported", "run"]
    assert tags(found["test_inside"]) == ["unsupported", "skip", "api_security", page]


FOLDER = """
from pathlib import Path
from pytest_ddcompat import load_matrix
def pytest_ddcompat_matrices():
    return [load_matrix(Path(__file__).parents[1] / "own.toml")]
"""


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
def test_tags_by_the_page_of_a_folder(project: Project, more: tuple[str, ...]) -> None:
    project.write("own.toml", 'extends = "iast-python"\npage = {id = "own"}\n')
    project.write("folder/conftest.py", FOLDER)
    marked = "@pytest.mark.requires_capability('sca', matrix='own')\ndef test_own(): pass"
    project.write("folder/test_own.py", f"import pytest\n{marked}")
    found = properties(project, *more)
    assert tags(found["test_own"])[2:] == ["software_composition_analysis", "own"]


def test_another_value(project: Project) -> None:
    run = project.run("-o", "ddcompat_junit=noen")
    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert run.err[0] == (
        'ERROR: ddcompat_junit: "noen" is not valid; did you mean "none"? valid: full, none'
    )
