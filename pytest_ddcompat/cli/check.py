"""`ddcompat check`: show which capabilities the environment supports."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import (
    environment_of,
    installed_frameworks,
    matrix_named,
    print_environment,
    requirement_of,
)
from pytest_ddcompat.cli.output import STYLES, folded, printing, write
from pytest_ddcompat.evaluation.evaluate import evaluate
from pytest_ddcompat.evaluation.expectations import expectations_of, unexpected
from pytest_ddcompat.evaluation.pages import Matrices, Verdicts
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
    purpose = "Exit with status 1 unless this capability, or expression, is supported; repeatable"
    arguments.add_repeatable(parser, "--expect", "EXPRESSION", purpose)
    parser.add_argument(
        "--exactly",
        action="store_true",
        help="Exit with status 1, too, if a capability is supported that no --expect names",
    )
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
    """Print the verdicts; return 1 if a capability is not supported, or an expectation not met."""
    matrix = matrix_named(options.matrix)
    environment = environment_of(options, matrix)
    expected = _Expected.of(options, environment, matrix)
    found = _answers(options, environment, matrix)
    if options.format == "json":
        write(_json(found, expected, environment, matrix))
    else:
        with printing() as out:
            print_environment(options, environment, matrix, out)
            _print(found, out)
            _print(expected.answers, out)
            for line in (*expected.lines(), *_not_judged(options, environment, matrix)):
                out.print(folded(line, 0, out.width), soft_wrap=True)
    bad = {Status.UNSUPPORTED, Status.UNDETERMINED} if options.strict else {Status.UNSUPPORTED}
    return int(any(answer.verdict.status in bad for answer in found) or not expected.is_met)


class _Expected(NamedTuple):
    """The expectations of the options, compared with the environment.

    Attributes:
        answers: The verdict on each expectation.
        unexpected: Capabilities that are supported though none is expected; None if those do not
            matter.
    """

    answers: list[_Answer]
    unexpected: list[str] | None

    @classmethod
    def of(cls, options: argparse.Namespace, environment: Environment, matrix: Matrix) -> _Expected:
        """Evaluate the expectations that the options name.

        Raises:
            RequirementError: One cannot be understood.
        """
        matrices = Matrices([matrix])
        expectations = expectations_of(options.expect, matrices, "--expect")
        answers = [_answer(one.text, options, environment, matrix) for one in expectations]
        others = None
        if options.exactly:
            verdicts = Verdicts(environment, matrices)
            others = unexpected(expectations, matrices, verdicts, preview=True)
        return cls(answers, others)

    @property
    def is_given(self) -> bool:
        """Whether anything is expected."""
        return bool(self.answers) or self.unexpected is not None

    @property
    def unmet(self) -> list[_Answer]:
        """The expectations that are not known to be supported."""
        return [answer for answer in self.answers if not answer.verdict]

    @property
    def is_met(self) -> bool:
        """Whether all is as expected."""
        return not (self.unmet or self.unexpected)

    def lines(self) -> list[str]:
        """Return what is not as expected, in words."""
        found = [(one.capability, one.verdict.status.value) for one in self.unmet]
        found += [(name, Status.SUPPORTED.value) for name in self.unexpected or ()]
        lines = [f"not as expected: {printable(name)} is {status}" for name, status in found]
        return ["", *lines] if lines else []

    def to_mapping(self) -> dict[str, object]:
        """Return the same as JSON has it; empty if nothing is expected."""
        if not self.is_given:
            return {}
        expectations = [_plain(answer, "expression") for answer in self.answers]
        return {"expectations": expectations, "unexpected": self.unexpected or []}


def _answers(
    options: argparse.Namespace, environment: Environment, matrix: Matrix
) -> list[_Answer]:
    """Evaluate capabilities, or all of the matrix where neither they nor expectations are named."""
    names = options.capabilities
    if not (names or options.expect or options.exactly):
        names = [capability.id for capability in matrix.capabilities]
    return [_answer(name, options, environment, matrix) for name in names]


def _answer(
    name: str, options: argparse.Namespace, environment: Environment, matrix: Matrix
) -> _Answer:
    requirement = _marker(name) if _MARKER.match(name) else requirement_of(name, options)
    verdict = evaluate(requirement, environment, matrix)
    capability = matrix.find_capability(name)
    fix = find_remedies([requirement], environment, Matrices([matrix])).phrases
    return _Answer(capability.id if capability else name, verdict, fix)


def _marker(text: str) -> Requirement:
    from pytest_ddcompat.requirement import markers  # here, as it imports pytest

    try:
        name, positional, keywords = call_of(text)
    except (TypeError, ValueError, SyntaxError, RecursionError, MemoryError):
        what = f'"{text[:80]}" is not a marker'
        raise RequirementError(Problem(what, "a call, as in Python")) from None
    return markers.requirement_of(name, (*positional,), keywords)[0]


def _plain(answer: _Answer, key: str) -> dict[str, object]:
    return {
        key: answer.capability,
        "status": answer.verdict.status.value,
        "findings": [finding.to_mapping() for finding in answer.verdict.findings],
    }


def _json(
    found: Sequence[_Answer], expected: _Expected, environment: Environment, matrix: Matrix
) -> str:
    return json.dumps(
        {
            "matrix": matrix.page.id,
            "environment": environment.to_mapping(matrix.framework_names()),
            "capabilities": [_plain(answer, "capability") for answer in found],
            **expected.to_mapping(),
        },
        indent=2,
    )


def _print(found: Sequence[_Answer], out: Console) -> None:
    if not found:
        return
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
