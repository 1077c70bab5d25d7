"""Read a page's file, its front matter and the files that it includes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.importer.blocks import MOST_CELLS, Gap, PageError, Table, Tag
from pytest_ddcompat.importer.markdown import blocks_of
from pytest_ddcompat.importer.markup import blocks_of_document, blocks_of_html
from pytest_ddcompat.values.files import read_limited
from pytest_ddcompat.values.text import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pytest_ddcompat.importer.blocks import Block

__all__ = [
    "LIMIT", "FrontMatter", "PageError", "check_text", "front_matter", "is_address", "page_blocks",
    "page_text", "read_page", "with_partials",
]  # fmt: skip

LIMIT = 2 * 1024 * 1024  # bytes; published pages have some ten thousand
_LINES = 25_000  # with words; published pages have some hundreds
_SIGNS = 50_000  # of each: they cost the Markdown parser far more than other characters
_DEAR = {
    "[": "opening brackets", "*": "asterisks", "_": "underscores", "://": "addresses",
    "&": "ampersands",
}  # fmt: skip
_DELIMITER = frozenset(" \t|:->*+")  # of the line below a table's head, in a quote or list too
_FRONT_LIMIT = 64 * 1024  # characters
_SOURCE = re.compile(r"#\s*Source:\s*(https?://[^\s<>\"]+)\s*")
_HTML = re.compile(r"(?:\s|<!--(?:[^-]|-(?!->))*-->)*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_LONGEST_HEAD = 10_000  # characters of comments before a document
_PARTIAL_NAME = re.compile(r"""(?:^|\s)name=(?:"([^"]*)"|'([^']*)'|`([^`]*)`)""")
# Control characters, surrogates and noncharacters, of which HTML has no references either.
_CONTROL = re.compile(
    "[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000))
    + "]"
)


class FrontMatter(NamedTuple):
    """The front matter of a page.

    Attributes:
        values: Its keys whose values are texts.
        address: Where the page is published, as it says, or where it was fetched; else empty.
        length: Number of lines of the front matter.
    """

    values: dict[str, str]
    address: str
    length: int


def read_page(path: str, called: str = "page", limit: int = LIMIT) -> str:
    """Read the file of a page, or another text.

    Args:
        path: The file.
        called: What messages call it.
        limit: Bytes that it may have, some whole MiB.

    Raises:
        PageError: It cannot be read, is too large, or is not text in UTF-8.
    """
    try:
        content = read_limited(path, limit)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise PageError(f"{path}: cannot read this {called}: {reason}") from None
    return page_text(content, path)


