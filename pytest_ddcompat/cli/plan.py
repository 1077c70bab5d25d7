"""`ddcompat plan`: the fewest environments in which every gated test runs at least once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.collecting import collect
from pytest_ddcompat.cli.common import matrix_named
from pytest_ddcompat.cli.output import printing, render_text, show, write_error
from pytest_ddcompat.cli.plan_files import write_requirements
from pytest_ddcompat.cli.plan_forms import github, not_hosted, requirement_files, tox
from pytest_ddcompat.cli.plan_view import Beside, markdown, print_plan
from pytest_ddcompat.cli.run_options import (
    add_config_file,
    config_file_of,
    declarations_files_of,
)
from pytest_ddcompat.declarations.file import load_declarations, read_content
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.jobs.allowed import Allowances, read_allowed
from pytest_ddcompat.matrix.loading import DEFAULT, bundled_ids
from pytest_ddcompat.planning.limits import check_limits, limits_of, offers_of
from pytest_ddcompat.planning.suite import read_decisions, read_markers
from pytest_ddcompat.record.reading import read_record, requirements_of
from pytest_ddcompat.values.day import today
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.names import unknown_name
from pytest_ddcompat.values.text import cut, printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.cli.plan_resolve import Resolved
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.planning.plan import Plan
    from pytest_ddcompat.planning.suite import GatedTest

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "Find the fewest environments in which every gated test runs at least once"
EXAMPLE = "ddcompat plan --collect tests --only os=linux --python 3.10..3.13 --format github"

_SECONDS = 60.0
_FOR_TOOLS = ("github", "tox", "requirements")
_LONGEST = 300  # characters of a problem
_WIDTH = 100  # characters of a line of text in a file


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "record", metavar="RECORD", nargs="?", help="Record of a run: plan for its tests"
    )
    parser.add_argument(
        "--collect",
        metavar="PATH",
        nargs="*",
        help="Plan for the tests that pytest collects here (default: as pytest has it); their "
        "modules are imported for that, but no test runs",
    )
    add_config_file(parser)
    purpose = "Plan by this bundled matrix or .toml file (default: those of the run); repeatable"
    arguments.add_repeatable(parser, "--matrix", "ID|PATH", purpose)
    _add_limits(parser)
    _add_further(parser)
    arguments.add_format(parser, "json", "markdown", *_FOR_TOOLS)
    parser.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        help="Write to this file instead of standard output; with --format requirements, a file "
        "for each environment in this folder",
    )


def _add_limits(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what environments there may be."""
    purpose = "Plan only environments with this fact, such as os=linux; of several, any will do"
    arguments.add_repeatable(parser, "--only", "KEY=VALUE", purpose)
    parser.add_argument(
        "--python", metavar="RANGE", help="Plan only these versions, such as 3.10..3.13"
    )
    parser.add_argument(
        "--offers", metavar="FILE", help="Plan only what this TOML file says that the CI offers"
    )


def _add_further(parser: argparse.ArgumentParser) -> None:
    """Add the options that ask for more than a plan, or for less than the best."""
    parser.add_argument(
        "--existing",
        metavar="WORKFLOW",
        help="Say what the jobs of this workflow of GitHub Actions miss, and have twice",
    )
    parser.add_argument(
        "--allow", metavar="FILE", help="TOML file with tests that need not run, and why"
    )
    parser.add_argument(
        "--resolve",
        action="store_true",
        help="Ask pip, over the network, for versions that have a wheel for each environment",
    )
    parser.add_argument(
        "--boundaries",
        action="store_true",
        help="Try each documented minimum at its lowest, at its highest, and just below",
    )
    parser.add_argument(
        "--time-limit",
        metavar="SECONDS",
        type=float,
        default=_SECONDS,
        help=f"Print the best plan found after this time (default: {_SECONDS:.0f})",
    )


def run(options: argparse.Namespace) -> int:
    """Print the plan; return 1 if there is a test that no environment runs."""
    if (options.record is None) is (options.collect is None):
        what = "there is no suite" if options.record is None else "there are two suites"
        raise CompatibilityError(Problem(what, "a RECORD, or --collect PATH"))
    if not 0 < options.time_limit < float("inf"):
        what = f"--time-limit: {options.time_limit:g} is no time"
        raise CompatibilityError(Problem(what, "seconds above 0, such as 60"))
    offers = offers_of(options.offers) if options.offers is not None else {}
    limits = limits_of(options.only, options.python, offers)
    allowed = read_allowed(options.allow) if options.allow is not None else Allowances()
    files: dict[str, bytes] = {}
    tests, matrices = _suite(options, files)
    check_limits(limits, offers, matrices)
    if not tests:
        valid = "tests that have a marker of this plugin, or a declaration"
        raise CompatibilityError(Problem("there is no gated test to plan for", valid))
    # Imported here, since it is much, and bad input need not wait for it.
    from pytest_ddcompat.planning.plan import make_plan

    plan = make_plan(
        tests, matrices, limits, today(), options.time_limit, boundaries=options.boundaries
    )
    resolved: list[Resolved] = []
    if options.resolve:
        # Imported here, since it starts other processes.
        from pytest_ddcompat.cli.plan_resolve import resolve

        resolved = resolve(plan.environments)
        plan = plan._replace(environments=tuple(each.planned for each in resolved))
    never = [each.test for each in plan.impossible]
    unneeded = [test for entry in allowed.unneeded(never) for test in entry.tests]
    beside = Beside(None, resolved, allowed.among(never), unneeded)
    if options.existing is not None:
        # Imported here, since it needs readers of YAML.
        from pytest_ddcompat.cli.plan_existing import existing_of

        told = {*never, *(each.test for each in plan.undetermined)}
        existing = existing_of(options.existing, tests, matrices, limits, never=told)
        beside = beside._replace(existing=existing)
    _tell(plan, beside, options)
    _write(plan, beside, options, files)
    return int(len(never) > len(beside.allowed))


