"""The release check: what it refuses, and that it looks at all that is published."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.core import parsed_toml
from support.release import PLACEHOLDER, problems, published

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[1]
READY = {
    "pyproject.toml": '[project.urls]\nRepository = "https://example.com/project"\n',
    "CHANGELOG.md": "# Changelog\n\n## 1.2.0 (2026-12-01)\n\n## 1.1.0 (2026-11-01)\n",
    "pytest_ddcompat/__init__.py": '"""Doc."""\n\n__version__ = "1.2.0"\n',
}
ADDRESS = "https://example.invalid/pytest-ddcompat"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("changed", "tag", "found"),
    [
        pytest.param({}, "v1.2.0", [], id="ready"),
        pytest.param(
            {"pyproject.toml": f'[project.urls]\nRepository = "{ADDRESS}"\n'},
            "v1.2.0",
            [f"pyproject.toml:2: {ADDRESS} is a placeholder; write the project's address"],
            id="placeholder",
        ),
        pytest.param(
            {"docs/a/b.md": f"[a]({ADDRESS}/issues)", "README.md": f"a\n\n<{ADDRESS}>"},
            "v1.2.0",
            [
                f"README.md:3: {ADDRESS} is a placeholder; write the project's address",
                f"docs/a/b.md:1: {ADDRESS}/issues is a placeholder; write the project's address",
            ],
            id="placeholder elsewhere",
        ),
        pytest.param(
            {"CHANGELOG.md": "## 1.2.0 (unreleased)\n"},
            "v1.2.0",
            [
                'CHANGELOG.md: got "## 1.2.0 (unreleased)"; write "## 1.2.0 (YYYY-MM-DD)"',
            ],
            id="changelog without a date",
        ),
        pytest.param(
            {"CHANGELOG.md": "## 11.2.0 (2026-12-01)\n\n## 1.2.0rc1 (2026-11-01)\n"},
            "v1.2.0",
            ['CHANGELOG.md: it does not name 1.2.0; write "## 1.2.0 (YYYY-MM-DD)"'],
            id="changelog of another version",
        ),
        pytest.param(
            {},
            "1.2.0",
            ['the tag must be "v1.2.0", as the version is 1.2.0 (got "1.2.0")'],
            id="tag without v",
        ),
        pytest.param(
            {},
            "",
            ['the tag must be "v1.2.0", as the version is 1.2.0 (got "none")'],
            id="no tag",
        ),
    ],
)
def test_what_stands_in_the_way(
    changed: dict[str, str], tag: str, found: list[str], tmp_path: Path
) -> None:
    write(tmp_path, {**READY, **changed})
    assert problems(tmp_path, tag) == found


@pytest.mark.parametrize(
    ("tag", "status", "printed"),
    [
        ("v1.2.0", 0, ""),
        ("v1.3.0", 1, 'the tag must be "v1.2.0", as the version is 1.2.0 (got "v1.3.0")\n'),
    ],
)
def test_status(tag: str, status: int, printed: str, tmp_path: Path) -> None:
    write(tmp_path, READY)
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    command = [sys.executable, "-m", "support.release", tag]
    done = subprocess.run(
        command, cwd=tmp_path, env=environ, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (status, printed)


def test_there_is_one_placeholder() -> None:
    (address,) = parsed_toml(ROOT / "pyproject.toml")["project"]["urls"].values()
    texts = [path.read_text(encoding="utf-8") for path in published(ROOT)]
    found = {placeholder for text in texts for placeholder in PLACEHOLDER.findall(text)}
    assert {placeholder[: len(address)] for placeholder in found} <= {address}
