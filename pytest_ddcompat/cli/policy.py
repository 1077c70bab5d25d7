"""`ddcompat policy`: show what happens to tests of each capability, and by which line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import (
    environment_of,
    matrix_named,
    print_environment,
    requirement_of,
)
from pytest_ddcompat.cli.output import STYLES, folded, printing, write
from pytest_ddcompat.cli.run_options import (
    add_config_file,
    config_file_of,
    lines_of,
    policy_of,
)
from pytest_ddcompat.evaluation.checks.common import Situation
from pytest_ddcompat.evaluation.evaluate import evaluate
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.policy_lines import decide
from pytest_ddcompat.values.text import printable, quoted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rich.console import Console

    from pytest_ddcompat.cli.ini_file import IniFile
    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.policy import Policy
    from pytest_ddcompat.evaluation.policy_lines import PolicyLines, Ruling
    from pytest_ddcompat.evaluation.verdict import Verdict
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "Show what happens to tests of each capability in your environment, and by which line"
EXAMPLE = 'ddcompat policy --line "code_security: xfail" --line "*[end_of_life]: fail"'

_INDENT = 2 + max(len(action.value) for action in Action)


class _Answer(NamedTuple):
    """The action on a test that requires one capability.

    Attributes:
        capability: Its id.
        verdict: The verdict.
        ruling: The action, and the line that says so.
    """

    capability: str
    verdict: Verdict
    ruling: Ruling


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    purpose = "Use this line instead of those of the ini file; you can repeat this option"
    arguments.add_repeatable(parser, "--line", "LINE", purpose)
    add_config_file(parser)
    arguments.add_requirement(parser)
    arguments.add_environment(parser)
    arguments.add_matrix(parser)
    arguments.add_format(parser, "json")


def run(options: argparse.Namespace) -> int:
    """Print the actions; return 0."""
    file = config_file_of(options)
    matrix = matrix_named(options.matrix)
    lines, policy = lines_of(file, options.line), policy_of(file)
    lines.check([matrix])
    environment = environment_of(options, matrix)
    found = _answers(options, lines, policy, environment, matrix)
    if options.format == "json":
        write(_json(found, file, lines, environment, matrix))
        return 0
    with printing() as out:
        source = f"options of {file.path if file else 'no file'}"
        print_environment(options, environment, matrix, out, source)
        _print(found, out)
    return 0


def _answers(
    options: argparse.Namespace,
    lines: PolicyLines,
    policy: Policy,
    environment: Environment,
    matrix: Matrix,
) -> list[_Answer]:
    level = Situation.of(environment, matrix).level
    found = []
    for capability in matrix.capabilities:
        requirement = requirement_of(capability.id, options)._replace(preview=lines.previews)
        verdict = evaluate(requirement, environment, matrix)
        ruling = decide(lines, policy, verdict, matrix, level)
        found.append(_Answer(capability.id, verdict, ruling))
    return found


def _json(
    found: Sequence[_Answer],
    file: IniFile | None,
    lines: PolicyLines,
    environment: Environment,
    matrix: Matrix,
) -> str:
    return json.dumps(
        {
            "matrix": matrix.page.id,
            "environment": environment.to_mapping(matrix.framework_names()),
            "file": None if file is None else str(file.path),
            "lines": [line.text for line in lines.lines],
            "previews": lines.previews,
            "capabilities": [
                {
                    "capability": answer.capability,
                    "status": answer.verdict.status.value,
                    "action": answer.ruling.action.value,
                    "line": answer.ruling.line.text if answer.ruling.line else None,
                    "check": answer.ruling.finding.check if answer.ruling.finding else None,
                }
                for answer in found
            ],
        },
        indent=2,
    )


def _print(found: Sequence[_Answer], out: Console) -> None:
    for answer in found:
        status, action = answer.verdict.status.value, answer.ruling.action.value
        line = f"{action:{_INDENT}}{printable(answer.capability)}"
        out.print(line, style=STYLES[status], soft_wrap=True)
        for words in _why(answer):
            out.print(folded(printable(words), _INDENT, out.width), soft_wrap=True)


def _why(answer: _Answer) -> list[str]:
    """Return the verdict and what acts on it, and the findings that are the reason."""
    line, finding = answer.ruling.line, answer.ruling.finding
    status = answer.verdict.status.value
    by = f"by {quoted(line.text)}" if line else "" if answer.verdict else "by the run's options"
    findings = [*answer.verdict.decisive]
    if finding is not None and finding not in findings:
        findings.append(finding)
    return [", ".join(filter(None, (status, by))), *(one.sentence for one in findings)]
