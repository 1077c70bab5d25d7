"""What the cells of the tables of a page say, and what they leave open."""

from __future__ import annotations

from typing import Any

import pytest
from support.importing import below, capability, imported, reasons, rows, status, table

from pytest_ddcompat import Status

SUPPORTED, UNSUPPORTED, OPEN = Status.SUPPORTED, Status.UNSUPPORTED, Status.UNDETERMINED


def on(runtime: str, *minimums: tuple[str, list[str]]) -> dict[str, Any]:
    each = [{"tracer": t, "runtime": runtime, "versions": versions} for t, versions in minimums]
    return {"minimums": each}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param("1.9.0", {"minimum": "1.9.0"}, id="plain"),
        pytest.param("`1.9.0`", {"minimum": "1.9.0"}, id="backticked"),
        pytest.param("v2.4.0", {"minimum": "2.4.0"}, id="with a v"),
        pytest.param(">= 2.4", {"minimum": "2.4"}, id="with an operator"),
        pytest.param("2.4+", {"minimum": "2.4"}, id="with a plus"),
        pytest.param("2.0.0rc1", {"minimum": "2.0.0rc1"}, id="pre-release"),
        *(
            pytest.param(cell, {"minimum": "2.6.0"}, id=cell)
            for cell in (
                "≥ 2.6.0",
                "≥2.6.0",
                "2.6.0 +",
                "2.6.0 or later",
                "2.6.0 (or later)",
                "2.6.0 and up",
                "2.6.0 and higher",
                "2.6.0 or newer versions",
                "2.6.0 onwards",
                "From 2.6.0",
                "from version 2.6.0",
                "since v2.6.0",
                "Since 2.6.0 onwards",
                "Starting with 2.6.0",
                "at least 2.6.0",
                "Version 2.6.0",
                "V2.6.0",
                ">= 2.6.0 or later",
            )
        ),
        pytest.param("2.6.0.dev", {"minimum": "2.6.0.dev"}, id="a development release"),
        pytest.param("2.6.0-beta.1", {"minimum": "2.6.0-beta.1"}, id="a beta release"),
        *(
            pytest.param(cell, {"minimum": "2.6.0", "status": "preview"}, id=cell)
            for cell in (
                "Preview (≥ 2.6.0)",
                "Preview (from 2.6.0)",
                "Beta (2.6.0+)",
                "Preview since 2.6.0",
                "2.6.0 or later (preview)",
            )
        ),
        pytest.param("Not available", {"status": "not_supported"}, id="not available"),
        pytest.param("not yet supported", {"status": "not_supported"}, id="not yet"),
        pytest.param("\u274c", {"status": "not_supported"}, id="a cross"),
        pytest.param("N/A", {"status": "not_applicable"}, id="n/a"),
        pytest.param("planned", {"status": "pending"}, id="planned"),
        pytest.param("[1.9.0](https://example.com)", {"minimum": "1.9.0"}, id="a link"),
        pytest.param("<b>1.9.0</b>", {"minimum": "1.9.0"}, id="HTML"),
        pytest.param("**1.9.0**", {"minimum": "1.9.0"}, id="bold"),
        pytest.param(
            "Preview (`>=2.21.0`)", {"minimum": "2.21.0", "status": "preview"}, id="preview from"
        ),
        pytest.param(
            "Preview (2.9.3)", {"minimum": "2.9.3", "status": "preview"}, id="preview of a version"
        ),
        pytest.param(
            "Preview<br>(2.9.3)", {"minimum": "2.9.3", "status": "preview"}, id="on two lines"
        ),
        pytest.param("Preview", {"status": "preview"}, id="bare preview"),
        pytest.param("private beta", {"status": "preview"}, id="private beta"),
        pytest.param("not supported", {"status": "not_supported"}, id="not supported"),
        pytest.param("Not applicable", {"status": "not_applicable"}, id="not applicable"),
        pytest.param("support pending", {"status": "pending"}, id="support pending"),
        pytest.param("1.69.0 (partial)", {"minimum": "1.69.0", "status": "partial"}, id="partial"),
        pytest.param("1.0 (beta)", {"minimum": "1.0", "status": "preview"}, id="a beta"),
        pytest.param(
            "1.0 (deprecated)", {"minimum": "1.0", "status": "deprecated"}, id="deprecated"
        ),
        pytest.param(
            "4.18.0 for Node.js 16+, or 5.0.0 for Node.js 18+",
            on("nodejs", ("4.18.0", [">=16"]), ("5.0.0", [">=18"])),
            id="by runtime",
        ),
        pytest.param(
            "4.4.0 for Node.js 16+", on("nodejs", ("4.4.0", [">=16"])), id="one, by runtime"
        ),
        pytest.param(
            "1.0 for Java 8, 1.0 for Java 11+",
            on("java", ("1.0", ["==8.*", ">=11"])),
            id="one minimum on several versions of a runtime",
        ),
    ],
)
def test_minimum(cell: str, expected: dict[str, Any]) -> None:
    found = capability(cell)
    found.pop("interpretation", None)
    assert found == expected


