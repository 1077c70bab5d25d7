"""Take strings out of the text of an array, with the comments behind them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["without_strings"]

_STRING = r""""{3}(?:\\.|[^\\])*?"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\])*"|'[^']*\'"""
_BLANK = r"(?:[ \t\r\n]|#[^\n]*\n)*"
_ELEMENT = re.compile(
    rf"(?P<lead>{_BLANK})(?P<string>{_STRING})(?P<comma>{_BLANK},)?(?P<comment>[ \t]*#[^\n]*)?",
    re.DOTALL,
)


class _Element(NamedTuple):
    """An element of an array.

    Attributes:
        lead: Blanks and comments before it.
        string: The string.
        comma: What follows up to its comma; empty if it has none.
        comment: The comment behind it.
    """

    lead: str
    string: str
    comma: str
    comment: str


def without_strings(text: str, gone: Collection[int]) -> str:
    """Return the text of an array without some of its elements.

    Comments behind these go with them; comments on lines of their own stay.

    Args:
        text: The array with its brackets; its elements are strings.
        gone: The indices of those to take out; at least one stays.
    """
    elements = []
    end = 1
    while found := _ELEMENT.match(text, end):
        elements.append(_Element(*(part or "" for part in found.groups())))
        end = found.end()
    tail = text[end:]
    kept = [*_kept(elements, gone)]
    if not elements[-1].comma:
        number = max(n for n, each in enumerate(kept) if each.string)
        kept[number] = kept[number]._replace(comma=kept[number].comma[:-1])
    if kept[-1].comment and "\n" not in tail:
        tail = f"\n{tail}"
    return f"[{''.join(''.join(each) for each in kept)}{tail}"


def _kept(elements: list[_Element], gone: Collection[int]) -> Iterator[_Element]:
    """Yield the elements that stay, and comments of others as elements without a string."""
    pending, is_first = "", True  # how a line begins of which all elements so far have gone
    for number, element in enumerate(elements):
        lead = element.lead
        if is_first and number and "\n" not in lead:
            lead = pending
        else:
            is_first = not number or "\n" in lead
            if "#" in pending:
                yield _comments(pending)
        pending = ""
        if number not in gone:
            is_first = False
            yield element._replace(lead=lead)
        elif is_first:
            pending = lead
    if "#" in pending:
        yield _comments(pending)


def _comments(lead: str) -> _Element:
    """Return the comments before an element that has gone."""
    return _Element("", "", "", lead.rpartition("\n")[0])
