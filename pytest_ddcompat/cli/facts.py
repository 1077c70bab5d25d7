"""`ddcompat facts`: print the environment as JSON, for `--ddcompat-facts` elsewhere.

It needs the core's dependencies alone, so that it can run where the service runs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.output import write
from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.environment.machine import Detector, check_agent_option
from pytest_ddcompat.environment.parsing import facts_from_mapping, facts_from_settings
from pytest_ddcompat.evaluation.evaluate import check_requirement
from pytest_ddcompat.matrix.loading import load_matrix
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.day import today

if TYPE_CHECKING:
    import argparse

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "print the environment as JSON, for --ddcompat-facts elsewhere"
EXAMPLE = "ddcompat facts --framework tornado > facts.json"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    arguments.add_agent(parser)
    purpose = "include a framework that the matrix does not have (repeatable)"
    arguments.add_repeatable(parser, "--framework", "NAME", purpose)
    parser.add_argument(
        "--date",
        metavar="DATE",
        nargs="?",
        const="today",
        help="include a date, which decides support levels (without DATE: today)",
    )


def run(options: argparse.Namespace) -> int:
    """Print the facts; return 0."""
    date = today().isoformat() if options.date == "today" else options.date
    date_fact = facts_from_settings([f"date={date}"], "--date") if options.date is not None else {}
    check_agent_option(options.agent, "--agent")
    environment = Environment(date_fact, Detector(agent=options.agent))
    matrix = load_matrix()
    for name in options.framework:
        facts_from_mapping({"frameworks": {name: None}}, "--framework")
        check_requirement(Requirement.framework(name), matrix)
    names = [*matrix.framework_names(), *options.framework]
    write(json.dumps(environment.to_mapping(names), indent=2))
    return 0
