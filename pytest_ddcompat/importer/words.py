"""Read the cells of published pages: minimums, statuses, marks, levels, platforms."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from contextlib import suppress

from pytest_ddcompat.importer.blocks import Words
from pytest_ddcompat.importer.markup import MARK
from pytest_ddcompat.importer.ranges import (
    LONGEST,
    VERSION,
    version_of,
    versions_of,
    with_operators,
)
from pytest_ddcompat.values.names import bare

__all__ = [
    "MARKS",
    "NOTHING",
    "OSES",
    "abbreviation",
    "cpus_of",
    "level_of",
    "minimum_of",
    "slug",
    "status_of_label",
]

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
    "not available": "not_supported", "unavailable": "not_supported", "\u274c": "not_supported",
    "not yet supported": "not_supported", "not yet available": "not_supported",
    "\u2717": "not_supported", "\u2718": "not_supported",
    "not applicable": "not_applicable", "n/a": "not_applicable", "n.a.": "not_applicable",
    "na": "not_applicable",
    "support pending": "pending", "pending": "pending", "coming soon": "pending",
    "planned": "pending",
}  # fmt: skip
_LEVELS = {
    "general availability": "general_availability", "ga": "general_availability",
    "maintenance": "maintenance",
    "end of life": "end_of_life", "end-of-life": "end_of_life", "eol": "end_of_life",
}  # fmt: skip
MARKS: dict[str, bool | str] = {
    MARK: True, "✓": True, "✔": True, "✔️": True, "✅": True, "supported": True,
    "": False, "no": False, "not supported": False, "✗": False, "✘": False, "❌": False,
    "-": False, "\u2013": False, "\u2014": False, "n/a": False, "not applicable": False,
    "preview": "preview", "beta": "preview",
}  # fmt: skip
NOTHING = {"", "-", "\u2013", "\u2014"}
"""A blank cell, and the dashes that stand for one."""

_DATES = ("%Y-%m-%d", "%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y")


def slug(text: str) -> str:
    """Make an id of words: `aws_lambda` of `AWS Lambda`, `nodejs` of `Node.js`."""
    plain = re.sub(r"[.'\u2019]", "", text.lower())
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def abbreviation(name: str) -> str:
    """Return the abbreviation in a name's trailing parenthesis as an id, or nothing."""
    found = re.search(r"\(([A-Z][A-Z0-9]{1,9})\)\s*$", name)
    return slug(found[1]) if found else ""


def status_of_label(name: str) -> str:
    """Return the status in a name's trailing parenthesis, such as `(beta)`, or nothing."""
    inside = name[len(bare(name)) :].strip(" ()").lower()
    if re.fullmatch(_PREVIEWS, inside):
        return "preview"
    if inside in _STATUSES or inside == "partial":
        return _STATUSES.get(inside, inside)
    return "deprecated" if inside.split(" ")[0] == "deprecated" else ""


def minimum_of(text: str) -> Words | None:
    """Read a cell of minimums; None if it is not understood."""
    text = with_operators(text.replace(" / ", " "))
    if len(text) > LONGEST:
        return None
    folded = text.lower()
    if folded in _STATUSES:
        return Words({"status": _STATUSES[folded]})
    for understand in (_plain_minimum, _with_status, _by_runtime):
        words = understand(text)
        if words:
            return words
    return None


def _plain_minimum(text: str) -> Words | None:
    found = re.fullmatch(rf"(?:>=\s*|version\s+)?({VERSION})\s*\+?", text, re.IGNORECASE)
    version = found and version_of(found[1])
    return Words({"minimum": version}) if version else None


def _with_status(text: str) -> Words | None:
    """Read `Preview`, `Preview (>=2.0)` or `2.0 (partial)`."""
    if re.fullmatch(_PREVIEWS, text, re.IGNORECASE):
        return Words({"status": "preview"}, "a preview without a version")
    for form in (
        rf"(?P<status>{_PREVIEWS})\s*\(\s*(?:>=\s*)?(?P<version>{VERSION})\+?\s*\)",
        rf"(?P<status>{_PREVIEWS})\s*>=\s*(?P<version>{VERSION})",
        rf"(?:>=\s*)?(?P<version>{VERSION})\+?\s*\((?P<status>partial|deprecated|{_PREVIEWS})\)",
    ):
        found = re.fullmatch(form, text, re.IGNORECASE)
        version = found and version_of(found["version"])
        if found and version:
            word = found["status"].lower()
            status = word if word in {"partial", "deprecated"} else "preview"
            values = {"minimum": version, "status": status}
            return Words(values, f"a minimum, with the status {status}")
    return None


def _by_runtime(text: str) -> Words | None:
    minimums: dict[tuple[str, str], list[str]] = {}
    for part in re.split(r",\s*or\s+|\s+or\s+|[,;]\s*", text):
        found = re.fullmatch(rf"({VERSION})\s+for\s+([A-Za-z.#+]+)\s+(\S.*)", part.strip())
        if found is None:
            return None
        version, runtime = version_of(found[1]), slug(found[2])
        ranges = versions_of(found[3], bare_is="series")
        if not version or not runtime or ranges.reason:
            return None
        minimums.setdefault((version, runtime), []).extend(ranges.values["versions"])
    each = [{"tracer": v, "runtime": r, "versions": on} for (v, r), on in minimums.items()]
    return Words({"minimums": each}, "each minimum holds on its own versions of the runtime")


def level_of(text: str) -> Words | None:
    """Read a cell of support levels, with a last day of maintenance; None if it is no level."""
    found = re.fullmatch(r"([A-Za-z -]{1,40}?)\s*(?:\(until\s+([\w ,.-]{1,40})\))?", text)
    if found is None:
        return None
    level = _level_called(found[1].lower())
    if level is None or not found[2]:
        return Words({"support_level": level}) if level else None
    until = _date(found[2])
    if until is None or level != "maintenance":
        return None
    values = {"support_level": level, "until": until}
    return Words(values, "maintenance up to and on the date, end of life after it")


def _level_called(words: str) -> str | None:
    """Return the level of a name, even with a letter wrong, but not of "no maintenance"."""
    # Pages misspell levels, such as "Maintenence"; a longer text would mean something else.
    for name in (words, *difflib.get_close_matches(words, _LEVELS, n=1, cutoff=0.85)):
        is_near = len(name.split()) == len(words.split()) and abs(len(name) - len(words)) <= 1
        if name in _LEVELS and is_near:
            return _LEVELS[name]
    return None


def _date(text: str) -> dt.date | None:
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|[.,](?!\d)", "", text)
    for form in _DATES:
        with suppress(ValueError):
            return dt.datetime.strptime(plain, form).date()
    return None


def cpus_of(text: str) -> Words | None:
    """Read a cell of CPUs; None if one is unknown."""
    names = [part.strip().lower() for part in re.split(r",|\s/\s", text)]
    if len(text) > LONGEST or not all(name in _CPUS for name in names):
        return None
    cpus = list(dict.fromkeys(_CPUS[name] for name in names))
    notes = dict.fromkeys(_CPU_NOTES[name] for name in names if name in _CPU_NOTES)
    return Words({"cpus": cpus}, "; ".join(notes))