def _tell(plan: Plan, beside: Beside, options: argparse.Namespace) -> None:
    """Say on standard error what a form for a tool has no place for."""
    if options.format not in _FOR_TOOLS:
        return
    lines = [
        f"no environment runs {each.test}"
        for each in plan.impossible
        if each.test not in beside.allowed
    ]
    notes = [
        f"environment {number}: {note}"
        for number, planned in enumerate(plan.environments, start=1)
        for note in planned.notes
    ]
    notes += not_hosted(plan) if options.format == "github" else []
    notes += [f"of --allow no longer needed: {test}" for test in beside.unneeded]
    told = [*(f"ddcompat: {line}" for line in lines), *(f"ddcompat: note: {n}" for n in notes)]
    if told:
        write_error("\n".join(map(printable, told)))


def _suite(
    options: argparse.Namespace, files: dict[str, bytes]
) -> tuple[list[GatedTest], Matrices]:
    if options.record is not None:
        record = read_record(options.record)
        matrices = _named(options.matrix, files) or _recorded(record)
        tests = read_decisions(record, requirements_of(record, options.record))
        return tests, Matrices(matrices, _declared_facts(options))
    further = ["-c", options.config_file] if options.config_file is not None else []
    found = collect(options.collect, "--collect", further, parts=True)
    problems = [f"{t['place']}: {problem}" for t in found["tests"] for problem in t["problems"]]
    problems += [f"{name}: skipped when it is imported: {why}" for name, why in found["skipped"]]
    if problems:
        lines = (printable(cut(problem, _LONGEST)) for problem in problems)
        write_error("\n".join(f"not planned: {line}" for line in lines))
    # A test with a problem is left out, as it is of a record: what it requires is not known.
    gated = [test for test in found["tests"] if test["gated"] and not test["problems"]]
    tests = read_markers((t["id"], [*t["markers"], *t["declared"]]) for t in gated)
    return tests, Matrices(_matrices(options, files), _declared_facts(options))


def _recorded(record: Mapping[str, Any]) -> list[Matrix]:
    """Load the matrices of a record, which must be bundled ones."""
    found = []
    for row in record["matrices"]:
        if row["id"] not in bundled_ids():
            problem = unknown_name(f'no matrix "{row["id"]:.80}" is bundled', row["id"], [])
            valid = "--matrix PATH, for each matrix of the record"
            raise CompatibilityError(problem._replace(valid=valid))
        matrix = matrix_named(row["id"])
        if matrix.digest != row["sha256"]:
            what = f"the matrix {row['id']} is another than that of the record"
            write_error(f"ddcompat: note: {what}; the plan goes by the present one")
        found.append(matrix)
    return found


def _matrices(options: argparse.Namespace, files: dict[str, bytes]) -> list[Matrix]:
    """Load the matrices that options name, else those of the ini file, else the default one."""
    if options.matrix:
        return _named(options.matrix, files)
    file = config_file_of(options)
    named = [] if file is None else file.lines("ddcompat_matrix")
    folder = Path() if file is None else file.path.parent
    bundled = {*bundled_ids()}
    paths = [name if name in bundled else str(folder / name) for name in named]
    return _named(paths or [DEFAULT], files)


def _named(names: Sequence[str], files: dict[str, bytes]) -> list[Matrix]:
    return [matrix_named(name, files=files) for name in names]


def _declared_facts(options: argparse.Namespace) -> Sequence[Any]:
    """Return the user-defined facts that the declarations files of the ini file declare."""
    named = declarations_files_of(config_file_of(options))
    if not named:
        return ()
    return load_declarations([(name, read_content(path, name)) for name, path in named]).facts


def _write(plan: Plan, beside: Beside, options: argparse.Namespace, files: Iterable[str]) -> None:
    if options.format == "requirements" and options.output is not None:
        write_requirements(requirement_files(plan), Path(options.output))
        return
    if options.format == "text" and options.output is None:
        with printing() as out:
            print_plan(plan, beside, out)
        return
    text = {
        "text": lambda: render_text(lambda out: print_plan(plan, beside, out), _WIDTH),
        "json": lambda: json.dumps({**plan.to_mapping(), **beside.to_mapping()}, indent=2),
        "markdown": lambda: markdown(plan, beside),
        "github": lambda: github(plan),
        "tox": lambda: tox(plan),
        "requirements": lambda: "\n".join(requirement_files(plan)),
    }[options.format]()
    pages = filter(os.path.exists, (*options.matrix, *files))  # others are ids
    show(text, options, [options.record, options.offers, options.existing, options.allow, *pages])
