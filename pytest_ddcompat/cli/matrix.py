"""`ddcompat matrix`: show the verdicts of all capabilities by version of the tracer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_ddcompat.analysis.grid import grid_of
from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import environment_of, matrix_named
from pytest_ddcompat.cli.markdown import paragraph, table_row, words
from pytest_ddcompat.cli.output import STYLES, printing, put, render_text, write
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.matrix.loading import DEFAULT
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from rich.console import Console
    from rich.table import Table

    from pytest_ddcompat.analysis.grid import Cell, Column, Grid

__all__ = ["EXAMPLE", "PURPOSE", "add", "picture", "run"]

PURPOSE = "show all capabilities by version of the tracer"
EXAMPLE = "ddcompat matrix --framework django --format html -o matrix.html"

_WIDTH = 80  # of a file; a terminal has its own
_NAME_WIDTH = 14
_CELL_WIDTH = 5
_WORDS = {Status.SUPPORTED: "yes", Status.UNSUPPORTED: "no", Status.UNDETERMINED: "?"}
_SIGNS = {
    Status.SUPPORTED: "&#x2705; yes",
    Status.UNSUPPORTED: "&#x274C; no",
    Status.UNDETERMINED: "&#x2754; undetermined",
}
_LEGEND = "yes: supported, no: unsupported, ?: undetermined; by the rows of the page:"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "matrix",
        metavar="ID|PATH",
        nargs="?",
        default=DEFAULT,
        help=f"bundled matrix, or the path of a .toml file (default: {DEFAULT})",
    )
    arguments.add_service(parser, ("framework", "deployment"))
    arguments.add_environment(parser)
    arguments.add_format(parser, "json", "html", "markdown")
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file")


def run(options: argparse.Namespace) -> int:
    """Write the picture; return 0."""
    files: dict[str, bytes] = {}
    matrix = matrix_named(options.matrix, files=files)
    environment = environment_of(options, matrix)
    grid = grid_of(
        environment, matrix, frameworks=options.framework, deployments=options.deployment
    )
    if options.output is None and options.format == "text":
        with printing() as out:
            _print(grid, out)
        return 0
    form = {"text": _text, "json": _json, "html": _html, "markdown": _markdown}[options.format]
    if options.output is None:
        write(form(grid))
    else:
        put(form(grid), options.output, [options.facts, options.matrix, *files])
    return 0


def _json(grid: Grid) -> str:
    return json.dumps(grid.to_mapping(), indent=2)


def _html(grid: Grid) -> str:
    from pytest_ddcompat.cli.grid_html import html

    return html(grid)


def _markdown(grid: Grid) -> str:
    from pytest_ddcompat.cli.drawing import draw_rows

    text = f"{picture(grid)}\n\n{draw_rows(grid.matrix)}"
    return text.encode("ascii", "xmlcharrefreplace").decode()


def picture(grid: Grid) -> str:
    """Render the verdicts as a table in Markdown."""
    page, numbers = grid.matrix.page, _numbered_sources(grid)
    heads = [f"**{words(c.label)}** (here)" if c.here else words(c.label) for c in grid.columns]
    link = f"[The page](<{page.address}>)" if page.address else "The page"
    lines = [
        f"### {words(page.title)}: {page.tracer} by version",
        "",
        f"{link}, read {page.read}; {words(_environment_in_words(grid))}",
        *(f"With {words(asked)}." for asked in grid.asked),
        "",
        table_row(["", *heads]),
        table_row(["---"] * (len(heads) + 1)),
    ]
    for each in grid.rows:
        cells = (_markdown_cell(cell, numbers) for cell in each.cells)
        lines.append(table_row([words(each.capability.name), *cells]))
    lines += ["", "The numbers are the rows of the page that decide:", ""]
    lines += [f"{number}. {paragraph(source)}" for source, number in numbers.items()]
    return "\n".join(lines)


def _markdown_cell(cell: Cell, numbers: dict[str, int]) -> str:
    deciding = ", ".join(str(numbers[source]) for source in _sources(cell))
    return f"{_SIGNS[cell.status]}{f' <sub>{deciding}</sub>' if deciding else ''}"


def _numbered_sources(grid: Grid) -> dict[str, int]:
    """Number the rows that decide cells, in reading order."""
    sources = (s for row in grid.rows for cell in row.cells for s in _sources(cell))
    return {source: number for number, source in enumerate(dict.fromkeys(sources), 1)}


def _sources(cell: Cell) -> Iterable[str]:
    """Return the rows of the matrix that decide a cell, each once."""
    return dict.fromkeys(finding.source for finding in cell.deciding if finding.source)


def _text(grid: Grid) -> str:
    return render_text(lambda out: _print(grid, out), _WIDTH)


def _print(grid: Grid, out: Console) -> None:
    from rich.table import Table

    page, numbers = grid.matrix.page, _numbered_sources(grid)
    out.print(_plain(f"{page.title} ({page.id}, read {page.read})", out))
    out.print(_plain(_environment_in_words(grid), out))
    for asked in grid.asked:
        out.print(_plain(f"with {asked}", out))
    step = max(1, (out.width - _NAME_WIDTH) // (_CELL_WIDTH + 1))
    for first in range(0, len(grid.columns), step):
        out.print()
        out.print(_block(grid, slice(first, first + step), numbers, out))
    out.print()
    out.print(_LEGEND)
    rows = Table(box=None, show_header=False, pad_edge=False)
    rows.add_column(justify="right")
    rows.add_column(overflow="fold")
    for source, number in numbers.items():
        rows.add_row(str(number), _plain(source, out))
    out.print(rows)


def _block(grid: Grid, shown: slice, numbers: dict[str, int], out: Console) -> Table:
    """Return a table of some columns, as many as fit beside each other."""
    from rich.box import Box
    from rich.table import Table
    from rich.text import Text

    # Between columns one blank only, or eleven versions would not fit into 80 columns.
    box = Box("    \n    \n -- \n    \n    \n -- \n    \n    \n", ascii=True)
    table = Table(box=box, padding=0, pad_edge=False, show_edge=False)
    table.add_column(grid.matrix.page.tracer, width=_NAME_WIDTH, overflow="fold")
    for column in grid.columns[shown]:
        table.add_column(
            _heading(column),
            width=_CELL_WIDTH,
            overflow="fold",
            vertical="top",
            style="bold" if column.here else "",
            header_style="reverse" if column.here else "",
        )
    for row in grid.rows:
        cells = [(_short(cell, numbers), STYLES[cell.status.value]) for cell in row.cells[shown]]
        table.add_row(_plain(row.capability.name, out), *(Text(*cell) for cell in cells))
    return table


def _short(cell: Cell, numbers: dict[str, int]) -> str:
    """Return the status and the numbers of the deciding rows, below each other."""
    word = _WORDS[cell.status]
    below = "\n" + " " * (len(word) + 1)
    return f"{word} {below.join(str(numbers[source]) for source in _sources(cell))}"


def _heading(column: Column) -> str:
    """Return the version, broken at a dot if it is too long for the column."""
    label = column.label
    if len(label) > _CELL_WIDTH and label.endswith(".0"):
        label = label[: -len(".0")]
    if len(label) > _CELL_WIDTH:
        label = label.replace(".", "\n.").replace("\n.", ".", 1)
    return f"{label}\nhere" if column.here else label


def _environment_in_words(grid: Grid) -> str:
    """Return the facts that all columns share, in a line."""
    facts = grid.environment.to_mapping()
    label = next(column.label for column in grid.columns if column.here)
    python, os, cpu = (facts.get(key, "unknown") for key in ("python", "os", "cpu"))
    kinds = ", ".join(facts.get("deployments", ["unknown"])) or "none"
    tracer = grid.matrix.page.tracer
    return f"here: {tracer} {label}, Python {python}, {os} {cpu}, deployment {kinds}"


def _plain(text: str, out: Console) -> str:
    """Return text that breaks neither the terminal nor its encoding."""
    encoding = out.encoding
    return printable(text).encode(encoding, "backslashreplace").decode(encoding)
