"""The commands without the extra `cli`: those that need it not, and what the others say."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.core import MATRICES, SUPPORTED

if TYPE_CHECKING:
    from pathlib import Path

CODE = """\
import sys
for name in ("pytest", "_pytest", "rich", "jinja2", "markupsafe", "argcomplete", "markdown_it", "yaml",
             "duckdb", "sqlglot"):
    sys.modules[name] = None
from pytest_ddcompat.__main__ import main
sys.exit(main(sys.argv[1:]))
"""  # noqa: E501 - a line of the program


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = (MATRICES / "iast-python.toml").read_text(encoding="utf-8")
    page = page.replace("read = 2026-11-22", "read = 2026-01-01")
    (tmp_path / "page.toml").write_text(page, encoding="utf-8")
    (tmp_path / "facts.json").write_text(json.dumps(SUPPORTED), encoding="utf-8")
    (tmp_path / "page.md").write_text("|X capability|Minimum x version|\n|-|-|\n|A|1|\n", "utf-8")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CODE, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        pytest.param("", "usage: ddcompat [-h] [--version] COMMAND", id="nothing"),
        pytest.param("--version", "pytest-ddcompat ", id="version"),
        pytest.param("facts", '"implementation": ', id="facts"),
        pytest.param("check sca --facts facts.json",
                     "supported     software_composition_analysis", id="check"),
        pytest.param("explain sca --facts facts.json", "sca: supported", id="explain"),
        pytest.param("compare facts.json facts.json", "unchanged (supported)", id="compare"),
        pytest.param("policy --facts facts.json", "supported", id="policy"),
        pytest.param("matrix --format json --facts facts.json", '"matrix": ', id="matrix as JSON"),
        pytest.param("matrices", "iast-python: ", id="matrices"),
        pytest.param("diff iast-python iast-python", "no documented fact changes", id="diff"),
        pytest.param("lint page.toml --date 2026-05-31", "no complaints", id="lint"),
    ],
)  # fmt: skip
def test_what_it_can(line: str, shown: str) -> None:
    done = run(*line.split())
    assert (done.returncode, done.stderr) == (0, "")
    assert shown in done.stdout


@pytest.mark.parametrize(
    ("line", "package", "extra"),
    [
        pytest.param("matrix", "rich", "cli", id="matrix"),
        pytest.param("matrix --format html -o out.html", "jinja2", "cli", id="matrix as HTML"),
        pytest.param("import page.md", "markdown_it", "cli", id="import"),
        pytest.param("lint page.md", "markdown_it", "cli", id="lint of a page"),
        pytest.param("diff page.md page.md", "markdown_it", "cli", id="diff of pages"),
        pytest.param("records pack run.json -o packed", "duckdb", "jobs", id="records"),
        pytest.param("coverage run.json", "duckdb", "jobs", id="coverage"),
        pytest.param("wins run.json", "duckdb", "jobs", id="wins"),
        pytest.param("coverage --sql spark", "sqlglot", "jobs", id="questions"),
    ],
)
def test_what_it_cannot(line: str, package: str, extra: str, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    done = run(*line.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"ddcompat: {line.split(maxsplit=1)[0]} needs {package}, which is not installed; "
        f"install the extra {extra}: pip install 'pytest-ddcompat[{extra}]'\n"
    )
    assert sorted(tmp_path.iterdir()) == before
