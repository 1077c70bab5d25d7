"""The tables below the picture in Markdown: every row, and all of it that decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.overlays import overlaid
from support.pages import row, small_page

from cli.test_markdown import Document
from pytest_ddcompat import load_matrix
from pytest_ddcompat.cli.drawing import draw_rows
from pytest_ddcompat.matrix.fields import field
from pytest_ddcompat.matrix.kinds import text
from pytest_ddcompat.matrix.rows import Framework

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from pytest_ddcompat import Matrix

MARKED = {"firewall": True}


def drawn(matrix: Matrix) -> list[list[list[str]]]:
    """The tables, with the words of each cell."""
    return Document(draw_rows(matrix)).tables()


def test_every_row_of_the_bundled_page() -> None:
    matrix = load_matrix()
    rows = [row for table in drawn(matrix) for row in table]
    heads = [list(table.columns) for table in matrix.tables]
    assert [row[:-1] for row in rows if row[-1] == "read as" and row[0]] == heads
    documented = [
        list(row.documented)
        for kind in matrix.fields
        if isinstance(getattr(matrix, kind), tuple) and kind != "tables"
        for row in getattr(matrix, kind)
    ]
    assert [row[:-1] for row in rows if row[-1] != "read as"] == documented
    marks = '{"threat_detection": true, "software_composition_analysis": false}'
    assert ["AWS Lambda", "yes", "", f"id aws_lambda; capabilities {marks}"] in rows
    assert [
        "Code Security", "Preview (>=2.21.0)", "minimum 2.21.0; status preview",
    ] in rows  # fmt: skip


def test_field_that_is_new_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = field(text, "Kernel of the operating system.", "", decides=True)
    monkeypatch.setitem(Framework.fields, "kernel", kernel)
    django = row("Django", "yes", id="django", capabilities=MARKED, kernel=">=6 | x")
    (_, (_, cells)) = drawn(small_page(frameworks=[django]))
    assert cells == ["Django", "yes", 'id django; capabilities {"firewall": true}; kernel >=6 | x']


def test_rows_of_two_tables_under_one_heading() -> None:
    columns = (["Type", "Firewall"], ["Type", "Firewall (new)"], ["Release", "Support level"])
    tables = [{"heading": "Some heading", "columns": head} for head in columns]
    docker = row("Docker", "yes", id="docker", capabilities=MARKED)
    (_, (head, _)) = drawn(small_page(tables=tables, deployments=[docker]))
    assert head == ["Type", "Firewall or Firewall (new)", "read as"]


@pytest.mark.parametrize(
    ("kind", "added", "expected"),
    [
        pytest.param("unresolved", row("words", of="text", capabilities=["firewall"], reason="why"),
                     'of text; capabilities ["firewall"]', id="words that are not understood"),
        pytest.param("unresolved", row("<9", of="releases", columns=["Release"], reason="why"),
                     "of releases", id="a row that is not understood"),
        pytest.param("sites", row("words", excluded=["ddog-gov.com"]),
                     'excluded ["ddog-gov.com"]', id="sites"),
        pytest.param("notes", row("words"), "", id="notes"),
    ],
)  # fmt: skip
def test_rows_of_each_kind(kind: str, added: dict[str, Any], expected: str) -> None:
    tables = drawn(small_page(**{kind: [added]}))
    documented, columns = added["documented"], added.get("columns", [""])
    assert [[*columns, "read as"], [*documented, expected]] in tables


def test_row_of_an_overlay_is_drawn_as_it_is_read(tmp_path: Path) -> None:
    matrix = overlaid(tmp_path, ("capabilities", 'id = "waf"\nminimum = "3.1.0"'))
    assert "minimum 3.1.0" in [cells[-1] for table in drawn(matrix) for cells in table]
