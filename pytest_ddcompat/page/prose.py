"""From the notes and callouts of a page to rows of a matrix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.names import bare, fold, parse_site
from pytest_ddcompat.page.words import slug

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.page.draft import Draft

__all__ = ["REGIONS", "Callout", "contradictions", "hosts_in", "read_callout", "read_text"]

REGIONS = {
    "us": "datadoghq.com",
    "us3": "us3.datadoghq.com",
    "us5": "us5.datadoghq.com",
    "eu": "datadoghq.eu",
    "ap1": "ap1.datadoghq.com",
    "ap2": "ap2.datadoghq.com",
    "gov": "ddog-gov.com",
}
"""Sites by the names of their regions, from Datadog's "Getting Started with Datadog Sites"."""

_HOST = re.compile(
    r"(?<![\w.-])(?:[a-z0-9-]+\.){0,3}(?:datadoghq\.com|datadoghq\.eu|ddog-gov\.com)(?![\w-])",
    re.IGNORECASE,
)
_REMOTE = re.compile(r"\brequires? (?:enabling )?Remote Configuration\b", re.IGNORECASE)
_FRAMEWORKS = re.compile(r"(.+?) is supported on all frameworks\.?", re.IGNORECASE)
_DATABASES = re.compile(r"(.+?) (?:also )?works .*\bfor all databases\b.*", re.IGNORECASE)
_NOT_THERE = re.compile(r"\b(?:not (?:supported|available)|unavailable|unsupported)\b", re.I)  # noqa: FURB167 - one line
_PREVIEW = re.compile(r"\b(?:preview|beta)\b", re.IGNORECASE)
_OVERALL = re.compile(r"\bminimum .*?version to get all .*? is v?(\d+(?:\.\d+)*)", re.IGNORECASE)
_BRANCHES = re.compile(
    r"\b(one|two|three|four|five|six) release branch(?:es)? (?:is|are) supported"
)
_NUMBERS = ("one", "two", "three", "four", "five", "six")
_TAG = re.compile(r"\{\{|\{%")


class Callout(NamedTuple):
    """A part of the page that is set off from the rest.

    Attributes:
        name: Name of its tag.
        arguments: What follows the name.
        line: Line of the page, from 1.
        words: Its headings and paragraphs.
        title: The first of its headings, or nothing.
    """

    name: str
    arguments: str
    line: int
    words: tuple[str, ...]
    title: str


def read_text(text: str, line: int, draft: Draft) -> None:
    """Make a row of a paragraph or an item of a list: a note, if it decides nothing."""
    if _TAG.search(text):
        draft.open_words("text", line, text, "a tag within it is not known")
    elif not _decides(text, draft):
        _note(text, draft)


def _decides(text: str, draft: Draft) -> bool:
    frameworks, databases = _FRAMEWORKS.fullmatch(text), _DATABASES.fullmatch(text)
    covered = frameworks or databases
    if covered:
        row = draft.known("named", fold(covered[1]))
        if row:
            of = "frameworks" if frameworks else "datastores"
            draft.add("coverage", [text], of=of, capability=row["id"])
        return row is not None
    if _REMOTE.search(text):
        named = _named(text[: _REMOTE.search(text).start()], draft)  # type: ignore[union-attr]
        for row in named:
            row["remote_configuration"] = text
        if not named:
            draft.warn(f'"{text[:80]}" names no capability of the page')
        return bool(named)
    return False


def _note(text: str, draft: Draft) -> None:
    notes = draft.rows["notes"]
    if notes and notes[-1]["heading"] == draft.heading:
        notes[-1]["documented"].append(text)
    else:
        draft.add("notes", [text])


def _named(text: str, draft: Draft) -> list[dict[str, Any]]:
    """The capabilities that a sentence names."""
    folded = text.casefold()
    names = {bare(row["documented"][0]).casefold(): row for row in draft.rows["capabilities"]}
    return [
        row
        for name, row in names.items()
        if name in folded and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded)
    ]


def read_callout(callout: Callout, draft: Draft) -> None:
    """Make a row of a callout: sites, previews, or notes."""
    text = " ".join((callout.title, *callout.words))
    hosts = [*hosts_in(text), *_regions(callout.arguments)]
    about_site = bool(hosts) or callout.name == "site-region"
    if _TAG.search(text):
        draft.open_words("text", callout.line, text, "a tag within it is not known")
    elif about_site:
        _read_sites(callout, hosts, text, draft)
    elif _PREVIEW.search(text) and callout.name == "callout":
        _read_preview(callout, text, draft)
    else:
        for words in (callout.title, *callout.words):
            if words:
                read_text(words, callout.line, draft)


def hosts_in(text: str) -> list[str]:
    """The hosts of Datadog sites that words name."""
    return _HOST.findall(text)


def _regions(arguments: str) -> list[str]:
    found = re.search(r'region="([^"]*)"', arguments)
    names = [part.strip() for part in found[1].split(",")] if found else []
    return [REGIONS[name] for name in names] if all(n in REGIONS for n in names) else []


def _read_sites(callout: Callout, hosts: Sequence[str], text: str, draft: Draft) -> None:
    words = list(callout.words) or [callout.title]
    body = " ".join(callout.words)
    status = "not_supported" if _NOT_THERE.search(body) else ""
    if not status and _PREVIEW.search(body):
        status = "preview"
    if not hosts or not status or _named(body, draft):
        reason = "a callout about sites of which it is not clear what it says"
        draft.open_words("sites", callout.line, text.strip(), reason)
        return
    interface = "the callout names the host of the user interface; DD_SITE holds it without app."
    heading, draft.heading = draft.heading, callout.title or draft.heading
    draft.add(
        "sites",
        words,
        excluded=list(dict.fromkeys(map(parse_site, hosts))),
        status="" if status == "not_supported" else status,
        interpretation=interface if any(h.lower().startswith("app.") for h in hosts) else "",
    )
    draft.heading = heading


def _read_preview(callout: Callout, text: str, draft: Draft) -> None:
    named = _named(text, draft)
    if not named:
        reason = "a callout says Preview, and names no capability of the page"
        draft.open_words("text", callout.line, text.strip(), reason)
        return
    for row in named:
        row["callout"] = text.strip()
        if "status" not in row:
            row["status"] = "preview"


def contradictions(draft: Draft) -> None:
    """Warn of sentences that the page's own tables contradict."""
    for note in draft.rows["notes"]:
        for text in note["documented"]:
            overall, branches = _OVERALL.search(text), _BRANCHES.search(text.lower())
            if overall:
                _warn_of_minimum(overall[1], draft)
            told = _NUMBERS.index(branches[1]) + 1 if branches else 0
            actual = len(draft.rows["releases"])
            if told and actual and told != actual:
                draft.warn(
                    f"the page speaks of {told} release branches, and its table has {actual}"
                )


def _warn_of_minimum(stated: str, draft: Draft) -> None:
    from pytest_ddcompat.versions import parse_version

    for row in draft.rows["capabilities"]:
        minimums = [row["minimum"]] if "minimum" in row else []
        minimums += [each["tracer"] for each in row.get("minimums", ())]
        lowest = min(map(parse_version, minimums), default=None)
        if lowest is not None and lowest > parse_version(stated):
            draft.warn(
                f"the page states {stated} as the minimum for all capabilities, "
                f"and {lowest} for {row['documented'][0]}"
            )


def title_slug(title: str) -> str:
    """An id of a page's title."""
    return slug(title).replace("_", "-")
