"""Parse versions and ranges as the cells of published pages write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pytest_ddcompat.importer.blocks import Words
from pytest_ddcompat.values.versions import parse_range, parse_version

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LONGEST", "VERSION", "range_of", "version_of", "versions_of", "with_operators"]

LONGEST = 200
"""Characters of the longest cell that is read."""

VERSION = (
    r"v?[0-9]+(?:\.[0-9]+)*(?:[abc.-]?(?:rc|alpha|beta|a|b|dev|post)\.?[0-9]+|[.-]?(?:dev|rc))?"
)
"""A regular expression for a single version."""

# Few and short numbers: each is converted, and a specifier compares all of them.
_NUMBERS = r"v?([0-9]{1,9}(?:\.[0-9]{1,9}){0,4})"
_SEPARATOR = re.compile(r"(\s*[,;]\s*(?:(?:and|or)\s+)?|\s+/\s+|\s+(?:and|or)\s+)")
_BOUND = re.compile(r"[<>]=?[^,]*")


_SIGNS = str.maketrans(
    {**dict.fromkeys("\u2265\u2a7e\u2267", ">="), **dict.fromkeys("\u2264\u2a7d", "<=")}
)
_UPWARDS = (
    r"\s*\(?(?:(?:or|and)\s+(?:later|newer|higher|above|greater|up|upwards?|onwards?|beyond)"
    r"|onwards?|upwards?)(?:\s+versions?)?\b\)?"
)
_FROM = r"(?:from|since|starting\s+(?:from|with|at|in)|at\s+least)\s+"
# Not of "from 2 to 3" and "since 2, until 3", where more than a minimum is said.
_AT_LEAST = re.compile(
    rf"(?<![\w.]){_FROM}(?:version\s+)?(?P<first>{VERSION})(?![\w.])(?:{_UPWARDS})?"
    r"(?!\s*(?:to|until|through|up\s+to)\b|\s*[-\u2013])"
    rf"|(?<![\w.=<>~^-])(?:>=\s*)?(?:version\s+)?(?P<second>{VERSION})(?![\w.]){_UPWARDS}",
    re.IGNORECASE,
)


def with_operators(text: str) -> str:
    """Write signs and words for a minimum as the operator: `2.6 or later` as `>=2.6`."""
    if len(text) > LONGEST:
        return text
    return _AT_LEAST.sub(
        lambda found: f">={found['first'] or found['second']}", text.translate(_SIGNS)
    )


def version_of(text: str) -> str | None:
    """Parse a single version, and drop a leading `v`; None for other words."""
    text = text.lower()
    if len(text) > LONGEST or not re.fullmatch(VERSION, text):
        return None
    try:
        parse_version(text.removeprefix("v"))
    except ValueError:
        return None
    return text.removeprefix("v")


def range_of(text: str) -> str | None:
    """Parse a range of tracer versions in PEP 440's form; None for other words."""
    text = with_operators(text)
    try:
        parse_range(text)
    except ValueError:
        return None
    return re.sub(r"\s", "", text)


def versions_of(text: str, *, bare_is: str = "") -> Words:
    """Parse a list of versions to specifiers, of which any may admit.

    Args:
        text: The cell.
        bare_is: The meaning of a version without an operator: `series`, `minimum`, or empty if
            it depends on its neighbours.

    Returns:
        The key `versions`, or why the words are not understood.
    """
    if text.lower() in {"all", "all versions", "any", "*", "fully supported"}:
        return Words({"versions": [">=0"]}, "every version")
    text = with_operators(text)
    pieces = _SEPARATOR.split(text.strip()) if len(text) <= LONGEST else ["x"]
    parts, separators = pieces[::2], pieces[1::2]
    is_bare = [bool(re.fullmatch(VERSION, part)) for part in parts]
    reason = _why_not(text, len(parts), any(is_bare), bare_is)
    if reason:
        return Words({}, reason=reason)
    bare_is = bare_is or "series"
    specifiers = [_specifier(part, bare_is) for part in parts]
    for part, specifier in zip(parts, specifiers):
        if not specifier:
            return Words({}, reason=f'"{part}" is not a version or a range')
    joined = _joined(list(filter(None, specifiers)), separators)
    for specifier in joined:
        if _is_empty(specifier):
            return Words({}, reason=f'no version is in "{specifier}"')
    return Words({"versions": joined}, _reading(parts, is_bare, bare_is))


