"""What was won, written into overlays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.cases import FILES

from pytest_ddcompat import CompatibilityError, load_matrix
from pytest_ddcompat.jobs.wins.overlay_file import with_row

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once

NEW: dict[str, str] = {"source": "runs 1 and 2", "reason": 'passed from "1.8" on'}
WRITTEN = 'source = "runs 1 and 2"\nreason = "passed from \\"1.8\\" on"\n'
OLD = 'source = "a" # old\nreason = "b"\n'


@pytest.fixture
def name(tmp_path: Path) -> str:
    """The path of an overlay beside the matrix that it extends; there is no file yet."""
    (tmp_path / "small.toml").write_bytes((FILES / "base" / "small.toml").read_bytes())
    return str(tmp_path / "acme.toml")


def test_a_new_overlay(name: str) -> None:
    row = {"id": "something", "minimum": "1.8", **NEW}
    text = with_row("", name, "capabilities", row, "small.toml")
    added = f'[[capabilities]]\nid = "something"\nminimum = "1.8"\n{WRITTEN}'
    assert text == f'extends = "small.toml"\n\n{added}'
    assert with_row("\ufeff", name, "capabilities", row, "small.toml") == f"\ufeff{text}"


ROWS: list[Any] = [
    pytest.param(
        "capabilities", {"id": "something", "minimum": "1.8"},
        f'[[capabilities]]\nid = "something_else" # it\nstatus = "available"\nminimum="1"\n{OLD}',
        f'[[capabilities]]\nid = "something_else" # it\nstatus = "available"\nminimum="1"\n{OLD}\n'
        f'[[capabilities]]\nid = "something"\nminimum = "1.8"\n{WRITTEN}',
        id="another id",
    ),
    pytest.param(
        "capabilities", {"id": "something", "minimum": "1.8"},
        f'[[capabilities]]\nminimum = "1.9" # it\nid = "something"\n{OLD}',
        '[[capabilities]]\nminimum = "1.8" # it\nid = "something"\n'
        f"{WRITTEN.replace(chr(10), ' # old' + chr(10), 1)}",
        id="the same row",
    ),
    pytest.param(
        "capabilities", {"id": "something", "minimum": "1.8"},
        f'[[capabilities]]\nid = "something" # it\nversions = [">=1.9"]\n{OLD}',
        '[[capabilities]]\nid = "something" # it\n'
        f'{WRITTEN.replace(chr(10), " # old" + chr(10), 1)}minimum = "1.8"\n',
        id="another kind of minimum",
    ),
    pytest.param(
        "capabilities", {"id": "something", "minimum": "1.8"},
        f'[[capabilities]]\nid = "something"\nunset = ["callout", "minimum"]\n{OLD}',
        '[[capabilities]]\nid = "something"\nunset = ["callout"]\n'
        f'{WRITTEN.replace(chr(10), " # old" + chr(10), 1)}minimum = "1.8"\n',
        id="a key that was taken away",
    ),
    pytest.param(
        "releases", {"tracer": "<3, >=2.0", "agent": "7.1"},
        f'[[releases]]\ntracer = ">=2.0,<3"\n{OLD}',
        '[[releases]]\ntracer = "<3, >=2.0"\n'
        f'{WRITTEN.replace(chr(10), " # old" + chr(10), 1)}agent = "7.1"\n',
        id="a key with the same meaning",
    ),
    pytest.param(
        "frameworks", {"id": "django", "heading": "Frameworks", "versions": [">=1.8"]},
        f'[[frameworks]]\nid = "django"\nheading = "Frameworks"\nversions = [">=2", ">=3"]\n{OLD}'
        f'[[frameworks]]\nid = "django"\nheading = "User frameworks"\n'
        f"capabilities = {{something_else = true}}\n{OLD}",
        '[[frameworks]]\nid = "django"\nheading = "Frameworks"\nversions = [">=1.8"]\n'
        f"{WRITTEN.replace(chr(10), ' # old' + chr(10), 1)}"
        f'[[frameworks]]\nid = "django"\nheading = "User frameworks"\n'
        f"capabilities = {{something_else = true}}\n{OLD}",
        id="one of two headings",
    ),
    pytest.param(
        "frameworks",
        {"id": "django", "heading": "User frameworks", "capabilities": {"something_else": True}},
        f'[[frameworks]]\nid = "django"\nheading = "Frameworks"\nversions = [">=2"]\n{OLD}',
        f'[[frameworks]]\nid = "django"\nheading = "Frameworks"\nversions = [">=2"]\n{OLD}\n'
        '[[frameworks]]\nid = "django"\nheading = "User frameworks"\n'
        f"capabilities = {{something_else = true}}\n{WRITTEN}",
        id="another heading",
    ),
    pytest.param(
        "deployments",
        {"id": "kubernetes", "heading": "Deployments", "capabilities": {"something_else": True}},
        f'[[deployments]]\nid = "kubernetes"\nheading = "Deployments"\n{OLD}'
        "[deployments.capabilities]\nsomething = false # no\n",
        '[[deployments]]\nid = "kubernetes"\nheading = "Deployments"\n'
        f"{WRITTEN.replace(chr(10), ' # old' + chr(10), 1)}"
        "[deployments.capabilities]\nsomething = false # no\nsomething_else = true\n",
        id="marks one by one",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("table", "row", "before", "after"), ROWS)
@pytest.mark.parametrize("newline", [pytest.param("\n", id="LF"), pytest.param("\r\n", id="CRLF")])
def test_a_row(
    *,
    table: str,
    row: dict[str, Any],
    before: str,
    after: str,
    newline: str,
    name: str,
    tmp_path: Path,
) -> None:
    head, tail = (
        '# top\nextends = "small.toml" # it\n\n# own\n',
        '\n[[facts]] # a\nid="v"\nkind="word"',
    )
    text, wanted = (f"{head}{rows}{tail}".replace("\n", newline) for rows in (before, after))
    found = with_row(text, name, table, {**row, **NEW}, "unused")
    assert found == wanted
    (tmp_path / "acme.toml").write_bytes(found.encode())
    load_matrix(name)
    assert with_row(found, name, table, {**row, **NEW}, "unused") == found


CAPABILITY = {"id": "something", "minimum": "1.8", **NEW}
EXTENDS = 'extends = "small.toml"\n'


@pytest.mark.parametrize(
    ("text", "table", "row", "message"),
    [
        pytest.param(
            "a = [", "capabilities", CAPABILITY,
            "acme.toml: this is not valid TOML: Invalid value (at end of document)", id="no TOML",
        ),
        pytest.param("# \udc80", "capabilities", CAPABILITY, "acme.toml: this is not UTF-8 text",
                     id="no text"),
        pytest.param(
            (FILES / "base" / "small.toml").read_text(), "capabilities", CAPABILITY,
            "acme.toml: this is no overlay, and the matrix of a page is never changed; valid: a "
            'file with the key "extends"', id="the matrix of a page",
        ),
        pytest.param(
            "# words\n", "capabilities", CAPABILITY,
            "acme.toml: this is no overlay, and the matrix of a page is never changed; valid: a "
            'file with the key "extends"', id="comments alone",
        ),
        pytest.param(
            EXTENDS, "capability", CAPABILITY,
            'acme.toml: no rows are called "capability"; did you mean "capabilities"? valid: '
            "capabilities, coverage, deployments, frameworks, releases, runtimes, sites",
            id="no such rows",
        ),
        pytest.param(
            EXTENDS, "releases", {"agent": "7", **NEW},
            'acme.toml: releases[0]: the key "tracer" is missing: Tracer versions of the branch.',
            id="no key",
        ),
        pytest.param(
            EXTENDS, "capabilities", {"id": "something", "minimum": "1.8", "source": "s"},
            'acme.toml: capabilities[0]: the key "reason" is missing: Why it is so.',
            id="no reason",
        ),
        pytest.param(
            EXTENDS, "frameworks", {"id": "djang", **NEW},
            'the change cannot be made: acme.toml: frameworks[0]: no row has id "djang"; did you '
            'mean "django"? valid: django; to add a row, give "capabilities"', id="no such row",
        ),
        pytest.param(
            'extends = "none.toml"\n', "capabilities", CAPABILITY,
            "the change cannot be made: acme.toml: extends: none.toml: cannot read this file: "
            "No such file or directory", id="no matrix to extend",
        ),
        pytest.param(
            f"{EXTENDS}capabilities = []\n", "capabilities", CAPABILITY,
            "acme.toml: this is not valid TOML: {…}", id="an array",
        ),
        pytest.param(
            f'{EXTENDS}capabilities = [{{id="something", source="s", reason="r"}}]\n',
            "capabilities", CAPABILITY,
            "acme.toml: its layout cannot be kept; valid: a change by hand", id="rows in an array",
        ),
        pytest.param(
            f'{EXTENDS}[[capabilities]]\nid="something"\n{OLD}remove = true\n',
            "capabilities", CAPABILITY,
            'the change cannot be made: acme.toml: capabilities[0]: you cannot give "minimum" for '
            "a row that you remove; valid: documented, heading, id, reason, source",
            id="a row that is removed",
        ),
        pytest.param(
            f'{EXTENDS}[[frameworks]]\nid="django"\n{OLD}heading="Frameworks"\n'
            f'[[frameworks]]\nid="django"\n{OLD}heading="User frameworks"\n',
            "frameworks", {"id": "django", "versions": [">=1.8"], **NEW},
            "acme.toml: 2 rows of frameworks have this key; valid: one of them, by heading and "
            "documented", id="two rows",
        ),
    ],
)  # fmt: skip
def test_refused(text: str, table: str, row: dict[str, Any], message: str, name: str) -> None:
    with pytest.raises(CompatibilityError) as raised:
        with_row(text, name, table, row, "small.toml")
    said = str(raised.value).replace(name.removesuffix("acme.toml"), "")
    assert said == message or (message.endswith("{…}") and said.startswith(message[: -len("{…}")]))
