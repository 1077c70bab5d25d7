"""Where real services begin to block requests, which the page documents for older versions too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from .commands import answer, content, said
from .targets import BLOCKING, Environments

pytestmark = pytest.mark.xdist_group("wins")

BLOCKS = {
    "2.3.2": {"test_blocks_flask": "passed", "test_blocks_fastapi": "failed"},
    "2.4.0": {"test_blocks_flask": "passed", "test_blocks_fastapi": "passed"},
}
RUNS = 2
SCHEMA = Path(__file__).parents[2] / "matrices" / "wins.schema.json"
FASTAPI = "test_blocking.py::test_blocks_fastapi"


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


def outcomes_of(record: Any) -> dict[str, str]:
    return {test["id"].partition("::")[2]: test["outcome"] for test in record["tests"]}


def test_what_was_blocked(records: list[Path]) -> None:
    found: dict[str, list[Any]] = {}
    for record in map(content, records):
        (environment,) = record["environments"]
        found.setdefault(environment["facts"]["tracer"], []).append(outcomes_of(record))
    assert found == {version: [outcomes] * RUNS for version, outcomes in BLOCKS.items()}


def test_what_the_page_documents(records: list[Path]) -> None:
    for record in map(content, records):
        assert {decision["verdict"] for decision in record["decisions"]} == {"supported"}


def test_fastapi_is_news_and_flask_is_not(records: list[Path], folder: Path) -> None:
    found = answer(folder, "wins", *map(str, records))
    jsonschema.validate(found, content(SCHEMA))
    (news,) = found["news"]
    assert (news["kind"], news["version"], news["tests"]) == ("fails", "2.4.0", [FASTAPI])
    assert (news["runs"], {*news["variant"]}) == (RUNS, {"framework.fastapi"})
    assert {(run["tracer"], run["outcome"]) for run in news["evidence"]} == {
        ("2.3.2", "failed"),
        ("2.4.0", "passed"),
    }


def test_news_that_is_written_down_is_none_any_more(
    records: list[Path], environments: Environments, folder: Path
) -> None:
    """The declaration holds where FastAPI does not block, and nowhere else."""
    declared = folder / "declared.toml"
    said(folder, "wins", *map(str, records), "--write", "--declarations", str(declared))
    option = f"--override-ini=ddcompat_declarations={declared}"
    again = []
    for target in BLOCKING:
        again.append(environments.of(target).record(folder / f"{target.ddtrace}.json", option))
        expected = {"failed": "xfailed", "passed": "passed"}
        assert outcomes_of(content(again[-1])) == {
            test: expected[outcome] for test, outcome in BLOCKS[str(target.ddtrace)].items()
        }
    assert answer(folder, "wins", *map(str, [*records, *again]))["news"] == []
