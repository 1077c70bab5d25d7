"""Markdown of `report` and `matrix`, read as GitHub reads it: words stay words, cells cells."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from support.bad_records import VALID
from support.core import MATRICES, SUPPORTED, parsed_toml

from pytest_ddcompat.analysis.grid import grid_of
from pytest_ddcompat.cli.matrix import picture
from pytest_ddcompat.cli.report import markdown
from pytest_ddcompat.cli.report_view import View
from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.matrix.loading import matrix_from_mapping
from pytest_ddcompat.values.names import is_framework
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

markdown_it = pytest.importorskip("markdown_it")

WORDS = [
    "a|b", "a\\|b", "|", "| --- |", "\\", "\\\\", "`code`", "``", "a`b", "```", "a\nb", "a  \nb",
    "a\r\n\r\nb", "\t", "<b>x</b>", "<", "</details>", "<!-- x", "&lt;", "&#124;", "&", "*x*",
    "**x", "_x_", "__init__.py", "[a](b)", "![a](b)", "[a]: b", "~~x~~", "# h", "- x", "+ x", "* x",
    "1. x", "1) x", "> q", "---", "===", "$x$", "@name", "#1", "{{ x }}", "\x1b[31m", "é", "\ud800",
    "    indented", "http://x.example/<b>|`",
]  # fmt: skip


class Document:
    """What a parser makes of Markdown."""

    def __init__(self, text: str) -> None:
        parser = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"])
        self.tokens: list[Token] = parser.parse(text)

    def kinds(self) -> set[str]:
        """What there is, apart from text."""
        inner = {child.type for token in self.tokens for child in token.children or ()}
        return {token.type for token in self.tokens if token.nesting != -1} | inner

    def tables(self) -> list[list[list[str]]]:
        """Words of each cell, by row and table."""
        found: list[list[list[str]]] = []
        for token, after in zip(self.tokens, self.tokens[1:]):
            if token.type == "table_open":
                found.append([])
            elif token.type == "tr_open":
                found[-1].append([])
            elif token.type in {"th_open", "td_open"}:
                found[-1][-1].append(words_of(after))
        return found

    def texts(self, kind: str) -> list[str]:
        """Words of each paragraph or heading."""
        pairs = zip(self.tokens, self.tokens[1:])
        return [words_of(after) for token, after in pairs if token.type == f"{kind}_open"]

    def html(self) -> str:
        return "".join(token.content for token in self.tokens if token.type == "html_block")


def words_of(token: Token) -> str:
    return "".join(child.content for child in token.children or ())


class Listed(HTMLParser):
    """Collects what stands in <code>."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()
        self._inside = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        assert not attrs
        self.tags.add(tag)
        self._inside = tag == "code"
        if self._inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "code"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data


def spoilt(words: str) -> dict[str, Any]:
    """A record with these words in a fact, its signal, all of a decision and a test's id."""
    made: dict[str, Any] = json.loads(json.dumps(VALID))
    (environment,) = made["environments"]
    environment["facts"]["os"] = environment["signals"]["os"] = words
    made["decisions"][0].update(reason=words, mend=[words])
    for finding in made["findings"]:
        finding.update(subject=words, documented=f"{words}x")
    made["tests"][0]["id"] = words
    return made


def rows(document: Document, label: str) -> Iterator[list[str]]:
    return (row for table in document.tables() for row in table if row[0] == label)


def unlinked(text: str) -> str:
    """Words that link nowhere: GitHub links every "@name" and address, however it is escaped."""
    words = printable(text.strip()).replace("@", "@\u200b").replace("www.", "www\u200b.")
    return re.sub(r"(?<=\w)://", "\u200b://", words)


@pytest.mark.parametrize("words", WORDS, ids=repr)
def test_report(words: str) -> None:
    shown = printable(words)
    stripped = unlinked(shown)
    document = Document(markdown(View.of(spoilt(words))))
    (facts,) = document.tables()
    assert {len(row) for row in facts} == {3}
    assert list(rows(document, "os")) == [["os", stripped, stripped]]
    fix, _, *paragraphs = document.texts("paragraph")
    assert fix == f"{stripped} would let 1 more test run"
    assert paragraphs == [stripped, f"Fix: {stripped}"]
    assert document.texts("heading")[1:] == [unlinked(f"{shown}: 1 not run, needs {shown}x")]
    tests = Listed(document.html())
    assert (tests.found, tests.tags) == ([shown], {"details", "summary", "ul", "li", "code"})
    assert document.kinds() <= {
        "heading_open", "paragraph_open", "inline", "text", "strong_open", "strong_close",
        "table_open", "thead_open", "tbody_open", "tr_open", "th_open", "td_open", "html_block",
        "bullet_list_open", "list_item_open",
    }  # fmt: skip


@pytest.mark.parametrize("words", WORDS, ids=repr)
def test_matrix(words: str) -> None:
    table = parsed_toml(MATRICES / "iast-python.toml")
    for row in table["capabilities"]:
        row["heading"] = f"{words}{row['heading']}"
        row["documented"] = [f"{cell}{words}" for cell in row["documented"]]
    table["page"]["title"] = words
    name = printable(words).strip() or "x"
    facts = Environment.from_mapping({**SUPPORTED, "os": name})
    grid = grid_of(
        facts,
        matrix_from_mapping(table, "own.toml"),
        frameworks=[name] if is_framework(name) else (),
    )
    document = Document(picture(grid))
    (cells,) = document.tables()
    assert {len(row) for row in cells} == {1 + len(grid.columns)}
    assert [row[0] for row in cells[1:]] == [unlinked(row.capability.name) for row in grid.rows]
    assert document.texts("heading") == [f"{unlinked(words)}: ddtrace by version".strip()]
    sources = {f.source for row in grid.rows for cell in row.cells for f in cell.deciding}
    listed = document.texts("paragraph")[-len(sources) :]
    assert set(map(unlinked, sources)) == set(listed)
