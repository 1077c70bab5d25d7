"""Several pages at once: the option and the ini option that name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.several import ACME, told

if TYPE_CHECKING:
    from support.project import Project

PYTEST_9 = pytest.version_tuple >= (9, 0)
INI = {
    "nothing": ("pytest.ini", "[pytest]\n", ["iast-python"]),
    "lines": ("pytest.ini", "[pytest]\nddcompat_matrix =\n  iast-python\n  acme.toml\n",
              ["iast-python", "acme"]),
    "one": ("pytest.ini", "[pytest]\nddcompat_matrix = acme.toml\n", ["acme"]),
    "toml": ("pyproject.toml",
             '[tool.pytest.ini_options]\nddcompat_matrix = ["acme.toml", "iast-python"]\n',
             ["acme", "iast-python"]),
    "native": ("pyproject.toml", '[tool.pytest]\nddcompat_matrix = ["iast-python", "acme.toml"]\n',
               ["iast-python", "acme"]),
}  # fmt: skip


@pytest.mark.parametrize(("file", "text", "pages"), INI.values(), ids=list(INI))
def test_ini_file_names_the_pages_from_its_own_folder(
    project: Project, monkeypatch: pytest.MonkeyPatch, file: str, text: str, pages: list[str]
) -> None:
    if "[tool.pytest]" in text and not PYTEST_9:
        pytest.skip("native TOML needs pytest 9")
    (project.path / "pytest.ini").unlink()
    project.write(file, text)
    project.write("acme.toml", ACME)
    project.write("sub/empty", "")
    monkeypatch.chdir(project.path / "sub")
    assert told(project, "..", "--ddcompat-facts=../facts.json") == pages


def test_command_line_replaces_the_ini_file_from_where_it_is_invoked(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("pytest.ini", "[pytest]\nddcompat_facts = facts.json\nddcompat_matrix = no.toml")
    project.write("sub/acme.toml", ACME)
    monkeypatch.chdir(project.path / "sub")
    assert told(project, "..", "--ddcompat-matrix=acme.toml") == ["acme"]


@pytest.mark.parametrize(
    ("ini", "message"),
    [
        pytest.param(
            "ddcompat_matrix = [3]",
            'ddcompat_matrix: there is no bundled matrix "3"; '
            "valid: iast-python, or the path of a .toml file",
            id="matrix",
        ),
        pytest.param(
            "ddcompat_set = [3]",
            'ddcompat_set: "3" is not KEY=VALUE; valid: a setting such as tracer=2.5.0',
            id="fact",
        ),
    ],
)
def test_array_that_holds_no_strings(project: Project, ini: str, message: str) -> None:
    (project.path / "pytest.ini").unlink()
    project.write("pyproject.toml", f"[tool.pytest.ini_options]\n{ini}\n")
    run = project.run()
    assert [line for line in run.err if line] == [f"ERROR: {message}"]
