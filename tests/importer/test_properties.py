"""What holds of any page: no cell and no word is lost, and its file says the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from support.core import parsed_text
from support.importing import CAPABILITIES, imported

from pytest_ddcompat.importer.source import PageError
from pytest_ddcompat.importer.toml import to_toml

if TYPE_CHECKING:
    from pytest_ddcompat.importer.importer import Imported

some = settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))


class Part(NamedTuple):
    """A part of a page.

    Attributes:
        text: Its Markdown.
        cells: How many cells of tables it has.
    """

    text: str
    cells: int = 0


PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
letters = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"])
phrases = st.sampled_from(
    [
        "", "", "yes", "Preview", "1.9.0", "v2.0", ">=2, <5", "3.9+", "7.0-9.x", "not supported",
        "Preview (>=2.21.0)", "4.18.0 for Node.js 16+, or 5.0.0 for Node.js 18+", "x.x",
        "Bot Filter", "Card Vault (CV)", "Docker", "Django", "Linux", "CPython", "x86-64",
        "General Availability", "Maintenence (until May 31, 2026)", "app.ddog-gov.com",
        "1. one", "- two", "+ three", "# four", "> five", "2) six", "***", "---", "===",
        "Bot Filter requires enabling Remote Configuration", "Card Vault is in Preview",
        "Bot Filter is supported on all frameworks", "not supported on us3.datadoghq.com",
        "&amp;", "&#42;", "<!-- a -->", "</table>", "{% callout %}", "[a]: b",
    ]
)  # fmt: skip
raw_texts = phrases | st.text(st.sampled_from(PUNCTUATION + "ab1 "), max_size=12) | st.text(
    letters, max_size=8
)  # fmt: skip


def escaped(text: str) -> str:
    """Text that Markdown shows as it stands."""
    return re.sub(r"([!-/:-@\[-`{-~])", lambda found: f"&#{ord(found[1])};", " ".join(text.split()))


texts = raw_texts.map(escaped)
GAP = r"(?<=[|-] )(?=\w)|(?<=\n)(?=\w)"  # not in headings or tags
HEADS = [
    ("Shop protection capability", "Minimum Python tracer version"),
    ("Type", "Bot Filter support", "Card Vault"),
    ("Deployment type", "Bot Filter (some) support"),
    ("Framework", "Versions", "Bot Filter supported?", "Card Vault supported?"),
    ("Framework", "Bot Filter supported?"),
    ("Framework", "Minimum version"),
    ("Release", "Support level", "Minimum Datadog Agent"),
    ("OS", "CPU", "Runtime", "Runtime version", "Supported ddtrace versions"),
    ("Payload", "Size"),
]


@st.composite
def tables(draw: st.DrawFn) -> Part:
    head = draw(st.sampled_from(HEADS))
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    width = len(head)
    all_rows = draw(st.lists(st.lists(texts, min_size=width, max_size=width), max_size=4))
    lines += [f"| {' | '.join(row)} |" for row in all_rows]
    return Part("\n".join(lines), width * (1 + len(all_rows)))


@st.composite
def html_tables(draw: st.DrawFn) -> Part:
    head = draw(st.sampled_from(HEADS))
    width = len(head)
    all_rows = draw(st.lists(st.lists(texts, min_size=width, max_size=width), max_size=3))
    span = draw(st.sampled_from(["", "", ' rowspan="2"']))
    cells = "".join(f"<th{span}>{words}</th>" for words in head)
    lines = ["<table>", f"<tr>{cells}</tr>"]
    lines += [f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in all_rows]
    return Part("\n".join([*lines, "</table>"]), width * (1 + len(all_rows)))


def within(tag: str, parts: list[Part]) -> Part:
    opening = f'{tag} region="gov"' if tag == "site-region" else tag
    inside = "\n\n".join(part.text for part in parts)
    return Part(f"{{% {opening} %}}\n\n{inside}\n\n{{% /{tag} %}}", sum(p.cells for p in parts))


paragraphs = texts.map(Part)
headings = st.builds(lambda level, text: Part(f"{'#' * level} {text}"), st.integers(1, 6), texts)
items = st.lists(texts, min_size=1, max_size=3).map(lambda each: Part("- " + "\n- ".join(each)))
flat = paragraphs | headings | items | tables() | html_tables()
callouts = st.builds(
    within, st.sampled_from(["callout", "alert", "site-region", "tab"]), st.lists(flat, max_size=3)
)
pages = st.lists(flat | callouts, max_size=6)


def text_of(parts: list[Part]) -> str:
    return CAPABILITIES + "\n\n".join(part.text for part in parts) + "\n"


def words_of(found: Imported) -> str:
    """All that the matrix or the account has of the page."""
    kept = str([rows for kind, rows in found.mapping.items()])
    return kept + str([place.text for place in found.account.unresolved])


@some
@given(pages)
def test_every_cell_is_interpreted_or_unresolved(parts: list[Part]) -> None:
    found = imported(text_of(parts))
    outside = [row for row in found.mapping.get("unresolved", ()) if "columns" not in row]
    account = found.account
    assert account.cells == 6 + sum(part.cells for part in parts) + len(outside)
    assert account.cells == account.interpreted + len(account.unresolved)


@some
@given(st.lists(st.text("abcdefgh", min_size=3, max_size=8), min_size=1), pages, st.data())
def test_no_word_is_lost(words: list[str], parts: list[Part], data: st.DataObject) -> None:
    page = text_of(parts)
    for word in words:
        gaps = [found.start() for found in re.finditer(GAP, page)]
        place = data.draw(st.sampled_from(gaps))
        page = f"{page[:place]}{word}zz {page[place:]}"
    try:
        found = words_of(imported(page))
    except PageError:  # a word in the head of a table may make an overview of it
        reject()
    assert [word for word in words if f"{word}zz" not in found] == []


@some
@given(pages)
def test_file_of_a_page_says_what_the_page_says(parts: list[Part]) -> None:
    mapping = imported(text_of(parts)).mapping
    assert parsed_text(to_toml(mapping)) == mapping
