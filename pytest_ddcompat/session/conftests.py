"""Folders that a conftest gates by calling `require()` while it is imported."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["Call", "add_requirements", "calls_for", "conftest_frame"]

_CONFTEST = "conftest.py"


class Call(NamedTuple):
    """One call of `require()` by a conftest.

    Attributes:
        names: Its arguments.
        keywords: Its keyword arguments.
        file: The conftest.
        line: The line of the call.
    """

    names: tuple[str, ...]
    keywords: dict[str, Any]
    file: Path
    line: int


# The first conftests are imported before there is a run to keep their calls.
_CALLS: list[tuple[dict[str, Any], Call]] = []


def conftest_frame(frame: FrameType | None) -> FrameType | None:
    """Return the frame of the conftest whose import a frame is part of, if it is one."""
    while frame is not None and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    if frame is None or os.path.basename(frame.f_code.co_filename) != _CONFTEST:  # noqa: PTH119
        return None
    return frame


def add_requirements(frame: FrameType, names: tuple[str, ...], keywords: dict[str, Any]) -> None:
    """Note what a conftest requires for its folder."""
    call = Call(names, keywords, Path(frame.f_code.co_filename), frame.f_lineno)
    _CALLS.append((frame.f_globals, call))


def calls_for(collector: pytest.Collector) -> list[Call]:
    """Return what the conftests of a file's folders require; nothing for a folder."""
    is_folder = isinstance(collector, pytest.Package) or not isinstance(collector, pytest.File)
    return [] if not _CALLS or is_folder else list(_calls(collector))


def _calls(collector: pytest.Collector) -> Iterator[Call]:
    # A conftest of an earlier run of this process does not count.
    loaded = {id(vars(p)) for p in collector.config.pluginmanager.get_plugins() if _has_vars(p)}
    for known, call in _CALLS:
        if id(known) in loaded and call.file.parent in collector.path.parents:
            yield call


def _has_vars(plugin: object) -> bool:
    return hasattr(plugin, "__dict__")
