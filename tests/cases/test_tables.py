"""Bad input in tables beside these tests: each case with all that is said of it.

`support/cases.py` says how to add a case, and how to write the messages anew.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.cases import CASES, Table, each, table, with_messages

from pytest_ddcompat import CompatibilityError, FactsError, MatrixError, load_matrix
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.declarations.file import read_declarations
from pytest_ddcompat.environment.parsing import facts_from_text
from pytest_ddcompat.jobs.allowed import AllowedError, read_allowed
from pytest_ddcompat.jobs.wins.rejected import read_rejected
from pytest_ddcompat.values.errors import DeclarationError

if TYPE_CHECKING:
    from support.cases import Case
    from support.project import Project

TABLES = sorted(path.stem for path in CASES.glob("*.toml"))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder for each table, with the files that it names."""
    root = tmp_path_factory.mktemp("cases").resolve()
    return {name: table(name).write_files(root / name) for name in TABLES}


@each("matrices", "overlays")
def test_matrix(case: Case, folders: dict[str, Path]) -> None:
    path = folders[case.table] / table(case.table).file
    path.write_bytes(case.content)
    with pytest.raises(MatrixError) as raised:
        load_matrix(path)
    said = str(raised.value).replace(f"{path.parent}{os.sep}", "")
    assert case.told(said) == case.message


@each("declarations")
def test_declarations(case: Case) -> None:
    with pytest.raises(CompatibilityError) as raised:
        read_declarations(case.content, table(case.table).file)
    assert isinstance(raised.value, DeclarationError)
    assert case.told(str(raised.value)) == case.message


@each("allowed")
def test_allowed(case: Case, folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folders["allowed"])
    Path(table("allowed").file).write_bytes(case.content)
    with pytest.raises(AllowedError) as raised:
        read_allowed(table("allowed").file)
    assert case.told(str(raised.value)) == case.message


@each("rejected")
def test_rejected(case: Case, folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folders["rejected"])
    Path(table("rejected").file).write_bytes(case.content)
    with pytest.raises(AllowedError) as raised:
        read_rejected(table("rejected").file)
    assert case.told(str(raised.value)) == case.message


@each("facts")
def test_facts(case: Case) -> None:
    with pytest.raises(FactsError) as raised:
        facts_from_text(case.content, "facts.json")
    assert case.told(str(raised.value)) == case.message


@each("pages")
def test_page(
    case: Case,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.md").write_bytes(case.content)
    status = main(["import", "page.md", "-o", "out.toml"])
    captured = capsys.readouterr()
    assert case.told(captured.out + captured.err) == case.message
    assert status == (2 if captured.err else 0)


@each("manifests")
def test_manifest(
    case: Case,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "python.yml").write_bytes(case.content)
    status = main(["import", "--declarations", "python.yml", "-o", "out.toml"])
    captured = capsys.readouterr()
    assert case.told(captured.out + captured.err) == case.message
    assert status == (2 if captured.err else 0)


@each("commands")
def test_command(
    case: Case,
    folders: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = folders["commands"]
    monkeypatch.chdir(folder)
    command, *arguments = shlex.split(case.text)
    assert (command, main(arguments)) == ("ddcompat", 2)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert case.told(captured.err.replace(f"{folder}{os.sep}", "")) == case.message


@each("options")
def test_options(
    case: Case, folders: dict[str, Path], project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, *ini = case.text.splitlines()
    project.write("pytest.ini", "\n".join(["[pytest]", *ini]))
    test = project.write("test_it.py", "def test(): pass")
    monkeypatch.chdir(folders["options"])
    command, *arguments = shlex.split(line)
    run = project.run(f"--rootdir={project.path}", f"--confcutdir={project.path}",
                      "-c", str(project.path / "pytest.ini"), str(test), *arguments)  # fmt: skip
    assert (command, run.status, run.outcomes) == ("pytest", 4, {})
    said = "\n".join(line for line in run.err if line)
    for folder in (folders["options"], project.path):
        said = said.replace(f"{folder}{os.sep}", "")
    assert case.told(said) == case.message
    assert "secret" not in "".join([*run.err, *run.out])


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What is said of each module of a bad marker, by the case's id: one run for all of them."""
    return collect(tmp_path_factory.mktemp("markers"))


def collect(folder: Path, *options: str) -> dict[str, list[str]]:
    cases = {f"test_{number}.py": case for number, case in enumerate(table("markers").cases)}
    for name, case in cases.items():
        (folder / name).write_bytes(case.content)
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly"]
    environment = {**os.environ, "COLUMNS": "300", "PYTHONDONTWRITEBYTECODE": "1"}
    environment.update(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTEST_ADDOPTS="")
    done = subprocess.run(
        [*command, "-p", "pytest_ddcompat.plugin", *options],
        cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, "")
    _, _, errors = done.stdout.partition(" ERRORS =")
    parts = re.split(
        r"^_+ ERROR collecting (\S+) _+$", errors.partition("\n=====")[0], flags=re.MULTILINE
    )
    return {
        cases[name].id: text.replace(name, table("markers").file).splitlines()[1:]
        for name, text in zip(parts[1::2], parts[2::2])
    }


@each("markers")
def test_marker(case: Case, collected: dict[str, list[str]]) -> None:
    assert case.told("\n".join(collected[case.id])) == case.message


def test_markers_are_told_the_same_with_xdist(
    tmp_path: Path, collected: dict[str, list[str]]
) -> None:
    pytest.importorskip("xdist")
    assert collect(tmp_path, "-p", "xdist.plugin", "-n", "2") == collected


def test_a_message_cannot_break_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "\x1b[31m\ud800"]) == 2
    assert 'the page has no capability "\\x1b[31m\\ud800"' in capsys.readouterr().err


@pytest.mark.parametrize("name", TABLES)
def test_updating_writes_a_table_as_it_is(name: str) -> None:
    text = Table(name).path.read_text(encoding="utf-8")
    assert with_messages(text, [case.message for case in table(name).cases]) == text