@pytest.mark.parametrize(
    "cell",
    [
        "x.x", "", "TBD", "1.x", "1.9.0 or later, maybe", "yes", "<1.9.0", "<=2", "1.9.0 1.10.0",
        "not 1.9.0", "1.9.0 (Linux only)", "1.9.0 (see note)", "1.9.0 / 2.0.0", "1.9.0*", "latest",
        "Preview (Linux)", "Preview (<2.0)", "no preview", "1.0 for Node.js", "for Node.js 16+",
        "1.0 for Node.js 16+, or 2.0", "1.0 for Node.js x", "\u0661.\u0662", "1." * 150 + "0",
        "{{< tooltip >}}", "1.0 {{< tooltip >}}", "-", "\u2014", "none", "≤ 2.6.0", "> 2.6.0",
        "2.6.0 - 3.1.0", "from 2.6 to 3.1", "since 2.6, until 3.0", "from 2.6 - 3.1", "2.6 or 3.1",
        "2.6.0, 3.1.0", "2.6.0 (removed in 3.0.0)", "Preview (2.6.0), GA (3.1.0)", "~2.6", "2.x",
        "Limited availability (>=2.6.0)", "2.6.0 [^1]", "from 2.6.0 or earlier", "2.6.0a",
        "not since 2.6.0", "2.6.0 or laterish", "up to 2.6.0", "2.6.0 and lower",
    ],
)  # fmt: skip
def test_minimum_that_is_not_understood_is_left_open(cell: str) -> None:
    found = imported(table("X capability | Minimum Python tracer version", f"Thing | {cell}"))
    assert rows(found, "capabilities") == [{"id": "thing", "status": "unresolved"}]
    assert list(reasons(found).values()) == [
        "these words are neither a minimum version nor a status"
    ]
    assert status(found.matrix, "thing") is OPEN
    assert status(found.matrix, "thing", tracer="99.0") is OPEN


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Thing (beta)", {"minimum": "1.0", "status": "preview"}, id="beta"),
        pytest.param(
            "Thing (deprecated modes)", {"minimum": "1.0", "status": "deprecated"}, id="deprecated"
        ),
        pytest.param("Thing (partial)", {"minimum": "1.0", "status": "partial"}, id="partial"),
        pytest.param("Thing (not supported)", {"status": "unresolved"}, id="against its cell"),
        pytest.param("Thing (for some)", {"minimum": "1.0"}, id="no status"),
        pytest.param("Thing (ABC)", {"minimum": "1.0", "aliases": ["abc"]}, id="an abbreviation"),
    ],
)
def test_status_in_the_label(name: str, expected: dict[str, Any]) -> None:
    found = capability("1.0", name)
    found.pop("interpretation", None)
    assert found == expected


