"""`ddcompat import`: a documentation page to a matrix, with the account of its cells."""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import TYPE_CHECKING

from pytest_ddcompat.cli.common import (
    Subcommands,
    add_command,
    add_format_option,
    add_page_options,
    partials_folder,
)
from pytest_ddcompat.cli.output import put, write
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse

    from pytest_ddcompat.importer.draft import Account

__all__ = ["add", "run"]


def add(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        subcommands,
        "import",
        "make a matrix of a documentation page in Markdown",
        "ddcompat import page.md --id my-page -o my-page.toml",
    )
    parser.add_argument("page", metavar="PAGE", help="the page, as rendered or as its source")
    parser.add_argument("-o", "--output", metavar="FILE", help="write the matrix to a file")
    parser.add_argument("--id", default="", help="id of the matrix (default: of the page's title)")
    parser.add_argument("--address", metavar="URL", default="", help="where the page is published")
    parser.add_argument("--read", metavar="DATE", help="day on which it was read (default: today)")
    add_page_options(parser)
    add_format_option(parser, "json")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the matrix, and print the account of the page.

    Returns:
        0: what is not understood is told, and no error.

    Raises:
        CompatibilityError: The page cannot be read, an option not understood, or the file not
            be written.
    """
    from pytest_ddcompat.importer.importer import Options, import_page
    from pytest_ddcompat.importer.source import read_page
    from pytest_ddcompat.importer.toml import to_toml

    told = Options(
        _day(options.read),
        options.id,
        options.address,
        options.language,
        partials_folder(options.partials),
    )
    imported = import_page(read_page(options.page), options.page, told)
    if options.output is not None:
        put(to_toml(imported.mapping), options.output, [options.page])
    if options.format == "json":
        write(json.dumps(imported.account.to_mapping(), indent=2))
    elif options.output is not None:
        write(_in_words(imported.account, options.page))
    else:
        # The matrix alone goes to the standard output, so that it can be redirected.
        write(to_toml(imported.mapping))
        sys.stderr.write(f"{_in_words(imported.account, options.page)}\n")
    return 0


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise CompatibilityError(
            f'--read: "{text}" is not a date; valid: such as 2026-05-31'
        ) from None


def _in_words(account: Account, page: str) -> str:
    page = printable(page)
    told = f"{account.interpreted} of {account.cells} cells interpreted"
    lines = [f"{page}: {told}, {len(account.unresolved)} unresolved"]
    lines += [
        f'{page}:{place.line}: "{printable(place.text)}": {printable(place.reason)}'
        for place in account.unresolved
    ]
    lines += [f"{page}: warning: {printable(warning)}" for warning in account.warnings]
    return "\n".join(lines)
