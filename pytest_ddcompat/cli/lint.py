"""`ddcompat lint`: report what is probably wrong with matrices."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_ddcompat.analysis.lint import lint, refusals
from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import day_of, matrix_named
from pytest_ddcompat.cli.output import write
from pytest_ddcompat.matrix.loading import base_of
from pytest_ddcompat.matrix.matrix import Matrix
from pytest_ddcompat.values.errors import CompatibilityError, InvalidMatrixError, Problem
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse
    import datetime as dt

    from pytest_ddcompat.analysis.rules import Complaint


__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "Report what is probably wrong in a matrix or a page"
EXAMPLE = "ddcompat lint acme.toml"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="Matrix to look at: a .toml file, a page (.md) or a bundled matrix",
    )
    arguments.add_page(parser)
    parser.add_argument("--date", metavar="DATE", help="Take this day as today")
    arguments.add_format(parser, "json")


def run(options: argparse.Namespace) -> int:
    """Print the complaints; return 1 if there is one."""
    today = day_of(options.date, "--date")
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


def _complaints(which: str, options: argparse.Namespace, today: dt.date) -> tuple[Complaint, ...]:
    try:
        matrix = matrix_named(which, language=options.language, partials=options.partials)
        base = base_of(which)
        # Who writes an overlay cannot mend the page that it extends.
        inherited = [(c.what, c.value) for c in lint(matrix_named(base), today)] if base else []
        return tuple(c for c in lint(matrix, today) if (c.what, c.value) not in inherited)
    except InvalidMatrixError as error:
        # Rows that could be read are checked all the same, so that one run tells everything.
        others = lint(error.matrix, today) if isinstance(error.matrix, Matrix) else ()
        return (*refusals(error, str(Path(which))), *others)
