"""`ddcompat check`: show which capabilities the environment supports."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import (
    environment_of,
    fact_rows,
    installed_frameworks,
    matrix_named,
    origins,
    requirement_of,
)
from pytest_ddcompat.cli.output import STYLES, folded, print_facts, printing, write
from pytest_ddcompat.evaluation.evaluate import evaluate
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.evaluation.remedies import find_remedies
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.requirement.requirement import call_of
from pytest_ddcompat.values.errors import Problem, RequirementError
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rich.console import Console

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.verdict import Verdict
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = (
    "Show which capabilities your environment supports, and why it does not support the others"
)
EXAMPLE = "ddcompat check threat_protection --framework django"

_MARKER = re.compile(r"requires_\w+\(")
_NARROW = 2  # spaces before an id that does not fit beside its verdict
_INDENT = 2 + max(map(len, STYLES))


class _Answer(NamedTuple):
    """The verdict on one capability.

    Attributes:
        capability: Its id, or the expression or marker that was given.
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
        help="Id or name of a capability, an expression of them, or a marker such as "
        """'requires_package("httpx")' (default: all capabilities of the matrix)""",
    )
    arguments.complete(named, lambda matrix: matrix.capability_names())
    arguments.add_requirement(parser)
    arguments.add_environment(parser)
    arguments.add_matrix(parser)
    parser.add_argument(
        "--strict",
        action="store_true",
        help="Exit with status 1 if a capability is undetermined, too",
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
            _print_environment(options, environment, matrix, out)
            _print(found, out)
            for line in _not_judged(options, environment, matrix):
                out.print(folded(line, 0, out.width), soft_wrap=True)
    bad = {Status.UNSUPPORTED, Status.UNDETERMINED} if options.strict else {Status.UNSUPPORTED}
    return int(any(answer.verdict.status in bad for answer in found))


def _answers(
    options: argparse.Namespace, environment: Environment, matrix: Matrix
) -> list[_Answer]:
    """Evaluate capabilities, or all of the matrix where none is named."""
    found = []
    for name in options.capabilities or [capability.id for capability in matrix.capabilities]:
        requirement = _marker(name) if _MARKER.match(name) else requirement_of(name, options)
        verdict = evaluate(requirement, environment, matrix)
        capability = matrix.find_capability(name)
        fix = find_remedies([requirement], environment, Matrices([matrix])).phrases
        found.append(_Answer(capability.id if capability else name, verdict, fix))
    return found


def _marker(text: str) -> Requirement:
    from pytest_ddcompat.requirement import markers  # here, as it imports pytest

    try:
        name, positional, keywords = call_of(text)
    except (TypeError, ValueError, SyntaxError, RecursionError, MemoryError):
        what = f'"{text[:80]}" is not a marker'
        raise RequirementError(Problem(what, "a call, as in Python")) from None
    return markers.requirement_of(name, (*positional,), keywords)[0]


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


def _print_environment(
    options: argparse.Namespace, environment: Environment, matrix: Matrix, out: Console
) -> None:
    page = f"{matrix.page.title} ({matrix.page.id}, read {matrix.page.read})"
    out.print(folded(printable(page), 0, out.width), soft_wrap=True)
    for line in origins(options, matrix):
        out.print(line, soft_wrap=True)
    print_facts(fact_rows(environment, matrix), out)
    out.print()


def _print(found: Sequence[_Answer], out: Console) -> None:
    beside = out.width >= _INDENT + max(len(printable(answer.capability)) for answer in found)
    indent = _INDENT if beside else _NARROW
    for answer in found:
        status, name = answer.verdict.status.value, printable(answer.capability)
        line = f"{status:{_INDENT}}{name}" if beside else f"{status}\n{' ' * indent}{name}"
        out.print(line, style=STYLES[status], soft_wrap=True)
        for reason in _why(answer):
            out.print(folded(printable(reason), indent, out.width), soft_wrap=True)


def _not_judged(options: argparse.Namespace, environment: Environment, matrix: Matrix) -> list[str]:
    """Say how to ask for frameworks that are installed; a marker must name them, too."""
    if options.framework:
        return []
    names = installed_frameworks(environment, matrix)
    named = [f"{name} {environment.framework(name).words}" for name in names]
    if not named:
        return []
    what = printable(" and ".join(named))
    return ["", f"not judged: {what}; to judge a framework too, add --framework NAME"]


def _why(answer: _Answer) -> list[str]:
    sentences = [finding.sentence for finding in answer.verdict.decisive]
    fix = [f"fix: {' and '.join(answer.fix)}"] if answer.fix else []
    return [line for line in (*(sentences or [_notes(answer.verdict)]), *fix) if line]


def _notes(verdict: Verdict) -> str:
    """Return what a reader should know of a supported capability."""
    words = []
    for finding in verdict.findings:
        if finding.check == "tracer" and "(preview)" in finding.documented:
            words.append("a preview")
        if finding.check == "release" and "End of Life" in finding.observed:
            words.append(finding.observed)
    return "; ".join(words)
