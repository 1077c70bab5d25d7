"""The release check: what it refuses, and that it looks at all that is published."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.core import parsed_toml
from support.release import PLACEHOLDER, problems, published

ROOT = Path(__file__).parents[1]
READY = {
    "pyproject.toml": '[project.urls]\nRepository = "https://example.com/project"\n',
    "CHANGELOG.md": "# Changelog\n\n## 1.2.0 (2026-12-01)\n\n## 1.1.0 (2026-11-01)\n",
    "pytest_ddcompat/__init__.py": '"""Doc."""\n\n__version__ = "1.2.0"\n',
}
ADDRESS = "https://example.invalid/pytest-ddcompat"


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
    for name, text in {**READY, **changed}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert problems(tmp_path, tag) == found


def test_there_is_one_placeholder() -> None:
    (address,) = parsed_toml(ROOT / "pyproject.toml")["project"]["urls"].values()
    texts = [path.read_text(encoding="utf-8") for path in published(ROOT)]
    found = {placeholder for text in texts for placeholder in PLACEHOLDER.findall(text)}
    assert {placeholder[: len(address)] for placeholder in found} <= {address}
