"""Which documented facts change from one page to another, and which verdicts by them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from support.core import MATRIX, asks, environment, understood
from support.pages import FIREWALL, row, small_page

from pytest_ddcompat import Status
from pytest_ddcompat.analysis.diff import difference, turn
from pytest_ddcompat.analysis.statements import KINDS, documented_facts
from pytest_ddcompat.matrix.loading import matrix_from_mapping

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_ddcompat import Matrix

    Edit = Callable[[dict[str, Any]], object]


def edited(*edits: Edit) -> Matrix:
    mapping = understood()
    for edit in edits:
        edit(mapping)
    return matrix_from_mapping(mapping, "edited")


def put(kind: str, number: int, **values: object) -> Edit:
    return lambda mapping: mapping[kind][number].update(values)


def without(kind: str, number: int) -> Edit:
    return lambda mapping: mapping[kind].pop(number)


def each(**values: object) -> Edit:
    def edit(mapping: dict[str, Any]) -> None:
        for kind in mapping.keys() - {"page", "tables"}:
            for entry in mapping[kind]:
                entry.update(values)

    return edit


def reverse(mapping: dict[str, Any]) -> None:
    for kind in ("capabilities", "deployments", "releases", "runtimes", "frameworks", "coverage"):
        mapping[kind].reverse()


def mark_as_code(mapping: dict[str, Any]) -> None:
    for kind in ("capabilities", "releases", "runtimes", "frameworks", "coverage"):
        for entry in mapping[kind]:
            entry["documented"][1:] = [f" `{cell}`" for cell in entry["documented"][1:]]


def split_by_cpu(mapping: dict[str, Any]) -> None:
    rows = mapping["runtimes"]
    first = rows.pop(0)
    for cpu, word in (("aarch64", "AArch64"), ("x86-64", "x86-64")):
        words = [word if n == 1 else cell for n, cell in enumerate(first["documented"])]
        rows.append({**first, "cpus": [cpu], "documented": words})


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda _: None, id="nothing"),
        pytest.param(reverse, id="another order of rows"),
        pytest.param(mark_as_code, id="code marks and spaces"),
        pytest.param(lambda mapping: mapping["notes"].clear(), id="notes"),
        pytest.param(lambda mapping: mapping["page"].update(title="x"), id="another title"),
        pytest.param(each(interpretation="so it is"), id="why the words are read so"),
        pytest.param(
            put("releases", 1, documented=[">=3,<4", "Maintenance until 2026-05-31", "7.28.0"]),
            id="a date and a version written otherwise",
        ),
        pytest.param(put("releases", 0, tracer="<5,>=4", agent="7.28.0"), id="equal versions"),
        pytest.param(put("frameworks", 3, heading="Users"), id="a heading"),
        pytest.param(put("frameworks", 3, versions=[">=4", "==3.2.*", "==2.2.*", "==1.11.*"]),
                     id="another order of versions"),
        pytest.param(without("coverage", 1), id="a sentence that stands there twice"),
        pytest.param(split_by_cpu, id="a row of two CPUs as two rows"),
    ],
)  # fmt: skip
def test_what_changes_no_fact_shows_nothing(edit: Edit) -> None:
    assert difference(MATRIX, edited(edit)) == ()


SCA = "Software Composition Analysis"
LAMBDA = {"threat_detection": True, "software_composition_analysis": True}


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        pytest.param(
            put("capabilities", 1, documented=["Threat Protection", "`1.11.0`"], minimum="1.11.0"),
            [("minimum", "Threat Protection", "1.10.0", "`1.11.0`")],
            id="a minimum",
        ),
        pytest.param(
            put("capabilities", 4, documented=["Code Security", "2.21.0"], status="available"),
            [("minimum", "Code Security", "Preview (>=2.21.0)", "2.21.0")],
            id="no preview any more",
        ),
        pytest.param(
            put("capabilities", 1, remote_configuration=""),
            [("remote configuration", "Threat Protection", "required", None)],
            id="Remote Configuration",
        ),
        pytest.param(
            put("deployments", 4, capabilities=LAMBDA),
            [("deployment", f"AWS Lambda for {SCA}", "no", "yes")],
            id="a mark of a deployment type",
        ),
        pytest.param(
            put("deployments", 4, documented=["AWS Lambda", "yes", "for some"],
                capabilities={**LAMBDA, "software_composition_analysis": "unresolved"}),
            [("deployment", f"AWS Lambda for {SCA}", "no", "for some")],
            id="a mark that is not understood",
        ),
        pytest.param(
            put("releases", 1, documented=[">=3.0,<4", "Maintenance (until June 30)", "7.28"],
                until=dt.date(2026, 6, 30)),
            [("support level", ">=3.0,<4", "Maintenence (until May 31, 2026)",
              "Maintenance (until June 30)")],
            id="the end of maintenance",
        ),
        pytest.param(
            put("releases", 3, documented=["<2", "End of Life", "6.0"], agent="6.0"),
            [("agent", "<2", "no minimum", "6.0")],
            id="a minimum Agent",
        ),
        pytest.param(
            without("releases", 3),
            [("support level", "<2", "End of Life", None), ("agent", "<2", "no minimum", None)],
            id="a branch that is gone",
        ),
        pytest.param(
            put("runtimes", 0, documented=["Linux", "x86-64, AArch64", "CPython", "3.10+", "4"],
                python=[">=3.10"]),
            [("runtime", "Linux x86-64 CPython for ddtrace >=4,<5", "3.9+", "3.10+"),
             ("runtime", "Linux AArch64 CPython for ddtrace >=4,<5", "3.9+", "3.10+")],
            id="a Python",
        ),
        pytest.param(
            put("runtimes", 0, documented=["Linux", "AArch64", "CPython", "3.9+", ">=4, <5"],
                cpus=["aarch64"]),
            [("runtime", "Linux x86-64 CPython for ddtrace >=4,<5", "3.9+", None)],
            id="a CPU",
        ),
        pytest.param(
            put("frameworks", 0, documented=["Django", "3.2", "yes", ""], versions=[">=3.2"],
                capabilities={"threat_detection": True, "threat_protection": False}),
            [("framework", "Django for Threat Detection", "2.2", "3.2"),
             ("framework", "Django for Threat Protection", "2.2", "not supported")],
            id="versions and a mark of a framework",
        ),
        pytest.param(
            put("frameworks", 3, documented=["Django", ">=4.0"], versions=[">=4.0"]),
            [("framework", "Django in User Authentication Frameworks compatibility",
              "1.11, 2.2, 3.2, >=4.0", ">=4.0")],
            id="versions in a table without a column for the capability",
        ),
        pytest.param(
            put("frameworks", 1, versions=["==0.86.*"]),
            [("framework", f"FastAPI for Threat {what}",
              "0.86, read as >=0.86", "0.86, read as ==0.86.*")
             for what in ("Detection", "Protection")],
            id="the same words, read otherwise",
        ),
        pytest.param(
            put("releases", 0, agent="7.63.0",
                overlays=[{"file": "acme.toml", "source": "https://x.y", "reason": "mended"}]),
            [("agent", ">=4.0,<5", "7.28", "7.63.0 (overlay acme.toml)")],
            id="an overlay",
        ),
        pytest.param(
            put("sites", 0, excluded=["ddog-gov.com", "us3.datadoghq.com"]),
            [("site", "us3.datadoghq.com", None, "not supported")],
            id="a site",
        ),
        pytest.param(
            put("coverage", 3, named=["sqlite", "mysql", "postgres"]),
            [("coverage", "mariadb for every capability", "documented", None)],
            id="a data store",
        ),
        pytest.param(
            lambda mapping: mapping.update(unresolved=[
                row("Solaris", "?", of="runtimes", columns=["OS", "Python"], reason="no system")]),
            [("unresolved", "Solaris in Some heading", None, "?")],
            id="words that are not understood",
        ),
    ],
)  # fmt: skip
def test_change_in_words(edit: Edit, expected: list[tuple[str, ...]]) -> None:
    assert [tuple(change) for change in difference(MATRIX, edited(edit))] == expected
    swapped = [(kind, row, new, old) for kind, row, old, new in expected]
    assert [tuple(change) for change in difference(edited(edit), MATRIX)] == swapped


def test_changes_stand_kind_by_kind_in_the_order_of_the_pages() -> None:
    def page(names: str, sites: list[str]) -> Matrix:
        capabilities = [row(name, "1.0", id=name, minimum="1.0") for name in names]
        return small_page(capabilities=capabilities, sites=[row("words", excluded=sites)])

    changes = difference(page("abc", ["one.com", "two.com"]), page("xby", ["two.com", "six.com"]))
    assert [(c.kind, c.row, "-" if c.new is None else "+") for c in changes] == [
        ("site", "one.com", "-"),
        ("site", "six.com", "+"),
        ("minimum", "a", "-"),
        ("minimum", "x", "+"),
        ("minimum", "c", "-"),
        ("minimum", "y", "+"),
    ]
    assert {change.kind for change in changes} < set(KINDS)


def test_what_a_page_says_twice_and_otherwise_is_both() -> None:
    rows = [
        row("Linux", os="linux", cpus=["x86-64"], implementation="cpython", python=[p], tracer=">1")
        for p in (">=3.9", "==3.7.*")
    ]
    facts = documented_facts(small_page(runtimes=rows))
    (runtime,) = (fact for fact in facts.values() if fact.kind == "runtime")
    assert runtime.words == ">=3.9; ==3.7.*"
    assert difference(small_page(runtimes=rows), small_page(runtimes=rows[::-1])) == ()


@pytest.mark.parametrize(
    ("capability", "words"),
    [
        pytest.param({"status": "not_supported"}, "not supported", id="not supported"),
        pytest.param({"status": "unresolved"}, "x.x", id="not understood"),
        pytest.param({"status": "preview"}, "private beta", id="preview of no version"),
        pytest.param(
            {"minimums": [{"tracer": "4.0", "runtime": "python", "versions": [">=3.8"]}]},
            "4.0 for Python 3.8+",
            id="by runtime",
        ),
    ],
)
def test_minimum_of_any_status(capability: dict[str, object], words: str) -> None:
    page = small_page(capabilities=[row("Firewall", words, id="firewall", **capability)])
    assert [tuple(change) for change in difference(small_page(), page)] == [
        ("minimum", "Firewall", "1.2.0", words)
    ]


NEWER = small_page(capabilities=[row("Firewall", "1.3.0", id="firewall", minimum="1.3.0")])
RENAMED = small_page(capabilities=[{**FIREWALL, "documented": ["Wall", "1.2.0"], "id": "wall"}])


@pytest.mark.parametrize(
    ("tracer", "new", "statuses", "because"),
    [
        pytest.param("1.2.9", NEWER, ("supported", "unsupported"), "1.3.0", id="lost"),
        pytest.param("1.3.0", NEWER, ("supported", "supported"), None, id="met by both"),
        pytest.param("1.1.0", NEWER, ("unsupported", "unsupported"), "1.3.0", id="by neither"),
        pytest.param("1.2.9", RENAMED, ("supported", None), None, id="not on the page"),
    ],
)
def test_verdict_by_two_pages(
    tracer: str, new: Matrix, statuses: tuple[str, str | None], because: str | None
) -> None:
    turned = turn([asks("firewall")], environment(tracer=tracer), small_page(), new)
    assert tuple(side and side.value for side in (turned.old, turned.new)) == statuses
    assert [f.documented for f in turned.because] == ([f"ddtrace >={because}"] if because else [])
    missing = 'the page has no capability "firewall"; did you mean "wall"? valid: wall'
    assert turned.reason == ("" if turned.new else missing)


def test_the_worst_of_several_requirements_counts() -> None:
    asked = [asks("firewall"), asks("firewall", framework="django")]
    old, new = small_page(), NEWER
    turned = turn(asked, environment(tracer="1.2.0"), old, new)
    assert (turned.old, turned.new) == (Status.UNDETERMINED, Status.UNSUPPORTED)
    back = turn(asked, environment(tracer="1.2.0"), new, old)
    assert [finding.check for finding in back.because] == ["framework"]


def test_requirements_of_a_test_without_any_are_supported() -> None:
    turned = turn([], environment(), small_page(), NEWER)
    assert (turned.old, turned.new) == (Status.SUPPORTED, Status.SUPPORTED)
