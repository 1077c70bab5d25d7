"""What is proposed about news."""

from __future__ import annotations

from typing import Any

import pytest
from support.made_records import Case, Declared
from support.made_wins import BUG, KO, LOST, MARKED, MATRIX, OK, WON, X, Y, made_runs

from pytest_ddcompat.jobs.wins.values import IN_SOURCE, Proposal

pytest.importorskip("duckdb")

pytestmark = pytest.mark.once

LEFT = BUG._replace(outcome="xfailed")
TRACER = WON._replace(capability="the test", marker='requires_tracer(">=3")', mend=())
BY_FILE = TRACER._replace(declared=(Declared("d.toml:7", "", "appsec"),))
PYTHON = TRACER._replace(check="python", marker='requires_python(">=3.12")')
AT = "declarations.toml:3"
LOWERED = "lower the minimum of ddtrace in the declaration at d.toml:7 to 2.4.0"
LOWER_MARK = 'lower the minimum of requires_tracer(">=3") to 2.4.0'
OTHER_MARK = 'change requires_python(">=3.12"): needs ddtrace >=2.6.0'
CORRECTED = "correct iast-python: api_security from ddtrace 2.4.0 on"
AUTHORS = "remove the mark xfail of their author"


def proposed(found: Any, *runs: tuple[str, Any], **options: Any) -> list[Proposal]:
    """The proposals of all items."""
    return [one for item in found(made_runs(*runs), **options).items for one in item.proposals]


@pytest.mark.parametrize(
    ("lost", "won", "expected"),
    [
        pytest.param(LEFT, BUG, ("declaration", f"end the declaration at {AT} with ddtrace <2.4.0",
                                 "2.4.0", ""), id="a state that ends"),
        pytest.param(None, BUG, ("declaration", f"take them out of the declaration at {AT}", None,
                                 ""), id="a state without a failure"),
        pytest.param(None, BY_FILE, ("minimum", LOWERED, "2.4.0", ""), id="a declared minimum"),
        pytest.param(None, TRACER, ("minimum", LOWER_MARK, "2.4.0", IN_SOURCE),
                     id="a marker's minimum"),
        pytest.param(None, PYTHON, ("marker", OTHER_MARK, None, "a person must decide how"),
                     id="another marker"),
        pytest.param(None, WON, ("overlay", CORRECTED, "2.4.0", ""), id="a page's minimum"),
        pytest.param(None, WON._replace(check="runtime", needs="CPython"),
                     ("overlay", "correct iast-python: api_security needs CPython", None,
                      "a person must decide how"), id="another of a page's facts"),
        pytest.param(None, WON._replace(marker='requires_capability("sca or api_security")'),
                     ("overlay", "correct iast-python: api_security needs ddtrace >=2.6.0", None,
                      "the page has no single minimum for it"), id="an expression"),
        pytest.param(None, MARKED, ("marker", AUTHORS, None, IN_SOURCE), id="its author's mark"),
    ],
)  # fmt: skip
def test_what_to_do_about_a_test_that_works(
    found: Any, lost: Case | None, won: Case, expected: Any
) -> None:
    runs = [("2.3.0", lost)] * 2 if lost else []
    (one,) = proposed(found, *runs, ("2.4.0", won), ("2.4.0", won))
    assert (one.kind, one.words, one.version, one.note) == expected


def test_the_row_says_where_it_is_known_from(found: Any) -> None:
    runs = made_runs(("2.4.0", WON), ("2.4.0", WON))
    runs[1]["run"]["job"]["address"] = "https://ci.example/2"
    (item,) = found(runs).items
    first, second = sorted(run["run"]["id"] for run in runs)
    assert {first[:8], second[:8]} == {run.run[:8] for run in item.evidence}
    (one,) = item.proposals
    assert one.row == (("id", "api_security"), ("minimum", "2.4.0"))
    assert one.source in {"https://ci.example/2", f"run {runs[0]['run']['id']}"}
    head = "its test passes from ddtrace 2.4.0 on in 2 runs up to 2026-11-27, such as "
    assert one.reason.startswith(head)


def test_what_is_said_of_several_tests(found: Any) -> None:
    (one,) = proposed(found, *[("2.4.0", {X: WON, Y: WON})] * 2)
    assert one.reason.startswith("2 tests pass from ddtrace 2.4.0 on in 2 runs")
    assert 'extends = "iast-python"\n\n[[capabilities]]\nid = "api_security"\n' in one.text


