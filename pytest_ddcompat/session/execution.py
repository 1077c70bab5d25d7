"""Apply a decision to a test."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

# Private: pytest has no public way to ask whether an author's marks skip a test, nor to withdraw
# that they expect its failure.
from _pytest.skipping import evaluate_skip_marks, evaluate_xfail_marks, xfailed_key

from pytest_ddcompat.evaluation.decision import PROPERTY
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.session.faults import describe
from pytest_ddcompat.session.outcomes import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from pytest_ddcompat.evaluation.decision import Decision
    from pytest_ddcompat.session.outcomes import Ledger

__all__ = [
    "FailingProtocol",
    "attach",
    "detach",
    "is_left_out_by_author",
    "is_skipped_by_author",
    "prepare",
    "stop",
    "undo",
]

_SKIP, _DESELECT = Action.SKIP, Action.DESELECT  # an enumeration's members are slow to look up
_PREPARED = pytest.StashKey["_Preparation"]()

# Marks of an author that a test which fails by a decision must not have: an expected failure, and
# those by which pytest-rerunfailures, pytest-retry and flaky run it again.
_HIDDEN = {"xfail", "flaky"}

# Outcomes of a test's call that are a failure already, or that end the run.
_FAILURES = (pytest.fail.Exception, pytest.exit.Exception, KeyboardInterrupt)


class _Preparation:
    """The attributes by which a test is changed for a decision, in place of its own."""

    def __init__(self, item: pytest.Item, decision: Decision) -> None:
        self.decision = decision
        self._own = vars(item)
        self._changes = _changes(item, decision)
        names = ["fixturenames", *self._changes]
        self._before = {name: self._own[name] for name in names if name in self._own}

    @property
    def fails(self) -> bool:
        """Whether it makes the test fail."""
        return "runtest" in self._changes

    def apply(self) -> None:
        """Change the test, also where a hook has replaced what was changed before."""
        self._own.update(self._changes)

    def undo(self) -> None:
        """Give the test back what was its own, but leave what a hook has replaced since."""
        for name, change in self._changes.items():
            if self._own.get(name) is change:
                del self._own[name]
                if name in self._before:
                    self._own[name] = self._before[name]
        if "fixturenames" in self._before:
            self._own["fixturenames"] = self._before["fixturenames"]


def prepare(item: pytest.Item, decision: Decision) -> None:
    """Make a test fail, or expect its failure, before anything of it is set up.

    The test is changed itself, so that pytest's own protocol runs it, and everything that listens
    to that protocol sees the same: a set-up that passed and set nothing up, and a call that failed.
    """
    preparation = item.stash.get(_PREPARED, None)
    if preparation is None or preparation.decision is not decision:
        undo(item)
        preparation = item.stash[_PREPARED] = _Preparation(item, decision)
    preparation.apply()
    plugins, name = item.config.pluginmanager, "ddcompat-failing"
    if preparation.fails and not plugins.hasplugin(name):
        plugins.register(FailingProtocol(), name)


def undo(item: pytest.Item) -> None:
    """Undo `prepare`, for a test on which the decision is another now."""
    preparation = item.stash.get(_PREPARED, None)
    if preparation is not None:
        preparation.undo()
        del item.stash[_PREPARED]
        # pytest has looked for xfail marks by now, and looks again before the call.
        item.stash[xfailed_key] = None


def _changes(item: pytest.Item, decision: Decision) -> dict[str, Any]:
    if decision.action is Action.XFAIL:
        # Last, so that an author's own xfail decides before it.
        xfail = pytest.mark.xfail(reason=decision.shown).mark
        return {"iter_markers": _replaced_markers(item, added=xfail)}
    if _is_skipped_by_unittest(item):
        return {}
    return _failing(item, decision.shown)


def _failing(item: pytest.Item, reason: str) -> dict[str, Any]:
    def set_nothing_up() -> None:
        # Hooks look there before they take the fixtures of a test that failed.
        vars(item)["fixturenames"] = []

    def represent_failure(excinfo: pytest.ExceptionInfo[BaseException], *_: Any, **__: Any) -> Any:
        return _represent(item, excinfo, reason)

    item.stash[xfailed_key] = None  # found already, where a hook has marked the test in its set-up
    return {
        "setup": set_nothing_up,
        # Nothing of ours is called, so that debuggers and tracebacks show no frame of ours.
        "runtest": partial(pytest.fail, _failure_text(item, reason), pytrace=False),
        "teardown": lambda: None,
        "repr_failure": represent_failure,
        "listchain": _chain_without_set_up(item),
        "iter_markers": _replaced_markers(item),
    }


def _failure_text(item: pytest.Item, reason: str) -> str:
    return f"{place_of(item)}: {reason}"


def _chain_without_set_up(item: pytest.Item) -> Callable[[], list[Any]]:
    """Keep pytest from setting a package or another collector up for a test that fails anyway."""
    original = type(item).listchain

    def listchain() -> list[Any]:
        # Private: only pytest knows which collectors are set up already and must stay.
        active: Any = getattr(getattr(item.session, "_setupstate", None), "stack", None)
        chained = original(item)
        return chained if active is None else [n for n in chained if n is item or n in active]

    return listchain


def _replaced_markers(
    item: pytest.Item, added: pytest.Mark | None = None
) -> Callable[..., Iterator[pytest.Mark]]:
    """Return an `iter_markers` that adds a mark behind all others, or hides the author's."""
    original = type(item).iter_markers

    def iter_markers(name: str | None = None) -> Iterator[pytest.Mark]:
        marks = original(item, name)
        if added is None:
            return (mark for mark in marks if mark.name not in _HIDDEN)
        return chain(marks, (added,) if name in {None, added.name} else ())

    return iter_markers


