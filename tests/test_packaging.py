"""What is built for others to install, compared with the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from support.core import parsed_toml

if TYPE_CHECKING:
    from email.message import Message

ROOT = Path(__file__).parents[1]
TREES = ("pytest_ddcompat", "matrices", "tests", "docs", "benchmarks")
PAGES = ("README.md", "CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md")
FILES = (*PAGES, "pyproject.toml", "LICENSE", "noxfile.py", ".gitignore")
NO_SOURCE = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(
        find_spec("build") is None or find_spec("hatchling") is None,
        reason="build or hatchling is not installed",
    ),
    pytest.mark.xdist_group("packaging"),
]


def files_of(*folders: Path) -> set[str]:
    return {
        path.relative_to(folder.parent).as_posix()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, with leftovers that must not be shipped."""
    copy = tmp_path_factory.mktemp("build") / "source"
    for tree in TREES:
        shutil.copytree(ROOT / tree, copy / tree, ignore=NO_SOURCE)
    for name in FILES:
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def built(source: Path) -> Path:
    """A folder with the sdist, and the wheel that was built from the sdist."""
    for leftover in (source / "build" / "lib" / "old.py", source / "dist" / "old.whl"):
        leftover.parent.mkdir(parents=True, exist_ok=True)
        leftover.touch()
    (source / "pytest_ddcompat" / "__pycache__").mkdir()
    (source / "pytest_ddcompat" / "__pycache__" / "old.pyc").touch()
    out = source.parent / "out"
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(source)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(source / "pytest_ddcompat" / "__pycache__")
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    (file,) = built.glob("*.whl")
    return zipfile.ZipFile(file)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(wheel.read(name).decode("utf-8"))


def test_wheel_holds_the_package_and_the_matrices(wheel: zipfile.ZipFile, source: Path) -> None:
    package = files_of(source / "pytest_ddcompat")
    matrices = {f"pytest_ddcompat/{name}" for name in files_of(source / "matrices")}
    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert shipped == package | matrices
    assert {"pytest_ddcompat/py.typed", "pytest_ddcompat/plugin.py"} <= shipped
    assert "pytest_ddcompat/matrices/iast-python.toml" in shipped
    assert "pytest_ddcompat/matrices/matrix.schema.json" in shipped
    for name in matrices:
        inside = source / "matrices" / Path(name).name
        assert wheel.read(name) == inside.read_bytes()


def test_sdist_holds_what_builds_and_tests_it(built: Path, source: Path) -> None:
    (file,) = built.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        members = [member.name for member in archive.getmembers() if member.isfile()]
    shipped = {name.split("/", 1)[1] for name in members}
    expected = files_of(*(source / tree for tree in TREES))
    expected |= {name for name in FILES if (source / name).is_file()}
    assert shipped == {*expected, "PKG-INFO"}


def test_few_and_light_dependencies(metadata: Message) -> None:
    requirements = [Requirement(text) for text in metadata.get_all("Requires-Dist", [])]
    needed = {r.name: str(r.marker or "") for r in requirements if "extra" not in str(r.marker)}
    assert needed == {
        "pytest": "",
        "pluggy": "",
        "packaging": "",
        "importlib-metadata": 'python_version < "3.10"',
        "tomli": 'python_version < "3.11"',
    }


def test_metadata(metadata: Message, wheel: zipfile.ZipFile) -> None:
    assert metadata["Name"] == "pytest-ddcompat"
    assert metadata["Requires-Python"] == ">=3.9"
    assert metadata["License-Expression"] == "MIT"
    assert "Framework :: Pytest" in metadata.get_all("Classifier", [])
    (name,) = (name for name in wheel.namelist() if name.endswith("/entry_points.txt"))
    entry_points = wheel.read(name).decode("utf-8").split("\n")
    assert entry_points[:2] == ["[console_scripts]", "ddcompat = pytest_ddcompat.__main__:main"]
    assert entry_points[3:5] == ["[pytest11]", "ddcompat = pytest_ddcompat.plugin"]


def test_wheel_is_enough(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    for name in wheel.namelist():
        wheel.extract(name, tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import pytest_ddcompat as p; "
        "print(p.__file__); print(p.load_matrix().page.id)"
    )
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    file, matrix = done.stdout.splitlines()
    assert Path(file).parent.parent.samefile(tmp_path)
    assert matrix == "iast-python"


def test_nothing_is_written_into_the_checkout() -> None:
    project = parsed_toml(ROOT / "pyproject.toml")["project"]
    assert project["dynamic"] == ["version"]
    assert not list((ROOT / "matrices").glob("*.py"))
