"""Check the declarations of a run against the tests that were collected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddcompat.declarations.checks import doubtful, misspelt_values
from pytest_ddcompat.declarations.collected import unmatched
from pytest_ddcompat.session.faults import contain, faults_of
from pytest_ddcompat.session.state import is_worker
from pytest_ddcompat.values.text import inert

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from pytest_ddcompat.declarations.file import Declarations
    from pytest_ddcompat.session.gate import Gate

__all__ = ["DeclarationChecks"]

_OUTPUT = "ddcompat_declarations"
_SHOWN = 40  # lines at most


class DeclarationChecks:
    """Tells what is wrong with declarations, and fails the run for it if that is asked for."""

    def __init__(self, config: pytest.Config, gate: Gate, declarations: Declarations) -> None:
        self._config = config
        self._gate = gate
        self._declarations = declarations
        self._is_strict = bool(config.getoption("ddcompat_declarations_strict"))
        self._found: dict[str, None] = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        """Check against all tests, before any of them is deselected."""
        with contain(self._config, "the declarations are not checked"):
            self._found.update(dict.fromkeys(self._check([item.nodeid for item in items])))
            # No fault of the declarations, so strict runs go on: the word may be right.
            lines = misspelt_values(self._declarations, self._given_words())
            faults_of(self._config).update(dict.fromkeys(f"ddcompat: {line}" for line in lines))
        yield

    def _given_words(self) -> dict[str, str]:
        """Return the words that options give to facts which may have any."""
        inputs, declared = self._gate.inputs, self._gate.matrices.own_facts
        given = inputs.settings.facts.environment(detector=inputs.detector).own_facts
        free = {key: row for key, row in declared.items() if row.kind == "word" and not row.words}
        return {
            free[key].id: fact.value
            for key, fact in given.items()
            if key in free and isinstance(fact.value, str)
        }

    def _check(self, node_ids: Sequence[str]) -> Iterator[str]:
        yield from map(str, doubtful(self._declarations, self._gate.matrices))
        if not self._config.getoption("lf", False):  # it collects parts of files
            whole = _whole(self._config, node_ids, self._declarations)
            yield from map(str, unmatched(self._declarations, node_ids, whole))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Run no test if something is wrong; with pytest-xdist they run, and the run fails."""
        if self._is_strict and self._found and not is_worker(session.config):
            raise session.Interrupted("something is wrong with the declarations")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Give the controller what a worker has found, and end as an error of the collection."""
        output: dict[str, Any] = getattr(session.config, "workeroutput", {})
        output[_OUTPUT] = list(self._found)
        if self._is_strict and self._found:
            session.exitstatus = pytest.ExitCode.INTERRUPTED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker has found."""
        self._found.update(dict.fromkeys(getattr(node, "workeroutput", {}).get(_OUTPUT, ())))

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        """Print what is wrong, after the summary of the tests."""
        if config.option.collectonly and config.option.verbose < 0 and not self._is_strict:
            return  # programs read the ids
        lines = sorted(self._found, key=_place)
        for line in lines[:_SHOWN]:
            terminalreporter.line(inert(f"ddcompat: {line}"), yellow=True)
        if len(lines) > _SHOWN:
            terminalreporter.line(f"ddcompat: and {len(lines) - _SHOWN} more", yellow=True)


def _place(message: str) -> tuple[str, int, str]:
    """Return the file and line that a message begins with, and the message."""
    found = re.match(r"(.*?):([0-9]{1,9}): ", message)
    return (found[1], int(found[2]), message) if found else ("", 0, message)


def _whole(config: pytest.Config, node_ids: Iterable[str], declarations: Declarations) -> list[str]:
    """Return the files of which all tests were collected, and those that do not exist."""
    root, folder = config.rootpath.resolve(), config.invocation_params.dir
    named = [(folder / arg.partition("::")[0]).resolve() for arg in config.args]
    partly = {path for path, arg in zip(named, config.args) if "::" in arg}
    folders = {path for path in named if path not in partly}
    files = dict.fromkeys(node_id.partition("::")[0] for node_id in node_ids)
    whole = [file for file in files if not partly or (root / file).resolve() not in partly]
    for path in dict.fromkeys(_paths(declarations)):
        # One that exists may be left out by other options, by a conftest, or skip itself.
        if path not in files and not (root / path).exists():
            whole += [path] if folders.intersection((root / path).parents) else []
    return whole


def _paths(declarations: Declarations) -> Iterator[str]:
    """Yield the files and folders that declarations name, but for those with `*`."""
    for declaration in declarations.declarations:
        for test in declaration.tests:
            path = test.partition("[")[0].partition("::")[0].rstrip("/")
            if "*" not in path:
                yield path