def page_text(content: bytes, origin: str) -> str:
    """Decode a page.

    Args:
        content: The page, from a file or a server.
        origin: Where it is from, for messages.

    Raises:
        PageError: It is not text in UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PageError(f"{origin}: byte {error.start}: this is not UTF-8 text") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_address(page: str) -> bool:
    """Whether the name of a page is an address, and not the path of a file."""
    return bool(re.match(r"[a-z][a-z0-9+.-]*://", page, re.IGNORECASE))


def check_text(text: str, origin: str) -> None:
    """Refuse binary content, and text that would take too long to parse.

    Raises:
        PageError: The text has control characters, or too many brackets, lines or cells of tables.
    """
    for sign, name in _DEAR.items():
        if text.count(sign) > _SIGNS:
            raise PageError(f"{origin}: this page has more than {_SIGNS} {name}")
    if sum(map(bool, map(str.strip, text.splitlines()))) > _LINES:
        raise PageError(f"{origin}: this page has more than {_LINES} lines with words")
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise PageError(
            f"{origin}: line {line}: this is not text, but binary (U+{ord(control[0]):04X})"
        )
    if _cells_of(text) > MOST_CELLS:
        raise PageError(f"{origin}: the tables of this page have more than {MOST_CELLS} cells")


def _cells_of(text: str) -> int:
    """Return how many cells the Markdown parser may make: it fills each row up to its head."""
    cells = width = 0
    for line in text.splitlines():
        if not line.strip():
            width = 0
        elif "-" in line and _DELIMITER.issuperset(line):
            width = max(width, line.count("|") + 1)
        cells += width
    return cells


def front_matter(lines: Sequence[str], origin: str) -> FrontMatter:
    """Parse the front matter between lines of `---`, and the `# Source:` above it.

    Raises:
        PageError: It is not closed, or is not valid YAML.
    """
    address, start = origin if is_address(origin) else "", 0
    while start < len(lines) and (not lines[start].strip() or _SOURCE.fullmatch(lines[start])):
        source = _SOURCE.fullmatch(lines[start])
        address = source[1] if source else address
        start += 1
    if start == len(lines) or lines[start].rstrip() != "---":
        return FrontMatter({}, _published(address), start if address else 0)
    end = next((n for n in range(start + 1, len(lines)) if lines[n].rstrip() == "---"), None)
    if end is None:
        raise PageError(f"{origin}: line {start + 1}: the front matter is not closed; valid: ---")
    values = _yaml("\n".join(lines[start + 1 : end]), origin, start + 2)
    return FrontMatter(values, _published(address), end + 1)


def _published(address: str) -> str:
    return f"{address[: -len('.md')]}/" if address.endswith(".md") else address


def _yaml(text: str, origin: str, line: int) -> dict[str, str]:
    import yaml

    if len(text) > _FRONT_LIMIT:
        raise PageError(f"{origin}: line {line}: the front matter is too long")
    try:
        found = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes texts of all values
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        where = line + mark.line if mark else line
        problem = getattr(error, "problem", None) or getattr(error, "reason", None)
        is_deep = isinstance(error, RecursionError)
        what = problem or ("nested too deeply" if is_deep else "an escape that is not a character")
        raise PageError(
            f"{origin}: line {where}: the front matter is not valid YAML: {cut(what)}"
        ) from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise PageError(
            f"{origin}: line {line}: the front matter has no keys; valid: keys such as title: …"
        )
    values = {k: v for k, v in found.items() if isinstance(k, str) and isinstance(v, str)}
    check_text("".join(values.values()), f"{origin}: the front matter")
    return {key: " ".join(value.split()) for key, value in values.items()}


def page_blocks(lines: Sequence[str], first: int, origin: str) -> list[Block]:
    """Parse a page below its front matter: an HTML document, or Markdown, which may have HTML too.

    Args:
        lines: The page.
        first: Number of lines of its front matter.
        origin: Name of the page's file, for messages.

    Raises:
        PageError: A paragraph or cell is too long.
    """
    text = "\n".join(lines)
    if _HTML.match(text[:_LONGEST_HEAD]):
        return blocks_of_document(text)
    return blocks_of(lines[first:], first + 1, origin)


def with_partials(blocks: Sequence[Block], folder: Path | None) -> Iterator[Block]:
    """Replace each tag that includes a file with the blocks of that file.

    Args:
        blocks: The page.
        folder: The documentation repository's `layouts/partials`, if there is one.

    Raises:
        PageError: A file exists, but cannot be read as text, or has text that is too long.
    """
    left = LIMIT  # of all includes together: a page could name one large file again and again
    for block in blocks:
        if not isinstance(block, Tag) or block.name != "partial":
            yield block
            continue
        named = _PARTIAL_NAME.search(block.arguments)
        name = next(filter(None, named.groups()), "") if named else ""
        text = _partial(folder, name)
        left -= len(text or "")
        if text is None:
            yield Gap(block.line, block.text, f'there is no partial "{name[:80]}"')
        elif left < 0:
            yield Gap(block.line, block.text, "the page includes too much")
        else:
            lines = text.split("\n")
            is_markdown = name.endswith(".md")
            found = blocks_of(lines, 1, name) if is_markdown else blocks_of_html(text, 1)
            # Gaps are told by lines of the page, where a reader finds the tag and not the file.
            yield from (_moved(each, block.line) for each in found)


def _moved(block: Block, line: int) -> Block:
    if isinstance(block, Table):
        head = tuple(cell._replace(line=line) for cell in block.head)
        rows = tuple(tuple(cell._replace(line=line) for cell in row) for row in block.rows)
        return block._replace(head=head, rows=rows)
    return block._replace(line=line)


def _partial(folder: Path | None, name: str) -> str | None:
    """Read a file that a page includes; None if it does not exist, or is outside of the folder."""
    if folder is None or not name:
        return None
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file():
            return None
    except (OSError, ValueError):
        return None
    text = read_page(str(path))
    check_text(text, str(path))
    return text
