"""What happens to one test by a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from _pytest._code.code import ReprEntryNative, ReprExceptionInfo, ReprFileLocation, ReprTraceback
from _pytest.runner import runtestprotocol
from _pytest.skipping import evaluate_skip_marks

from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.session.faults import reason_of

if TYPE_CHECKING:
    from _pytest.outcomes import OutcomeException

    from pytest_ddcompat.session.gate import Decision, Gate

__all__ = ["attach", "fails", "failure", "is_skipped_by_author", "run_failing", "stopping"]

_RUN, _SKIP = Action.RUN, Action.SKIP  # an enumeration's members are slow to look up
_FAILING: pytest.StashKey[bool] = pytest.StashKey()
_EXPECTED: pytest.StashKey[bool] = pytest.StashKey()


def fails(item: pytest.Item, decision: Decision) -> bool:
    """Whether a test fails by a decision; if its failure is to be expected, see to that."""
    action = decision.action
    if action is _RUN or action is _SKIP or decision.error:
        return False
    if action is Action.XFAIL:
        _expect_failure(item, decision)
    return action is Action.FAIL


def stopping(item: pytest.Item, decision: Decision, gate: Gate) -> OutcomeException | None:
    """What stops a test before its fixtures are set up, to be raised; None if it is to run.

    A test that its author skips is left alone: pytest's marks stopped it before, and what
    unittest skips pytest stops later.

    Args:
        item: The test.
        decision: What was decided of it.
        gate: What decided it.
    """
    if decision.error:
        return pytest.fail.Exception(decision.error, pytrace=False)
    if _is_skipped_by_unittest(item):
        return None
    attach(item, gate.attached(decision))
    action = decision.action
    if action is _RUN:
        return None
    if action is Action.XFAIL:
        _expect_failure(item, decision)
        return None
    if action is Action.FAIL and not item.stash.get(_FAILING, False):
        # Another plugin runs the test by a protocol of its own.
        return pytest.fail.Exception(decision.reason, pytrace=False)
    at_item = item.location[1] is not None
    return pytest.skip.Exception(decision.reason, _use_item_location=at_item)


def attach(item: pytest.Item, attached: tuple[str, str]) -> None:
    """Attach a decision to the test's reports, in the place of one that came before."""
    properties = item.user_properties
    if properties:
        properties[:] = [pair for pair in properties if pair[0] != "ddcompat"]
    properties.append(attached)


def failure(item: pytest.Item, reason: str) -> ReprExceptionInfo:
    """Represent a failure that stands at the test itself, and not where it was raised."""
    path, line, _ = item.location
    place = path if line is None else f"{path}:{line + 1}"
    words = ReprEntryNative([f"{place}: {reason}\n"])
    crash = ReprFileLocation(path, 0 if line is None else line + 1, reason)
    return ReprExceptionInfo(ReprTraceback([words], None, style="native"), crash)


def is_skipped_by_author(item: pytest.Item) -> bool:
    """Whether a test's own marks skip it, or unittest does."""
    try:
        return evaluate_skip_marks(item) is not None or _is_skipped_by_unittest(item)
    except (Exception, pytest.fail.Exception):  # noqa: BLE001 - pytest tells what is wrong with it
        return True


def _expect_failure(item: pytest.Item, decision: Decision) -> None:
    """Mark a test as expected to fail, once however often it is run."""
    if not item.stash.get(_EXPECTED, False):
        item.stash[_EXPECTED] = True
        item.add_marker(pytest.mark.xfail(reason=decision.reason, strict=False))


def run_failing(item: pytest.Item, nextitem: pytest.Item | None, decision: Decision) -> bool:
    """Run a test that stops in its setup by a skip, and report that as the test's failure.

    A failure raised in the setup would be reported as an error, one raised in the test would
    come after the fixtures, and either would bring `--pdb` into this plugin.

    Returns:
        True: the test has been run to its end.
    """
    item.stash[_FAILING] = True
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "setup" and report.skipped:
            _make_failure(report, item, decision)
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _make_failure(report: pytest.TestReport, item: pytest.Item, decision: Decision) -> None:
    """Make a skip the test's failure, unless it is its author's."""
    try:
        if not _is_ours(report):
            return
        shown: Any = failure(item, decision.reason)
    except BaseException as error:  # noqa: BLE001 - it is that test's error
        shown = f"ddcompat: {reason_of(error)}"
    report.when = "call"
    report.outcome = "failed"
    report.longrepr = shown
    vars(report).pop("wasxfail", None)


def _is_ours(report: pytest.TestReport) -> bool:
    """Whether we stopped a test, or its author expects it to fail without running it."""
    attached = any(name == "ddcompat" for name, _ in report.user_properties)
    return attached or hasattr(report, "wasxfail")


def _is_skipped_by_unittest(item: pytest.Item) -> bool:
    if getattr(getattr(item, "obj", None), "__unittest_skip__", False):
        return True
    parent = item.parent
    # The metaclass of pytest's nodes makes it slow to ask what they are.
    if type(parent) is pytest.Module or not isinstance(parent, pytest.Class):
        return False
    return bool(getattr(getattr(parent, "obj", None), "__unittest_skip__", False))
