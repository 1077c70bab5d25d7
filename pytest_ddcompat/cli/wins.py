"""`ddcompat wins`: show expectations that reality has overtaken, and change what says them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import known_pages
from pytest_ddcompat.cli.output import check_output, printing, show, write_error
from pytest_ddcompat.cli.wins_view import counted, markdown, print_wins, text
from pytest_ddcompat.jobs.wins.account import account_of
from pytest_ddcompat.jobs.wins.at_hand import overlay_at_hand
from pytest_ddcompat.jobs.wins.edits import Edits, Targets, edited
from pytest_ddcompat.jobs.wins.news import find_wins
from pytest_ddcompat.jobs.wins.rejected import Rejections, read_rejected
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.files import refusal, write_atomically
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from pytest_ddcompat.jobs.wins.news import Wins

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "Show which tests work though they are expected to fail, and the reverse"
EXAMPLE = "ddcompat wins records/*.json --write --overlay acme.toml"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "records",
        metavar="RECORD",
        nargs="+",
        help="Records of runs, or the folder into which `ddcompat records pack` has put them",
    )
    parser.add_argument(
        "--suite",
        metavar="DIGEST",
        help="Compare the runs of this repository and these pages (default: those of the newest "
        "run)",
    )
    parser.add_argument(
        "--rejected", metavar="FILE", help="TOML file with news that is none, and why"
    )
    purpose = "A page that may be corrected, beside the bundled ones; you can repeat this option"
    arguments.add_repeatable(parser, "--matrix", "ID|PATH", purpose)
    parser.add_argument(
        "--write",
        action="store_true",
        help="Make the proposed changes in declarations files and the overlay, never in a page",
    )
    parser.add_argument(
        "--overlay",
        metavar="FILE",
        help="With --write: the overlay that gets rows, which is made if it is not there",
    )
    parser.add_argument(
        "--declarations",
        metavar="FILE",
        help="With --write: the file that gets new declarations, which is made if it is not there",
    )
    parser.add_argument(
        "--fail-on-wins", action="store_true", help="Exit with 1 if there is any news"
    )
    arguments.add_format(parser, "json", "markdown")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="Write to this file instead of standard output"
    )


def run(options: argparse.Namespace) -> int:
    """Show the news, and write what it proposes; return 1 if there is any and it is to fail."""
    if not options.write and (options.overlay is not None or options.declarations is not None):
        named = "--declarations" if options.overlay is None else "--overlay"
        raise CompatibilityError(f"{named} says where to write; valid: beside --write")
    files: dict[str, bytes] = {}
    pages = [*known_pages(options.matrix, files), *overlay_at_hand(options.overlay, files)]
    wins = find_wins(
        options.records,
        options.suite,
        pages=pages,
        rejections=Rejections() if options.rejected is None else read_rejected(options.rejected),
    )
    for file in wins.packed_twice:
        write_error(f"ddcompat: note: {printable(file)}: another record has the same run")
    edits = Edits({}, [])
    if options.write:
        targets = Targets(options.overlay, options.declarations)
        edits = edited(wins.items, targets, wins.recorded)
    inputs = _inputs(options, wins, files)
    if options.output is not None:
        check_output(options.output, inputs)
    _write(edits)
    _answer(wins, options, inputs)
    if options.fail_on_wins and wins.items:
        write_error(f"ddcompat: {counted(wins.tests, 'test')} not as expected")
        return 1
    return 0


def _inputs(options: argparse.Namespace, wins: Wins, files: Iterable[str]) -> list[str | None]:
    """Return the files that an answer must not replace: all that is read, or that is changed."""
    # An argument that is no file is the id of a page; a record may name anything.
    others = filter(os.path.exists, (*options.matrix, *files, *wins.recorded.files))
    return [*options.records, options.rejected, options.overlay, options.declarations, *others]


def _write(edits: Edits) -> None:
    """Write files, and say which and what is left to do.

    Raises:
        CompatibilityError: One cannot be written.
    """
    for name in edits.texts:
        reason = refusal(Path(name).resolve())
        if reason:  # known before any file is written
            raise CompatibilityError(Problem(f"cannot write this: {reason}", file=name))
    for line in edits.left:
        write_error(f"ddcompat: note: not written: {printable(line)}")
    for name, content in edits.texts.items():
        try:
            write_atomically(Path(name), content.encode())
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise CompatibilityError(Problem(f"cannot write this: {why}", file=name)) from None
        write_error(f"ddcompat: wrote {printable(name)}")


def _answer(wins: Wins, options: argparse.Namespace, inputs: Iterable[str | None]) -> None:
    if options.format == "text" and options.output is None:
        with printing() as out:
            print_wins(wins, out)
        return
    form = {"text": text, "json": _json, "markdown": markdown}[options.format]
    show(form(wins), options, inputs)


def _json(wins: Wins) -> str:
    return json.dumps(account_of(wins), indent=2)
