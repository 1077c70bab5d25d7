"""User-defined facts: they are known by declarations, which matrices and other files have."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Protocol

from pytest_ddcompat.environment.fact import FACTS
from pytest_ddcompat.environment.value import Fact
from pytest_ddcompat.values.errors import CompatibilityError, FactsError, Problem
from pytest_ddcompat.values.text import cut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_ddcompat.environment.machine import Machine
    from pytest_ddcompat.environment.value import FactKind

__all__ = ["Declaration", "kind_by", "parsed"]


class Declaration(Protocol):
    """A declaration of a user-defined fact, such as a `FactDeclaration`."""

    @property
    def id(self) -> str:
        """Id of the fact."""

    @property
    def variable(self) -> str:
        """Environment variable whose value it is; empty if there is none."""

    @property
    def valid(self) -> str:
        """Its values in words."""

    def __hash__(self) -> int: ...

    def parse(self, value: object) -> object:
        """Understand a value; any that the fact cannot have raises CompatibilityError."""


@lru_cache(maxsize=1024)
def kind_by(declaration: Declaration) -> FactKind:
    """Return what finds a declared fact: it reads the declared variable alone."""
    variables = (declaration.variable,) if declaration.variable else ()
    return FACTS["fact"]._replace(detect=partial(_detect, declaration), variables=variables)


def _detect(declaration: Declaration, machine: Machine) -> Fact[Any]:
    variable = declaration.variable
    if not variable:
        return Fact.unknown("nothing gives it")
    written = machine.variables.get(variable, "").strip()
    if not written:
        return Fact.unknown(f"{variable} is not set")
    try:
        return Fact(declaration.parse(written), variable)
    except CompatibilityError:
        # Not its message: the value may be a secret that was put there by mistake.
        return Fact.unknown(f"{variable} is none of its values: {cut(declaration.valid)}")


def parsed(
    facts: Mapping[str, Fact[Any]], declared: Mapping[str, Declaration]
) -> dict[str, Fact[Any]]:
    """Return given user-defined facts by their declarations; others stay as they are.

    Args:
        facts: Facts by key.
        declared: Declarations by key.

    Raises:
        FactsError: A value is none that the fact may have; all of them are named.
    """
    found, problems = dict(facts), []
    for key in facts.keys() & declared.keys():
        declaration, fact = declared[key], facts[key]
        if not fact.known:
            continue
        try:
            found[key] = Fact(declaration.parse(fact.value), fact.signal)
        except CompatibilityError as error:
            what = f"fact.{declaration.id}: {error.problems[0].what}"
            problems.append(Problem(what, error.problems[0].valid, origin=fact.signal))
    if problems:
        raise FactsError(sorted(problems))
    return found
