"""Words in Markdown that are shown as they stand."""

from __future__ import annotations

import re
from html import escape

__all__ = ["at_start", "escaped"]

_FORCED = str.maketrans({c: f"\\{c}" for c in r"\`*_[]{}|~#!$@"})
_FIRST = re.compile(r"^(?:[+=-]|\d(?=\d*[.)]))", re.MULTILINE)


def escaped(words: str) -> str:
    """Escape words within a line, or in a cell of a table."""
    return escape(words.translate(_FORCED), quote=False)


def at_start(words: str) -> str:
    """Escape words at the start of a line, where a number or a dash would make a list."""
    return _FIRST.sub(lambda found: f"&#{ord(found[0])};", escaped(words))
