"""Requirements from inside a test or a module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from _pytest.outcomes import OutcomeException

from pytest_ddcompat.evaluation.evaluate import evaluate
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.requirement.markers import requirement_of
from pytest_ddcompat.session.execution import attach
from pytest_ddcompat.session.faults import harmless
from pytest_ddcompat.session.gate import one_of
from pytest_ddcompat.session.state import DECISION, gate_of, gating_of, running
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from collections.abc import Generator

    from typing_extensions import TypedDict, Unpack

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.verdict import Verdict
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Names
    from pytest_ddcompat.session.gate import Decision, Gate

    class Keywords(TypedDict, total=False):
        """What may be said of capabilities beside their names."""

        framework: Names
        deployment: Names
        datastore: Names
        support_level: str | None
        preview: bool
        matrix: str | None

    class KeywordsAndStrict(Keywords, total=False):
        """The same, and whether what is not supported fails."""

        strict: bool | None


__all__ = ["Attaching", "Compatibility", "compatibility_of", "decision_of", "require"]

_DECISION = "ddcompat_decision"
_ASKED = pytest.StashKey["dict[Decision, None]"]()


class Compatibility:
    """The environment and the page, inside a test: the value of the fixture `ddcompat`."""

    def __init__(self, gate: Gate, *, runxfail: bool = False) -> None:
        self._gate = gate
        self._runxfail = runxfail

    @property
    def environment(self) -> Environment:
        """The facts of the run's environment."""
        return self._gate.environment

    @property
    def matrix(self) -> Matrix:
        """The page that the run's requirements are held against; of several the first."""
        return self._gate.matrix

    def check(self, *names: str, **keywords: Unpack[Keywords]) -> Verdict:
        """Hold capabilities against the environment; the arguments are the marker's.

        Raises:
            RequirementError: An argument cannot be understood.
        """
        __tracebackhide__ = True
        try:
            requirement, _ = requirement_of("requires_capability", names, dict(keywords))
            page = self._gate.matrices.pick(requirement)
            return evaluate(requirement, self.environment, page)
        except CompatibilityError as error:
            raise type(error)(error.problems) from None

    def require(self, *names: str, **keywords: Unpack[KeywordsAndStrict]) -> None:
        """Skip, fail or xfail the test by the run's policy; the arguments are the marker's.

        Raises:
            RequirementError: An argument cannot be understood.
        """
        __tracebackhide__ = True
        decision = _decide(self._gate, names, dict(keywords))
        if decision.action is Action.DESELECT:
            decision = decision._replace(action=Action.SKIP)
        self._gate.asked.append(decision)
        if decision.action is not Action.XFAIL:
            _stop(decision)
        elif not self._runxfail:
            _raise(pytest.xfail.Exception(decision.reason), decision)


def require(*names: str, **keywords: Unpack[KeywordsAndStrict]) -> None:
    """Skip or fail a module by the run's policy, before an import that may fail.

    Where the policy says xfail or deselect, the module is skipped: nothing of it is known yet.

    Args:
        names: As for `requires_capability`.
        keywords: As for `requires_capability`: `framework`, `deployment`, `datastore`,
            `support_level`, `preview`, `matrix` and `strict`.

    Raises:
        RequirementError: An argument cannot be understood.
        RuntimeError: It is called outside a run of pytest.
    """
    __tracebackhide__ = True
    gate = _attached_gate(running())
    decision = _decide(gate, names, dict(keywords))
    gate.asked.append(decision)
    _stop(decision)


def compatibility_of(config: pytest.Config) -> Compatibility:
    """Make the value of the fixture `ddcompat`, and attach from then on what tests ask it for."""
    return Compatibility(_attached_gate(config), runxfail=config.getoption("runxfail", False))


def _attached_gate(config: pytest.Config) -> Gate:
    """The gate of a run; what tests ask of it is attached to them from then on."""
    name = "ddcompat-attaching"
    if not config.pluginmanager.hasplugin(name):
        config.pluginmanager.register(Attaching(), name)
    return gate_of(config)


class Attaching:
    """Attaches what `require` decided inside a test to the test's reports."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put one decision in the place of what the test's markers came to; they are kept."""
        report = yield
        with harmless(item.config, f"what {item.nodeid} required is not told"):
            self._attach(item, call, report)
        return report

    def _attach(
        self, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport
    ) -> None:
        gate = gate_of(item.config)
        error = call.excinfo.value if call.excinfo else None
        raised = decision_of(error)
        # unittest raises a skip anew.
        is_anew = raised is None and isinstance(error, OutcomeException)
        asked = dict.fromkeys(d if is_anew or d == raised else _caught(d) for d in gate.asked)
        if raised:
            # What a fixture of several tests raised is raised again, without another call.
            asked[raised] = None
        gate.asked.clear()
        if call.when == "setup":
            item.stash[_ASKED] = {}  # of an earlier run of the test
        if asked:
            known = item.stash.setdefault(_ASKED, {})
            known.update(asked)
            marked = item.stash.get(DECISION, None)
            decision = one_of([*([marked] if marked else []), *known])
            attach(item, gate.attached(decision))
            report.user_properties = list(item.user_properties)
            gating_of(item.config).settle(item)


def decision_of(error: object) -> Decision | None:
    """The decision that an outcome raised here was made by; None if it was not."""
    return getattr(error, _DECISION, None)


def _caught(decision: Decision) -> Decision:
    """What became of a decision that stopped nothing."""
    if decision.action in {Action.SKIP, Action.FAIL}:
        return decision._replace(action=Action.RUN, mend=())
    return decision


def _decide(gate: Gate, names: tuple[str, ...], keywords: dict[str, Any]) -> Decision:
    __tracebackhide__ = True
    try:
        requirement, strict = requirement_of("requires_capability", names, keywords)
        return gate.judge(requirement, strict=strict)
    except CompatibilityError as error:
        raise type(error)(error.problems) from None


def _stop(decision: Decision) -> None:
    __tracebackhide__ = True
    if decision.action is Action.RUN:
        return
    if decision.action is Action.FAIL:
        _raise(pytest.fail.Exception(decision.reason), decision)
    skipped = decision._replace(action=Action.SKIP)
    _raise(pytest.skip.Exception(decision.reason, allow_module_level=True), skipped)


def _raise(outcome: OutcomeException, decision: Decision) -> NoReturn:
    __tracebackhide__ = True
    setattr(outcome, _DECISION, decision)
    raise outcome
