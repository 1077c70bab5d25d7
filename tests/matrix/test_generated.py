"""Files that are made from others: the same as made anew, and what is loaded."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from support.generated import GENERATED, IDS, MATRICES, ROOT
from support.overlays import facts

from pytest_ddcompat import MatrixError, load_matrix
from pytest_ddcompat.matrix.loading import bundled_ids, data_folder, matrix_from_toml

if TYPE_CHECKING:
    from pathlib import Path

ID = "iast-python"
PREPARED = f"{ID}.prepared.json"


@pytest.mark.parametrize("name", GENERATED)
def test_generated_file_is_up_to_date(name: str) -> None:
    text = (ROOT / name).read_bytes().decode()
    assert text == GENERATED[name](), "nox -s generate writes it anew"


def test_every_json_file_is_generated() -> None:
    found = {file.relative_to(ROOT).as_posix() for file in MATRICES.glob("*.json")}
    assert {name for name in GENERATED if name.endswith(".json")} == found


@pytest.mark.parametrize("matrix_id", bundled_ids())
def test_what_is_loaded_is_what_the_toml_says(matrix_id: str) -> None:
    loaded, source = load_matrix(matrix_id), matrix_from_toml(matrix_id)
    assert facts(loaded) == facts(source)
    assert (loaded.page.read, loaded.digest) == (source.page.read, source.digest)
    assert matrix_id in IDS


def test_runs_of_one_process_share_a_matrix() -> None:
    assert load_matrix() is load_matrix(ID)
    assert load_matrix(ID, overlay=False) is not load_matrix(ID, overlay=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "matrices"
    shutil.copytree(str(data_folder()), copy)
    monkeypatch.setattr("pytest_ddcompat.matrix.loading.data_folder", lambda: copy)
    return copy


def test_the_json_is_what_is_loaded(folder: Path) -> None:
    made = json.loads((folder / PREPARED).read_bytes())
    made["capabilities"][0]["id"] = "renamed"
    (folder / PREPARED).write_text(json.dumps(made))
    assert load_matrix(ID).capabilities[0].id == "renamed"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"page": {}, "nothing": 1}'], ids=["empty", "array", "none", "key"]
)
def test_damaged_json_is_refused(text: str, folder: Path) -> None:
    (folder / PREPARED).write_text(text)
    with pytest.raises(MatrixError) as raised:
        load_matrix(ID)
    message = f"matrices/{PREPARED}: this file is damaged; install pytest-ddcompat again"
    assert str(raised.value) == message
