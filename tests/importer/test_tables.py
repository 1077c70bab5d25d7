"""Tables of a page, in Markdown and HTML, in every state: no cell of them is lost."""

from __future__ import annotations

from typing import Any

import pytest
from support.importing import (
    CAPABILITIES,
    below,
    imported,
    places,
    reasons,
    rows,
    status,
    table,
)

from pytest_ddcompat import Status
from pytest_ddcompat.importer.source import PageError

SUPPORTED, UNSUPPORTED, OPEN = Status.SUPPORTED, Status.UNSUPPORTED, Status.UNDETERMINED
TWICE = "another row of the page is about the same thing"


@pytest.mark.parametrize(
    ("head", "library"),
    [
        pytest.param("Minimum Python tracer version", "ddtrace", id="Python"),
        pytest.param("Minimum Node.js tracer version", "dd-trace", id="Node.js"),
        pytest.param("Minimum Shop Processor image version", "shop_processor_image", id="another"),
        pytest.param("Minimum thing", "tracer", id="none"),
    ],
)
def test_library_of_the_versions(head: str, library: str) -> None:
    found = imported(table(f"AnyThing At All capability | {head}", "Some Filter | 1.0"))
    assert found.matrix.page.tracer == library
    assert rows(found, "capabilities") == [{"id": "some_filter", "minimum": "1.0"}]


VALID = (
    '; valid: a table headed "… capability" and "Minimum … version", or of "Framework" and '
    '"Supported version"'
)


@pytest.mark.parametrize(
    ("text", "seen", "unresolved"),
    [
        pytest.param("# Title\n\nWords.\n", "it has no table", 0, id="no table"),
        pytest.param(table("Release | Support level", ">=1,<2 | GA"),
                     'the table of line 1, "Release | Support level", is of release branches', 0,
                     id="branches"),
        pytest.param(table("Framework | Bot Filter", "Django | yes"),
                     'the table of line 1, "Framework | Bot Filter", is of frameworks, without '
                     "versions", 2, id="frameworks without versions"),
        pytest.param(table("A | B", "c | d") + table("X capability | Minimum y version", " | 1"),
                     'the table of line 1, "A | B", is of no known kind; that of line 5, "X '
                     'capability | Minimum y version", has no row that is understood', 6,
                     id="two tables"),
        pytest.param("<table><tr><td>A</td></tr></table>\n",
                     'the table of line 1, "A", the table has no head', 1, id="no head"),
    ],
)  # fmt: skip
def test_page_without_capabilities_is_refused(text: str, seen: str, unresolved: int) -> None:
    with pytest.raises(PageError) as raised:
        imported(text)
    assert str(raised.value) == f"page.md: this page has no table of capabilities: {seen}{VALID}"
    account = raised.value.account
    assert account is not None
    assert len(account.unresolved) == unresolved


def test_callout_above_a_table_is_not_its_heading() -> None:
    callout = "{% callout %}\n# Not on app.ddog-gov.com\n\nNot supported.\n{% /callout %}\n\n"
    found = imported(CAPABILITIES.replace("\n\n|", f"\n\n{callout}|"))
    headings = {row["heading"] for row in found.mapping["capabilities"]}
    assert headings == {found.mapping["tables"][0]["heading"]} == {"Firewall requirements"}
    assert found.mapping["sites"][0]["heading"] == "Not on app.ddog-gov.com"


def test_capability_that_stands_twice_is_open() -> None:
    found = imported(CAPABILITIES + table("Y capability | Minimum x version", "Bot filter | 1.0"))
    assert rows(found, "capabilities")[0] == {"id": "bot_filter", "status": "unresolved"}
    assert places(found) == [
        (5, "Bot Filter", TWICE),
        (5, "1.4.0", TWICE),
        (10, "Bot filter", TWICE),
        (10, "1.0", f"the row is not understood: {TWICE}"),
    ]
    assert status(found.matrix, "bot_filter") is OPEN


def test_same_name_with_another_label_is_another_capability() -> None:
    found = imported(CAPABILITIES.replace("Card Vault (CV)", "Bot Filter (deprecated modes)"))
    ids = [row["id"] for row in rows(found, "capabilities")]
    assert ids == ["bot_filter", "bot_filter_deprecated_modes"]
    assert found.account.unresolved == ()


@pytest.mark.parametrize(
    ("first", "second", "mark", "expected"),
    [
        pytest.param("yes", "yes", True, SUPPORTED, id="the same"),
        pytest.param("yes", "", "unresolved", OPEN, id="a mark and none"),
        pytest.param("", "yes", "unresolved", OPEN, id="none and a mark"),
        pytest.param("yes", "Preview", "unresolved", OPEN, id="a mark and a preview"),
    ],
)
def test_rows_that_speak_of_the_same(
    first: str, second: str, mark: object, expected: Status
) -> None:
    deployments = table("Type | Bot Filter", f"Docker | {first}", f"DOCKER | {second}")
    frameworks = table("Framework | Bot Filter?", f"Django | {first}", f"django | {second}")
    for found in (below(deployments), below(frameworks)):
        kind = "deployments" if "deployments" in found.mapping else "frameworks"
        (row,) = rows(found, kind)
        assert row["capabilities"] == {"bot_filter": mark}
        framework = "django" if kind == "frameworks" else None
        assert status(found.matrix, "bot_filter", framework=framework) is expected
        assert len(found.account.unresolved) == 2


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        pytest.param("EOL | 7.28", SUPPORTED, id="the same"),
        pytest.param("EOL | 7.63", OPEN, id="another Agent"),
        pytest.param("Maintenance | 7.28", OPEN, id="another level"),
    ],
)
def test_release_branch_that_stands_twice(second: str, expected: Status) -> None:
    head = "Release | Support level | Minimum Datadog Agent"
    found = below(table(head, ">=4,<5 | EOL | 7.28") + table(head, f"<5, >=4 | {second}"))
    assert len(rows(found, "releases")) == (expected is SUPPORTED)
    assert len(found.account.unresolved) == (3 if expected is SUPPORTED else 6)
    assert status(found.matrix, "bot_filter") is expected


