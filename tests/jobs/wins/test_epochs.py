"""Versions with an epoch come after those without, and stand in what is proposed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.core import MATRIX, environment
from support.made_records import Declared
from support.made_wins import BUG, KO, LOST, OK, WON, X, blocking, made_runs

from pytest_ddcompat import evaluate, load_matrix
from pytest_ddcompat.declarations.file import read_declarations
from pytest_ddcompat.jobs.wins.edits import Targets, edited
from pytest_ddcompat.jobs.wins.variants import in_order
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.versions import parse_version

if TYPE_CHECKING:
    from pytest_ddcompat.declarations.file import Declaration

pytest.importorskip("duckdb")
pytestmark = pytest.mark.once

FLASK = {"frameworks": {"flask": "1!3.0.2"}}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(found: Any, *runs: tuple[str, Any], **changes: Any) -> str:
    """The one file that is changed, after these runs."""
    wins = found(made_runs(*runs, **changes))
    texts, left = edited(wins.items, Targets("o.toml", "new.toml"), wins.recorded)
    assert left == []
    ((name, text),) = texts.items()
    Path(name).write_text(text, encoding="utf-8")
    return text


def verdicts(requirement: Requirement) -> list[str]:
    """The verdicts of a requirement with the versions below, at and above 1!2."""
    tracers = ("99", "1!1.9", "1!2", "1!2.1", "2!0")
    found = (evaluate(requirement, environment(tracer=one), MATRIX) for one in tracers)
    return [one.status.value for one in found]


def only(text: str) -> Declaration:
    (declaration,) = read_declarations(text.encode(), "d.toml").declarations
    return declaration


def test_order() -> None:
    texts = ["1!2", "9.0", "1!2.0", "0!10", "2!0", "1!2rc1"]
    assert in_order(texts) == {"9.0": 0, "0!10": 1, "1!2rc1": 2, "1!2": 3, "1!2.0": 3, "2!0": 4}


@pytest.mark.parametrize(
    ("before", "after"),
    [("", "<1!2"), ("<1!3", "<1!2"), (">=1.0, <2!0", ">=1.0, <1!2"), ("<1!1", "<1!1")],
)
def test_a_declaration_ends(found: Any, before: str, after: str) -> None:
    when = 'when = {{tracer = "{}"}}\n'
    text = f'[[declarations]]\ntests = "{X}"\nstate = "bug"\nowner = "appsec"\n'
    Path("declarations.toml").write_text("\n\n" + text + when.format(before) * bool(before))
    lost, tracers = BUG._replace(outcome="xfailed"), ("9.0", "1!2", "1!2.1")
    runs = [*zip(tracers, (lost, BUG, BUG))]
    if before == after:
        wins = found(made_runs(*runs))
        assert edited(wins.items, Targets(), wins.recorded).texts == {}
        return
    declaration = only(written(found, *runs))
    assert declaration.when[0].specifier == after
    states = verdicts(Requirement.state("bug", *declaration.when))
    assert states == ["unsupported", "unsupported", "supported", "supported", "supported"]


def test_a_minimum_is_lowered(found: Any) -> None:
    text = f'\n\n[[declarations]]\ntests = "{X}"\nrequires = {{tracer = ">=1!3"}}\n'
    Path("declarations.toml").write_text(text)
    case = WON._replace(
        capability="the test", marker='requires_tracer(">=1!3")',
        declared=(Declared("declarations.toml:3"),),
    )  # fmt: skip
    lost = case._replace(outcome="xfailed")
    new = written(found, ("9.0", lost), ("1!2", case), ("1!2.1", case))
    assert new == text.replace("1!3", "1!2")
    states = verdicts(only(new).requires[0])
    assert states == ["unsupported", "unsupported", "supported", "supported", "supported"]


def test_a_page_is_corrected(found: Any) -> None:
    lost, won = blocking("flask", LOST), blocking("flask", WON)
    written(found, ("9.0", lost), ("1!2", won), ("1!2.1", won))
    row = load_matrix("o.toml").capability("threat_protection")
    assert row.minimum == parse_version("1!2")


def test_a_bug_is_declared_for_a_series(found: Any) -> None:
    runs = [("9.0", blocking("flask", KO))] * 2 + [("1!2", blocking("flask", OK))]
    wins = found(made_runs(*runs, **FLASK), pages=[])
    (item,) = wins.items
    assert item.variant == {"framework.flask": "1!3.0"}
    text = written(lambda _: wins)
    assert 'when = {tracer = "<1!2", framework = "flask", specifier = "==1!3.0.*"}' in text
    needs = Requirement.state("bug", *only(text).when)
    found_with = {
        version: evaluate(
            needs, environment(tracer="9.0", frameworks={"flask": version}), MATRIX
        ).status.value
        for version in ("3.0.2", "1!3.0.2", "1!3.1")
    }
    assert found_with == {"3.0.2": "supported", "1!3.0.2": "unsupported", "1!3.1": "supported"}
