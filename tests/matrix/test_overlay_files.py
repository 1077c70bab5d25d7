"""Overlays: the files that a matrix is loaded from."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest
from support.generated import prepared
from support.overlays import BASE, SMALL, WHY, facts

from pytest_ddcompat import MatrixError, load_matrix
from pytest_ddcompat.matrix.loading import bundled_ids, matrix_from_toml

if TYPE_CHECKING:
    if sys.version_info >= (3, 11):
        from importlib.resources.abc import Traversable
    else:
        from importlib.abc import Traversable

ROOT = Path(__file__).parents[2]
RAISED = f'\n[[capabilities]]\nid = "something"\nminimum = "1.1"\n{WHY}'
PREVIEW = f'\n[[capabilities]]\nid = "something"\nstatus = "preview"\n{WHY}'


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of bundled matrices: `small`, with interpretations of its own."""
    folder = tmp_path / "matrices"
    write(folder, "small.toml", SMALL.read_text(encoding="utf-8"))
    write(folder, "small.overlay.toml", f'extends = "small"\n{RAISED}')
    monkeypatch.setattr("pytest_ddcompat.matrix.loading.data_folder", lambda: folder)
    write(folder, "small.prepared.json", prepared(matrix_from_toml("small")))
    return folder


def test_overlay_of_a_bundled_matrix(tmp_path: Path) -> None:
    made = load_matrix(write(tmp_path, "ours.toml", 'extends = "iast-python"\n'))
    assert facts(made) == facts(load_matrix())
    assert (made.page.id, made.page.title) == ("ours", load_matrix().page.title)


def test_path_is_taken_from_the_overlay_s_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a/small.toml", SMALL.read_text(encoding="utf-8"))
    write(tmp_path, "a/b/team.toml", f'extends = "../small.toml"\n{RAISED}')
    write(tmp_path, "acme.toml", f'extends = "a/b/team.toml"\n{PREVIEW}')
    monkeypatch.chdir(tmp_path / "a")
    row = load_matrix("../acme.toml").capabilities[0]
    assert (str(row.minimum), row.status) == ("1.1", "preview")
    assert [overlay.file for overlay in row.overlays] == ["team.toml", "acme.toml"]


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no file without end")
def test_file_without_end(tmp_path: Path) -> None:
    endless = tmp_path / "endless.toml"
    endless.symlink_to("/dev/zero")
    acme = write(tmp_path, "acme.toml", 'extends = "endless.toml"\n')
    with pytest.raises(MatrixError) as raised:
        load_matrix(acme)
    why = "cannot read this file: it is not a regular file"
    assert str(raised.value) == f"{acme}: extends: {endless}: {why}"


def test_file_that_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "large.toml").open("wb") as large:
        large.truncate(16 * 1024 * 1024 + 1)
    acme = write(tmp_path, "acme.toml", 'extends = "large.toml"\n')
    with pytest.raises(MatrixError) as raised:
        load_matrix(acme)
    told = f"{tmp_path / 'large.toml'}: cannot read this file: it is larger than 16 MiB"
    assert str(raised.value) == f"{acme}: extends: {told}"


def test_chain_may_be_long(tmp_path: Path) -> None:
    write(tmp_path, "0.toml", SMALL.read_text(encoding="utf-8"))
    for n in range(1, 30):
        write(tmp_path, f"{n}.toml", f'extends = "{n - 1}.toml"\n')
    assert facts(load_matrix(tmp_path / "29.toml")) == facts(BASE)


@pytest.mark.skipif(sys.platform == "win32", reason="other words")
def test_extended_file_that_is_not_there(tmp_path: Path) -> None:
    acme = write(tmp_path, "acme.toml", 'extends = "gone.toml"\n')
    with pytest.raises(MatrixError) as raised:
        load_matrix(acme)
    reason = "cannot read this file: No such file or directory"
    assert str(raised.value) == f"{acme}: extends: {tmp_path / 'gone.toml'}: {reason}"


@pytest.mark.parametrize(
    ("name", "page_id"),
    [
        pytest.param("acme.toml", "acme", id="id"),
        pytest.param("ACME, Inc. (2).toml", "acme-inc-2", id="capitals, dots and spaces"),
        pytest.param("our_own.conf", "our-own", id="another suffix"),
    ],
)
def test_id_is_made_of_the_file_s_name(tmp_path: Path, name: str, page_id: str) -> None:
    made = load_matrix(write(tmp_path, name, 'extends = "iast-python"\n'))
    assert made.page.id == page_id


