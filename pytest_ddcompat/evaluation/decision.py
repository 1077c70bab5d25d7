"""Decisions: values inside a process, texts between processes and in reports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.verdict import Status, first_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pytest_ddcompat.evaluation.declared_value import Declared
    from pytest_ddcompat.evaluation.pages import Verdicts
    from pytest_ddcompat.evaluation.policy import Policy
    from pytest_ddcompat.evaluation.ruling import Rules
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["PROPERTY", "Codec", "Decision", "combine", "decide", "summarize"]

PROPERTY = "ddcompat"
"""Name of the user property that holds a test's decision, in reports and in JUnit XML."""

_KEYS = {"verdict", "action", "requires", "reason", "mend"}
_OPTIONAL = {"declarations", "error", "folder", "shown"}
_STATUSES = (Status.SUPPORTED, Status.UNDETERMINED, Status.UNSUPPORTED)


class Decision:
    """The action on a test, and the reason for it.

    Two decisions are equal only if they are the same object: the gate makes one for each distinct
    set of requirements, and comparing them must cost nothing.

    Attributes:
        action: What happens to the test.
        status: The worst status of its requirements.
        requirements: What its markers require.
        strict: What each of the markers says of `strict`.
        reason: Why it is not supported; empty if it is.
        shown: The reason as the run shows it: in one line, with -v in full.
        remedies: What would let it run; empty if nothing would, or if it runs. It may be given as a
            function, since finding them takes longer than a verdict, and not each is shown.
        error: Why its markers could not be evaluated; empty if they were.
        folder: The folder whose conftests gave facts or matrices for it; empty if none did.
        declarations: The declarations of the test in files.
    """

    __slots__ = (
        "_remedies", "action", "declarations", "error", "folder", "reason", "requirements",
        "shown", "status", "strict",
    )  # fmt: skip

    def __init__(
        self,
        action: Action,
        status: Status,
        requirements: tuple[Requirement, ...],
        *,
        strict: tuple[bool | None, ...] = (),
        reason: str = "",
        shown: str | None = None,
        remedies: tuple[str, ...] | Callable[[], tuple[str, ...]] = (),
        error: str = "",
        folder: str = "",
        declarations: tuple[Declared, ...] = (),
    ) -> None:
        self.action = action
        self.status = status
        self.requirements = requirements
        self.strict = strict or (None,) * len(requirements)
        self.reason = reason
        self.shown = reason if shown is None else shown
        self._remedies = remedies
        self.error = error
        self.folder = folder
        self.declarations = declarations

    @property
    def remedies(self) -> tuple[str, ...]:
        """What would let the test run, found when first asked for."""
        if callable(self._remedies):
            self._remedies = self._remedies()
        return self._remedies

    def __repr__(self) -> str:
        return f"Decision({self.action.value}, {self.status.value}, {self.reason!r})"

    @classmethod
    def failed(cls, error: str, folder: str = "") -> Decision:
        """Return the decision on a test whose markers cannot be evaluated: an error of the test."""
        return cls(Action.RUN, Status.UNDETERMINED, (), error=error, folder=folder)

    def replaced(
        self,
        action: Action,
        remedies: tuple[str, ...] | Callable[[], tuple[str, ...]] | None = None,
        **others: Any,
    ) -> Decision:
        """Return the same decision with another action, and with what else is given."""
        attributes: dict[str, Any] = {
            "strict": self.strict,
            "reason": self.reason,
            "shown": self.shown,
            "remedies": self._remedies if remedies is None else remedies,
            "error": self.error,
            "folder": self.folder,
            "declarations": self.declarations,
            **others,
        }
        return Decision(action, self.status, self.requirements, **attributes)


class Codec:
    """Encodes and decodes the decisions of a run, each distinct one once.

    This is the one place where decisions become texts: user properties of reports, which
    pytest-xdist sends to the controller and JUnit XML shows, and the journals of workers.

    Attributes:
        reads_others: Whether texts are decoded that this process has not encoded itself, since
            others run tests. A test may write a property of the same name.
    """

    def __init__(self) -> None:
        self.reads_others = False
        self._properties: dict[Decision, tuple[str, str]] = {}
        self._decoded: dict[str, Decision | None] = {}
        self._markers: dict[tuple[Requirement, bool | None], str] = {}

    def property_of(self, decision: Decision) -> tuple[str, str]:
        """Return the user property that holds a decision; the same object each time."""
        known = self._properties.get(decision)
        if known is None:
            text = json.dumps(self._to_mapping(decision))
            known = self._properties[decision] = (PROPERTY, text)
            self._decoded[text] = self._decoded.get(text) or decision
        return known

    def encode(self, decision: Decision) -> str:
        """Return the text that holds a decision."""
        return self.property_of(decision)[1]

    def decode(self, text: str) -> Decision | None:
        """Return the decision that a text encodes, or None if a test wrote the text itself."""
        try:
            return self._decoded[text]
        except KeyError:
            decision = self._decoded[text] = _from_text(text) if self.reads_others else None
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

    def _to_mapping(self, decision: Decision) -> dict[str, Any]:
        mapping: dict[str, Any] = {
            "verdict": decision.status.value,
            "action": decision.action.value,
            "requires": [*map(self._marker, decision.requirements, decision.strict)],
            "reason": decision.reason,
            "mend": decision.remedies,
        }
        if decision.shown != decision.reason:
            mapping["shown"] = decision.shown
        declarations = [declared.to_mapping() for declared in decision.declarations]
        optional = {
            "error": decision.error, "folder": decision.folder, "declarations": declarations
        }  # fmt: skip
        return {**mapping, **{key: text for key, text in optional.items() if text}}

    def _marker(self, requirement: Requirement, strict: bool | None) -> str:
        # Kept, since each declaration has a decision of its own, and few of them have their own
        # requirements.
        known = self._markers.get((requirement, strict))
        if known is None:
            from pytest_ddcompat.requirement.requirement import with_strict

            known = self._markers[requirement, strict] = with_strict(requirement.marker, strict)
        return known


