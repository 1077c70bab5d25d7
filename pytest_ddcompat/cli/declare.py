"""`ddcompat declare`: show what is declared for tests, or declare what their markers say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.common import environment_of, fact_rows, matrix_named, origins
from pytest_ddcompat.cli.output import STYLES, folded, print_facts, printing, write
from pytest_ddcompat.cli.run_options import (
    add_config_file,
    config_file_of,
    declarations_files_of,
    lines_of,
    policy_of,
    states_of,
)
from pytest_ddcompat.declarations.collected import nearest_declared
from pytest_ddcompat.declarations.file import load_declarations, read_content
from pytest_ddcompat.declarations.matching import elements_of
from pytest_ddcompat.evaluation.decision import combine, decide
from pytest_ddcompat.evaluation.declared import decide_declared, runs_in
from pytest_ddcompat.evaluation.pages import Matrices, Verdicts
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.remedies import find_remedies
from pytest_ddcompat.evaluation.ruling import Rules
from pytest_ddcompat.values.errors import CompatibilityError, DeclarationError, Problem
from pytest_ddcompat.values.text import printable, quoted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from pytest_ddcompat.cli.ini_file import IniFile
    from pytest_ddcompat.declarations.file import Declaration, Declarations
    from pytest_ddcompat.evaluation.decision import Decision
    from pytest_ddcompat.evaluation.declared_value import Declared
    from pytest_ddcompat.evaluation.policy import Policy
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "Show what is declared for tests, or write their markers as declarations"
EXAMPLE = "ddcompat declare tests/test_login.py --declarations declared.toml"

_INDENT = 2
_ONLY_WITHOUT = ("declarations", "config_file", "facts", "set", "python")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "tests",
        metavar="TEST",
        nargs="*",
        help="Id of a test, class, file or folder (default: all that are declared); with "
        "--from-markers, a file or folder (default: as pytest has it)",
    )
    purpose = "Read this file instead of those of the ini file; you can repeat this option"
    arguments.add_repeatable(parser, "--declarations", "FILE", purpose)
    parser.add_argument(
        "--from-markers",
        action="store_true",
        help="Write the markers of tests as a declarations file; pytest collects the tests, and "
        "imports their modules for that, but runs none",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="With --from-markers: write to this file instead of standard output",
    )
    add_config_file(parser)
    arguments.add_environment(parser)
    arguments.add_matrix(parser)
    arguments.add_format(parser, "json")


def run(options: argparse.Namespace) -> int:
    """Print what is declared, or write declarations; return 0."""
    if options.from_markers:
        given = [name for name in _ONLY_WITHOUT if getattr(options, name)]
        if given:
            option = f"--{given[0].replace('_', '-')}"
            raise CompatibilityError(f"{option} has no meaning beside --from-markers")
        # Imported here, since it starts other processes.
        from pytest_ddcompat.cli.marked import write_declarations

        return write_declarations(options)
    if options.output is not None:
        raise CompatibilityError("--output has no meaning without --from-markers")
    file = config_file_of(options)
    declarations = _load(options, file)
    matrix = matrix_named(options.matrix)
    matrices = Matrices([matrix], declarations.facts)
    environment = environment_of(options, matrix, own_facts=matrices.own_facts)
    rules = Rules(policy_of(file), lines_of(file))
    rules.lines.check(matrices)
    judge = _Judge(Verdicts(environment, matrices), rules, states_of(file))
    found = [_answer(test, declarations, judge) for test in _tests(options.tests, declarations)]
    if options.format == "json":
        account = {
            "matrix": matrix.page.id,
            "environment": environment.to_mapping(matrix.framework_names()),
            "tests": [answer.to_mapping() for answer in found],
        }
        write(json.dumps(account, indent=2))
        return 0
    with printing() as out:
        for line in (*origins(options, matrix), f"options of {file.path if file else 'no file'}"):
            out.print(printable(line), soft_wrap=True)
        print_facts(fact_rows(environment, matrix), out)
        for answer in found:
            out.print()
            _print(answer, out)
    return 0


def _load(options: argparse.Namespace, file: IniFile | None) -> Declarations:
    named = [(name, Path(name)) for name in options.declarations] or declarations_files_of(file)
    if not named:
        what = "no file of declarations is named"
        raise CompatibilityError(Problem(what, "--declarations FILE, or ddcompat_declarations"))
    contents: list[tuple[str, bytes]] = []
    problems: list[Problem] = []
    for name, path in named:
        try:
            contents.append((name, read_content(path, name)))
        except DeclarationError as error:
            problems += error.problems
    if problems:
        raise DeclarationError(problems)
    return load_declarations(contents)


class _Judge:
    """Decides on requirements by the actions of a run.

    Attributes:
        verdicts: The verdicts of the environment.
        policy: The run's own actions.
        actions: What a test does that is in a state, by the state.
        folder: Empty: no conftest gives facts.
    """

    folder = ""

    def __init__(self, verdicts: Verdicts, rules: Rules, actions: Mapping[str, Action]) -> None:
        self.verdicts = verdicts
        self.policy: Policy = rules.policy
        self.actions = actions
        self._rules = rules

    def judge(self, requirement: Requirement, *, strict: bool | None) -> Decision:
        """Decide on one requirement."""
        return decide(requirement, strict, self.verdicts, self.policy, self._rules)

    def combine(
        self, decisions: Sequence[Decision], declarations: tuple[Declared, ...] | None = None
    ) -> Decision:
        """Make one decision of several."""
        decision = combine(decisions)
        if declarations is None:
            return decision
        return decision.replaced(decision.action, declarations=declarations)

    def decide(self, declaration: Declaration) -> Decision:
        """Decide on a declaration, with remedies.

        Raises:
            DeclarationError: It names what the page does not have.
        """
        try:
            for requirement in (*declaration.requires, *declaration.when):
                self.verdicts.matrices.check(requirement)
            decision = decide_declared(declaration, self.actions, self)
        except CompatibilityError as error:
            place = declaration.place
            raise DeclarationError(p._replace(file=place) for p in error.problems) from None
        if decision.action.runs:
            return decision
        stopping = tuple(r for r in decision.requirements if not runs_in(r, self.actions))
        verdicts = self.verdicts
        remedies = find_remedies(
            stopping,
            verdicts.environment,
            verdicts.matrices,
            undetermined=self.policy.undetermined.runs,
            known=verdicts,
        )
        return decision.replaced(decision.action, remedies.phrases)


class _Answer(NamedTuple):
    """The declarations of a test, with the decision on each.

    Attributes:
        test: Its id, or that of a class, file or folder.
        declared: Its declarations, and the decision on each.
        decision: The decision on all of them; None if there is none.
        nearest: A declared id that may be meant; empty if none is similar.
    """

    test: str
    declared: tuple[tuple[Declaration, Decision], ...]
    decision: Decision | None
    nearest: str

    @property
    def action(self) -> str:
        """The action on the test."""
        return (self.decision.action if self.decision else Action.RUN).value

    def to_mapping(self) -> dict[str, object]:
        """Return it as JSON has it."""
        declared = [
            {
                "place": one.place,
                **_facts(one),
                "verdict": decision.status.value,
                "action": decision.action.value,
                "why": decision.reason,
                "mend": [*decision.remedies],
            }
            for one, decision in self.declared
        ]
        return {"test": self.test, "action": self.action, "declarations": declared}


def _tests(given: Sequence[str], declarations: Declarations) -> list[str]:
    """Return the ids that are asked for, each with the declared ones in it behind it."""
    declared = {test: elements_of(test) for one in declarations.declarations for test in one.tests}
    if not given:
        return sorted(declared)
    found: dict[str, None] = {}
    for test in given:
        asked = elements_of(test)
        size = len(asked)
        inner = sorted(one for one, e in declared.items() if e[:size] == asked and len(e) > size)
        if declarations.of(test) or not inner:
            found[test] = None
        found.update(dict.fromkeys(inner))
    return [*found]


def _answer(test: str, declarations: Declarations, judge: _Judge) -> _Answer:
    declared = tuple((one, judge.decide(one)) for one in declarations.of(test))
    if not declared:
        return _Answer(test, (), None, nearest_declared(declarations, test))
    return _Answer(test, declared, combine([decision for _, decision in declared]), "")


def _facts(declaration: Declaration) -> dict[str, object]:
    """Return what a declaration says, without what it leaves out."""
    said = {
        "tests": [*declaration.tests],
        "requires": [requirement.marker for requirement in declaration.requires],
        "state": declaration.state,
        "when": [requirement.marker for requirement in declaration.when],
        "unsupported": declaration.unsupported,
        "undetermined": declaration.undetermined,
        "ticket": declaration.ticket,
        "owner": declaration.owner,
        "feature": declaration.feature,
        "reason": declaration.reason,
    }
    return {key: value for key, value in said.items() if value}


def _print(answer: _Answer, out: Console) -> None:
    style = STYLES[answer.decision.status.value] if answer.decision else ""
    out.print(f"{printable(answer.test)}: {answer.action}", style=style, soft_wrap=True)
    if not answer.declared:
        near = f"; did you mean {quoted(answer.nearest)}?" if answer.nearest else ""
        out.print(folded(f"nothing declares this{near}", _INDENT, out.width), soft_wrap=True)
    for declaration, decision in answer.declared:
        head = f"{declaration.place}: {decision.status.value}, {decision.action.value}"
        out.print(folded(printable(head), _INDENT, out.width), soft_wrap=True)
        for line in _lines(declaration, decision):
            out.print(folded(printable(line), 2 * _INDENT, out.width), soft_wrap=True)


def _lines(declaration: Declaration, decision: Decision) -> list[str]:
    said = {key: value for key, value in _facts(declaration).items() if key != "tests"}
    lines = [
        f"{key}: {' and '.join(map(str, value)) if isinstance(value, list) else value}"
        for key, value in said.items()
    ]
    why = [f"why: {decision.reason}"] if decision.reason else []
    fix = [f"fix: {' and '.join(decision.remedies)}"] if decision.remedies else []
    return [*lines, *why, *fix]
