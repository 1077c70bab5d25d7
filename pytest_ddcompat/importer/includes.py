"""Include files of the documentation repository, as a page asks for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_ddcompat.importer.blocks import Lost, Table, Tag
from pytest_ddcompat.importer.markdown import blocks_of
from pytest_ddcompat.importer.markup import blocks_of_html
from pytest_ddcompat.importer.source import LIMIT, partial

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pytest_ddcompat.importer.blocks import Block

__all__ = ["with_partials"]

_PARTIAL_NAME = re.compile(r"""(?:^|\s)name=(?:"([^"]*)"|'([^']*)'|`([^`]*)`)""")


def with_partials(blocks: Sequence[Block], folder: Path | None) -> Iterator[Block]:
    """Replace each tag that includes a file with the blocks of that file.

    Args:
        blocks: The page.
        folder: The documentation repository's `layouts/partials`, if there is one.

    Raises:
        PageError: A file exists, but cannot be read as text.
    """
    left = LIMIT
    for block in blocks:
        if not isinstance(block, Tag) or block.name != "partial":
            yield block
            continue
        named = _PARTIAL_NAME.search(block.arguments)
        name = next(filter(None, named.groups()), "") if named else ""
        text = partial(folder, name)
        left -= len(text or "")
        if text is None:
            yield Lost(block.text, block.line, f'the partial "{name[:80]}" is not there')
        elif left < 0:
            yield Lost(block.text, block.line, "the page includes too much")
        else:
            lines = text.split("\n")
            found = blocks_of(lines, 1) if name.endswith(".md") else blocks_of_html(text, 1)
            yield from (_moved(each, block.line) for each in found)


def _moved(block: Block, line: int) -> Block:
    if isinstance(block, Table):
        head = tuple(cell._replace(line=line) for cell in block.head)
        rows = tuple(tuple(cell._replace(line=line) for cell in row) for row in block.rows)
        return block._replace(head=head, rows=rows)
    return block._replace(line=line)
