"""Parse Markdown to the blocks of a page, and account for every line of it."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import reference

from pytest_ddcompat.importer.blocks import (
    Cell,
    Gap,
    Heading,
    PageError,
    Table,
    Tag,
    Text,
    collapsed,
)
from pytest_ddcompat.importer.markup import MARK, blocks_of_html, in_rows, is_mark, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    from pytest_ddcompat.importer.blocks import Block

__all__ = ["blocks_of"]

_TAG = re.compile(r"\{%(?P<tag>[^{}]*)%\}|\{\{[<%](?P<shortcode>[^{}]*)[>%]\}\}")
_LONGEST_TAG = 8000  # characters
_LONGEST_TEXT = 5_000  # characters of a paragraph or cell; published pages have some hundreds
_LONGEST_DEFINITION = 10  # lines of a link's address and title
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_MARK_TAGS = {"x", "check", "yes"}
_LEAVES = {"fence", "code_block", "html_block", "hr", "inline", "tag", "html_table"}
_ORNAMENT = " \t-*+>#=_~`|:"
_TABLE_ROW = re.compile(r"\s{0,3}\|.*\|.*\|?\s*")


def blocks_of(lines: Sequence[str], first: int, origin: str) -> list[Block]:
    """Parse the lines below a page's front matter.

    Args:
        lines: The lines.
        first: Number of the first of them on the page, from 1.
        origin: Name of the page's file, for messages.

    Raises:
        PageError: A paragraph or cell is too long.
    """
    environment: dict[str, Any] = {"origin": origin, "first": first}
    tokens = _parser().parse("\n".join(lines), environment)
    reader = _Reader(lines, first)
    blocks = reader.read(tokens)
    references = environment.get("references", {}).values()
    for definition in (*references, *environment.get("duplicate_refs", ())):
        reader.cover(*definition["map"])
    blocks += reader.lost()
    return sorted(blocks, key=_line_of)


def _line_of(block: Block) -> int:
    return block.head[0].line if isinstance(block, Table) else block.line


@functools.lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 40}).enable("table")
    ends: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list", "table"]}
    parser.block.ruler.before("html_block", "html_table", _html_table, ends)
    parser.block.ruler.before("html_block", "tag", _tag, ends)
    parser.block.ruler.at("reference", _reference, {"alt": []})
    parser.inline.ruler.before("html_inline", "shortcode", _shortcode)
    parser.core.ruler.before("inline", "lengths", _check_lengths)
    return parser


def _check_lengths(state: StateCore) -> None:
    """A core rule: markdown-it-py before 4 takes the square of the time for a longer text."""
    for token in state.tokens:
        if token.type == "inline" and len(token.content) > _LONGEST_TEXT:
            line = state.env["first"] + (token.map[0] if token.map else 0)
            raise PageError(
                f"{state.env['origin']}: line {line}: this paragraph or cell has more than "
                f"{_LONGEST_TEXT} characters"
            )


def _reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A block rule for a link's definition."""
    # markdown-it-py before 4 reads all lines of the paragraph for each definition in it.
    last, state.lineMax = state.lineMax, min(state.lineMax, start + _LONGEST_DEFINITION)
    try:
        return reference(state, start, end, silent)
    finally:
        state.lineMax = last


def _tag(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """A block rule for tags on lines of their own."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]].strip()
    if not line.startswith("{") or len(line) > _LONGEST_TAG or _TAG.sub("", line).strip():
        return False
    found = list(_TAG.finditer(line))
    if not found or (found[0]["shortcode"] and tag_of(found[0][0], 0).name.lower() in _MARK_TAGS):
        return False
    if not silent:
        for match in found:
            token = state.push("tag", "", 0)
            token.content, token.map = match.group(), [start, start + 1]
        state.line = start + 1
    return True


def _html_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A block rule for HTML with a table in it, up to the table's end, with its blank lines."""
    if silent:
        return _line(state, start).lstrip().lower().startswith("<table")
    # Markdown ends HTML at a blank line, and would read the rest of the table as paragraphs.
    last = max(start, state.env.get("no_table_before", 0))
    if not _line(state, start).lstrip().startswith("<"):
        return False
    while last < end and "<table" not in _line(state, last).lower():
        # Remembered, or each line of HTML would look through all that follow.
        state.env["no_table_before"] = last
        if not _line(state, last).strip():
            return False
        last += 1
    depth = 0
    while last < end:
        line = _line(state, last).lower()
        depth += line.count("<table") - line.count("</table")
        last += 1
        if depth <= 0:
            break
    else:
        if not depth:
            return False
    state.line = last
    token = state.push("html_table", "", 0)
    token.content = "\n".join(_line(state, number) for number in range(start, last))
    token.map = [start, last]
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] : state.eMarks[number]]


def _shortcode(state: StateInline, silent: bool) -> bool:
    """An inline rule for tags within text, such as a heading's anchor or a mark."""
    if state.src[state.pos] != "{":
        return False
    found = _TAG.match(state.src, state.pos, min(state.posMax, state.pos + _LONGEST_TAG))
    if found is None:
        return False
    if not silent:
        state.push("shortcode", "", 0).content = found.group()
    state.pos = found.end()
    return True


