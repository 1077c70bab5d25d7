"""From a file to a matrix: what is bundled, what is refused, and the schema."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support.cases import Case, each
from support.core import MATRICES, MATRIX, asks, environment, parsed_text, parsed_toml
from support.lists import lists
from support.schemas import tables_of

from pytest_ddcompat import Matrix, MatrixError, RequirementError, evaluate, load_matrix
from pytest_ddcompat.matrix.loading import bundled_ids
from pytest_ddcompat.matrix.schema import matrix_schema, overlay_schema

BUNDLED = MATRICES / "iast-python.toml"
SCHEMA = MATRICES / "matrix.schema.json"
OVERLAY_SCHEMA = MATRICES / "overlay.schema.json"


@pytest.mark.parametrize(
    "which",
    [
        pytest.param("iast-python", id="id"),
        pytest.param(str(BUNDLED), id="path"),
        pytest.param(BUNDLED, id="PathLike"),
    ],
)
def test_matrix_that_loads(which: str | Path) -> None:
    matrix = load_matrix(which)
    assert matrix.page.id == "iast-python"
    assert str(matrix.page.read) == "2026-11-22"
    assert len(matrix.capabilities) == 7
    assert evaluate(asks("sca"), environment(), matrix).status.value == "supported"


def test_default_is_bundled() -> None:
    assert load_matrix().page.title == "Python Compatibility Requirements"
    names = [file.stem for file in MATRICES.glob("*.toml")]
    assert bundled_ids() == sorted(name for name in names if not name.endswith(".overlay"))
    for name in bundled_ids():
        assert load_matrix(name).page.id == name


def test_path_of_any_file(tmp_path: Path) -> None:
    path = tmp_path / "matrix.conf"
    path.write_bytes(b"\xef\xbb\xbf" + BUNDLED.read_bytes().replace(b"\n", b"\r\n"))
    assert load_matrix(path).page.id == "iast-python"
    with pytest.raises(MatrixError, match=r"^there is no bundled matrix "):
        load_matrix(str(path))


@pytest.mark.parametrize(
    ("which", "message"),
    [
        pytest.param(
            "iast_python",
            'there is no bundled matrix "iast_python"; did you mean "iast-python"? '
            f"valid: {lists()['matrices']}",
            id="near miss",
        ),
        pytest.param(
            "java",
            f'there is no bundled matrix "java"; valid: {lists()["matrices"]}',
            id="another id",
        ),
        pytest.param(
            "",
            f'there is no bundled matrix ""; valid: {lists()["matrices"]}',
            id="empty id",
        ),
        pytest.param(
            "there/is/no.toml",
            "there/is/no.toml: cannot read this file: No such file or directory",
            id="no such file",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="other words, other slashes"),
        ),
        pytest.param(
            Path("nothing"),
            "nothing: cannot read this file: No such file or directory",
            id="no such path",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="other words"),
        ),
        pytest.param(
            "\0.toml",
            "\\x00.toml: cannot read this file: embedded null byte",
            id="no path at all",
        ),
    ],
)
def test_matrix_that_is_not_there(
    which: str | Path, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MatrixError) as raised:
        load_matrix(which)
    assert str(raised.value) == message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes have names here")
@pytest.mark.parametrize("which", ["pipe.toml", "overlay.toml"])
def test_pipe_is_refused(which: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "overlay.toml").write_text('extends = "pipe.toml"\n', encoding="utf-8")
    with pytest.raises(MatrixError) as raised:
        load_matrix(tmp_path / which)
    message = f"{tmp_path / 'pipe.toml'}: cannot read this file: it is not a regular file"
    where = f"{tmp_path / which}: extends: " if which == "overlay.toml" else ""
    assert str(raised.value) == where + message


def test_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    with pytest.raises(MatrixError, match=r"folder\.toml: cannot read this file: [A-Z]"):
        load_matrix(folder)


@pytest.mark.parametrize("exists", [True, False])
def test_folder_without_a_matrix(
    exists: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "matrices"
    if exists:
        folder.mkdir()
        (folder / "matrix.schema.json").write_text("{}")
    monkeypatch.setattr("pytest_ddcompat.matrix.loading.data_folder", lambda: folder)
    with pytest.raises(MatrixError) as raised:
        load_matrix()
    message = "the folder matrices/ of pytest-ddcompat holds no matrix; install it again"
    assert str(raised.value) == message


def test_schema_is_valid() -> None:
    for schema in (matrix_schema(), overlay_schema()):
        jsonschema.Draft202012Validator.check_schema(schema)
    first = BUNDLED.read_text(encoding="utf-8").splitlines()[0]
    assert first == f"#:schema {SCHEMA.name}"


def test_capability_of_another_name() -> None:
    assert MATRIX.capability("SCA").id == "software_composition_analysis"
    assert (MATRIX.find_capability("threat_detecton"), MATRIX.find_deployment("moon")) == (
        None,
        None,
    )
    with pytest.raises(RequirementError) as raised:
        MATRIX.capability("threat_detecton")
    assert 'did you mean "threat_detection"? valid: ' in str(raised.value)
    with pytest.raises(RequirementError, match=r'^the page has no deployment type "moon"; valid: '):
        MATRIX.deployment("moon")


def test_repr() -> None:
    assert repr(MATRIX) == (
        "<Matrix 'iast-python', page read 2026-11-22: 7 capabilities, "
        f"{len(MATRIX.releases)} releases>"
    )


def as_json(value: Any) -> Any:
    """Dates as strings, as the schema sees them."""
    return json.loads(json.dumps(value, default=str))


def test_bundled_matrix_is_valid_by_the_schema() -> None:
    jsonschema.validate(as_json(parsed_toml(BUNDLED)), matrix_schema())


@each("matrices", "overlays", left_out="cannot read")
def test_schema_refuses_what_the_reader_does(case: Case) -> None:
    # But it cannot tell relations of rows, and the rules of PEP 440.
    content = as_json(parsed_text(case.text))
    schema = overlay_schema() if "extends" in content else matrix_schema()
    valid = jsonschema.Draft202012Validator(schema).is_valid(content)
    assert valid == (case.schema == "accepts")


def test_every_key_is_described_and_unknown_ones_are_refused() -> None:
    tables, of_overlays = tables_of(matrix_schema()), tables_of(overlay_schema())
    assert (len(tables), len(of_overlays)) == (16, 11)
    for table in tables + of_overlays:
        assert table["additionalProperties"] is False
        assert table["description"]
        assert set(table["required"]) <= set(table["properties"])
        for key, described in table["properties"].items():
            assert described["description"].endswith("."), key


def test_rows_are_frozen() -> None:
    with pytest.raises(AttributeError) as raised:
        MATRIX.page.id = "other"
    assert str(raised.value) == "Page is frozen"
    assert isinstance(MATRIX, Matrix)