def test_two_tables_of_deployments_under_one_heading() -> None:
    found = below(
        table("Type | Bot Filter support", "Docker | yes", "AWS Lambda | ")
        + table("Type | Card Vault support", "Docker | yes", "AWS Lambda | yes")
    )
    assert found.account.unresolved == ()
    lambda_only: dict[str, Any] = {"deployments": ["aws_lambda"]}
    assert status(found.matrix, "bot_filter", **lambda_only) is UNSUPPORTED
    assert status(found.matrix, "card_vault", **lambda_only) is SUPPORTED


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param("Bot Filter (some) support", OPEN, id="a capability and more"),
        pytest.param("Notes", SUPPORTED, id="none"),
    ],
)
def test_column_that_is_not_known(head: str, expected: Status) -> None:
    found = below(table(f"Type | {head}", "Docker | yes"))
    assert [(text, reason) for _, text, reason in places(found)] == [
        (head, "an unknown column for such a table"),
        ("yes", "an unknown column for such a table" if expected is OPEN else
         "a cell of an unknown column"),
    ]  # fmt: skip
    assert status(found.matrix, "bot_filter") is expected


def test_tables_that_differ_in_their_heads_only() -> None:
    found = below(
        table("Type | Bot Filter (some)", "Docker | yes")
        + table("Type | Bot Filter", "AWS Lambda | yes", "Moon | no")
        + table("Type | Some Filter", "Mars | yes")
    )
    marks = [row["capabilities"] for row in rows(found, "deployments")]
    assert marks == [*({"bot_filter": mark} for mark in ("unresolved", True, False)), {}]


def test_columns_that_contradict_each_other() -> None:
    found = below(
        table("Type | Bot Filter | Bot Filter support", "Docker | yes | ")
        + table("Framework | Versions | Version | Card Vault", "Django | >=2 | >=3 | yes")
    )
    assert rows(found, "deployments")[0]["capabilities"] == {"bot_filter": "unresolved"}
    assert "versions" not in rows(found, "frameworks")[0]
    assert reasons(found) == {">=3": "another cell of the row says otherwise"}


def test_table_of_no_known_kind() -> None:
    found = below(table("Payload | Size", "JSON | 1 MB"))
    assert places(found) == [
        (8, "Payload", "a table of no known kind"),
        (8, "Size", "a table of no known kind"),
        (10, "JSON", "a table of no known kind"),
        (10, "1 MB", "a table of no known kind"),
    ]


def test_ragged_rows() -> None:
    head = "| Type | Bot Filter support | Card Vault |\n| --- | --- | --- |\n"
    found = below(head + "| Docker | yes\n| AWS Lambda | yes | yes | more | \\| and |\n")
    assert rows(found, "deployments") == [
        {
            "id": "docker",
            "capabilities": {"bot_filter": True, "card_vault": False},
            "interpretation": "a blank cell where marks are expected means not supported",
        },
        {"id": "aws_lambda", "capabilities": {"bot_filter": True, "card_vault": True}},
    ]
    beyond = "2 cells beyond the head of its table"
    assert places(found) == [(11, "more | \\| and", beyond)]
    assert found.account.cells == 6 + 9 + 1


def test_row_without_a_name() -> None:
    found = below(table("Type | Bot Filter support", " | yes"))
    assert places(found)[0][2] == "a row without a name"
    assert len(found.account.unresolved) == 2


def test_rows_that_are_no_table() -> None:
    found = below("| Type | Bot Filter support |\n| Docker | yes |\n")
    (place,) = places(found)
    assert place[2] == "it looks like a row of a table, but is none"


OVERVIEW = table("X capability | Java | Python", "Bot Filter | 1.0 | 2.0", "Card Vault | 3 | x.x")


@pytest.mark.parametrize(
    ("language", "minimum", "library"),
    [
        pytest.param("python", "2.0", "ddtrace", id="one"),
        pytest.param("Java", "1.0", "java_tracer", id="another"),
    ],
)
def test_overview(language: str, minimum: str, library: str) -> None:
    found = imported(OVERVIEW, language=language)
    assert rows(found, "capabilities")[0] == {"id": "bot_filter", "minimum": minimum}
    assert found.matrix.page.tracer == library
    other = "Java" if language == "python" else "Python"
    about_others = [r for r in reasons(found).values() if r.endswith(f"another language ({other})")]
    assert len(about_others) == 3
    assert found.account.cells == 9


@pytest.mark.parametrize(
    ("language", "message"),
    [
        pytest.param(
            "",
            "this page has a column for each of several languages; "
            "choose one with --language; valid: java, python",
            id="none",
        ),
        pytest.param(
            "pyton",
            'this page has no column for the language "pyton"; did you mean "python"? '
            "valid: java, python",
            id="misspelled",
        ),
    ],
)
def test_overview_of_no_picked_language_is_refused(language: str, message: str) -> None:
    with pytest.raises(PageError) as error:
        imported(OVERVIEW, language=language)
    assert str(error.value) == f"page.md: {message}"


def test_overview_of_other_languages_only_gives_no_minimum() -> None:
    found = imported(OVERVIEW + table("Y capability | Go | Ruby", "Log | 1 | 1"), language="python")
    assert [row["id"] for row in rows(found, "capabilities")] == ["bot_filter", "card_vault"]
    assert reasons(found)["Log"] == "the table is about other languages"
