"""`ddcompat facts`: the environment as JSON, for `--ddcompat-facts` elsewhere.

Works with the core's dependencies alone, so that it can be run where the service runs.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

from pytest_ddcompat.cli.common import Subcommands, add_agent_option, add_command
from pytest_ddcompat.cli.output import write
from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.environment.machine import Detector, check_agent_option
from pytest_ddcompat.environment.parsing import facts_from_mapping, facts_from_settings
from pytest_ddcompat.evaluation.evaluate import check_requirement
from pytest_ddcompat.matrix.loading import load_matrix
from pytest_ddcompat.requirement.requirement import Requirement

if TYPE_CHECKING:
    import argparse

__all__ = ["add", "run"]


def add(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        subcommands,
        "facts",
        "print the environment as JSON, for --ddcompat-facts elsewhere",
        "ddcompat facts --framework tornado > facts.json",
    )
    add_agent_option(parser)
    parser.add_argument(
        "--framework",
        metavar="NAME",
        action="append",
        default=[],
        help="look up a framework that the page does not have, too (repeatable)",
    )
    parser.add_argument(
        "--date",
        metavar="DATE",
        nargs="?",
        const="today",
        help="include a date, which decides support levels (default: today's, if given)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the facts.

    Returns:
        0.

    Raises:
        CompatibilityError: An option cannot be understood.
    """
    date = dt.date.today().isoformat() if options.date == "today" else options.date
    given = facts_from_settings([f"date={date}"], "--date") if options.date is not None else {}
    check_agent_option(options.agent, "--agent")
    environment = Environment(given, Detector(agent=options.agent))
    matrix = load_matrix()
    for name in options.framework:
        facts_from_mapping({"frameworks": {name: None}}, "--framework")
        check_requirement(Requirement.framework(name), matrix)
    names = [*matrix.framework_names(), *options.framework]
    write(json.dumps(environment.to_mapping(names), indent=2))
    return 0
