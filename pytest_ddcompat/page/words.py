"""What the cells of published pages say: versions, statuses, marks, levels, platforms."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from typing import Any, NamedTuple

from pytest_ddcompat.names import bare
from pytest_ddcompat.page.markup import MARK
from pytest_ddcompat.versions import parse_range, parse_version

__all__ = [
    "OSES", "Words", "abbreviation", "cpus_of", "implementation_of", "level_of", "mark_of",
    "minimum_of", "range_of", "slug", "status_of_label", "version_of", "versions_of",
]  # fmt: skip

OSES = {"linux": "linux", "macos": "macos", "mac os x": "macos", "windows": "windows"}
_CPUS = {
    "x86-64": "x86-64", "x86_64": "x86-64", "x64": "x86-64", "amd64": "x86-64", "intel": "x86-64",
    "aarch64": "aarch64", "arm64": "aarch64", "apple silicon": "aarch64",
    "i686": "i686", "i386": "i686", "x86": "i686",
    "64bit": "64bit", "64-bit": "64bit", "32bit": "32bit", "32-bit": "32bit",
}  # fmt: skip
_CPU_NOTES = {
    "intel": "Intel is x86-64, Apple Silicon is aarch64",
    "apple silicon": "Intel is x86-64, Apple Silicon is aarch64",
    "64bit": "the width of the process, whatever its CPU",
    "32bit": "the width of the process, whatever its CPU",
}
_PREVIEWS = r"preview|beta|private beta|private preview|public beta|public preview"
_STATUSES = {
    "not supported": "not_supported", "unsupported": "not_supported", "no": "not_supported",
    "not applicable": "not_applicable", "n/a": "not_applicable",
    "support pending": "pending", "pending": "pending", "coming soon": "pending",
}  # fmt: skip
_LEVELS = {
    "general availability": "general_availability", "ga": "general_availability",
    "maintenance": "maintenance",
    "end of life": "end_of_life", "end-of-life": "end_of_life", "eol": "end_of_life",
}  # fmt: skip
_MARKS: dict[str, bool | str] = {
    MARK: True, "✓": True, "✔": True, "✔️": True, "✅": True, "supported": True,
    "": False, "no": False, "not supported": False, "✗": False, "✘": False, "❌": False,
    "preview": "preview", "beta": "preview",
}  # fmt: skip
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_VERSION = r"v?\d+(?:\.\d+)*(?:[abc.-]?(?:rc|a|b|dev|post)\.?\d+)?"
_LONGEST = 200  # characters of a cell that may be understood


class Words(NamedTuple):
    """Words that are understood.

    Attributes:
        values: Keys of the row that they give.
        interpretation: How they are read, where they leave it open.
    """

    values: dict[str, Any]
    interpretation: str = ""


def slug(text: str) -> str:
    """An id of words: `AWS Lambda` is `aws_lambda`, `Node.js` is `nodejs`."""
    plain = re.sub(r"[.'\u2019]", "", text.lower())
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def abbreviation(name: str) -> str:
    """The abbreviation that a name gives in a trailing parenthesis, as an id, or nothing."""
    found = re.search(r"\(([A-Z][A-Z0-9]{1,9})\)\s*$", name)
    return slug(found[1]) if found else ""


def status_of_label(name: str) -> str:
    """The status that a name has in a trailing parenthesis: `(beta)`, `(deprecated modes)`."""
    inside = name[len(bare(name)) :].strip(" ()").lower()
    if re.fullmatch(_PREVIEWS, inside):
        return "preview"
    return "deprecated" if inside.split(" ")[0] == "deprecated" else ""


def version_of(text: str) -> str | None:
    """A single version, without a `v` in front."""
    if len(text) > _LONGEST or not re.fullmatch(_VERSION, text):
        return None
    try:
        parse_version(text.removeprefix("v"))
    except ValueError:
        return None
    return text.removeprefix("v")


def minimum_of(text: str) -> Words | None:
    """A cell of a capability table; None if it is not understood."""
    text = text.replace(" / ", " ")
    if len(text) > _LONGEST:
        return None
    folded = text.lower()
    if folded in _STATUSES:
        return Words({"status": _STATUSES[folded]})
    for understand in (_plain_minimum, _preview, _with_status, _by_runtime):
        words = understand(text)
        if words:
            return words
    return None


def _plain_minimum(text: str) -> Words | None:
    found = re.fullmatch(rf"(?:>=\s*)?({_VERSION})\+?", text)
    version = found and version_of(found[1])
    return Words({"minimum": version}) if version else None


def _preview(text: str) -> Words | None:
    found = re.fullmatch(
        rf"(?:{_PREVIEWS})(?:\s*\(\s*(?:>=\s*)?({_VERSION})\s*\))?", text, re.IGNORECASE
    )
    if found is None:
        return None
    if found[1] is None:
        return Words({"status": "preview"}, "a preview, of which no version is told")
    version = version_of(found[1])
    values = {"minimum": version, "status": "preview"}
    return Words(values, "a minimum, with the status preview") if version else None


def _with_status(text: str) -> Words | None:
    found = re.fullmatch(
        rf"({_VERSION})\s*\((partial|deprecated|{_PREVIEWS})\)", text, re.IGNORECASE
    )
    version = found and version_of(found[1])
    if not found or not version:
        return None
    status = found[2].lower()
    status = status if status in {"partial", "deprecated"} else "preview"
    return Words({"minimum": version, "status": status}, f"a minimum, with the status {status}")


def _by_runtime(text: str) -> Words | None:
    minimums = []
    for part in re.split(r",\s*or\s+|\s+or\s+|[,;]\s*", text):
        found = re.fullmatch(rf"({_VERSION})\s+for\s+([A-Za-z.#+]+)\s+(\S.*)", part.strip())
        if found is None:
            return None
        version, runtime = version_of(found[1]), slug(found[2])
        ranges = versions_of(found[3], bare_is="series")
        if not version or not runtime or isinstance(ranges, str):
            return None
        minimums.append(
            {"tracer": version, "runtime": runtime, "versions": ranges.values["versions"]}
        )
    return Words({"minimums": minimums}, "each minimum holds on its own versions of the runtime")


def mark_of(text: str) -> bool | str | None:
    """A cell of a table of marks; None if it is not understood."""
    return _MARKS.get(text.lower())


def level_of(text: str) -> Words | None:
    """A cell of support levels, with the last day of maintenance; None if it is no level."""
    found = re.fullmatch(r"([A-Za-z -]+?)\s*(?:\(until\s+(.+)\))?", text[:_LONGEST])
    if found is None:
        return None
    level = _LEVELS.get(found[1].lower())
    if level is None and len(found[1]) > len("eol"):
        near = difflib.get_close_matches(found[1].lower(), _LEVELS, n=1, cutoff=0.85)
        level = _LEVELS[near[0]] if near else None
    if level is None or not found[2]:
        return Words({"support_level": level}) if level else None
    until = _date(found[2])
    if until is None or level != "maintenance":
        return None
    values = {"support_level": level, "until": until}
    return Words(values, "maintenance up to and on the date, end of life after it")


def _date(text: str) -> dt.date | None:
    iso = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    words = re.fullmatch(r"([A-Za-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", text)
    turned = re.fullmatch(r"(\d{1,2}) ([A-Za-z]+) (\d{4})", text)
    if iso:
        year, month, day = map(int, iso.groups())
    elif words or turned:
        name, number, last = words.groups() if words else (turned[2], turned[1], turned[3])  # type: ignore[index]
        months = [n for n, m in enumerate(_MONTHS, 1) if name.lower() in {m, m[:3]}]
        year, month, day = int(last), months[0] if months else 0, int(number)
    else:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def range_of(text: str) -> str | None:
    """A range of tracer versions as PEP 440 has it; None if it is none."""
    try:
        parse_range(text)
    except ValueError:
        return None
    return re.sub(r"\s", "", text)


def cpus_of(text: str) -> Words | None:
    """A cell of CPUs; None if one is not known."""
    names = [part.strip().lower() for part in re.split(r",|\s/\s", text[:_LONGEST])]
    if not all(name in _CPUS for name in names):
        return None
    cpus = list(dict.fromkeys(_CPUS[name] for name in names))
    notes = dict.fromkeys(_CPU_NOTES[name] for name in names if name in _CPU_NOTES)
    return Words({"cpus": cpus}, "; ".join(notes))


def implementation_of(text: str) -> str | None:
    """An implementation of a language, as an id; None if there are several or none."""
    return text.lower() if re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", text[:_LONGEST]) else None


def versions_of(text: str, *, bare_is: str = "") -> Words | str:
    """A list of versions, as specifiers of which any admits.

    Args:
        text: The cell.
        bare_is: What a version without an operator is: a `series`, a `minimum`, or nothing
            where only its neighbours can tell.

    Returns:
        The key `versions`; or why the words are not understood.
    """
    if len(text) > _LONGEST:
        return "these words are too long for versions"
    parts = [p.strip() for p in re.split(r",|;|\s/\s|\s+(?:and|or)\s+", text) if p.strip()]
    if not parts:
        return "a blank cell where versions are expected"
    if [part.lower() for part in parts] in (["all"], ["all versions"], ["any"], ["*"]):
        return Words({"versions": [">=0"]}, "every version")
    is_bare = [bool(re.fullmatch(_VERSION, part)) for part in parts]
    if any(is_bare) and not bare_is:
        if len(parts) == 1:
            return "a version alone may be a minimum or a series"
        bare_is = "series"
    specifiers: list[str] = []
    for part in parts:
        specifier = _specifier(part, bare_is)
        if specifier is None:
            return f'"{part}" is no version or range of them'
        is_upper = specifier[0] == "<" and specifiers and re.fullmatch(r">=?[^,]*", specifiers[-1])
        if is_upper:
            specifiers[-1] += f",{specifier}"
        else:
            specifiers.append(specifier)
    return Words({"versions": specifiers}, _reading(parts, is_bare, bare_is))


def _reading(parts: list[str], is_bare: list[bool], bare_is: str) -> str:
    if not any(is_bare):
        return ""
    if bare_is == "minimum":
        return "a version is a minimum, as the head of its column says"
    beside = any(part.startswith(">") or part.endswith("+") for part in parts)
    return "beside a minimum, a bare version is a series" if beside else "a version is a series"


def _specifier(part: str, bare_is: str) -> str | None:
    """One part of a list of versions as a specifier; None if it is none."""
    for pattern, make in _FORMS:
        found = re.fullmatch(pattern, part, re.IGNORECASE)
        if found:
            made = make(*found.groups())
            break
    else:
        if not re.fullmatch(_VERSION, part):
            return None
        version = part.removeprefix("v")
        made = f">={version}" if bare_is == "minimum" else f"=={version}.*"
    try:
        parse_range(made)
    except ValueError:
        return None
    return made


def _after(version: str) -> str:
    """The first version after a series: 3.14 after 3.13, 10 after 9."""
    *front, last = version.split(".")
    return ".".join([*front, str(int(last) + 1)])


def _caret(version: str) -> str:
    parts = version.split(".")
    kept = next((n for n, part in enumerate(parts) if int(part)), len(parts) - 1)
    return f">={version},<{_after('.'.join(parts[: kept + 1]))}"


_NUMBERS = r"v?(\d{1,9}(?:\.\d{1,9}){0,4})"
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
    (rf"(>=|<=|==|~=|<|>)\s*({_VERSION})", lambda operator, version: f"{operator}{version}"),
)
