"""The bundled matrix as it was prepared: the same as its TOML files, or not believed."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from support.overlays import facts

from pytest_ddcompat import load_matrix
from pytest_ddcompat.matrix.loading import bundled_ids, data_folder, matrix_from_toml, sources_of
from pytest_ddcompat.matrix.prepared import prepared

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ID = "iast-python"


@pytest.mark.parametrize("matrix_id", bundled_ids())
def test_what_ships_is_made_of_the_toml_files(matrix_id: str) -> None:
    contents = {name: (data_folder() / name).read_bytes() for name in sources_of(matrix_id)}
    made = prepared(matrix_from_toml(matrix_id), contents)
    assert (data_folder() / f"{matrix_id}.prepared.json").read_bytes().decode() == made


@pytest.mark.parametrize("matrix_id", bundled_ids())
def test_it_is_the_same_matrix(matrix_id: str) -> None:
    ready, read = load_matrix(matrix_id), matrix_from_toml(matrix_id)
    assert facts(ready) == facts(read)
    assert ready.page.read == read.page.read


def test_runs_of_one_process_share_it() -> None:
    assert load_matrix() is load_matrix(ID)
    assert load_matrix(ID, overlay=False) is not load_matrix(ID, overlay=False)


def changed(text: str) -> str:
    return text.replace('minimum = "2.6.0"', 'minimum = "2.7.0"')


def renamed(text: str) -> str:
    made: dict[str, Any] = json.loads(text)
    for row in made["matrix"]["capabilities"]:
        row["id"] = row["id"].upper()
    return json.dumps(made)


@pytest.mark.parametrize(
    ("name", "edit", "minimum"),
    [
        pytest.param("iast-python.toml", changed, "2.7.0", id="the page was changed"),
        pytest.param("iast-python.overlay.toml", lambda t: f"{t}#", "2.6.0", id="its overlay was"),
        pytest.param(f"{ID}.prepared.json", lambda _: "", "2.6.0", id="nothing prepared"),
        pytest.param(f"{ID}.prepared.json", lambda t: t[:999], "2.6.0", id="cut off"),
        pytest.param(f"{ID}.prepared.json", lambda _: "[]", "2.6.0", id="something else"),
    ],
)
def test_what_does_not_fit_is_not_believed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    edit: Callable[[str], str],
    minimum: str,
) -> None:
    folder = tmp_path / "matrices"
    shutil.copytree(str(data_folder()), folder)
    # What was prepared must not be needed to tell the ids.
    prepared_file = folder / f"{ID}.prepared.json"
    if name != prepared_file.name:
        prepared_file.write_text(renamed(prepared_file.read_text("utf-8")), encoding="utf-8")
    file = folder / name
    file.write_text(edit(file.read_text("utf-8")), encoding="utf-8")
    monkeypatch.setattr("pytest_ddcompat.matrix.loading.data_folder", lambda: folder)
    found = load_matrix(ID).capability("api_security")
    assert found is not None
    assert (found.id, str(found.minimum)) == ("api_security", minimum)


def test_what_fits_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "matrices"
    shutil.copytree(str(data_folder()), folder)
    file = folder / f"{ID}.prepared.json"
    file.write_text(renamed(file.read_text("utf-8")), encoding="utf-8")
    monkeypatch.setattr("pytest_ddcompat.matrix.loading.data_folder", lambda: folder)
    assert load_matrix(ID).capabilities[0].id == "THREAT_DETECTION"


def test_a_matrix_without_one_is_read_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "matrices"
    folder.mkdir()
    for name in sources_of(ID):
        (folder / name).write_bytes((data_folder() / name).read_bytes())
    monkeypatch.setattr("pytest_ddcompat.matrix.loading.data_folder", lambda: folder)
    assert facts(load_matrix(ID)) == facts(matrix_from_toml(ID))
