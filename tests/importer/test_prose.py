"""Sentences and callouts of a page: what they require, exclude, cover, and leave open."""

from __future__ import annotations

from typing import Any

import pytest
from support.importing import (
    below,
    imported,
    places,
    reasons,
    rows,
    status,
    table,
)

from pytest_ddcompat import Status
from pytest_ddcompat.importer.source import LIMIT, PageError

SUPPORTED, UNSUPPORTED, OPEN = Status.SUPPORTED, Status.UNSUPPORTED, Status.UNDETERMINED
UNCLEAR_SITES = "it is not clear what this callout about sites says"
UNCLEAR_REMOTE = "it is not clear which capabilities require Remote Configuration"


def callout(*paragraphs: str, tag: str = "callout", arguments: str = "") -> str:
    return "\n\n".join((f"{{% {tag}{arguments} %}}", *paragraphs, f"{{% /{tag} %}}")) + "\n"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param("Bot Filter requires enabling [Remote Configuration][2], you know.",
                     ["bot_filter"], id="one"),
        pytest.param("**Note**: Bot Filter and Card Vault require Remote Configuration",
                     ["bot_filter", "card_vault"], id="two"),
        pytest.param("Remote Configuration must be enabled to use Card Vault.", ["card_vault"],
                     id="the other way round"),
    ],
)  # fmt: skip
def test_sentence_that_requires_remote_configuration(text: str, named: list[str]) -> None:
    found = below(f"{text}\n\n[2]: /somewhere/\n")
    requiring = [row["id"] for row in rows(found, "capabilities") if "remote_configuration" in row]
    assert requiring == named
    assert found.account.unresolved == ()
    assert status(found.matrix, named[0], remote_configuration=False) is UNSUPPORTED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("This requires Remote Configuration.", UNCLEAR_REMOTE, id="names nothing"),
        pytest.param("Bot Filter no longer requires Remote Configuration.", UNCLEAR_REMOTE,
                     id="no longer"),
        pytest.param("Bot Filter does not require Remote Configuration.", UNCLEAR_REMOTE, id="not"),
        pytest.param("Bot Filter requires Remote Configuration only here.", UNCLEAR_REMOTE,
                     id="in part"),
        pytest.param("Bot Filter works but not for all databases.", "it may cover only a part",
                     id="not all databases"),
        pytest.param("Bot Filter works for all databases and needs Remote Configuration.",
                     "it may cover only a part", id="covers and requires"),
        pytest.param("Bot Filter is not available on Windows.", "it may limit a capability",
                     id="a limit"),
        pytest.param("Card Vault {{< tooltip >}} is nice.", "a tag within it is not known",
                     id="a tag"),
        pytest.param("word " * 500, "it is too long to be understood", id="long"),
    ],
)  # fmt: skip
def test_sentence_that_is_not_understood(text: str, reason: str) -> None:
    found = below(f"{text}\n")
    assert list(reasons(found).values()) == [reason]
    assert "coverage" not in found.mapping
    assert all("remote_configuration" not in row for row in rows(found, "capabilities"))


@pytest.mark.parametrize(
    ("text", "of"),
    [
        pytest.param("- **Card Vault** is supported on all frameworks", "frameworks", id="bold"),
        pytest.param("CV is supported on all frameworks.", "frameworks", id="abbreviated"),
        pytest.param(
            "Card Vault also works below, and so works for all databases, even those not listed.",
            "datastores",
            id="data stores",
        ),
    ],
)
def test_sentence_that_covers(text: str, of: str) -> None:
    found = below(f"{text}\n")
    assert rows(found, "coverage") == [{"of": of, "capability": "card_vault"}]


def test_other_sentences_are_notes() -> None:
    found = below("## Head\n\nSome words.\n\n- One\n- Two\n\n> Three\n\n    Four\n")
    (note,) = found.mapping["notes"]
    assert note == {"heading": "Head", "documented": ["Some words.", "One", "Two", "Three", "Four"]}


BELOW = "the page states 1.5 as the minimum for all capabilities, and 2.1.0 for Card Vault (CV)"
EXCLUDED = "This product is not supported for your selected site."


