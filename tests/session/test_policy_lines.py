"""A policy in lines of the ini file, in runs of pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.core import MARKS, STRICT, XDIST

if TYPE_CHECKING:
    from support.project import Project

NEEDS = (
    "api_security needs ddtrace >=2.6.0, found 2.5.0 "
    '(Application Security capabilities support: "2.6.0")'
)
FACTS = "ddcompat_facts = facts.json"
TESTS = f"""
{MARKS}
from pytest_ddcompat import requires_capability
@met
def test_met(): pass
@unmet
def test_unmet(): assert 0
@unmet_strict
def test_strict(): assert 0
@unmet_lax
def test_lax(): assert 0
@pytest.mark.requires_tracer(">=9")
def test_tracer(): assert 0
@unknown
def test_unknown(): pass
"""
UNCHANGED = {
    "test_met": "passed",
    "test_unmet": "skipped",
    "test_strict": "failed",
    "test_lax": "skipped",
    "test_tracer": "skipped",
    "test_unknown": "passed",
}


def write(project: Project, *lines: str, ini: str = "pytest.ini") -> None:
    listed = "".join(f"    {line}\n" for line in lines)
    head = "[tool:pytest]" if ini == "setup.cfg" else "[pytest]"
    project.write(ini, f"{head}\n{FACTS}\nddcompat_policy =\n{listed}")


@pytest.mark.parametrize(
    ("lines", "options", "changed"),
    [
        pytest.param([], "", {}, id="none"),
        pytest.param(["sca: fail"], "", {}, id="another capability"),
        pytest.param(
            ["api_security: xfail"], "", {"test_unmet": "xfailed", "test_lax": "xfailed"},
            id="xfail",
        ),
        pytest.param(["api_security: fail"], "", {"test_unmet": "failed"}, id="fail"),
        pytest.param(
            ["api_security: run"], "", {"test_unmet": "failed", "test_lax": "failed"}, id="run"
        ),
        pytest.param(
            ["api_security: xfail"], STRICT,
            {"test_unmet": "xfailed", "test_lax": "xfailed", "test_tracer": "failed"},
            id="before the run",
        ),
        pytest.param(
            ["threat_detection[end_of_life]: fail"], "", {"test_met": "failed"}, id="level"
        ),
        pytest.param(["threat_detection[ga]: fail"], "", {}, id="another level"),
        pytest.param(["*.tracer: fail"], "", {"test_unmet": "failed"}, id="check"),
        pytest.param(["*.agent: fail"], "", {}, id="another check"),
    ],
)  # fmt: skip
def test_a_line_decides(
    project: Project, lines: list[str], options: str, changed: dict[str, str]
) -> None:
    write(project, *lines)
    project.write("test_it.py", TESTS)
    assert project.run(*options.split()).outcomes == {**UNCHANGED, **changed}


def test_a_line_decides_with_xdist(project: Project) -> None:
    pytest.importorskip("xdist")
    write(project, "api_security: xfail", "threat_detection[eol]: fail")
    project.write("test_it.py", TESTS)
    changed = {"test_met": "failed", "test_unmet": "xfailed", "test_lax": "xfailed"}
    assert project.run(*XDIST).outcomes == {**UNCHANGED, **changed}


def test_a_line_can_deselect(project: Project) -> None:
    write(project, "api_security: deselect")
    project.write("test_it.py", TESTS)
    changed = {"test_unmet": "deselected", "test_lax": "deselected"}
    assert project.run().outcomes == {**UNCHANGED, **changed}


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        pytest.param(["api_security: skip"], f'by policy "api_security: skip": {NEEDS}', id="line"),
        pytest.param(
            ["api_security[eol]: skip", "api_security: run"],
            'by policy "api_security[eol]: skip": found ddtrace 2.5.0 with End of Life on '
            f"2026-05-31; {NEEDS}",
            id="level",
        ),
        pytest.param(
            ["api_security: fail"], f'by policy "api_security: fail": {NEEDS}', id="failure"
        ),
        pytest.param(["sca: skip"], NEEDS, id="no line"),
    ],
)
def test_a_reason_names_its_line(project: Project, lines: list[str], reason: str) -> None:
    write(project, *lines)
    project.write("test_it.py", f"{MARKS}\n@unmet\ndef test_unmet(): pass")
    (line,) = (line for line in project.run("-v").section("ddcompat") if line.startswith("  1 "))
    assert line.partition(": ")[2] == reason


def test_a_supported_test_that_a_level_stops_says_why_and_needs_no_change(project: Project) -> None:
    write(project, "*[end_of_life]: fail")
    project.write("test_it.py", f"{MARKS}\n@met\ndef test_met(): pass\n@unmet\ndef test(): pass")
    run = project.run("--ddcompat-set=date=2026-05-31")
    assert run.outcomes == {"test_met": "failed", "test": "failed"}
    stopped = 'by policy "*[end_of_life]: fail": found ddtrace 2.5.0 with End of Life on 2026-05-31'
    assert run.section("ddcompat")[2:] == [
        f"  1 failed: {stopped}",
        f"  1 failed: {stopped}; {NEEDS}",
        "ddtrace >=2.6.0 would let 1 more test run",
    ]


@pytest.mark.parametrize(
    ("preview", "outcome"),
    [
        pytest.param("", "skipped", id="silent"),
        pytest.param(", preview=True", "passed", id="allowed by the marker"),
        pytest.param(", preview=False", "skipped", id="refused by the marker"),
    ],
)
@pytest.mark.parametrize("form", ["@pytest.mark.requires_capability", "@requires_capability"])
def test_previews_are_refused_where_a_marker_does_not_say(
    project: Project, form: str, preview: str, outcome: str
) -> None:
    marker = f'{form}("code_security"{preview})'
    head = "import pytest\nfrom pytest_ddcompat import requires_capability\n"
    project.write("test_it.py", f"{head}{marker}\ndef test(): pass")
    new = "--ddcompat-set=tracer=4.0"
    assert project.run(new).outcomes == {
        "test": "skipped" if preview.endswith("False") else "passed"
    }
    write(project, "preview: allow")
    assert project.run(new).outcomes == {
        "test": "skipped" if preview.endswith("False") else "passed"
    }
    write(project, "preview: deny")
    assert project.run(new).outcomes == {"test": outcome}


@pytest.mark.parametrize(
    ("arguments", "outcome"),
    [
        pytest.param('"code_security"', "collection skipped", id="silent"),
        pytest.param('"code_security", preview=True', "passed", id="allowed by the call"),
    ],
)
def test_previews_are_refused_in_calls(project: Project, arguments: str, outcome: str) -> None:
    write(project, "preview: deny")
    project.write(
        "test_it.py",
        f"import pytest_ddcompat\npytest_ddcompat.require({arguments})\ndef test(): pass",
    )
    assert [*project.run("--ddcompat-set=tracer=4.0").outcomes.values()] == [outcome]


def test_calls_go_by_the_lines(project: Project) -> None:
    write(project, "api_security: xfail")
    project.write("test_it.py", "def test(ddcompat): ddcompat.require('api_security')")
    assert project.run().outcomes == {"test": "xfailed"}


@pytest.mark.parametrize("ini", ["pytest.ini", "tox.ini", "setup.cfg"])
def test_an_error_names_the_file(project: Project, ini: str) -> None:
    (project.path / "pytest.ini").unlink()
    write(project, "sac: fail", ini=ini)
    run = project.run()
    assert run.status == 4
    (error,) = [line for line in run.err if line]
    assert error.startswith(f'ERROR: {project.path / ini}: ddcompat_policy: "sac: fail": this run')


def test_an_error_on_the_command_line_names_no_file(project: Project) -> None:
    run = project.run("-o", "ddcompat_policy=sac: fail")
    (error,) = [line for line in run.err if line]
    assert error.startswith('ERROR: -o ddcompat_policy: "sac: fail": this run has no capability')


def test_a_line_may_be_for_a_capability_of_a_hooks_page(project: Project) -> None:
    project.write(
        "own.toml",
        'extends = "iast-python"\n[[capabilities]]\nid = "own"\nminimum = "9"\n'
        'source = "https://example.org/"\nreason = "our own"\n',
    )
    project.write("conftest.py", "def pytest_ddcompat_matrices(): return ['own.toml']")
    write(project, "own: fail", "sca: run")
    project.write(
        "test_it.py", "import pytest\n@pytest.mark.requires_capability('own')\ndef test(): pass"
    )
    assert project.run().outcomes == {"test": "failed"}
