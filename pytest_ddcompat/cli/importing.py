"""`ddcompat import`: make a matrix of a page, or declarations of a manifest, with an account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import day_of, partials_folder
from pytest_ddcompat.cli.output import put, write, write_error
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.text import cut, printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping

    from pytest_ddcompat.importer.blocks import Account, Gap

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "Make a matrix from a documentation page in Markdown, or declarations from a manifest"
EXAMPLE = "ddcompat import page.md --id my-page -o my-page.toml"

_LONGEST = 300  # characters of a reason or a warning, which may quote the page
_OF_A_PAGE = ("id", "address", "read", "language", "partials")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "page",
        metavar="PAGE",
        help="The page, as the site renders it or as source; or the manifest",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="Write the matrix or the declarations to this file instead of standard output",
    )
    parser.add_argument(
        "--declarations",
        action="store_true",
        help="Read a manifest of system-tests, such as python.yml, and make a declarations file",
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
    """Write the file, print the account, and return 0: what stays open is no error."""
    _check(options)
    return _import_manifest(options) if options.declarations else _import_page(options)


def _check(options: argparse.Namespace) -> None:
    """Refuse options of the other kind of file."""
    given = [name for name in _OF_A_PAGE if getattr(options, name)]
    if options.declarations and given:
        raise CompatibilityError(f"--{given[0]} is for a page, and --declarations for a manifest")


def _import_page(options: argparse.Namespace) -> int:
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
            write_error(_page_in_words(error.account, options.page))
        raise
    account = imported.account
    words = _page_in_words(account, options.page)
    return _answer(options, to_toml(imported.mapping), words, account.to_mapping())


def _import_manifest(options: argparse.Namespace) -> int:
    from pytest_ddcompat.importer.manifest import LIMIT, import_manifest
    from pytest_ddcompat.importer.source import read_page

    text = read_page(options.page, "manifest", LIMIT)
    found = import_manifest(text, options.page)
    counts = f"{found.interpreted} of {found.declared} declarations interpreted"
    words = _in_words(options.page, counts, found.unresolved, found.warnings)
    return _answer(options, found.text, words, found.to_mapping())


def _answer(
    options: argparse.Namespace, text: str, words: str, account: Mapping[str, object]
) -> int:
    """Write the file that was made, and the account."""
    if options.output is not None:
        put(text, options.output, [options.page])
    if options.format == "json":
        write(json.dumps(account, indent=2))
    elif options.output is not None:
        write(words)
    else:
        # Only the file goes to the standard output, so that it can be redirected.
        write(text)
        write_error(words)
    return 0


def _page_in_words(account: Account, page: str) -> str:
    counts = f"{account.interpreted} of {account.cells} cells interpreted"
    return _in_words(page, counts, account.unresolved, account.warnings)


def _in_words(page: str, counts: str, unresolved: Iterable[Gap], warnings: Iterable[str]) -> str:
    page = printable(page)
    gaps = [
        f'{page}:{gap.line}: "{printable(cut(gap.text))}": {printable(cut(gap.reason, _LONGEST))}'
        for gap in unresolved
    ]
    lines = [f"{page}: {counts}, {len(gaps)} unresolved", *gaps]
    lines += [f"{page}: warning: {printable(cut(warning, _LONGEST))}" for warning in warnings]
    return "\n".join(lines)
