"""`ddcompat coverage`: show what jobs cover together."""

from __future__ import annotations

import argparse
import json
import math
import os
from typing import TYPE_CHECKING

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.collecting import collect
from pytest_ddcompat.cli.common import known_pages
from pytest_ddcompat.cli.coverage_html import html
from pytest_ddcompat.cli.coverage_view import markdown, print_coverage, text
from pytest_ddcompat.cli.output import printing, show, write_error
from pytest_ddcompat.jobs.account import account_of
from pytest_ddcompat.jobs.allowed import Allowances, read_allowed
from pytest_ddcompat.jobs.asking import ENGINES
from pytest_ddcompat.jobs.coverage import measure
from pytest_ddcompat.jobs.questions import DIALECTS, written_for
from pytest_ddcompat.jobs.selection import Choice
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.files import read_limited
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_ddcompat.jobs.covered import Coverage

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "Show which tests ran in no job, and what the jobs cover together"
EXAMPLE = "ddcompat coverage records/*.json --fail-on-never-run"

_LIMIT = 64 * 1024 * 1024  # bytes of a file of node ids


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "records",
        metavar="RECORD",
        nargs="*",
        help="Records of runs, or the folder into which `ddcompat records pack` has put them",
    )
    _add_choice(parser)
    parser.add_argument(
        "--collect",
        metavar="PATH",
        nargs="+",
        action="extend",
        default=[],
        help="Collect the tests of these files and folders, and show which are in no record; "
        "pytest imports their modules for that, but runs none",
    )
    parser.add_argument(
        "--tests",
        metavar="FILE",
        help="The same with the ids of gated tests in this file, one a line",
    )
    parser.add_argument(
        "--allow", metavar="FILE", help="TOML file with tests that need not run, and why"
    )
    purpose = (
        "A page whose rows may be exercised, beside the bundled ones; you can repeat this option"
    )
    arguments.add_repeatable(parser, "--matrix", "ID|PATH", purpose)
    parser.add_argument(
        "--facts",
        action="store_true",
        help="Show which documented facts no test would notice if they changed",
    )
    parser.add_argument(
        "--fail-under",
        metavar="PERCENT",
        type=_percentage,
        help="Exit with 1 if fewer of the gated tests ran in some job",
    )
    parser.add_argument(
        "--fail-on-never-run",
        action="store_true",
        help="Exit with 1 if a test ran in no job, or is in no record",
    )
    parser.add_argument(
        "--engine",
        metavar="NAME",
        choices=ENGINES,
        default=ENGINES[0],
        help=f"Ask {' or '.join(ENGINES)} (default: {ENGINES[0]})",
    )
    parser.add_argument(
        "--sql",
        metavar="DIALECT",
        choices=DIALECTS,
        help=f"Print the questions as SQL instead: {', '.join(DIALECTS)}",
    )
    arguments.add_format(parser, "json", "markdown", "html")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="Write to this file instead of standard output"
    )


def _add_choice(parser: argparse.ArgumentParser) -> None:
    purpose = (
        "Count the runs of this commit instead of the newest; the hash or its beginning; "
        "you can repeat this option"
    )
    arguments.add_repeatable(parser, "--commit", "SHA", purpose)
    purpose = (
        "Count the newest runs of this job too, whichever commit they are of; "
        "you can repeat this option"
    )
    arguments.add_repeatable(parser, "--job", "NAME", purpose)
    parser.add_argument(
        "--suite",
        metavar="DIGEST",
        help="Count the runs of this repository and these pages, where there are several",
    )


def run(options: argparse.Namespace) -> int:
    """Show the coverage; return 1 if it is less than is asked for, else 0."""
    if options.sql is not None:
        if options.records:
            what = "--sql prints the questions, and reads no record"
            raise CompatibilityError(f"{what}; valid: coverage --sql {options.sql}")
        show(written_for(options.sql), options, [])
        return 0
    if not options.records:
        raise CompatibilityError("coverage needs records; valid: RECORD…, or the folder of a pack")
    choice = Choice(tuple(filter(None, [options.suite])), tuple(options.commit), tuple(options.job))
    files: dict[str, bytes] = {}
    coverage = measure(
        options.records,
        choice,
        collected=_collected(options),
        pages=known_pages(options.matrix, files),
        allowed=read_allowed(options.allow) if options.allow is not None else Allowances(),
        facts=options.facts,
        engine=options.engine,
    )
    for file in coverage.packed_twice:
        write_error(f"ddcompat: note: {printable(file)}: another record has the same run")
    _answer(coverage, options, files)
    return _status(coverage, options)


def _answer(coverage: Coverage, options: argparse.Namespace, files: Iterable[str]) -> None:
    if options.format == "text" and options.output is None:
        with printing() as out:
            print_coverage(coverage, out)
        return
    form = {"text": text, "json": _json, "markdown": markdown, "html": html}[options.format]
    pages = filter(os.path.exists, (*options.matrix, *files))  # others are ids
    show(form(coverage), options, [*options.records, options.allow, options.tests, *pages])


def _json(coverage: Coverage) -> str:
    return json.dumps(account_of(coverage), indent=2)


def _status(coverage: Coverage, options: argparse.Namespace) -> int:
    """Return the exit status, and say why it is 1."""
    failed = []
    is_checked = options.fail_under is not None or options.fail_on_never_run
    if is_checked and not (coverage.gated or coverage.absent):
        failed.append("there is no gated test, so that nothing was checked")
    if options.fail_under is not None and coverage.percentage < options.fail_under:
        under = f"less than {options.fail_under:.12g} %"
        tests = f"{coverage.ran} of the {coverage.needed} tests that need to run did"
        failed.append(f"{tests}, {under}")
    missing = len(coverage.never_run) + len(coverage.absent)
    if options.fail_on_never_run and missing:
        failed.append(f"{missing} of the gated tests ran in no job")
    for what in failed:
        write_error(f"ddcompat: {what}")
    return int(bool(failed))


def _percentage(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 100:  # noqa: PLR2004 - per cent
        raise argparse.ArgumentTypeError(f'"{text:.80}" is not a number from 0 to 100')
    return number


def _collected(options: argparse.Namespace) -> list[str]:
    """Return the ids of the tests that the suite has, if they are asked for."""
    tests = []
    if options.tests is not None:
        try:
            content = read_limited(options.tests, _LIMIT).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise CompatibilityError(
                Problem("this is not UTF-8 text", file=options.tests)
            ) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise CompatibilityError(
                Problem(f"cannot read this: {reason}", file=options.tests)
            ) from None
        # Of what `pytest --collect-only -q` prints, its last line is no id.
        tests = [line.strip() for line in content.split("\n") if "::" in line]
        if not tests:
            valid = "lines such as tests/test_login.py::test_sso"
            raise CompatibilityError(Problem("there is no id of a test", valid, file=options.tests))
    if options.collect:
        found = collect(options.collect, "--collect")["tests"]
        tests += [test["id"] for test in found if test["gated"]]
    return tests
