"""Tags of pytest-bdd's features as markers: `@requires_capability("api_security")`."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddcompat.declared import MARKERS
from pytest_ddcompat.requirement import markers

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

__all__ = ["BddHooks"]


class BddHooks:
    """Gates scenarios by their tags, and those of their features, rules and examples."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_bdd_apply_tag(self, tag: str, function: Callable[..., object]) -> bool | None:
        """Mark the test of a scenario, and leave other tags to pytest-bdd.

        Raises:
            pytest.Collector.CollectError: The tag cannot be understood.
        """
        __tracebackhide__ = True
        if _marker_of(tag) is None:
            return None
        try:
            _decorator(tag)(function)
        except (ValueError, TypeError, SyntaxError) as error:
            place = _place_of(tag, function)
            raise pytest.Collector.CollectError(f"{place}: @{tag}: {error}") from None
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_pycollect_makeitem(self) -> Generator[None, object, object]:
        """Replace the marks that pytest-bdd makes of the tags of examples, without its hook.

        Raises:
            pytest.Collector.CollectError: A tag cannot be understood.
        """
        made = yield
        for item in made if isinstance(made, list) else ():
            for index, mark in enumerate(item.own_markers):
                if "(" in mark.name and _marker_of(mark.name):
                    item.own_markers[index] = _mark_of_example(mark.name, item)
        return made


def _mark_of_example(tag: str, item: pytest.Item) -> pytest.Mark:
    try:
        return _decorator(tag).mark
    except (ValueError, TypeError, SyntaxError) as error:
        place = _place_of(tag, getattr(item, "obj", None))
        raise pytest.Collector.CollectError(f"{place}: @{tag}: {error}") from None


def _marker_of(tag: str) -> str | None:
    """Return the marker that a tag names, `@requires-tracer(...)` too."""
    name = tag.partition("(")[0].replace("-", "_")
    return name if name in MARKERS else None


def _decorator(tag: str) -> pytest.MarkDecorator:
    make = getattr(markers, str(_marker_of(tag)))
    _, bracket, arguments = tag.partition("(")
    call: Any = ast.parse(f"f({arguments}" if bracket else "f()", mode="eval").body
    if not isinstance(call, ast.Call):
        raise ValueError("this is no call; valid: a marker with its arguments")
    positional = [ast.literal_eval(argument) for argument in call.args]
    keywords = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
    decorator: pytest.MarkDecorator = make(*positional, **keywords)
    return decorator


def _place_of(tag: str, function: Any) -> str:
    """Return the line of a feature that has a tag: the last one up to the scenario's."""
    # pytest-bdd tells its hook nothing of the feature, but its function refers to it.
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    cells = getattr(function, "__closure__", None) or ()
    known = {name: cell.cell_contents for name, cell in zip(names, cells)}
    file = str(getattr(known.get("feature"), "filename", "the feature"))
    scenario = getattr(known.get("templated_scenario"), "line_number", None)
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
        shown = os.path.relpath(file)
    except (OSError, ValueError):
        return file
    tagged = re.compile(rf"(^|\s)@{re.escape(tag)}(?=\s|@|$)")
    found = [number for number, line in enumerate(lines, start=1) if tagged.search(line)]
    above = [number for number in found if scenario is None or number <= scenario]
    return f"{shown}:{(above or found or [1])[-1]}"
