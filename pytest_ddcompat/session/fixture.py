"""Requirements from inside a test or a module."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

# Private: the frame below which pytest reports nothing that is raised.
from _pytest.main import wrap_session

from pytest_ddcompat.declared import LOADED
from pytest_ddcompat.evaluation.decision import summarize
from pytest_ddcompat.evaluation.evaluate import evaluate
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.requirement.markers import requirement_of
from pytest_ddcompat.session.conftests import add_requirements, calls_for, conftest_frame
from pytest_ddcompat.session.execution import attach, detach
from pytest_ddcompat.session.faults import contain
from pytest_ddcompat.session.outcomes import Entry, place_of
from pytest_ddcompat.session.state import decision_on, gates_of, ledger_of, running
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from types import FrameType

    from typing_extensions import TypedDict, Unpack

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.decision import Decision
    from pytest_ddcompat.evaluation.verdict import Verdict
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.bundled import (
        Capability,
        Datastores,
        Deployments,
        Frameworks,
        Level,
    )
    from pytest_ddcompat.session.conftests import Call
    from pytest_ddcompat.session.folders import Gates
    from pytest_ddcompat.session.gate import Gate

    class Keywords(TypedDict, total=False):
        """Keyword arguments of `check`."""

        framework: Frameworks
        deployment: Deployments
        datastore: Datastores
        support_level: Level | None
        preview: bool
        matrix: str | None

    class KeywordsAndStrict(Keywords, total=False):
        """Keyword arguments of `require`."""

        strict: bool | None


__all__ = [
    "Compatibility",
    "call_of",
    "compatibility_of",
    "decision_of",
    "require",
    "require_for_folders",
    "required_by",
]

_DECISION = "ddcompat_decision"  # attribute of an outcome that was raised by a decision
_CALL = "ddcompat_call"  # attribute of one that a conftest's call has raised
_INSIDE = pytest.StashKey["_Inside"]()
_OUTCOMES = (pytest.skip.Exception, pytest.fail.Exception, pytest.xfail.Exception)


class Compatibility:
    """The environment and the matrix, inside a test: the value of the fixture `ddcompat`."""

    def __init__(self, gates: Gates, *, runxfail: bool = False) -> None:
        self._gates = gates
        self._runxfail = runxfail

    @property
    def _gate(self) -> Gate:
        # Asked anew, for one value serves the tests of all folders.
        return _running_gate(self._gates)

    @property
    def environment(self) -> Environment:
        """The environment of the test that runs."""
        return self._gate.environment

    @property
    def matrix(self) -> Matrix:
        """The first matrix of the test that runs."""
        return self._gate.matrix

    def check(self, *names: Capability, **keywords: Unpack[Keywords]) -> Verdict:
        """Evaluate capabilities in the run's environment; the arguments are the marker's.

        Raises:
            RequirementError: An argument cannot be understood.
        """
        __tracebackhide__ = True
        try:
            gate = self._gate
            requirement, _ = gate.read("requires_capability", names, dict(keywords))
            return evaluate(requirement, gate.environment, gate.matrices.pick(requirement))
        except CompatibilityError as error:
            raise type(error)(error.problems) from None

    def require(self, *names: Capability, **keywords: Unpack[KeywordsAndStrict]) -> None:
        """Skip, fail or xfail the test by the run's policy; the arguments are the marker's.

        Raises:
            RequirementError: An argument cannot be understood.
            pytest.UsageError: No test runs, so that pytest could not report what is raised.
        """
        __tracebackhide__ = True
        _refuse_outside_reports()
        decision = _decide(self._gate, names, dict(keywords))
        if decision.action is Action.DESELECT:
            decision = decision.replaced(Action.SKIP)
        self._gates.first.inputs.required.append(decision)
        if decision.action is not Action.XFAIL:
            _stop(decision)
        elif not self._runxfail:
            _raise(pytest.xfail.Exception(decision.shown), decision)


def require(*names: Capability, **keywords: Unpack[KeywordsAndStrict]) -> None:
    """Skip or fail a module by the run's policy, before an import that may fail.

    Where the policy says xfail or deselect, the module is skipped: none of its tests is known yet.
    A conftest goes on, but each module in its folder is skipped or fails before it is imported.

    Args:
        names: As for `requires_capability`.
        keywords: As for `requires_capability`: `framework`, `deployment`, `datastore`,
            `support_level`, `preview`, `matrix` and `strict`.

    Raises:
        RequirementError: An argument cannot be understood.
        RuntimeError: It is called outside a run of pytest.
        pytest.UsageError: A hook calls it while pytest neither collects nor runs a test.
    """
    __tracebackhide__ = True
    conftest = conftest_frame(sys._getframe(1))  # noqa: SLF001 - documented
    if conftest is not None and LOADED:
        requirement_of("requires_capability", names, dict(keywords))  # refuses what is wrong
        add_requirements(conftest, names, dict(keywords))
        return
    _refuse_outside_reports()
    gate = _running_gate(_attaching_gates(running()))
    decision = _decide(gate, names, dict(keywords))
    gate.inputs.required.append(decision)
    _stop(decision)


def require_for_folders(collector: pytest.Collector, gates: Gates) -> None:
    """Have a module stopped in the place of its import, as conftests of its folders require."""
    calls = calls_for(collector)
    if not calls:
        return
    collect = collector.collect

    def collect_if_supported() -> Iterable[pytest.Item | pytest.Collector]:
        for call in calls:
            _require_for(call, gates.at(collector))
        return collect()

    vars(collector)["collect"] = collect_if_supported


def _require_for(call: Call, gate: Gate) -> None:
    try:
        decision = _decide(gate, call.names, call.keywords)
    except CompatibilityError as error:
        raise pytest.Collector.CollectError(f"{call.file}:{call.line}: {error}") from None
    gate.inputs.required.append(decision)
    try:
        _stop(decision)
    except _OUTCOMES as outcome:
        setattr(outcome, _CALL, call)
        raise


def call_of(error: object) -> Call | None:
    """Return the call of a conftest by which an outcome was raised, if it was."""
    return getattr(error, _CALL, None)


def compatibility_of(config: pytest.Config) -> Compatibility:
    """Return the value of the fixture `ddcompat`."""
    return Compatibility(_attaching_gates(config), runxfail=config.getoption("runxfail", False))


def _attaching_gates(config: pytest.Config) -> Gates:
    """Return the gates of a run, whose decisions inside tests are attached to them from now on."""
    name = "ddcompat-attaching"
    if not config.pluginmanager.hasplugin(name):
        config.pluginmanager.register(AttachingHooks(), name)
    return gates_of(config)


def _running_gate(gates: Gates) -> Gate:
    """Return the gate of the test that runs, or of the module that is collected."""
    gates.look()
    node = _running_node() if gates.has_folders else None
    return gates.first if node is None else gates.at(node)


def _running_node() -> pytest.Item | pytest.Collector | None:
    # pytest has no public way to ask: the caller of `from_call` has it as an argument.
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - documented
    while frame is not None:
        if frame.f_code is pytest.CallInfo.from_call.__code__ and frame.f_back is not None:
            known = frame.f_back.f_locals
            node = known.get("item") or known.get("collector")
            if isinstance(node, (pytest.Item, pytest.Collector)):
                return node
        frame = frame.f_back
    return None


class AttachingHooks:
    """Attaches the decisions that `require` makes inside a test to the test's reports."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach one decision for the test's markers and all that it required inside."""
        report = yield
        with contain(item.config, f"the requirements inside {item.nodeid} are not reported"):
            self._attach(item, call, report)
        return report

    def _attach(
        self, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport
    ) -> None:
        required = _take_required(gates_of(item.config).first.inputs.required, call)
        marked, ledger = decision_on(item), ledger_of(item.config)
        if call.when == "setup" and item.stash.get(_INSIDE, None):
            # An earlier run of the test required something.
            del item.stash[_INSIDE]
            if marked is None:
                detach(item, ledger)
                report.user_properties = list(item.user_properties)
        inside = item.stash.setdefault(_INSIDE, _Inside(item))
        inside.entry.see(report)
        inside.required.update(required)
        if inside.required:
            attach(item, inside.decision(marked), ledger)
            report.user_properties = list(item.user_properties)


class _Inside:
    """What a test has required inside, and what became of it so far."""

    def __init__(self, item: pytest.Item) -> None:
        self.required: dict[Decision, None] = {}
        self.entry = Entry(item.nodeid, place_of(item))

    def decision(self, marked: Decision | None) -> Decision:
        """Make one decision of that on the test's markers and all that it required inside."""
        by_marks = [marked] if marked else []
        decision = summarize([*by_marks, *self.required])
        if not self.entry.contradicts(decision):
            return decision
        # It ended one subtest only, or an author's mark expected its failure.
        return summarize([*by_marks, *map(_caught, self.required)])


