"""Options that name declarations files; what is refused stands in tests/cases/options.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.core import XDIST

if TYPE_CHECKING:
    from support.project import Project

SKIPS = '[[declarations]]\ntests = "**::test_{0}"\nstate = "flaky"\nticket = "T-1"\n'


@pytest.fixture
def suite(project: Project) -> Project:
    project.write("test_it.py", "def test_ini(): pass\ndef test_a(): pass\ndef test_b(): pass")
    for name in ("ini", "a", "b"):
        project.write(f"declared/{name}.toml", SKIPS.format(name))
    return project


def skipped(suite: Project, ini: str, *options: str) -> list[str]:
    """Run the tests, and return the names of the files that had one skipped."""
    (suite.path / "pytest.ini").write_text(f"[pytest]\nddcompat_facts = facts.json\n{ini}\n")
    run = suite.run(*options)
    assert run.status == pytest.ExitCode.OK, run.out
    return [n for n in ("ini", "a", "b") if run.outcomes[f"test_{n}"] == "skipped"]


A, B = "--ddcompat-declarations=declared/a.toml", "--ddcompat-declarations=declared/b.toml"


@pytest.mark.parametrize(
    ("ini", "options", "names"),
    [
        pytest.param("", (), [], id="none"),
        pytest.param("ddcompat_declarations = declared/ini.toml", (), ["ini"], id="ini"),
        pytest.param(
            "ddcompat_declarations =\n declared/ini.toml\n declared/a.toml", (), ["ini", "a"],
            id="two in the ini file",
        ),
        pytest.param("", (A, B), ["a", "b"], id="option twice"),
        pytest.param("", (A, A), ["a"], id="the same file twice"),
        pytest.param(
            "ddcompat_declarations = declared/ini.toml", (A,), ["a"], id="option replaces ini"
        ),
        pytest.param(
            "ddcompat_declarations = declared/a.toml\nddcompat_require_ticket = bug, flaky", (),
            ["a"], id="tickets that are there",
        ),
        pytest.param("ddcompat_states = flaky: run", (A,), [], id="action of the ini file"),
    ],
)  # fmt: skip
def test_files(suite: Project, ini: str, options: tuple[str, ...], names: list[str]) -> None:
    assert skipped(suite, ini, *options) == names


def test_paths_are_relative_to_what_names_them(
    suite: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(suite.path / "declared")
    assert skipped(suite, "", "..", "--ddcompat-declarations=b.toml") == ["b"]
    ini = "ddcompat_declarations = declared/ini.toml"
    assert skipped(suite, ini, "..", "-c", "../pytest.ini") == ["ini"]


def test_a_link_is_the_file_that_it_leads_to(suite: Project) -> None:
    (suite.path / "declared" / "link.toml").symlink_to("a.toml")
    run = suite.run(A, "--ddcompat-declarations=declared/link.toml")
    assert run.outcomes["test_a"] == "skipped"
    assert not [line for line in run.out if "says the same" in line]


def test_links_in_a_circle(suite: Project) -> None:
    (suite.path / "loop.toml").symlink_to("loop.toml")
    run = suite.run("--ddcompat-declarations=loop.toml")
    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert run.err[0].startswith(
        "ERROR: --ddcompat-declarations: loop.toml: cannot read this file: "
    )


def test_a_file_outside_the_root_folder_is_named_without_detours(suite: Project) -> None:
    gone = suite.path.parent / "gone.toml"
    run = suite.run("--ddcompat-declarations=../gone.toml")
    assert run.err[0].startswith(f"ERROR: --ddcompat-declarations: {gone}: ")


def test_workers_read_no_file(suite: Project) -> None:
    suite.write("conftest.py", """
        import pathlib
        def pytest_configure(config):
            if hasattr(config, "workerinput"):
                pathlib.Path("declared/a.toml").unlink(missing_ok=True)
        """)  # fmt: skip
    assert skipped(suite, "", A, *XDIST) == ["a"]


def test_a_run_without_declarations_imports_nothing_for_them(suite: Project) -> None:
    suite.write("test_it.py", """
        import pytest, sys
        @pytest.mark.requires_tracer(">=1")
        def test():
            ours = [name for name in sys.modules if name.startswith("pytest_ddcompat")]
            assert [name for name in ours if "declaration" in name] == []
        """)  # fmt: skip
    run = suite.run_apart()
    assert run.outcomes == {"passed": "1"}, run.out


def test_help_and_markers(suite: Project) -> None:
    options = "\n".join(suite.run("--help").out)
    assert "--ddcompat-declarations=FILE" in options
    assert "ddcompat_declarations_strict" not in options  # it has no twin
    assert not [line for line in suite.run("--markers").out if "ddcompat_declaration" in line]


HOOK = "def pytest_ddcompat_declarations(config): return {}\n"


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
@pytest.mark.parametrize(
    ("options", "names"),
    [
        pytest.param((), ["a"], id="the hook alone"),
        pytest.param((A, B), ["a", "b"], id="after those of options, each once"),
    ],
)
def test_files_of_a_hook(
    suite: Project, options: tuple[str, ...], names: list[str], more: tuple[str, ...]
) -> None:
    suite.write("conftest.py", HOOK.format('["declared/a.toml"]'))
    assert skipped(suite, "", *options, *more) == names


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        pytest.param(
            "'declared/a.toml'",
            'it must return an iterable (got "declared/a.toml"); valid: a list of paths',
            id="a string",
        ),
        pytest.param("1 / 0", "ZeroDivisionError: division by zero", id="an error"),
        pytest.param("__import__('pytest').skip('no')", "Skipped: no", id="a skip"),
        pytest.param("[1]", "1 is not the path of a file; valid: the path of a .toml file", id="1"),
        pytest.param(
            "['gone.toml']", "gone.toml: cannot read this file: No such file or directory",
            id="no such file",
        ),
    ],
)  # fmt: skip
def test_a_hook_that_is_wrong(suite: Project, returned: str, message: str) -> None:
    suite.write("conftest.py", HOOK.format(returned))
    run = suite.run()
    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert run.err[0] == f"ERROR: pytest_ddcompat_declarations: {message}"
