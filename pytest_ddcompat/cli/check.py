"""`ddcompat check`: every capability of the page, held against the environment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.cli.common import (
    Subcommands,
    add_command,
    add_environment_options,
    add_format_option,
    add_matrix_option,
    add_requirement_options,
    complete,
    environment_of,
    fact_rows,
    matrix_of,
    requirement_of,
)
from pytest_ddcompat.cli.output import printing, write
from pytest_ddcompat.evaluation.evaluate import evaluate
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.evaluation.remedies import find_remedies
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rich.console import Console

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.verdict import Verdict
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["Answer", "add", "answers", "run"]


class Answer(NamedTuple):
    """One capability held against the environment.

    Attributes:
        capability: Its id, or the expression that was asked.
        verdict: What it came to.
        mend: What would let it be supported; empty if nothing is known.
    """

    capability: str
    verdict: Verdict
    mend: tuple[str, ...]


def add(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        subcommands,
        "check",
        "tell which capabilities the environment supports, and why not",
        "ddcompat check threat_protection --framework django",
    )
    named = parser.add_argument(
        "capabilities",
        metavar="CAPABILITY",
        nargs="*",
        help="id, documented name or expression (default: all of the page)",
    )
    complete(named, lambda matrix: matrix.capability_names())
    add_requirement_options(parser)
    add_environment_options(parser)
    add_matrix_option(parser)
    parser.add_argument(
        "--strict", action="store_true", help="undetermined counts as unsupported for the status"
    )
    add_format_option(parser, "json")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the answer.

    Returns:
        0 if all is supported, 1 if something is not.

    Raises:
        CompatibilityError: An option, a file or a name cannot be understood.
    """
    matrix, environment = matrix_of(options), environment_of(options)
    found = answers(options.capabilities, options, environment, matrix)
    if options.format == "json":
        write(_json(found, environment, matrix))
    else:
        with printing() as out:
            _print(found, environment, matrix, out)
    bad = {Status.UNSUPPORTED, Status.UNDETERMINED} if options.strict else {Status.UNSUPPORTED}
    return int(any(answer.verdict.status in bad for answer in found))


def answers(
    names: Sequence[str], options: argparse.Namespace, environment: Environment, matrix: Matrix
) -> list[Answer]:
    """Hold capabilities against an environment; all of the page where none is named.

    Raises:
        RequirementError: The page does not have one, or an option cannot be understood.
    """
    found = []
    for name in names or [capability.id for capability in matrix.capabilities]:
        requirement = requirement_of(name, options)
        verdict = evaluate(requirement, environment, matrix)
        capability = matrix.find_capability(name)
        remedies = find_remedies([requirement], environment, Matrices([matrix])).phrases
        found.append(Answer(capability.id if capability else name, verdict, remedies))
    return found


def _json(found: Sequence[Answer], environment: Environment, matrix: Matrix) -> str:
    return json.dumps(
        {
            "matrix": matrix.page.id,
            "environment": environment.to_mapping(matrix.framework_names()),
            "capabilities": [
                {
                    "capability": answer.capability,
                    "status": answer.verdict.status.value,
                    "findings": [f.to_mapping() for f in answer.verdict.findings],
                }
                for answer in found
            ],
        },
        indent=2,
    )


def _print(found: Sequence[Answer], environment: Environment, matrix: Matrix, out: Console) -> None:
    from rich.table import Table

    out.print(printable(f"{matrix.page.title} ({matrix.page.id}, read {matrix.page.read})"))
    out.print(matrix.page.address, soft_wrap=True)
    facts = Table(box=None, pad_edge=False)
    for head in ("fact", "value", "taken from"):
        facts.add_column(head, overflow="fold")
    for row in fact_rows(environment, matrix):
        facts.add_row(*row)
    out.print(facts)
    table = Table("capability", "verdict", "why, and what would mend it", pad_edge=False)
    table.columns[0].overflow = table.columns[2].overflow = "fold"
    table.columns[0].max_width = 24
    table.columns[1].min_width = max(map(len, _STYLES))
    for answer in found:
        status = answer.verdict.status.value
        table.add_row(printable(answer.capability), status, _why(answer), style=_STYLES[status])
    out.print(table)


_STYLES = {"supported": "green", "unsupported": "red", "undetermined": "yellow"}


def _why(answer: Answer) -> str:
    sentences = [finding.sentence for finding in answer.verdict.decisive]
    lines = sentences or [_notes(answer.verdict)]
    if answer.mend:
        lines.append(f"would mend it: {' and '.join(answer.mend)}")
    return "\n".join(map(printable, lines))


def _notes(verdict: Verdict) -> str:
    """What is worth saying of a capability that is supported."""
    findings = {finding.check: finding for finding in verdict.findings}
    words = []
    if "(preview)" in findings["tracer"].documented:
        words.append("a preview")
    if "End of Life" in findings["release"].observed:
        words.append(findings["release"].observed)
    return "; ".join(words)
