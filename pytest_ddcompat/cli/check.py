"""`ddcompat check`: show which capabilities the environment supports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import environment_of, fact_rows, matrix_named, requirement_of
from pytest_ddcompat.cli.output import STYLES, fact_table, printing, write
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

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "show which capabilities the environment supports, and why others are not"
EXAMPLE = "ddcompat check threat_protection --framework django"


class _Answer(NamedTuple):
    """The verdict on one capability.

    Attributes:
        capability: Its id, or the expression that was given.
        verdict: The verdict.
        fix: What would make it supported; empty if nothing is known.
    """

    capability: str
    verdict: Verdict
    fix: tuple[str, ...]


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    named = parser.add_argument(
        "capabilities",
        metavar="CAPABILITY",
        nargs="*",
        help="id, documented name or expression (default: all of the matrix)",
    )
    arguments.complete(named, lambda matrix: matrix.capability_names())
    arguments.add_requirement(parser)
    arguments.add_environment(parser)
    arguments.add_matrix(parser)
    parser.add_argument(
        "--strict", action="store_true", help="exit with 1 for an undetermined capability, too"
    )
    arguments.add_format(parser, "json")


def run(options: argparse.Namespace) -> int:
    """Print the verdicts; return 1 if a capability is not supported."""
    matrix = matrix_named(options.matrix)
    environment = environment_of(options, matrix)
    found = _answers(options, environment, matrix)
    if options.format == "json":
        write(_json(found, environment, matrix))
    else:
        with printing() as out:
            _print(found, environment, matrix, out)
    bad = {Status.UNSUPPORTED, Status.UNDETERMINED} if options.strict else {Status.UNSUPPORTED}
    return int(any(answer.verdict.status in bad for answer in found))


def _answers(
    options: argparse.Namespace, environment: Environment, matrix: Matrix
) -> list[_Answer]:
    """Evaluate capabilities, or all of the matrix where none is named."""
    found = []
    for name in options.capabilities or [capability.id for capability in matrix.capabilities]:
        requirement = requirement_of(name, options)
        verdict = evaluate(requirement, environment, matrix)
        capability = matrix.find_capability(name)
        fix = find_remedies([requirement], environment, Matrices([matrix])).phrases
        found.append(_Answer(capability.id if capability else name, verdict, fix))
    return found


def _json(found: Sequence[_Answer], environment: Environment, matrix: Matrix) -> str:
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


def _print(
    found: Sequence[_Answer], environment: Environment, matrix: Matrix, out: Console
) -> None:
    from rich.table import Table

    out.print(printable(f"{matrix.page.title} ({matrix.page.id}, read {matrix.page.read})"))
    out.print(matrix.page.address, soft_wrap=True)
    out.print(fact_table(fact_rows(environment, matrix)))
    table = Table("capability", "verdict", "reason and fix", pad_edge=False)
    # Folded, or rich would cut long ids and end them in an ellipsis.
    table.columns[0].overflow = table.columns[2].overflow = "fold"
    table.columns[0].max_width = 24
    table.columns[1].min_width = max(map(len, STYLES))
    for answer in found:
        status = answer.verdict.status.value
        table.add_row(printable(answer.capability), status, _why(answer), style=STYLES[status])
    out.print(table)


def _why(answer: _Answer) -> str:
    sentences = [finding.sentence for finding in answer.verdict.decisive]
    lines = sentences or [_notes(answer.verdict)]
    if answer.fix:
        lines.append(f"fix: {' and '.join(answer.fix)}")
    return "\n".join(map(printable, lines))


def _notes(verdict: Verdict) -> str:
    """Return what a reader should know of a supported capability."""
    findings = {finding.check: finding for finding in verdict.findings}
    words = []
    if "(preview)" in findings["tracer"].documented:
        words.append("a preview")
    if "End of Life" in findings["release"].observed:
        words.append(findings["release"].observed)
    return "; ".join(words)
