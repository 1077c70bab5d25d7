"""`ddcompat_junit`: properties of test cases in JUnit XML."""

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


def properties(project: Project, *options: str) -> dict[str, list[str]]:
    """Run the tests, and return the names of properties by test case."""
    project.write("test_it.py", TESTS)
    project.run("--junitxml=out.xml", "--ddcompat-report=run.json", *options)
    cases = ET.parse(project.path / "out.xml").iter("testcase")  # noqa: S314 - of our own run
    return {
        case.attrib["name"]: [found.attrib["name"] for found in case.iter("property")]
        for case in cases
    }


@pytest.mark.parametrize("more", [(), XDIST, (STRICT,)], ids=["", "xdist", "strict"])
@pytest.mark.parametrize(
    ("option", "ours"),
    [
        pytest.param((), ["ddcompat"], id="by default"),
        pytest.param(("-o", "ddcompat_junit=full"), ["ddcompat"], id="full"),
        pytest.param(("-o", "ddcompat_junit=none"), [], id="none"),
    ],
)
def test_properties(
    project: Project, option: tuple[str, ...], ours: list[str], more: tuple[str, ...]
) -> None:
    found = properties(project, *option, *more)
    found["test_met"].sort()
    assert found == {"test_unmet": ours, "test_met": [*ours, "own"]}
    tests = json.loads((project.path / "run.json").read_text())["tests"]
    assert len(tests) == 2  # the reports have them all the same


def test_another_value(project: Project) -> None:
    run = project.run("-o", "ddcompat_junit=noen")
    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert run.err[0] == (
        'ERROR: ddcompat_junit: "noen" is not valid; did you mean "none"? valid: full, none'
    )
