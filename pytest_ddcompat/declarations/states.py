"""Actions on the tests that are in a state: lines such as `bug: skip`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.declarations.keys import ACTIONS, STATES
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.names import unknown_name

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["actions_of_states", "check_state"]


def actions_of_states(lines: Iterable[str], origin: str) -> dict[str, str]:
    """Return the action of each state: that of its line, else the one that it has by default.

    Args:
        lines: The lines.
        origin: What gives them, for messages.

    Raises:
        CompatibilityError: A line cannot be understood, or there are two for a state.
    """
    actions: dict[str, str] = {}
    for line in lines:
        state, colon, action = (part.strip() for part in line.partition(":"))
        if not colon:
            what = f'{origin}: "{line:.80}" is not a line for a state'
            raise CompatibilityError(Problem(what, "STATE: ACTION, such as bug: skip"))
        if state in actions:
            what = f'{origin}: there are two lines for "{state:.80}"'
            raise CompatibilityError(Problem(what, "one line for each state"))
        check_state(state, origin)
        if action not in ACTIONS:
            what = f'{origin}: {state}: "{action:.80}" is not an action'
            raise CompatibilityError(unknown_name(what, action, ACTIONS))
        actions[state] = action
    return {**STATES, **actions}


def check_state(word: str, origin: str) -> None:
    """Refuse a word that is no state.

    Raises:
        CompatibilityError: It is none.
    """
    if word not in STATES:
        what = f'{origin}: "{word:.80}" is not a state'
        raise CompatibilityError(unknown_name(what, word, STATES))
