"""Read the sentences and callouts of a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.importer.blocks import Callout
from pytest_ddcompat.values.sites import SITES, parse_site, site_of_region

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.importer.draft import Draft

__all__ = ["limited", "may_limit", "read_callout", "read_text"]

_LONGEST = 2000  # characters of a sentence that may be understood
_HOST = re.compile(
    rf"(?<![\w.-])(?:[a-z0-9-]+\.){{0,3}}(?:{'|'.join(map(re.escape, SITES.values()))})(?![\w-])",
    re.IGNORECASE,
)
_SITE = re.compile(rf"\b(?:{'|'.join(SITES)})\b(?!\.)")
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
_DATABASES = re.compile(r"(.+?) (?:also )?works (.*)", re.IGNORECASE)
_ALL_DATABASES = re.compile(r"\bfor all databases\b", re.IGNORECASE)
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
# Words that may limit what a sentence is about; too many of them leave too much open, too few
# make a verdict more permissive than the page.
_MAY_LIMIT = re.compile(
    r"\b(?:not|no longer|never|except|excluding|other than|unless|until|only|cannot|without"
    r"|unavailable|unsupported|preview|beta|experimental|deprecated|discontinued|removed|limited"
    r"|requires?|required|needs?|must|minimum|at least|(?:and|or) (?:later|newer|higher|above|up)"
    r")\b|n['\u2019]t\b",
    re.IGNORECASE,
)
# "This product is not supported" is about every capability of the page.
_WHOLE = re.compile(r"\bth(?:is|ese) (?:product|feature|capabilit|librar)", re.IGNORECASE)
_LIMITS = re.compile(
    r"\b(?:not(?! listed)|no longer|never|except|excluding|other than|unless|until|only|but"
    r"|cannot|without)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
# Words that may take back what a callout says of sites.
_ALSO_THERE = re.compile(
    r"\b(?:supported|available|no longer|except|excluding|other than|unless|until|only|but)\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"\{\{|\{%")


def read_text(text: str, line: int, draft: Draft) -> None:
    """Make a row of a paragraph or an item of a list; a note, if it decides nothing."""
    reason = _why_not(text)
    if not reason and _is_about_sites(text):
        _read_sites(Callout("", "", line, [text], ""), text, draft)
        return
    reason = reason or _understand(text, draft)
    if reason:
        draft.open_words("text", line, text, reason, limited(text, draft))


def _why_not(text: str) -> str:
    """Return why words cannot be read at all."""
    if _TAG.search(text):
        return "a tag within it is not known"
    return "it is too long to be understood" if len(text) > _LONGEST else ""


def _is_about_sites(text: str) -> bool:
    limits = _NOT_THERE.search(text) or _PREVIEW.search(text)
    return bool(limits and (_HOST.search(text) or _SITE.search(text)))


def may_limit(text: str) -> bool:
    """Whether words may limit what they are about."""
    return bool(_MAY_LIMIT.search(text))


def limited(text: str, draft: Draft) -> list[dict[str, Any]]:
    """Return the capabilities that words may limit."""
    if not may_limit(text):
        return []
    if _WHOLE.search(text) and (_NOT_THERE.search(text) or _PREVIEW.search(text)):
        return draft.counted(draft.rows["capabilities"])
    return draft.capabilities_in(text)


def _understand(text: str, draft: Draft) -> str:
    """Make a row of a sentence, or return why it is not understood."""
    about_remote = _ABOUT_REMOTE.match(text)
    frameworks, databases = _FRAMEWORKS.fullmatch(text), _DATABASES.fullmatch(text)
    is_of_all = databases and _ALL_DATABASES.search(databases[2])
    covered = frameworks or (databases if is_of_all else None)
    row = draft.find("named", covered[1]) if covered else None
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
        _add_words("remote_configuration", text, named)
    elif previews:
        _call_previews(text, previews)
    elif limited(text, draft):
        return "it may limit a capability"
    else:
        _note(text, draft)
    return ""


def _in_preview(text: str, draft: Draft) -> list[dict[str, Any]]:
    """Return the capabilities that a sentence calls previews, if it says nothing else."""
    found = _IN_PREVIEW.fullmatch(text)
    names = re.split(r",\s*(?:and\s+)?|\s+and\s+", found[1]) if found else []
    rows = [draft.find("named", name) for name in names]
    return [row for row in rows if row is not None] if all(rows) else []


def _requiring(text: str, draft: Draft) -> list[dict[str, Any]]:
    """Return the capabilities that, by a sentence, require Remote Configuration."""
    before, after = _REMOTE.search(text), _REMOTE_FOR.search(text)
    if before:
        return draft.capabilities_in(text[: before.start()])
    return draft.capabilities_in(text[after.end() :]) if after else []


def _add_words(key: str, text: str, rows: Sequence[dict[str, Any]]) -> None:
    """Add a sentence to a key of each capability."""
    for row in rows:
        if len(row.get(key, "")) < _LONGEST:
            row[key] = f"{row[key]} {text}" if key in row else text


def _note(text: str, draft: Draft) -> None:
    notes = draft.rows["notes"]
    if notes and notes[-1]["heading"] == draft.heading:
        notes[-1]["documented"].append(text)
    else:
        draft.add("notes", [text])


def read_callout(callout: Callout, draft: Draft) -> None:
    """Make rows of a callout: sites, previews, or notes."""
    text = " ".join((callout.title, *callout.words)).strip()
    reason = _why_not(text)
    regions = _REGION.search(callout.arguments)
    if reason:
        draft.open_words("text", callout.line, text, reason, limited(text, draft))
    elif _HOST.findall(text) or regions or callout.name == "site-region":
        _read_sites(callout, text, draft)
    elif _PREVIEW.search(text) and (callout.name == "callout" or draft.capabilities_in(text)):
        _read_preview(callout, text, draft)
    else:
        for words in (callout.title, *callout.words):
            if words:
                read_text(words, callout.line, draft)


def _read_sites(callout: Callout, text: str, draft: Draft) -> None:
    body = " ".join(callout.words) or callout.title
    sites, status = _sites_of(callout, text), _status_on_sites(body)
    if not sites or not status or draft.capabilities_in(body):
        reason = "it is not clear what this callout about sites says"
        draft.open_words("sites", callout.line, text, reason)
        return
    what = "callout" if callout.name else "sentence"
    interface = f"the {what} names the host of the user interface; DD_SITE holds it without app."
    has_interface = any(host.lower().startswith("app.") for host in _HOST.findall(text))
    heading = draft.heading
    draft.stand_under(callout.title or heading)
    draft.add(
        "sites",
        callout.words or [callout.title],
        excluded=sites,
        status="" if status == "not_supported" else status,
        interpretation=interface if has_interface else "",
    )
    draft.heading = heading


def _sites_of(callout: Callout, text: str) -> list[str]:
    """Return the sites that a callout names, as in DD_SITE; none if one of them is unclear."""
    try:
        hosts = [parse_site(host) for host in _HOST.findall(text)]
    except ValueError:  # too long for a host
        return []
    region = _REGION.search(callout.arguments)
    regions = [site_of_region(name) or "" for name in region[1].split(",")] if region else []
    # The tag says where the words are shown: a host of another region is of another sentence.
    if not all(regions) or (region and not set(hosts) <= set(regions)):
        return []
    return list(dict.fromkeys([*hosts, *regions]))


def _status_on_sites(body: str) -> str:
    if _ALSO_THERE.search(_NOT_THERE.sub("", body)):
        return ""
    if _NOT_THERE.search(body):
        return "not_supported"
    return "preview" if _PREVIEW.search(body) else ""


def _read_preview(callout: Callout, text: str, draft: Draft) -> None:
    named = draft.capabilities_in(text)
    is_limited = _LIMITS.search(text) or _NOT_THERE.search(text)
    if not named or is_limited or not draft.is_clear(text):
        reason = "a callout says Preview, and names no capability of the page"
        reason = "it may limit a capability" if named else reason
        draft.open_words("text", callout.line, text, reason, limited(text, draft))
        return
    _call_previews(text, named)


def _call_previews(text: str, rows: Sequence[dict[str, Any]]) -> None:
    """Mark capabilities as previews, by the words of a callout."""
    _add_words("callout", text, rows)
    for row in rows:
        row.setdefault("status", "preview")
