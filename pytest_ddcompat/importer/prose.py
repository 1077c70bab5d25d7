"""From the notes and callouts of a page to rows of a matrix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.values.names import parse_site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.importer.draft import Draft

__all__ = [
    "Callout", "add_site", "add_words", "call_previews", "limited", "may_limit",
    "read_callout", "read_heading", "read_text",
]  # fmt: skip

_REGIONS = {
    "us": "datadoghq.com",
    "us3": "us3.datadoghq.com",
    "us5": "us5.datadoghq.com",
    "eu": "datadoghq.eu",
    "ap1": "ap1.datadoghq.com",
    "ap2": "ap2.datadoghq.com",
    "gov": "ddog-gov.com",
}
"""Sites by the names of their regions, from Datadog's "Getting Started with Datadog Sites"."""

_LONGEST = 2000  # characters of a sentence that may be understood
_HOST = re.compile(
    r"(?<![\w.-])(?:[a-z0-9-]+\.){0,3}(?:datadoghq\.com|datadoghq\.eu|ddog-gov\.com)(?![\w-])",
    re.IGNORECASE,
)
_SITE = re.compile(r"\b(?:US1-FED|US[135]|EU1|AP[12])\b(?!\.)")
_REGION = re.compile(r'(?:^|\s)region="([^"]*)"')
_REMOTE = re.compile(r"\brequires? (?:enabling )?Remote Configuration\b", re.IGNORECASE)
_REMOTE_FOR = re.compile(
    r"\bRemote Configuration (?:is required|(?:must|needs to) be enabled) (?:for|to use)\b",
    re.IGNORECASE,
)
_ABOUT_REMOTE = re.compile(
    r"(?=.*\bremote configuration\b).*\b(?:requir\w*|needs?|needed|must|enabl\w*)\b", re.IGNORECASE
)
_FRAMEWORKS = re.compile(r"(.+?) is supported on all frameworks\.?", re.IGNORECASE)
_DATABASES = re.compile(r"(.+?) (?:also )?works .*\bfor all databases\b.*", re.IGNORECASE)
_NOT_THERE = re.compile(
    r"(?:\bnot|n['\u2019]t|\bno longer) (?:yet |currently )?(?:supported|available)\b"
    r"|\b(?:unavailable|unsupported)\b",
    re.IGNORECASE,
)
_PREVIEW = re.compile(r"\b(?:preview|beta)\b", re.IGNORECASE)
_IN_PREVIEW = re.compile(
    r"(?:note:? )?(.+?) (?:is|are) (?:currently |now )?(?:available )?"
    r"(?:in|a) (?:(?:public|private|limited) )?(?:preview|beta)\.?",
    re.IGNORECASE,
)
_MAY_LIMIT = re.compile(
    r"\b(?:not|no longer|never|except|excluding|other than|unless|until|only|cannot|without"
    r"|unavailable|unsupported|preview|beta|experimental|deprecated|discontinued|removed|limited"
    r"|requires?|required|needs?|must|minimum|at least|(?:and|or) (?:later|newer|higher|above|up)"
    r")\b|n['\u2019]t\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"\bth(?:is|ese) (?:product|feature|capabilit|librar)", re.IGNORECASE)
_LIMITS = re.compile(
    r"\b(?:not(?! listed)|no longer|never|except|excluding|other than|unless|until|only|but"
    r"|cannot|without)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
_ALSO_THERE = re.compile(
    r"\b(?:supported|available|no longer|except|excluding|other than|unless|until|only|but)\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"\{\{|\{%")


class Callout(NamedTuple):
    """A part of the page that is set off from the rest.

    Attributes:
        name: Name of its tag.
        arguments: What follows the name.
        line: Line of the page, from 1.
        words: Its other headings, and its paragraphs.
        title: The first of its headings, or nothing.
    """

    name: str
    arguments: str
    line: int
    words: list[str]
    title: str


def read_heading(text: str, line: int, draft: Draft) -> None:
    """Keep a heading open that may limit a capability; others only say where words stand."""
    rows = limited(text, draft)
    if rows:
        draft.open_words("text", line, text, "a heading that may limit a capability", rows)


def read_text(text: str, line: int, draft: Draft) -> None:
    """Make a row of a paragraph or an item of a list: a note, if it decides nothing."""
    reason = _why_not(text)
    if not reason and _is_about_sites(text):
        _read_sites(Callout("", "", line, [text], ""), text, draft)
        return
    reason = reason or _understand(text, draft)
    if reason:
        draft.open_words("text", line, text, reason, limited(text, draft))


def _why_not(text: str) -> str:
    """Why words are not even looked at."""
    if _TAG.search(text):
        return "a tag within it is not known"
    return "it is too long to be understood" if len(text) > _LONGEST else ""


def _is_about_sites(text: str) -> bool:
    limits = _NOT_THERE.search(text) or _PREVIEW.search(text)
    return bool(limits and (_HOST.search(text) or _SITE.search(text)))


def may_limit(text: str) -> bool:
    """Whether words have one that may limit what they speak of."""
    return bool(_MAY_LIMIT.search(text))


def limited(text: str, draft: Draft) -> list[dict[str, Any]]:
    """The capabilities that words may limit, whatever they say of them."""
    if not may_limit(text):
        return []
    if _WHOLE.search(text) and (_NOT_THERE.search(text) or _PREVIEW.search(text)):
        return draft.rows["capabilities"]
    return draft.named(text)


def _understand(text: str, draft: Draft) -> str:
    """Make a row of a sentence; or say why it is not understood."""
    about_remote = _ABOUT_REMOTE.match(text)
    frameworks, databases = _FRAMEWORKS.fullmatch(text), _DATABASES.fullmatch(text)
    covered = frameworks or databases
    row = draft.known("named", covered[1]) if covered else None
    previews = _in_preview(text, draft)
    if row is not None:
        if _LIMITS.search(text) or about_remote:
            return "it may cover only a part"
        of = "frameworks" if frameworks else "datastores"
        draft.add("coverage", [text], of=of, capability=row["id"])
    elif about_remote:
        named = [] if _LIMITS.search(text) else _requiring(text, draft)
        if not named or not draft.is_clear(text):
            return "it is not clear which capabilities require Remote Configuration"
        add_words("remote_configuration", text, named)
    elif previews:
        call_previews(text, previews)
    elif limited(text, draft):
        return "it may limit a capability"
    else:
        _note(text, draft)
    return ""


def _in_preview(text: str, draft: Draft) -> list[dict[str, Any]]:
    """The capabilities of which a sentence says that they are in Preview, and nothing else."""
    found = _IN_PREVIEW.fullmatch(text)
    names = re.split(r",\s*(?:and\s+)?|\s+and\s+", found[1]) if found else []
    rows = [draft.known("named", name) for name in names]
    return [row for row in rows if row is not None] if all(rows) else []


def _requiring(text: str, draft: Draft) -> list[dict[str, Any]]:
    """The capabilities that a sentence says to require Remote Configuration."""
    before, after = _REMOTE.search(text), _REMOTE_FOR.search(text)
    if before:
        return draft.named(text[: before.start()])
    return draft.named(text[after.end() :]) if after else []


def add_words(key: str, text: str, rows: Sequence[dict[str, Any]]) -> None:
    """Add a sentence to those that capabilities have."""
    for row in rows:
        row[key] = f"{row[key]} {text}" if key in row else text


def _note(text: str, draft: Draft) -> None:
    notes = draft.rows["notes"]
    if notes and notes[-1]["heading"] == draft.heading:
        notes[-1]["documented"].append(text)
    else:
        draft.add("notes", [text])


def read_callout(callout: Callout, draft: Draft) -> None:
    """Make a row of a callout: sites, previews, or notes."""
    text = " ".join((callout.title, *callout.words)).strip()
    reason = _why_not(text)
    regions = _REGION.search(callout.arguments)
    if reason:
        draft.open_words("text", callout.line, text, reason, limited(text, draft))
    elif _HOST.findall(text) or regions or callout.name == "site-region":
        _read_sites(callout, text, draft)
    elif _PREVIEW.search(text) and (callout.name == "callout" or draft.named(text)):
        _read_preview(callout, text, draft)
    else:
        for words in (callout.title, *callout.words):
            if words:
                read_text(words, callout.line, draft)


def _regions(arguments: str) -> list[str]:
    """The sites that a tag names by their regions; empty if one is not known."""
    found = _REGION.search(arguments)
    names = [part.strip() for part in found[1].split(",")] if found else []
    return [_REGIONS[name] for name in names] if all(n in _REGIONS for n in names) else []


def _read_sites(callout: Callout, text: str, draft: Draft) -> None:
    body = " ".join(callout.words) or callout.title
    words, regions = _HOST.findall(text), _regions(callout.arguments)
    hosts = _hosts(words)
    sites = [*hosts, *regions]
    is_limited = _ALSO_THERE.search(_NOT_THERE.sub("", body))
    status = "not_supported" if _NOT_THERE.search(body) else ""
    if not status and _PREVIEW.search(body):
        status = "preview"
    has_region = bool(_REGION.search(callout.arguments))
    is_open = has_region and (not regions or not set(hosts) <= set(regions))
    is_open = is_open or len(hosts) < len(words)
    if not sites or not status or is_open or is_limited or draft.named(body):
        reason = "a callout about sites of which it is not clear what it says"
        draft.open_words("sites", callout.line, text, reason)
        return
    what = "callout" if callout.name else "sentence"
    interface = f"the {what} names the host of the user interface; DD_SITE holds it without app."
    heading, draft.heading = draft.heading, callout.title or draft.heading
    reading = interface if any(host.lower().startswith("app.") for host in words) else ""
    excluded = list(dict.fromkeys(sites))
    add_site(callout.words or [callout.title], excluded, status, reading, draft)
    draft.heading = heading


def _hosts(words: Sequence[str]) -> list[str]:
    """The sites that words name, in the form of DD_SITE; empty if one is too long to be a host."""
    try:
        return [parse_site(host) for host in words]
    except ValueError:
        return []


def add_site(
    words: list[str], excluded: list[str], status: str, interpretation: str, draft: Draft
) -> None:
    """Add a row of sites that the page excludes, or on which it is a preview."""
    told = "" if status == "not_supported" else status
    draft.add("sites", words, excluded=excluded, status=told, interpretation=interpretation)


def _read_preview(callout: Callout, text: str, draft: Draft) -> None:
    named = draft.named(text)
    is_limited = _LIMITS.search(text) or _NOT_THERE.search(text)
    if not named or is_limited or not draft.is_clear(text):
        reason = "a callout says Preview, and names no capability of the page"
        reason = "it may limit a capability" if named else reason
        draft.open_words("text", callout.line, text, reason, limited(text, draft))
        return
    call_previews(text, named)


def call_previews(text: str, rows: Sequence[dict[str, Any]]) -> None:
    """Make previews of capabilities by the words of a callout."""
    add_words("callout", text, rows)
    for row in rows:
        row.setdefault("status", "preview")
