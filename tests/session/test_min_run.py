"""`--ddcompat-min-run`, and what the summary says of files of which nothing ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.project import Project

HEAD = """
import pytest
met = pytest.mark.requires_capability("threat_detection")
unmet = pytest.mark.requires_capability("api_security")
"""
FILES = {
    "test_most.py": "@met\ndef test_1(): pass\n@met\ndef test_2(): pass\n@unmet\ndef test(): pass",
    "test_none.py": "@unmet\ndef test_4(): pass\ndef test_plain(): pass",
    "test_plain.py": "def test_5(): pass",
}
DISTRIBUTED = ("-p", "xdist", "-n", "2")


@pytest.fixture
def files(project: Project) -> Project:
    for name, text in FILES.items():
        project.write(name, HEAD + text)
    return project


TOO_FEW = "ddcompat: 2 of 4 tests with requirements ran, but --ddcompat-min-run asks for {}"
MOST = (
    "ddcompat: 2 of 3 tests with requirements ran in test_most.py, "
    "but --ddcompat-min-run asks for 100%"
)
NONE = (
    "ddcompat: 0 of 1 tests with requirements ran in test_none.py, "
    "but --ddcompat-min-run asks for {}"
)


@pytest.mark.parametrize(
    ("least", "told"),
    [
        pytest.param("2", [], id="as many as asked for"),
        pytest.param("3", [TOO_FEW.format("3")], id="fewer"),
        pytest.param("50%", [], id="as large a part"),
        pytest.param("51%", [TOO_FEW.format("51%")], id="a smaller part"),
        pytest.param("50%,per-file", [NONE.format("50%")], id="in a file"),
        pytest.param(
            "100%,per-file",
            [
                TOO_FEW.format("100%"),
                MOST,
                NONE.format("100%"),
            ],
            id="all",
        ),
        pytest.param("0%,per-file", [], id="nothing"),
    ],
)
@pytest.mark.parametrize("options", [(), DISTRIBUTED], ids=["one process", "workers"])
def test_a_run_fails_where_too_few_tests_ran(
    files: Project, options: tuple[str, ...], least: str, told: list[str]
) -> None:
    run = files.run_apart(f"--ddcompat-min-run={least}", *options)
    assert [line for line in run.out if "min-run" in line] == told
    assert run.status == (1 if told else 0)


@pytest.mark.parametrize(
    ("test", "options", "status"),
    [
        pytest.param("@met\ndef test(): assert 0", "", 1, id="a failure ran"),
        pytest.param("@met\ndef test(): pytest.skip()", "", 1, id="skipped inside"),
        pytest.param("@met\ndef test(): pytest.xfail()", "", 0, id="an expected failure ran"),
        pytest.param(
            "@unmet\ndef test(): assert 0", "--ddcompat-unsupported=xfail", 0, id="as xfail"
        ),
        pytest.param(
            "@unmet\ndef test(): pass", "--ddcompat-unsupported=deselect", 1, id="all deselected"
        ),
        pytest.param("", "", 1, id="no tests"),
        pytest.param("def test(): pass", "", 1, id="no requirements"),
        pytest.param("@unmet\ndef test(): pass", "--collect-only", 0, id="only collected"),
        pytest.param("@unmet\ndef test(): pass", "--ddcompat-list", 0, id="only listed"),
        pytest.param("import no_such_module", "", 2, id="a collection with an error"),
    ],
)
def test_what_counts(project: Project, test: str, options: str, status: int) -> None:
    project.write("test_it.py", HEAD + test)
    run = project.run("--ddcompat-min-run=1", *options.split())
    assert run.status == status


def test_strict_failures_have_not_run(project: Project) -> None:
    project.write("test_it.py", HEAD + "@unmet\ndef test(): pass")
    run = project.run("--ddcompat-min-run=1", "--ddcompat-strict")
    assert any("0 of 1 tests with requirements ran" in line for line in run.out)


def test_many_files_are_folded(project: Project) -> None:
    for number in range(25):
        project.write(f"test_{number:02}.py", HEAD + "@unmet\ndef test(): pass")
    run = project.run("--ddcompat-min-run=1,per-file")
    assert sum("min-run asks" in line for line in run.out) == 20
    assert "ddcompat: and too few ran in 6 more files" in run.out
    names = ", ".join(f"test_{number:02}.py" for number in range(5))
    assert f"every gated test was skipped in {names} and 20 more files" in run.out


@pytest.mark.parametrize("least", ["", "x", "-1", "1.5", "101%", "5,per-test", "%", "1 0", "٣"])
def test_bad_values_are_usage_errors(project: Project, least: str) -> None:
    run = project.run(f"--ddcompat-min-run={least}")
    assert run.status == pytest.ExitCode.USAGE_ERROR
    (error,) = [line for line in run.err if line]
    assert error == (
        f'ERROR: --ddcompat-min-run: "{least}" is not valid; valid: a number of tests or '
        "a percentage up to 100%, with ,per-file behind it or not: 5, 80%, 50%,per-file"
    )


@pytest.mark.parametrize("options", [(), DISTRIBUTED], ids=["one process", "workers"])
def test_the_summary_names_files_of_which_every_gated_test_was_skipped(
    files: Project, options: tuple[str, ...]
) -> None:
    run = files.run_apart(*options)
    said = [line for line in run.out if "every gated" in line]
    assert said == ["every gated test was skipped in test_none.py"]


@pytest.mark.parametrize("option", ["--ddcompat-strict", "--ddcompat-unsupported=xfail"])
def test_the_summary_names_no_file_where_none_was_skipped(files: Project, option: str) -> None:
    assert not any("every gated" in line for line in files.run(option).out)
