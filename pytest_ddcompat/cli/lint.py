"""`ddcompat lint`: report what is probably wrong with matrices."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.analysis.lint import lint, refusals
from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import day_of, matrix_named
from pytest_ddcompat.cli.output import write
from pytest_ddcompat.declarations.checks import doubtful, refused, unsorted, without_ticket
from pytest_ddcompat.declarations.file import STATES, is_declarations_file, read_declarations
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.matrix.loading import LIMIT, parse_toml
from pytest_ddcompat.matrix.matrix import Matrix
from pytest_ddcompat.values.complaint import Complaint
from pytest_ddcompat.values.errors import (
    CompatibilityError,
    DeclarationError,
    InvalidMatrixError,
    Problem,
)
from pytest_ddcompat.values.files import read_limited
from pytest_ddcompat.values.names import unknown_name
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse
    import datetime as dt


__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "Report what is probably wrong in a matrix, a page or declarations"
EXAMPLE = "ddcompat lint acme.toml"

_SAYS_NOTHING = Complaint(
    "",
    "this file says nothing",
    "",
    "a file of declarations, a matrix or an overlay",
    "add [[declarations]], or remove the file",
)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="What to look at: a .toml file (matrix, overlay or declarations), a page (.md) or a "
        "bundled matrix",
    )
    arguments.add_page(parser)
    arguments.add_matrix(parser)
    purpose = "Report declarations of this state that name no ticket; you can repeat this option"
    arguments.add_repeatable(parser, "--require-ticket", "STATE", purpose)
    parser.add_argument("--date", metavar="DATE", help="Take this day as today")
    arguments.add_format(parser, "json")


def run(options: argparse.Namespace) -> int:
    """Print the complaints; return 1 if there is one."""
    today = day_of(options.date, "--date")
    for state in options.require_ticket:
        if state not in STATES:
            problem = unknown_name(f'"{state:.80}" is not a state', state, STATES)
            raise CompatibilityError(problem._replace(origin="--require-ticket"))
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
        write("\n".join(printable(_line(*each)) for each in found) or "no complaints")
    return int(bool(found))


def _line(file: str, complaint: Complaint) -> str:
    # Those of declarations begin with the file and line.
    has_line = complaint.where.startswith(f"{file}:")
    return str(complaint) if has_line else f"{file}: {complaint}"


def _complaints(which: str, options: argparse.Namespace, today: dt.date) -> tuple[Complaint, ...]:
    files: dict[str, bytes] = {}
    keys = _keys_of(which, files)
    if keys == {}:
        return (_SAYS_NOTHING,)
    if keys is not None and is_declarations_file(keys):
        return (*_of_declarations(files[str(Path(which))], which, options),)
    try:
        matrix = matrix_named(
            which, language=options.language, partials=options.partials, files=files
        )
        # Who writes an overlay cannot mend the page that it extends.
        page = lint(matrix.extended, today) if matrix.extended else ()
        inherited = {(c.what, c.value) for c in page}
        return tuple(c for c in lint(matrix, today) if (c.what, c.value) not in inherited)
    except InvalidMatrixError as error:
        # Rows that could be read are checked all the same, so that one run tells everything.
        others = lint(error.matrix, today) if isinstance(error.matrix, Matrix) else ()
        return (*refusals(error, str(Path(which))), *others)


def _keys_of(which: str, files: dict[str, bytes]) -> dict[str, Any] | None:
    """Return what a .toml file holds, and keep its content; None of any other file."""
    if not which.endswith(".toml"):
        return None
    try:
        content = files[str(Path(which))] = read_limited(which, LIMIT)
        return parse_toml(content, which)
    except (OSError, ValueError):
        return None  # the reader of matrices says why


def _of_declarations(content: bytes, which: str, options: argparse.Namespace) -> list[Complaint]:
    try:
        declarations = read_declarations(content, which)
    except DeclarationError as error:
        return refusals(error, "")
    pages = Matrices([matrix_named(options.matrix)], declarations.facts)
    found = [*refused(declarations, pages), *doubtful(declarations, pages)]
    found += without_ticket(declarations, options.require_ticket)
    return [*found, *unsorted(declarations)]
