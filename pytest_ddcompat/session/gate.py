"""What a run decides of its tests: from their marks, once for each distinct requirement."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.environment.detection import Variables
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.remedies import Mended, Verdicts, is_met, mend
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.requirement.markers import requirement_of, written
from pytest_ddcompat.session.faults import or_error, reason_of
from pytest_ddcompat.session.options import (
    RunSettings,
    environment_of,
    matrices_of,
    policy_of,
    settings_of,
)
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["Decision", "Gate", "one_of"]

_STATUSES = (Status.SUPPORTED, Status.UNDETERMINED, Status.UNSUPPORTED)


class Decision(NamedTuple):
    """What happens to a test, and why.

    Attributes:
        action: What happens to it.
        status: The worst of its verdicts.
        requirements: What its markers ask.
        reason: Why it is not supported; empty if it is.
        mend: What would let it run; empty if nothing would, or it runs.
        error: Why its markers could not be held against the environment; empty if they were.
    """

    action: Action
    status: Status
    requirements: tuple[Requirement, ...]
    reason: str = ""
    mend: tuple[str, ...] = ()
    error: str = ""

    @classmethod
    def failed(cls, error: str) -> Decision:
        """The test cannot be judged: it is an error of its own."""
        return cls(Action.RUN, Status.UNDETERMINED, (), error=error)

    def to_text(self) -> str:
        """One string, for a report's `user_properties`."""
        return json.dumps(
            {
                "verdict": self.status.value,
                "action": self.action.value,
                "requires": [requirement.marker for requirement in self.requirements],
                "reason": self.reason,
                "mend": self.mend,
            }
        )


class _Known:
    """What is wrong with markers of the same arguments, or decided by them."""

    __slots__ = ("decision", "mark", "problem")

    def __init__(self, mark: pytest.Mark, problem: str) -> None:
        self.mark = mark
        self.problem = problem
        self.decision: Decision | None = None


