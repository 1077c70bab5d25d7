"""Read the texts of a manifest: the ids of tests, declarations, and versions."""

from __future__ import annotations

import re
from typing import NamedTuple

from pytest_ddcompat.importer.npm import Meant, read_range, read_version
from pytest_ddcompat.importer.sets import ALL

__all__ = ["Stated", "read_id", "read_statement", "read_versions"]

_LONGEST_ID = 500
_LONGEST = 1000  # characters of a declaration
_STATES = {
    "missing_feature": "missing", "bug": "bug", "flaky": "flaky", "irrelevant": "irrelevant",
    "incomplete_test_app": "incomplete",
}  # fmt: skip
_STATE = re.compile(rf"({'|'.join(_STATES)})\b(?: ?\((.*)\))?", re.DOTALL)
_VERSIONS = re.compile(r"(v?)([^()]*)(?:\((.*)\))?", re.DOTALL)
_TICKET = r"(?:[A-Z][A-Z0-9]+-[0-9]+|https?://[^\s,]+)"
_TICKETS = re.compile(rf"({_TICKET}(?:, *{_TICKET})*)(?:[:,;.]? +(\S.*))?", re.DOTALL)
_VALID = f"a version, or one of {', '.join(_STATES)}, with words in parentheses"


class Stated(NamedTuple):
    """A declaration, understood.

    Attributes:
        state: The state of the tests.
        meant: The versions for which they have it.
        ticket: Where it is being worked on.
        reason: Why it is so.
        written: The version or range; empty if none is written.
    """

    state: str
    meant: Meant
    ticket: str = ""
    reason: str = ""
    written: str = ""


def read_id(text: str) -> str:
    """Return the id of tests as pytest writes it.

    Raises:
        ValueError: No test has such an id; the message says why.
    """
    if len(text) > _LONGEST_ID:
        raise ValueError("the id is too long")
    elements = text.strip("/").replace("::", "/").split("/")
    if not all(elements) or not {".", ".."}.isdisjoint(elements) or "\\" in text:
        raise ValueError("this is not the id of tests")
    if "*" in text:
        raise ValueError("a manifest takes * as it stands, a declarations file for any characters")
    if "[" in text:
        raise ValueError("a manifest leaves parameters out of ids, so this is the id of no test")
    files = [number for number, element in enumerate(elements, 1) if element.endswith(".py")]
    if not files:
        return "/".join(elements) + ("/" if text.endswith("/") else "")
    return "::".join(["/".join(elements[: files[0]]), *elements[files[0] :]])


def read_statement(text: str, component: str) -> Stated:
    """Read a declaration: a state, or the versions for which nothing is declared.

    Args:
        text: The declaration.
        component: The library.

    Raises:
        ValueError: It is neither; the message says so.
    """
    text = _short(text)
    state = _STATE.fullmatch(text)
    if state:
        return Stated(_STATES[state[1]], Meant(ALL), *_why(state[2]))
    if text.startswith(tuple(_STATES)):
        raise ValueError(f"this is not a declaration; valid: {_VALID}")
    meant = read_versions(text, component)
    written, _, words = text.partition("(")
    missing = meant._replace(versions=meant.versions.others)
    return Stated("missing", missing, *_why(words[:-1]), written.strip())


def read_versions(text: str, component: str) -> Meant:
    """Read a version (`v1.2.0`: from it on) or a range, with or without words in parentheses.

    Args:
        text: The version or range.
        component: The library.

    Raises:
        ValueError: It is neither; the message says so.
    """
    found = _VERSIONS.fullmatch(_short(text))
    if found is None or not found[2].strip():
        raise ValueError(f"this is not a version; valid: {_VALID}")
    return read_version(found[2], component) if found[1] else read_range(found[2])


def _short(text: str) -> str:
    if len(text) > _LONGEST:
        raise ValueError("the declaration is too long")
    return text.strip()


def _why(words: str | None) -> tuple[str, str]:
    """Divide words into the tickets that they begin with, and the reason."""
    words = (words or "").strip()
    found = _TICKETS.fullmatch(words)
    return (found[1], found[2] or "") if found else ("", words)
