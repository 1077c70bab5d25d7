"""The page's words against the matrix's words, both ways."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.core import MATRICES, MATRIX

from pytest_ddcompat.importer.importer import Options, import_page
from pytest_ddcompat.importer.toml import to_toml

if TYPE_CHECKING:
    from pytest_ddcompat.matrix.rows import Statement

SEED = Path(__file__).parents[3] / "shared" / "seed" / "python-compatibility-requirements.md"
pytestmark = pytest.mark.skipif(not SEED.is_file(), reason="the page is not beside the checkout")

ORNAMENT = re.compile(r"\{%.*?%\}|[`*]", re.DOTALL)
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
RULE = re.compile(r"[\s|:-]+")
IN_FRONT = re.compile(r"^---\n(.*?)\n---\n", re.DOTALL)


def words_of_the_page() -> list[tuple[str, ...]]:
    """Each row of a table by its cells, each heading, bullet and sentence by itself."""
    text = IN_FRONT.sub("", SEED.read_text(encoding="utf-8"))
    lines = [plain(line) for line in ORNAMENT.sub("", LINK.sub(r"\1", text)).splitlines()]
    lines = [line for line in lines if line and not RULE.fullmatch(line)]
    rows: list[tuple[str, ...]] = []
    for line in lines:
        cells = list(map(plain, cells_of(line)))
        if line.startswith("|") and len(rows[-1]) > 1:  # a blank last cell is left out
            cells += [""] * (len(rows[-1]) - len(cells))
        rows.append(tuple(cells))
    return rows


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"^\s*(#+|- )", "", text)).strip()


def cells_of(line: str) -> list[str]:
    return line.strip("|").split("|") if line.startswith("|") else [line]


def headings() -> list[str]:
    return [row.heading for row in statements()] + [table.heading for table in MATRIX.tables]


def statements() -> list[Statement]:
    kinds: tuple[tuple[Statement, ...], ...] = (
        MATRIX.sites, MATRIX.capabilities, MATRIX.deployments, MATRIX.releases, MATRIX.runtimes,
        MATRIX.frameworks, MATRIX.coverage, MATRIX.notes,
    )  # fmt: skip
    return [row for kind in kinds for row in kind]


def rows_of_the_matrix() -> list[tuple[str, ...]]:
    """All that the matrix says in the page's words."""
    rows = [table.columns for table in MATRIX.tables]
    rows += [(c.remote_configuration,) for c in MATRIX.capabilities if c.remote_configuration]
    for statement in statements():
        is_row = statement not in (*MATRIX.sites, *MATRIX.coverage, *MATRIX.notes)
        rows += [statement.documented] if is_row else [(words,) for words in statement.documented]
    rows += [(heading,) for heading in headings()]
    return [*rows, (MATRIX.page.title,)]


# The only heading that no statement stands under.
BARE = ("Language and framework compatibility",)


def test_every_word_of_the_page_is_in_the_matrix() -> None:
    page, matrix = words_of_the_page(), {*rows_of_the_matrix(), BARE}
    assert [row for row in page if row not in matrix] == []
    tables = [row for row in page if len(row) > 1]
    assert len(tables) == 7 + 5 + 4 + 12 + 3 + 1 + len(MATRIX.tables)


def test_every_word_of_the_matrix_is_on_the_page() -> None:
    page = words_of_the_page()
    assert [row for row in rows_of_the_matrix() if row not in page] == []


def test_every_statement_stands_under_its_heading() -> None:
    heading = ""
    under: dict[tuple[str, ...], set[str]] = {}
    for row in words_of_the_page():
        if len(row) == 1 and row[0] in headings():
            heading = row[0]
        under.setdefault(row, set()).add(heading)
    rows = (*MATRIX.capabilities, *MATRIX.deployments, *MATRIX.releases, *MATRIX.runtimes)
    for statement in (*rows, *MATRIX.frameworks):
        assert statement.heading in under[statement.documented]
    for table in MATRIX.tables:
        assert table.heading in under[table.columns]
    for note in MATRIX.notes:
        for words in note.documented:
            assert note.heading in under[(words,)]


def test_the_page_names_itself() -> None:
    front = IN_FRONT.match(SEED.read_text(encoding="utf-8"))
    assert front is not None
    about = re.sub(r"\s+", " ", front.group(1))
    assert f"title: {MATRIX.page.title} " in about
    assert f"breadcrumbs: >- {MATRIX.page.breadcrumbs}" in about


def test_the_bundled_matrix_is_what_the_importer_makes_of_the_page() -> None:
    page = MATRIX.page
    told = Options(page.read, page.id, page.address)
    imported = import_page(SEED.read_text(encoding="utf-8"), SEED.name, told)
    bundled = (MATRICES / "iast-python.toml").read_bytes()
    assert to_toml(imported.mapping).encode() == bundled
    account = imported.account
    assert (account.cells, account.interpreted) == (134, 131)
    assert [place.text for place in account.unresolved] == ["2.2", "0.86", "1.1"]