class Gate:
    """The pages and the environment of one run, and what it decided by them.

    Attributes:
        asked: Decisions made inside the module or test that runs, until they are attached to it.
    """

    def __init__(self, config: pytest.Config, environ: Mapping[str, str]) -> None:
        environ = self._environ = Variables(environ)  # first, for pytest shows arguments
        self._config = config
        self.policy = policy_of(config)
        self.asked: list[Decision] = []
        plain = getattr(config, "workerinput", {}).get("ddcompat")
        self.settings = RunSettings.from_plain(plain) if plain else settings_of(config)
        self._loaded = self.settings.load_matrices()
        self._by_arguments: dict[Any, _Known] = {}
        self._by_mark: dict[int, _Known] = {}  # the marks that `_Known` holds, by their ids
        self._together: dict[tuple[int, ...], tuple[tuple[Decision, ...], Decision]] = {}
        self._attached: dict[int, tuple[Decision, tuple[str, str]]] = {}

    @property
    def matrix(self) -> Matrix:
        """The first of the pages that the run's requirements are held against."""
        return self.matrices.first

    @property
    def matrices(self) -> Matrices:
        """The pages that the run's requirements are held against.

        Raises:
            MatrixError: What a hook gives is no matrix, or cannot be understood.
        """
        if isinstance(self._pages, BaseException):
            raise self._pages
        return self._pages

    @cached_property
    def _pages(self) -> Matrices | BaseException:
        # Where a hook ends the run, it is not called again when the run is told of.
        vars(self)["_pages"] = RuntimeError("pytest_ddcompat_matrices has ended the run")
        return or_error(lambda: matrices_of(self._loaded, self._config))

    @property
    def environment(self) -> Environment:
        """The facts of the run's environment.

        Raises:
            FactsError: A hook's facts cannot be understood.
        """
        if isinstance(self._found, BaseException):
            raise self._found
        return self._found

    @cached_property
    def _found(self) -> Environment | BaseException:
        vars(self)["_found"] = RuntimeError("pytest_ddcompat_facts has ended the run")
        return or_error(lambda: environment_of(self.settings.facts, self._config, self._environ))

    @cached_property
    def verdicts(self) -> Verdicts:
        """The verdicts of the run's environment."""
        return Verdicts(self.environment, self.matrices)

    @property
    def used(self) -> bool:
        """Whether something was held against the pages."""
        return isinstance(vars(self).get("_pages"), Matrices)

    def problem(self, mark: pytest.Mark) -> str:
        """What is wrong with a marker, the page's names included; empty if nothing is."""
        return self._known(mark).problem

    def decide(self, marks: Sequence[pytest.Mark]) -> Decision:
        """Decide what happens to a test with these marks."""
        if len(marks) == 1:
            known = self._known(marks[0])
            return known.decision or self._decided(known)
        return self.together(tuple(self._decided(self._known(mark)) for mark in marks))

    def decide_known(self) -> None:
        """Decide by each marker that was seen so far."""
        for known in [*self._by_arguments.values()]:
            self._decided(known)

    def _decided(self, known: _Known) -> Decision:
        if known.decision is None:
            known.decision = self._judge_mark(known.mark, known.problem)
        return known.decision

    def _known(self, mark: pytest.Mark) -> _Known:
        """What is known of a mark's arguments; 1 equals True, but is another argument."""
        positional, keywords = mark.args, mark.kwargs
        # Keywords can be changed between one test and another.
        shared = None if keywords else self._by_mark.get(id(mark))
        if shared is not None:
            return shared
        try:
            key: tuple[object, ...] = (mark.name, positional)
            if keywords or len(positional) != 1 or type(positional[0]) is not str:
                key = (*key, *keywords.items(), *map(type, (*positional, *keywords.values())))
            known = self._by_arguments.get(key)
        except Exception as error:  # noqa: BLE001 - a user's class may do anything here
            return _Known(mark, self._unhashable(mark, error))
        if known is None:
            known = self._by_arguments[key] = _Known(mark, self._find_problem(mark))
            if not keywords:
                self._by_mark[id(mark)] = known
        return known

    def _unhashable(self, mark: pytest.Mark, error: Exception) -> str:
        told = f"{error}; valid: a tuple in the place of a list"
        if not isinstance(error, TypeError):
            told = f"{type(error).__name__}: {error}"
        return self._find_problem(mark) or f"{written(mark)}: {told}"

    def _find_problem(self, mark: pytest.Mark) -> str:
        try:
            requirement, _ = requirement_of(mark.name, mark.args, mark.kwargs)
            if not isinstance(self._pages, BaseException):
                self._pages.check(requirement)
        except CompatibilityError as error:
            return f"{written(mark)}: {error}"
        except BaseException as error:  # noqa: BLE001 - a user's class may do anything here
            return f"{written(mark)}: {reason_of(error)}"
        return ""

    def together(self, decisions: tuple[Decision, ...]) -> Decision:
        """Make one decision of all that were made of a test: the worst, for all that is asked."""
        key = tuple(map(id, decisions))
        known = self._together.get(key)
        if known is None:
            together = _together(decisions)
            together = together._replace(mend=self._mend(together))
            # They are kept, so that the id of each stays its own.
            known = self._together[key] = (decisions, together)
        return known[1]

    def judge(self, requirement: Requirement, *, strict: bool | None) -> Decision:
        """Decide by one requirement.

        Raises:
            CompatibilityError: The requirement names what the page does not have, or facts
                cannot be understood.
        """
        matrix = self.matrices.pick(requirement)
        verdict = self.verdicts.of(requirement)
        action = self.policy.action(verdict.status, strict=strict)
        reason = verdict.reason
        if reason and len(self.matrices) > 1:
            reason = f"{matrix.page.id}: {reason}"
        decision = Decision(action, verdict.status, (requirement,), reason)
        return decision._replace(mend=self._mend(decision))

    def _mend(self, decision: Decision) -> tuple[str, ...]:
        runs = decision.action in {Action.RUN, Action.XFAIL}
        return () if runs else self.mended(decision.requirements).remedies

    def mended(self, requirements: Sequence[Requirement]) -> Mended:
        """What would let a test run that is stopped."""
        return mend(
            requirements,
            self.environment,
            self.matrices,
            undetermined=self._undetermined_runs,
            known=self.verdicts,
        )

    def would_run(self, requirements: Sequence[Requirement], environment: Environment) -> bool:
        """Whether a test that is stopped would run in another environment."""
        runs = self._undetermined_runs
        return is_met(requirements, environment, self.matrices, undetermined=runs)

    @property
    def _undetermined_runs(self) -> bool:
        return self.policy.undetermined in {Action.RUN, Action.XFAIL}

    def text(self, decision: Decision) -> str:
        """The decision as one string; the same object each time."""
        return self.attached(decision)[1]

    def attached(self, decision: Decision) -> tuple[str, str]:
        """The decision as a report's `user_properties` hold it; the same object each time."""
        known = self._attached.get(id(decision))
        if known is None:
            attached = ("ddcompat", decision.to_text())
            known = self._attached[id(decision)] = (decision, attached)
        return known[1]

    def _judge_mark(self, mark: pytest.Mark, problem: str) -> Decision:
        if problem:
            return Decision.failed(problem)
        try:
            requirement, strict = requirement_of(mark.name, mark.args, mark.kwargs)
            return self.judge(requirement, strict=strict)
        except CompatibilityError as error:
            return Decision.failed(f"{written(mark)}: {error}")
        except BaseException as error:  # noqa: BLE001
            # A hook's bug, or one of ours, is that test's error, and not the run's.
            return Decision.failed(f"{written(mark)}: {reason_of(error)}")


def one_of(decisions: Sequence[Decision]) -> Decision:
    """One decision of several, made one after another, of which the strongest was acted on."""
    action = max(decisions, key=lambda d: d.action.strength).action
    acted = [d for d in decisions if d.action is action]
    return Decision(
        action,
        max(decisions, key=lambda d: _STATUSES.index(d.status)).status,
        tuple(dict.fromkeys(r for d in decisions for r in d.requirements)),
        "; ".join(dict.fromkeys(d.reason for d in acted if d.reason)),
        tuple(dict.fromkeys(remedy for d in acted for remedy in d.mend)),
    )


def _together(decisions: tuple[Decision, ...]) -> Decision:
    errors = [d.error for d in decisions if d.error]
    if errors:
        return Decision.failed("\n".join(errors))
    worst = max(decisions, key=lambda d: _STATUSES.index(d.status)).status
    return Decision(
        max(decisions, key=lambda d: d.action.strength).action,
        worst,
        tuple(requirement for d in decisions for requirement in d.requirements),
        "; ".join(dict.fromkeys(d.reason for d in decisions if d.reason)),
    )
