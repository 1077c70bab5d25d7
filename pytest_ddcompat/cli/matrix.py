"""`ddcompat matrix`: show the verdicts of all capabilities by version of the tracer."""

from __future__ import annotations

import json
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from pytest_ddcompat.analysis.grid import grid_of
from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import environment_of, installed_frameworks, matrix_named
from pytest_ddcompat.cli.markdown import paragraph, table_row, words
from pytest_ddcompat.cli.output import SHORT, STYLES, printing, render_text, show
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.matrix.loading import DEFAULT
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from rich.console import Console
    from rich.text import Text

    from pytest_ddcompat.analysis.grid import Cell, Column, Grid

__all__ = ["EXAMPLE", "PURPOSE", "add", "picture", "run"]

PURPOSE = "Show all capabilities by version of the tracer"
EXAMPLE = "ddcompat matrix --framework django --format html -o matrix.html"

_WIDTH = 80  # of a file; a terminal has its own
_NAME_WIDTH = 14
_CELL_WIDTH = 5
_SIGNS = {
    Status.SUPPORTED: "&#x2705; yes",
    Status.UNSUPPORTED: "&#x274C; no",
    Status.UNDETERMINED: "&#x2754; undetermined",
}
_LEFT_OUT = "more versions have no column, and stand behind the name of what begins with them"
_LEGEND = "yes: supported, no: unsupported, ?: undetermined; by the rows of the page:"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "matrix",
        metavar="ID|PATH",
        nargs="?",
        default=DEFAULT,
        help=f"Bundled matrix or .toml file (default: {DEFAULT})",
    )
    arguments.add_service(parser, ("framework", "deployment"))
    arguments.add_environment(parser)
    arguments.add_format(parser, "json", "html", "markdown")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="Write to this file instead of standard output"
    )


def run(options: argparse.Namespace) -> int:
    """Write the picture; return 0."""
    files: dict[str, bytes] = {}
    matrix = matrix_named(options.matrix, files=files)
    environment = environment_of(options, matrix)
    frameworks = options.framework
    if options.format == "html" and not frameworks:
        # Its reader chooses a framework, and starts with what is there.
        frameworks = installed_frameworks(environment, matrix)
    grid = grid_of(environment, matrix, frameworks=frameworks, deployments=options.deployment)
    if options.output is None and options.format == "text":
        with printing() as out:
            _print(grid, out)
        return 0
    form = {"text": _text, "json": _json, "html": _html, "markdown": _markdown}[options.format]
    show(form(grid), options, [options.facts, options.matrix, *files])
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
        *([f"{grid.left_out} {_LEFT_OUT}."] if grid.left_out else []),
        "",
        table_row(["", *heads]),
        table_row(["---"] * (len(heads) + 1)),
    ]
    for each in grid.rows:
        cells = (_markdown_cell(cell, numbers) for cell in each.cells)
        lines.append(table_row([words(each.name), *cells]))
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
    page, numbers = grid.matrix.page, _numbered_sources(grid)
    out.print(_plain(f"{page.title} ({page.id}, read {page.read})", out))
    out.print(_plain(_environment_in_words(grid), out))
    for asked in grid.asked:
        out.print(_plain(f"with {asked}", out))
    if grid.left_out:
        out.print(f"{grid.left_out} {_LEFT_OUT}")
    step = max(1, (out.width - _NAME_WIDTH) // (_CELL_WIDTH + 1))
    for first in range(0, len(grid.columns), step):
        out.print()
        out.print(_block(grid, slice(first, first + step), numbers, out), soft_wrap=True)
    out.print()
    out.print(_LEGEND)
    width = len(str(len(numbers)))
    for source, index in numbers.items():
        lines = _wrap(_plain(source, out), out.width - width - 2, out)
        joint = "\n" + " " * (width + 2)
        out.print(f"{index:{width}}  {joint.join(lines)}", soft_wrap=True)


def _block(grid: Grid, shown: slice, numbers: dict[str, int], out: Console) -> Text:
    """Return a table of some columns, as many as fit beside each other.

    Written by hand, for rich takes seconds over a thousand rows.
    """
    from rich.text import Text

    columns = grid.columns[shown]
    heads = [_heading(column) for column in columns]
    deepest = max(map(len, heads))
    heads = [[""] * (deepest - len(head)) + head for head in heads]
    tracer = _wrap(_plain(grid.matrix.page.tracer, out), _NAME_WIDTH, out)
    tracer = [""] * (deepest - len(tracer)) + tracer
    block = Text()
    _add(block, tracer, heads, ["bold reverse" if column.here else "bold" for column in columns])
    block.append("-" * (_NAME_WIDTH + len(columns) * (_CELL_WIDTH + 1)) + "\n")
    for row in grid.rows:
        cells = row.cells[shown]
        styles = [
            f"{'bold ' if cell.column.here else ''}{STYLES[cell.status.value]}" for cell in cells
        ]
        name = _wrap(_plain(row.name, out), _NAME_WIDTH, out)
        _add(block, name, [_short(cell, numbers) for cell in cells], styles)
    block.rstrip()
    return block


def _add(block: Text, name: Sequence[str], cells: Sequence[list[str]], styles: list[str]) -> None:
    """Add a row of a table, whose name and cells have one line or more."""
    from rich.cells import set_cell_size

    for number in range(max(len(name), *map(len, cells))):
        block.append(set_cell_size(name[number] if number < len(name) else "", _NAME_WIDTH))
        texts = (
            (lines[number] if number < len(lines) else "").ljust(_CELL_WIDTH) for lines in cells
        )
        # Most neighbours look alike, and each part of another style takes rich its time.
        for style, together in groupby(zip(texts, styles), key=itemgetter(1)):
            block.append("".join(f" {text}" for text, _ in together), style)
        block.append("\n")


def _wrap(text: str, width: int, out: Console) -> list[str]:
    if len(text) <= width and text.isascii():
        return [text]
    from rich.text import Text

    return [str(line).rstrip() for line in Text(text).wrap(out, width, overflow="fold")]


def _short(cell: Cell, numbers: dict[str, int]) -> list[str]:
    """Return the status and the numbers of the deciding rows, below each other."""
    word = SHORT[cell.status.value]
    deciding = [str(numbers[source]) for source in _sources(cell)]
    room = _CELL_WIDTH - len(word) - 1
    if not deciding or max(map(len, deciding)) > room:
        return [word, *deciding]
    below = " " * (len(word) + 1)
    return [f"{word} {deciding[0]}", *(f"{below}{number}" for number in deciding[1:])]


def _heading(column: Column) -> list[str]:
    """Return the version, broken at dots if it is too long for the column."""
    label = column.label
    if len(label) > _CELL_WIDTH and label.endswith(".0"):
        label = label[: -len(".0")]
    if len(label) > _CELL_WIDTH:
        label = label.replace(".", "\n.").replace("\n.", ".", 1)
    lines = [*label.split("\n"), *(["here"] if column.here else [])]
    return [
        line[at : at + _CELL_WIDTH] for line in lines for at in range(0, len(line), _CELL_WIDTH)
    ]


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
