"""Fail a run in which too few of the tests with requirements ran."""

from __future__ import annotations

import re
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pytest_ddcompat.session.faults import contain, fail_run
from pytest_ddcompat.session.state import ledger_of
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.text import inert, printable, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_ddcompat.session.outcomes import Entry

__all__ = ["Least", "register"]

_OPTION = "--ddcompat-min-run"
_LEAST = re.compile(r"([0-9]{1,9})(%?)(,per-file)?")
_RAN = {"passed", "failed", "error", "xfailed", "xpassed"}
_WHOLE = 100  # percent
_FILES = 20  # lines at most


class Least(NamedTuple):
    """How many of the tests with requirements must run.

    Attributes:
        number: Tests, or percent of them.
        is_percent: Whether it is a percentage.
        per_file: Whether it speaks of each file as well.
    """

    number: int
    is_percent: bool
    per_file: bool

    @classmethod
    def read(cls, text: str) -> Least:
        """Read it from text, such as `5`, `80%` or `50%,per-file`.

        Raises:
            CompatibilityError: It cannot be understood.
        """
        found = _LEAST.fullmatch(text)
        if not found or (found[2] and int(found[1]) > _WHOLE):
            raise CompatibilityError(
                f"{_OPTION}: {quoted(text)} is not valid; valid: a number of tests or a percentage "
                "up to 100%, with ,per-file behind it or not: 5, 80%, 50%,per-file"
            )
        return cls(int(found[1]), bool(found[2]), bool(found[3]))

    def of(self, total: int) -> int:
        """Return how many of a number of tests must run."""
        return ceil(total * self.number / 100) if self.is_percent else self.number

    def __str__(self) -> str:
        return f"{self.number}{'%' if self.is_percent else ''}"


def register(config: pytest.Config) -> None:
    """Check at the end of a run how many tests ran.

    Raises:
        CompatibilityError: The option cannot be understood.
    """
    least = Least.read(config.getoption("ddcompat_min_run"))
    config.pluginmanager.register(MinRunHooks(config, least), "ddcompat-min-run")


class MinRunHooks:
    """Checks how many tests ran, in the process that reports all of them."""

    def __init__(self, config: pytest.Config, least: Least) -> None:
        self._config = config
        self._least = least
        self._lines: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run in which too few tests ran."""
        option = self._config.option
        if option.collectonly or option.ddcompat_list:
            return
        with contain(self._config, f"{_OPTION} is not checked"):
            self._lines = [*_shortfalls(ledger_of(self._config).entries(), self._least)]
        if self._lines:
            fail_run(session)

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where too few tests ran."""
        rest = len(self._lines) - _FILES
        more = [f"ddcompat: and too few ran in {rest} more files"] if rest > 0 else []
        for line in [*self._lines[:_FILES], *more]:
            terminalreporter.line(inert(printable(line)), red=True)


def _shortfalls(entries: Iterable[Entry], least: Least) -> Iterator[str]:
    by_file: dict[str, list[bool]] = {}
    for entry in entries:
        by_file.setdefault(entry.id.partition("::")[0], []).append(_ran(entry))
    counted = {"": [ran for each in by_file.values() for ran in each]}
    if least.per_file:
        counted.update(sorted(by_file.items()))
    for file, each in counted.items():
        wanted = least.of(len(each))
        if sum(each) < wanted:
            where = f" in {file}" if file else ""
            yield (
                f"ddcompat: {sum(each)} of {len(each)} tests with requirements ran{where}, "
                f"but {_OPTION} asks for {least}"
            )


def _ran(entry: Entry) -> bool:
    running = entry.decision is not None and entry.decision.action.runs
    return running and entry.outcome in _RAN
