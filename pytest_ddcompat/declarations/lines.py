"""The lines of a TOML file on which tables and keys stand, which its parsers do not give."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Lines", "TableLines", "statements", "unquoted"]

# Nearly every statement is one line of plain strings and closed brackets: it needs no tokens.
_STRING = r"""(?:"(?!"")[^"\\\n]*"|'(?!'')[^'\n]*')"""
_FLAT = rf"""[^"'#\[\]{{}}\n]*(?:{_STRING}[^"'#\[\]{{}}\n]*)*"""
_WHOLE_LINE = re.compile(
    rf"(?:\[\[[\w.-]+\]\][ \t\r]*|{_FLAT}(?:\[{_FLAT}\]{_FLAT}|\{{{_FLAT}\}}{_FLAT})?)\n"
)
_TOKEN = re.compile(r""""{3}|'{3}|"[^"\\\n]*"|'[^'\n]*'|"|#[^\n]*|[\[{]|[\]}]|\n""")
_ENDS = {
    '"': re.compile(r'\\.|"', re.DOTALL),
    '"""': re.compile(r'\\.|"{3,5}', re.DOTALL),
    "'''": re.compile(r"'{3,5}"),
}
_DEPTH = {"[": 1, "{": 1, "]": -1, "}": -1}
_PART = r"""([\w-]+|"[^"\n]*"|'[^'\n]*')"""
_STATEMENT = re.compile(rf"[ \t]*(\[\[?[ \t]*)?{_PART}[ \t]*(?:\.[ \t]*{_PART})?")


class TableLines(NamedTuple):
    """The lines of one table of an array.

    Attributes:
        line: The line of the table's header.
        keys: The line of each of its keys.
    """

    line: int
    keys: dict[str, int]


class Lines:
    """The lines of a file's top-level keys, and those of its arrays of tables (`[[name]]`).

    The text must be valid TOML. Tables within an inline array (`name = [{…}]`) have no lines of
    their own.

    Attributes:
        keys: The line of each top-level key.
        tables: The tables of each array, in the order of the file.
    """

    def __init__(self, text: str) -> None:
        self.keys: dict[str, int] = {}
        self.tables: dict[str, list[TableLines]] = {}
        table = self.keys
        for line, _, statement in statements(text):
            bracket, first, second = statement.groups()
            name, inner = unquoted(first), unquoted(second or "")
            if not bracket:
                table.setdefault(name, line)
                continue
            self.keys.setdefault(name, line)
            if not inner:
                table = {}
                if bracket.startswith("[["):
                    self.tables.setdefault(name, []).append(TableLines(line, table))
            elif name in self.tables:
                # `[name.inner]` goes on with the last table of `name`.
                self.tables[name][-1].keys.setdefault(inner, line)
                table = {}


def unquoted(part: str) -> str:
    """Return the part of a key without the quotes that it may have."""
    return part[1:-1] if part[:1] in {"'", '"'} else part


def statements(text: str) -> Iterator[tuple[int, int, re.Match[str]]]:
    """Yield the headers and keys of a text, each with its line and the position of its end.

    The groups of a match are the brackets of a header, and the first two parts of the key.
    """
    line = 1
    for start, end in _spans(text):
        statement = _STATEMENT.match(text, start, end)
        if statement:
            yield line, end, statement
        line += text.count("\n", start, end)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each statement of a text begins and ends: with a line, unless it is open."""
    start = 0
    while start < len(text):
        whole = _WHOLE_LINE.match(text, start)
        end = whole.end() if whole else _end_of_statement(text, start)
        yield start, end
        start = end


def _end_of_statement(text: str, position: int) -> int:
    depth = 0
    while found := _TOKEN.search(text, position):
        part, position = found[0], found.end()
        if part in _ENDS:
            position = _end_of_string(text, position, part)
        elif part == "\n" and depth == 0:
            return position
        else:
            depth += _DEPTH.get(part, 0)
    return len(text)


def _end_of_string(text: str, start: int, quotes: str) -> int:
    for found in _ENDS[quotes].finditer(text, start):
        if not found[0].startswith("\\"):
            return found.end()
    return len(text)
