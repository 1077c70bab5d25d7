"""Pages that leave something open: what is not understood never lets a capability pass."""

from __future__ import annotations

from typing import Any

import pytest
from support.core import NOT_APPLICABLE, SATISFIED, UNKNOWN, VIOLATED, asks, environment
from support.pages import complaints, row, small_page

from pytest_ddcompat import MatrixError, Outcome, evaluate
from pytest_ddcompat.analysis.diff import difference


def outcome(check: str, mapping: dict[str, Any], *, preview: bool = True, **facts: Any) -> Outcome:
    asked = {key: facts.pop(key) for key in ("framework", "deployment") if key in facts}
    matrix = small_page(**mapping)
    verdict = evaluate(asks("firewall", preview=preview, **asked), environment(**facts), matrix)
    (found,) = (finding for finding in verdict.findings if finding.check == check)
    return found.outcome


def capability(**values: object) -> dict[str, Any]:
    return {"capabilities": [row("Firewall", "words", id="firewall", **values)]}


def on(runtime: str, *minimums: tuple[str, str]) -> dict[str, Any]:
    return capability(
        minimums=[{"tracer": t, "runtime": runtime, "versions": [v]} for t, v in minimums]
    )


@pytest.mark.parametrize(
    ("status", "tracer", "preview", "expected"),
    [
        pytest.param({"status": "not_supported"}, "9.0", True, VIOLATED, id="not supported"),
        pytest.param({"status": "not_applicable"}, "9.0", True, VIOLATED, id="not applicable"),
        pytest.param({"status": "pending"}, "9.0", True, VIOLATED, id="support pending"),
        pytest.param({"status": "unresolved"}, "9.0", True, UNKNOWN, id="not understood"),
        pytest.param({"status": "preview"}, "9.0", True, UNKNOWN, id="preview of no version"),
        pytest.param({"status": "preview"}, "9.0", False, VIOLATED, id="no previews"),
        pytest.param(
            {"status": "partial", "minimum": "1.2"}, "1.2", True, UNKNOWN, id="partial, there"
        ),
        pytest.param(
            {"status": "partial", "minimum": "1.2"}, "1.1", True, VIOLATED, id="partial, older"
        ),
        pytest.param(
            {"status": "deprecated", "minimum": "1.2"}, "1.2", True, SATISFIED, id="deprecated"
        ),
        pytest.param(
            {"status": "deprecated", "minimum": "1.2"}, "1.1", True, VIOLATED, id="older than it"
        ),
    ],
)
def test_status(status: dict[str, object], tracer: str, preview: bool, expected: Outcome) -> None:
    assert outcome("tracer", capability(**status), tracer=tracer, preview=preview) is expected


@pytest.mark.parametrize(
    ("tracer", "python", "expected"),
    [
        pytest.param("4.17.9", "3.9", VIOLATED, id="older than every minimum"),
        pytest.param("4.18.0", "3.9", SATISFIED, id="the first minimum, on its Python"),
        pytest.param("4.18.0", "3.7", VIOLATED, id="a Python of no minimum"),
        pytest.param("5.0.0", "3.11", SATISFIED, id="the second minimum, on its Python"),
        pytest.param("5.0.0", "3.9", UNKNOWN, id="the second minimum, on the first's Python"),
        pytest.param("4.99.0", "3.11", SATISFIED, id="below the second minimum's series"),
        pytest.param("5.1.0", "3.11", SATISFIED, id="above the second minimum"),
    ],
)
def test_minimum_that_depends_on_python(tracer: str, python: str, expected: Outcome) -> None:
    mapping = on("python", ("4.18.0", ">=3.8"), ("5.0.0", ">=3.10"))
    assert outcome("tracer", mapping, tracer=tracer, python=python) is expected


def test_version_between_two_minimums_of_one_series_is_left_open() -> None:
    mapping = on("python", ("4.30.0", ">=3.8"), ("5.6.0", ">=3.10"))
    assert outcome("tracer", mapping, tracer="5.3.0", python="3.11") is UNKNOWN


def test_another_language_is_never_found_out() -> None:
    mapping = on("nodejs", ("4.18.0", ">=16"))
    assert outcome("tracer", mapping, tracer="4.18.0") is UNKNOWN
    assert outcome("tracer", mapping, tracer="4.17.0") is VIOLATED


def marks(**columns: object) -> dict[str, Any]:
    rows = [row(name, id=name, capabilities={"firewall": m}) for name, m in columns.items()]
    return {"deployments": rows}


