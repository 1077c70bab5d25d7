"""Declarations files with one change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.jobs.wins.declaration_file import Draft, read_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.jobs.wins.declaration_file import Change, Table

__all__ = ["NAME", "added", "changed"]

NAME = "declared.toml"


def changed(
    text: str, line: int, tests: Sequence[str], change: Change, others: Sequence[str] = ()
) -> str:
    """Change what the declaration at a line says of some tests."""
    file = read_file(text, NAME)
    draft = Draft(file)
    draft.change([block.line for block in file.blocks].index(line), tests, others, change)
    return draft.text()


def added(text: str, table: Table) -> str:
    """Add a declaration."""
    draft = Draft(read_file(text, NAME))
    draft.add(table)
    return draft.text()
