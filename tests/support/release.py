"""What stands in the way of a release of the checkout in the current folder: `nox -s release`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PUBLISHED = ("pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
FOLDERS = ("docs", ".github", "pytest_ddcompat")
TEXTS = {".md", ".py", ".toml", ".yml"}
# RFC 2606 reserves the domain, so that it leads nowhere.
PLACEHOLDER = re.compile(r"https?://[\w.-]*\.invalid\b[^\s\"'<>)]*")


def problems(root: Path, tag: str) -> list[str]:
    """List what must be changed before a release.

    Args:
        root: The checkout.
        tag: The tag that the release is made from; empty if the commit has none.
    """
    code = (root / "pytest_ddcompat/__init__.py").read_text(encoding="utf-8")
    version = code.partition('__version__ = "')[2].partition('"')[0]
    return [*_placeholders(root), *_changelog(root, version), *_tag(version, tag)]


def _placeholders(root: Path) -> list[str]:
    found = []
    for path in published(root):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            place = f"{path.relative_to(root).as_posix()}:{number}"
            found += [
                f"{place}: {address} is a placeholder; write the project's address"
                for address in PLACEHOLDER.findall(line)
            ]
    return found


def published(root: Path) -> list[Path]:
    """List the files in which an address may stand."""
    inside = [path for name in FOLDERS for path in sorted((root / name).rglob("*"))]
    files = [root / name for name in PUBLISHED] + [p for p in inside if p.suffix in TEXTS]
    return [path for path in files if path.is_file()]


def _changelog(root: Path, version: str) -> list[str]:
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = re.search(rf"(?m)^## {re.escape(version)}(?: \((.*)\))?$", text)
    if not heading:
        return [f'CHANGELOG.md: it does not name {version}; write "## {version} (YYYY-MM-DD)"']
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", heading[1] or ""):
        found = heading[0]
        return [f'CHANGELOG.md: got "{found}"; write "## {version} (YYYY-MM-DD)"']
    return []


def _tag(version: str, tag: str) -> list[str]:
    if tag == f"v{version}":
        return []
    return [f'the tag must be "v{version}", as the version is {version} (got "{tag or "none"}")']


def current_tag() -> str:
    """Return the tag of the commit that is checked out, or an empty text."""
    command = ["git", "describe", "--tags", "--exact-match"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.stdout.strip()


if __name__ == "__main__":
    found = problems(Path.cwd(), sys.argv[1] if len(sys.argv) > 1 else current_tag())
    sys.exit("\n".join(found) or None)
