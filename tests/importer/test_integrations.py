"""Pages that name no capability, but list integrations with their versions."""

from __future__ import annotations

import pytest
from support.core import asks, environment
from support.importing import imported, rows, status, table

from pytest_ddcompat import Status, evaluate

SUPPORTED, UNSUPPORTED, OPEN = Status.SUPPORTED, Status.UNSUPPORTED, Status.UNDETERMINED
FRAMEWORKS = "# Python integrations\n\n" + table(
    "Framework | Supported Version | Automatic",
    "Django | >=1.8 | yes",
    "Flask (web) | 2.0 or later | ",
    "FastAPI | 0.86 | yes",
)
STORES = table("Datastore | Supported Version", "[MySQL][1] | ≥ 5.7", "redis | All") + "[1]: /a\n\n"
RELEASES = table("Release | Support level", ">=4.0,<5 | GA")
RUNTIMES = table(
    "OS | CPU | Runtime | Runtime version | Supported ddtrace versions",
    "Linux | x86-64 | CPython | 3.9-3.10 | >=4.0,<5",
)


def test_the_page_becomes_one_capability() -> None:
    found = imported(FRAMEWORKS + STORES)
    (capability,) = rows(found, "capabilities")
    assert (capability["id"], capability["minimum"]) == ("integrations", "0")
    assert found.matrix.page.tracer == "ddtrace"
    assert {row["id"]: row.get("versions") for row in rows(found, "frameworks")} == {
        "django": [">=1.8"],
        "flask": [">=2.0"],
        "fastapi": None,
        "mysql": [">=5.7"],
        "redis": [">=0"],
    }
    assert [row["named"] for row in rows(found, "coverage")] == [["mysql"], ["redis"]]
    assert found.account.warnings == ()


@pytest.mark.parametrize(
    ("framework", "versions", "expected"),
    [
        pytest.param("django", {"django": "4.2"}, SUPPORTED, id="in its range"),
        pytest.param("django", {"django": "1.7"}, UNSUPPORTED, id="below its range"),
        pytest.param("fastapi", {"fastapi": "0.90"}, OPEN, id="a version that may be a minimum"),
        pytest.param("bottle", {"bottle": "1.0"}, UNSUPPORTED, id="not on the page"),
        pytest.param("redis", {"redis": "4.0"}, SUPPORTED, id="a data store's library"),
    ],
)
def test_integration(framework: str, versions: dict[str, str], expected: Status) -> None:
    found = imported(FRAMEWORKS + STORES)
    asked = status(found.matrix, "integrations", framework=framework, frameworks=versions)
    assert asked is expected


@pytest.mark.parametrize(
    ("name", "expected"), [("mysql", SUPPORTED), ("redis", SUPPORTED), ("mongo", OPEN)]
)
def test_data_store(name: str, expected: Status) -> None:
    matrix = imported(FRAMEWORKS + STORES).matrix
    asked = asks("integrations", datastore=name)
    assert evaluate(asked, environment(), matrix).status is expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param("", SUPPORTED, id="neither"),
        pytest.param(RELEASES, SUPPORTED, id="branches"),
        pytest.param(RUNTIMES, UNSUPPORTED, id="runtimes"),
        pytest.param(RELEASES + RUNTIMES, UNSUPPORTED, id="both"),
    ],
)
def test_releases_and_runtimes_count(more: str, expected: Status) -> None:
    matrix = imported(FRAMEWORKS + more).matrix
    assert status(matrix, "integrations", python="3.11") is expected
    assert status(matrix, "integrations", python="3.10") is SUPPORTED


@pytest.mark.parametrize(
    ("title", "tracer"),
    [("Python libraries", "ddtrace"), ("Node.js libraries", "dd-trace"), ("Libraries", "tracer")],
)
def test_library_of_the_page(title: str, tracer: str) -> None:
    found = imported(f"# {title}\n\n" + STORES)
    assert found.matrix.page.tracer == tracer


def test_a_page_with_capabilities_has_no_other() -> None:
    head = table("X capability | Minimum Python tracer version", "Bot Filter | 1.0")
    found = imported(head + FRAMEWORKS + STORES)
    assert [row["id"] for row in rows(found, "capabilities")] == ["bot_filter"]
    assert "coverage" not in found.mapping
