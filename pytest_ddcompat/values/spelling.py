"""The nearest valid spelling of a version specifier that other tools and people write."""

from __future__ import annotations

import re
import unicodedata

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

__all__ = ["nearest_specifier", "nearest_version"]

_NUMBER = r"v?\d+(?:\.\d+)*"
_SIGNS = {"≥": ">=", "≧": ">=", "⩾": ">=", "≤": "<=", "≦": "<=", "⩽": "<=", "≠": "!="}
_RANGE = rf"({_NUMBER})\s*(?:-|\u2013|\.{{2,3}}|\bto\b|\bthrough\b)\s*({_NUMBER})"
_MORE = "newer|later|greater|higher|more|above|over|after"
_LESS = "older|earlier|lower|less|smaller|below|under|before"
_OR = rf"(?!\s*(?:{_MORE}|{_LESS}|up|onwards))"  # of "3.1 or newer"
_BEFORE = r"[.:\s]*(?=v?\d)"
_REWRITTEN = (  # in this order; each takes what the earlier ones left
    (r"[\"'`()]", ""),
    (r"^\s*(?:\*|any(?:\s+version)?)\s*$", ">=0"),
    (rf"^\s*(?:from\s+)?{_RANGE}\s*$", r">=\1,<=\2"),
    (rf"^\s*between\s+({_NUMBER})\s+and\s+({_NUMBER})\s*$", r">=\1,<=\2"),
    (rf"\b(?:at\s+least|min(?:imum)?|not?\s+(?:{_LESS})(?:\s+than)?){_BEFORE}", ">="),
    (rf"\b(?:at\s+most|max(?:imum)?|up\s+to|not?\s+(?:{_MORE})(?:\s+than)?){_BEFORE}", "<="),
    (rf"\b(?:{_MORE})\s+than\s+or\s+equal\s+to{_BEFORE}", ">="),
    (rf"\b(?:{_LESS})\s+than\s+or\s+equal\s+to{_BEFORE}", "<="),
    (rf"\b(?:{_MORE})(?:\s+than)?{_BEFORE}", ">"),
    (rf"\b(?:{_LESS})(?:\s+than)?{_BEFORE}", "<"),
    (r"\bnot\s+(?=v?\d)", "!="),
    (r"\b(?:version|exactly|only)\s+(?=[v\d<>=!~^])", ""),
    (rf"\s*(?:\|\||\bor\b{_OR})\s*", "|"),
    (rf"\s*(?:&&?|;|\band\b{_OR})\s*", ","),
    (rf"({_NUMBER})\s*(?:\+|(?:or|and)?\s*(?:{_MORE}|up|onwards))(?=$|[,|\s])", r">=\1"),
    (rf"({_NUMBER})\s*(?:or|and)?\s*(?:{_LESS})(?=$|[,|\s])", r"<=\1"),
    (rf"^\s*(?:from|since)\s+({_NUMBER})$", r">=\1"),
    (r"^[\s]*[A-Za-z][\w.-]*(?:\[[\w,]*\])?\s*(?=[<>=!~^])", ""),  # the name of a package
    (r"([<>=!~])\s+(?=[=>])", r"\1"),
    (r"<>", "!="),
    (r"=+([<>])=*|([<>])={2,}", r"\1\2="),
    (r"~>", "~="),
    (r"!(?=\d)|!={2,}", "!="),
    (r"((?:[<>]=?|~=)\s*\d+),(\d+)(?![\w.])", r"\1.\2"),  # a comma for a dot
    (r"(?<![<>=!~])=(?!=)", "=="),
    (r"(?<=[<>=!~^])\s*v\.?\s*(?=\d)|^\s*v\.?\s*(?=\d)", ""),
    (r"([<>]=?|~=)(\s*\d+(?:\.\d+)*)(?:\.[*x])+(?![\w.])", r"\1\2"),
    (r"(\d)(?:\.[*x])+(?![\w.])", r"\1.*"),
    (r"([\w.*])\s*(?=(?:[<>~^]|[!=]=))", r"\1,"),
    (r"([<>]=?|~=)(\s*[^\s,|+]+)\+[\w.]+", r"\1\2"),  # a local version has no order there
    (r"\s+", ""),
    (r",{2,}", ","),
)


def nearest_specifier(text: str) -> str:
    """Return the specifier that a text seems to mean; empty if none is near.

    Args:
        text: What is not a specifier, such as `^3.1`, `=>3.1`, `≥3.1`, `>=3.1 <4`.
    """
    written = unicodedata.normalize("NFKC", text.replace("\u2026", "..")).lower()
    written = "".join(_SIGNS.get(sign, sign) for sign in written)
    written = _interval(written) or written
    for pattern, replacement in _REWRITTEN:
        written = re.sub(pattern, replacement, written)
    alternatives = [
        ",".join(dict.fromkeys(_one(part) for part in alternative.split(",") if part))
        for alternative in filter(None, written.split("|"))
    ]
    if re.search(rf"[,|]{_NUMBER}(?:[,|]|$)", written):
        return ""  # a list of versions, or a comma in the place of a dot
    try:
        valid = all(list(SpecifierSet(alternative)) for alternative in alternatives)
    except InvalidSpecifier:
        return ""
    return "|".join(alternatives) if alternatives and valid else ""


def nearest_version(text: str) -> str:
    """Return the version by PEP 440 that a text seems to mean; empty if none is near.

    Args:
        text: What is not a version, such as Maven's `1.54.0-SNAPSHOT` or npm's `5.0.0-nightly.3`.
    """
    found = re.match(r"\s*v?(\d{1,9}(?:\.\d{1,9}){0,9})[.-](?:snapshot|nightly|dev)", text.lower())
    return f"{found[1]}.dev0" if found else ""


def _interval(text: str) -> str:
    """Rewrite an interval of mathematics, as Maven and NuGet have it: `[3.1,4)`."""
    found = re.fullmatch(rf"\s*([\[(])\s*({_NUMBER})?\s*(,)?\s*({_NUMBER})?\s*([\])])\s*", text)
    if not found or not (found[2] or found[4]):
        return ""
    if not found[3]:
        return f"=={found[2] or found[4]}"
    lower, upper = {"[": ">=", "(": ">"}[found[1]], {"]": "<=", ")": "<"}[found[5]]
    bounds = (found[2] and f"{lower}{found[2]}", found[4] and f"{upper}{found[4]}")
    return ",".join(filter(None, bounds))


def _one(part: str) -> str:
    """Rewrite one comparison: `^3.1`, `~3.1`, `~=3`, or a version without an operator."""
    found = re.fullmatch(rf"(\^|~=?)({_NUMBER})", part)
    if found:
        sign, number = found[1], found[2]
        release = Version(number).release
        if sign == "^":
            # Up to the first number that is not 0: ^0.3 is below 0.4.
            kept = next((n for n, digit in enumerate(release) if digit), len(release) - 1) + 1
            return f">={number},<{_next(release[:kept])}"
        if len(release) == 1:
            return f">={number},<{_next(release)}"
        return f"~={number}" if sign == "~=" else f">={number},<{_next(release[:2])}"
    if re.fullmatch(rf"{_NUMBER}\.\*", part):
        return f"=={part}"
    try:
        return f">={Version(part)}"
    except InvalidVersion:
        return part


def _next(release: tuple[int, ...]) -> str:
    return ".".join(map(str, (*release[:-1], release[-1] + 1)))
