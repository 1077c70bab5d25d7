"""The locks of `.ci/locks`: pins with hashes and nothing else, that fit what they are made from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from support.core import parsed_toml

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".ci" / "locks"
LOCKS = sorted(FOLDER.glob("*.txt"))
SOURCES = sorted(FOLDER.glob("*.in"))
PIN = re.compile(
    r"[a-z0-9-]+==[0-9][0-9a-z.]*(?: ; [^#\\@]+)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+"
)

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="a source distribution has no locks"),
]


def required(source: Path) -> list[Requirement]:
    """Return what a source of a lock requires; `.` and `.[cli,jobs]` are the project's own."""
    project = parsed_toml(ROOT / "pyproject.toml")["project"]
    extras = project["optional-dependencies"]
    found: list[str] = []
    for line in source.read_text(encoding="utf-8").splitlines():
        if line[0] == ".":
            named = re.findall(r"\w+", line)
            # The extra `test` begins with the project and its other extras.
            named = ["cli", "jobs", "plan", "test"] if "test" in named else named
            found += project["dependencies"]
            found += [one for name in named for one in extras[name] if "[" not in one]
        elif line[0] != "#":
            found.append(line)
    return [Requirement(line) for line in found]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_lock_holds_only_pins_with_hashes(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert PIN.search(text)
    assert PIN.sub("", text).split() == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.com/simple",
        "--extra-index-url file:///simple",
        "-i https://example.com/simple",
        "--find-links /wheels",
        "--trusted-host example.com",
        "-e .",
        "pytest==9.2.0",
        "pytest>=9.2.0 \\\n    --hash=sha256:" + 64 * "0",
        "pytest @ https://example.com/pytest.whl \\\n    --hash=sha256:" + 64 * "0",
        "pytest==9.2.0 \\\n    --hash=md5:" + 32 * "0",
    ],
)
def test_any_other_line_is_found(line: str) -> None:
    pin = "pluggy==1.7.0 \\\n    --hash=sha256:" + 64 * "a"
    assert PIN.sub("", f"{pin}\n{line}\n{pin}\n").split() != []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_lock_fits_its_source(source: Path) -> None:
    pins = re.findall(r"(?m)^([a-z0-9-]+)==(\S+)", source.with_suffix(".txt").read_text("utf-8"))
    for requirement in required(source):
        versions = [v for name, v in pins if name == requirement.name.lower()]
        # A lock for newer Pythons leaves out what only older ones need.
        assert versions or requirement.marker, f"{requirement} is not locked"
        assert all(requirement.specifier.contains(v, prereleases=True) for v in versions)
