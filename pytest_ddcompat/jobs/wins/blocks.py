"""Tables of an array as they stand in a text, so that all around one keeps its bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.declarations.lines import statements, unquoted

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Block", "blocks_of", "inserted", "newline_of", "replaced"]

_BLANK = " \t\r\n"
_BLANKS = re.compile(f"[{_BLANK}]*")


class Block(NamedTuple):
    """A table, with the tables within it.

    Attributes:
        line: The line of its header, from 1.
        first: The position where the comments right above the header begin.
        start: The position where the header begins.
        end: The position behind its last key.
    """

    line: int
    first: int
    start: int
    end: int


def blocks_of(text: str, array: str) -> list[Block]:
    """Return the tables `[[array]]` of a text that is valid TOML, in its order."""
    found: list[Block] = []
    is_open, before = False, 0
    for line, end, statement in statements(text):
        bracket, first, second = statement.groups()
        if bracket:
            is_own = unquoted(first) == array
            if is_own and not second:
                start = statement.start()
                found.append(Block(line, _first_comment(text, before, start), start, end))
            is_open = is_own and bool(found)
        if is_open:
            found[-1] = found[-1]._replace(end=end)
        before = end
    return found


def _first_comment(text: str, earliest: int, start: int) -> int:
    """Return where the comments right above a position begin, but for `#:schema` and the like."""
    while start > earliest:
        above = text.rfind("\n", earliest, start - 1) + 1 or earliest
        line = text[above:start].strip()
        if not line.startswith("#") or line.startswith("#:"):
            break
        start = above
    return start


def newline_of(text: str) -> str:
    """Return what ends the first line of a text."""
    position = text.find("\n")
    return "\r\n" if position > 0 and text[position - 1] == "\r" else "\n"


def replaced(text: str, blocks: list[Block], tables: Mapping[int, list[str]]) -> str:
    """Put other tables in the place of some.

    Args:
        text: The text.
        blocks: The tables of the array.
        tables: By the number of a table, the texts of those that come to stand there, the first
            below its comments. If there are none, the comments right above it go too, and the
            blank lines that this leaves.
    """
    parts: list[str] = []
    position = 0
    gap = _gap(text, blocks)
    for number in sorted(tables):
        block = blocks[number]
        if tables[number]:
            parts += [text[position : block.start], _joined(tables[number], text, gap)]
            position = block.end
            continue
        parts.append(text[position : block.first])
        position = _BLANKS.match(text, block.end).end()  # type: ignore[union-attr] # it always does
        if position == len(text):
            return _without_end("".join(parts))
        position = max(block.end, text.rfind("\n", block.end, position) + 1)
    return "".join([*parts, text[position:]])


def _without_end(text: str) -> str:
    """Remove blank lines from the end of a text."""
    kept = len(text.rstrip(_BLANK))
    return text[: text.find("\n", kept) + 1] if kept else ""


def inserted(text: str, blocks: list[Block], tables: Mapping[int, list[str]]) -> str:
    """Put tables between those of an array, before the first, or behind the last.

    Args:
        text: The text.
        blocks: The tables of the array.
        tables: The texts of those that come before a table, by its number; what is for a higher
            number comes behind all, or to the end of the text if there are none.
    """
    parts: list[str] = []
    position = 0
    gap = _gap(text, blocks)
    for number in sorted(tables):
        own = _joined(tables[number], text, gap)
        if number >= len(blocks):
            return "".join([*parts, _behind(text, blocks, own, gap, position)])
        start = blocks[number - 1].end if number else blocks[0].first
        parts += [text[position:start], *([gap, own] if number else [own, gap])]
        position = start
    return "".join([*parts, text[position:]])


def _behind(text: str, blocks: list[Block], table: str, gap: str, position: int) -> str:
    """Return a text from a position on, with tables behind the last of their array."""
    end = blocks[-1].end if blocks else len(text)
    if all(line.strip()[:1] in {"", "#"} for line in text[end:].split("\n")):
        end = len(text)  # nothing else follows
    before = text[:end]
    if not before.strip(_BLANK):
        return f"{before}{table}{text[end:]}"
    kept = before.rstrip(_BLANK)
    has_gap = before[len(kept) :].count("\n") > 1
    return f"{_closed(before, text)[position:]}{'' if has_gap else gap}{table}{text[end:]}"


def _joined(tables: list[str], whole: str, gap: str) -> str:
    """Return tables below each other; only the last may lack the end of its last line."""
    *others, last = tables
    return "".join([*(f"{_closed(each, whole)}{gap}" for each in others), last])


def _closed(text: str, whole: str) -> str:
    """Return a text whose last line has an end."""
    return text if text.endswith("\n") else f"{text}{newline_of(whole)}"


def _gap(text: str, blocks: list[Block]) -> str:
    """Return the blank line between tables, unless the last two have none."""
    if len(blocks) > 1 and not text[: blocks[-1].first].endswith(("\n\n", "\n\r\n")):
        return ""
    return newline_of(text)