def _why_not(text: str, parts: int, has_bare: bool, bare_is: str) -> str:
    """Return why words are no list of versions, where all of them together show it."""
    if len(text) > LONGEST:
        return "these words are too long for versions"
    if not text.strip():
        return "a blank cell where versions are expected"
    if has_bare and not bare_is and parts == 1:
        return "a version alone may be a minimum or a series"
    if has_bare and bare_is == "minimum" and parts > 1:
        return "of several versions, each may be a minimum or a series"
    return ""


def _joined(specifiers: Sequence[str], separators: Sequence[str]) -> list[str]:
    """Merge a lower and an upper bound that a comma or "and" joins."""
    # "<2 or >=4" is two ranges; ">=1 and <2" is one.
    joined = [specifiers[0]]
    for separator, specifier in zip(separators, specifiers[1:]):
        bounds = (joined[-1], specifier)
        is_joint = separator.strip() in {",", "and"} or separator.strip(" ,") == "and"
        if is_joint and all(map(_BOUND.fullmatch, bounds)) and bounds[0][0] != bounds[1][0]:
            joined[-1] = ",".join(sorted(bounds, reverse=True))
        else:
            joined.append(specifier)
    return joined


def _is_empty(specifier: str) -> bool:
    """Whether a range ends before it begins."""
    each = [(s.operator, Version(s.version.removesuffix(".*"))) for s in SpecifierSet(specifier)]
    low = next((version for operator, version in each if operator in {">", ">="}), None)
    high = next((version for operator, version in each if operator in {"<", "<="}), None)
    if low is None or high is None:
        return False
    return high < low or (high == low and {operator for operator, _ in each} != {">=", "<="})


def _reading(parts: Sequence[str], is_bare: Sequence[bool], bare_is: str) -> str:
    if not any(is_bare):
        return ""
    if bare_is == "minimum":
        return "a version is a minimum, as the head of its column says"
    beside = any(part.startswith(">") or part.endswith("+") for part in parts)
    return "beside a minimum, a bare version is a series" if beside else "a version is a series"


def _specifier(part: str, bare_is: str) -> str | None:
    """Parse one part of a list to a specifier; None for other words."""
    for pattern, make in _FORMS:
        found = re.fullmatch(pattern, part, re.IGNORECASE)
        if found:
            made = make(*found.groups())
            break
    else:
        if not re.fullmatch(VERSION, part):
            return None
        version = part.removeprefix("v")
        made = f">={version}" if bare_is == "minimum" else f"=={version}.*"
    try:
        parse_range(made)
    except ValueError:
        return None
    return made


def _after(version: str) -> str:
    """Return the first version after a series: 3.14 after 3.13, 10 after 9."""
    *front, last = version.split(".")
    return ".".join([*front, str(int(last) + 1)])


def _caret(version: str) -> str:
    parts = version.split(".")
    kept = next((n for n, part in enumerate(parts) if int(part)), len(parts) - 1)
    return f">={version},<{_after('.'.join(parts[: kept + 1]))}"


_FORMS = (
    (rf"{_NUMBERS}\s*\+", lambda low: f">={low}"),
    (
        rf"{_NUMBERS}(?:\s*[-\u2013]\s*|\s+to\s+){_NUMBERS}(?:\.[x*])?(\+?)",
        lambda low, high, open_: f">={low}" + ("" if open_ else f",<{_after(high)}"),
    ),
    (rf"{_NUMBERS}\.[x*]", lambda series: f"=={series}.*"),
    (rf"\^\s*{_NUMBERS}", _caret),
    (
        rf"~\s*{_NUMBERS}",
        lambda low: f">={low},<{_after('.'.join(low.split('.')[:2]))}",
    ),
    (rf"(>=|<=|==|~=|<|>)\s*({VERSION})", lambda operator, version: f"{operator}{version}"),
)
