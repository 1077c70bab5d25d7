"""Import a documentation page: make a matrix of it, and account for every cell."""

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
    limited,
    read_callout,
    read_heading,
    read_text,
)
from pytest_ddcompat.importer.source import PageError, check_text, front_matter
from pytest_ddcompat.importer.tables import (
    column_of,
    find_shared_abbreviations,
    languages_of,
    read_table,
    table_kind,
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

_CALLOUTS = {"callout", "site-region", "alert"}


class Options(NamedTuple):
    """What the page itself does not say.

    Attributes:
        read: Day on which it was read; None: today.
        id: Id of the matrix; empty: made of the page's title.
        address: Where it is published; empty: as the page says.
        language: Column to read of an overview of several languages.
        partials: The documentation repository's `layouts/partials`.
    """

    read: dt.date | None = None
    id: str = ""
    address: str = ""
    language: str = ""
    partials: Path | None = None


class Imported(NamedTuple):
    """An imported page.

    Attributes:
        mapping: The matrix as its file has it.
        matrix: The matrix.
        account: The account of the page's cells.
    """

    mapping: dict[str, Any]
    matrix: Matrix
    account: Account


def import_page(text: str, origin: str, options: Options) -> Imported:
    """Import a documentation page in Markdown, rendered or source.

    Args:
        text: The page.
        origin: Name of its file, for messages.
        options: What the page itself does not say.

    Raises:
        PageError: It cannot be read, has no table of capabilities, or has columns for several
            languages and the options pick none.
        MatrixError: An id or address in the options is not valid.
    """
    check_text(text, origin)
    lines = re.split(r"\r\n?|\n", text)
    front = front_matter(lines, origin)
    found = blocks_of(lines[front.length :], front.length + 1)
    blocks = list(_outside_callouts(with_partials(found, options.partials)))
    language = _language(blocks, options.language, origin)
    blocks = [_without_other_languages(block, language) for block in blocks]
    heading = next((block.text for block in blocks if isinstance(block, Heading)), "")
    title = front.values.get("title", "") or heading or origin
    draft = _read(blocks, title, language)
    if not draft.rows["capabilities"]:
        raise PageError(f"{origin}: no table of capabilities is on this page")
    page = {
        "id": options.id or _id_of(title) or _id_of(Path(origin).stem) or "page",
        "title": title,
        "breadcrumbs": front.values.get("breadcrumbs", ""),
        "address": options.address or front.address,
        "read": options.read or dt.date.today(),
        "tracer": draft.library or "tracer",
    }
    mapping: dict[str, Any] = {"page": {key: value for key, value in page.items() if value}}
    mapping.update({kind: draft.rows[kind] for kind in KINDS if draft.rows[kind]})
    return Imported(mapping, matrix_from_mapping(mapping, origin), draft.account())


def _read(blocks: Sequence[Block], title: str, language: str) -> Draft:
    draft = Draft(title)
    _read_capabilities(blocks, draft, language)
    _Reader(draft).read(blocks)
    for kind, row, words in draft.unread:
        limit_by_cells(kind, row, words, draft)
    draft.remove_withdrawn()
    contradictions(draft)
    return draft


def _id_of(words: str) -> str:
    return slug(words).replace("_", "-")


def _outside_callouts(blocks: Iterable[Block]) -> Iterator[Block]:
    """Mark tables within callouts, which cannot be read."""
    depth = 0
    for block in blocks:
        if isinstance(block, Tag) and block.name in _CALLOUTS:
            depth += 1
        elif isinstance(block, Tag) and block.name.removeprefix("/") in _CALLOUTS and depth:
            depth -= 1
        if isinstance(block, Table) and depth:
            yield block._replace(reason=IN_A_CALLOUT)
        else:
            yield block


def _language(blocks: Sequence[Block], picked: str, origin: str) -> str:
    """Return the column to read of an overview; empty if there is no choice."""
    tables = [b for b in blocks if isinstance(b, Table) and table_kind(b) == "overview"]
    names = list(dict.fromkeys(name for table in tables for name in languages_of(table)))
    if not names or (len(names) == 1 and not picked):
        return ""
    if picked and slug(picked) in map(slug, names):
        return picked
    got = f'"{picked}" is not one' if picked else "none is picked"
    raise PageError(
        f"{origin}: this page has a column for each of several languages, and {got}; "
        f"--language: {choices(picked, [n.lower() for n in names])}"
    )


def _without_other_languages(block: Block, language: str) -> Block:
    if isinstance(block, Table) and table_kind(block) == "overview":
        return block if column_of(block, language) else block._replace(reason=OTHER_LANGUAGES)
    return block


def _read_capabilities(blocks: Sequence[Block], draft: Draft, language: str) -> None:
    """Read the tables of capabilities, which columns and sentences elsewhere name."""
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
    return table_kind(table) in {"capabilities", "overview"}


class _Reader:
    """Reads all but the tables of capabilities, in the page's order."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
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
        """End the innermost callout; its words belong to the outermost."""
        callout = self._open.pop()
        if not self._open and (callout.words or callout.title):
            read_callout(callout, self._draft)
