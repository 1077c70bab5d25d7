"""Words outside of tables never leave a verdict more permissive than they are."""

from __future__ import annotations

import pytest
from support.core import parsed_text
from support.importing import (
    CAPABILITIES,
    below,
    imported,
    places,
    rows,
    status,
    table,
)

from pytest_ddcompat import Status
from pytest_ddcompat.importer.toml import to_toml

SUPPORTED, UNSUPPORTED, OPEN = Status.SUPPORTED, Status.UNSUPPORTED, Status.UNDETERMINED
HEAD = "X capability | Minimum x version"
SHARED = CAPABILITIES + table(HEAD, "Cool Vault (CV) | 1.0.0")


@pytest.mark.parametrize(
    ("text", "previews"),
    [
        pytest.param("Card Vault is in Preview.", ["card_vault"], id="a name"),
        pytest.param("CV is now available in Preview", ["card_vault"], id="an abbreviation"),
        pytest.param("**Note**: Card Vault (CV) is currently in public beta.", ["card_vault"],
                     id="a note"),
        pytest.param("- Bot Filter and Card Vault are in Preview.", ["bot_filter", "card_vault"],
                     id="two"),
        pytest.param("Card Vault, and Bot Filter are in Preview.", ["bot_filter", "card_vault"],
                     id="two and a comma"),
    ],
)  # fmt: skip
def test_sentence_that_says_preview(text: str, previews: list[str]) -> None:
    found = below(f"{text}\n")
    assert [r["id"] for r in rows(found, "capabilities") if r.get("status")] == previews
    assert [r.callout for r in found.matrix.capabilities if r.callout] != []
    assert found.account.unresolved == ()
    assert status(found.matrix, previews[0]) is SUPPORTED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("Card Vault is no longer in Preview.", "it may limit a capability",
                     id="no longer a preview"),
        pytest.param("Card Vault and others are in Preview.", "it may limit a capability",
                     id="a preview of what is not on the page, too"),
        pytest.param("Card Vault is in Preview on Windows.", "it may limit a capability",
                     id="a preview in part"),
        pytest.param("~~Card Vault is in Preview~~", "it may limit a capability", id="struck out"),
        pytest.param("Card\u200b Vault is in Preview.", "it may limit a capability",
                     id="a name with a mark that shows nothing"),
        pytest.param("Card Vault isn't supported on Windows.", "it may limit a capability",
                     id="is not, in short"),
        pytest.param("CV cannot run there.", "it may limit a capability", id="an abbreviation"),
        pytest.param("Card Vault needs Python 3.10 and later.", "it may limit a capability",
                     id="needs"),
        pytest.param("Card Vault is deprecated.", "it may limit a capability", id="deprecated"),
        pytest.param("Card Vault is supported on all frameworks except Flask.",
                     "it may limit a capability", id="except"),
        pytest.param("This product is not available on AWS Lambda.", "it may limit a capability",
                     id="all of the page"),
        pytest.param("Card Vault requires Remote Configuration only here.",
                     "it is not clear which capabilities require Remote Configuration",
                     id="Remote Configuration in part"),
        pytest.param("Card Vault {{< tooltip >}} is not here.", "a tag within it is not known",
                     id="a tag"),
        pytest.param("Card Vault is not here. " * 100, "it is too long to be understood",
                     id="long"),
        pytest.param("## Card Vault (Preview)", "a heading that may limit a capability",
                     id="a heading"),
        pytest.param("{% callout %}\nCard Vault is in Preview, but not on Windows.\n{% /callout %}",
                     "it may limit a capability", id="a callout that says Preview and more"),
        pytest.param("|---|\n| Card Vault | not there |",
                     "it looks like a row of a table, but is none", id="a row without a table"),
    ],
)  # fmt: skip
def test_words_that_may_limit_a_capability_leave_it_open(text: str, reason: str) -> None:
    found = below(f"{text}\n")
    assert [place[2] for place in places(found)] == [reason]
    assert status(found.matrix, "card_vault") is OPEN
    assert status(found.matrix, "card_vault", tracer="1.0") is UNSUPPORTED
    is_of_all = text.startswith("This product")
    assert status(found.matrix, "bot_filter") is (OPEN if is_of_all else SUPPORTED)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Card Vault is nice.", id="no limit"),
        pytest.param("Card Vault notes, onlyness, requirements.", id="other words"),
        pytest.param("It is not there, cv or not.", id="no name"),
        pytest.param("## Card Vault in Docker", id="a heading"),
        pytest.param("Nothing is supported on us3 but this.", id="no name of a site"),
    ],
)
def test_words_that_limit_nothing(text: str) -> None:
    found = below(f"{text}\n")
    assert found.account.unresolved == ()
    assert status(found.matrix, "card_vault") is SUPPORTED


def test_table_of_no_known_kind_leaves_open_what_it_names() -> None:
    found = below(table("System | Card Vault", "Windows | no") + table("A | B", "Moon | 1"))
    assert [row.get("capabilities") for row in rows(found, "unresolved")] == [["card_vault"], None]
    assert status(found.matrix, "card_vault") is OPEN
    assert status(found.matrix, "bot_filter") is SUPPORTED


