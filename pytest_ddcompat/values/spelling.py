"""The nearest valid spelling of a version specifier that other tools and people write."""

from __future__ import annotations

import re
import unicodedata

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

__all__ = ["nearest_specifier"]

_NUMBER = r"v?\d+(?:\.\d+)*"
_SIGNS = {"≥": ">=", "≧": ">=", "⩾": ">=", "≤": "<=", "≦": "<=", "⩽": "<=", "≠": "!="}
_REWRITTEN = (  # in this order; each takes what the earlier ones left
    (r"[\"'`()]", ""),
    (r"\s*(?:\|\||\bor\b(?!\s*(?:newer|later|above|higher|older|earlier|below|lower)))\s*", "|"),
    (r"\s*(?:&&?|;|\band\b)\s*", ","),
    (rf"({_NUMBER})\s*(?:\+|(?:or|and)?\s*(?:newer|later|above|higher|up))(?=$|[,|\s])", r">=\1"),
    (rf"({_NUMBER})\s*(?:or|and)?\s*(?:older|earlier|below|lower)(?=$|[,|\s])", r"<=\1"),
    (rf"^\s*(?:from|since)\s+({_NUMBER})$", r">=\1"),
    (rf"^\s*({_NUMBER})\s*(?:-|\u2013|\bto\b)\s*({_NUMBER})\s*$", r">=\1,<=\2"),
    (r"^[\s]*[A-Za-z][\w.-]*(?:\[[\w,]*\])?\s*(?=[<>=!~^])", ""),  # the name of a package
    (r"([<>=!~])\s+(?=[=>])", r"\1"),
    (r"<>", "!="),
    (r"=([<>])(?!=)", r"\1="),
    (r"~>", "~="),
    (r"(?<![<>=!~])=(?!=)", "=="),
    (r"(?<=[<>=!~^])\s*v\.?\s*(?=\d)|^\s*v\.?\s*(?=\d)", ""),
    (r"([<>]=?|~=)(\s*\d+(?:\.\d+)*)\.[*xX](?![\w.])", r"\1\2"),
    (r"(\d)\.[xX](?![\w.])", r"\1.*"),
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
    written = unicodedata.normalize("NFKC", text)
    written = "".join(_SIGNS.get(sign, sign) for sign in written)
    for pattern, replacement in _REWRITTEN:
        written = re.sub(pattern, replacement, written)
    alternatives = [
        ",".join(dict.fromkeys(_one(part) for part in alternative.split(",") if part))
        for alternative in filter(None, written.split("|"))
    ]
    if re.search(rf"(?:^|,){_NUMBER},{_NUMBER}(?:,|$)", written):
        return ""  # a list of versions, or a comma in the place of a dot
    try:
        valid = all(list(SpecifierSet(alternative)) for alternative in alternatives)
    except InvalidSpecifier:
        return ""
    return "|".join(alternatives) if alternatives and valid else ""


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
