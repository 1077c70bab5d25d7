"""One line of the summary says where a page was too old to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat import load_matrix

if TYPE_CHECKING:
    from support.project import Project

READ = load_matrix().page.read
RENEW = (
    f" (iast-python, read {READ}); for a newer page, upgrade pytest-ddcompat or use "
    "`ddcompat import`"
)
FAIL = "; to fail undetermined tests, use --ddcompat-undetermined=fail"
NEWER = f"2 undetermined: ddtrace 5.0.0 is newer than the page{RENEW}{FAIL}"
PAST = (
    "1 unsupported: the page gives the support level of ddtrace >=3.0,<4 until 2026-05-31 "
    f"only{RENEW}"
)
TESTS = """
import pytest
@pytest.mark.requires_capability("api_security")
def test_capability(): pass
@pytest.mark.requires_support_level("maintenance")
def test_level(): pass
@pytest.mark.requires_tracer(">=2")
def test_tracer(): pass
"""


@pytest.mark.parametrize("more", ["", "-p xdist.plugin -n 2"])
@pytest.mark.parametrize(
    ("options", "line"),
    [
        pytest.param("tracer=5.0.0", NEWER, id="newer than all branches"),
        pytest.param("tracer=5.0.0.dev1", NEWER.replace("0.0 is", "0.0.dev1 is"), id="a build"),
        pytest.param("tracer=5.0.0 --ddcompat-undetermined=skip", NEWER, id="skipped"),
        pytest.param("tracer=5.0.0 --ddcompat-undetermined=fail", "", id="failed already"),
        pytest.param("tracer=3.5.0 --ddcompat-set date=2026-06-01", PAST, id="past its date"),
        pytest.param("tracer=3.5.0 --ddcompat-set date=2026-05-31", "", id="on its date"),
        pytest.param("tracer=4.2.0", "", id="on the page"),
        pytest.param("tracer=2.5.0", "", id="too old"),
    ],
)
def test_line(project: Project, options: str, line: str, more: str) -> None:
    project.write("test_it.py", TESTS)
    run = project.run("--ddcompat-set", *options.split(), *more.split())
    lines = [text for text in run.section("ddcompat") if "for a newer page" in text]
    assert lines == [line] * bool(line)


@pytest.mark.parametrize(
    ("marker", "options"),
    [
        pytest.param('requires_tracer(">=2")', "tracer=5.0.0", id="no row of the page"),
        pytest.param('requires_framework("bottle")', "tracer=5.0.0", id="undetermined otherwise"),
        pytest.param('requires_capability("sca")', "tracer=3.5.0", id="no level is required"),
        pytest.param(
            'requires_support_level("ga")',
            "tracer=3.5.0 date=2026-06-01",
            id="a level it never had",
        ),
        pytest.param(
            'requires_capability("sca", support_level="ga")',
            "tracer=3.5.0 date=2026-06-01",
            id="a level it never had, of a capability",
        ),
        pytest.param(
            'requires_capability("sca", framework="flask")', "tracer=3.5.0", id="other check"
        ),
    ],
)
def test_no_line_where_no_stale_row_decided(project: Project, marker: str, options: str) -> None:
    project.write("test_it.py", f"import pytest\n@pytest.mark.{marker}\ndef test(): pass\n")
    run = project.run(*(f"--ddcompat-set={fact}" for fact in options.split()))
    assert "newer page" not in "\n".join(run.section("ddcompat"))
    assert run.section("ddcompat")[1].startswith("1 gated: ")


def test_in_a_gap_between_branches_the_page_is_not_too_old(project: Project) -> None:
    overlay = """
        extends = "iast-python"
        [[releases]]
        documented = [">=4.0,<5", "General Availability", "7.28"]
        tracer = ">=4.0,<5"
        remove = true
        reason = "for a gap"
        source = "made up"
        [[releases]]
        tracer = ">=5,<6"
        support_level = "general_availability"
        reason = "a branch above the gap"
        source = "made up"
    """
    project.write("gap.toml", overlay)
    project.write("test_it.py", TESTS)
    run = project.run("--ddcompat-matrix", "gap.toml", "--ddcompat-set", "tracer=4.1.0")
    assert "2 undetermined" not in "\n".join(run.out)
    assert "no release branch of the page holds ddtrace 4.1.0" in "\n".join(run.out)
