"""Which files are changed, which are refused, and what is left to a person."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from support.made_records import Declared, made_record
from support.made_wins import BUG, BUNDLED, KO, LOST, OK, WON, X, Y, blocking, made_runs

from pytest_ddcompat import load_matrix
from pytest_ddcompat.jobs.wins.edits import Edits, Targets, edited
from pytest_ddcompat.matrix.loading import LIMIT, data_folder
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
tests = "b.py::test_z"
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
    return edited(wins.items, Targets(**targets), wins.recorded)


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
    assert text.lstrip().startswith('[[declarations]]\ntests = "b.py::test_z"')


def test_a_minimum_is_lowered(found: Any) -> None:
    case = WON._replace(
        capability="the test", marker='requires_tracer(">=3")', declared=(Declared("d.toml:8"),)
    )
    texts, left = edits(found, *[("2.4.0", {"b.py::test_z": case})] * 2)
    assert texts == {"d.toml": DECLARED.replace('">=3"', '">=2.4.0"')}
    assert left == []


HEAD = "# more\n[[facts]]\nid = 'x'\nkind = 'word'\n\n"
OTHER = '[[declarations]]\ntests = "{}"\nstate = "bug"\nowner = "{}"\n\n'


@pytest.mark.parametrize("place", ["d.toml:1", "d.toml:8"])
@pytest.mark.parametrize("above", [HEAD, OTHER.format("a.py::test_a", "appsec")])
def test_a_declaration_that_has_moved_is_found(found: Any, place: str, above: str) -> None:
    Path("d.toml").write_text(above + DECLARED, encoding="utf-8")
    case = OURS._replace(declared=(Declared(place, "bug", "appsec"),))
    left = case._replace(outcome="xfailed")
    runs = [("2.3.0", {X: left, Y: left})] + [("2.4.0", {X: case, Y: case})] * 2
    texts, notes = edits(found, *runs)
    assert texts == {"d.toml": above + DECLARED.replace('"<3"', '"<2.4.0"')}
    assert notes == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(OTHER.format(X, "others"), id="another owner"),
        pytest.param(OTHER.format(X, "appsec").replace("bug", "flaky"), id="another state"),
        pytest.param(OTHER.format(Y, "appsec"), id="of another test"),
        pytest.param(OTHER.format(X, "appsec") * 2, id="two"),
        pytest.param("", id="gone"),
        pytest.param(f'declarations = [{{tests = "{X}", state = "bug", owner = "appsec"}}]',
                     id="in an array"),
    ],
)  # fmt: skip
def test_a_declaration_that_has_changed_is_left(found: Any, text: str) -> None:
    Path("d.toml").write_text(text, encoding="utf-8")
    texts, (line,) = edits(found, *[("2.4.0", OURS)] * 2)
    assert texts == {}
    assert f'{AT}: what is declared for "{X}" has changed since these runs' in line


def test_the_second_of_two_is_not_taken_for_the_first(found: Any) -> None:
    """Once the first is gone, the second says the same and stands at its line."""
    below = OTHER.format(X, "appsec").replace("owner", "when = {tracer = '<1'}\nowner")
    Path("d.toml").write_text("\n" + OTHER.format(X, "appsec") + below, encoding="utf-8")
    two = (Declared(AT, "bug", "appsec"), Declared("d.toml:7", "bug", "appsec"))
    runs = [("2.4.0", OURS._replace(declared=two))] * 2
    old = ("2.4.0", OURS)
    first = edits(found, old, *runs)
    if first.texts:
        Path("d.toml").write_text(first.texts["d.toml"], encoding="utf-8")
    assert not edits(found, old, *runs).texts


def test_blanks_of_an_owner_do_not_count(found: Any) -> None:
    text = DECLARED.replace('"appsec"', '" appsec\\n team "')
    Path("d.toml").write_text(text, encoding="utf-8")
    case = OURS._replace(declared=(Declared(AT, "bug", "appsec team"),))
    texts, left = edits(found, *[("2.4.0", {X: case, Y: case})] * 2)
    assert (len(texts), left) == (1, [])


def test_a_change_that_would_not_load_is_left_alone(found: Any) -> None:
    many = ",".join(f"!=1.{number}" for number in range(100, 124))
    long = OTHER.format("c.py::test_c", "appsec") + f'when.tracer = ">=1,{many}"\n'
    Path("d.toml").write_text(f"{DECLARED}\n{long}", encoding="utf-8")
    case = OURS._replace(declared=(Declared("d.toml:12", "bug", "appsec"),))
    old = {X: LEFT, Y: LEFT, "c.py::test_c": case._replace(outcome="xfailed")}
    runs = [("2.3.0", old), *[("2.4.0.dev123456", {X: OURS, Y: OURS, "c.py::test_c": case})] * 2]
    texts, (line,) = edits(found, *runs)
    assert texts == {"d.toml": f"{DECLARED}\n{long}".replace('"<3"', '"<2.4.0.dev123456"')}
    assert "d.toml:12: it cannot be changed: d.toml:" in line


SKIPPED = OURS._replace(outcome="skipped", action="skip")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"tracer": "2.4.0"}, id="skipped"),
        pytest.param({"tracer": None}, id="without a tracer"),
        pytest.param({"repository": "https://git.example/acme/other"}, id="of another suite"),
    ],
)
@pytest.mark.parametrize("declared", [(), (Declared("d.toml:99", "bug", "appsec"),)])
def test_all_recorded_tests_count(found: Any, other: dict[str, Any], declared: Any) -> None:
    function = "a.py::test_x"
    text = OTHER.format(function, "appsec")
    Path("d.toml").write_text(text, encoding="utf-8")
    case = OURS._replace(declared=(Declared("d.toml:1", "bug", "appsec"),))
    records = made_runs(*[("2.4.0", {f"{function}[1]": case})] * 2)
    alone = found(records)
    assert edited(alone.items, Targets(), alone.recorded).texts == {"d.toml": ""}
    cases = {f"{function}[2]": SKIPPED._replace(declared=declared)}
    begin = "2026-11-01T10:00:00Z"
    records.append(made_record(cases, **{"page": BUNDLED, "begin": begin, **other}))
    wins = found(records)
    texts, (line,) = edited(wins.items, Targets(), wins.recorded)
    assert texts == {}
    assert f'"{function}" is for "{function}[2]" too' in line


@pytest.mark.parametrize("name", ["a.py", "a.py::test_*", "**", "a.py::test_x[*]"])
def test_ids_that_may_be_for_others_are_left(found: Any, name: str) -> None:
    Path("d.toml").write_text("\n" + OTHER.format(name, "appsec"), encoding="utf-8")
    texts, (line,) = edits(found, *[("2.4.0", {f"{X}[1]": OURS})] * 2)
    assert texts == {}
    assert f'"{name}" may be for other tests than "{X}[1]" too' in line


@pytest.mark.parametrize(
    "name", ["./d.toml", "sub/../d.toml", "link.toml", str(Path("{}") / "d.toml")]
)
def test_a_file_of_several_names_is_one(found: Any, name: str, tmp_path: Path) -> None:
    Path("sub").mkdir()
    if "link" in name:
        Path(name).symlink_to("d.toml")
    cases = {X: OURS, Y: OURS, "c.py::test_c": KO._replace(capability="sca")}
    named = name.format(tmp_path)
    texts, left = edits(found, *[("2.4.0", cases)] * 2, declarations=named)
    assert (len(texts), [line for line in left if "--overlay" not in line]) == (1, [])
    (text,) = texts.values()
    assert X not in text
    assert text.index("b.py::test_z") < text.index("c.py::test_c")


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
    texts, left = edits(found, *[("2.4.0", {X: OURS, Y: OURS, "c.py::test_c": case})] * 2)
    assert [*texts] == ["d.toml"]
    assert "this is not below the current folder" in left[0]
    assert outside.read_text(encoding="utf-8") == DECLARED


@pytest.mark.parametrize("place", ["d.toml", "d.toml:x", f"d.toml:{'9' * 5000}", ""])
def test_a_place_without_a_line_is_refused(found: Any, place: str) -> None:
    case = BUG._replace(declared=(Declared(place, "bug"),))
    texts, (line,) = edits(found, *[("2.4.0", {X: OURS, Y: OURS, "c.py::test_c": case})] * 2)
    assert [*texts] == ["d.toml"]
    assert line.endswith("is no place of a declaration; valid: FILE:LINE")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        pytest.param("gone.toml", "cannot read this: No such file", id="gone"),
        pytest.param("folder", "cannot read this: ", id="a folder"),
        pytest.param("latin.toml", "it is not UTF-8 text", id="not UTF-8"),
        pytest.param("large.toml", "it is larger than", id="too large"),
        pytest.param("broken.toml", "this is not valid TOML", id="no TOML"),
        pytest.param("nul\0", "cannot read this: ", id="no path"),
    ],
)
def test_a_recorded_file_that_cannot_be_read_is_left(found: Any, file: str, said: str) -> None:
    Path("folder").mkdir()
    Path("latin.toml").write_bytes(b"\xe9")
    Path("large.toml").write_bytes(b"#" * (LIMIT + 1))
    Path("broken.toml").write_text("[", encoding="utf-8")
    case = BUG._replace(declared=(Declared(f"{file}:2", "bug", "appsec"),))
    texts, (line,) = edits(found, *[("2.4.0", {X: OURS, Y: OURS, "c.py::test_c": case})] * 2)
    assert [*texts] == ["d.toml"]
    assert said in line


def test_an_id_that_is_none_is_left(found: Any) -> None:
    cases = {X: KO._replace(capability="sca"), "a//b.py": KO._replace(capability="sca")}
    texts, _ = edits(found, *[("2.4.0", cases)] * 2, declarations="new.toml")
    assert f'tests = "{X}"' in texts["new.toml"]


def test_one_file_for_two_things_is_refused(found: Any) -> None:
    with pytest.raises(CompatibilityError, match="this is the file of --overlay too"):
        edits(found, *[("2.4.0", OK)] * 2, overlay="a.toml", declarations="./a.toml")


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


def test_a_row_that_cannot_be_added_is_left(found: Any) -> None:
    rows = 'capabilities = [{id = "sca", minimum = "1", source = "s", reason = "r"}]\n'
    Path("acme.toml").write_text(f'extends = "iast-python"\n{rows}', encoding="utf-8")
    both = [("2.4.0", {X: OURS, Y: WON})] * 2
    texts, (line,) = edits(found, *both, overlay="acme.toml")
    assert [*texts] == ["d.toml"]
    assert line == (
        "correct iast-python: api_security from ddtrace 2.4.0 on: acme.toml: its layout cannot be "
        "kept; valid: a change by hand"
    )


def test_a_bug_is_declared(found: Any) -> None:
    texts, left = edits(found, *[("2.4.0", KO)] * 2, declarations="d.toml")
    assert left == []
    added, rest = texts["d.toml"][: -len(DECLARED)], texts["d.toml"][-len(DECLARED) :]
    assert rest == DECLARED
    assert f'tests = "{X}"\nstate = "bug"' in added


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
    texts, _ = edited(wins.items, Targets("acme.toml", "new.toml"), wins.recorded)
    assert [*texts] == ["new.toml"]
    when = 'when = {tracer = "<2.4.0", framework = "fastapi", specifier = "==0.110.*"}'
    assert when in texts["new.toml"]


def test_news_of_no_consequence_changes_nothing(found: Any) -> None:
    assert edits(found, ("2.4.0", LOST), ("2.4.0", LOST), overlay="acme.toml") == Edits({}, [])
