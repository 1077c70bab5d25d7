"""Files of pages: front matter, encodings, sizes; a clear error or a complete account."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from support.importing import CAPABILITIES, FOLDED, WHOLE, imported, rows, table

from pytest_ddcompat.importer.importer import Imported, Options, import_page
from pytest_ddcompat.importer.source import LIMIT, PageError, read_page
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = "# Source: https://example.com/a/firewall.md"


def from_bytes(content: bytes, folder: Path) -> Imported:
    path = folder / "page.md"
    path.write_bytes(content)
    return import_page(read_page(str(path)), "page.md", Options())


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        pytest.param("", {"id": "firewall-requirements", "title": "Firewall requirements"}, id="-"),
        pytest.param("---\n---\n", {"id": "firewall-requirements"}, id="empty"),
        pytest.param(FOLDED, {"id": "the-title", "breadcrumbs": "Docs > Security"}, id="folded"),
        pytest.param(f"\n{SOURCE}\n\n{SOURCE}\n\n{FOLDED}",
                     {"id": "the-title", "address": "https://example.com/a/firewall/"},
                     id="sources"),
        pytest.param(f"{SOURCE}\n\n", {"address": "https://example.com/a/firewall/"},
                     id="a source alone"),
        pytest.param("---\ntitle: &a 1.50\nother: *a\n---\n", {"title": "1.50"}, id="an anchor"),
        pytest.param("---\ntitle: [1, 2]\n---\n", {"title": "Firewall requirements"}, id="a list"),
        pytest.param("---\ntitle: \u65e5\u672c\n---\n", {"id": "page", "title": "\u65e5\u672c"},
                     id="no letters for an id"),
    ],
)  # fmt: skip
def test_front_matter(front: str, expected: dict[str, str]) -> None:
    found = imported(front + CAPABILITIES)
    page = {key: str(value) for key, value in found.mapping["page"].items()}
    assert {key: page.get(key) for key in expected} == expected
    assert found.account.unresolved == ()
    assert "notes" not in found.mapping


NO_YAML = "the front matter is not valid YAML"


@pytest.mark.parametrize(
    ("front", "message"),
    [
        pytest.param("---\ntitle: A\n", "line 1: the front matter is not closed; valid: ---",
                     id="not closed"),
        pytest.param("---\na: [\n---\n", f"line 2: {NO_YAML}: expected the node content, but found "
                     "'<stream end>'", id="not YAML"),
        pytest.param("---\na: *b\n---\n", f"line 2: {NO_YAML}: found undefined alias 'b'",
                     id="an alias of nothing"),
        pytest.param('---\na: "\\UFFFFFFFF"\n---\n',
                     f"line 2: {NO_YAML}: an escape that is not a character",
                     id="no character"),
        pytest.param("---\n- a\n---\n",
                     "line 2: the front matter has no keys; valid: keys such as title: \u2026",
                     id="list"),
        pytest.param("---\na: " + "[" * 9000 + "\n---\n", f"line 2: {NO_YAML}: nested too deeply",
                     id="nested"),
        pytest.param("---\na: " + "b" * 70_000 + "\n---\n", "line 2: the front matter is too long",
                     id="long"),
    ],
)  # fmt: skip
def test_front_matter_that_is_refused(front: str, message: str) -> None:
    with pytest.raises(PageError) as error:
        imported(front + CAPABILITIES)
    assert str(error.value) == f"page.md: {message}"


def test_surrogate_in_the_front_matter_is_refused() -> None:
    with pytest.raises(PageError, match=r"this is not text, but binary \(U\+D800\)$"):
        imported('---\ntitle: "\\uD800"\n---\n' + CAPABILITIES)


def test_line_ends_and_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    page = FOLDED + CAPABILITIES + "Words of a\nnote.\n\n{% tab %}\n"
    plain = from_bytes(page.encode(), tmp_path)
    for changed in (page.replace("\n", "\r\n"), page.replace("\n", "\r"), f"\ufeff{page}"):
        assert from_bytes(changed.encode(), tmp_path)[::2] == plain[::2]
    assert plain.account.unresolved[0].line == 17
    assert import_page(page.replace("\n", "\r"), "page.md", Options())[::2] == plain[::2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"# A\xff", "byte 3: this is not UTF-8 text", id="not UTF-8"),
        pytest.param(CAPABILITIES.encode("utf-16"), "byte 0: this is not UTF-8 text", id="UTF-16"),
        pytest.param(b"a\nb\0", "line 2: this is not text, but binary (U+0000)", id="NUL"),
        pytest.param("a\x9d".encode(), "line 1: this is not text, but binary (U+009D)",
                     id="a control character"),
        pytest.param(b" " * (LIMIT + 1), "cannot read this page: it is larger than 2 MiB",
                     id="too large"),
        pytest.param(b"[" * 50_001, "this page has more than 50000 opening brackets",
                     id="too many brackets"),
        pytest.param(b"_a" * 50_001, "this page has more than 50000 underscores",
                     id="too many underscores"),
        pytest.param(b"*_" * 50_001, "this page has more than 50000 asterisks",
                     id="too many asterisks"),
        pytest.param(b"&" * 50_001, "this page has more than 50000 ampersands",
                     id="too many ampersands"),
        pytest.param(b"# a\n\n" + b"a b " * 1251,
                     "line 3: this paragraph or cell has more than 5000 characters",
                     id="a long paragraph"),
        pytest.param(b"|a|\n|-|\n|" + b"a" * 5001,
                     "line 3: this paragraph or cell has more than 5000 characters",
                     id="a long cell"),
        pytest.param(b"# a\n\n" * 25_001, "this page has more than 25000 lines with words",
                     id="too many lines"),
        pytest.param(b"|a|\n|-|\n" + b"|b|\n" * 12_001,
                     "the tables of this page have more than 12000 rows", id="too many rows"),
        pytest.param(b"<p>a" * 50_001, "this page has more than 50000 parts",
                     id="too many paragraphs in a line"),
        pytest.param(b"|-" * 600 + b"\n" + b"|\n" * 600,
                     "the tables of this page have more than 100000 cells", id="ragged rows"),
    ],
)  # fmt: skip
def test_file_that_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(PageError) as error:
        from_bytes(content, tmp_path)
    assert str(error.value).rpartition("page.md: ")[2] == message


def test_right_to_left_text() -> None:
    note = "\u202b\u05d0\u05d1\u05d2 \u0627\u0644\u0639\u202c"
    found = imported(CAPABILITIES.replace("Bot Filter", f"{note} Filter") + note)
    assert rows(found, "capabilities")[0] == {"id": "filter", "minimum": "1.4.0"}
    assert found.mapping["notes"][0]["documented"] == [note]


def check_cut(text: str) -> None:
    """A page cut off is refused with a message, or its account is complete."""
    try:
        found = imported(text)
    except CompatibilityError:
        return
    account = found.account
    assert account.cells == account.interpreted + len(account.unresolved)
    ids = {row["id"] for row in rows(found, "capabilities")}
    assert ids <= {"bot_filter", "card_vault"} or "Vault" not in text


def test_page_cut_off_at_any_line() -> None:
    lines = WHOLE.splitlines(keepends=True)
    for end in range(len(lines)):
        check_cut("".join(lines[:end]))


def test_page_cut_off_at_any_character() -> None:
    for end in random.Random(4).sample(range(len(WHOLE)), 150):  # noqa: S311 - no secret
        check_cut(WHOLE[:end])


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "cells", "unresolved"),
    [
        pytest.param(table("Framework | Versions | Bot Filter?",
                           *(f"f{n} | >=1.{n} | yes" for n in range(10_000))), 30_003, 0,
                     id="10,000 rows"),
        pytest.param(table("Type" + " | Bot Filter" * 1000, "Docker" + " | yes" * 1000,
                           "Moon" + " | yes" * 999), 3003, 0, id="1,000 columns"),
        pytest.param("| Type |" + " C |" * 1000 + f"\n|{'---|' * 1001}\n" + "| Docker |\n" * 50,
                     51_051, 51_000, id="ragged rows of 1,000 columns"),
        pytest.param(">" * 30_000 + " a\n", 1, 1, id="quotes in each other"),
        pytest.param("".join(f"{' ' * 2 * n}- a\n" for n in range(300)), None, None, id="lists"),
        pytest.param(("[" * 5000 + "\n\n") * 8, 8, 8, id="brackets"),
        pytest.param(("<" * 5000 + "\n\n") * 40, 40, 40, id="angles"),
        pytest.param("{% callout %}\n" * 20_000, 0, 0, id="callouts in each other"),
        pytest.param("<table>\n" * 20_000, 0, 0, id="tables in each other"),
        pytest.param("<table><tr>" + "<td>a" * 50_000, 50_000, 50_000, id="unclosed cells"),
        pytest.param(("|" * 5000 + "\n\n") * 60, 60, 60, id="bars"),
        pytest.param(("minimum x version to get all " * 170 + "\n\n") * 60, 60, 60,
                     id="a sentence without end"),
        pytest.param(("a works " * 600 + "\n\n") * 30, 30, 30, id="a word without end"),
        pytest.param("Bot Filter requires Remote Configuration.\n\n" * 5000, 0, 0, id="sentences"),
    ],
)  # fmt: skip
def test_large_page(text: str, cells: int | None, unresolved: int | None) -> None:
    account = imported(CAPABILITIES + text).account
    assert account.cells == account.interpreted + len(account.unresolved)
    if cells is not None:
        assert (account.cells - 6, len(account.unresolved)) == (cells, unresolved)


def test_many_capabilities_and_sentences() -> None:
    head = "X capability | Minimum x version"
    many = table(head, *(f"Number {n} | {n}.0" for n in range(5000)))
    found = imported(many + "Number 7 requires Remote Configuration.\n\n" * 5000)
    assert found.account.unresolved == ()
    told = [row["id"] for row in rows(found, "capabilities") if "remote_configuration" in row]
    assert told == ["number_7"]