@pytest.mark.parametrize(
    ("text", "excluded", "preview"),
    [
        pytest.param(callout("# On app.ddog-gov.com", EXCLUDED), ["ddog-gov.com"], False,
                     id="a host"),
        pytest.param(callout("# On us3.datadoghq.com and datadoghq.eu", EXCLUDED),
                     ["us3.datadoghq.com", "datadoghq.eu"], False, id="two hosts"),
        pytest.param(callout(EXCLUDED, tag="site-region", arguments=' region="gov,ap1"'),
                     ["ddog-gov.com", "ap1.datadoghq.com"], False, id="regions"),
        pytest.param('{{< site-region region="gov" >}}\n' + EXCLUDED + "\n{{< /site-region >}}\n",
                     ["ddog-gov.com"], False, id="shortcode"),
        pytest.param(callout("# On us5.datadoghq.com", callout(EXCLUDED, tag="alert")),
                     ["us5.datadoghq.com"], False, id="an alert within"),
        pytest.param(callout("# On us5.datadoghq.com", "This is in Preview."),
                     ["us5.datadoghq.com"], True, id="a preview"),
    ],
)  # fmt: skip
def test_callout_that_excludes_sites(text: str, excluded: list[str], preview: bool) -> None:
    found = below(text)
    (row,) = rows(found, "sites")
    assert row["excluded"] == excluded
    assert row.get("status") == ("preview" if preview else None)
    assert found.account.unresolved == ()
    expected = SUPPORTED if preview else UNSUPPORTED
    assert status(found.matrix, "bot_filter", site=excluded[0]) is expected
    assert status(found.matrix, "bot_filter", site="ap2.datadoghq.com") is SUPPORTED


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(callout("Not supported except on us3.datadoghq.com."), id="except"),
        pytest.param(callout("Supported on datadoghq.eu, unsupported on ddog-gov.com."), id="two"),
        pytest.param(callout("Available on us3.datadoghq.com."), id="there"),
        pytest.param(callout("Bot Filter is not supported on ddog-gov.com."), id="one capability"),
        pytest.param(callout("Look at app.datadoghq.com."), id="nothing of support"),
        pytest.param(callout(EXCLUDED, tag="site-region", arguments=' region="gov,mars"'),
                     id="a region that is not known"),
        pytest.param(callout(EXCLUDED, tag="site-region", arguments=' no-region="gov"'),
                     id="another argument"),
        pytest.param(callout(EXCLUDED, "See datadoghq.eu.", tag="site-region",
                             arguments=' region="gov"'), id="a host that is not of the region"),
    ],
)  # fmt: skip
def test_callout_about_sites_that_is_not_understood(text: str) -> None:
    found = below(text)
    assert list(reasons(found).values()) == [UNCLEAR_SITES]
    assert "sites" not in found.mapping
    assert status(found.matrix, "bot_filter") is OPEN


@pytest.mark.parametrize(
    ("text", "previews"),
    [
        pytest.param(callout("Card Vault is in Preview."), ["card_vault"], id="one"),
        pytest.param(callout("# Join the Preview!", "Bot Filter and Card Vault."),
                     ["bot_filter", "card_vault"], id="a title"),
        pytest.param('{{< callout url="#" header="Preview" >}}\nBot Filter\n{{< /callout >}}\n',
                     ["bot_filter"], id="shortcode"),
        pytest.param(callout("Card Vault is in beta.", tag="alert"), ["card_vault"], id="an alert"),
        pytest.param(callout("Card Vault: Preview.") + callout("Preview of Bot Filter, Card Vault"),
                     ["bot_filter", "card_vault"], id="two"),
    ],
)  # fmt: skip
def test_callout_that_says_preview(text: str, previews: list[str]) -> None:
    found = below(text)
    assert [r["id"] for r in rows(found, "capabilities") if r.get("status")] == previews
    assert status(found.matrix, previews[0]) is SUPPORTED
    words = "".join(row.callout for row in found.matrix.capabilities)
    assert "Preview" in words or "beta" in words


def test_callout_that_says_preview_and_names_nothing() -> None:
    found = below(callout("Join the Preview!"))
    reason = "a callout says Preview, and names no capability of the page"
    assert reasons(found) == {"Join the Preview!": reason}


def test_other_callouts_are_notes() -> None:
    found = below(callout("Missing something? Tell us.", tag="alert") + callout())
    assert found.mapping["notes"][0]["documented"] == ["Missing something? Tell us."]


def test_tables_within_callouts_are_read_by_no_one() -> None:
    found = below(
        callout(
            table("Z capability | Minimum x version", "Log | 1.0"),
            table("Type | Bot Filter", "Docker | yes"),
        )
    )
    assert [row["id"] for row in rows(found, "capabilities")] == ["bot_filter", "card_vault"]
    assert "deployments" not in found.mapping
    assert [r for *_, r in places(found)] == ["a table within a callout"] * 8