def _take_required(queue: list[Decision], call: pytest.CallInfo[None]) -> dict[Decision, None]:
    """Take what the test has required since its last report."""
    required = required_by(queue, call)
    queue.clear()
    return required


def required_by(queue: Iterable[Decision], call: pytest.CallInfo[None]) -> dict[Decision, None]:
    """Return what the code that was called has required, by what came of it.

    Args:
        queue: The decisions that it has asked for.
        call: The call, and what it raised.
    """
    error = call.excinfo.value if call.excinfo else None
    raised = decision_of(error)
    # unittest raises a skip anew.
    is_anew = raised is None and isinstance(error, _OUTCOMES)
    required = dict.fromkeys(d if is_anew or d is raised else _caught(d) for d in queue)
    if raised:
        # The outcome of a fixture of several tests is raised again, without another call.
        required[raised] = None
    return required


def _refuse_outside_reports() -> None:
    """Refuse a call from a hook, where what is raised would be an internal error of pytest."""
    frame = sys._getframe(2)  # noqa: SLF001 - documented, unlike a way to ask pytest
    caller = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    outer: FrameType | None = frame
    # A frame of neither is met where another stack runs the test, such as a thread's.
    while outer is not None and outer.f_code is not pytest.CallInfo.from_call.__code__:
        if outer.f_code is wrap_session.__code__:
            raise pytest.UsageError(
                f"{caller}: require() works only while pytest collects a module or runs a test; "
                "valid: a call in a module, a fixture or a test"
            )
        outer = outer.f_back


