"""Import a documentation page: make a matrix of it, and account for every cell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.importer.blocks import Callout, Gap, Heading, Table, Tag, squared
from pytest_ddcompat.importer.cells import limit_by_cells
from pytest_ddcompat.importer.draft import KINDS, Draft
from pytest_ddcompat.importer.prose import limited, read_callout, read_text
from pytest_ddcompat.importer.ranges import version_of
from pytest_ddcompat.importer.source import (
    PageError,
    check_text,
    front_matter,
    page_blocks,
    with_partials,
)
from pytest_ddcompat.importer.tables import (
    add_integrations,
    find_shared_abbreviations,
    in_language,
    languages_of,
    read_table,
    table_kind,
)
from pytest_ddcompat.importer.words import slug
from pytest_ddcompat.matrix.loading import matrix_from_mapping
from pytest_ddcompat.values.day import today
from pytest_ddcompat.values.errors import Problem
from pytest_ddcompat.values.names import unknown_name
from pytest_ddcompat.values.versions import parse_version

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_ddcompat.importer.blocks import Account, Block
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["Imported", "Options", "contradictions", "import_page"]

_CALLOUTS = {"callout", "site-region", "alert"}
_OVERALL = "version to get all "
_MINIMUM = re.compile(r"\bminimum ", re.IGNORECASE)
_IS = re.compile(r" is (v?[0-9]+(?:\.[0-9]+)*)", re.IGNORECASE)
_BRANCHES = re.compile(
    r"\b(one|two|three|four|five|six) release branch(?:es)? (?:is|are) supported", re.IGNORECASE
)
_NUMBERS = ("one", "two", "three", "four", "five", "six")
_MOST = 10  # overall minimums that are compared, and tables that a message names


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
    """Import a documentation page in Markdown, rendered or source, or in HTML.

    Args:
        text: The page.
        origin: Name of its file, or its address, for messages.
        options: What the page itself does not say.

    Raises:
        PageError: It cannot be read, has no table of capabilities, or has columns for several
            languages and the options pick none.
        MatrixError: An id or address in the options is not valid.
    """
    check_text(text, origin)
    lines = re.split(r"\r\n?|\n", text)
    front = front_matter(lines, origin)
    blocks = page_blocks(lines, front.length, origin)
    found = list(squared(with_partials(blocks, options.partials), origin))
    heading = next((block.text for block in found if isinstance(block, Heading)), "")
    title = front.values.get("title", "") or heading or origin
    draft = _read(list(_with_callouts(found)), title, options.language, origin)
    if not draft.rows["capabilities"]:
        raise PageError(_no_capabilities(found, origin), draft.account())
    page = {
        "id": options.id or _id_of(title) or _id_of(Path(origin).stem) or "page",
        "title": title,
        "breadcrumbs": front.values.get("breadcrumbs", ""),
        "address": options.address or front.address,
        "read": options.read or today(),
        "tracer": draft.library or "tracer",
    }
    mapping: dict[str, Any] = {"page": {key: value for key, value in page.items() if value}}
    mapping.update({kind: draft.rows[kind] for kind in KINDS if draft.rows[kind]})
    return Imported(mapping, matrix_from_mapping(mapping, origin), draft.account())


def _no_capabilities(blocks: Sequence[Block], origin: str) -> Problem:
    """Say which tables a page has, and why none of them is one of capabilities."""
    tables = [block for block in blocks if isinstance(block, Table)]
    seen = [
        f'line {table.head[0].line}, "{" | ".join(cell.text for cell in table.head):.80}", '
        f"{table.reason or _IS_OF.get(table_kind(table), 'is of no known kind')}"
        for table in tables[:_MOST]
    ]
    more = [f"and {len(tables) - _MOST} more"] if len(tables) > _MOST else []
    what = f"the table of {'; that of '.join([*seen, *more])}" if seen else "it has no table"
    return Problem(
        f"this page has no table of capabilities: {what}",
        'a table headed "… capability" and "Minimum … version", or of "Framework" and "Supported '
        'version"',
        file=origin,
    )


_IS_OF = {
    "capabilities": "has no row that is understood",
    "deployments": "is of deployment types",
    "releases": "is of release branches",
    "runtimes": "is of runtimes",
    "frameworks": "is of frameworks, without versions",
}


def _id_of(words: str) -> str:
    return slug(words).replace("_", "-")


def _with_callouts(blocks: Iterable[Block]) -> Iterator[Block]:
    """Gather the words of each callout; tables within one cannot be read."""
    depth = 0
    callout: Callout | None = None
    for block in blocks:
        if isinstance(block, Tag) and block.name in _CALLOUTS:
            # The words of a callout within another belong to the outermost.
            callout = callout or _opened(block)
            depth += 1
        elif callout and isinstance(block, Tag) and _ends_callout(block):
            depth -= 1
            if not depth:
                yield callout
                callout = None
        elif callout is None or isinstance(block, (Tag, Gap, Callout)):
            yield block
        elif isinstance(block, Table):
            yield block._replace(reason="a table within a callout")
        elif isinstance(block, Heading) and not callout.title:
            callout = callout._replace(title=block.text)
        elif block.text:
            callout.words.append(block.text)
    if callout:
        yield callout._replace(is_closed=False)


def _ends_callout(tag: Tag) -> bool:
    return tag.name.startswith("/") and tag.name[1:] in _CALLOUTS


def _opened(tag: Tag) -> Callout:
    title = re.search(r'(?:^|\s)header="([^"]*)"', tag.arguments)
    return Callout(tag.name, tag.arguments, tag.line, [], title[1] if title else "")


def _read(blocks: Sequence[Block], title: str, picked: str, origin: str) -> Draft:
    draft = Draft(title, origin)
    language = _language(blocks, picked, origin)
    blocks = [in_language(b, language, draft) if isinstance(b, Table) else b for b in blocks]
    _read_capabilities(blocks, draft)
    if not draft.rows["capabilities"]:
        add_integrations([block for block in blocks if isinstance(block, Table)], draft)
    # Only now can sentences and heads of columns be searched for the names of capabilities.
    for block in blocks:
        _read_block(block, draft)
    # A cell may name a capability of a later table, so unknown columns wait until the end.
    for kind, row, words in draft.unread:
        limit_by_cells(kind, row, words, draft)
    draft.remove_withdrawn()
    contradictions(draft)
    return draft


def _language(blocks: Sequence[Block], picked: str, origin: str) -> str:
    """Return the column to read of an overview; empty if there is no choice."""
    tables = [block for block in blocks if isinstance(block, Table)]
    names = list(dict.fromkeys(name for table in tables for name in languages_of(table)))
    if not names or (len(names) == 1 and not picked):
        return ""
    if picked and slug(picked) in map(slug, names):
        return picked
    what = "this page has a column for each of several languages; choose one with --language"
    if picked:
        what = f'this page has no column for the language "{picked}"'
    raise PageError(unknown_name(f"{origin}: {what}", picked, [n.lower() for n in names]))


def _read_capabilities(blocks: Sequence[Block], draft: Draft) -> None:
    """Read the tables of capabilities, which columns and sentences elsewhere name."""
    title = draft.heading
    tables = [block for block in blocks if isinstance(block, Table) and _is_of_capabilities(block)]
    find_shared_abbreviations((row[0].text for table in tables for row in table.rows), draft)
    for block in blocks:
        if isinstance(block, Heading):
            draft.stand_under(block.text)
        elif isinstance(block, Table) and _is_of_capabilities(block):
            read_table(block, draft)
    draft.heading = title


def _is_of_capabilities(table: Table) -> bool:
    return table_kind(table) == "capabilities"


def _read_block(block: Block, draft: Draft) -> None:
    """Make rows of a block that is no table of capabilities."""
    if isinstance(block, Tag):
        what = "closes nothing" if _ends_callout(block) else "is not known"
        draft.open_words("text", block.line, block.text, f"a tag that {what}")
    elif isinstance(block, Gap):
        rows = limited(block.text, draft)
        draft.open_words("text", block.line, block.text, block.reason, rows)
    elif isinstance(block, Callout):
        if not block.is_closed:
            draft.warn(f"line {block.line}: a callout is not closed")
        if block.words or block.title:
            read_callout(block, draft)
    elif isinstance(block, Table):
        if not _is_of_capabilities(block):
            read_table(block, draft)
    elif isinstance(block, Heading):
        draft.stand_under(block.text)
        rows = limited(block.text, draft)
        if rows:
            reason = "a heading that may limit a capability"
            draft.open_words("text", block.line, block.text, reason, rows)
    else:
        read_text(block.text, block.line, draft)


def contradictions(draft: Draft) -> None:
    """Warn of sentences that the tables contradict."""
    notes = [text for note in draft.rows["notes"] for text in note["documented"]]
    overall = dict.fromkeys(filter(None, map(_overall, notes)))
    for stated in list(overall)[:_MOST]:
        if version_of(stated):
            _warn_of_minimum(stated, draft)
    actual = len(draft.rows["releases"])
    for text in notes:
        branches = _BRANCHES.search(text)
        if branches and actual and _NUMBERS.index(branches[1].lower()) + 1 != actual:
            draft.warn(
                f"the page speaks of {branches[1].lower()} release branches, "
                f"and its table has {actual}"
            )


def _overall(text: str) -> str:
    """Return the version that a sentence states as the minimum for all capabilities."""
    start = text.lower().find(_OVERALL)
    stated = _IS.search(text, start + len(_OVERALL)) if start >= 0 else None
    return stated[1].removeprefix("v") if stated and _MINIMUM.search(text, 0, start) else ""


def _warn_of_minimum(stated: str, draft: Draft) -> None:
    for row in draft.rows["capabilities"]:
        minimums = [row["minimum"]] if "minimum" in row else []
        minimums += [each["tracer"] for each in row.get("minimums", ())]
        lowest = min(map(parse_version, minimums), default=None)
        if lowest is not None and lowest > parse_version(stated):
            draft.warn(
                f"the page states {stated} as the minimum for all capabilities, "
                f"and {lowest} for {row['documented'][0]}"
            )
