"""Refuse lists and expressions of capabilities as other languages have them, with ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_ddcompat.requirement.expression import has_operators
from pytest_ddcompat.values.errors import RequirementError
from pytest_ddcompat.values.names import meant, unknown_name
from pytest_ddcompat.values.text import quoted

if TYPE_CHECKING:
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["refuse_other_spelling"]

# What other languages write, by what it is here.
_SPELLINGS = ((r"&&?", " and "), (r"\|\|?", " or "), (r"[!~]", " not "))
_BETWEEN = re.compile(r"(?i)(?<![^\s()])(and|or|not)(?![^\s()])|([()])")
_OPERATORS = {"and", "or", "not", "(", ")"}


def refuse_other_spelling(text: str, matrix: Matrix) -> None:
    """Refuse a list of names that was written as one, and an expression that is not as ours.

    Args:
        text: What was written, which is no name.
        matrix: The page's names.

    Raises:
        RequirementError: What was meant, or the first name that the page does not have.
    """
    names = _listed(text, matrix)
    if names:
        near = ", ".join(map(quoted, _known("a list of names", text, names, matrix)))
        raise RequirementError(f"{quoted(text)} looks like a list of names; did you mean {near}?")
    expression = text
    for sign, operator in _SPELLINGS:
        expression = re.sub(sign, operator, expression)
    parts = [part.strip() for part in _BETWEEN.split(expression) if part and part.strip()]
    names = [part for part in parts if part.lower() not in _OPERATORS]
    is_ours = expression == text and not any(" " in name for name in names)
    if is_ours or len(parts) == 1 or not any(map(matrix.find_capability, names)):
        return
    if any(_lacks_operator(name, matrix) for name in names):
        return  # the parser says where
    ids = dict(zip(names, _known("an expression", text, names, matrix)))
    words = " ".join([ids.get(part, part.lower()) for part in parts])
    near = quoted(words.replace("( ", "(").replace(" )", ")"))
    raise RequirementError(f"{quoted(text)} looks like an expression; did you mean {near}?")


def _lacks_operator(name: str, matrix: Matrix) -> bool:
    words = name.split()
    is_name = matrix.find_capability(name) or not any(map(matrix.find_capability, words))
    return len(words) > 1 and not (is_name and _id_of(name, matrix))


def _listed(text: str, matrix: Matrix) -> list[str]:
    """Return the names of a list that was written as one; empty if it seems to be none."""
    for parts, enough in ((re.split(r"[,;+]", text), any), (text.split(), all)):
        names = dict.fromkeys(filter(None, (part.strip(" '\"[]{}\n\t") for part in parts)))
        is_list = len(names) > 1 and not any(map(has_operators, names))
        if is_list and enough(map(matrix.find_capability, names)):
            return [*names]
    return []


def _known(what: str, text: str, names: list[str], matrix: Matrix) -> list[str]:
    """Return what names stand for.

    Raises:
        RequirementError: One may stand for several capabilities, or for none.
    """
    for name in names:
        if not _id_of(name, matrix):
            wrong = f"{quoted(text)} looks like {what}, but the page has no {quoted(name)}"
            raise RequirementError(unknown_name(wrong, name, matrix.capability_names()))
    return [_id_of(name, matrix) for name in names]


def _id_of(name: str, matrix: Matrix) -> str:
    found = matrix.find_capability(name)
    if found is None:
        return meant(name, matrix.capability_names())
    return found.id if " " in name else name
