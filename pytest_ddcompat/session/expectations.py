"""Compare a run with its expectations before the first test, and report at the end."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddcompat.evaluation.expectations import expectations_of, needed, unexpected
from pytest_ddcompat.evaluation.policy_lines import PolicyLines
from pytest_ddcompat.evaluation.ruling import Rules
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.session.faults import contain, describe, fail_run
from pytest_ddcompat.session.ruling import ini_origin
from pytest_ddcompat.session.state import gates_of, is_worker
from pytest_ddcompat.values.text import inert, printable, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_ddcompat.evaluation.expectations import Expectation
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Requirement
    from pytest_ddcompat.session.gate import Gate

__all__ = ["Expected", "register"]

_OPTION, _EXACTLY = "--ddcompat-expect", "--ddcompat-expect-exactly"
_UNMET = "ddcompat_unmet"  # what the controller of pytest-xdist tells its workers


def register(config: pytest.Config) -> None:
    """Read what a run expects, and register the hooks for it.

    Raises:
        CompatibilityError: An expectation cannot be understood.
    """
    gate = gates_of(config).first
    inputs = gate.inputs
    rules = inputs.rules or Rules(inputs.policy, PolicyLines(()))
    expected = Expected(config, gate, preview=rules.lines.previews)
    inputs.rules = rules._replace(unmet_by=expected.unmet_by)
    if not is_worker(config):
        config.pluginmanager.register(ExpectationHooks(expected), "ddcompat-expectations")


class Expected:
    """The expectations of a run, compared with its environment.

    Attributes:
        origin: What gave the expectations.
    """

    def __init__(self, config: pytest.Config, gate: Gate, *, preview: bool) -> None:
        self._gate = gate
        named, self.origin = config.getoption("ddcompat_expect"), _OPTION
        if named is None:
            named = [str(text) for text in config.getini("ddcompat_expect")]
            self.origin = ini_origin(config, "ddcompat_expect") if named else _EXACTLY
        self._preview = preview
        self._exactly = bool(config.getoption("ddcompat_expect_exactly"))
        self._expectations = expectations_of(
            named, gate.matrices, self.origin, preview=self._preview
        )
        # Where the workers of pytest-xdist run the tests, the controller has decided.
        self._told: list[str] | None = getattr(config, "workerinput", {}).get(_UNMET)

    @cached_property
    def unmet(self) -> dict[Expectation, str]:
        """The expectations that are not known to be supported, each with the reason."""
        if self._told is not None:
            return {one: "" for one in self._expectations if one.text in self._told}
        found = {}
        for one in self._expectations:
            try:
                verdict = one.verdict(self._gate.verdicts)
            except BaseException as error:  # noqa: BLE001 - what ends a run is raised again
                found[one] = f"this cannot be judged: {describe(error)}"
            else:
                if not verdict:
                    found[one] = verdict.reason
        return found

    @cached_property
    def unexpected(self) -> list[str]:
        """The capabilities that are supported though nobody expects them, if that matters."""
        if not self._exactly or self._gate.fault is not None:
            return []
        gate = self._gate
        return unexpected(self._expectations, gate.matrices, gate.verdicts, preview=self._preview)

    @property
    def is_met(self) -> bool:
        """Whether all is as expected."""
        return not (self.unmet or self.unexpected)

    def unmet_by(self, requirement: Requirement, matrix: Matrix) -> str:
        """Return the first unmet expectation that names a capability which a requirement needs.

        Args:
            requirement: The requirement of a test.
            matrix: The page that it is evaluated against.
        """
        wanted = needed(requirement, matrix) if self.unmet else set()
        return next((one.text for one in self.unmet if self._needed(one) & wanted), "")

    def _needed(self, one: Expectation) -> set[str]:
        return needed(one.requirement, self._gate.matrices.pick(one.requirement))

    def lines(self) -> Iterable[str]:
        """Return the lines of the summary."""
        for one, reason in self.unmet.items():
            yield f"not supported here, but expected by {self.origin}: {quoted(one.text)}"
            yield printable(f"  {reason}")
            fix = self._fix(one)
            if fix:
                yield printable(f"  fix: {fix}")
        if self.unexpected:
            names = printable(", ".join(self.unexpected))
            yield f"supported here, but refused by {_EXACTLY}: {names}"

    def _fix(self, one: Expectation) -> str:
        if self._gate.fault or one.verdict(self._gate.verdicts).status is not Status.UNSUPPORTED:
            return ""
        return " and ".join(self._gate.remedies((one.requirement,)).phrases)


class ExpectationHooks:
    """Has a run fail that is not as expected, and says why."""

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self._is_met: bool | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Decide before a test, or a fixture, can change what is detected."""
        option = session.config.option
        if not (option.collectonly or option.ddcompat_list):
            self._is_met = False
            with contain(session.config, "the expectations of the run are not judged"):
                self._is_met = self._expected.is_met

    # Last, so that the Agent is asked once, by the settings that workers get.
    @pytest.hookimpl(optionalhook=True, trylast=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist what is not as expected."""
        with contain(node.config, "a worker judges the expectations itself"):
            node.workerinput[_UNMET] = [one.text for one in self._expected.unmet]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Have a run fail that passed, or that had no test."""
        if self._is_met is False:
            fail_run(session)

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        """Say what is not as expected."""
        if self._is_met is not False:
            return
        with contain(config, "cannot say what is not as expected"):
            terminalreporter.section("ddcompat expectations", sep="=")
            for line in self._expected.lines():
                terminalreporter.line(inert(line), red=True)