@pytest.mark.parametrize(
    ("other", "note"),
    [
        pytest.param(WON, "", id="another test that works"),
        pytest.param(LOST, f"{Y} fails in other runs", id="another test that fails"),
        pytest.param(LOST._replace(capability="sca"), "", id="a test of another capability"),
    ],
)
def test_a_page_is_not_corrected_where_another_test_fails(
    found: Any, other: Case, note: str
) -> None:
    proposals = proposed(found, *[("2.4.0", {X: WON, Y: other})] * 2)
    assert {one.note for one in proposals} == {note}


def test_a_page_that_is_not_at_hand(found: Any) -> None:
    (one,) = proposed(found, *[("2.4.0", WON)] * 2, pages=[])
    assert (one.row, one.note) == ((), "the page is not at hand; --matrix names it")


CHANGED = "the page has changed since these runs"


@pytest.mark.parametrize(
    ("runs", "kinds"),
    [
        pytest.param([("2.4.0", WON)] * 2, ["overlay"], id="it works"),
        pytest.param([("2.3.2", KO)] * 2 + [("2.4.0", OK)], ["overlay"], id="it fails below"),
        pytest.param([("2.3.2", KO)] * 2, [], id="it fails with all"),
    ],
)
def test_a_page_that_has_changed_is_left(found: Any, runs: Any, kinds: list[str]) -> None:
    """Nor is a bug declared in its place: the new page may say what the runs have shown."""
    records = made_runs(*runs, page={"id": MATRIX.page.id, "sha256": 64 * "b"})
    proposals = [one for item in found(records).items for one in item.proposals]
    assert [one.kind for one in proposals if one.note == CHANGED] == kinds
    assert [one.kind for one in proposals if not one.note] == ([] if kinds else ["declaration"])


def in_variants(*cases: tuple[str, str, Case]) -> list[dict[str, Any]]:
    """Two runs of each case, in its variant."""
    return [
        record
        for variant, version, case in cases
        for record in made_runs((version, case), (version, case), facts={"variant": variant})
    ]


def test_a_declaration_ends_where_its_test_works_in_all_variants(found: Any) -> None:
    runs = in_variants(("a", "2.4.0", BUG), ("a", "2.3.0", LEFT), ("b", "2.5.0", BUG),
                       ("b", "2.4.0", LEFT))  # fmt: skip
    items = found(runs).items
    assert [item.version for item in items] == ["2.4.0", "2.5.0"]
    assert {one.version for item in items for one in item.proposals} == {"2.5.0"}
    assert not any(one.note for item in items for one in item.proposals)


def test_a_declaration_stays_where_its_test_fails_in_another_variant(found: Any) -> None:
    runs = in_variants(("a", "2.4.0", BUG), ("b", "2.4.0", LEFT), ("c", "2.4.0", LEFT))
    (item,) = found(runs).items
    assert [one.note for one in item.proposals] == [
        "it still fails with variant b and in 1 more variant"
    ]


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        pytest.param([("2.3.2", KO)] * 2, [("declaration", (), "")], id="it fails with all"),
        pytest.param([("2.3.2", KO)] * 2 + [("2.4.0", OK)], [("overlay", (), "")],
                     id="it fails below a version"),
        pytest.param([("2.3.2", {X: KO, Y: OK})] * 2 + [("2.4.0", OK)],
                     [("declaration", (("tracer", "<2.4.0"),), ""),
                      ("overlay", (), f"{Y} passes below it in other runs")],
                     id="another test works there"),
        pytest.param([("2.3.2", {X: KO, Y: OK._replace(capability="sca")})] * 2 + [("2.4.0", OK)],
                     [("overlay", (), "")], id="a test of another capability works there"),
        pytest.param([("2.3.2", KO._replace(capability="the test", marker="requires_tracer('>=2')"
                                            ))] * 2 + [("2.4.0", OK)],
                     [("declaration", (("tracer", "<2.4.0"),), "")], id="no page says it"),
    ],
)  # fmt: skip
def test_what_to_do_about_a_test_that_fails(found: Any, runs: Any, expected: Any) -> None:
    proposals = proposed(found, *runs)
    assert [(one.kind, one.when, one.note) for one in proposals] == expected
