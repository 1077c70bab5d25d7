"""Rules of the page as a whole, and of the words and sources of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.analysis.rules import Complaint, statements
from pytest_ddcompat.values.nearness import Names

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.statement import Statement

__all__ = [
    "address_without_https",
    "day_in_the_future",
    "overlay_row_of_a_near_name",
    "overlay_without_source",
    "unresolved_words",
    "words_that_are_blank",
]

_SHOWN = 80  # characters of the page's words


def address_without_https(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """The page's address is given, and encrypted, so that nobody can change the page on the way."""
    address = matrix.page.address
    if not address.startswith("https://"):
        yield Complaint(
            "page.address",
            "the page's address is not encrypted" if address else "the page has no address",
            f'"{address}"' if address else "",
            "https://…",
            "give the address at which the page is published",
        )


def day_in_the_future(matrix: Matrix, today: dt.date) -> Iterator[Complaint]:
    """A page has been read by now."""
    if matrix.page.read > today:
        yield Complaint(
            "page.read",
            "this day is in the future",
            str(matrix.page.read),
            f"a day up to {today}",
            "give the day on which the page was read",
        )


def words_that_are_blank(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """A finding quotes the words of the row that it rests on."""
    for table, number, row in statements(matrix):
        if not "".join(row.documented).strip():
            yield Complaint(
                f"{table}[{number}].documented",
                f'a row under "{row.heading}" has no words',
                " | ".join(f'"{cell}"' for cell in row.documented),
                "the page's words as they stand",
                "copy the row's cells, or leave the row out",
            )


def overlay_without_source(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """Every overlay gives its source and its reason."""
    for table, number, row in statements(matrix):
        for index, overlay in enumerate(row.overlays):
            for key in ("source", "reason"):
                if not getattr(overlay, key).strip():
                    yield Complaint(
                        f"{table}[{number}].overlays[{index}].{key}",
                        f"what {overlay.file} says of it has no {key}",
                        f'"{getattr(overlay, key)}"',
                        "words, such as an address" if key == "source" else "words",
                        f"write the {key} into {overlay.file}, beside the row",
                    )


def overlay_row_of_a_near_name(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """A row that an overlay means to change has the page's id; any other id adds a row."""
    for table in ("capabilities", "deployments", "frameworks"):
        rows = getattr(matrix, table)
        known = {row.id: None for row in rows if not _is_added(row)}  # a set, in the page's order
        names = Names(known)
        for number, row in enumerate(rows):
            near = None if row.id in known else names.nearest_misspelt(row.id)
            if near:
                yield Complaint(
                    f"{table}[{number}].id",
                    "this adds a row, and its id is nearly that of another one",
                    f'"{row.id}"',
                    f'"{near}", to change that row',
                    "correct the id, or choose one that nobody takes for the other",
                )


def _is_added(row: Statement) -> bool:
    return any(not overlay.keys for overlay in row.overlays)


def unresolved_words(matrix: Matrix, _: dt.date) -> Iterator[Complaint]:
    """Words that are not understood make verdicts undetermined, or decide nothing."""
    for number, row in enumerate(matrix.unresolved):
        if matrix.is_settled(row):
            continue
        words = " | ".join(row.documented)
        shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
        yield Complaint(
            f"unresolved[{number}]",
            f'words under "{row.heading}" are not understood: {row.reason}',
            f'"{shown}"',
            "a row of a table that is known, or a note",
            "look it up on the page, and say in a row of your own what it means",
        )
