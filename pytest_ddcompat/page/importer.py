"""From a documentation page to a matrix, and the account of what was made of it."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.loading import matrix_from_mapping
from pytest_ddcompat.page.blocks import Heading, Lost, Table, Tag, Text
from pytest_ddcompat.page.draft import KINDS, Draft
from pytest_ddcompat.page.markdown import blocks_of
from pytest_ddcompat.page.markup import blocks_of_html
from pytest_ddcompat.page.prose import Callout, contradictions, read_callout, read_text
from pytest_ddcompat.page.rendering import argument, without_picture
from pytest_ddcompat.page.source import PageError, front_matter, partial
from pytest_ddcompat.page.tables import kind_of, languages_of, read_table
from pytest_ddcompat.page.words import slug

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_ddcompat.matrix import Matrix
    from pytest_ddcompat.page.blocks import Block
    from pytest_ddcompat.page.draft import Account

__all__ = ["Imported", "Options", "import_page"]

_OPEN = "unresolved"
_CALLOUTS = {"callout", "site-region", "alert", _OPEN}
_PARTIAL_NAME = re.compile(r'name="([^"]*)"')


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
    lines, about = without_picture(text.split("\n"))
    front = front_matter(lines, origin)
    told = {**front.values, **about}
    blocks = blocks_of(lines[front.length :], front.length + 1)
    blocks = [b for block in blocks for b in _resolved(block, options.partials)]
    language = _language(blocks, options.language, origin)
    title = told.get("title", "") or _first_heading(blocks) or origin
    draft = Draft(title)
    _read_capabilities(blocks, draft, language)
    if not draft.rows["capabilities"]:
        raise PageError(f"{origin}: no table of capabilities is on this page")
    _Pages(draft, language).read(blocks)
    contradictions(draft)
    page = {
        "id": options.id or about.get("id") or slug(title).replace("_", "-"),
        "title": title,
        "breadcrumbs": told.get("breadcrumbs", ""),
        "address": options.address or about.get("address") or front.address,
        "read": options.read or _day(about.get("read", "")) or dt.date.today(),
        "tracer": about.get("tracer") or draft.library or "tracer",
    }
    mapping: dict[str, Any] = {"page": {key: value for key, value in page.items() if value}}
    mapping.update({kind: draft.rows[kind] for kind in KINDS if draft.rows[kind]})
    return Imported(mapping, matrix_from_mapping(mapping, origin), draft.account())


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _resolved(block: Block, folder: Path | None) -> list[Block]:
    """The blocks of a file that the page includes, on the line of the tag; else the block."""
    if not isinstance(block, Tag) or block.name != "partial":
        return [block]
    named = _PARTIAL_NAME.search(block.arguments)
    name = named[1] if named else ""
    text = partial(folder, name)
    if text is None:
        return [Lost(block.text, block.line, f"the partial {name} is not there")]
    lines = text.split("\n")
    found = blocks_of(lines, 1) if name.endswith(".md") else blocks_of_html(text, 1)
    return [_moved(each, block.line) for each in found]


def _moved(block: Block, line: int) -> Block:
    if isinstance(block, Table):
        head = tuple(cell._replace(line=line) for cell in block.head)
        rows = tuple(tuple(cell._replace(line=line) for cell in row) for row in block.rows)
        return block._replace(head=head, rows=rows)
    return block._replace(line=line)


def _first_heading(blocks: Sequence[Block]) -> str:
    return next((block.text for block in blocks if isinstance(block, Heading)), "")


def _language(blocks: Sequence[Block], asked: str, origin: str) -> str:
    """The column of an overview that is to be read."""
    overviews = [
        languages_of(block)
        for block in blocks
        if isinstance(block, Table) and kind_of([c.text for c in block.head]) == "overview"
    ]
    names = list(dict.fromkeys(name for each in overviews for name in each))
    if len(names) > 1 or (asked and names):
        if slug(asked) in map(slug, names):
            return asked
        from pytest_ddcompat.names import choices

        got = f'"{asked}" is none' if asked else "none is picked"
        raise PageError(
            f"{origin}: this page has a column for each of several languages, and {got}; "
            f"--language: {choices(asked, [n.lower() for n in names])}"
        )
    return ""


def _read_capabilities(blocks: Sequence[Block], draft: Draft, language: str) -> None:
    """Read the tables of capabilities first: columns and sentences elsewhere name them."""
    title = draft.heading
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

    def __init__(self, draft: Draft, language: str) -> None:
        self._draft = draft
        self._language = language
        self._open: list[Callout] = []

    def read(self, blocks: Sequence[Block]) -> None:
        """Make rows of the blocks."""
        for block in blocks:
            if isinstance(block, Tag):
                self._tag(block)
            elif isinstance(block, Lost):
                self._draft.open_words("text", block.line, block.text, block.reason)
            elif isinstance(block, Table):
                self._table(block)
            elif self._open:
                self._gather(block)
            elif isinstance(block, Heading):
                self._draft.heading = block.text
            else:
                read_text(block.text, block.line, self._draft)
        while self._open:
            self._draft.warn(f"line {self._open[0].line}: a callout is not closed")
            self._close()

    def _table(self, table: Table) -> None:
        if self._open and not _is_of_capabilities(table):
            table = table._replace(reason="a table within a callout")
        if not _is_of_capabilities(table):
            read_table(table, self._draft)

    def _gather(self, block: Heading | Text) -> None:
        callout = self._open[0]
        if isinstance(block, Heading) and not callout.title:
            self._open[0] = callout._replace(title=block.text)
        else:
            self._open[0] = callout._replace(words=(*callout.words, block.text))

    def _tag(self, tag: Tag) -> None:
        if tag.name.removeprefix("/") not in _CALLOUTS:
            self._draft.open_words("text", tag.line, tag.text, "a tag that is not known")
        elif not tag.name.startswith("/"):
            title = re.search(r'header="([^"]*)"', tag.arguments)
            opened = Callout(tag.name, tag.arguments, tag.line, (), title[1] if title else "")
            self._open.append(opened)
        elif self._open:
            self._close()
        else:
            self._draft.open_words("text", tag.line, tag.text, "a tag that closes nothing")

    def _close(self) -> None:
        """End the innermost callout; what is within others belongs to the outermost."""
        callout = self._open.pop()
        if callout.name == _OPEN and not self._open:
            words = " ".join(callout.words)
            of, reason = (argument(callout.arguments, key) for key in ("of", "reason"))
            self._draft.open_words(of, callout.line, words, reason)
        elif not self._open and (callout.words or callout.title):
            read_callout(callout, self._draft)
