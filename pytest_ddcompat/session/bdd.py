"""Tags of pytest-bdd's features as markers: `@requires_capability("api_security")`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.declared import MARKERS, is_ours
from pytest_ddcompat.requirement.markers import written
from pytest_ddcompat.requirement.requirement import call_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

__all__ = ["BddHooks", "problems_at_tags"]


class BddHooks:
    """Gates scenarios by their tags, and those of their features, rules and examples.

    A tag that cannot be understood becomes a mark of its name, as pytest-bdd makes it, which is
    refused with the test like any misspelt marker.

    Args:
        config: The run's configuration, which tells the names of other markers.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(optionalhook=True)
    def pytest_bdd_apply_tag(self, tag: str, function: Callable[..., object]) -> bool | None:
        """Mark the test of a scenario, and leave other tags to pytest-bdd."""
        mark = _mark_of(tag, self._config)
        if mark is None:
            return None
        pytest.MarkDecorator(mark, _ispytest=True)(function)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_pycollect_makeitem(self) -> Generator[None, object, object]:
        """Replace the marks that pytest-bdd makes of the tags of examples, without its hook."""
        made = yield
        for item in made if isinstance(made, list) else ():
            for index, mark in enumerate(item.own_markers):
                if not mark.name.isidentifier():
                    item.own_markers[index] = _mark_of(mark.name, self._config) or mark
        return made


def _mark_of(tag: str, config: pytest.Config) -> pytest.Mark | None:
    """Return the mark of a tag, `@requires-tracer(...)` too; None if it is somebody else's."""
    name, bracket, arguments = tag.partition("(")
    name = name.replace("-", "_")
    if name in MARKERS and is_ours(name, config):
        try:
            name, positional, keywords = call_of(f"{name}({arguments}" if bracket else f"{name}()")
        except (TypeError, ValueError, SyntaxError, RecursionError, MemoryError):
            pass
        else:
            made: pytest.MarkDecorator = getattr(pytest.mark, name)
            return made.with_args(*positional, **keywords).mark
    # Not by `pytest.mark`, which refuses what is not registered at a line of pytest-bdd's own.
    return pytest.Mark(tag, (), {}, _ispytest=True) if is_ours(tag, config) else None


def problems_at_tags(
    item: pytest.Item, mark: pytest.Mark, problem: str
) -> dict[str, tuple[int, int]]:
    """Return a scenario's problem as told at each line of its feature that has the tag.

    Args:
        item: The test.
        mark: Its mark.
        problem: What is wrong with it, as the gate says it.

    Returns:
        The problems with their lines, and numbers in them; empty if the mark is from no tag.
    """
    file = _feature_of(getattr(item, "obj", None))
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines() if file else []
        shown = os.path.relpath(file, item.config.invocation_params.dir) if file else ""
    except (OSError, ValueError):
        return {}
    rest = problem.removeprefix(written(mark))
    return {
        f"{shown}:{place[0]}: @{tag}{rest}": place
        for tag, place in _tags(lines)
        if _makes(tag, mark, item.config)
    }


def _makes(tag: str, mark: pytest.Mark, config: pytest.Config) -> bool:
    if tag.partition("(")[0].replace("-", "_") != mark.name:
        return tag == mark.name
    made = _mark_of(tag, config)
    wanted = (mark.name, mark.args, mark.kwargs)
    return made is not None and (made.name, made.args, made.kwargs) == wanted


def _feature_of(function: object) -> str:
    """Return the file of a scenario's feature; empty for other tests."""
    # pytest-bdd tells its hook nothing of the feature, but its function refers to it.
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    cells = getattr(function, "__closure__", None) or ()
    feature = next((cell.cell_contents for name, cell in zip(names, cells) if name == "feature"), 0)
    return str(getattr(feature, "filename", ""))


def _tags(lines: list[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield each tag with its line, and its number in it."""
    for line, text in enumerate(lines, start=1):
        tags = text.partition(" #")[0].split("@") if text.lstrip().startswith("@") else []
        for number, tag in enumerate(map(str.strip, tags)):
            if tag:
                yield tag, (line, number)