@pytest.mark.parametrize(
    ("cell", "mark", "expected"),
    [
        pytest.param("yes", True, SUPPORTED, id="yes"),
        pytest.param("{{< X >}}", True, SUPPORTED, id="shortcode"),
        pytest.param("{{% check %}}", True, SUPPORTED, id="another shortcode"),
        pytest.param('<i class="icon-check-bold"></i>', True, SUPPORTED, id="icon"),
        pytest.param("![done](/img/icon-check.png)", True, SUPPORTED, id="image"),
        pytest.param("\u2713", True, SUPPORTED, id="check mark"),
        pytest.param("", False, UNSUPPORTED, id="blank"),
        pytest.param("-", False, UNSUPPORTED, id="a hyphen"),
        pytest.param("\u2014", False, UNSUPPORTED, id="a dash"),
        pytest.param("N/A", False, UNSUPPORTED, id="not applicable"),
        pytest.param("no", False, UNSUPPORTED, id="no"),
        pytest.param("\u274c", False, UNSUPPORTED, id="cross"),
        pytest.param("Preview", "preview", SUPPORTED, id="preview"),
        pytest.param("yes, from 2.0", "unresolved", OPEN, id="yes, with words"),
        pytest.param("?", "unresolved", OPEN, id="a question"),
        pytest.param("{{< tooltip >}}", "unresolved", OPEN, id="unknown shortcode"),
        pytest.param('<i class="icon-check-empty"></i>*', "unresolved", OPEN, id="no check mark"),
    ],
)
def test_mark(cell: str, mark: object, expected: Status) -> None:
    found = below(
        table("Type | Bot Filter support | Card Vault", f"Docker | {cell} | yes")
        + table("Framework | Versions | Bot Filter supported?", f"Django | >=2 | {cell}")
    )
    (deployment,), (framework,) = rows(found, "deployments"), rows(found, "frameworks")
    assert deployment["capabilities"] == {"bot_filter": mark, "card_vault": True}
    assert framework["capabilities"] == {"bot_filter": mark}
    assert status(found.matrix, "bot_filter") is expected
    assert status(found.matrix, "bot_filter", framework="django", deployments=[]) is expected
    assert status(found.matrix, "card_vault") is SUPPORTED
    assert (mark == "unresolved") == bool(reasons(found))


