"""A page of facts, as the documentation publishes it and as its source has it: imported whole."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from support.core import MATRICES, parsed_toml

from pytest_ddcompat.importer.importer import Options, import_page
from pytest_ddcompat.importer.source import read_page
from pytest_ddcompat.importer.toml import to_toml

if TYPE_CHECKING:
    from pytest_ddcompat.importer.importer import Imported

PAGE = Path(__file__).with_name("facts.md")
BUNDLED = MATRICES / "iast-python.toml"
USERS = "User Authentication Frameworks compatibility"
BARE_VERSION = "a version alone may be a minimum or a series"


def facts_page(text: str = "", **options: Any) -> Imported:
    about = parsed_toml(BUNDLED)["page"]
    told = Options(about["read"], about["id"], about["address"], **options)
    return import_page(text or read_page(str(PAGE)), "facts.md", told)


def test_the_page_of_facts_gives_the_bundled_matrix() -> None:
    bundled = parsed_toml(BUNDLED)
    bundled["notes"] = [
        {"heading": "Supported Python versions",
         "documented": ["Two release branches are supported:"]},
    ]  # fmt: skip
    assert to_toml(facts_page().mapping) == to_toml(bundled)


def test_account_of_the_page_of_facts() -> None:
    account = facts_page().account
    assert (account.cells, account.interpreted) == (134, 131)
    assert [tuple(place) for place in account.unresolved] == [
        (77, "2.2", BARE_VERSION),
        (78, "0.86", BARE_VERSION),
        (79, "1.1", BARE_VERSION),
    ]
    assert account.warnings == (
        f'the table of frameworks under "{USERS}" names no capability: its rows decide nothing',
        "the page speaks of two release branches, and its table has 4",
    )


def test_source_of_the_page_says_the_same(tmp_path: Path) -> None:
    source = PAGE.read_text(encoding="utf-8").replace("| yes ", "| {{< X >}} ")
    for name, lines in tables_of_versions(source):
        (tmp_path / f"{name}.html").write_text(html_of(lines), encoding="utf-8")
        source = source.replace(lines, f'{{{{< partial name="{name}.html" >}}}}\n')
    assert source.count("partial") == 2
    found = facts_page(source, partials=tmp_path)
    assert found.mapping == facts_page().mapping
    assert found.account[:2] == facts_page().account[:2]


def tables_of_versions(page: str) -> list[tuple[str, str]]:
    """The tables that the source of the page includes from elsewhere, each with a name."""
    found = re.findall(r"(?:\|.*\n)+", page)
    return [(f"table_{n}", lines) for n, lines in enumerate(found) if "Release" in lines
            or "Runtime version" in lines]  # fmt: skip


def html_of(lines: str) -> str:
    """Write a table of Markdown as HTML, with a mark-up of its own in the cells."""
    head, _, *others = (line.strip("|\n ").split("|") for line in lines.splitlines())
    rows = [f"<tr><th>{'</th><th>'.join(map(escaped, head))}</th></tr>"]
    rows += [f"<tr><td>{'</td> <td>'.join(map(escaped, row))}</td></tr>" for row in others]
    return "<table>\n" + "\n".join(rows) + "\n</table>\n"


def escaped(cell: str) -> str:
    return re.sub(r"`(.*?)`", r"<code>\1</code>", escape(cell.strip()))
