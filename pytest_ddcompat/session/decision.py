"""Decisions: values inside a process, texts between processes and in reports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.verdict import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["PROPERTY", "Codec", "Decision", "combine", "summarize"]

PROPERTY = "ddcompat"
"""Name of the user property that holds a test's decision, in reports and in JUnit XML."""

_KEYS = {"verdict", "action", "requires", "reason", "mend"}
_STATUSES = (Status.SUPPORTED, Status.UNDETERMINED, Status.UNSUPPORTED)


class Decision:
    """The action on a test, and the reason for it.

    Two decisions are equal only if they are the same object: the gate makes one for each distinct
    set of requirements, and comparing them must cost nothing.

    Attributes:
        action: What happens to the test.
        status: The worst status of its requirements.
        requirements: What its markers require.
        reason: Why it is not supported; empty if it is.
        remedies: What would let it run; empty if nothing would, or if it runs.
        error: Why its markers could not be evaluated; empty if they were.
        folder: The folder whose conftests gave facts or matrices for it; empty if none did.
    """

    __slots__ = ("action", "error", "folder", "reason", "remedies", "requirements", "status")

    def __init__(
        self,
        action: Action,
        status: Status,
        requirements: tuple[Requirement, ...],
        *,
        reason: str = "",
        remedies: tuple[str, ...] = (),
        error: str = "",
        folder: str = "",
    ) -> None:
        self.action = action
        self.status = status
        self.requirements = requirements
        self.reason = reason
        self.remedies = remedies
        self.error = error
        self.folder = folder

    def __repr__(self) -> str:
        return f"Decision({self.action.value}, {self.status.value}, {self.reason!r})"

    @classmethod
    def failed(cls, error: str, folder: str = "") -> Decision:
        """Return the decision on a test whose markers cannot be evaluated: an error of the test."""
        return cls(Action.RUN, Status.UNDETERMINED, (), error=error, folder=folder)

    def replaced(self, action: Action, remedies: tuple[str, ...] | None = None) -> Decision:
        """Return the same decision with another action, and other remedies if some are given."""
        return Decision(
            action,
            self.status,
            self.requirements,
            reason=self.reason,
            remedies=self.remedies if remedies is None else remedies,
            error=self.error,
            folder=self.folder,
        )


class Codec:
    """Encodes and decodes the decisions of a run, each distinct one once.

    This is the one place where decisions become texts: user properties of reports, which
    pytest-xdist sends to the controller and JUnit XML shows, and the journals of workers.
    """

    def __init__(self) -> None:
        self._properties: dict[Decision, tuple[str, str]] = {}
        self._decoded: dict[str, Decision | None] = {}

    def property_of(self, decision: Decision) -> tuple[str, str]:
        """Return the user property that holds a decision; the same object each time."""
        known = self._properties.get(decision)
        if known is None:
            text = json.dumps(_to_mapping(decision))
            known = self._properties[decision] = (PROPERTY, text)
            self._decoded.setdefault(text, decision)
        return known

    def encode(self, decision: Decision) -> str:
        """Return the text that holds a decision."""
        return self.property_of(decision)[1]

    def decode(self, text: str) -> Decision | None:
        """Return the decision that a text encodes, or None if a test wrote the text itself."""
        try:
            return self._decoded[text]
        except KeyError:
            decision = self._decoded[text] = _from_text(text)
            if decision is not None:
                self._properties[decision] = (PROPERTY, text)
            return decision

    def find(self, properties: Iterable[tuple[str, object]]) -> Decision | None:
        """Return the last decision among the user properties of a test or report, if any."""
        found = None
        for name, text in properties:
            if name == PROPERTY:
                found = self.decode(str(text)) or found
        return found


def combine(decisions: Sequence[Decision]) -> Decision:
    """Make one decision of those of a test's markers: all are required, the strongest acts."""
    errors = [d.error for d in decisions if d.error]
    if errors:
        return Decision.failed("\n".join(errors), decisions[0].folder)
    return Decision(
        _strongest(decisions),
        _worst(decisions),
        tuple(requirement for d in decisions for requirement in d.requirements),
        reason="; ".join(dict.fromkeys(d.reason for d in decisions if d.reason)),
        folder=decisions[0].folder,
    )


def summarize(decisions: Sequence[Decision]) -> Decision:
    """Make one decision of those made one after another, the strongest of which was acted on."""
    action = _strongest(decisions)
    acting = [d for d in decisions if d.action is action]
    return Decision(
        action,
        _worst(decisions),
        tuple(dict.fromkeys(r for d in decisions for r in d.requirements)),
        reason="; ".join(dict.fromkeys(d.reason for d in acting if d.reason)),
        remedies=tuple(dict.fromkeys(remedy for d in acting for remedy in d.remedies)),
        folder=decisions[0].folder,
    )


def _strongest(decisions: Sequence[Decision]) -> Action:
    return max(decisions, key=lambda d: d.action.strength).action


def _worst(decisions: Sequence[Decision]) -> Status:
    return max(decisions, key=lambda d: _STATUSES.index(d.status)).status


def _to_mapping(decision: Decision) -> dict[str, Any]:
    mapping: dict[str, Any] = {
        "verdict": decision.status.value,
        "action": decision.action.value,
        "requires": [requirement.marker for requirement in decision.requirements],
        "reason": decision.reason,
        "mend": decision.remedies,
    }
    optional = {"error": decision.error, "folder": decision.folder}
    return {**mapping, **{key: text for key, text in optional.items() if text}}


def _from_text(text: str) -> Decision | None:
    # Only where tests run in other processes.
    from pytest_ddcompat.requirement.requirement import Requirement

    try:
        parsed = json.loads(text)
        if not isinstance(parsed, dict) or set(parsed) - {"error", "folder"} != _KEYS:
            return None
        return Decision(
            Action(parsed["action"]),
            Status(parsed["verdict"]),
            tuple(Requirement.from_marker(marker) for marker in parsed["requires"]),
            reason=str(parsed["reason"]),
            remedies=tuple(map(str, parsed["mend"])),
            error=str(parsed.get("error", "")),
            folder=str(parsed.get("folder", "")),
        )
    except (ValueError, TypeError, RecursionError):
        return None
