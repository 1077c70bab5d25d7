"""Take requirements apart into atoms, of which each depends on a few facts alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Union

from pytest_ddcompat.environment.fact import FACTS, tracer_key
from pytest_ddcompat.evaluation.checks import CHECKS
from pytest_ddcompat.evaluation.evaluate import expression_of
from pytest_ddcompat.evaluation.states import key_of
from pytest_ddcompat.requirement.requirement import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_ddcompat.evaluation.checks import Check
    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Capability
    from pytest_ddcompat.requirement.expression import Expression

__all__ = ["Atom", "Formula", "Operation", "atoms_in", "canonical_key", "formula_of"]

_READS = {
    "site": ("preview",),
    "tracer": ("preview",),
    "release": ("level",),
    "runtime": (),
    "agent": (),
    "remote_configuration": (),
    "deployment": ("deployments", "preview"),
    "framework": ("frameworks", "preview"),
    "datastore": ("datastores",),
    "facts": (),
}
"""What each check reads of a requirement; one that is not here may read all of it."""

_SHARED = {"runtime", *(check.name for check in CHECKS if "capability" not in check.axes)}
"""The checks that come to the same for several capabilities."""


class Atom(NamedTuple):
    """One check of one capability, or a marker that names none.

    Attributes:
        requirement: The requirement, with nothing but what decides here.
        matrix: Id of the page that decides.
        check: Name of the check; empty: all of the requirement.
        axes: Keys of the facts that it depends on.
        wanted: Whether the check is to be satisfied; else it is to be violated, as under `not`.
    """

    requirement: Requirement
    matrix: str
    check: str
    axes: tuple[str, ...]
    wanted: bool = True

    @property
    def subject(self) -> str:
        """The capability that it is about, or `the test` where several share it."""
        shared = self.check in _SHARED or not self.check
        return "the test" if shared else self.requirement.names[0]


class Operation(NamedTuple):
    """Formulas of which all or any are to hold."""

    all: bool
    operands: tuple[Formula, ...]


Formula = Union[Atom, Operation]
"""What is to hold so that a requirement is supported."""


def formula_of(requirement: Requirement, matrices: Matrices) -> Formula:
    """Take a requirement apart.

    Args:
        requirement: The requirement.
        matrices: The pages, of which one decides on it.

    Raises:
        RequirementError: It names what its page does not have, or has no page.
    """
    matrices.check(requirement)
    matrix = matrices.pick(requirement)
    if requirement.kind == "capability":
        return _of_expression(expression_of(requirement, matrix), requirement, matrix, wanted=True)
    plain = requirement._replace(matrix=None)
    if requirement.kind == "platform":
        parts = [plain._replace(values=(pair,)) for pair in requirement.values]
        atoms = (Atom(part, matrix.page.id, "", (part.values[0][0],)) for part in parts)
        return Operation(all=True, operands=tuple(atoms))
    return Atom(plain, matrix.page.id, "", (_key_alone(requirement, matrix),))


def canonical_key(key: str) -> str:
    """Return the key under which an environment holds a fact: names are spelt in several ways."""
    prefix, dot, name = key.partition(".")
    return FACTS[prefix].key_of(name) if dot else key


def atoms_in(formula: Formula) -> Iterator[Atom]:
    """Yield the atoms of a formula in their order."""
    if isinstance(formula, Atom):
        yield formula
    else:
        for operand in formula.operands:
            yield from atoms_in(operand)


def _key_alone(requirement: Requirement, matrix: Matrix) -> str:
    """Return the fact that a marker speaks of which names no capability."""
    if requirement.kind == "support_level":
        return canonical_key(tracer_key(matrix.page.tracer))
    if requirement.kind == "deployment":
        return "deployments"
    if requirement.kind == "fact":
        return FACTS["fact"].key_of(requirement.values[0][0])
    return canonical_key(key_of(requirement, matrix))


def _of_expression(
    node: Expression, requirement: Requirement, matrix: Matrix, *, wanted: bool
) -> Formula:
    if isinstance(node, str):
        return _of_capability(matrix.capability(node), requirement, matrix, wanted=wanted)
    if node.operator == "not":
        return _of_expression(node.operands[0], requirement, matrix, wanted=not wanted)
    operands = [_of_expression(each, requirement, matrix, wanted=wanted) for each in node.operands]
    return Operation((node.operator == "and") is wanted, tuple(operands))


def _of_capability(
    capability: Capability, requirement: Requirement, matrix: Matrix, *, wanted: bool
) -> Formula:
    """All checks are to be satisfied; or, under `not`, any is to be violated."""
    operands: list[Formula] = []
    for check in CHECKS:
        asked = _first_alike(check, capability, matrix)
        reduced = _reduced(check.name, asked.id, requirement)
        # Of frameworks any will do, so that each has an atom of its own.
        each = [reduced._replace(frameworks=(name,)) for name in reduced.frameworks]
        atoms = tuple(
            Atom(one, matrix.page.id, check.name, _axes(check, asked, one, matrix), wanted)
            for one in each or [reduced]
        )
        operands.append(atoms[0] if len(atoms) == 1 else Operation(not wanted, atoms))
    return Operation(wanted, tuple(operands))


def _first_alike(check: Check, capability: Capability, matrix: Matrix) -> Capability:
    """Return the first capability with which a check comes to the same, so that it is one atom."""
    if "capability" not in check.axes:
        return matrix.capabilities[0]
    if check.name == "runtime":
        rows = matrix.runtimes_of(capability)
        return next(other for other in matrix.capabilities if matrix.runtimes_of(other) == rows)
    return capability


def _reduced(check: str, capability: str, requirement: Requirement) -> Requirement:
    reads = _READS.get(check)
    if reads is None:
        return requirement._replace(names=(capability,), matrix=None)
    values = {key: getattr(requirement, key) for key in reads}
    return Requirement("capability", names=(capability,), **values)


def _axes(
    check: Check, capability: Capability, requirement: Requirement, matrix: Matrix
) -> tuple[str, ...]:
    """Return the keys of the facts that a check declares to depend on."""
    keys: dict[str, None] = {}
    for axis in check.axes:
        if axis == "tracer":
            keys[canonical_key(tracer_key(matrix.page.tracer))] = None
        elif axis == "framework":
            keys.update(dict.fromkeys(map(FACTS["framework"].key_of, requirement.frameworks)))
        elif axis == "fact":
            keys.update(dict.fromkeys(map(FACTS["fact"].key_of, _own_facts(check, capability))))
        elif axis not in {"capability", "date"}:
            keys[axis] = None
    return tuple(keys)


def _own_facts(check: Check, capability: Capability) -> Iterable[str]:
    if check.name == "facts":
        return capability.needs
    named = [name for each in capability.minimums for name in each.facts]
    runtimes = [each.runtime for each in capability.minimums]
    return [*named, *(name for name in runtimes if name not in {"", "python"})]