def decide(
    requirement: Requirement,
    strict: bool | None,
    verdicts: Verdicts,
    policy: Policy,
    rules: Rules | None = None,
    *,
    in_full: bool = False,
    folder: str = "",
) -> Decision:
    """Decide on one requirement, without remedies.

    Args:
        requirement: What one marker requires.
        strict: What that marker says of `strict`.
        verdicts: The verdicts of the environment.
        policy: The run's own actions.
        rules: Lines and expectations, which come before them.
        in_full: Whether the run shows reasons in full.
        folder: The folder whose conftests gave facts or matrices; empty if none did.

    Raises:
        CompatibilityError: The requirement names something that its matrix does not have, or
            facts cannot be understood.
    """
    verdict, matrices, cause = verdicts.of(requirement), verdicts.matrices, ""
    matrix = matrices.pick(requirement)
    if rules is None:
        action = policy.action(verdict.status, strict=strict)
    else:
        action, cause = rules.rule(
            requirement, verdict, verdicts.environment, matrix, strict=strict
        )
    by_page = len(matrices) > 1 and requirement.by_page and verdict.decisive
    page = f"{matrix.page.id}: " if by_page else ""
    reason, brief = f"{cause}{page}{verdict.reason}", f"{cause}{page}{verdict.brief}"
    return Decision(
        action,
        verdict.status,
        (requirement,),
        strict=(strict,),
        reason=reason,
        shown=reason if in_full else brief,
        folder=folder,
    )


def combine(decisions: Sequence[Decision], *, in_full: bool = False) -> Decision:
    """Make one decision of those of a test's markers: all are required, the strongest acts.

    Args:
        decisions: Those of the markers.
        in_full: Whether the run shows reasons in full.
    """
    if len(decisions) == 1 and not in_full:
        return decisions[0]
    errors = [d.error for d in decisions if d.error]
    if errors:
        return Decision.failed("\n".join(errors), decisions[0].folder)
    # A line may hold no more than the first reason: that of the action must be it.
    by_strength = sorted(decisions, key=lambda d: -d.action.strength)
    return Decision(
        by_strength[0].action,
        _worst(decisions),
        tuple(requirement for d in decisions for requirement in d.requirements),
        strict=tuple(strict for d in decisions for strict in d.strict),
        reason=_joined(d.reason for d in by_strength),
        shown=None if in_full else _joined((d.shown for d in by_strength), first_of),
        folder=decisions[0].folder,
        declarations=_declared(decisions),
    )


def summarize(decisions: Sequence[Decision]) -> Decision:
    """Make one decision of those made one after another, the strongest of which was acted on."""
    action = _strongest(decisions)
    acting = [d for d in decisions if d.action is action]
    required = dict.fromkeys(pair for d in decisions for pair in zip(d.requirements, d.strict))
    return Decision(
        action,
        _worst(decisions),
        tuple(requirement for requirement, _ in required),
        strict=tuple(strict for _, strict in required),
        reason=_joined(d.reason for d in acting),
        shown=_joined(d.shown for d in acting),
        remedies=tuple(dict.fromkeys(remedy for d in acting for remedy in d.remedies)),
        folder=decisions[0].folder,
        declarations=_declared(decisions),
    )


def _declared(decisions: Iterable[Decision]) -> tuple[Declared, ...]:
    return tuple(dict.fromkeys(one for d in decisions for one in d.declarations))


def _joined(reasons: Iterable[str], join: Callable[[list[str]], str] = "; ".join) -> str:
    return join([*dict.fromkeys(filter(None, reasons))])


def _strongest(decisions: Sequence[Decision]) -> Action:
    return max(decisions, key=lambda d: d.action.strength).action


def _worst(decisions: Sequence[Decision]) -> Status:
    return max(decisions, key=lambda d: _STATUSES.index(d.status)).status


def _from_text(text: str) -> Decision | None:
    # Here and above, as the session that starts workers may have no requirements.
    from pytest_ddcompat.requirement.requirement import Requirement, without_strict

    try:
        parsed = json.loads(text)
        if not isinstance(parsed, dict) or set(parsed) - _OPTIONAL != _KEYS:
            return None
        markers = [without_strict(marker) for marker in parsed["requires"]]
        return Decision(
            Action(parsed["action"]),
            Status(parsed["verdict"]),
            tuple(Requirement.from_marker(marker) for marker, _ in markers),
            strict=tuple(strict for _, strict in markers),
            reason=str(parsed["reason"]),
            shown=str(parsed.get("shown", parsed["reason"])),
            remedies=tuple(map(str, parsed["mend"])),
            error=str(parsed.get("error", "")),
            folder=str(parsed.get("folder", "")),
            declarations=_declarations_of(parsed.get("declarations", ())),
        )
    except (AttributeError, ValueError, TypeError, LookupError, RecursionError):
        return None


def _declarations_of(mappings: Sequence[dict[str, Any]]) -> tuple[Declared, ...]:
    if not mappings:
        return ()
    # Imported here, since most runs declare nothing.
    from pytest_ddcompat.evaluation.declared_value import Declared

    return tuple(map(Declared.from_mapping, mappings))
