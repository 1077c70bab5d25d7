"""The tags of gated tests that ddtrace's own plugin sends, to a server on loopback."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest
from support.processes import output_of
from support.project import FACTS

from neighbours.intake import intake

if TYPE_CHECKING:
    from pathlib import Path

    from neighbours.intake import Sent

INSTALLED = os.environ["DDCOMPAT_READERS"]

CONFTEST = """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if item.name == "test_late_mark":
        item.add_marker(pytest.mark.requires_capability("api_security"))

@pytest.fixture
def asks(ddcompat):
    ddcompat.require("api_security")
"""

TESTS = """
import pytest

unsupported = pytest.mark.requires_capability("api_security")
supported = pytest.mark.requires_capability("threat_detection")

def test_free(): pass

@supported
def test_run(): pass

@supported
def test_broken(): assert 0

@unsupported
def test_stopped(): pass

@unsupported
@supported
@pytest.mark.dd_tags(team="appsec")
def test_two(): pass

@unsupported
@pytest.mark.xfail(reason="by the author")
def test_xfail(): assert 0

@unsupported
@pytest.mark.skip(reason="by the author")
def test_skip(): pass

@pytest.mark.requires_framework("fastapi")
def test_unknown(): pass

@pytest.mark.requires_python(">=3.9")
def test_no_page(): pass

@supported
def test_inside(ddcompat): ddcompat.require("api_security")

def test_in_fixture(asks): pass

def test_caught(ddcompat):
    with pytest.raises(BaseException):
        ddcompat.require("api_security")

def test_late_mark(): pass
"""

MODULE = """
import pytest_ddcompat
pytest_ddcompat.require("api_security")

def test_module(): pass
"""

FILES = {
    "conftest.py": CONFTEST,
    "facts.json": json.dumps(FACTS),
    "pytest.ini": "[pytest]\nddcompat_facts = facts.json\n",
    "test_it.py": TESTS,
    "test_module.py": MODULE,
}

# A dash stands for no tag. `stopped` is what happens to an unsupported test, and `caught` to one
# that goes on.
EXPECTED = """
test         verdict      action  capability                    matrix
free         -            -       -                             -
run          supported    run     threat_detection              iast-python
broken       supported    run     threat_detection              iast-python
stopped      unsupported  stopped api_security                  iast-python
two          unsupported  stopped api_security,threat_detection iast-python
xfail        unsupported  stopped api_security                  iast-python
skip         -            -       -                             -
unknown      undetermined run     -                             iast-python
no_page      supported    run     -                             -
inside       unsupported  stopped api_security,threat_detection iast-python
in_fixture   unsupported  stopped api_security                  iast-python
caught       unsupported  caught  api_security                  iast-python
late_mark    unsupported  stopped api_security                  iast-python
"""


def expected(action: str) -> dict[str, dict[str, str]]:
    """Return the tags of each test where unsupported ones have an action."""
    actions = {"stopped": action, "caught": "xfail" if action == "xfail" else "run"}
    header, *lines = (line.split() for line in EXPECTED.strip().splitlines())
    tags = {
        name: {
            f"ddcompat.{key}": actions.get(word, word)
            for key, word in zip(header[1:], words)
            if word != "-"
        }
        for name, *words in lines
    }
    if INSTALLED == "ddtrace-3":
        # When a test ends, it sets the tags of the collection once more.
        tags["inside"] = tags["run"]
    return tags


def sent(folder: Path, *options: str) -> list[Sent]:
    """Return what arrives when the project is run."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options)
    with intake() as server:
        output = output_of(command, folder, server.variables).stdout
    assert " gated: " in output, output
    return server.tests


def tags_of(test: Sent) -> dict[str, str]:
    return {key: value for key, value in test.tags.items() if key.startswith("ddcompat.")}


@pytest.mark.parametrize(
    ("options", "action", "status"),
    [
        pytest.param("", "skip", "skip", id="skip"),
        pytest.param("-n 2", "skip", "skip", id="skip, xdist"),
        pytest.param("--ddcompat-strict", "fail", "fail", id="strict"),
        pytest.param("--ddcompat-strict -n 2", "fail", "fail", id="strict, xdist"),
        pytest.param("--ddcompat-unsupported=xfail", "xfail", "pass", id="xfail"),
    ],
)
def test_each_gated_test_has_tags(tmp_path: Path, options: str, action: str, status: str) -> None:
    tests = sent(tmp_path, "--ddtrace", *options.split())
    wanted = expected(action)
    if status == "fail":
        wanted["require"] = wanted["stopped"]  # stands for the module
    by_name: dict[str, list[dict[str, str]]] = {}
    for test in tests:  # each attempt of those that failed, too
        by_name.setdefault(test.name.replace("test_", "", 1), []).append(tags_of(test))
    assert by_name == {name: [wanted[name]] * len(by_name.get(name, [0])) for name in wanted}
    assert {test.status for test in tests if test.name == "test_stopped"} == {status}
    assert {test.tags.get("team") for test in tests if test.name == "test_two"} == {"appsec"}


@pytest.mark.parametrize("options", [(), ("--ddtrace", "--no-ddtrace")], ids=["off", "turned off"])
def test_nothing_is_sent_by_a_plugin_that_is_off(tmp_path: Path, options: tuple[str, ...]) -> None:
    assert sent(tmp_path, *options) == []
