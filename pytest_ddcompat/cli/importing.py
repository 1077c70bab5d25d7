"""`ddcompat import`: make a matrix of a documentation page, and account for its cells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import day_of, partials_folder
from pytest_ddcompat.cli.output import put, write, write_error
from pytest_ddcompat.values.text import cut, printable

if TYPE_CHECKING:
    import argparse

    from pytest_ddcompat.importer.blocks import Account

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "Make a matrix from a documentation page in Markdown"
EXAMPLE = "ddcompat import page.md --id my-page -o my-page.toml"

_LONGEST = 300  # characters of a reason or a warning, which may quote the page


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "page", metavar="PAGE", help="The page, as the site renders it or as source"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="Write the matrix to this file instead of standard output",
    )
    parser.add_argument(
        "--id", default="", help="Give the matrix this id (default: made from the title)"
    )
    parser.add_argument(
        "--address", metavar="URL", default="", help="Say where the page is published"
    )
    parser.add_argument(
        "--read", metavar="DATE", help="Say on which day you read the page (default: today)"
    )
    arguments.add_page(parser)
    arguments.add_format(parser, "json")


def run(options: argparse.Namespace) -> int:
    """Write the matrix, print the account of the page, and return 0: open words are no error."""
    from pytest_ddcompat.importer.importer import Options, import_page
    from pytest_ddcompat.importer.source import PageError, read_page
    from pytest_ddcompat.importer.toml import to_toml

    about = Options(
        day_of(options.read, "--read"),
        options.id,
        options.address,
        options.language,
        partials_folder(options.partials),
    )
    try:
        imported = import_page(read_page(options.page), options.page, about)
    except PageError as error:
        if error.account is not None and error.account.cells:
            write_error(_in_words(error.account, options.page))
        raise
    if options.output is not None:
        put(to_toml(imported.mapping), options.output, [options.page])
    if options.format == "json":
        write(json.dumps(imported.account.to_mapping(), indent=2))
    elif options.output is not None:
        write(_in_words(imported.account, options.page))
    else:
        # Only the matrix goes to the standard output, so that it can be redirected.
        write(to_toml(imported.mapping))
        write_error(_in_words(imported.account, options.page))
    return 0


def _in_words(account: Account, page: str) -> str:
    page = printable(page)
    counts = f"{account.interpreted} of {account.cells} cells interpreted"
    lines = [f"{page}: {counts}, {len(account.unresolved)} unresolved"]
    lines += [
        f'{page}:{gap.line}: "{printable(cut(gap.text))}": {printable(cut(gap.reason, _LONGEST))}'
        for gap in account.unresolved
    ]
    lines += [
        f"{page}: warning: {printable(cut(warning, _LONGEST))}" for warning in account.warnings
    ]
    return "\n".join(lines)
