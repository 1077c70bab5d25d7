"""Parse HTML to the blocks of a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from pytest_ddcompat.importer.blocks import (
    LONGEST_HEAD,
    Cell,
    Gap,
    Heading,
    Table,
    Text,
    collapsed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_ddcompat.importer.blocks import Block

__all__ = ["MARK", "blocks_of_document", "blocks_of_html", "in_rows", "is_mark", "lines_of"]

MARK = "yes"
"""The word for a mark, for all its forms on pages."""

_MARKS = re.compile(
    r"(?:icon|fa)-(?:check|tick|checkmark)(?:-(?:bold|circle|square|wui))*(?![\w-])"
    r"|:(?:heavy_|white_)?check(?:_mark)?:",
    re.IGNORECASE,
)
_MAIN = re.compile(r"<(/?)main(?:\s[^<>]*)?>", re.IGNORECASE)
_HEADINGS = {f"h{level}" for level in range(1, 7)}
_BLOCKS = {"p", "li", "div", "ul", "ol", "section", "blockquote", "pre", "table", *_HEADINGS}
_CELLS = {"td", "th"}
# What opens no tag; of <![ the parser refuses most names, and keeps no words; </ without a name is
# an end tag to one release of Python and a comment to another.
_STRAY = re.compile(r"<(?=!\[|/[^a-zA-Z]|[^<>]*(?:<|$))")
# A character by its number, of which Python reads no more than some thousand digits.
_NUMBER = re.compile(r"&#0*(\d+)")
_BEYOND = "1114112"  # the first number that no character has
_RAW = {"script", "style"}
_HIDDEN = {*_RAW, "template"}


def is_mark(markup: str) -> bool:
    """Whether markup shows an icon of a check mark."""
    return bool(_MARKS.search(markup))


def lines_of(text: str) -> str:
    """Collapse the white space of a cell, with ` / ` between its lines."""
    return " / ".join(filter(None, map(collapsed, text.split("\n"))))


def in_rows(
    head: tuple[Cell, ...], rows: list[list[Cell]], reason: str = ""
) -> Iterator[Table | Gap]:
    """Yield a table, and for each row the cells beyond its head."""
    width = len(head)
    if not reason and any(len(cell.text) > LONGEST_HEAD for cell in head):
        reason = "its head is too long to be understood"
    yield Table(head, tuple(tuple(row[:width]) for row in rows), reason)
    for row in rows:
        if beyond := row[width:]:
            words = " | ".join(filter(None, (cell.text for cell in beyond)))
            count = "a cell" if len(beyond) == 1 else f"{len(beyond)} cells"
            yield Gap(beyond[0].line, words, f"{count} beyond the head of its table")


def blocks_of_document(html: str) -> list[Block]:
    """Parse an HTML document: what is in its `<main>`, or all of it without one.

    Menus around the page name capabilities too, and would seem to say something of them.
    """
    tags = list(_MAIN.finditer(html))
    if not tags or tags[0][1] or not tags[-1][1]:
        return blocks_of_html(html, 1)
    start, end = tags[0].end(), tags[-1].start()
    return blocks_of_html(html[start:end], html.count("\n", 0, start) + 1)


def blocks_of_html(html: str, line: int) -> list[Block]:
    """Parse a fragment or a file of HTML, which begins on a line of the page."""
    reader = _Reader(line)
    shown, comment = _without_comments(html)
    # For a bracket that opens nothing, the parser would look for an end again and again.
    reader.feed(_NUMBER.sub(_short, _STRAY.sub("&lt;", shown)))
    blocks = reader.end()
    if hidden := collapsed(comment):
        why = "words within a comment that is not closed"
        blocks.append(Gap(line + shown.count("\n"), hidden, why))
    return blocks


def _short(number: re.Match[str]) -> str:
    return f"&#{number[1] if len(number[1]) <= len(_BEYOND) else _BEYOND}"


def _without_comments(html: str) -> tuple[str, str]:
    """Cut out comments, but not their line ends, and return what is in an unclosed one apart."""
    parts, end = [], 0
    while (start := html.find("<!--", end)) >= 0:
        parts.append(html[end:start])
        close = html.find("-->", start)
        if close < 0:
            return "".join(parts), html[start + len("<!--") :]
        parts.append("\n" * html.count("\n", start, close))
        end = close + len("-->")
    return "".join([*parts, html[end:]]), ""


class _Reader(HTMLParser):
    """Collects tables, headings and other text, whether or not their tags are closed.

    Releases of Python differ in what is raw text, and in what becomes of a tag that the end of the
    page cuts off; both are decided here. BeautifulSoup loses the words of such tags.
    """

    def __init__(self, line: int) -> None:
        super().__init__(convert_charrefs=True)
        self._first = line - 1
        self._blocks: list[Block] = []
        self._text: list[str] = []  # of the current paragraph, heading or cell
        self._start = 0  # the line that it begins on
        self._heading = self._stray = False
        self._hidden = 0  # depth of tags whose words are not shown
        self._unseen: list[str] = []
        self._unseen_line = 0
        self._depth = 0  # of tables in each other; only the outermost is one of the page
        self._head: list[Cell] = []
        self._rows: list[list[Cell]] = []
        self._in_head = False
        self._reason = ""
        self._in_cell = False

    def end(self) -> list[Block]:
        if not self._hidden and not self.rawdata.startswith("<"):
            self.close()
        if self._depth:
            self._depth = 1
            self.handle_endtag("table")
        self._flush()
        unseen = collapsed("".join(self._unseen) + self.rawdata)
        if unseen:
            line = self._unseen_line if self._hidden else self._line
            self._blocks.append(Gap(line, unseen, "words within a tag that is not closed"))
        return self._blocks

    def set_cdata_mode(self, elem: str, **how: bool) -> None:
        if elem in _RAW:
            super().set_cdata_mode(elem, **how)

    @property
    def _line(self) -> int:
        return self._first + self.getpos()[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._unseen_line = self._unseen_line if self._hidden else self._line
            self._hidden += 1
        elif tag == "br":
            self._text.append("\n")
        elif self._depth == 0 and tag in _CELLS:
            self._flush()
            self._stray = True
        elif self._depth == 0 and tag in _BLOCKS:
            self._flush()
            self._heading = tag in _HEADINGS
            self._open_table(tag)
        elif self._depth:
            self._inside_table(tag, dict(attrs))
        shown = " ".join(value for _, value in attrs if value)
        if tag in {"i", "span", "img"} and is_mark(shown):
            self._text.append(MARK)

    def _open_table(self, tag: str) -> None:
        if tag == "table":
            self._depth, self._head, self._rows, self._reason = 1, [], [], ""
            self._in_head = self._in_cell = False

    def _inside_table(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "table":
            self._depth += 1
        if self._depth > 1:
            self._text.append(" ")
        elif tag in {"thead", "tbody"}:
            self._end_cell()
            self._in_head = tag == "thead"
        elif tag == "tr":
            self._end_cell()
            self._rows.append([])
        elif tag in _CELLS:
            self._end_cell()
            if any(attributes.get(key) not in {None, "", "1"} for key in ("colspan", "rowspan")):
                self._reason = "cells of the table span several rows or columns"
            self._in_cell, self._start, self._is_head = True, self._line, tag == "th"
        elif tag in _BLOCKS:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
            self._unseen = self._unseen if self._hidden else []
        elif tag == "table" and self._depth:
            if self._depth == 1:
                self._end_cell()
                self._close_table()
            self._depth -= 1
        elif tag in {*_CELLS, "tr", "thead", "tbody"} and self._depth == 1:
            self._end_cell()
            self._in_head = self._in_head and tag != "thead"
        elif tag in _BLOCKS | _CELLS and not self._depth:
            self._flush()

    def handle_data(self, data: str) -> None:
        if self._hidden:
            self._unseen.append(data)
            return
        if not self._text and not self._depth:
            self._start = self._line + data[: len(data) - len(data.lstrip())].count("\n")
        # Line ends of the source are blanks; those that show are of <br>.
        self._text.append(data.replace("\n", " "))

    def _end_cell(self) -> None:
        text = lines_of("".join(self._text))
        self._text = []
        if self._in_cell:
            cell = Cell(text, self._start)
            if not self._rows:
                self._rows.append([])
            in_head = self._in_head or (self._is_head and len(self._rows) == 1)
            (self._head if in_head and not self._rows[:-1] else self._rows[-1]).append(cell)
        elif text:
            self._blocks.append(Gap(self._line, text, "words between the cells of a table"))
        self._in_cell = False

    def _close_table(self) -> None:
        rows = [row for row in self._rows if row]
        if self._head:
            self._blocks.extend(in_rows(tuple(self._head), rows, self._reason))
        elif rows:
            self._blocks.extend(in_rows(tuple(rows[0]), rows[1:], "the table has no head"))

    def _flush(self) -> None:
        text = collapsed("".join(self._text))
        self._text = []
        line = self._start or self._line
        if text and self._stray:
            self._blocks.append(Gap(line, text, "a cell outside of a table"))
        elif text:
            self._blocks.append((Heading if self._heading else Text)(text, line))
        self._heading = self._stray = False
