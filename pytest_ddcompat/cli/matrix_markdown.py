"""The picture of a page as Markdown, and below it the page, which can be imported again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.cli.matrix import deciding_rows, environment_in_words, sources
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.importer.rendering import PICTURE, to_markdown
from pytest_ddcompat.values.text import at_start, escaped, printable

if TYPE_CHECKING:
    from pytest_ddcompat.analysis.grid import Cell, Grid
    from pytest_ddcompat.matrix.rows import Page

__all__ = ["page", "picture"]

_SIGNS = {
    Status.SUPPORTED: "&#x2705; yes",
    Status.UNSUPPORTED: "&#x274C; no",
    Status.UNDETERMINED: "&#x2754; open",
}


def page(grid: Grid) -> str:
    """The picture, and below it the page, which can be imported again."""
    begin, end = PICTURE
    text = "\n\n".join((begin, picture(grid), end, to_markdown(grid.matrix)))
    return text.encode("ascii", "xmlcharrefreplace").decode()


def picture(grid: Grid) -> str:
    """The picture alone."""
    page, numbers = grid.matrix.page, deciding_rows(grid)
    heads = [f"**{_shown(c.label)}** (here)" if c.here else _shown(c.label) for c in grid.columns]
    lines = [
        f"### {_shown(page.title)}: {page.tracer} by version",
        "",
        f"{_link(page)}, read {page.read}; {_shown(environment_in_words(grid))}",
        *(f"With {_shown(asked)}." for asked in grid.asked),
        "",
        f"| | {' | '.join(heads)} |",
        f"| --- |{' --- |' * len(heads)}",
    ]
    for row in grid.rows:
        cells = [_markdown_cell(cell, numbers) for cell in row.cells]
        lines.append(f"| {_shown(row.capability.name)} | {' | '.join(cells)} |")
    lines += ["", "The numbers are the rows of the page that decide:", ""]
    lines += [
        f"{number}. {at_start(printable(source).strip())}" for source, number in numbers.items()
    ]
    return "\n".join(lines)


def _markdown_cell(cell: Cell, numbers: dict[str, int]) -> str:
    deciding = ", ".join(str(numbers[source]) for source in dict.fromkeys(sources(cell)))
    return f"{_SIGNS[cell.status]}{f' <sub>{deciding}</sub>' if deciding else ''}"


def _link(page: Page) -> str:
    return f"[The page](<{page.address}>)" if page.address else "The page"


def _shown(text: str) -> str:
    return escaped(printable(text))