@pytest.mark.parametrize(
    ("cell", "versions", "reading"),
    [
        pytest.param("3.9+", [">=3.9"], "", id="plus"),
        pytest.param("7.0-9.x, 10.x", [">=7.0,<10", "==10.*"], "", id="ranges and a series"),
        pytest.param("3.0-4.0+", [">=3.0"], "", id="an open range"),
        pytest.param("3.7\u20133.13", [">=3.7,<3.14"], "", id="a dash"),
        pytest.param("8 to 17", [">=8,<18"], "", id="in words"),
        pytest.param("^2.4.2", [">=2.4.2,<3"], "", id="caret"),
        pytest.param("^0.4.2", [">=0.4.2,<0.5"], "", id="caret below 1"),
        pytest.param("~1.2.3", [">=1.2.3,<1.3"], "", id="tilde"),
        pytest.param(">= 0.12.0, <= 0.16", [">=0.12.0,<=0.16"], "", id="two bounds"),
        pytest.param("<5, >=4", [">=4,<5"], "", id="two bounds, the upper one first"),
        pytest.param(">=1 and <2", [">=1,<2"], "", id="two bounds with a word"),
        pytest.param("<2 or >=4", ["<2", ">=4"], "", id="either"),
        pytest.param("`1.11`, `2.2`, `>=4.0`", ["==1.11.*", "==2.2.*", ">=4.0"],
                     "beside a minimum, a bare version is a series", id="a list"),
        pytest.param("2.7, 3.5-3.11", ["==2.7.*", ">=3.5,<3.12"], "a version is a series",
                     id="a version and a range"),
        pytest.param("1.x<br>2.x", ["==1.*", "==2.*"], "", id="on two lines"),
        pytest.param("All", [">=0"], "every version", id="all"),
        pytest.param("Fully Supported", [">=0"], "every version", id="fully supported"),
        pytest.param("≥ 2.6", [">=2.6"], "", id="a sign"),
        pytest.param("≥2.6, <4", [">=2.6,<4"], "", id="a sign and a bound"),
        pytest.param("2.6 or later", [">=2.6"], "", id="or later"),
        pytest.param("2.2, 3.2 and later", ["==2.2.*", ">=3.2"],
                     "beside a minimum, a bare version is a series", id="the last and later"),
        pytest.param("since 2.6", [">=2.6"], "", id="since"),
        pytest.param("1.11 or from 2.2", ["==1.11.*", ">=2.2"],
                     "beside a minimum, a bare version is a series", id="or from"),
    ],
)  # fmt: skip
def test_versions(cell: str, versions: list[str], reading: str) -> None:
    found = below(table("Framework | Versions | Bot Filter supported?", f"Django | {cell} | yes"))
    (row,) = rows(found, "frameworks")
    assert row["versions"] == versions
    assert row.get("interpretation", "") == reading


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        pytest.param("2.2", "a version alone may be a minimum or a series", id="bare"),
        pytest.param("", "a blank cell where versions are expected", id="blank"),
        pytest.param("-", '"-" is not a version or a range', id="a dash"),
        pytest.param("from 2.2 to 3", '"from 2.2 to 3" is not a version or a range', id="to"),
        pytest.param("x.x", '"x.x" is not a version or a range', id="placeholder"),
        pytest.param(">=2, LTS", '"LTS" is not a version or a range', id="words"),
        pytest.param(">=2, !=2.5", '"!=2.5" is not a version or a range', id="an exclusion"),
        pytest.param("All but 2.5", '"All but 2.5" is not a version or a range', id="not all"),
        pytest.param("<2, >=4", 'no version is in ">=4,<2"', id="bounds that exclude all"),
        pytest.param("3.13-3.7", 'no version is in ">=3.13,<3.8"', id="backwards"),
        pytest.param(">2, <2", 'no version is in ">2,<2"', id="between nothing"),
        pytest.param("1, " * 80, "these words are too long for versions", id="too long"),
    ],
)
def test_versions_that_are_not_understood_are_left_open(cell: str, reason: str) -> None:
    found = below(table("Framework | Versions | Bot Filter supported?", f"Django | {cell} | yes"))
    (row,) = rows(found, "frameworks")
    assert "versions" not in row
    assert list(reasons(found).values()) == [reason]
    assert status(found.matrix, "bot_filter", framework="django") is OPEN


@pytest.mark.parametrize(
    ("head", "cell", "expected"),
    [
        pytest.param("Minimum Framework Version", "1.0.0", [">=1.0.0"], id="a minimum"),
        pytest.param("Minimum Framework Version", "1.0, 2.0", None, id="several minimums"),
        pytest.param("Tested on", "1.0.0", None, id="a column that is not known"),
    ],
)
def test_column_of_versions(head: str, cell: str, expected: list[str] | None) -> None:
    found = below(table(f"Framework | {head} | Bot Filter?", f"Django | {cell} | yes"))
    (row,) = rows(found, "frameworks")
    assert row.get("versions") == expected
    asked = status(found.matrix, "bot_filter", framework="django")
    assert asked is (SUPPORTED if expected else OPEN)


def test_table_without_versions_speaks_of_all() -> None:
    found = below(table("Framework | Bot Filter supported?", "http | yes"))
    (row,) = rows(found, "frameworks")
    assert row["versions"] == [">=0"]
    assert row["interpretation"] == "the table names no versions"