def test_table_of_other_languages_leaves_nothing_open() -> None:
    overview = table("Z capability | Java | Python", "Log | 1.0 | 1.2")
    found = imported(overview + table("Z capability | Java | Go", "Log | 1 | 2"), language="python")
    assert status(found.matrix, "log") is SUPPORTED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("This product is not supported on app.ddog-gov.com.", UNSUPPORTED,
                     id="a sentence"),
        pytest.param("> [!WARNING]\n> Not available on ddog-gov.com.", UNSUPPORTED, id="a quote"),
        pytest.param("Unavailable for the US1-FED site.", OPEN, id="the name of a site"),
        pytest.param("Card Vault isn't available on ddog-gov.com.", OPEN, id="one capability"),
        pytest.param("See app.ddog-gov.com.", SUPPORTED, id="nothing of support"),
    ],
)  # fmt: skip
def test_sentence_about_sites(text: str, expected: Status) -> None:
    found = below(f"{text}\n")
    assert status(found.matrix, "bot_filter", site="ddog-gov.com") is expected


def test_abbreviation_of_two_capabilities_is_of_none() -> None:
    found = imported(SHARED)
    assert ["aliases" in row for row in rows(found, "capabilities")] == [False, False, False]
    assert list(found.account.warnings) == [
        'the abbreviation "CV" is of Card Vault (CV) and Cool Vault (CV): it is no alias'
    ]
    assert found.matrix.find_capability("cv") is None
    assert found.account.unresolved == ()


def test_abbreviation_of_one_capability_in_two_tables_is_its_own() -> None:
    found = imported(CAPABILITIES + table(HEAD, "Card Vault (CV) | 2.1.0"))
    assert rows(found, "capabilities")[1]["aliases"] == ["cv"]
    assert found.account.warnings == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("CV is in Preview.", id="a preview"),
        pytest.param("CV requires Remote Configuration.", id="Remote Configuration"),
        pytest.param("{% callout %}\nCV is in Preview.\n{% /callout %}", id="a callout"),
        pytest.param(table("System | CV", "Windows | no"), id="a table"),
        pytest.param(table("Type | CV", "Docker | yes"), id="a column of marks"),
    ],
)
def test_abbreviation_of_two_capabilities_leaves_both_open(text: str) -> None:
    found = imported(f"{SHARED}{text}\n")
    for name in ("card_vault", "cool_vault"):
        assert status(found.matrix, name) is OPEN
    assert status(found.matrix, "bot_filter") is SUPPORTED


def test_what_cannot_be_seen_is_written_as_escapes() -> None:
    words = 'a\u202e\x7f\u2028é\U000e0001\n"'
    text = to_toml({"page": {"title": words}})
    title = r'title = "a\U0000202e\U0000007f\U00002028é\U000e0001\n\""'
    assert text == f"#:schema matrix.schema.json\n\n[page]\n{title}\n"
    assert parsed_text(text)["page"]["title"] == words


NOTED = "Shop protection capability | Minimum Python tracer version | Notes"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param("only preview", OPEN, id="a limit"),
        pytest.param("not on Windows", OPEN, id="not everywhere"),
        pytest.param("since 2020", SUPPORTED, id="no limit"),
        pytest.param("-", SUPPORTED, id="a dash"),
        pytest.param("", SUPPORTED, id="blank"),
    ],
)
def test_cell_of_an_unknown_column_may_limit_a_capability(cell: str, expected: Status) -> None:
    found = imported(table(NOTED, f"Bot Filter | 1.0.0 | {cell}", "Card Vault | 1.0.0 |"))
    assert status(found.matrix, "bot_filter") is expected
    assert status(found.matrix, "card_vault") is SUPPORTED


def test_the_head_of_an_unknown_column_may_limit_what_has_words_in_it() -> None:
    rows_ = ["Bot Filter | 1.0.0 | 7.50", "Card Vault | 1.0.0 |"]
    found = imported(table(NOTED.replace("Notes", "Minimum Agent version"), *rows_))
    assert status(found.matrix, "bot_filter") is OPEN
    assert status(found.matrix, "card_vault") is SUPPORTED


@pytest.mark.parametrize("kind", ["Framework", "Type"])
def test_cell_of_an_unknown_column_may_limit_a_row_of_marks(kind: str) -> None:
    head = f"{kind} | Bot Filter | Remarks"
    found = below(table(head, "Docker | yes | only preview", "Kubernetes | | not yet"))
    kept = rows(found, "frameworks" if kind == "Framework" else "deployments")
    assert [row["capabilities"] for row in kept] == [
        {"bot_filter": "unresolved"},
        {"bot_filter": False},
    ]
    assert rows(found, "unresolved") == []


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("Framework | Bot Filter | Remarks", id="frameworks"),
        pytest.param("Type | Bot Filter | Remarks", id="deployments"),
        pytest.param("Release | Support level | Remarks", id="branches"),
    ],
)
def test_cell_of_an_unknown_column_may_limit_another_capability(head: str) -> None:
    first = ">=1,<2 | Maintenance" if "Release" in head else "Docker | yes"
    found = below(table(head, f"{first} | without Card Vault"))
    assert rows(found, "unresolved") == [
        {
            "of": "cells",
            "capabilities": ["card_vault"],
            "reason": "a cell of an unknown column may limit it",
        }
    ]
    assert status(found.matrix, "card_vault") is OPEN


def test_cell_that_names_a_capability_of_a_later_row() -> None:
    found = imported(
        table(NOTED, "Bot Filter | 1.0.0 | Card Vault needs it", "Card Vault | 1.0.0 |")
    )
    assert status(found.matrix, "card_vault") is OPEN
