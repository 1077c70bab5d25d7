"""A project with ten tests that strict mode stops, and three beside them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from support.project import FACTS

if TYPE_CHECKING:
    from pathlib import Path

NOTES = "notes.txt"

CONFTEST = f"""
import pathlib
import pytest

def note(*words):
    with open(pathlib.Path(__file__).with_name("{NOTES}"), "a") as file:
        file.write(" ".join(words) + "\\n")

@pytest.fixture
def resource(request):
    note("setup", request.node.name)

class Noted:
    def pytest_runtest_logreport(self, report):
        outcome = report.outcome
        if hasattr(report, "wasxfail"):
            outcome = "xfailed" if report.skipped else "xpassed"
        note("report", report.nodeid, report.when, outcome)

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Noted())
"""

TESTS = """
import unittest
import pytest
from conftest import note

unsupported = pytest.mark.requires_capability("api_security")
supported = pytest.mark.requires_capability("threat_detection")

@unsupported
def test_plain(resource): pass

@unsupported
class TestUnittest(unittest.TestCase):
    @classmethod
    def setUpClass(cls): note("setup", "setUpClass")
    def setUp(self): note("setup", "setUp")
    def test_unittest(self): pass

@unsupported
class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self): note("setup", "asyncSetUp")
    async def test_async(self): pass

@unsupported
@pytest.mark.xfail(reason="by the author")
def test_xfail(resource): assert 0

@unsupported
@pytest.mark.xfail(run=False, reason="by the author")
def test_norun(resource): assert 0

@unsupported
@pytest.mark.skip(reason="by the author")
def test_skip(resource): pass

class TestSkips(unittest.TestCase):
    def setUp(self): note("setup", "setUp of a skipped test")
    @unsupported
    @unittest.skip("by the author")
    def test_uskip(self): pass

@unsupported
@pytest.mark.parametrize("n", [1, 2])
def test_param(resource, n): pass

@supported
def test_ok(resource): pass

def test_free(resource): pass

def test_broken(resource): assert 0
"""

MODULE = """
import pytest_ddcompat
pytest_ddcompat.require("api_security")

def test_module(resource): pass
"""

PACKAGE = """
from conftest import note
def setup_module(): note("setup", "package")
"""

IN_PACKAGE = """
import pytest
@pytest.mark.requires_capability("api_security")
def test_package(resource): pass
"""

FILES = {
    "facts.json": json.dumps(FACTS),
    "pytest.ini": "[pytest]\nddcompat_facts = facts.json\n",
    "test_gated.py": TESTS,
    "test_module.py": MODULE,
    "package/__init__.py": PACKAGE,
    "package/test_package.py": IN_PACKAGE,
}


def write(folder: Path, conftest: str) -> None:
    """Write the project into an empty folder, with more in its conftest.py."""
    (folder / "package").mkdir()
    for name, text in {**FILES, "conftest.py": CONFTEST + conftest}.items():
        (folder / name).write_text(text, encoding="utf-8")


def column_of(name: str) -> str:
    """Return a test's column by its node id, or by any name that ends as that does."""
    last = name.replace(".", "::").rpartition("::")[2].partition("[")[0].partition("(")[0]
    return "module" if last == "require" else last.strip().replace("test_", "", 1)
