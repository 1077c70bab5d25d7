"""What the tests of imported pages share: a page of our own, and short ways to import one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pytest_ddcompat import Status, evaluate
from pytest_ddcompat.importer.importer import Imported, Options, import_page
from support.core import asks, environment

if TYPE_CHECKING:
    from pytest_ddcompat.matrix.matrix import Matrix

READ = dt.date(2026, 1, 2)
CAPABILITIES = """\
# Firewall requirements

| Shop protection capability | Minimum Python tracer version |
| --- | --- |
| Bot Filter | 1.4.0 |
| Card Vault (CV) | `2.1.0` |

"""
"""A page of two capabilities: six cells, all understood."""


def imported(text: str, **options: Any) -> Imported:
    return import_page(text, "page.md", Options(**{"read": READ, **options}))


def below(text: str, **options: Any) -> Imported:
    """Import a page that has something below its table of capabilities."""
    return imported(CAPABILITIES + text, **options)


def table(*rows: str) -> str:
    """A table of a head and rows, each with bars between its cells."""
    head, *others = (f"| {row} |" for row in rows)
    return "\n".join([head, f"|{' --- |' * rows[0].count('|')} --- |", *others]) + "\n\n"


FOLDED = "---\ntitle: The title\nbreadcrumbs: >-\n  Docs >\n  Security\n---\n"
WHOLE = (
    FOLDED + CAPABILITIES
    + "{% callout %}\n# On app.ddog-gov.com\n\nNot supported.\n{% /callout %}\n"
    + table("Type | Bot Filter support", "Docker | {{< X >}}", "Moon | ")
    + "<table>\n<tr><th>Release</th><th>Support level</th></tr>\n\n<tr><td>&gt;=4</td><td>EOL</td>"
    "</tr>\n</table>\n\n- **Card Vault** is supported on all frameworks\n\n[1]: /a \"b\"\n"
)  # fmt: skip


def rows(found: Imported, kind: str) -> list[dict[str, Any]]:
    """Rows of a matrix without what all of them have."""
    left_out = {"heading", "documented"}
    return [
        {key: value for key, value in row.items() if key not in left_out}
        for row in found.mapping.get(kind, ())
    ]


def capability(cell: str, name: str = "Some Thing") -> dict[str, Any]:
    """What is read of a cell of the table of capabilities."""
    found = imported(table("X capability | Minimum Python tracer version", f"{name} | {cell}"))
    (row,) = rows(found, "capabilities")
    del row["id"]
    return row


def places(found: Imported) -> list[tuple[int, str, str]]:
    """The unresolved places: line, text and reason."""
    return [(place.line, place.text, place.reason) for place in found.account.unresolved]


def reasons(found: Imported) -> dict[str, str]:
    """Why each text that is unresolved is so."""
    return {place.text: place.reason for place in found.account.unresolved}


def status(matrix: Matrix, name: str, *, framework: str | None = None, **facts: object) -> Status:
    """What a capability comes to where all else is supported."""
    asked = asks(name, framework=framework)
    return evaluate(asked, environment(**facts), matrix).status
