"""Real pages, cut to their facts, beside the checkout: each is imported whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.importing import READ, check_round_trip, imported

from pytest_ddcompat.importer.importer import Options, import_page
from pytest_ddcompat.importer.source import read_page

SHARED = Path(__file__).parents[3] / "shared"
SEED = SHARED / "seed" / "python-compatibility-requirements.md"
PAGES = [SEED, *sorted((SHARED / "pages").glob("*.md"))]
PARTIALS = {
    "supported_versions": "hugo_partial__supported_versions__*.html",
    "supported_runtimes": "hugo_partial__supported_runtimes__*.html",
}
pytestmark = pytest.mark.skipif(not SEED.is_file(), reason="no pages are beside the checkout")


def cells_in(page: str) -> int:
    """Count the cells of the tables, by their bars; a row has as many as its head."""
    cells, width = 0, 0
    for line in page.splitlines():
        found = len(line.strip().strip("|").split("|")) if line.startswith("|") else 0
        is_rule = bool(found) and not line.strip("|-: ")
        width = (width or found) if found else 0
        cells += 0 if is_rule else width
    return cells


@pytest.mark.parametrize("page", [pytest.param(page, id=page.stem) for page in PAGES])
def test_every_cell_is_accounted_for(page: Path) -> None:
    text = read_page(str(page))
    found = imported(text, language="python" if "index" in page.stem else "")
    outside = [row for row in found.mapping.get("unresolved", ()) if "columns" not in row]
    account = found.account
    assert account.cells == cells_in(text) + len(outside)
    assert account.cells == account.interpreted + len(account.unresolved)
    assert account.interpreted >= 14
    check_round_trip(found)


def facts_of(found: dict[str, list[dict[str, object]]]) -> set[str]:
    """What the rows of tables say, without words and headings that only explain."""
    kinds = ("capabilities", "deployments", "releases", "runtimes", "frameworks", "coverage")
    left_out = {"heading", "documented", "interpretation"}
    return {
        f"{kind}: { {key: value for key, value in row.items() if key not in left_out} }"
        for kind in kinds
        for row in found[kind]
    }


def test_source_of_a_page_says_what_the_page_says(tmp_path: Path) -> None:
    folder = tmp_path / "trace_collection" / "python"
    folder.mkdir(parents=True)
    for name, pattern in PARTIALS.items():
        (source,) = (SHARED / "pages").glob(pattern)
        (folder / f"{name}.html").write_bytes(source.read_bytes())
    (page,) = (SHARED / "pages").glob("hugo__iast_python__*.md")
    of_source = import_page(read_page(str(page)), "x", Options(READ, partials=tmp_path))
    of_page = import_page(read_page(str(SEED)), "x", Options(READ))
    assert facts_of(of_source.mapping) == facts_of(of_page.mapping)
