"""Tools that read results: a table of what each says of each test, with strict mode and without."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from neighbours.readers import READERS

if TYPE_CHECKING:
    from pathlib import Path

STRICT = """
                plain unittest async xfail norun param module package skip  uskip ok   free broken
pytest          fail  fail     fail  fail  fail  fail  fail   fail    skip  skip  pass pass fail
junit           fail  fail     fail  fail  fail  fail  fail   fail    skip  skip  pass pass fail
html            fail  fail     fail  fail  fail  fail  fail   fail    skip  skip  pass pass fail
json-report     fail  fail     fail  fail  fail  fail  fail   fail    skip  skip  pass pass fail
teamcity        fail  fail     fail  fail  fail  fail  fail   fail    skip  skip  pass pass fail
allure          fail  fail     fail  fail  fail  fail  fail   fail    skip  skip  pass pass fail
error-for-skips fail  fail     fail  fail  fail  fail  fail   fail    error fail  pass pass fail
skips-pass      fail  fail     fail  fail  fail  fail  fail   fail    fail  pass  pass pass fail
flaky           fail  fail     fail  fail  fail  fail  fail   fail    skip  skip  pass pass fail*3
rerunfailures   fail  fail     fail  fail  fail  fail  fail   fail    skip  skip  pass pass fail*3
retry           fail  fail     fail  fail  fail  fail  fail   fail    skip  skip  pass pass fail*2
xdist           fail  fail     fail  fail  fail  fail  fail   fail    skip  skip  pass pass fail
ddtrace-2       fail  fail     fail  fail  fail  fail  fail   fail    skip  skip  pass pass fail
ddtrace-3       fail  fail     fail  fail  fail  fail  fail   fail    skip  skip  pass pass fail*3
ddtrace-4       fail  fail     fail  fail  fail  fail  fail   fail    skip  skip  pass pass fail*3
"""

# pytest itself expects a test to fail that is marked `xfail(run=False)`, which comes first. A dash
# is a reader that hears only of tests: the module was skipped when it was imported.
DEFAULT = """
                plain unittest async xfail norun param module package skip  uskip ok   free broken
pytest          skip  skip     skip  skip  xfail skip  -      skip    skip  skip  pass pass fail
junit           skip  skip     skip  skip  skip  skip  skip   skip    skip  skip  pass pass fail
html            skip  skip     skip  skip  xfail skip  -      skip    skip  skip  pass pass fail
json-report     skip  skip     skip  skip  xfail skip  -      skip    skip  skip  pass pass fail
teamcity        skip  skip     skip  skip  skip  skip  -      skip    skip  skip  pass pass fail
allure          skip  skip     skip  skip  skip  skip  -      skip    skip  skip  pass pass fail
error-for-skips error error    error error xfail error -      error   error fail  pass pass fail
flaky           skip  skip     skip  skip  xfail*3 skip -     skip    skip  skip  pass pass fail*3
rerunfailures   skip  skip     skip  skip  xfail skip  -      skip    skip  skip  pass pass fail*3
retry           skip  skip     skip  skip  xfail skip  -      skip    skip  skip  pass pass fail*2
xdist           skip  skip     skip  skip  xfail skip  -      skip    skip  skip  pass pass fail
ddtrace-2       skip  skip     skip  skip  pass  skip  -      skip    skip  skip  pass pass fail
ddtrace-3       skip  skip     skip  skip  pass  skip  -      skip    skip  skip  pass pass fail*3
ddtrace-4       skip  skip     skip  skip  skip  skip  -      skip    skip  skip  pass pass fail*3
"""

INSTALLED = os.environ["DDCOMPAT_READERS"]


def rows(table: str) -> list[object]:
    """Parse the rows of the readers that are installed."""
    header, *lines = (line.split() for line in table.strip().splitlines())
    return [
        pytest.param(name, dict(zip(header, words)), id=name)
        for name, *words in lines
        if (name if name.startswith("ddtrace") else "plugins") == INSTALLED
    ]


def check(folder: Path, reader: str, expected: dict[str, str], *options: str) -> None:
    """Compare what a reader says with what is expected, and what was set up."""
    run = READERS[reader].run(folder, *options)
    said = {**dict.fromkeys(expected, "-"), **READERS[reader].words(run)}
    assert said == expected, run.output
    # pytest-retry tells of its first and last attempt only.
    broken = ["test_broken"] * (3 if "*" in expected["broken"] else 1)
    assert sorted(name for (name,) in run.notes("setup")) == [*broken, "test_free", "test_ok"]


@pytest.mark.parametrize(("reader", "expected"), rows(STRICT))
def test_strict_is_a_failure_for_every_reader(
    tmp_path: Path, reader: str, expected: dict[str, str]
) -> None:
    check(tmp_path, reader, expected, "--ddcompat-strict")


@pytest.mark.parametrize(("reader", "expected"), rows(DEFAULT))
def test_without_strict_it_is_a_skip(tmp_path: Path, reader: str, expected: dict[str, str]) -> None:
    check(tmp_path, reader, expected)
