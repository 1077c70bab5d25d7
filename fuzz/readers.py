"""Words of pages, without their Markdown: whatever cells and sentences say, a matrix is made."""

from __future__ import annotations

import datetime as dt
import sys

import atheris

with atheris.instrument_imports(include=["pytest_ddcompat.importer"]):
    from pytest_ddcompat.importer.blocks import Cell, Table, collapsed
    from pytest_ddcompat.importer.draft import KINDS, Draft
    from pytest_ddcompat.importer.importer import contradictions
    from pytest_ddcompat.importer.markup import lines_of
    from pytest_ddcompat.importer.prose import read_text
    from pytest_ddcompat.importer.source import PageError, check_text
    from pytest_ddcompat.importer.tables import read_table
    from pytest_ddcompat.matrix.loading import matrix_from_mapping

PAGE = {"id": "t", "title": "T", "read": dt.date(2026, 1, 2), "tracer": "x"}
CAPABILITIES = (("X capability", "Minimum x version"), ("A b", "1"), ("C (D)", "2"))
HEADS = (
    ("X capability", "Minimum x version"),
    ("Type", "A b", "D"),
    ("Release", "Support level", "Minimum Datadog Agent"),
    ("OS", "CPU", "Runtime", "Runtime version", "Supported x versions"),
    ("Framework", "Versions", "A b support"),
    ("Framework", "A b", "C"),
)


def try_one(data: bytes) -> None:
    text = data[1:].decode("utf-8", "replace")
    try:
        check_text(text, "page.md")
    except PageError:
        return
    words = text.split("|")
    head = HEADS[data[0] % len(HEADS)] if data else HEADS[0]
    width = len(head)
    rows = [words[start : start + width] for start in range(0, len(words) - width + 1, width)]
    draft = Draft("T")
    read_table(table_of(*CAPABILITIES), draft)
    read_table(table_of(head, *rows), draft)
    for sentence in words[len(rows) * width :]:
        read_text(collapsed(sentence), 1, draft)
    draft.remove_withdrawn()
    contradictions(draft)
    account = draft.account()
    assert account.cells == account.interpreted + len(account.unresolved)
    matrix_from_mapping(
        {"page": PAGE, **{kind: draft.rows[kind] for kind in KINDS if draft.rows[kind]}}, "page.md"
    )


def table_of(*rows: tuple[str, ...] | list[str]) -> Table:
    head, *others = (tuple(Cell(lines_of(text), 1) for text in row) for row in rows)
    return Table(head, tuple(others))


atheris.Setup(sys.argv, try_one)
atheris.Fuzz()
