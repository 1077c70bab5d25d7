"""`ddcompat facts`: print the environment as JSON, for `--ddcompat-facts` elsewhere.

It needs the core's dependencies alone, so that it can run where the service runs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import environment_by, matrix_named
from pytest_ddcompat.cli.output import write
from pytest_ddcompat.environment.layers import Layer
from pytest_ddcompat.environment.parsing import facts_from_mapping
from pytest_ddcompat.evaluation.evaluate import check_requirement
from pytest_ddcompat.matrix.loading import DEFAULT
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.day import today

if TYPE_CHECKING:
    import argparse

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "Print the facts of your environment as JSON, for --ddcompat-facts on another machine"
EXAMPLE = "ddcompat facts --framework tornado > facts.json"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    arguments.add_python(parser)
    arguments.add_agent(parser)
    parser.add_argument(
        "--matrix",
        metavar="ID|PATH",
        default=DEFAULT,
        help="Include the frameworks of this matrix, and the facts that it declares "
        f"(default: {DEFAULT})",
    )
    purpose = "Include this framework, which the page does not name; you can repeat this option"
    arguments.add_repeatable(parser, "--framework", "NAME", purpose)
    purpose = "Include this distribution, for requires_package; you can repeat this option"
    arguments.add_repeatable(parser, "--package", "NAME", purpose)
    parser.add_argument(
        "--date",
        metavar="DATE",
        nargs="?",
        const="today",
        help="Include this day, by which support levels are judged (without DATE: today)",
    )


def run(options: argparse.Namespace) -> int:
    """Print the facts; return 0."""
    date = today().isoformat() if options.date == "today" else options.date
    layers = [] if date is None else [Layer.of("--date", [f"date={date}"])]
    matrix = matrix_named(options.matrix)
    environment = environment_by(layers, options.agent, [matrix], options.python)
    for name in options.framework:
        facts_from_mapping({"frameworks": {name: None}}, "--framework")
        check_requirement(Requirement.framework(name), matrix)
    for name in options.package:
        facts_from_mapping({"packages": {name: None}}, "--package")
    names = [*matrix.framework_names(), *options.framework]
    own = [row.id for row in matrix.own_facts.values()]
    write(json.dumps(environment.to_mapping(names, options.package, own), indent=2))
    return 0
