"""From a verdict to the action on a test."""

from __future__ import annotations

import enum
from typing import NamedTuple

from pytest_ddcompat.evaluation.verdict import Status

__all__ = ["Action", "Policy"]


class Action(enum.Enum):
    """The actions on a test, the weakest first."""

    RUN = "run"
    XFAIL = "xfail"
    SKIP = "skip"
    DESELECT = "deselect"
    FAIL = "fail"

    @property
    def strength(self) -> int:
        """Rank among the actions; of several markers the strongest decides."""
        return list(Action).index(self)

    @property
    def runs(self) -> bool:
        """Whether the test runs, if only to fail as expected."""
        return self in {Action.RUN, Action.XFAIL}


class Policy(NamedTuple):
    """The actions of a run on tests that are not supported.

    Attributes:
        unsupported: Action where a requirement is known not to be met.
        undetermined: Action where that is not known.
    """

    unsupported: Action = Action.SKIP
    undetermined: Action = Action.RUN

    def action(self, status: Status, *, strict: bool | None = None) -> Action:
        """Return the action on a test with a verdict.

        Args:
            status: The verdict's status.
            strict: The marker's own: True fails what is unsupported, False never does; None
                leaves it to the run.
        """
        if status is Status.SUPPORTED:
            return Action.RUN
        if status is Status.UNDETERMINED:
            return self.undetermined
        if strict is None:
            return self.unsupported
        if strict:
            return Action.FAIL
        return Action.SKIP if self.unsupported is Action.FAIL else self.unsupported
