"""HTML of a page: tables however they are closed, and what stands between them."""

from __future__ import annotations

import pytest
from support.importing import below, imported, reasons, rows

HTML_HEAD = "<tr><th>Type</th><th>Bot Filter support</th></tr>"


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(f"<table>{HTML_HEAD}<tr><td>Docker</td><td>yes</td></tr></table>", id="plain"),
        pytest.param(
            f"<table>\n<thead>\n{HTML_HEAD}\n</thead>\n\n<tbody>\n\n<tr><td>Docker</td>\n\n"
            "<td>yes</td></tr></tbody></table>",
            id="blank lines",
        ),
        pytest.param(f"<table>{HTML_HEAD}<tr><td>Docker<td>yes", id="nothing is closed"),
        pytest.param(
            f"<details>\n<table>\n{HTML_HEAD}\n\n<tr><td>Docker</td><td>yes</td></tr>\n</table>\n"
            "</details>",
            id="within another tag",
        ),
        pytest.param(
            f"<table>{HTML_HEAD}<tr><td><p>Docker</p></td><td><i class='icon-check'></i></td></tr>"
            "</table>",
            id="markup in cells",
        ),
        pytest.param(
            f"<table><!-- <td>no</td> -->{HTML_HEAD}<script>no</script><tr><td>Docker</td>"
            "<td>yes</td></tr></table>",
            id="what is not shown",
        ),
    ],
)
def test_html_table(html: str) -> None:
    found = below(f"{html}\n")
    assert rows(found, "deployments") == [{"id": "docker", "capabilities": {"bot_filter": True}}]
    assert found.account.unresolved == ()
    assert found.account.cells == 10


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        pytest.param(
            "<table><tr><td>Type</td><td>Bot Filter</td></tr><tr><td>Docker</td><td>yes</td></tr>"
            "</table>",
            "the table has no head",
            id="no head",
        ),
        pytest.param(
            f'<table>{HTML_HEAD}<tr><td rowspan="2">Docker</td><td>yes</td></tr></table>',
            "cells of the table span several rows or columns",
            id="spans",
        ),
    ],
)
def test_html_table_that_is_not_understood(html: str, reason: str) -> None:
    found = below(f"{html}\n")
    assert set(reasons(found).values()) == {reason}
    assert "deployments" not in found.mapping
    assert len(found.account.unresolved) == 4


def test_table_within_a_cell_is_text() -> None:
    inner = "<table><tr><td>yes</td></tr></table>"
    found = below(f"<table>{HTML_HEAD}<tr><td>Docker</td><td>{inner} in part</td></tr></table>\n")
    assert rows(found, "deployments") == [
        {"id": "docker", "capabilities": {"bot_filter": "unresolved"}}
    ]
    assert reasons(found) == {"yes in part": '"yes in part" is not a mark'}


@pytest.mark.parametrize(
    ("html", "text", "reason"),
    [
        pytest.param(
            f"<table>stray{HTML_HEAD}</table>", "stray", "words between the cells of a table",
            id="between cells",
        ),
        pytest.param("<td>stray</td>", "stray", "a cell outside of a table", id="without a table"),
        pytest.param(
            "<div>\n<script>stray", "stray", "words within a tag that is not closed", id="unclosed"
        ),
    ],
)  # fmt: skip
def test_stray_html(html: str, text: str, reason: str) -> None:
    assert reasons(below(f"{html}\n")) == {text: reason}


MINIMUMS = (
    "<table>\n<tr><th>Shop protection capability</th><th>Minimum Python tracer version</th></tr>"
    "\n\n    <tr><td>Bot Filter</td><td>1.4.0</td></tr>\n</table>"
)
PREVIEW = "<p>Bot Filter is in Preview.</p>"


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        pytest.param("<!DOCTYPE html>\n", "", None, id="a type"),
        pytest.param("\n <!-- - --> <HTML lang=en>\n", "</HTML>", None, id="a comment before it"),
        pytest.param(f"<!doctype html>{PREVIEW}", "", "preview", id="words around the table"),
        pytest.param(f"<!doctype html>{PREVIEW}<main>", f"</main>{PREVIEW}", None,
                     id="words outside of main"),
        pytest.param(f"<!doctype html><main>{PREVIEW}", "</main>", "preview", id="words in main"),
        pytest.param(f"<!doctype html>{PREVIEW}<main>", "", "preview", id="main is not closed"),
        pytest.param(f"<!doctype html></main>{PREVIEW}<main>", "</main>", "preview",
                     id="main is closed first"),
    ],
)  # fmt: skip
def test_html_document(start: str, end: str, status: str | None) -> None:
    found = imported(f"{start}<h1>The firewall</h1>\n\n{MINIMUMS}\n{end}\n")
    (row,) = rows(found, "capabilities")
    assert (row["id"], row["minimum"], row.get("status")) == ("bot_filter", "1.4.0", status)
    assert found.mapping["page"]["title"] == "The firewall"
    assert found.account.unresolved == ()
