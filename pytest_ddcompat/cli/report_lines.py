"""Records as JSON lines: a flat object for each test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.cli.output import put, write
from pytest_ddcompat.jobs.rows import run_row, test_rows
from pytest_ddcompat.record.reading import read_record

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

__all__ = ["OF_RUN", "lines_of", "write_lines"]

OF_RUN = ("began", "commit_sha", "repository", "job", "attempt")
"""Columns of a run that each of its tests has, beside the columns of a test."""


def lines_of(record: dict[str, Any]) -> Iterator[str]:
    """Yield a line of JSON for each test of a record."""
    run = run_row(record)
    shared = {name: run[name] for name in OF_RUN}
    for row in test_rows(record):
        yield json.dumps({"run": row["run"], **shared, **row}, separators=(",", ":"))


def write_lines(options: argparse.Namespace) -> int:
    """Write the lines of all records, or none if one of them is bad; return 0."""
    lines = [line for file in options.records for line in lines_of(read_record(file))]
    text = "".join(f"{line}\n" for line in lines)
    if options.output is not None:
        put(text, options.output, options.records)
    elif text:
        write(text)
    return 0
