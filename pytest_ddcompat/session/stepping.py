"""Markers that the plugin leaves to a suite or plugin that has registered the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["step_back", "take_lines"]

_NAMES = pytest.StashKey[dict[str, None]]()


def step_back(config: pytest.Config, name: str) -> None:
    """Leave a marker to others, and say so at the end of the run."""
    names = config.stash.get(_NAMES, None)
    if names is None:
        names = config.stash[_NAMES] = {}
        config.pluginmanager.register(_Hooks(names), "ddcompat-stepping")
    names[name] = None


def take_lines(config: pytest.Config) -> Iterator[str]:
    """Return a line for each such marker, once."""
    names = config.stash.get(_NAMES, {})
    for name in sorted(names):
        del names[name]
        yield f"{name} does not gate tests: your suite or a plugin registers a marker of that name"


class _Hooks:
    """The hooks of a run in which a marker is left to others.

    Args:
        names: The names.
    """

    def __init__(self, names: dict[str, None]) -> None:
        self._names = names

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        """Print the lines where no summary of gated tests has."""
        option = config.option
        if self._names and not (option.collectonly and option.verbose < 0):
            terminalreporter.section("ddcompat", sep="=")
            for line in take_lines(config):
                terminalreporter.line(line)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Give the controller the names that this worker knows."""
        output = getattr(session.config, "workeroutput", {})
        output["ddcompat_stepped_back"] = sorted(self._names)