class FailingProtocol:
    """Runs tests that fail by a decision by pytest's own protocol, once, and has them fail."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> object | None:
        """Run a prepared test, and leave all others to other plugins.

        Plugins that run failed tests again have a protocol of their own, but another run would
        come to the same decision.
        """
        if not _fails(item):
            return None
        runner: Any = item.config.pluginmanager.getplugin("runner")
        done: object = runner.pytest_runtest_protocol(item=item, nextitem=nextitem)
        return done

    # An old-style wrapper, which can exchange an outcome without being part of its traceback.
    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, None]:
        """Have a prepared test fail, also where a hook has replaced what runs it."""
        if not _fails(item):
            yield
            return
        failing = item.stash[_PREPARED]
        failing.apply()  # a hook of the set-up may have replaced it
        outcome = yield
        error = outcome.exception
        # For pytest, an expected failure is a kind of failure.
        if not isinstance(error, _FAILURES) or isinstance(error, pytest.xfail.Exception):
            text = _failure_text(item, failing.decision.shown)
            outcome.force_exception(pytest.fail.Exception(text, pytrace=False))


def _fails(item: pytest.Item) -> bool:
    preparation = item.stash.get(_PREPARED, None)
    return preparation is not None and preparation.fails


def stop(item: pytest.Item, decision: Decision, ledger: Ledger) -> BaseException | None:
    """Return the outcome to raise before a test is set up, or None if it is to run.

    The decision is attached to the test. A test that its author skips is left alone: pytest has
    raised its marks' skip by now, and unittest raises its own later.
    """
    if decision.error:
        return pytest.fail.Exception(decision.error, pytrace=False)
    if _is_skipped_by_unittest(item):
        return None
    attach(item, decision, ledger)
    if decision.action is not _SKIP and decision.action is not _DESELECT:
        return None
    # Without it, a skipped test that has an xfail mark is a pass for ddtrace before 4.
    item.keywords["skip"] = True
    at_item = item.location[1] is not None
    return pytest.skip.Exception(decision.shown, _use_item_location=at_item)


def attach(item: pytest.Item, decision: Decision, ledger: Ledger) -> None:
    """Attach a decision to the test's reports, in place of an earlier one, and count it."""
    properties = item.user_properties
    if properties:
        properties[:] = [pair for pair in properties if pair[0] != PROPERTY]
    properties.append(ledger.codec.property_of(decision))
    ledger.enter(item, decision)


def detach(item: pytest.Item, ledger: Ledger) -> None:
    """Undo `attach`, for a test that is run again."""
    item.user_properties[:] = [pair for pair in item.user_properties if pair[0] != PROPERTY]
    ledger.forget(item.nodeid)


def _represent(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException], reason: str) -> Any:
    """Represent a failure as one at the test itself, not where this plugin raised it."""
    if not isinstance(excinfo.value, pytest.fail.Exception):
        return type(item).repr_failure(item, excinfo)
    try:
        return _at_item(item, excinfo, reason)
    except BaseException as error:  # noqa: BLE001 - the test's error, not the run's
        return f"{reason}\nddcompat: {describe(error)}"


def _at_item(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException], reason: str) -> Any:
    shown: Any = excinfo.getrepr(style="value")
    crash = shown.reprcrash
    if crash is not None:
        crash.path, crash.lineno, crash.message = item.location[0], place_of(item).line or 0, reason
    return shown


def is_skipped_by_author(item: pytest.Item) -> bool:
    """Whether a test's own marks skip it, or unittest does."""
    try:
        return evaluate_skip_marks(item) is not None or _is_skipped_by_unittest(item)
    except (Exception, pytest.fail.Exception):  # noqa: BLE001 - pytest reports what is wrong
        return True


def is_left_out_by_author(item: pytest.Item, decision: Decision) -> bool:
    """Whether a test's author keeps it from running, as a decision leaves it to them."""
    if is_skipped_by_author(item):
        return True
    if decision.action is Action.FAIL or item.config.getoption("runxfail", False):
        return False
    xfailed = evaluate_xfail_marks(item)
    return xfailed is not None and not xfailed.run


def _is_skipped_by_unittest(item: pytest.Item) -> bool:
    if getattr(getattr(item, "obj", None), "__unittest_skip__", False):
        return True
    parent = item.parent
    # The metaclass of pytest's nodes makes it slow to ask what they are.
    if type(parent) is pytest.Module or not isinstance(parent, pytest.Class):
        return False
    return bool(getattr(getattr(parent, "obj", None), "__unittest_skip__", False))
