"""Text of others within ours: escaped, quoted, and cut to what fits a message."""

from __future__ import annotations

import json
import re
from typing import Callable

__all__ = [
    "as_json", "as_toml", "at_start", "curtailed", "cut", "escaped", "inert", "printable",
    "quoted", "shown", "without_bidi",
]  # fmt: skip

# HTML's own characters by hand: the module `html` brings a table of 2,231 entities.
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MARKDOWN = str.maketrans({**{c: f"\\{c}" for c in r"\`*_[]{}|~#!$@"}, **_HTML})
_BIDI = "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
_COMMAND = r"(?m)^((?:\s|\x1b\[[\d;]*m)*):(?=:)"
_LONG_QUOTE = r'"([^"\n]{120})[^"\n]+"'
_LONG_RUN = r"([^\s\"]{400})[^\s\"]+"  # longer than a path that somebody uses
_FIRST = r"(?m)^(?:[+=-]|\d(?=\d*[.)]))"


def printable(text: str) -> str:
    """Escape what could break a terminal or an encoding."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )


def inert(text: str) -> str:
    """Escape what the log of a CI job would take for a command, in any line of a text.

    GitHub's runner obeys `::command::` at the start of a line, that of Azure `##vso[` anywhere.
    """
    text = re.sub(_COMMAND, r"\1\\x3a", text)
    return text.replace("##vso[", "#\\u0023vso[").replace("##[", "#\\u0023[")


def without_bidi(text: str) -> str:
    """Escape the controls that change the direction of what follows them, and nothing else."""
    return re.sub(_BIDI, lambda found: printable(found[0]), text)


def quoted(text: str) -> str:
    """Write a string as Python would, in double quotes."""
    inner = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{printable(inner)}"'


def shown(value: object, form: Callable[[object], str] = repr, longest: int = 80) -> str:
    """Write a wrong value for a message, cut to a length.

    Args:
        value: Any value; where it cannot be written, its type is named.
        form: Writes it as its source does: `repr`, `as_json` or `as_toml`.
        longest: Characters that are kept.
    """
    try:
        text = form(value)
    except Exception:  # noqa: BLE001 - a user's class may do anything here
        return f"a value of type {type(value).__name__}"
    return cut(text, longest)


def cut(text: str, longest: int = 100) -> str:
    """Cut a text to a length, and show that it was cut."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def curtailed(text: str, longest: int) -> str:
    """Cut what a message quotes, and the message if it is too long even so."""
    text = re.sub(_LONG_QUOTE, r'"\1…"', text)
    return cut(re.sub(_LONG_RUN, r"\1…", text), longest)


def as_json(value: object) -> str:
    """Write a value as JSON."""
    return json.dumps(value, default=str)


def as_toml(value: object) -> str:
    """Write a value as TOML does; of a table or an array only that it is one."""
    if isinstance(value, (dict, list)):
        return "a table" if isinstance(value, dict) else "an array"
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return f'"{value}"' if isinstance(value, str) else str(value)
    except ValueError:  # Python writes no integer of more than some thousands of digits
        return "a number of thousands of digits"


def escaped(words: str) -> str:
    """Escape words for Markdown, within a line or in a cell of a table."""
    return words.translate(_MARKDOWN)


def at_start(words: str) -> str:
    """Escape words for the start of a line, where a number or a dash would make a list."""
    return re.sub(_FIRST, lambda found: f"&#{ord(found[0])};", escaped(words))
