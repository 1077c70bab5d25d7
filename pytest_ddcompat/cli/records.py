"""`ddcompat records`: put the records of many runs together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.output import write, write_error
from pytest_ddcompat.jobs.pack import pack
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "Put the records of many runs into tables that any engine reads"
EXAMPLE = "ddcompat records pack records/*.json -o packed"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("action", metavar="pack", choices=("pack",), help="Add records to a folder")
    parser.add_argument("records", metavar="RECORD", nargs="+", help="Files that runs wrote")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FOLDER",
        required=True,
        help="The folder of Parquet files, which is made if it is not there",
    )
    arguments.add_format(parser, "json")


def run(options: argparse.Namespace) -> int:
    """Pack the records; return 0."""
    packed = pack(options.records, options.output)
    if options.format == "json":
        write(json.dumps({"packed": packed.runs, "known": packed.known}, indent=2))
        return 0
    for file in packed.known:
        write_error(f"ddcompat: note: {printable(file)}: its run is packed already")
    runs = f"{packed.runs} run{'' if packed.runs == 1 else 's'}"
    write(f"packed {runs} into {printable(options.output)}")
    return 0
