"""From a matrix back to a page in Markdown, which says the same when it is imported again."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from pytest_ddcompat.importer.placing import place_rows
from pytest_ddcompat.values.text import at_start, escaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_ddcompat.importer.placing import Placed
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Site, Statement, Unresolved

__all__ = ["PICTURE", "argument", "own_comment", "to_markdown", "without_picture"]

PICTURE = ("<!-- ddcompat picture -->", "<!-- /ddcompat picture -->")
"""Lines round what is drawn of a matrix, and is no part of the page."""

_COMMENT = re.compile(r"<!-- ddcompat (\{%.*%\}) -->")
_ABOUT = re.compile(r"<!-- ddcompat page (\{.*\}) -->")


def without_picture(lines: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Undo what `to_markdown` adds for readers, line for line.

    Args:
        lines: Lines of a page, whoever wrote it.

    Returns:
        The lines, blank where a picture was, and what a comment tells of the page.
    """
    kept: list[str] = []
    about: dict[str, str] = {}
    drawn = False
    for line in lines:
        found, told = _COMMENT.fullmatch(line), _ABOUT.fullmatch(line)
        drawn = (drawn or line == PICTURE[0]) and line != PICTURE[1]
        about = _about(told[1]) if told else about
        kept.append("" if drawn or told else found[1] if found else line)
    return (kept, about) if not drawn else (list(lines), about)


def _about(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str)}


def own_comment(name: str, **arguments: str) -> str:
    """A tag of the page that readers do not see."""
    told = "".join(f' {key}="{quote(value, safe=" ,.")}"' for key, value in arguments.items())
    return f"<!-- ddcompat {{% {name}{told} %}} -->"


def argument(arguments: str, key: str) -> str:
    """An argument of a tag that `own_comment` wrote; empty if there is none."""
    found = re.search(rf'{key}="([^"]*)"', arguments)
    return unquote(found[1]) if found else ""


def to_markdown(matrix: Matrix) -> str:
    """Write the tables, notes and callouts of a page.

    Args:
        matrix: The page; what an overlay changes of it is left out.
    """
    tables, left = place_rows(matrix)
    parts = [_front(matrix), *map(_site, matrix.sites), *map(_table, tables)]
    parts += _about_capabilities(matrix)
    parts += [_sentences(row) for row in (*matrix.coverage, *matrix.notes)]
    parts += [_open_words(row) for row in matrix.unresolved if _is_of_words(row)]
    parts += map(_left, left)
    return "\n\n".join(parts) + "\n"


def _about_capabilities(matrix: Matrix) -> Iterator[str]:
    """The callouts and sentences about capabilities, each with the ids of those."""
    for tag, key in (("callout", "callout"), ("requires", "remote_configuration")):
        told: dict[str, list[str]] = {}
        for row in matrix.capabilities:
            told.setdefault(getattr(row, key), []).append(row.id)
        told.pop("", None)
        for words, ids in told.items():
            opening = own_comment(tag, capabilities=",".join(ids))
            yield "\n\n".join((opening, at_start(words), own_comment(f"/{tag}")))


def _front(matrix: Matrix) -> str:
    page = matrix.page
    about = {
        "id": page.id,
        "title": page.title,
        "breadcrumbs": page.breadcrumbs,
        "address": page.address,
        "read": page.read.isoformat(),
        "tracer": page.tracer,
    }
    told = json.dumps({key: value for key, value in about.items() if value})
    inside = told.replace("<", "\\u003c").replace(">", "\\u003e").replace("--", "-\\u002d")
    return f"<!-- ddcompat page {inside} -->"


def _heading(text: str) -> str:
    return f"### {at_start(text)}"


def _site(row: Site) -> str:
    opening = own_comment(
        "callout",
        sites=",".join(row.excluded),
        status=row.status,
        interpretation=row.interpretation,
    )
    words = map(at_start, row.documented)
    return "\n\n".join((_heading(row.heading), opening, *words, own_comment("/callout")))


def _table(placed: Placed) -> str:
    table, rows, why = placed
    lines = [
        f"| {' | '.join(map(escaped, table.columns))} |",
        f"|{' --- |' * len(table.columns)}",
        *(f"| {' | '.join(map(escaped, row.documented))} |" for row in rows),
    ]
    drawn = "\n".join(lines)
    if why:
        opening, closing = own_comment("unresolved", reason=why), own_comment("/unresolved")
        drawn = f"{opening}\n\n{drawn}\n\n{closing}"
    return f"{_heading(table.heading)}\n\n{drawn}"


def _is_of_words(row: Unresolved) -> bool:
    """Whether it stands outside of tables."""
    return row.table is None and row.of != "cells"


def _sentences(row: Statement) -> str:
    return "\n\n".join((_heading(row.heading), *map(at_start, row.documented)))


def _open_words(row: Unresolved) -> str:
    words = [at_start(text) for text in row.documented if text]
    limited = {"capabilities": ",".join(row.capabilities)} if row.capabilities else {}
    opening = own_comment("unresolved", of=row.of, reason=row.reason, **limited)
    return "\n\n".join((_heading(row.heading), opening, *words, own_comment("/unresolved")))


def _left(row: Statement) -> str:
    """A row that belongs to no table of the page, as an overlay adds it."""
    return f"{_heading(row.heading)}\n\n{at_start(' | '.join(row.documented))}"
