"""Tables of an array as they stand in a text, so that all around one keeps its bytes."""

from __future__ import annotations

from typing import NamedTuple

from pytest_ddcompat.declarations.lines import statements, unquoted

__all__ = ["Block", "blocks_of", "inserted", "newline_of", "replaced", "without"]

_BLANK = " \t\r\n"


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


def replaced(text: str, blocks: list[Block], number: int, tables: list[str]) -> str:
    """Put one or more tables in the place of one.

    Args:
        text: The text.
        blocks: The tables of the array.
        number: Which of them it is.
        tables: The texts of those that come to stand there; the first below its comments.
    """
    block = blocks[number]
    first, *others = tables
    found = f"{text[: block.start]}{first}"
    for other in others:
        found = f"{_closed(found, text)}{_gap(text, blocks)}{other}"
    return f"{found}{text[block.end :]}"


def without(text: str, block: Block) -> str:
    """Remove a table, the comments right above it, and the blank lines that this leaves."""
    after = text[block.end :]
    rest = after.lstrip(_BLANK)
    if rest:
        indent = after[: len(after) - len(rest)].rpartition("\n")[2]
        return f"{text[: block.first]}{indent}{rest}"
    kept = len(text[: block.first].rstrip(_BLANK))
    line_end = text.find("\n", kept) + 1
    return text[:line_end] if kept else ""


def inserted(text: str, blocks: list[Block], table: str) -> str:
    """Put a table behind the others of its array, or at the end of the text."""
    end = blocks[-1].end if blocks else len(text)
    if all(line.strip()[:1] in {"", "#"} for line in text[end:].split("\n")):
        end = len(text)  # nothing else follows
    before = text[:end]
    if not before.strip(_BLANK):
        return f"{before}{table}{text[end:]}"
    kept = before.rstrip(_BLANK)
    has_gap = before[len(kept) :].count("\n") > 1
    gap = "" if has_gap else _gap(text, blocks)
    return f"{_closed(before, text)}{gap}{table}{text[end:]}"


def _closed(text: str, whole: str) -> str:
    """Return a text whose last line has an end."""
    return text if text.endswith("\n") else f"{text}{newline_of(whole)}"


def _gap(text: str, blocks: list[Block]) -> str:
    """Return the blank line between tables, unless the last two have none."""
    if len(blocks) > 1 and not text[: blocks[-1].first].endswith(("\n\n", "\n\r\n")):
        return ""
    return newline_of(text)
