"""From a documentation page to a matrix, and the account of what was made of it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.importer.blocks import (
    IN_A_CALLOUT,
    OTHER_LANGUAGES,
    Heading,
    Lost,
    Table,
    Tag,
    Text,
)
from pytest_ddcompat.importer.cells import limit_by_cells
from pytest_ddcompat.importer.contradictions import contradictions
from pytest_ddcompat.importer.draft import KINDS, Draft
from pytest_ddcompat.importer.includes import with_partials
from pytest_ddcompat.importer.markdown import blocks_of
from pytest_ddcompat.importer.prose import (
    Callout,
    add_site,
    add_words,
    call_previews,
    limited,
    read_callout,
    read_heading,
    read_text,
)
from pytest_ddcompat.importer.rendering import argument, without_picture
from pytest_ddcompat.importer.source import PageError, check_text, front_matter
from pytest_ddcompat.importer.tables import (
    column_of,
    find_shared_abbreviations,
    kind_of,
    languages_of,
    read_table,
)
from pytest_ddcompat.importer.words import slug
from pytest_ddcompat.matrix.loading import matrix_from_mapping
from pytest_ddcompat.values.names import choices

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_ddcompat.importer.blocks import Block
    from pytest_ddcompat.importer.draft import Account
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["Imported", "Options", "import_page"]

_OPEN, _REQUIRES = "unresolved", "requires"
_CALLOUTS = {"callout", "site-region", "alert", _OPEN, _REQUIRES}


class Options(NamedTuple):
    """What the page itself does not tell.

    Attributes:
        read: Day on which it was read; today if it is None.
        id: Id of the matrix; made of the page's title if it is empty.
        address: Where it is published; what the page tells if it is empty.
        language: Column that is read of an overview of several languages.
        partials: The documentation repository's `layouts/partials`.
    """

    read: dt.date | None = None
    id: str = ""
    address: str = ""
    language: str = ""
    partials: Path | None = None


class Imported(NamedTuple):
    """A page as a matrix.

    Attributes:
        mapping: The matrix as its file has it.
        matrix: The matrix.
        account: What was made of the page's cells.
    """

    mapping: dict[str, Any]
    matrix: Matrix
    account: Account


def import_page(text: str, origin: str, options: Options) -> Imported:
    """Read a documentation page in Markdown, as the site renders it or as its source has it.

    Args:
        text: The page.
        origin: Name of its file, for messages.
        options: What the page itself does not tell.

    Raises:
        PageError: It cannot be read, has no table of capabilities, or has columns of several
            languages of which none is picked.
        MatrixError: An id or address in the options is none.
    """
    check_text(text, origin)
    lines, about = without_picture(re.split(r"\r\n?|\n", text))
    front = front_matter(lines, origin)
    told = {**front.values, **about}
    found = blocks_of(lines[front.length :], front.length + 1)
    blocks = list(_outside_callouts(with_partials(found, options.partials)))
    language = _language(blocks, options.language, origin)
    blocks = [_without_other_languages(block, language) for block in blocks]
    heading = next((block.text for block in blocks if isinstance(block, Heading)), "")
    title = told.get("title", "") or heading or origin
    draft = _read(blocks, title, language, is_drawn=bool(about))
    if not draft.rows["capabilities"]:
        raise PageError(f"{origin}: no table of capabilities is on this page")
    page = {
        "id": about.get("id") or _id_of(title) or _id_of(Path(origin).stem) or "page",
        "title": title,
        "breadcrumbs": told.get("breadcrumbs", ""),
        "address": about.get("address") or front.address,
        "read": _day(about.get("read", "")) or dt.date.today(),
        "tracer": about.get("tracer") or draft.library or "tracer",
    }
    asked = {"id": options.id, "address": options.address, "read": options.read}
    page.update({key: value for key, value in asked.items() if value})
    mapping: dict[str, Any] = {"page": {key: value for key, value in page.items() if value}}
    mapping.update({kind: draft.rows[kind] for kind in KINDS if draft.rows[kind]})
    return Imported(mapping, matrix_from_mapping(mapping, origin), draft.account())


def _read(blocks: Sequence[Block], title: str, language: str, *, is_drawn: bool) -> Draft:
    draft = Draft(title)
    _read_capabilities(blocks, draft, language)
    _Pages(draft, is_drawn=is_drawn).read(blocks)
    for kind, row, words in draft.unread:
        limit_by_cells(kind, row, words, draft)
    draft.settle()
    contradictions(draft)
    return draft


def _id_of(words: str) -> str:
    return slug(words).replace("_", "-")


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _outside_callouts(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, of which no table within a callout can be read."""
    opened: list[Tag] = []
    for block in blocks:
        if isinstance(block, Tag) and block.name in _CALLOUTS:
            opened.append(block)
        elif isinstance(block, Tag) and block.name.removeprefix("/") in _CALLOUTS and opened:
            opened.pop()
        if isinstance(block, Table) and opened:
            told = argument(opened[0].arguments, "reason") if opened[0].name == _OPEN else ""
            yield block._replace(reason=told or IN_A_CALLOUT)
        else:
            yield block