def decision_of(error: object) -> Decision | None:
    """Return the decision by which an outcome was raised here, if it was."""
    return getattr(error, _DECISION, None)


def _caught(decision: Decision) -> Decision:
    """Return what a decision came to that stopped nothing, since the test caught its outcome."""
    if decision.action in {Action.SKIP, Action.FAIL}:
        return decision.replaced(Action.RUN, ())
    return decision


def _decide(gate: Gate, names: tuple[str, ...], keywords: dict[str, Any]) -> Decision:
    __tracebackhide__ = True
    try:
        requirement, strict = gate.read("requires_capability", names, keywords)
        return gate.judge(requirement, strict=strict)
    except CompatibilityError as error:
        # Raised again here, so that a traceback ends at the user's line.
        raise type(error)(error.problems) from None


def _stop(decision: Decision) -> None:
    __tracebackhide__ = True
    if decision.action is Action.RUN:
        return
    if decision.action is Action.FAIL:
        _raise(pytest.fail.Exception(decision.shown), decision)
    skipped = decision if decision.action is Action.SKIP else decision.replaced(Action.SKIP)
    _raise(pytest.skip.Exception(decision.shown, allow_module_level=True), skipped)


def _raise(outcome: BaseException, decision: Decision) -> NoReturn:
    __tracebackhide__ = True
    setattr(outcome, _DECISION, decision)
    raise outcome
