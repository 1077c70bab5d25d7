"""Which bugs are proposed, where they are said to be, and what is left to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.made_wins import KO, OK, X, Y, blocking, made_runs

from pytest_ddcompat import load_matrix
from pytest_ddcompat.declarations.file import load_declarations
from pytest_ddcompat.jobs.wins.bugs import undeclared
from pytest_ddcompat.jobs.wins.declaration_file import read_file
from pytest_ddcompat.jobs.wins.values import Proposal

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_ddcompat.jobs.wins.news import Wins
    from pytest_ddcompat.matrix.matrix import Matrix

pytest.importorskip("duckdb")

pytestmark = pytest.mark.once

FACTS = """
[[facts]]
id = "{id}"
kind = "{kind}"
"""
NOT_KNOWN = "no page at hand says whether runner is a version or a word"
NOT_SAID = "its variant cannot be said in one declaration"
FOR_OTHERS = "its id, as a pattern, is for other tests too"
NO_ID = "no declaration can have its id"
BUG = Proposal(
    "declaration", "", state="bug", when=(("tracer", "<3"), ("fact", "x"), ("value", True))
)


def only(wins: Wins) -> Proposal:
    """The one proposal of a new declaration."""
    ((one,),) = ([p for p in item.proposals if p.state] for item in wins.items)
    return one


def read(text: str) -> tuple[str, ...]:
    """The conditions of a declaration, as a run would read them."""
    (declaration,) = load_declarations([("d.toml", text.encode())]).declarations
    return tuple(one.marker for one in declaration.when)


@pytest.fixture
def own_page(request: pytest.FixtureRequest, tmp_path: Path) -> Matrix:
    """A page that declares the fact `runner` to be of a kind, or does not."""
    file = tmp_path / "acme.toml"
    declared = FACTS.format(id="runner", kind=request.param) if request.param else ""
    file.write_text(f'extends = "iast-python"\n{declared}', encoding="utf-8")
    return load_matrix(file)


@pytest.mark.parametrize(
    ("value", "own_page", "expected", "note"),
    [
        pytest.param(True, None, True, "", id="true"),
        pytest.param(False, "boolean", False, "", id="false"),
        pytest.param("poc", None, "poc", "", id="a word"),
        pytest.param("true", "word", "true", "", id="a word that looks like a boolean"),
        pytest.param("1.2", "version", "==1.2", "", id="a version"),
        pytest.param("1.2", "word", "1.2", "", id="a word that looks like a version"),
        pytest.param("1.2", None, "1.2", NOT_KNOWN, id="not known"),
    ],
    indirect=["own_page"],
)
def test_the_value_of_a_fact(
    found: Any, own_page: Any, value: object, expected: object, note: str
) -> None:
    runs = made_runs(
        *[("2.4.0", KO)] * 2,
        page={"id": own_page.page.id, "sha256": own_page.digest},
        facts={"runner": value},
    )
    one = only(found(runs, pages=[own_page]))
    assert (dict(one.when), one.note) == ({"fact": "runner", "value": expected}, note)
    assert type(dict(one.when)["value"]) is type(expected)
    assert read(one.text)[0].startswith('requires_fact("runner"')


def test_a_bug_is_of_the_series_that_has_it(found: Any) -> None:
    runs = [
        record
        for version, case in (("3.0.1", KO), ("3.1.0", OK))
        for record in made_runs(
            *[("2.4.0", blocking("flask", case))] * 2,
            frameworks={"flask": version},
            facts={"variant": "poc"},
        )
    ]
    one = only(found(runs))
    assert one.when == (
        ("framework", "flask"), ("specifier", "==3.0.*"), ("fact", "variant"), ("value", "poc"),
    )  # fmt: skip
    assert one.words.endswith("framework flask, specifier ==3.0.*, fact variant, value poc")
    assert read(one.text) == (
        'requires_framework("flask", "==3.0.*")', 'requires_fact("variant", "poc")',
    )  # fmt: skip


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"facts": {"one": "a", "two": True}}, id="two facts"),
        pytest.param({"frameworks": {"flask": None}}, id="not installed"),
        pytest.param({"frameworks": {}}, id="unknown"),
    ],
)
def test_a_variant_that_no_declaration_can_say(found: Any, facts: dict[str, Any]) -> None:
    assert only(found(made_runs(*[("2.4.0", blocking("flask", KO))] * 2, **facts))).note == NOT_SAID


@pytest.mark.parametrize(
    ("test", "other", "note"),
    [
        pytest.param("a.py::test_x[1]", "a.py::test_x[2]", "", id="parameters"),
        pytest.param("a.py::test_x", "a.py::test_xy", "", id="a name that begins alike"),
        pytest.param("a.py::test_x[*]", Y, FOR_OTHERS, id="a pattern"),
        pytest.param("a.py::test_x", "a.py::test_x[2]", FOR_OTHERS, id="a test with parameters"),
        pytest.param("a.py::TestX", "a.py::TestX::test_y", FOR_OTHERS, id="a class"),
        pytest.param("a.py", "b.py::test_y", FOR_OTHERS, id="a file"),
        pytest.param("folder", "b.py::test_y", FOR_OTHERS, id="a folder"),
        pytest.param("a\\b.py::test_x", Y, NO_ID, id="no id"),
        pytest.param(f"a.py::{'x' * 2000}", Y, NO_ID, id="too long"),
    ],
)
def test_ids_that_are_patterns(found: Any, test: str, other: str, note: str) -> None:
    runs = made_runs(*[("2.4.0", {test: KO, other: OK})] * 2)
    assert only(found(runs)).note == note


def test_a_test_that_no_run_reached_is_another(found: Any) -> None:
    skipped = KO._replace(outcome="skipped", verdict="unsupported")
    runs = made_runs(*[("2.4.0", {X: KO, f"{X}[1]": skipped})] * 2)
    assert only(found(runs)).note == FOR_OTHERS


def test_a_version_that_no_declaration_can_have(found: Any) -> None:
    runs = made_runs(*[("2.3", {X: KO, Y: OK})] * 2, ("2.4+ours", {X: OK}))
    note = "no declaration can have the version 2.4+ours"
    assert only(found(runs)).note == note


WHEN = 'when = {value = true, fact = "x", tracer = "<3"}'


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("", (X, Y), id="a new file"),
        pytest.param(f'tests = "{X}"\nstate = "bug"\n{WHEN}', (Y,), id="one of them"),
        pytest.param(f'tests = ["{Y}", "{X}"]\nstate = "bug"\n{WHEN}\nreason = "r"', (), id="both"),
        pytest.param(f'tests = "{X}"\nstate = "flaky"\n{WHEN}', (X, Y), id="another state"),
        pytest.param(f'tests = "{X}"\nstate = "bug"', (X, Y), id="another condition"),
    ],
)
def test_what_a_file_does_not_say_yet(text: str, left: tuple[str, ...]) -> None:
    file = read_file(f"[[declarations]]\n{text}" if text else "", "d.toml")
    assert undeclared(file.tables, BUG, (X, Y)) == left
