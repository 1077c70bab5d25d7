"""Which files are changed, which are refused, and what is left to a person."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from support.made_records import Declared
from support.made_wins import BUG, KO, LOST, OK, WON, X, Y, blocking, made_runs

from pytest_ddcompat import load_matrix
from pytest_ddcompat.jobs.wins.edits import Edits, Targets, edited
from pytest_ddcompat.matrix.loading import data_folder
from pytest_ddcompat.values.errors import CompatibilityError

pytest.importorskip("duckdb")
pytest.importorskip("tomlkit")

DECLARED = f"""# our bugs
[[declarations]]
tests = ["{X}", "{Y}"]  # both
state = "bug"
when = {{tracer = "<3"}}
owner = "appsec"

[[declarations]]
tests = "b.py"
requires = {{tracer = ">=3"}}
"""
AT = "d.toml:2"
OURS = BUG._replace(declared=(Declared(AT, "bug", "appsec"),))
LEFT = OURS._replace(outcome="xfailed")
OVERLAY = 'extends = "iast-python"\n# ours\n'


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("d.toml").write_text(DECLARED, encoding="utf-8")


def edits(found: Any, *runs: tuple[str, Any], **targets: str) -> Edits:
    wins = found(made_runs(*runs))
    return edited(wins.items, Targets(**targets), wins.declared)


def test_a_declaration_is_narrowed_for_both_tests(found: Any) -> None:
    runs = [("2.3.0", {X: LEFT, Y: LEFT})] + [("2.4.0", {X: OURS, Y: OURS})] * 2
    texts, left = edits(found, *runs)
    assert texts == {"d.toml": DECLARED.replace('"<3"', '"<2.4.0"')}
    assert left == []


def test_a_declaration_is_split_for_one_test(found: Any) -> None:
    runs = [("2.3.0", {X: LEFT, Y: LEFT}), *[("2.4.0", {X: OURS, Y: LEFT})] * 2]
    (text,) = edits(found, *runs).texts.values()
    assert f'tests = ["{Y}"]' in text
    assert f'tests = ["{X}"]' in text
    assert text.count('tracer = "<2.4.0"') == text.count('tracer = "<3"') == 1
    assert text.startswith("# our bugs\n")


def test_tests_of_a_declaration_end_with_versions_of_their_own(found: Any) -> None:
    runs = [("2.3.0", {X: LEFT, Y: LEFT}), ("2.4.0", {X: OURS, Y: LEFT}),
            *[("2.5.0", {X: OURS, Y: OURS})] * 2]  # fmt: skip
    (text,) = edits(found, *runs).texts.values()
    assert text.count('tracer = "<2.4.0"') == text.count('tracer = "<2.5.0"') == 1
    assert "<3" not in text


def test_a_declaration_without_a_failure_goes(found: Any) -> None:
    (text,) = edits(found, *[("2.4.0", {X: OURS, Y: OURS})] * 2).texts.values()
    assert text.lstrip().startswith('[[declarations]]\ntests = "b.py"')


def test_a_minimum_is_lowered(found: Any) -> None:
    case = WON._replace(
        capability="the test", marker='requires_tracer(">=3")', declared=(Declared("d.toml:8"),)
    )
    texts, left = edits(found, *[("2.4.0", {"b.py::test_z": case})] * 2)
    assert texts == {"d.toml": DECLARED.replace('">=3"', '">=2.4.0"')}
    assert left == []


@pytest.mark.parametrize(
    ("place", "said"),
    [
        pytest.param("d.toml:3", "d.toml:3: no declaration begins here", id="another line"),
        pytest.param("d.toml:8", "d.toml:8: this declares no state", id="of other tests"),
    ],
)
def test_a_declaration_that_has_moved_is_left(found: Any, place: str, said: str) -> None:
    case = BUG._replace(declared=(Declared(place, "bug"),))
    texts, (line,) = edits(found, *[("2.4.0", case)] * 2)
    assert texts == {}
    assert line.startswith(said)


def test_other_changes_are_made_all_the_same(found: Any) -> None:
    wrong = BUG._replace(declared=(Declared("d.toml:1", "bug"),))
    texts, left = edits(found, *[("2.4.0", {X: OURS, Y: OURS, "b.py::test_z": wrong})] * 2)
    assert (len(texts), len(left)) == (1, 1)


@pytest.mark.parametrize(
    "place",
    ["../other/d.toml:2", "/etc/d.toml:2", "link.toml:2", "folder/../../d.toml:2"],
)
def test_files_elsewhere_are_refused(found: Any, place: str, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside.toml"
    outside.write_text(DECLARED, encoding="utf-8")
    if hasattr(os, "symlink"):
        Path("link.toml").symlink_to(outside)
    case = BUG._replace(declared=(Declared(place, "bug"),))
    with pytest.raises(CompatibilityError, match="this is not below the current folder"):
        edits(found, *[("2.4.0", case)] * 2)
    assert outside.read_text(encoding="utf-8") == DECLARED


@pytest.mark.parametrize("place", ["d.toml", "d.toml:x", f"d.toml:{'9' * 5000}", ""])
def test_a_place_without_a_line_is_refused(found: Any, place: str) -> None:
    case = BUG._replace(declared=(Declared(place, "bug"),))
    with pytest.raises(CompatibilityError, match="is no place of a declaration; valid: FILE:LINE"):
        edits(found, *[("2.4.0", case)] * 2)


@pytest.mark.parametrize(
    ("old", "begins"),
    [
        pytest.param(None, 'extends = "iast-python"\n', id="a new overlay"),
        pytest.param(OVERLAY, OVERLAY, id="an overlay"),
    ],
)
def test_a_row_is_added(found: Any, old: str | None, begins: str) -> None:
    if old is not None:
        Path("acme.toml").write_text(old, encoding="utf-8")
    texts, left = edits(found, *[("2.4.0", WON)] * 2, overlay="acme.toml")
    assert (left, [*texts]) == ([], ["acme.toml"])
    assert texts["acme.toml"].startswith(begins)
    Path("acme.toml").write_text(texts["acme.toml"], encoding="utf-8")
    assert str(load_matrix("acme.toml").capability("api_security").minimum) == "2.4.0"


def test_the_highest_of_two_minimums_counts(found: Any) -> None:
    runs = [("2.3.0", {X: WON}), ("2.4.0", {X: WON, Y: WON}), ("2.4.0", {Y: WON})]
    (text,) = edits(found, *runs, overlay="acme.toml").texts.values()
    assert 'minimum = "2.4.0"' in text
    assert "2.3.0" not in text.replace("ddtrace 2.3.0", "")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        pytest.param("page.toml", "this is the matrix of a page, which is never edited",
                     id="a page"),
        pytest.param(str(Path(str(data_folder())) / "iast-python.toml"),
                     "this comes with the package", id="a bundled page"),
        pytest.param(str(Path(str(data_folder())) / "iast-python.overlay.toml"),
                     "this comes with the package", id="a bundled overlay"),
        pytest.param("broken.toml", "this is not valid TOML", id="no TOML"),
        pytest.param(".", "Is a directory|not a regular file", id="a folder"),
    ],
)  # fmt: skip
def test_overlays_that_are_refused(found: Any, file: str, said: str) -> None:
    Path("page.toml").write_text('[page]\nid = "x"\n', encoding="utf-8")
    Path("broken.toml").write_text("[", encoding="utf-8")
    with pytest.raises(CompatibilityError, match=said):
        edits(found, *[("2.4.0", OK)] * 2, overlay=file)


def test_an_overlay_of_another_page_is_left(found: Any) -> None:
    Path("acme.toml").write_text('extends = "other.toml"\n', encoding="utf-8")
    texts, (line,) = edits(found, *[("2.4.0", WON)] * 2, overlay="acme.toml")
    assert texts == {}
    assert line.endswith("acme.toml is no overlay of iast-python")


def test_without_a_file_nothing_is_added(found: Any) -> None:
    texts, left = edits(found, *[("2.4.0", {X: WON, Y: KO._replace(capability="sca")})] * 2)
    assert texts == {}
    assert [line.rpartition(": ")[2] for line in left] == [
        "--declarations names no file", "--overlay names no file",
    ]  # fmt: skip


def test_a_bug_is_declared(found: Any) -> None:
    texts, left = edits(found, *[("2.4.0", KO)] * 2, declarations="d.toml")
    assert left == []
    assert texts["d.toml"].startswith(DECLARED)
    assert f'tests = "{X}"\nstate = "bug"' in texts["d.toml"]


def test_a_bug_is_declared_once(found: Any) -> None:
    for expected in (1, 0):
        texts, left = edits(found, *[("2.4.0", KO)] * 2, declarations="d.toml")
        assert (len(texts), len(left)) == (expected, 1 - expected)
        for name, text in texts.items():
            Path(name).write_text(text, encoding="utf-8")
    assert left == ["declare them a bug: d.toml has that already"]


def test_a_bug_is_declared_for_the_tests_that_miss_it(found: Any) -> None:
    declared = f'[[declarations]]\ntests = "{X}"\nstate = "bug"\n'
    Path("d.toml").write_text(declared, encoding="utf-8")
    texts, _ = edits(found, *[("2.4.0", {X: KO, Y: KO})] * 2, declarations="d.toml")
    assert f'tests = "{Y}"\nstate = "bug"' in texts["d.toml"].replace(declared, "")
    assert texts["d.toml"].count(X) == 1


def test_what_another_test_speaks_against_is_left(found: Any) -> None:
    runs = [("2.3.2", {X: blocking("fastapi", KO), Y: blocking("flask", OK)})] * 2
    runs += [("2.4.0", {X: blocking("fastapi", OK), Y: blocking("flask", OK)})] * 2
    wins = found(made_runs(*runs, frameworks={"fastapi": "0.110.1", "flask": "3.0.1"}))
    texts, _ = edited(wins.items, Targets("acme.toml", "new.toml"), wins.declared)
    assert [*texts] == ["new.toml"]
    when = 'when = {tracer = "<2.4.0", framework = "fastapi", specifier = "==0.110.*"}'
    assert when in texts["new.toml"]


def test_news_of_no_consequence_changes_nothing(found: Any) -> None:
    assert edits(found, ("2.4.0", LOST), ("2.4.0", LOST), overlay="acme.toml") == Edits({}, [])
