"""The tables and headings of docs/reference name all that the code has, and no more."""

from __future__ import annotations

import json
import re
from contextlib import redirect_stdout
from io import StringIO

import pytest
from support.tables import REFERENCE, made_anew

import pytest_ddcompat
from pytest_ddcompat import Environment, load_matrix
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.cli import command_line
from pytest_ddcompat.declared import FLAGS, KEYS, MARKERS, OPTIONS
from pytest_ddcompat.environment.fact import FACTS
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.matrix.rows import LEVELS

PAGES = {page.stem: page.read_text(encoding="utf-8") for page in REFERENCE.glob("*.md")}


def first_cells(page: str) -> set[str]:
    """Return the words in code of the first cells of a page's tables."""
    return {
        word
        for row in re.findall(r"(?m)^\| ([^|]*) \|", PAGES[page])
        for word in re.findall(r"`([^`]+)`", row)
    }


def section(page: str, heading: str) -> str:
    return PAGES[page].partition(f"\n{heading}\n")[2].partition("\n## ")[0]


def options_of(name: str) -> list[str]:
    """Return the options of a command, as its `--help` begins their lines."""
    with pytest.raises(SystemExit), redirect_stdout(StringIO()) as text:
        main([name, "--help"])
    lines = re.findall(r"(?m)^  (-.*?)(?:  |$)", text.getvalue())
    return [word for line in lines for word in re.findall(r"(?<![\w-])--?\w[\w-]*", line)]


@pytest.mark.parametrize("page", PAGES)
def test_tables_are_those_of_the_schemas(page: str) -> None:
    assert made_anew(PAGES[page]) == PAGES[page], "nox -s generate writes them anew"


def test_markers_have_their_usage() -> None:
    for name, line in MARKERS.items():
        assert f"## `{name}`\n\n`{line.partition(':')[0]}`\n" in PAGES["markers"]
    assert first_cells("markers") >= {*MARKERS}


def ids_in(marker: str) -> list[str]:
    """Return the ids that `pytest --markers` lists for a marker."""
    found = re.search(r" Ids: ([a-z_, ()]+)\.", MARKERS[marker])
    assert found, marker
    return re.findall(r"\w{3,}", found[1])


def test_markers_list_the_ids_of_the_bundled_page() -> None:
    matrix = load_matrix()
    names = [name for row in matrix.capabilities for name in (row.id, *row.aliases)]
    assert ids_in("requires_capability") == names
    assert sorted(ids_in("requires_deployment")) == sorted(row.id for row in matrix.deployments)
    levels = MARKERS["requires_support_level"].rpartition(": ")[2]
    assert re.findall(r"\w+_\w+|maintenance", levels) == [*reversed(LEVELS)]


def test_capabilities_are_those_of_the_page() -> None:
    for capability in load_matrix().capabilities:
        alias = "".join(f"`{name}` " for name in capability.aliases)
        assert f"| `{capability.id}` | {capability.name} | {alias}|\n" in PAGES["markers"]


def test_options_and_their_ini_options() -> None:
    for name in OPTIONS:
        option = f"--ddcompat-{name.replace('_', '-')}"
        assert f"| [`{option}`](#{option}) | `ddcompat_{name}` |" in PAGES["options"]
        assert f"\n### `{option}`\n" in PAGES["options"]
    headings = re.findall(r"(?m)^### `(.*)`$", PAGES["options"])
    assert len(headings) == len(OPTIONS) + len(FLAGS) + len(KEYS)


def test_options_without_a_twin() -> None:
    alone = [*(f"--ddcompat-{name.replace('_', '-')}" for name in FLAGS)]
    rows = [f"| [`{option}`](#{option}) | |" for option in alone]
    rows += [f"| | [`ddcompat_{name}`](#ddcompat_{name}) |" for name in KEYS]
    assert [row for row in rows if row not in PAGES["options"]] == []
    for option in [*alone, *(f"ddcompat_{name}" for name in KEYS)]:
        assert f"\n### `{option}`\n" in PAGES["options"]


def test_actions() -> None:
    assert first_cells("options") >= {action.value for action in Action}


def test_facts() -> None:
    keys = {kind.plural or key for key, kind in FACTS.items()}
    assert first_cells("facts") >= keys
    for kind in FACTS.values():
        # Those of the Agent stand in the page about security.
        variables = [] if kind.key == "agent" else kind.variables
        assert not [name for name in variables if f"`{name}`" not in PAGES["facts"]]


def test_a_file_of_facts_is_read_and_written() -> None:
    (text,) = re.findall(r"(?ms)^<!-- file: facts.json -->\n```json\n(.*?)^```$", PAGES["facts"])
    assert Environment.from_mapping(json.loads(text)).to_mapping() == json.loads(text)


def test_commands() -> None:
    names = set(re.findall(r"\[`(\w+)`\]\(#\w+\) \|", PAGES["commands"]))
    assert names == {*command_line._COMMANDS}  # noqa: SLF001


@pytest.mark.parametrize("name", command_line._COMMANDS)  # noqa: SLF001
def test_options_of_a_command(name: str) -> None:
    shared = section("commands", "## Options of several commands")
    own = section("commands", f"## {name}")
    for option in {*options_of(name)} - {"-h", "--help"}:
        rows = re.findall(rf"(?m)^\| [^|]*`{option}\b.*", shared)
        assert f"`{option}" in own or any(
            re.search(rf"\b{name}\b", row.replace("\\|", "")) or "all but" in row for row in rows
        ), option


def test_formats_of_commands() -> None:
    (row,) = re.findall(r"\| `--format NAME` .*", PAGES["commands"])
    assert "all but explain and facts" in row
    assert {name for name in command_line._COMMANDS if "--format" not in options_of(name)} == {  # noqa: SLF001
        "explain",
        "facts",
    }


def test_python_interface_is_all_public_names() -> None:
    pages = PAGES["python"] + PAGES["hooks"]
    named = re.findall(r"auto\w+:: pytest_ddcompat\.(\w+)$", pages, re.MULTILINE)
    assert sorted(named) == pytest_ddcompat.__all__