class _Reader:
    """Makes blocks of tokens, and records which lines they cover."""

    def __init__(self, lines: Sequence[str], first: int) -> None:
        self._lines = lines
        self._first = first
        self._covered = bytearray(len(lines) + 1)

    def cover(self, start: int, end: int) -> None:
        """Record that lines were read."""
        end = min(end, len(self._lines))
        self._covered[start:end] = b"\1" * (end - start)

    def lost(self) -> Iterator[Gap]:
        """Yield the lines that no block was made of."""
        for number, line in enumerate(self._lines):
            if line.strip(_ORNAMENT) and not self._covered[number]:
                reason = "words that the Markdown of the page leaves out"
                yield Gap(number + self._first, collapsed(line), reason)

    def read(self, tokens: Sequence[Token]) -> list[Block]:
        """Make blocks of tokens."""
        blocks: list[Block] = []
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if token.map and token.type in _LEAVES:
                self.cover(*token.map)
            if token.type == "table_open":
                end = _end_of_table(tokens, index)
                blocks += self._table(tokens[index:end])
                index = end
            else:
                blocks += self._block(token, tokens[index - 1].type if index else "")
            index += 1
        return blocks

    def _block(self, token: Token, before: str) -> Iterator[Block]:
        line = self._first + (token.map[0] if token.map else 0)
        if token.type == "tag":
            yield tag_of(token.content, line)
        elif token.type in {"html_block", "html_table"}:
            yield from blocks_of_html(token.content, line)
        elif token.type in {"fence", "code_block"} and token.content.strip():
            yield Text(collapsed(token.content), line)
        elif token.type == "inline":
            text = collapsed(text_of(token))
            if before == "heading_open":
                yield Heading(text, line)
            elif text and self._looks_like_a_table(token.map):
                yield Gap(line, text, "it looks like a row of a table, but is none")
            elif text:
                yield Text(text, line)

    def _looks_like_a_table(self, lines: list[int] | None) -> bool:
        return lines is not None and any(map(_TABLE_ROW.fullmatch, self._lines[slice(*lines)]))

    def _table(self, tokens: Sequence[Token]) -> Iterator[Block]:
        rows: list[list[Cell]] = []
        for token in tokens:
            if token.type == "tr_open" and token.map:
                self.cover(*token.map)
                if not rows:
                    self.cover(token.map[1], token.map[1] + 1)
                rows.append([])
                line = token.map[0]
            elif token.type == "inline":
                rows[-1].append(Cell(lines_of(text_of(token)), self._first + line))
            elif token.type == "tr_close":
                rows[-1] += self._beyond(line, len(rows[-1]))
        yield from in_rows(tuple(rows[0]), rows[1:])

    def _beyond(self, line: int, width: int) -> list[Cell]:
        """Return cells of a row beyond its head, which Markdown drops."""
        cells = _split(self._lines[line])
        return [Cell(collapsed(text), self._first + line) for text in cells[width:]]


def _end_of_table(tokens: Sequence[Token], start: int) -> int:
    return next(n for n in range(start, len(tokens)) if tokens[n].type == "table_close")


def _split(line: str) -> list[str]:
    """Split a row as Markdown does: at every bar without a backslash."""
    bare = re.sub(r"^[\s>]*(?:[-*+]\s+)?\|?", "", line).rstrip()
    bare = bare if bare.endswith("\\|") else bare.removesuffix("|")
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", bare)]


def tag_of(text: str, line: int) -> Tag:
    """Parse a tag."""
    found = _TAG.fullmatch(text)
    tag, shortcode = found.groups("") if found else ("", "")
    inside = tag.removeprefix("-").removesuffix("-") or shortcode
    words = inside.removesuffix("/").strip()
    name = re.match(r"/?[\w-]*" if tag else r"/?[\w/.-]*", words)
    length = name.end() if name else 0
    return Tag(words[:length], words[length:].strip(), collapsed(text), line)


def text_of(token: Token) -> str:
    """Return the words of an inline token as readers see them, with a line end for a break."""
    return "".join(map(_word, token.children or ()))


def _word(token: Token) -> str:
    content = token.content
    if token.type in {"text", "code_inline", "text_special"}:
        return content
    if token.type == "softbreak":
        return " "
    if token.type == "hardbreak" or (token.type == "html_inline" and _BREAK.fullmatch(content)):
        return "\n"
    if token.type == "image":
        return MARK if is_mark(str(token.attrs.get("src", ""))) else text_of(token)
    if token.type == "shortcode":
        return _shown(content)
    is_icon = token.type == "html_inline" and is_mark(content) and not content.startswith("</")
    return MARK if is_icon else ""


def _shown(content: str) -> str:
    """Return a mark, nothing for an anchor, or the tag itself if it is unknown."""
    tag = tag_of(content, 0)
    if tag.name.lower() in _MARK_TAGS:
        return MARK
    return "" if content.startswith("{%") and tag.arguments.startswith("#") else content
