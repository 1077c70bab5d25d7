"""This machine, as detection sees it: no variables and facts but those that a fact declares."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Protocol

from pytest_ddcompat.environment.value import Fact
from pytest_ddcompat.values.errors import FactsError
from pytest_ddcompat.values.variables import Hidden, UndeclaredError, Variables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_ddcompat.environment.value import AgentAnswer, FactKind, Find

__all__ = ["AGENT_VARIABLES", "Detector", "Machine", "check_agent_option"]

AGENT_VARIABLES = (
    "DD_TRACE_AGENT_URL",
    "DD_TRACE_AGENT_HOSTNAME",
    "DD_AGENT_HOST",
    "DD_TRACE_AGENT_PORT",
    "DD_AGENT_PORT",
)
"""The environment variables that the Agent's address is taken from, where it is to be queried."""


class _Facts(Protocol):
    def fact(self, key: str) -> Fact[Any]: ...


class Others:
    """A view of other facts that refuses to read those that a fact does not declare."""

    def __init__(self, facts: _Facts, declared: tuple[str, ...]) -> None:
        self._facts = facts
        self._declared = declared

    def fact(self, key: str) -> Fact[Any]:
        """Return another fact.

        Raises:
            UndeclaredError: It is not among those that the fact is derived from.
        """
        if key not in self._declared:
            raise UndeclaredError(f"the fact {key} is read, but not declared in derived_from")
        return self._facts.fact(key)


class Machine(NamedTuple):
    """This machine, as the detection of one fact sees it.

    Attributes:
        variables: The environment variables that the fact declares; reading another is an error.
        root: Root of the file system.
        query_agent: Returns the Agent's answer, or None where it is not to be queried.
        others: The facts that this one is declared to be derived from.
        name: Which of its kind the fact is: `django` of `framework.django`; else empty.
    """

    variables: Mapping[str, str]
    root: Path
    query_agent: Callable[[], AgentAnswer | None]
    others: Others
    name: str


class Detector:
    """Detects facts of this machine.

    Args:
        agent: `off`, `auto` or an address: whether and where to query the Agent.
        answer: What the Agent has answered already, so that it is not queried again.
        environ: Environment variables; those of this process if None.
        root: Root of the file system.

    Raises:
        FactsError: The Agent's address cannot be understood.
    """

    def __init__(
        self,
        *,
        agent: str = "off",
        answer: AgentAnswer | None = None,
        environ: Mapping[str, str] | None = None,
        root: Path = Path("/"),
    ) -> None:
        agent = Hidden(agent)
        if answer is None:
            # Else it was checked where it was queried; a worker's Python may lack ssl.
            check_agent_option(agent, "agent")
        self._agent_option = agent
        self._answer = answer
        self._variables = Variables(os.environ if environ is None else environ)
        self._root = root
        self._known: dict[tuple[str, str, object], Fact[Any]] = {}
        self._find: Find | None = None

    def detect(self, kind: FactKind, others: _Facts, name: str = "") -> Fact[Any]:
        """Find one fact; it is unknown where its detection raises.

        Args:
            kind: Its declaration.
            others: The facts that it may depend on.
            name: Which of its kind it is.

        Raises:
            UndeclaredError: The detection reads what the declaration does not name.
        """
        # Two folders of a run may declare one fact of their own differently.
        which = (kind.key, name, kind.detect)
        known = self._known.get(which)
        if known is None and self._find is not None and kind.is_distribution:
            known = self._find(name, kind.reduced)
        if known is None:
            known = self._detect(kind, others, name)
            if not kind.derived_from:
                self._known[which] = known
        return known

    def _detect(self, kind: FactKind, others: _Facts, name: str) -> Fact[Any]:
        variables = self._variables.only(kind.variables)
        # Changing a fact changes those derived from it: none may be read that is not declared.
        declared = Others(others, kind.derived_from)
        machine = Machine(variables, self._root, self.query_agent, declared, name)
        try:
            return kind.detect(machine)
        except UndeclaredError:
            raise
        except Exception as error:  # noqa: BLE001 - one fact must not end the tests
            # Not its message, which may quote the value of a variable.
            return Fact.unknown(f"its detection failed ({type(error).__name__})")

    def find_distributions_by(self, find: Find) -> None:
        """Take the facts of further distributions from elsewhere, such as `detection.installed`."""
        self._find = find

    def query_agent(self) -> AgentAnswer | None:
        """Return the Agent's answer, queried once; None where it is not to be queried."""
        if self._answer is None and self._agent_option != "off":
            from pytest_ddcompat.environment.agent import agent_address, query

            address, origin = self._agent_option, "the given address"
            if address == "auto":
                address, origin = agent_address(self._variables.only(AGENT_VARIABLES))
            self._answer = query(address, origin)
        return self._answer


def check_agent_option(option: str, origin: str) -> None:
    """Refuse what is neither `off`, `auto` nor an Agent's address.

    Args:
        option: The option's value.
        origin: Name of the option, for the message.

    Raises:
        FactsError: The message says what is wrong and what is valid.
    """
    option = Hidden(option)
    if option in {"off", "auto"}:
        return
    from pytest_ddcompat.environment.agent import parse_address

    try:
        parse_address(option)
    except ValueError as error:
        raise FactsError(f"{origin}: {error}, auto, off") from None
