"""Evaluate a requirement in an environment against a matrix."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Callable

from pytest_ddcompat.evaluation.checks import CHECKS
from pytest_ddcompat.evaluation.checks.common import Question, Situation
from pytest_ddcompat.evaluation.verdict import Finding, Outcome, Status, Verdict
from pytest_ddcompat.requirement.expression import Operation, has_operators, parse
from pytest_ddcompat.values.errors import RequirementError
from pytest_ddcompat.values.names import fold, is_misspelling, listed, unknown_name
from pytest_ddcompat.values.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.checks import Check
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.expression import Expression
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = [
    "capabilities_named", "check_requirement", "evaluate", "expression_of", "run_check",
    "verdict_of",
]  # fmt: skip

_ORDER = (Status.UNSUPPORTED, Status.UNDETERMINED, Status.SUPPORTED)
_VIOLATED, _UNKNOWN = Outcome.VIOLATED, Outcome.UNKNOWN  # members are slow to look up
_TEST = "the test"


def evaluate(requirement: Requirement, environment: Environment, matrix: Matrix) -> Verdict:
    """Evaluate a requirement in an environment against a matrix.

    Args:
        requirement: What is required.
        environment: The facts.
        matrix: The matrix; where the requirement names one, it must be that.

    Returns:
        The verdict, with every check's finding.

    Raises:
        RequirementError: The requirement names another matrix, or what this one does not have.
        FactsError: A given fact has a value that the matrix does not declare.
    """
    check_requirement(requirement, matrix)
    if requirement.kind == "state":
        # Imported here, since most runs declare none.
        from pytest_ddcompat.evaluation.states import Condition, evaluate_state

        conditions = [
            Condition(condition, matrix, evaluate(condition, environment, matrix))
            for condition in requirement.when
        ]
        return evaluate_state(requirement, conditions, environment)
    if matrix.own_facts and not environment.declared:
        environment = environment.declaring(matrix.own_facts)
    situation = Situation.of(environment, matrix)
    if requirement.kind == "capability":
        return _evaluate_expression(expression_of(requirement, matrix), requirement, situation)
    # Here, as many suites ask for capabilities only.
    from pytest_ddcompat.evaluation.checks.alone import findings_alone

    found = _with_removed_rows(partial(findings_alone, requirement), situation)
    return verdict_of(Finding.all_about(_TEST, found))


@lru_cache(maxsize=4096)
def check_requirement(requirement: Requirement, matrix: Matrix) -> None:
    """Refuse a requirement of another matrix, and names that the matrix does not have.

    A framework or data store that the page does not name is refused only where it looks like a
    misspelling of one that it names: the page need not list all.

    Raises:
        RequirementError: Which name it is, and the nearest that the page has.
    """
    if requirement.matrix not in {None, matrix.page.id}:
        raise RequirementError(
            f"this requirement is for another matrix (got {quoted(matrix.page.id)}); "
            f"valid: {quoted(str(requirement.matrix))}"
        )
    if requirement.kind == "capability":
        for name in capabilities_named(requirement, matrix):
            matrix.capability(name)
    for name in requirement.deployments:
        matrix.deployment(name)
    _refuse_misspellings("framework", requirement.frameworks, matrix.framework_names())
    _refuse_misspellings("data store", requirement.datastores, matrix.datastore_names())


def capabilities_named(requirement: Requirement, matrix: Matrix) -> Iterable[str]:
    """Return every capability that a requirement names, as it writes it.

    Args:
        requirement: One of the kind `capability`.
        matrix: The matrix, whose names may hold the words of an expression.

    Raises:
        RequirementError: An expression cannot be understood.
    """
    return _names(expression_of(requirement, matrix))


@lru_cache(maxsize=4096)
def expression_of(requirement: Requirement, matrix: Matrix) -> Expression:
    """Return what a requirement of capabilities asks for; refuse what cannot be understood."""
    operands: list[Expression] = []
    for name in requirement.names:
        known = matrix.find_capability(name)
        if not known:
            # Here, as most runs have no expression.
            from pytest_ddcompat.evaluation.respelling import refuse_other_spelling

            refuse_other_spelling(name, matrix)
        operands.append(name if known or not has_operators(name) else parse(name))
    return operands[0] if len(operands) == 1 else Operation("and", tuple(operands))


def _names(node: Expression) -> Iterable[str]:
    if isinstance(node, str):
        yield node
    else:
        for operand in node.operands:
            yield from _names(operand)


def _refuse_misspellings(kind: str, names: Sequence[str], valid: Sequence[str]) -> None:
    folded = {fold(name) for name in valid}
    for name in names:
        if fold(name) not in folded and (is_misspelling(name, valid) or listed(name, valid)):
            what = f'the page has no {kind} "{name:.80}"'
            raise RequirementError(unknown_name(what, name, valid))


def _evaluate_expression(
    node: Expression, requirement: Requirement, situation: Situation
) -> Verdict:
    if isinstance(node, str):
        return _evaluate_capability(node, requirement, situation)
    verdicts = [_evaluate_expression(o, requirement, situation) for o in node.operands]
    if node.operator == "not":
        return _opposite(node, verdicts[0])
    choose = min if node.operator == "and" else max
    status = choose((v.status for v in verdicts), key=_ORDER.index)
    deciding = [v for v in verdicts if v.status is status]
    return Verdict(
        status,
        tuple(dict.fromkeys(f for v in verdicts for f in v.findings)),
        tuple(dict.fromkeys(f for v in deciding for f in v.decisive)),
        tuple(f for v in (deciding[:1] if choose is max else deciding) for f in v.nearest),
    )


def _evaluate_capability(name: str, requirement: Requirement, situation: Situation) -> Verdict:
    capability = situation.matrix.capability(name)

    def findings(situation: Situation) -> list[Finding]:
        question = Question(capability, requirement, situation)
        return [check.run(question) for check in CHECKS]

    found = _with_removed_rows(findings, situation)
    return verdict_of(Finding.all_about(capability.id, found))


def run_check(check: Check, question: Question) -> Finding:
    """Run one check alone, as `evaluate` runs all; the finding has no subject."""
    if not question.situation.matrix.restored:
        return check.run(question)

    def findings(situation: Situation) -> list[Finding]:
        return [check.run(question._replace(situation=situation))]

    return _with_removed_rows(findings, question.situation)[0]


def _with_removed_rows(
    findings: Callable[[Situation], list[Finding]], situation: Situation
) -> list[Finding]:
    """Run checks, and name in a finding's source each removed row that would have changed it."""
    found = findings(situation)
    for row, matrix in situation.matrix.restored:
        before = findings(Situation.of(situation.environment, matrix))
        found = [
            now if then.outcome is now.outcome else _with_source(now, row.removal)
            for now, then in zip(found, before)
        ]
    return found


