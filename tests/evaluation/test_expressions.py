"""Names, and expressions of them over three values."""

from __future__ import annotations

from typing import Any

import pytest
from support.core import LEFT_OUT, SUPPORTED, asks, verdict

# With these facts one capability is supported, one unsupported and one undetermined.
FACTS: dict[str, Any] = {"tracer": "2.5.0", "remote_configuration": LEFT_OUT}
YES, NO, OPEN = "threat_detection", "api_security", "threat_protection"
VALUE = {"supported": YES, "unsupported": NO, "undetermined": OPEN}
S, N, U = "supported", "unsupported", "undetermined"


def status(*names: str) -> str:
    return verdict(asks(*names), **FACTS).status.value


@pytest.mark.parametrize(("value", "opposite"), [(S, N), (N, S), (U, U)])
def test_not(value: str, opposite: str) -> None:
    assert status(VALUE[value]) == value
    assert status(f"not {VALUE[value]}") == opposite


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        pytest.param(S, S, S, S, id="supported, supported"),
        pytest.param(S, U, U, S, id="supported, undetermined"),
        pytest.param(S, N, N, S, id="supported, unsupported"),
        pytest.param(U, S, U, S, id="undetermined, supported"),
        pytest.param(U, U, U, U, id="undetermined, undetermined"),
        pytest.param(U, N, N, U, id="undetermined, unsupported"),
        pytest.param(N, S, N, S, id="unsupported, supported"),
        pytest.param(N, U, N, U, id="unsupported, undetermined"),
        pytest.param(N, N, N, N, id="unsupported, unsupported"),
    ],
)
def test_and_or(left: str, right: str, both: str, either: str) -> None:
    one, other = VALUE[left], VALUE[right]
    assert status(f"{one} and {other}") == both
    assert status(one, other) == both
    assert status(f"{one} or {other}") == either


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("(" * 50 + YES + ")" * 50, id="50 parentheses"),
        pytest.param("not " * 50 + YES, id="50 nots"),
        pytest.param("not (" * 25 + NO + ")" * 25, id="25 of both"),
        pytest.param(f"{'(sca) and ' * 50}{YES}", id="50 beside each other"),
        pytest.param(f"not {NO} and {YES}".rjust(1000), id="1000 characters"),
        pytest.param("sca or " * 140 + YES, id="996 characters, 141 names"),
    ],
)
def test_the_longest_and_deepest_expressions(expression: str) -> None:
    assert len(expression) <= 1000
    assert status(expression) == S


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param(f"{YES} or {YES} and {NO}", S, id="and binds before or"),
        pytest.param(f"({YES} or {YES}) and {NO}", N, id="parentheses first"),
        pytest.param(f"not {NO} or {YES}", S, id="not binds before or"),
        pytest.param(f"not ({NO} or {YES})", N, id="not of a group"),
        pytest.param(f"not not {YES}", S, id="not twice"),
        pytest.param(f"not {NO} and not {NO}", S, id="not on both sides"),
        pytest.param(f"  ( {YES} )  ", S, id="space about it"),
        pytest.param(f"{YES} AND Not {NO}", S, id="operators in any case"),
        pytest.param(f"THREAT-DETECTION and {YES}", S, id="names in any case"),
        pytest.param(f"not(sca)or({YES})", S, id="no space about parentheses"),
        pytest.param(f"{NO}\nor\t{OPEN}", U, id="any white space"),
    ],
)
def test_expression(expression: str, expected: str) -> None:
    assert status(expression) == expected


@pytest.mark.parametrize(
    ("name", "capability"),
    [
        pytest.param("threat_protection", "threat_protection", id="id"),
        pytest.param("Threat Protection", "threat_protection", id="documented name"),
        pytest.param("THREAT protection", "threat_protection", id="any case"),
        pytest.param("threat-protection", "threat_protection", id="dash"),
        pytest.param("sca", "software_composition_analysis", id="alias"),
        pytest.param("SCA", "software_composition_analysis", id="alias in capitals"),
        pytest.param(
            "Software Composition Analysis (SCA)",
            "software_composition_analysis",
            id="documented name with its parenthesis",
        ),
        pytest.param(
            "software composition analysis",
            "software_composition_analysis",
            id="documented name without its parenthesis",
        ),
        pytest.param(
            "Customize response to blocked requests",
            "customize_response_to_blocked_requests",
            id="documented name of five words",
        ),
    ],
)
def test_name_as_it_stands(name: str, capability: str) -> None:
    assert {f.subject for f in verdict(asks(name)).findings} == {capability}


def test_findings_of_an_expression() -> None:
    found = verdict(asks(f"{NO} or {OPEN}", f"not ({YES} and not {NO})"), **FACTS)
    assert found.status.value == N
    subjects = [f.subject for f in found.findings]
    assert list(dict.fromkeys(subjects)) == [NO, OPEN, YES, "the test"]
    assert len(found.findings) == len(set(found.findings))
    assert found.reason == (
        f'the test needs "({YES} and not {NO})" to be unsupported, found supported'
    )


def test_only_what_decides_is_decisive() -> None:
    either = verdict(asks(f"{NO} or {OPEN}"), **FACTS)
    assert (either.status.value, {f.subject for f in either.decisive}) == (U, {OPEN})
    both = verdict(asks(f"{NO} and {OPEN}"), **FACTS)
    assert (both.status.value, {f.subject for f in both.decisive}) == (N, {NO})
    assert verdict(asks(f"{YES} or {NO}"), **FACTS).decisive == ()
    opposite = verdict(asks(f"not {OPEN}"), **FACTS)
    assert [f.check for f in opposite.decisive] == ["remote_configuration"]


def test_keywords_hold_for_every_name_of_an_expression() -> None:
    absent = {"frameworks": {**SUPPORTED["frameworks"], "django": None}}
    asked = asks("sca", "threat_detection or threat_protection", framework="django")
    assert {f.subject for f in verdict(asked, **absent).decisive} == {
        "software_composition_analysis",
        "threat_detection",
        "threat_protection",
    }
