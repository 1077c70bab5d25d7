"""`ddcompat import`: make a matrix of a page, or declarations of a manifest, with an account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import day_of, partials_folder
from pytest_ddcompat.cli.output import put, write, write_error
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.text import cut, printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pytest_ddcompat.importer.blocks import Account, Gap

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "Make a matrix from a documentation page, or declarations from a manifest"
EXAMPLE = "ddcompat import page.md --id my-page -o my-page.toml"

_LONGEST = 300  # characters of a reason or a warning, which may quote the page
_OF_A_PAGE = ("id", "address", "read", "language", "partials")
_DEPENDENCIES = ("declarations", "id", "address", "read", "language", "release")
"""Options that decide, beside the page, what is made; a later release may understand more of it."""


class _Made(NamedTuple):
    """The text of a file made of a page or manifest, and the account in words and as JSON."""

    text: str
    words: str
    account: Mapping[str, object]


class _Kind(NamedTuple):
    """A kind of input: its name, the bytes that it may have, and the function that imports it."""

    called: str
    limit: int
    make: Callable[[str, argparse.Namespace], _Made]


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "page",
        metavar="PAGE",
        help="The page, as the site renders it or as source, or the manifest: a file, or an https "
        "address",
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
    from pytest_ddcompat.importer.source import is_address, read_page

    _check(options)
    kind = _kind_of(options)
    if is_address(options.page):
        return _run_fetched(options, kind)
    made = kind.make(read_page(options.page, kind.called, kind.limit), options)
    return _answer(options, made, [options.page])


def _check(options: argparse.Namespace) -> None:
    """Refuse options of the other kind of file."""
    given = [name for name in _OF_A_PAGE if getattr(options, name)]
    if options.declarations and given:
        raise CompatibilityError(f"--{given[0]} is for a page, and --declarations for a manifest")


def _kind_of(options: argparse.Namespace) -> _Kind:
    if options.declarations:
        from pytest_ddcompat.importer.manifest import LIMIT as MANIFEST_LIMIT

        return _Kind("manifest", MANIFEST_LIMIT, _import_manifest)
    from pytest_ddcompat.importer.source import LIMIT

    return _Kind("page", LIMIT, _import_page)


def _run_fetched(options: argparse.Namespace, kind: _Kind) -> int:
    """Do the same with a page that is fetched; leave the file alone if the page is unchanged."""
    from pytest_ddcompat.importer.kept import SUFFIX, Kept, digest, kept_of
    from pytest_ddcompat.importer.remote import Validators, check_address, fetch
    from pytest_ddcompat.importer.source import page_text

    check_address(options.page)
    # Files that a page includes can change though the page does not.
    keeps = options.output is not None and options.partials is None
    depends_on = {name: getattr(options, name) or "" for name in _DEPENDENCIES}
    kept = kept_of(options.output, options.page, depends_on) if keeps else None
    validators = kept.validators if kept else Validators()
    fetched = fetch(options.page, kind.called, kind.limit, validators)
    if fetched is None:
        return _answer_unchanged(options)
    page = digest(fetched.content)
    if kept and kept.page == page:
        return _answer_unchanged(options)
    status = _answer(options, kind.make(page_text(fetched.content, options.page), options), [])
    if keeps:
        made = digest(Path(options.output).read_bytes())
        kept = Kept(options.page, depends_on, page, made, fetched.validators)
        put(kept.to_text(), options.output + SUFFIX, [])
    return status


def _import_page(text: str, options: argparse.Namespace) -> _Made:
    from pytest_ddcompat.importer.importer import Options, import_page
    from pytest_ddcompat.importer.source import PageError
    from pytest_ddcompat.importer.toml import to_toml

    about = Options(
        day_of(options.read, "--read"),
        options.id,
        options.address,
        options.language,
        partials_folder(options.partials),
    )
    try:
        imported = import_page(text, options.page, about)
    except PageError as error:
        if error.account is not None and error.account.cells:
            write_error(_page_in_words(error.account, options.page))
        raise
    account = imported.account
    words = _page_in_words(account, options.page)
    return _Made(to_toml(imported.mapping), words, account.to_mapping())


def _import_manifest(text: str, options: argparse.Namespace) -> _Made:
    from pytest_ddcompat.importer.manifest import import_manifest

    found = import_manifest(text, options.page)
    counts = f"{found.interpreted} of {found.declared} declarations interpreted"
    words = _in_words(options.page, counts, found.unresolved, found.warnings)
    return _Made(found.text, words, found.to_mapping())


def _answer(options: argparse.Namespace, made: _Made, inputs: Sequence[str]) -> int:
    """Write the file that was made, and the account."""
    if options.output is not None:
        put(made.text, options.output, inputs)
    if options.format == "json":
        write(json.dumps(made.account, indent=2))
    elif options.output is not None:
        write(made.words)
    else:
        # Only the file goes to the standard output, so that it can be redirected.
        write(made.text)
        write_error(made.words)
    return 0


def _answer_unchanged(options: argparse.Namespace) -> int:
    if options.format == "json":
        write(json.dumps({"unchanged": True}, indent=2))
    else:
        write(printable(f"{options.page}: unchanged since {options.output} was made"))
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