@pytest.mark.parametrize(
    ("text", "expected", "warnings"),
    [
        pytest.param("{% callout %}\n\nWords.\n", {}, ["line 8: a callout is not closed"],
                     id="not closed"),
        pytest.param("Words.\n\n{% /callout %}\n", {"{% /callout %}": "a tag that closes nothing"},
                     [], id="not opened"),
        pytest.param("{% tab %}\n\nWords.\n\n{% /tab %}\n",
                     {"{% tab %}": "a tag that is not known",
                      "{% /tab %}": "a tag that is not known"}, [], id="not known"),
    ],
)  # fmt: skip
def test_tags(text: str, expected: dict[str, str], warnings: list[str]) -> None:
    found = below(text)
    assert reasons(found) == expected
    assert list(found.account.warnings) == warnings
    assert found.mapping["notes"][0]["documented"] == ["Words."]


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        pytest.param("The minimum x version to get all capabilities is 1.5.",
                     [BELOW], id="a minimum below a row's"),
        pytest.param("The minimum x version to get all rows is 2.1.0.", [], id="a minimum"),
        pytest.param("The minimum x version to get all rows is \u0661.", [], id="no number"),
        pytest.param("Two release branches are supported:",
                     ["the page speaks of two release branches, and its table has 1"],
                     id="more branches than there are"),
        pytest.param("One release branch is supported:", [], id="branches"),
    ],
)  # fmt: skip
def test_contradictions_are_warnings(text: str, warnings: list[str]) -> None:
    found = below(f"{text}\n\n" + table("Release | Support level", ">=4 | EOL"))
    assert list(found.account.warnings) == warnings
    assert found.account.unresolved == ()


def test_frameworks_of_no_capability_are_a_warning() -> None:
    found = below("## Log in\n\n" + table("Framework | Framework Versions", "Django | >=2"))
    assert list(found.account.warnings) == [
        'the table of frameworks under "Log in" names no capability: its rows decide nothing'
    ]


def test_partials(tmp_path: Any) -> None:
    folder = tmp_path / "partials"
    folder.mkdir()
    (folder / "a.html").write_text(
        "<table><tr><th>Release</th><th>Support level</th></tr><tr><td>&gt;=4</td><td>EOL</td></tr>"
        "</table>"
    )
    (folder / "b.md").write_text(table("Type | Bot Filter", "Docker | yes") + "Words.\n")
    (tmp_path / "out.md").write_text("Secret.\n")
    (folder / "link.md").symlink_to(tmp_path / "out.md")
    names = ["a.html", "b.md", "missing.md", "../out.md", str(tmp_path / "out.md"), "link.md", ""]
    tags = [f'{{{{< partial name="{name}" >}}}}' for name in names]
    found = below("\n\n".join(tags), partials=folder)
    assert len(rows(found, "releases")) == len(rows(found, "deployments")) == 1
    assert found.mapping["notes"][0]["documented"] == ["Words."]
    assert places(found) == [
        (12 + 2 * n, tag, f'there is no partial "{name}"')
        for n, (tag, name) in enumerate(zip(tags[2:], names[2:]))
    ]
    without = imported(table("X capability | Minimum x version", "A | 1") + tags[0])
    assert reasons(without) == {tags[0]: 'there is no partial "a.html"'}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"\xff", "byte 0: this is not UTF-8 text", id="not UTF-8"),
        pytest.param(b"\0", "line 1: this is not text, but binary (U+0000)", id="NUL"),
        pytest.param(
            b"[" * 50_001, "this page has more than 50000 opening brackets", id="brackets"
        ),
    ],
)
def test_partial_that_is_no_text_is_refused(content: bytes, message: str, tmp_path: Any) -> None:
    (tmp_path / "a.md").write_bytes(content)
    with pytest.raises(PageError) as error:
        below('{{< partial name="a.md" >}}\n', partials=tmp_path)
    assert str(error.value) == f"{tmp_path / 'a.md'}: {message}"


def test_page_that_includes_too_much(tmp_path: Any) -> None:
    (tmp_path / "a.html").write_text("<!--" + " " * (LIMIT - 10) + "-->")
    tag = '{{< partial name="a.html" >}}'
    found = below(f"{tag}\n\n{tag}\n", partials=tmp_path)
    assert places(found) == [(10, tag, "the page includes too much")]
