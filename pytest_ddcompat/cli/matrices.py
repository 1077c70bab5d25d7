"""`ddcompat matrices`: list the bundled matrices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.cli import arguments
from pytest_ddcompat.cli.output import folded, printing, write
from pytest_ddcompat.matrix.loading import bundled_ids, load_matrix

if TYPE_CHECKING:
    import argparse

__all__ = ["EXAMPLE", "PURPOSE", "add", "run"]

PURPOSE = "List the bundled matrices"
EXAMPLE = "ddcompat matrices --format json"

_ROWS = ("capabilities", "deployments", "releases", "runtimes", "frameworks", "coverage")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    arguments.add_format(parser, "json")


def run(options: argparse.Namespace) -> int:
    """Print the list; return 0."""
    found = [_described(matrix_id) for matrix_id in bundled_ids()]
    if options.format == "json":
        write(json.dumps({"matrices": found}, indent=2))
        return 0
    with printing() as out:
        for matrix in found:
            out.print(f"{matrix['id']}: {matrix['title']}, read {matrix['read']}", style="bold")
            out.print(f"  {matrix['address']}", soft_wrap=True)
            counts = ", ".join(f"{n}\xa0{kind}" for kind, n in matrix["rows"].items())
            out.print(folded(counts, 2, out.width).replace("\xa0", " "), soft_wrap=True)
    return 0


def _described(matrix_id: str) -> dict[str, Any]:
    matrix = load_matrix(matrix_id)
    return {
        "id": matrix.page.id,
        "title": matrix.page.title,
        "address": matrix.page.address,
        "read": str(matrix.page.read),
        "rows": {kind: len(getattr(matrix, kind)) for kind in _ROWS},
    }
