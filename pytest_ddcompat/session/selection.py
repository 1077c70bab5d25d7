"""Select tests by their capabilities, list them, or run them despite a decision."""

from __future__ import annotations

from os.path import relpath
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddcompat.evaluation.evaluate import expression_of
from pytest_ddcompat.evaluation.expectations import needed
from pytest_ddcompat.requirement.expression import Operation
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.session.execution import is_skipped_by_author
from pytest_ddcompat.session.faults import contain, faults_of
from pytest_ddcompat.session.state import STAND_IN
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.names import unknown_name
from pytest_ddcompat.values.text import inert, printable, quoted

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from pytest_ddcompat.evaluation.decision import Decision
    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.requirement.expression import Expression
    from pytest_ddcompat.session.hooks import GatingHooks

__all__ = ["register"]

_ONLY, _RUN = "--ddcompat-only", "--ddcompat-run"
_NO_CAPABILITY = "no capability"


def register(config: pytest.Config, gating: GatingHooks) -> None:
    """Select the tests of a run.

    Raises:
        CompatibilityError: The expression cannot be understood, or names what no page has.
    """
    hooks = SelectionHooks(config, gating)
    config.pluginmanager.register(hooks, "ddcompat-selection")


class SelectionHooks:
    """Selects the tests that are collected, in each process that collects them."""

    def __init__(self, config: pytest.Config, gating: GatingHooks) -> None:
        self._config = config
        self._gating = gating
        self._only = _one_of(config.getoption("ddcompat_only"))
        self._to_run: list[str] = config.getoption("ddcompat_run") or []
        self._lists = bool(config.getoption("ddcompat_list"))
        self._decided: dict[pytest.Item, Decision] = {}
        if not all(name.strip() for name in self._to_run):  # as of a variable that is not set
            raise CompatibilityError(f"{_RUN}: a node id is missing; . stands for all tests")
        if self._only is not None:
            _asked_by(self._only, gating.gates.first.matrices)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None, None, None]:
        """Deselect tests after all other plugins, and before decisions deselect some."""
        found = _found(self._to_run, items, config)
        self._gating.gates.run_anyway(nodeid for ids in found.values() for nodeid in ids)
        yield
        self._refuse_unknown([name for name, ids in found.items() if not ids], items)
        if self._only is not None:
            with contain(config, f"{_ONLY} selects no tests"):
                self._select(self._only, items)

    def _refuse_unknown(self, names: list[str], items: list[pytest.Item]) -> None:
        # A collection's error, as a usage error in a worker of pytest-xdist has no message.
        ids = [item.nodeid for item in items]
        for name in names:
            problem = unknown_name(f"{_RUN}: no test is collected as {quoted(name)}", name, ids)
            report = pytest.CollectReport(_RUN, "failed", inert(str(problem)), [])
            report.ddcompat_refused = True  # type: ignore[attr-defined]
            self._config.hook.pytest_collectreport(report=report)

    def _select(self, only: str, items: list[pytest.Item]) -> None:
        matrices = self._gating.gates.first.matrices
        asked = _asked_by(only, matrices)
        chosen = {item for item in items if self._is_chosen(item, asked)}
        gone = [item for item in items if item not in chosen]
        if not gone:
            return
        items[:] = [item for item in items if item in chosen]
        self._config.hook.pytest_deselected(items=gone)
        if not items:
            # A line of the summary, which pytest-xdist takes to the controller.
            what = f"ddcompat: {_ONLY} {quoted(only)} deselects all tests: none requires it"
            faults_of(self._config)[what] = None

    def _is_chosen(self, item: pytest.Item, asked: Expression) -> bool:
        decision = self._decide(item)
        # What is wrong with a marker is told where its test runs.
        return decision is not None and (
            bool(decision.error) or _holds(asked, self._needed(item, decision))
        )

    def _decide(self, item: pytest.Item) -> Decision | None:
        return self._gating.decide(item) or item.stash.get(STAND_IN, None)

    def _needed(self, item: pytest.Item, decision: Decision) -> set[str]:
        matrices = self._gating.gates.at(item).matrices
        return {name for r in decision.requirements for name in needed(r, matrices.pick(r))}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """List the tests instead of running them, unless the collection has errors."""
        stops = session.testsfailed and not session.config.option.continue_on_collection_errors
        if not self._lists or stops:
            return None
        reporter: Any = self._config.pluginmanager.getplugin("terminalreporter")
        if reporter is not None:
            reporter.ensure_newline()
            for line in self._list(session.items):
                reporter.write_line(inert(line))
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A list of no tests is no failure."""
        if self._lists and session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = pytest.ExitCode.OK

    def _list(self, items: Iterable[pytest.Item]) -> Iterator[str]:
        sections: dict[str, list[str]] = {}
        others = 0
        for item in items:
            decision = self._decide(item)
            if decision is None:
                others += 1
                continue
            line = _line(item, decision)
            for name in self._needed(item, decision) or {_NO_CAPABILITY}:
                sections.setdefault(name, []).append(line)
        for name, lines in sorted(sections.items(), key=lambda s: (s[0] == _NO_CAPABILITY, s[0])):
            yield from (f"{name}: {_counted(len(lines))}", *lines, "")
        yield f"{_counted(others)} without requirements"


def _counted(number: int) -> str:
    return "1 test" if number == 1 else f"{number} tests"


def _line(item: pytest.Item, decision: Decision) -> str:
    """Return a line of the list: the action on a test, and its reason."""
    action, reason = decision.action.value, decision.shown
    if decision.error:
        action, reason = "error", decision.error.splitlines()[0]
    elif STAND_IN not in item.stash and is_skipped_by_author(item):
        action, reason = "skip", "by its author"
    return f"  {action:8} {printable(item.nodeid)}{f': {reason}' if reason else ''}"


def _one_of(expressions: list[str] | None) -> str | None:
    """Return the one expression of `--ddcompat-only`, if there is one.

    Raises:
        CompatibilityError: There are several, which may be meant as alternatives or together.
    """
    if expressions is None:
        return None
    only, *others = expressions
    if others:
        both = [f"({only:.80}) {word} ({others[0]:.80})" for word in ("or", "and")]
        what = f"{_ONLY}: this option is there {len(expressions)} times"
        raise CompatibilityError(
            Problem(what, f"one expression, such as {' or '.join(map(quoted, both))}")
        )
    return only


def _asked_by(only: str, matrices: Matrices) -> Expression:
    """Return an expression whose names are ids of capabilities.

    Raises:
        CompatibilityError: It cannot be understood, or names what no page has.
    """
    try:
        requirement = Requirement.capability(only)
        matrices.check(requirement)
    except CompatibilityError as error:
        raise CompatibilityError(problem.within(_ONLY) for problem in error.problems) from None
    matrix = matrices.pick(requirement)
    return _by_ids(expression_of(requirement, matrix), lambda name: matrix.capability(name).id)


def _by_ids(node: Expression, id_of: Any) -> Expression:
    if isinstance(node, str):
        found: str = id_of(node)
        return found
    return Operation(node.operator, tuple(_by_ids(operand, id_of) for operand in node.operands))


def _holds(node: Expression, named: set[str]) -> bool:
    """Whether an expression is true where exactly these capabilities are."""
    if isinstance(node, str):
        return node in named
    held = [_holds(operand, named) for operand in node.operands]
    if node.operator == "not":
        return not held[0]
    return all(held) if node.operator == "and" else any(held)


def _found(
    names: Iterable[str], items: Iterable[pytest.Item], config: pytest.Config
) -> dict[str, list[str]]:
    """Return the node ids of the tests that each name of `--ddcompat-run` means."""
    by_prefix: dict[str, list[str]] = {}
    found: dict[str, list[str]] = {name: [] for name in names}
    for name in found:
        by_prefix.setdefault(_as_nodeid(name, config), []).append(name)
    for item in items if found else ():
        for prefix in _prefixes(item.nodeid):
            for name in by_prefix.get(prefix, ()):
                found[name].append(item.nodeid)
    return found


def _as_nodeid(name: str, config: pytest.Config) -> str:
    """Return the node id that a name of the command line has, whose path is of its folder."""
    path, *names = name.split("::")
    try:
        path = relpath(config.invocation_params.dir / path, config.rootpath)
    except ValueError:  # on another drive of Windows
        return name
    return "::".join([path.replace("\\", "/"), *names])


def _prefixes(nodeid: str) -> Iterator[str]:
    """Return what a node id is found by: itself, its function, classes, file and folders."""
    yield nodeid
    base = nodeid.partition("[")[0]
    path, *names = base.split("::")
    if base != nodeid:
        yield base
    for number in range(len(names)):
        yield "::".join([path, *names[:number]])
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
    yield "."