def _language(blocks: Sequence[Block], asked: str, origin: str) -> str:
    """The column of an overview that is to be read; empty if there is no choice."""
    tables = [block for block in blocks if isinstance(block, Table) and _is_overview(block)]
    names = list(dict.fromkeys(name for table in tables for name in languages_of(table)))
    if not names or (len(names) == 1 and not asked):
        return ""
    if asked and slug(asked) in map(slug, names):
        return asked
    got = f'"{asked}" is none' if asked else "none is picked"
    raise PageError(
        f"{origin}: this page has a column for each of several languages, and {got}; "
        f"--language: {choices(asked, [n.lower() for n in names])}"
    )


def _is_overview(table: Table) -> bool:
    return not table.reason and kind_of([cell.text for cell in table.head]) == "overview"


def _without_other_languages(block: Block, language: str) -> Block:
    if isinstance(block, Table) and _is_overview(block) and not column_of(block, language):
        return block._replace(reason=OTHER_LANGUAGES)
    return block


def _read_capabilities(blocks: Sequence[Block], draft: Draft, language: str) -> None:
    """Read the tables of capabilities first: columns and sentences elsewhere name them."""
    title = draft.heading
    tables = [block for block in blocks if isinstance(block, Table) and _is_of_capabilities(block)]
    find_shared_abbreviations((row[0].text for table in tables for row in table.rows), draft)
    for block in blocks:
        if isinstance(block, Heading):
            draft.heading = block.text
        elif isinstance(block, Table) and _is_of_capabilities(block):
            read_table(block, draft, language)
    draft.heading = title


def _is_of_capabilities(table: Table) -> bool:
    kind = "" if table.reason else kind_of([cell.text for cell in table.head])
    return kind in {"capabilities", "overview"}


class _Pages:
    """Reads all but the tables of capabilities, in the page's order."""

    def __init__(self, draft: Draft, *, is_drawn: bool) -> None:
        self._draft = draft
        self._is_drawn = is_drawn
        self._open: list[Callout] = []

    def read(self, blocks: Sequence[Block]) -> None:
        """Make rows of the blocks."""
        for block in blocks:
            if isinstance(block, Tag):
                self._tag(block)
            elif isinstance(block, Lost):
                rows = limited(block.text, self._draft)
                self._draft.open_words("text", block.line, block.text, block.reason, rows)
            elif isinstance(block, Table):
                if not _is_of_capabilities(block):
                    read_table(block, self._draft)
            elif self._open:
                self._gather(block)
            elif isinstance(block, Heading):
                self._draft.heading = block.text
                # A page that was drawn has told what its headings limit, and repeats them.
                if not self._is_drawn:
                    read_heading(block.text, block.line, self._draft)
            else:
                read_text(block.text, block.line, self._draft)
        while self._open:
            self._draft.warn(f"line {self._open[0].line}: a callout is not closed")
            self._close()

    def _gather(self, block: Heading | Text) -> None:
        callout = self._open[0]
        if isinstance(block, Heading) and not callout.title:
            self._open[0] = callout._replace(title=block.text)
        elif block.text:
            callout.words.append(block.text)

    def _tag(self, tag: Tag) -> None:
        if tag.name.removeprefix("/") not in _CALLOUTS:
            self._draft.open_words("text", tag.line, tag.text, "a tag that is not known")
        elif not tag.name.startswith("/"):
            title = re.search(r'(?:^|\s)header="([^"]*)"', tag.arguments)
            opened = Callout(tag.name, tag.arguments, tag.line, [], title[1] if title else "")
            self._open.append(opened)
        elif self._open:
            self._close()
        else:
            self._draft.open_words("text", tag.line, tag.text, "a tag that closes nothing")

    def _close(self) -> None:
        """End the innermost callout; what is within others belongs to the outermost."""
        callout = self._open.pop()
        is_empty = not (callout.words or callout.title or argument(callout.arguments, "of"))
        if self._open or is_empty:
            return
        words = " ".join((callout.title, *callout.words)).strip()
        sites = argument(callout.arguments, "sites")
        told = argument(callout.arguments, "capabilities").split(",")
        named = [row for row in (self._draft.known("capabilities", id_) for id_ in told) if row]
        if callout.name == _OPEN:
            of, reason = (argument(callout.arguments, key) for key in ("of", "reason"))
            of = of if of in {"sites", "text"} else "text"
            self._draft.open_words(of, callout.line, words, reason or "words left open", named)
        elif sites:
            status, reading = (argument(callout.arguments, k) for k in ("status", "interpretation"))
            add_site(callout.words, sites.split(","), status, reading, self._draft)
        elif named and callout.name == _REQUIRES:
            add_words("remote_configuration", words, named)
        elif named:
            call_previews(words, named)
        else:
            read_callout(callout, self._draft)
