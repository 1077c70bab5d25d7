"""Bad input as files: each case beside all that is said of it. A new case is two files, no code.

`bad/KIND/CASE.SUFFIX` stands beside `bad/KIND/CASE.expected.txt`. A `.run` file is a command line,
with the lines of an ini file below it. Where the words of Python or of a reader of TOML or JSON
differ between versions, an expected line ends in `…` before them.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.importing import check_round_trip, imported

from pytest_ddcompat import FactsError, MatrixError, load_matrix
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.environment.parsing import facts_from_text

if TYPE_CHECKING:
    from support.project import Project

BAD = Path(__file__).parents[1] / "bad"
KINDS = {
    "matrices": ".toml",  # what is no matrix
    "toml": ".toml",  # what is no TOML, in kind what the TOML project's own test suite refuses
    "overlays": ".toml",
    "facts": ".json",
    "pages": ".md",  # some are read, and say what is left open
    "markers": ".py",
    "options": ".run",  # of pytest
    "commands": ".run",  # of ddcompat
}
EXPECTED = ".expected.txt"


def cases(kind: str) -> list[Path]:
    return sorted((BAD / kind).glob(f"*{KINDS[kind]}"))


def each(*kinds: str) -> pytest.MarkDecorator:
    params = [pytest.param(case, id=f"{k}-{case.stem}") for k in kinds for case in cases(k)]
    return pytest.mark.parametrize("case", params)


def check(said: str, case: Path) -> None:
    """Compare all that is said; of a line that ends in `…`, what stands before it."""
    expected = case.with_suffix(EXPECTED).read_text(encoding="utf-8").splitlines()
    expected, lines = (list(map(in_any_quotes, each)) for each in (expected, said.splitlines()))
    for number, line in enumerate(expected[: len(lines)]):
        if line.endswith("…") and lines[number].startswith(line[:-1]):
            lines[number] = line
    assert lines == expected


def in_any_quotes(line: str) -> str:
    """What a reader of TOML says, as the oldest and the newest say alike."""
    head, told, words = line.partition("this is not valid TOML: ")
    words = words.replace("Can not", "Cannot").translate({ord(quote): None for quote in "\"'"})
    return head + told + words


@pytest.mark.parametrize("kind", KINDS)
def test_cases_come_in_pairs(kind: str) -> None:
    texts = {text.name[: -len(EXPECTED)] for text in (BAD / kind).glob(f"*{EXPECTED}")}
    assert texts == {case.stem for case in cases(kind)}


def test_there_are_enough() -> None:
    assert len(cases("toml")) >= 40
    assert sum(len(cases(kind)) for kind in KINDS if kind not in {"pages", "commands"}) >= 150


@each("matrices", "toml", "overlays")
def test_matrix(case: Path) -> None:
    with pytest.raises(MatrixError) as raised:
        load_matrix(case)
    problems = [p.replace(f"{case.parent}{os.sep}", "") for p in raised.value.problems]
    check("\n".join(problems), case)


@each("facts")
def test_facts(case: Path) -> None:
    with pytest.raises(FactsError) as raised:
        facts_from_text(case.read_bytes(), case.name)
    check("\n".join(raised.value.problems), case)


@each("pages")
def test_page(
    case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(case.parent)
    status = main(["import", case.name, "-o", str(tmp_path / "out.toml")])
    captured = capsys.readouterr()
    check(captured.out + captured.err, case)
    assert status == (2 if captured.err else 0)
    if not status:
        check_round_trip(imported(case.read_text(encoding="utf-8")))


@each("commands")
def test_command(
    case: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(BAD)
    command, *arguments = shlex.split(case.read_text(encoding="utf-8"))
    assert (command, main(arguments)) == ("ddcompat", 2)
    captured = capsys.readouterr()
    assert captured.out == ""
    check(captured.err.replace(f"{BAD}{os.sep}", ""), case)


@each("options")
def test_options(case: Path, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    line, *ini = case.read_text(encoding="utf-8").splitlines()
    project.write("pytest.ini", "\n".join(["[pytest]", *ini]))
    test = project.write("test_it.py", "def test(): pass")
    monkeypatch.chdir(BAD)
    command, *arguments = shlex.split(line)
    run = project.run(f"--rootdir={project.path}", f"--confcutdir={project.path}",
                      "-c", str(project.path / "pytest.ini"), str(test), *arguments)  # fmt: skip
    assert (command, run.status, run.outcomes) == ("pytest", 4, {})
    said = "\n".join(line for line in run.err if line)
    for folder in (BAD, project.path):
        said = said.replace(f"{folder}{os.sep}", "")
    check(said, case)
    assert "secret" not in "".join([*run.err, *run.out])


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the modules of bad markers are told, by their names: one run for all of them."""
    return refused(tmp_path_factory.mktemp("markers"))


def refused(folder: Path, *options: str) -> dict[str, list[str]]:
    for module in cases("markers"):
        shutil.copy(module, folder)
    (folder / "pytest.ini").write_text("[pytest]\npython_files = *.py\n", encoding="utf-8")
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
    return {name: text.splitlines()[1:] for name, text in zip(parts[1::2], parts[2::2])}


@each("markers")
def test_marker(case: Path, collected: dict[str, list[str]]) -> None:
    check("\n".join(collected[case.name]), case)


def test_markers_are_told_the_same_with_xdist(
    tmp_path: Path, collected: dict[str, list[str]]
) -> None:
    pytest.importorskip("xdist")
    assert refused(tmp_path, "-p", "xdist.plugin", "-n", "2") == collected


def test_a_message_cannot_break_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "\x1b[31m\ud800"]) == 2
    assert '"\\x1b[31m\\ud800" on the page' in capsys.readouterr().err
