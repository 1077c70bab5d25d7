"""Every reader takes time in proportion to its input, whatever the input is made of.

Calls are counted, which needs no clock, at some length and at double that. The steps of a regular
expression cannot be counted: `benchmarks/growth.py` measures those.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Callable

import pytest
from support.shapes import GIVEN, PAGE, SHAPES, repeated

from pytest_ddcompat import CompatibilityError, Environment, FactsError, load_matrix
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.declarations.checks import doubtful, refused, unsorted
from pytest_ddcompat.declarations.collected import unmatched
from pytest_ddcompat.declarations.file import read_declarations
from pytest_ddcompat.environment.parsing import facts_from_settings, facts_from_text
from pytest_ddcompat.evaluation.pages import Matrices

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from support.shapes import Read

pytestmark = pytest.mark.once

LENGTH = 2048  # characters; twice that is no more than the importer allows in a paragraph


@pytest.mark.parametrize(
    ("unit", "read"), [pytest.param(unit, read, id=name) for name, unit, read in SHAPES]
)
def test_shape(unit: str, read: Read, tmp_path: Path) -> None:
    once, twice = (calls_of(read, repeated(unit, n), tmp_path) for n in (LENGTH, 2 * LENGTH))
    assert twice < 2.5 * once + 1000


def calls_of(read: Read, text: str, folder: Path) -> int:
    """Count the calls of functions, those written in C too."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        with suppress(CompatibilityError):
            read(text, folder)
    finally:
        sys.setprofile(before)
    return calls


def test_ids_that_an_overlay_adds_to_many(tmp_path: Path) -> None:
    def checked(text: str, folder: Path) -> None:
        (folder / "overlay.toml").write_text(text, encoding="utf-8")
        assert main(["lint", str(folder / "overlay.toml"), "--date", "2026-11-24"]) == 1

    def calls(number: int) -> int:
        row = '[[capabilities]]\nminimum = "1.9"\n'
        base = (
            f'{row}id = "integration_number_{n}"\nheading = "h"\ndocumented = ["Number {n}"]\n'
            for n in range(number)
        )
        added = (f'{row}id = "integration_nummber_{n}"{GIVEN}' for n in range(number))
        (tmp_path / "base.toml").write_text(PAGE + "".join(base), "utf-8")
        return calls_of(checked, 'extends = "base.toml"\n' + "".join(added), tmp_path)

    assert calls(240) < 2.5 * calls(120)


def test_ten_thousand_branches_of_an_overlay(tmp_path: Path) -> None:
    rows = (
        f'[[releases]]\ntracer = ">={n},<{n + 1}"\nsupport_level = "maintenance"{GIVEN}'
        for n in range(10, 10_010)
    )
    path = tmp_path / "many.toml"
    path.write_text('extends = "iast-python"\n' + "".join(rows), encoding="utf-8")
    assert len(load_matrix(path).releases) == 10_004


def test_twenty_thousand_declarations(tmp_path: Path) -> None:
    def read(text: str, _: Path) -> object:
        declarations = read_declarations(text.encode(), "many.toml")
        pages = Matrices([load_matrix()])
        ids = [f"tests/a{n}.py::T::test_{n}" for n in range(len(declarations.declarations))]
        found = [len(declarations.of(node_id)) for node_id in ids]
        assert found == [1] * len(ids)
        assert unmatched(declarations, ids, [""]) == []
        return [refused(declarations, pages), doubtful(declarations, pages), unsorted(declarations)]

    table = (
        '[[declarations]]\ntests = ["tests/a%d.py", "tests/a%d.py::T"]\nstate = "missing"\n'
        'when = [{tracer = "<4.%d"}, {package = "p%d", specifier = "<%d"}]\n'
    )
    texts = {
        count: "".join(table % (n, n, n % 50, n, n) for n in range(count))
        for count in (1000, 2000, 20_000)
    }
    once, twice = (calls_of(read, texts[count], tmp_path) for count in (1000, 2000))
    assert twice < 2.2 * once
    read(texts[20_000], tmp_path)


def test_most_names_of_facts() -> None:
    frameworks = {f"f{n}": "1" for n in range(1000)}
    assert len(facts({"frameworks": frameworks})) == 1000


def facts(values: dict[str, Any]) -> Mapping[str, object]:
    return facts_from_text(json.dumps(values).encode(), "facts")


MANY = {f"f{n}": "1.0" for n in range(60_000)}
SETTINGS = [f"framework.{name}=1.0" for name in MANY]


@pytest.mark.parametrize(
    ("read", "where"),
    [
        pytest.param(lambda: facts({"frameworks": MANY}), "facts: frameworks: this",
                     id="frameworks"),
        pytest.param(lambda: facts(MANY), "facts: this", id="keys"),
        pytest.param(lambda: facts({"deployments": [*MANY]}),
                     "facts: deployments: this", id="deployments"),
        pytest.param(lambda: facts_from_settings(SETTINGS, "--set"), "--set: this", id="settings"),
        pytest.param(lambda: facts_from_settings([f"deployment={','.join(MANY)}"], "--set"),
                     "--set: deployment: this", id="deployments of a setting"),
        pytest.param(lambda: Environment.from_mapping({"frameworks": MANY}, origin="mine"),
                     "mine: frameworks: this", id="a mapping"),
    ],
)  # fmt: skip
def test_sixty_thousand_names_are_refused(read: Callable[[], object], where: str) -> None:
    with pytest.raises(FactsError) as raised:
        read()
    assert str(raised.value) == f"{where} has 60000 entries; valid: 1000 at most"
