"""The pure part: from a verdict's status to an action."""

from __future__ import annotations

import pytest

from pytest_ddcompat.evaluation.policy import Action, Policy
from pytest_ddcompat.evaluation.verdict import Status

RUN, XFAIL, SKIP, DESELECT, FAIL = Action
ACTIONS = tuple(Action)


def test_of_several_actions_the_strongest_is_fail_then_deselect_skip_xfail_run() -> None:
    assert sorted(Action, key=lambda a: a.strength, reverse=True) == [
        Action.FAIL,
        Action.DESELECT,
        Action.SKIP,
        Action.XFAIL,
        Action.RUN,
    ]


@pytest.mark.parametrize("strict", [None, True, False])
@pytest.mark.parametrize("unsupported", ACTIONS)
@pytest.mark.parametrize("undetermined", ACTIONS)
def test_what_is_supported_runs(
    unsupported: Action, undetermined: Action, strict: bool | None
) -> None:
    policy = Policy(unsupported, undetermined)
    assert policy.action(Status.SUPPORTED, strict=strict) is Action.RUN
    assert policy.action(Status.UNDETERMINED, strict=strict) is undetermined


@pytest.mark.parametrize(
    ("run", "strict", "action"),
    [
        *(pytest.param(a, None, a, id=f"{a.value}, marker silent") for a in ACTIONS),
        *(pytest.param(a, True, FAIL, id=f"{a.value}, marker strict") for a in ACTIONS),
        pytest.param(FAIL, False, SKIP, id="fail, marker not strict"),
        pytest.param(SKIP, False, SKIP, id="skip, marker not strict"),
        pytest.param(RUN, False, RUN, id="run, marker not strict"),
        pytest.param(XFAIL, False, XFAIL, id="xfail, marker not strict"),
        pytest.param(DESELECT, False, DESELECT, id="deselect, marker not strict"),
    ],
)
def test_what_is_unsupported_follows_the_marker_then_the_run(
    run: Action, strict: bool | None, action: Action
) -> None:
    assert Policy(unsupported=run).action(Status.UNSUPPORTED, strict=strict) is action


def test_by_default_the_unsupported_is_skipped_and_the_undetermined_runs() -> None:
    assert Policy() == Policy(Action.SKIP, Action.RUN)
