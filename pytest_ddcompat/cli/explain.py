"""`ddcompat explain`: show every check of one capability."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import (
    environment_of,
    matrix_named,
    origins,
    requirement_of,
)
from pytest_ddcompat.cli.output import folded, printing
from pytest_ddcompat.evaluation.evaluate import evaluate
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse

    from pytest_ddcompat.evaluation.verdict import Finding

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "Show every check of one capability, with the words of the page"
EXAMPLE = "ddcompat explain api_security --set tracer=2.5.0"

_STYLES = {"satisfied": "green", "violated": "red", "unknown": "yellow", "not_applicable": "dim"}


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    named = parser.add_argument(
        "capability",
        metavar="CAPABILITY",
        help="Id or name of a capability, or an expression of them",
    )
    arguments.complete(named, lambda matrix: matrix.capability_names())
    arguments.add_requirement(parser)
    arguments.add_environment(parser)
    arguments.add_matrix(parser)


def run(options: argparse.Namespace) -> int:
    """Print the findings; return 0, whatever the verdict."""
    matrix = matrix_named(options.matrix)
    environment = environment_of(options, matrix)
    verdict = evaluate(requirement_of(options.capability, options), environment, matrix)
    with printing() as out:
        out.print(printable(f"{options.capability}: {verdict.status.value}"), style="bold")
        out.print(printable(f"by {matrix.page.title} (read {matrix.page.read})"))
        for line in origins(options, matrix):
            out.print(line, soft_wrap=True)
        for finding in verdict.findings:
            headline = folded(_headline(finding), 2, out.width, "")
            out.print(headline, style=_STYLES[finding.outcome.value], soft_wrap=True)
            for label, words in _details(finding):
                line = folded(printable(f"{label}: {words}"), 4, out.width, "  ")
                out.print(line, soft_wrap=True)
    return 0


def _headline(finding: Finding) -> str:
    subject = f"{finding.subject} " if finding.subject else ""
    return f"{subject}{finding.check}: {finding.outcome.value.replace('_', ' ')}"


def _details(finding: Finding) -> list[tuple[str, str]]:
    details = (
        ("needs", finding.documented),
        ("found", finding.observed),
        ("from", finding.signal),
        ("page", finding.source),
        ("fix", finding.remedy),
    )
    return [(label, words) for label, words in details if words]
