"""What the tests of records share: tests to record, and a short way to read a record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema

from pytest_ddcompat.record.format import record_schema
from pytest_ddcompat.record.reading import decisions_of, read_record

if TYPE_CHECKING:
    from pathlib import Path

    from support.project import Project

MET = '@pytest.mark.requires_capability("threat_detection")\n'
UNMET = '@pytest.mark.requires_capability("api_security")\n'
OUTCOMES = f"""
import pytest, unittest
@pytest.fixture
def broken(): raise OSError
@pytest.fixture
def breaks(): yield; raise OSError
{MET}def test_passed(): pass
{MET}def test_failed(): assert 0
{UNMET}def test_skipped(): assert 0
{MET}@pytest.mark.skip
def test_skipped_by_author(): assert 0
{MET}@pytest.mark.xfail
def test_xfailed(): assert 0
{MET}@pytest.mark.xfail(strict=False)
def test_xpassed(): pass
{MET}def test_error(broken): pass
{MET}def test_error_after(breaks): pass
def test_plain(): pass
class TestUnit(unittest.TestCase):
    {UNMET.strip()}
    def test_skipped(self): pass
def test_require(ddcompat): ddcompat.require("api_security")
{MET}def test_require_too(ddcompat): ddcompat.require("api_security")
"""


def write_record(folder: Path, record: dict[str, Any]) -> Path:
    path = folder / "run.json"
    path.write_text(json.dumps(record))
    return path


def record_of(project: Project, name: str = "run.json") -> dict[str, Any]:
    """Read a record, which reader and schema both accept; its decisions have no indices."""
    record = read_record(project.path / name)
    jsonschema.validate(record, record_schema())
    return {**record, "decisions": decisions_of(record)}


def outcomes_of(record: dict[str, Any]) -> dict[str, str]:
    return {test["id"].partition("::")[2]: test["outcome"] for test in record["tests"]}
