"""Write down what a suite requires, by markers and declarations, for commands that ask for it.

`ddcompat declare --from-markers` and `ddcompat plan --collect` load this as a plugin.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddcompat.declared import DECLARATION, marks_of
from pytest_ddcompat.requirement.markers import requirement_of, written
from pytest_ddcompat.requirement.requirement import with_strict
from pytest_ddcompat.session.declarations import declaration_of
from pytest_ddcompat.session.state import STAND_IN
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["pytest_addoption", "pytest_configure"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option that names the file."""
    parser.addoption("--ddcompat-marks-to", help="write the markers of all tests to this file")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the hooks, if there is a file to write."""
    path = config.getoption("ddcompat_marks_to")
    if path is not None:
        config.option.ddcompat_report = None  # of tests that do not run
        config.pluginmanager.register(_Marks(Path(path)), "ddcompat-marks")


class _Marks:
    """Keeps what the collection says, and writes the file at its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._skipped: list[tuple[str, str]] = []
        self._failed: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep which files were skipped or failed, so that their tests are not known."""
        if report.failed:
            self._failed.append(report.nodeid)
        elif report.skipped:
            reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else ""
            self._skipped.append((report.nodeid, str(reason)))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        """Write the marks as other plugins leave them, those too of tests that are deselected."""
        collected = [*items]
        yield
        tests = [_entry(item) for item in dict.fromkeys((*collected, *items))]
        found = {"tests": tests, "skipped": self._skipped, "failed": self._failed}
        self._path.write_text(json.dumps(found), encoding="utf-8")


def _entry(item: pytest.Item) -> dict[str, Any]:
    path, line, _ = item.location
    markers, declared, problems = [], [], []
    marks = marks_of(item)
    for mark in marks:
        try:
            if mark.name == DECLARATION:
                declared += [one.marker for one in declaration_of(mark).requires]
                continue
            requirement, strict = requirement_of(mark.name, mark.args, mark.kwargs)
        except CompatibilityError as error:
            problems.append(f"{written(mark)}: {error}")
        else:
            markers.append(with_strict(requirement.marker, strict))
    if STAND_IN in item.stash:
        problems.append("require() stops this module here, so that its tests are not known")
    place = path if line is None else f"{path}:{line + 1}"
    return {
        "id": item.nodeid,
        "place": place,
        "gated": bool(marks or problems),
        "markers": markers,
        "declared": declared,
        "problems": problems,
    }
