"""From a matrix back to a page in Markdown, which says the same when it is imported again."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from pytest_ddcompat.escaping import at_start, escaped
from pytest_ddcompat.page.blocks import IN_A_CALLOUT, WHOLE_TABLE
from pytest_ddcompat.page.draft import Draft
from pytest_ddcompat.page.readers import DOUBT, capabilities_of
from pytest_ddcompat.page.tables import kind_of, know_by_name
from pytest_ddcompat.page.words import slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_ddcompat.matrix import Matrix
    from pytest_ddcompat.rows import Framework, Site, Statement, Table, Unresolved

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
    rows: dict[str, list[Any]] = {
        kind: list(getattr(matrix, kind))
        for kind in ("capabilities", "deployments", "releases", "runtimes", "frameworks")
    }
    opened = [row for row in matrix.unresolved if row.columns]
    parts = [_front(matrix), *map(_site, matrix.sites)]
    parts += _tables(matrix, rows, opened)
    parts += _about_capabilities(matrix)
    parts += [_sentences(row) for row in (*matrix.coverage, *matrix.notes)]
    parts += [_open_words(row) for row in matrix.unresolved if not row.columns]
    parts += [_left(row) for each in rows.values() for row in each]
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


def _tables(matrix: Matrix, rows: dict[str, list[Any]], opened: list[Unresolved]) -> Iterator[str]:
    """The tables; of those of capabilities, which are read first, others were in callouts.

    So were those behind tables that are read later, and those of languages that are not read.
    """
    behind, names = False, Draft("")
    language: str | None = None
    for row in matrix.capabilities:
        know_by_name({"id": row.id, "documented": row.documented, "aliases": row.aliases}, names)
    for table in matrix.tables:
        taken, why = _taken(table, rows, opened, names)
        kind = kind_of(table.columns)
        is_of_capabilities = kind in {"capabilities", "overview"}
        spoken = list(map(slug, table.columns[1:])) if kind == "overview" else []
        is_of_others = len(spoken) > 1 or (bool(spoken) and language not in {None, spoken[0]})
        if not taken and (is_of_others or (behind and is_of_capabilities)):
            why = IN_A_CALLOUT
        behind = behind or bool(why) or not is_of_capabilities
        language = spoken[0] if language is None and spoken and not why else language
        yield _table(table, taken, why)


def _taken(
    table: Table, rows: dict[str, list[Any]], opened: list[Unresolved], names: Draft
) -> tuple[list[Statement], str]:
    """Take the rows of a table out of those that are left: the first ones that it can have.

    Returns:
        The rows; and why none of them could be read, if the whole table could not.
    """
    kind = kind_of(table.columns).replace("overview", "capabilities")
    heads = [capabilities_of(column, names) for column in table.columns[1:]]
    marked = {id_ for ids, _ in heads for id_ in ids}, any(doubt for _, doubt in heads)
    left: list[Any] = rows.get(kind, [])
    taken: list[Statement] = []
    # Tables of capabilities are read first, so those that can be read come first.
    is_first = bool(left) and kind == "capabilities" and _is_of(left[0], table, kind, marked)
    key, why = (table.heading, table.columns), ""
    if opened and not is_first and _key(opened[0])[:2] == key:
        why = _key(opened[0])[2]
    while not why and left and _is_of(left[0], table, kind, marked):
        taken.append(left.pop(0))
    while opened and _key(opened[0]) == (*key, why):
        taken.append(opened.pop(0))
    return taken, why


def _key(row: Unresolved) -> tuple[str, tuple[str, ...], str]:
    """Heading and head of a row's table, and why no row of it can be read, if none can."""
    return row.heading, row.columns, row.reason if row.reason in WHOLE_TABLE else ""


def _is_of(row: Framework, table: Table, kind: str, marked: tuple[set[str], bool]) -> bool:
    """Whether a row can be of a table, by its heading, its width and its marks."""
    if row.heading != table.heading or len(row.documented) != len(table.columns):
        return False
    if kind not in {"deployments", "frameworks"}:
        return True
    return (set(row.capabilities), DOUBT in row.interpretation) == marked


def _table(table: Table, rows: Iterable[Statement], why: str) -> str:
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
