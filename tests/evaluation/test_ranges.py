"""Capabilities that ranges of tracer versions have: with gaps, and with a last version."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.core import LEFT_OUT, SATISFIED, UNKNOWN, VIOLATED, asks, environment
from support.generated import prepared
from support.pages import branches, complaints, row, small_page

from pytest_ddcompat import Requirement, evaluate
from pytest_ddcompat.analysis.diff import difference
from pytest_ddcompat.analysis.grid import grid_of
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.evaluation.remedies import find_remedies
from pytest_ddcompat.matrix.matrix import Matrix
from pytest_ddcompat.requirement.markers import requirement_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat import Finding, Outcome

GAP = (">=1.3,<2", ">=2.3")
NEEDED = "ddtrace >=1.3,<2 or >=2.3"


def having(*versions: str, **values: object) -> dict[str, Any]:
    return row("Firewall", "some words", id="firewall", versions=list(versions), **values)


def page(*versions: str, releases: Sequence[object] = (), **values: object) -> Matrix:
    return small_page(capabilities=[having(*versions, **values)], releases=list(releases))


def found(matrix: Matrix, tracer: object, **asked: Any) -> Finding:
    verdict = evaluate(asks("firewall", **asked), environment(tracer=tracer), matrix)
    return next(finding for finding in verdict.findings if finding.check == "tracer")


@pytest.mark.parametrize(
    ("tracer", "outcome"),
    [
        pytest.param("1.2.99", VIOLATED, id="below the first"),
        pytest.param("1.3rc1", VIOLATED, id="release candidate of its lower bound"),
        pytest.param("1.3", SATISFIED, id="its lower bound"),
        pytest.param("1.99.9", SATISFIED, id="its last"),
        pytest.param("2.0rc1", SATISFIED, id="release candidate of its upper bound"),
        pytest.param("2.0", VIOLATED, id="its upper bound"),
        pytest.param("2.2.9", VIOLATED, id="in the gap"),
        pytest.param("2.3.dev1", VIOLATED, id="development version of the second"),
        pytest.param("2.3", SATISFIED, id="lower bound of the second"),
        pytest.param("9.9", SATISFIED, id="the newest"),
        pytest.param(None, VIOLATED, id="none installed"),
        pytest.param(LEFT_OUT, UNKNOWN, id="unknown"),
    ],
)
def test_both_sides_of_each_bound(tracer: object, outcome: Outcome) -> None:
    checked = found(page(*GAP), tracer)
    assert (checked.outcome, checked.documented) == (outcome, NEEDED)
    assert checked.source == 'Some heading: "some words"'
    asked = Requirement.tracer("|".join(GAP))
    (marker,) = evaluate(asked, environment(tracer=tracer), page(*GAP)).findings
    assert (marker.outcome, marker.documented) == (outcome, NEEDED)


@pytest.mark.parametrize(
    ("status", "allowed", "outcome", "needed"),
    [
        pytest.param("preview", True, SATISFIED, f"{NEEDED} (preview)", id="preview"),
        pytest.param(
            "preview", False, VIOLATED, f"{NEEDED} (preview) and previews allowed", id="not allowed"
        ),
        pytest.param("partial", True, UNKNOWN, f"{NEEDED} (partial)", id="partial"),
        pytest.param("deprecated", True, SATISFIED, f"{NEEDED} (deprecated)", id="deprecated"),
    ],
)
def test_status(status: str, allowed: bool, outcome: Outcome, needed: str) -> None:
    checked = found(page(*GAP, status=status), "2.3", preview=allowed)
    assert (checked.outcome, checked.documented) == (outcome, needed)


OLD = branches("<2", support_level="maintenance")
ENDED = branches("<2")
NEW = branches(">=2,<5", support_level="general_availability")


@pytest.mark.parametrize(
    ("tracer", "releases", "remedy"),
    [
        pytest.param("1.0", [], "ddtrace >=2.3", id="the newer"),
        pytest.param("1.0", [*ENDED, *NEW], "ddtrace >=2.3", id="the newer, supported"),
        pytest.param("1.0", OLD, "ddtrace >=1.3,<2", id="the older, whose branch is supported"),
        pytest.param("1.0", ENDED, "ddtrace >=1.3,<2", id="the older, of a branch at all"),
        pytest.param("1.0", [*OLD, *NEW], "ddtrace >=2.3", id="the newer of two supported"),
        pytest.param("2.1", OLD, "ddtrace >=2.3", id="the only newer one"),
        pytest.param(None, OLD, "ddtrace >=1.3,<2", id="none installed"),
    ],
)
def test_remedy(tracer: object, releases: list[dict[str, Any]], remedy: str) -> None:
    matrix = page(*GAP, releases=releases)
    assert found(matrix, tracer).remedy == remedy
    mended = find_remedies([asks("firewall")], environment(tracer=tracer), Matrices([matrix]))
    assert mended.phrases == (remedy,)


@pytest.mark.parametrize(
    ("versions", "status", "remedy"),
    [
        pytest.param(["<2"], "available", "ddtrace <2 (older than 4.0)", id="a maximum alone"),
        pytest.param(
            ["<2"], "preview", "ddtrace <2 (older than 4.0) (preview)", id="a preview that is over"
        ),
        pytest.param([">=4.1,<5"], "preview", "ddtrace >=4.1,<5 (preview)", id="a later preview"),
        pytest.param(["==4.2.*"], "available", "ddtrace >=4.2,<4.3", id="a series"),
    ],
)
def test_remedy_of_one_range(versions: list[str], status: str, remedy: str) -> None:
    matrix = page(*versions, status=status)
    assert found(matrix, "4.0").remedy == remedy
    mended = find_remedies([asks("firewall")], environment(tracer="4.0"), Matrices([matrix]))
    assert mended.phrases == (remedy,)


def test_remedy_of_several_requirements_is_what_their_ranges_share() -> None:
    asked = [asks("firewall"), Requirement.tracer(">=1.5,<2.5")]
    mended = find_remedies(asked, environment(tracer="1.0"), Matrices([page(*GAP)]))
    assert mended.phrases == ("ddtrace >=2.3,<2.5",)
    older = find_remedies(asked, environment(tracer="3.0"), Matrices([page(">=1.3,<2")]))
    assert older.phrases == ("ddtrace >=1.5,<2 (older than 3.0)",)


@pytest.mark.parametrize("specifier", [">=1.3,<2|>=2.3", " >=1.3 , <2 | >=2.3 "])
@pytest.mark.parametrize(
    ("marker", "name"),
    [
        pytest.param("requires_tracer", "ddtrace", id="tracer"),
        pytest.param("requires_package", "httpx", id="package"),
        pytest.param("requires_framework", "django", id="framework"),
    ],
)
@pytest.mark.parametrize(
    ("version", "outcome"),
    [("1.2", VIOLATED), ("1.3", SATISFIED), ("2.0", VIOLATED), ("2.3", SATISFIED)],
)
def test_alternatives_of_a_marker(
    marker: str, name: str, specifier: str, version: str, outcome: Outcome
) -> None:
    arguments = (specifier,) if name == "ddtrace" else (name, specifier)
    requirement, _ = requirement_of(marker, arguments, {})
    facts = {"packages": {"httpx": version}, "frameworks": {"django": version}}
    (checked,) = evaluate(requirement, environment(tracer=version, **facts), page(*GAP)).findings
    assert (checked.outcome, checked.documented) == (outcome, f"{name} >=1.3,<2 or >=2.3")
    assert checked.remedy == (f"{name} >=2.3" if outcome is VIOLATED else "")


def test_remedy_of_a_marker_prefers_a_supported_branch() -> None:
    asked, matrices = [Requirement.tracer("|".join(GAP))], Matrices([page(*GAP, releases=OLD)])
    for tracer, remedy in (("1.0", "ddtrace >=1.3,<2"), ("2.1", "ddtrace >=2.3")):
        assert find_remedies(asked, environment(tracer=tracer), matrices).phrases == (remedy,)


def test_picture_shows_where_they_begin_and_end() -> None:
    grid = grid_of(environment(tracer="1.3"), page(*GAP))
    statuses = [cell.status.value for cell in grid.rows[0].cells]
    assert list(zip([column.label for column in grid.columns], statuses)) == [
        ("1.3", "supported"), ("2", "unsupported"), ("2.3", "supported"),
    ]  # fmt: skip
    assert [column.boundaries for column in grid.columns] == [
        ("minimum of Firewall",), ("end of Firewall",), ("minimum of Firewall",),
    ]  # fmt: skip
    mapping = grid.rows[0].to_mapping()
    assert (mapping["boundaries"], mapping["ends"]) == (["1.3", "2.3"], ["2"])


def test_picture_without_their_columns_names_them() -> None:
    rows = [row(f"C{n}", "", id=f"c{n}", minimum=f"3.{n}") for n in range(30)]
    grid = grid_of(environment(tracer="4.0"), small_page(capabilities=[having(*GAP), *rows]))
    assert grid.rows[0].name == "Firewall (>=1.3,<2 or >=2.3)"


def test_page_that_says_it_otherwise_says_the_same() -> None:
    assert difference(page(*GAP), page(">=2.3", "<2, >=1.3")) == ()
    (change,) = difference(page(*GAP), page(">=1.3,<2", ">=2.4"))
    old, new = (f"some words, read as >=1.3,<2 or >=2.{minor}" for minor in (3, 4))
    assert change == ("minimum", "Firewall", old, new)


def test_prepared_form_compares_alike() -> None:
    restored = Matrix.from_prepared(json.loads(prepared(page(*GAP))))
    for tracer, outcome in (("2.0rc1", SATISFIED), ("2.0", VIOLATED)):
        assert found(restored, tracer).outcome is outcome


@pytest.mark.parametrize(
    ("versions", "releases", "expected"),
    [
        pytest.param(GAP, branches("<2", ">=2,<4"), [], id="all in branches"),
        pytest.param([">=1.3,<4"], branches("<2", ">=2,<4"), [], id="up to the last branch"),
        pytest.param(
            [">=1.3,<2", ">=4.1"],
            branches("<4"),
            [("capabilities[0].versions: the minimum of Firewall is above every release branch "
             '(got "4.1"); valid: a version of <4')],
            id="a range above every branch",
        ),
    ],
)  # fmt: skip
def test_lint(versions: list[str], releases: list[dict[str, Any]], expected: list[str]) -> None:
    assert complaints(capabilities=[having(*versions)], releases=releases) == expected
