"""What tests of news share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from support.made_records import write_records
from support.made_wins import MATRIX

from pytest_ddcompat.jobs.wins.account import account_of, wins_schema
from pytest_ddcompat.jobs.wins.news import Wins, find_wins

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def found(tmp_path: Path) -> Any:
    """Find the news of records, which JSON can say."""

    def found_in(records: list[dict[str, Any]], **options: Any) -> Wins:
        files = write_records(tmp_path / "records", *records)
        wins = find_wins(files, **{"pages": [MATRIX], **options})
        jsonschema.validate(account_of(wins), wins_schema())
        return wins

    return found_in
