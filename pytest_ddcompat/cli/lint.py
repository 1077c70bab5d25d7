"""`ddcompat lint`: what is probably wrong with matrices."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pytest_ddcompat.analysis.lint import Complaint, lint, refusals
from pytest_ddcompat.cli.common import (
    Subcommands,
    add_command,
    add_format_option,
    add_page_options,
    matrix_named,
)
from pytest_ddcompat.cli.output import write
from pytest_ddcompat.environment.parsing import facts_from_settings
from pytest_ddcompat.matrix.matrix import Matrix
from pytest_ddcompat.values.errors import CompatibilityError, InvalidMatrixError, Problem
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse

    from pytest_ddcompat.environment.value import Fact

__all__ = ["add", "run"]


def add(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        subcommands, "lint", "tell what is probably wrong with matrices", "ddcompat lint acme.toml"
    )
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="the path of a .toml file or of a page (.md), or a bundled matrix",
    )
    add_page_options(parser)
    parser.add_argument(
        "--date", metavar="DATE", help="the day that tells what is past (default: today)"
    )
    add_format_option(parser, "json")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the complaints.

    Returns:
        0 if there is none, 1 if there is one.

    Raises:
        CompatibilityError: An option cannot be understood, or a file not be read.
    """
    today = _day(options.date)
    found: list[tuple[str, Complaint]] = []
    unreadable: list[Problem] = []
    for which in dict.fromkeys(options.files):
        try:
            found += [(which, complaint) for complaint in _complaints(which, options, today)]
        except CompatibilityError as error:
            unreadable += error.problems
    if unreadable:
        raise CompatibilityError(list(dict.fromkeys(unreadable)))
    if options.format == "json":
        shown = [{"file": file, **complaint._asdict()} for file, complaint in found]
        write(json.dumps({"complaints": shown}, indent=2))
    else:
        write("\n".join(printable(f"{file}: {c}") for file, c in found) or "no complaints")
    return int(bool(found))


def _day(date: str | None) -> dt.date:
    if date is None:
        return dt.date.today()
    fact: Fact[Any] = facts_from_settings([f"date={date}"], "--date")["date"]
    return cast("dt.date", fact.value)


def _complaints(which: str, options: argparse.Namespace, today: dt.date) -> tuple[Complaint, ...]:
    try:
        matrix = matrix_named(which, language=options.language, partials=options.partials)
        return lint(matrix, today)
    except InvalidMatrixError as error:
        complaints = refusals(error, str(Path(which)))
        return (
            *complaints,
            *(lint(error.matrix, today) if isinstance(error.matrix, Matrix) else ()),
        )