@pytest.mark.parametrize(
    ("mark", "preview", "expected"),
    [
        pytest.param(True, False, SATISFIED, id="a mark"),
        pytest.param(False, True, VIOLATED, id="none"),
        pytest.param("preview", True, SATISFIED, id="a preview"),
        pytest.param("preview", False, VIOLATED, id="a preview, where none will do"),
        pytest.param("unresolved", True, UNKNOWN, id="words that are not understood"),
    ],
)
@pytest.mark.parametrize("named", [pytest.param(True, id="named"), pytest.param(False, id="here")])
def test_mark_of_a_deployment(mark: object, preview: bool, expected: Outcome, named: bool) -> None:
    asked = {"deployment": "docker"} if named else {}
    found = outcome(
        "deployment", marks(docker=mark), preview=preview, deployments=["docker"], **asked
    )
    assert found is expected


def frameworks(mark: object, versions: list[str] | None) -> dict[str, Any]:
    given = {} if versions is None else {"versions": versions}
    return {"frameworks": [row("Django", id="django", capabilities={"firewall": mark}, **given)]}


@pytest.mark.parametrize(
    ("mark", "versions", "expected"),
    [
        pytest.param(True, [">=2.2"], SATISFIED, id="a mark, versions"),
        pytest.param(True, [">=5"], VIOLATED, id="a mark, other versions"),
        pytest.param(True, None, UNKNOWN, id="a mark, versions not understood"),
        pytest.param("unresolved", [">=2.2"], UNKNOWN, id="mark not understood"),
        pytest.param("unresolved", [">=5"], VIOLATED, id="mark not understood, other versions"),
        pytest.param(False, None, VIOLATED, id="no mark"),
    ],
)
def test_row_of_a_framework(mark: object, versions: list[str] | None, expected: Outcome) -> None:
    assert outcome("framework", frameworks(mark, versions), framework="django") is expected


def test_framework_that_is_missing_is_missing_whatever_the_page_means() -> None:
    mapping, none = frameworks(True, None), {"django": None}
    assert outcome("framework", mapping, framework="django", frameworks=none) is VIOLATED


RUNTIME = row(
    "Linux", os="linux", cpus=["x86-64"], implementation="cpython", python=[">=3.9"], tracer=">=1"
)  # fmt: skip


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        pytest.param("runtimes", UNKNOWN, id="another runtime"),
        pytest.param("tables", VIOLATED, id="another table"),
    ],
)
def test_runtime_that_no_row_admits(of: str, expected: Outcome) -> None:
    open_rows = [row("Solaris", of=of, reason="no known system")]
    mapping = {"runtimes": [RUNTIME], "unresolved": open_rows}
    assert outcome("runtime", mapping, os="macos") is expected
    assert outcome("runtime", mapping, os="linux") is SATISFIED


@pytest.mark.parametrize(
    ("status", "preview", "expected"),
    [
        pytest.param("not_supported", True, VIOLATED, id="not supported"),
        pytest.param("preview", True, NOT_APPLICABLE, id="a preview"),
        pytest.param("preview", False, VIOLATED, id="a preview, where none will do"),
    ],
)
def test_site_of_a_callout(status: str, preview: bool, expected: Outcome) -> None:
    mapping = {"sites": [row("words", excluded=["ddog-gov.com"], status=status)]}
    assert outcome("site", mapping, preview=preview, site="ddog-gov.com") is expected


def test_callout_that_is_not_understood_leaves_the_site_open() -> None:
    mapping = {"unresolved": [row("words", of="sites", reason="names no site")]}
    assert outcome("site", mapping) is UNKNOWN


LIMIT: dict[str, Any] = {
    "unresolved": [row("words", of="text", reason="unclear", capabilities=["firewall"])]
}


def test_words_that_may_limit_a_capability() -> None:
    assert outcome("tracer", LIMIT, tracer="1.2.0") is UNKNOWN
    assert outcome("tracer", LIMIT, tracer="1.1.9") is VIOLATED
    verdict = evaluate(asks("firewall"), environment(), small_page(**LIMIT))
    (found,) = verdict.decisive
    assert found.sentence == (
        "needs ddtrace >=1.2.0, which is unknown: words of the page may limit it "
        '(Some heading: "words")'
    )


def test_overlay_on_a_capability_settles_words_that_may_limit_it() -> None:
    overlay = {"file": "acme.toml", "source": "https://x.y", "reason": "tried"}
    given = row("Firewall", "1.2.0", id="firewall", minimum="1.2.0", overlays=[overlay])
    settled: dict[str, Any] = {**LIMIT, "capabilities": [given]}
    assert outcome("tracer", settled, tracer="1.2.0") is SATISFIED
    assert complaints(**settled) == []
    assert len(complaints(**LIMIT)) == 1
    changes = difference(small_page(**LIMIT), small_page(**settled))
    assert changes == (("unresolved", "Some heading", "words", None),)


def test_words_that_limit_what_is_no_capability_are_refused() -> None:
    limit = row("words", of="text", reason="unclear", capabilities=["firewal"])
    with pytest.raises(MatrixError) as error:
        small_page(unresolved=[limit])
    assert str(error.value) == (
        'a file: unresolved[0]: this matrix has no capability "firewal"; did you mean "firewall"? '
        "valid: firewall"
    )
