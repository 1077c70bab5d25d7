"""The pure part of expectations: which capabilities they need, and what is not as expected."""

from __future__ import annotations

import pytest
from support.core import MATRIX, asks, environment

from pytest_ddcompat import CompatibilityError, Requirement
from pytest_ddcompat.evaluation.expectations import expectations_of, needed, unexpected
from pytest_ddcompat.evaluation.pages import Matrices, Verdicts

MATRICES = Matrices([MATRIX])
ALL = [capability.id for capability in MATRIX.capabilities]


@pytest.mark.parametrize(
    ("requirement", "ids"),
    [
        pytest.param(asks("sca"), {"software_composition_analysis"}, id="alias"),
        pytest.param(asks("API Security"), {"api_security"}, id="documented name"),
        pytest.param(asks("api_security and not sca"), {"api_security"}, id="not"),
        pytest.param(asks("not (sca or not api_security)"), {"api_security"}, id="not within not"),
        pytest.param(
            asks("api_security", "code_security"), {"api_security", "code_security"}, id="two names"
        ),
        pytest.param(asks("not sca"), set(), id="nothing but not"),
        pytest.param(Requirement.tracer(">=1"), set(), id="another marker"),
    ],
)
def test_what_a_requirement_needs(requirement: Requirement, ids: set[str]) -> None:
    assert needed(requirement, MATRIX) == ids


@pytest.mark.parametrize(
    ("expressions", "tracer", "ids"),
    [
        pytest.param([], "2.5.0", {*ALL} - {"api_security", "code_security"}, id="nothing named"),
        pytest.param(["sca"], "1.5.0", set(), id="the only one"),
        pytest.param(["sca"], "1.9.0", {"threat_detection"}, id="one more"),
        pytest.param(["sca", "not threat_detection"], "1.9.0", set(), id="named behind not"),
        pytest.param(["sca"], None, set(), id="none supported"),
    ],
)
def test_what_is_supported_and_not_named(
    expressions: list[str], tracer: str | None, ids: set[str]
) -> None:
    # On Python 3.8 the page admits old tracers, too.
    here = environment(tracer=tracer, python="3.8")
    expected = expectations_of(expressions, MATRICES, "--expect")
    found = unexpected(expected, MATRICES, Verdicts(here, MATRICES), preview=True)
    assert {*found} == ids


def test_previews_are_expected_only_where_they_are_allowed() -> None:
    verdicts = Verdicts(environment(), MATRICES)
    for preview in (True, False):
        (one,) = expectations_of(["code_security"], MATRICES, "", preview=preview)
        assert one.is_met(verdicts) is preview
        found = unexpected([], MATRICES, verdicts, preview=preview)
        assert ("code_security" in found) is preview


def test_all_problems_are_told_together() -> None:
    with pytest.raises(CompatibilityError) as raised:
        expectations_of(["api_securty", "sca and"], MATRICES, "--expect")
    first, second = str(raised.value).splitlines()
    assert first.startswith('--expect: the page has no capability "api_securty"; did you mean')
    assert second == '--expect: "sca and", column 8: expected a capability, got the end'
