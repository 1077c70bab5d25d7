"""Release branches and runtimes of a page, and what they leave open."""

from __future__ import annotations

import datetime as dt

import pytest
from support.importing import below, reasons, rows, status, table

from pytest_ddcompat import Status

SUPPORTED, OPEN = Status.SUPPORTED, Status.UNDETERMINED
RUNTIMES = "OS | CPU | Runtime | Runtime version | Supported ddtrace versions"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param("General Availability", ("general_availability", None), id="GA"),
        pytest.param("Maintenance", ("maintenance", None), id="maintenance"),
        pytest.param("Maintenence (until May 31, 2026)", ("maintenance", dt.date(2026, 5, 31)),
                     id="misspelled, with a date"),
        pytest.param("Maintenance (until 31 May 2026)", ("maintenance", dt.date(2026, 5, 31)),
                     id="the day first"),
        pytest.param("Maintenance (until 2026-05-31)", ("maintenance", dt.date(2026, 5, 31)),
                     id="numbers"),
        pytest.param("End of Life", ("end_of_life", None), id="end of life"),
        pytest.param("EOL", ("end_of_life", None), id="abbreviated"),
        pytest.param("no maintenance", None, id="none"),
        pytest.param("not general availability", None, id="not available"),
        pytest.param("End of maintenance", None, id="another level"),
        pytest.param("Maintenance (until May 32, 2026)", None, id="no day"),
        pytest.param("Maintenance (until soon)", None, id="no date"),
        pytest.param("End of Life (until May 31, 2026)", None, id="a date that cannot be"),
        pytest.param("", None, id="blank"),
    ],
)  # fmt: skip
def test_support_level(cell: str, expected: tuple[str, dt.date | None] | None) -> None:
    found = below(table("Release | Support level", f">=4.0,<5 | {cell}"))
    read = [(row["support_level"], row.get("until")) for row in rows(found, "releases")]
    assert read == ([expected] if expected else [])
    if not expected:
        assert reasons(found)[cell] == "these words are not a support level"
        assert status(found.matrix, "bot_filter") is OPEN


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param("7.28", "7.28", id="a version"),
        pytest.param("7.28+", "7.28", id="with a plus"),
        pytest.param("", None, id="blank: none is needed"),
    ],
)
def test_agent(cell: str, expected: str | None) -> None:
    head = "Release | Support level | Minimum Datadog Agent"
    found = below(table(head, f">=4.0,<5 | EOL | {cell}"))
    (row,) = rows(found, "releases")
    assert row.get("agent") == expected


def test_agent_that_is_not_understood_leaves_the_branch_open() -> None:
    head = "Release | Support level | Minimum Datadog Agent"
    found = below(table(head, ">=4.0,<5 | EOL | recent"))
    assert rows(found, "releases") == []
    assert reasons(found)["recent"] == "these words are not a version of the Agent"
    assert status(found.matrix, "bot_filter") is OPEN


def test_runtime() -> None:
    found = below(table(RUNTIMES, "MacOS | Intel, Apple Silicon | CPython | 2.7, 3.9+ | `>=4, <5`"))
    assert rows(found, "runtimes") == [
        {
            "os": "macos",
            "cpus": ["x86-64", "aarch64"],
            "implementation": "cpython",
            "python": ["==2.7.*", ">=3.9"],
            "tracer": ">=4,<5",
            "interpretation": "Intel is x86-64, Apple Silicon is aarch64",
        }
    ]
    assert reasons(found) == {}


@pytest.mark.parametrize(
    ("row", "text", "reason"),
    [
        pytest.param("Solaris | x86-64 | CPython | 3.9+ | >=4", "Solaris",
                     "an OS that is not known", id="OS"),
        pytest.param("Linux | x86-64, VAX | CPython | 3.9+ | >=4", "x86-64, VAX",
                     "a CPU that is not known", id="CPU"),
        pytest.param("Linux | x86-64 | CPython, PyPy | 3.9+ | >=4", "CPython, PyPy",
                     "no one implementation", id="implementation"),
        pytest.param("Linux | x86-64 | CPython | three | >=4", "three",
                     '"three" is not a version or a range', id="Python"),
        pytest.param("Linux | x86-64 | CPython | 3.9+ | four", "four",
                     "these words are not a range of versions", id="tracer"),
    ],
)  # fmt: skip
def test_runtime_that_is_not_understood_is_left_open(row: str, text: str, reason: str) -> None:
    known = "Windows | 64bit | CPython | 3.9+ | >=4"
    found = below(table(RUNTIMES, row, known))
    assert reasons(found)[text] == reason
    assert len(rows(found, "runtimes")) == 1
    assert len(reasons(found)) == 5
    assert status(found.matrix, "bot_filter") is OPEN
    assert status(found.matrix, "bot_filter", os="windows") is SUPPORTED
    alone = below(table(RUNTIMES, row))
    assert status(alone.matrix, "bot_filter") is OPEN