def _with_source(finding: Finding, more: str) -> Finding:
    return finding._replace(source=f"{finding.source}, {more}" if finding.source else more)


def _opposite(node: Operation, verdict: Verdict) -> Verdict:
    if verdict.status is Status.UNDETERMINED:
        return verdict
    wanted = verdict.status is Status.UNSUPPORTED
    text = _written(node.operands[0])
    finding = Finding(
        "expression",
        Outcome.SATISFIED if wanted else Outcome.VIOLATED,
        documented=f'"{text}" to be unsupported',
        observed="unsupported" if wanted else "supported",
        subject=_TEST,
    )
    status = Status.SUPPORTED if wanted else Status.UNSUPPORTED
    decisive = () if wanted else (finding,)
    return Verdict(status, (*verdict.findings, finding), decisive, decisive)


def _written(node: Expression) -> str:
    if isinstance(node, str):
        return node
    operands = [*map(_written, node.operands)]
    if node.operator == "not":
        return f"not {operands[0]}"
    return f"({f' {node.operator} '.join(operands)})"


def verdict_of(findings: tuple[Finding, ...]) -> Verdict:
    """Return the verdict: any violated finding decides, else any unknown one."""
    violated = tuple([f for f in findings if f.outcome is _VIOLATED])
    if violated:
        return Verdict(Status.UNSUPPORTED, findings, violated, violated)
    unknown = [f for f in findings if f.outcome is _UNKNOWN]
    # Hardly any test run has an Agent beside it: only a marker that asks for one needs to know.
    decisive = tuple([f for f in unknown if f.check != "agent" or f.subject == _TEST])
    status = Status.UNDETERMINED if decisive else Status.SUPPORTED
    return Verdict(status, findings, decisive, decisive)
