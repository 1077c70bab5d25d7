"""Capabilities that depend on facts of your own: what they need, minimums and runtimes by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.core import (
    LEFT_OUT,
    MATRICES,
    NOT_APPLICABLE,
    SATISFIED,
    UNKNOWN,
    VIOLATED,
    asks,
    environment,
)
from support.overlays import overlaid
from support.pages import FIREWALL, PAGE, complaints, row, runtime, small_page

from pytest_ddcompat import (
    FactsError,
    Finding,
    Matrix,
    Requirement,
    RequirementError,
    Status,
    evaluate,
    load_matrix,
)
from pytest_ddcompat.analysis.diff import difference
from pytest_ddcompat.environment.fact import FACTS as FACTS_BY_KEY
from pytest_ddcompat.evaluation.own_facts import declare_facts
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.evaluation.remedies import find_remedies
from pytest_ddcompat.values.names import FACT_KEYS

if TYPE_CHECKING:
    from pathlib import Path

FACTS = [
    {"id": "variant", "kind": "word", "words": ["flask-poc", "django-poc", "uwsgi-poc"]},
    {"id": "iast_supported", "kind": "boolean"},
    {"id": "runner", "kind": "version"},
]
NEEDS = {"iast_supported": True, "variant": ["flask-poc", "django-poc"], "runner": ">=1.2"}
ALL = {"iast_supported": True, "variant": "django-poc", "runner": "1.10"}
WANTED = "iast_supported=true and variant=flask-poc or django-poc and runner >=1.2"


def needing(needs: dict[str, Any] = NEEDS) -> Matrix:
    return small_page(facts=FACTS, capabilities=[{**FIREWALL, "needs": needs}])


def by_variant(*minimums: dict[str, Any], **more: Any) -> Matrix:
    firewall = {**FIREWALL, "minimums": [*minimums], **more}
    return small_page(facts=FACTS, capabilities=[firewall])


def found(check: str, matrix: Matrix, own: dict[str, Any], **changes: object) -> Finding:
    there = environment(facts=own, **changes)
    return next(f for f in evaluate(asks("firewall"), there, matrix).findings if f.check == check)


@pytest.mark.parametrize(
    ("own", "outcome", "documented", "observed", "remedy"),
    [
        pytest.param(
            ALL, SATISFIED, WANTED,
            "iast_supported=true, variant=django-poc, runner 1.10", "", id="all of them",
        ),
        pytest.param(
            {**ALL, "variant": "uwsgi-poc"}, VIOLATED, "variant=flask-poc or django-poc",
            "variant=uwsgi-poc", "variant=flask-poc or django-poc", id="another word",
        ),
        pytest.param(
            {**ALL, "iast_supported": False}, VIOLATED, "iast_supported=true",
            "iast_supported=false", "iast_supported=true", id="false",
        ),
        pytest.param(
            {**ALL, "runner": "1.1.9"}, VIOLATED, "runner >=1.2", "runner 1.1.9",
            "runner >=1.2", id="an older version",
        ),
        pytest.param(
            {"iast_supported": False, "runner": "1.0"}, VIOLATED,
            "iast_supported=true and runner >=1.2", "iast_supported=false, runner 1.0",
            "iast_supported=true and runner >=1.2", id="two are violated, one is unknown",
        ),
        pytest.param(
            {"iast_supported": True, "runner": "2"}, UNKNOWN, "variant=flask-poc or django-poc",
            "unknown", "", id="one is unknown",
        ),
    ],
)  # fmt: skip
def test_what_a_capability_needs(
    own: dict[str, Any], outcome: object, documented: str, observed: str, remedy: str
) -> None:
    finding = found("facts", needing(), own)
    assert finding[1:4] == (outcome, documented, observed)
    assert finding.remedy == remedy
    assert finding.source == 'Some heading: "Firewall | 1.2.0"'


def test_a_capability_that_needs_no_fact_is_not_checked() -> None:
    assert found("facts", small_page(facts=FACTS), ALL).outcome is NOT_APPLICABLE


def test_unknown_facts_say_why() -> None:
    assert found("facts", needing({"variant": "flask-poc"}), {}).signal == (
        "not among the given facts"
    )


FLASK, DJANGO = ({"tracer": v, "facts": {"variant": n}} for v, n in
                 (("1.4", "flask-poc"), ("2.6", "django-poc")))  # fmt: skip
ON_312 = {"tracer": "2.8", "runtime": "python", "versions": [">=3.12"]}
TABLE = [
    # variant, tracer, outcome with the page's minimum (1.2.0), outcome without it
    ("flask-poc", "1.3", VIOLATED, VIOLATED),
    ("flask-poc", "1.4", SATISFIED, SATISFIED),
    ("flask-poc", "2.5", SATISFIED, SATISFIED),
    ("django-poc", "2.5", VIOLATED, VIOLATED),
    ("django-poc", "2.6", SATISFIED, SATISFIED),
    ("uwsgi-poc", "1.1", VIOLATED, VIOLATED),
    ("uwsgi-poc", "1.2", SATISFIED, VIOLATED),
    (None, "1.1", VIOLATED, VIOLATED),
    (None, "2.5", UNKNOWN, UNKNOWN),
    (None, "2.6", SATISFIED, UNKNOWN),
]


@pytest.mark.parametrize(("variant", "tracer", "beside", "alone"), TABLE)
def test_minimums_by_a_fact(
    variant: str | None, tracer: str, beside: object, alone: object
) -> None:
    own = {} if variant is None else {"variant": variant}
    matrix = by_variant(FLASK, DJANGO)
    assert found("tracer", matrix, own, tracer=tracer).outcome is beside
    without = {k: v for k, v in FIREWALL.items() if k != "minimum"}
    matrix = small_page(facts=FACTS, capabilities=[{**without, "minimums": [FLASK, DJANGO]}])
    assert found("tracer", matrix, own, tracer=tracer).outcome is alone


def test_words_of_minimums_by_a_fact() -> None:
    matrix = by_variant(FLASK, DJANGO)
    finding = found("tracer", matrix, {"variant": "django-poc"}, tracer="2.5")
    assert finding.documented == "ddtrace >=2.6 with variant=django-poc"
    assert finding.remedy == "ddtrace >=2.6"
    finding = found("tracer", matrix, {}, tracer="2.5")
    assert finding.documented == (
        "ddtrace >=1.4 with variant=flask-poc or ddtrace >=2.6 with variant=django-poc"
    )
    assert finding.signal == "variant not among the given facts"


def test_a_minimum_by_a_fact_comes_before_those_by_the_runtime() -> None:
    without = {k: v for k, v in FIREWALL.items() if k != "minimum"}
    minimums = [FLASK, {**ON_312, "versions": ["<4"]}]
    matrix = small_page(facts=FACTS, capabilities=[{**without, "minimums": minimums}])
    assert found("tracer", matrix, {"variant": "flask-poc"}, tracer="1.5").outcome is SATISFIED
    assert found("tracer", matrix, {"variant": "uwsgi-poc"}, tracer="1.5").outcome is VIOLATED


@pytest.mark.parametrize(
    ("capability", "python", "outcome"),
    [
        pytest.param("firewall", "3.11", SATISFIED, id="the common row"),
        pytest.param("alarm", "3.11", VIOLATED, id="not the common row, but its own"),
        pytest.param("alarm", "3.13", SATISFIED, id="its own row"),
        pytest.param("firewall", "3.13", VIOLATED, id="not another's row"),
    ],
)
def test_runtimes_of_a_capability(capability: str, python: str, outcome: object) -> None:
    alarm = row("Alarm", "1.2.0", id="alarm", minimum="1.2.0")
    matrix = small_page(
        capabilities=[FIREWALL, alarm],
        runtimes=[runtime(python="<3.12"), runtime(python=">=3.12", capability="alarm")],
    )
    there = environment(tracer="1.5", python=python)
    findings = evaluate(asks(capability), there, matrix).findings
    assert next(f for f in findings if f.check == "runtime").outcome is outcome
    rows = [runtime(python="<3.12"), runtime(python="<3.12", capability="firewall")]
    assert not any("speaks of" in complaint for complaint in complaints(runtimes=rows))


def test_no_id_is_that_of_a_documented_fact() -> None:
    assert {*FACT_KEYS} == {*FACTS_BY_KEY}


def test_values_of_a_given_fact_are_checked() -> None:
    with pytest.raises(FactsError) as raised:
        found("facts", needing(), {"variant": "flask"})
    assert str(raised.value) == (
        'facts: fact.variant: "flask" is not valid; did you mean "flask-poc"? '
        "valid: django-poc, flask-poc, uwsgi-poc"
    )


def test_remedies_change_facts() -> None:
    matrices = Matrices([needing()])
    there = environment(
        facts={"iast_supported": False, "variant": "uwsgi-poc", "runner": "1.0"}, tracer="1.0"
    )
    there = declare_facts(there, matrices.own_facts)
    assert find_remedies([asks("firewall")], there, matrices).phrases == (
        "ddtrace >=1.2.0", "iast_supported=true", "variant=flask-poc or django-poc", "runner >=1.2",
    )  # fmt: skip


def test_pages_with_other_needs_differ() -> None:
    one = needing()
    other = small_page(
        page={**PAGE, "id": "other"}, facts=FACTS,
        capabilities=[{**FIREWALL, "needs": {"iast_supported": True}}],
    )  # fmt: skip
    with pytest.raises(RequirementError, match='define "firewall" differently'):
        Matrices([one, other]).pick(asks("firewall"))
    words = [(change.row, change.new) for change in difference(one, other)]
    assert words == [("needs of firewall", "iast_supported true")]


VARIANT = 'id = "variant"\nkind = "word"\nwords = ["flask-poc", "django-poc"]\n'


CODE_SECURITY = """
id = "code_security"
needs = { variant = "flask-poc" }
minimums = [{ tracer = "3.0", facts = { variant = "django-poc" } }]
"""


def test_an_overlay_on_the_bundled_page(tmp_path: Path) -> None:
    bundled = MATRICES / "iast-python.toml"
    matrix = overlaid(
        tmp_path,
        ("capabilities", CODE_SECURITY),
        extends=bundled, top=f"[[facts]]\n{VARIANT}",
    )  # fmt: skip
    assert matrix.capability("code_security").minimum is not None
    for variant, status in (("flask-poc", Status.SUPPORTED), ("django-poc", Status.UNSUPPORTED)):
        verdict = evaluate(asks("code_security"), environment(facts={"variant": variant}), matrix)
        assert verdict.status is status
    assert "overlay acme.toml: known (https://example.org/)" in verdict.reason
    unknown = evaluate(asks("code_security"), environment(facts=LEFT_OUT), matrix)
    assert unknown.status is Status.UNDETERMINED
    # The same declaration again, further up, is no contradiction.
    more = tmp_path / "more.toml"
    more.write_text(f'extends = "acme.toml"\n[[facts]]\n{VARIANT}', encoding="utf-8")
    assert [each.id for each in load_matrix(more).facts] == ["variant"]


@pytest.mark.parametrize(
    ("value", "status"),
    [
        pytest.param("flask-poc", Status.SUPPORTED, id="the word that is asked for"),
        pytest.param("anthropic-py@0.75.0", Status.UNSUPPORTED, id="any other word"),
    ],
)
def test_a_fact_without_a_list_of_words(value: str, status: Status) -> None:
    matrix = small_page(facts=[{"id": "variant", "kind": "word"}])
    requirement = Requirement.fact("variant", "flask-poc")
    facts = environment(facts={"variant": value})
    assert evaluate(requirement, facts, matrix).status is status


def test_what_is_no_word_is_refused_without_a_list_too() -> None:
    matrix = small_page(facts=[{"id": "variant", "kind": "word"}])
    requirement = Requirement.fact("variant", "flask poc")
    with pytest.raises(RequirementError, match="valid: a word such as flask-poc"):
        Matrices([matrix]).check(requirement)
