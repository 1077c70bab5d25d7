"""Replace the decision on a test: by a user's hook, or because `--ddcompat-run` names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from pytest_ddcompat.evaluation.decision import Decision
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.session.faults import describe
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.text import as_json, printable, shown

if TYPE_CHECKING:
    from collections.abc import Container

    from pytest_ddcompat.evaluation.policy import Policy

__all__ = ["Override", "amended"]

_HOOK = "pytest_ddcompat_verdict"
_AMENDED = pytest.StashKey["tuple[Decision, Decision]"]()


class Override(NamedTuple):
    """A status in place of the one that the verdict on a test has.

    Attributes:
        status: The status that counts.
        reason: Why it does; the report shows it.
    """

    status: Status
    reason: str


def amended(
    item: pytest.Item, decision: Decision, policy: Policy, to_run: Container[str]
) -> Decision:
    """Return the decision that counts for a test, in place of the one by its requirements.

    Args:
        item: The test.
        decision: The decision by its requirements.
        policy: What happens to tests.
        to_run: Node ids of tests that run whatever is decided on them.
    """
    before, after = item.stash.get(_AMENDED, (None, None))
    if after is None or before is not decision:
        after = decision if decision.error else _by_hook(item, decision, policy)
        if item.nodeid in to_run and not after.error:
            after = after.replaced(Action.RUN, ())
        # The same object each time, since decisions are compared by identity.
        item.stash[_AMENDED] = decision, after
    return after


def _by_hook(item: pytest.Item, decision: Decision, policy: Policy) -> Decision:
    try:
        override = item.ihook.pytest_ddcompat_verdict(item=item, decision=decision)
        return decision if override is None else _overridden(decision, override, policy)
    except CompatibilityError as error:
        return Decision.failed(f"{_HOOK}: {error}", decision.folder)
    except BaseException as error:  # noqa: BLE001 - the test's error, not the run's
        return Decision.failed(f"{_HOOK}: {describe(error)}", decision.folder)


def _overridden(decision: Decision, override: object, policy: Policy) -> Decision:
    if not isinstance(override, Override):
        raise CompatibilityError(
            f"it must return an Override or None (got {shown(override, as_json)})"
        )
    if not isinstance(override.status, Status):
        raise CompatibilityError(
            f"the status of an Override must be a Status (got {shown(override.status, as_json)}); "
            f"valid: {', '.join(map(str, Status))}"
        )
    if not isinstance(override.reason, str) or not override.reason.strip():
        raise CompatibilityError("the reason of an Override must be a text that is not empty")
    status = override.status
    actions = [policy.action(status, strict=strict) for strict in decision.strict or (None,)]
    return Decision(
        max(actions, key=lambda action: action.strength),
        status,
        decision.requirements,
        strict=decision.strict,
        reason=printable(f"{status.value} by {_HOOK}: {override.reason}"),
        folder=decision.folder,
        declarations=decision.declarations,
    )
