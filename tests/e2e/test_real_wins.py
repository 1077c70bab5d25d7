"""Where real services begin to block requests, which the page documents for older versions too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .commands import content
from .targets import BLOCKING, Environments

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("wins")

BLOCKS = {
    "2.3.2": {"test_blocks_flask": "passed", "test_blocks_fastapi": "failed"},
    "2.4.0": {"test_blocks_flask": "passed", "test_blocks_fastapi": "passed"},
}
RUNS = 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wins")


@pytest.fixture(scope="module")
def records(environments: Environments, folder: Path) -> list[Path]:
    """Run each target's suite twice, for once may be by chance."""
    return [
        environments.of(target).record(folder / f"{target.ddtrace}-{number}.json")
        for target in BLOCKING
        for number in range(RUNS)
    ]


def test_what_was_blocked(records: list[Path]) -> None:
    found: dict[str, list[Any]] = {}
    for record in map(content, records):
        (environment,) = record["environments"]
        outcomes = {test["id"].partition("::")[2]: test["outcome"] for test in record["tests"]}
        found.setdefault(environment["facts"]["tracer"], []).append(outcomes)
    assert found == {version: [outcomes] * RUNS for version, outcomes in BLOCKS.items()}


def test_what_the_page_documents(records: list[Path]) -> None:
    for record in map(content, records):
        assert {decision["verdict"] for decision in record["decisions"]} == {"supported"}