def test_name_that_makes_no_id(tmp_path: Path) -> None:
    path = write(tmp_path, "規則.toml", 'extends = "iast-python"\n')
    with pytest.raises(MatrixError) as raised:
        load_matrix(path)
    problem = 'page: the key "id" is missing: the name "規則.toml" makes no id'
    assert str(raised.value) == f"{path}: {problem}"
    path.write_text('extends = "iast-python"\npage.id = "rules"\n', encoding="utf-8")
    assert load_matrix(path).page.id == "rules"


def test_interpretations_of_a_bundled_matrix(bundled: Path) -> None:
    made, alone = load_matrix("small"), load_matrix("small", overlay=False)
    assert bundled_ids() == ["small"]
    assert (str(made.capabilities[0].minimum), made.page.id) == ("1.1", "small")
    assert [o.file for o in made.capabilities[0].overlays] == ["small.overlay.toml"]
    assert facts(alone) == facts(BASE)
    assert facts(load_matrix(bundled / "small.toml")) == facts(BASE)


@pytest.mark.usefixtures("bundled")
def test_overlay_of_a_bundled_matrix_keeps_its_interpretations(tmp_path: Path) -> None:
    path = write(tmp_path, "acme.toml", f'extends = "small"\n{PREVIEW}')
    row = load_matrix(path).capabilities[0]
    assert (str(row.minimum), row.status) == ("1.1", "preview")
    assert [o.file for o in row.overlays] == ["small.overlay.toml", "acme.toml"]
    why = "known (https://example.org/)"
    assert row.by_overlay() == f", interpretation: {why}, overlay acme.toml: {why}"
    alone = load_matrix(path, overlay=False).capabilities[0]
    assert (str(alone.minimum), alone.status) == ("1.0", "preview")


def test_interpretations_that_are_broken(bundled: Path) -> None:
    write(bundled, "small.overlay.toml", "extends =")
    with pytest.raises(MatrixError) as raised:
        matrix_from_toml("small")
    message = "matrices/small.overlay.toml: this is not valid TOML: Invalid value"
    assert str(raised.value).startswith(message)
    with pytest.raises(MatrixError, match=r'^there is no bundled matrix "small.overlay"; '):
        load_matrix("small.overlay")


def test_every_file_goes_through_the_reader(bundled: Path, tmp_path: Path) -> None:
    write(tmp_path, "team.toml", f'extends = "small"\n{PREVIEW}')
    acme = write(tmp_path, "acme.toml", 'extends = "team.toml"\n')
    kept: dict[str, bytes] = {}

    def keep(file: Traversable) -> bytes:
        kept[str(file)] = file.read_bytes()
        return kept[str(file)]

    made = load_matrix(acme, read=keep)
    expected = [
        acme,
        tmp_path / "team.toml",
        bundled / "small.prepared.json",
    ]
    assert list(kept) == list(map(str, expected))
    for file in (acme, tmp_path / "team.toml"):
        file.unlink()
    replay: Callable[[Traversable], bytes] = lambda file: kept[str(file)]  # noqa: E731
    assert facts(load_matrix(acme, read=replay)) == facts(made)


def test_overlay_in_a_zip_file(tmp_path: Path) -> None:
    archive = tmp_path / "package.zip"
    with zipfile.ZipFile(archive, "w") as package:
        for folder in ("pytest_ddcompat", "matrices"):
            for file in (ROOT / folder).rglob("*.*"):
                name = file.relative_to(ROOT).as_posix()
                name = name if folder == "pytest_ddcompat" else f"pytest_ddcompat/{name}"
                package.write(file, name)
    code = (
        f"import sys; sys.path.insert(0, {str(archive)!r}); import pytest_ddcompat as p; "
        "m = p.load_matrix(); print(p.__file__); print(m.page.id, m.frameworks[0].versions)"
    )
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    where, found = done.stdout.splitlines()
    assert Path(where).is_relative_to(archive)
    assert found == "iast-python >=2.2"


def test_loading_a_page_alone_does_not_import_what_overlays_need() -> None:
    code = (
        "import sys; from pytest_ddcompat import load_matrix; load_matrix(overlay=False); "
        "print(*[name for name in sys.modules if 'overlay' in name])"
    )
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "\n"
