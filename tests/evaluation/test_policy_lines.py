"""The pure part of a policy in lines: which line acts on a finding, and which lines are refused."""

from __future__ import annotations

from typing import Any

import pytest
from support.core import LEFT_OUT, MATRIX, asks, environment

from pytest_ddcompat import CompatibilityError, Requirement, evaluate
from pytest_ddcompat.evaluation.policy import Action, Policy
from pytest_ddcompat.evaluation.policy_lines import PolicyLines, Ruling, decide
from pytest_ddcompat.evaluation.policy_reading import read_lines

RUN, XFAIL, SKIP, DESELECT, FAIL = Action
OLD: dict[str, Any] = {"tracer": "2.5.0"}  # too old for api_security, and at its End of Life


def policy(*lines: str) -> PolicyLines:
    read = read_lines(lines, "policy")
    read.check([MATRIX])
    return read


def ruling(
    lines: PolicyLines,
    requirement: Requirement,
    run: Policy | None = None,
    *,
    strict: bool | None = None,
    **facts: Any,
) -> Ruling:
    here = environment(**facts)
    verdict = evaluate(requirement, here, MATRIX)
    tracer = here.tracer.value
    release = MATRIX.release(tracer) if tracer else None
    level = None if release is None else release.level(here.date)
    return decide(lines, run or Policy(), verdict, MATRIX, level, strict=strict)


@pytest.mark.parametrize(
    ("lines", "acts"),
    [
        pytest.param(["*: xfail"], "*: xfail", id="all"),
        pytest.param(["*: xfail", "api_*: fail"], "api_*: fail", id="pattern before all"),
        pytest.param(["api_*: fail", "*: xfail"], "api_*: fail", id="whatever the order"),
        pytest.param(
            ["*: xfail", "*_security: fail", "api_security: run"], "api_security: run",
            id="name before pattern",
        ),
        pytest.param(["*.tracer: run", "*: fail"], "*.tracer: run", id="check before none"),
        pytest.param(
            ["api_security: run", "*_security.tracer: fail"], "api_security: run",
            id="name before pattern with a check",
        ),
        pytest.param(
            ["api_security.tracer: run", "api_security: fail"], "api_security.tracer: run",
            id="name with a check before name",
        ),
        pytest.param(
            ["*: xfail", "api_*.tracer: run", "api_*: fail"], "api_*.tracer: run",
            id="pattern with a check before pattern",
        ),
        pytest.param(["API Security: fail"], "API Security: fail", id="documented name"),
        pytest.param(["api-security: fail"], "api-security: fail", id="other spelling"),
        pytest.param(["API-*: fail"], "API-*: fail", id="other spelling of a pattern"),
        pytest.param(["a*_s*y: fail"], "a*_s*y: fail", id="two stars"),
        pytest.param([" api_security :  fail "], "api_security :  fail", id="blanks"),
        pytest.param(["sca: xfail"], None, id="another capability"),
        pytest.param(["api_security?: xfail"], None, id="what is unknown, of a violation"),
        pytest.param(["*.agent: xfail"], None, id="another check"),
        pytest.param(["*[maintenance]: xfail"], None, id="another level"),
    ],
)  # fmt: skip
def test_the_most_specific_line_acts_on_a_violation(lines: list[str], acts: str | None) -> None:
    found = ruling(policy(*lines), asks("api_security"), **OLD)
    assert (found.line.text if found.line else None) == acts
    assert found.action is (Action(acts.rpartition(" ")[2]) if acts else SKIP)


@pytest.mark.parametrize(
    ("lines", "facts", "action"),
    [
        pytest.param(["*?: skip"], {"site": LEFT_OUT}, SKIP, id="unknown"),
        pytest.param(["*: skip"], {"site": LEFT_OUT}, RUN, id="unknown, line without ?"),
        pytest.param(["*.site?: skip"], {"site": LEFT_OUT}, SKIP, id="unknown check"),
        pytest.param(["*?.site: skip"], {"site": LEFT_OUT}, SKIP, id="? before the check"),
        pytest.param(["*.tracer?: skip"], {"site": LEFT_OUT}, RUN, id="another unknown check"),
        pytest.param(["*?: skip"], {}, RUN, id="supported"),
        pytest.param(["*?: skip"], {"agent": LEFT_OUT}, RUN, id="unknown Agent"),
        pytest.param(["*.agent?: skip"], {"agent": LEFT_OUT}, SKIP, id="unknown Agent, named"),
        pytest.param(["*.agent?: skip"], {}, RUN, id="known Agent"),
        pytest.param(["*.agent: xfail"], {"agent": None}, XFAIL, id="no Agent"),
        pytest.param(["*[eol]: fail"], {"tracer": "2.6.0"}, FAIL, id="level, supported"),
        pytest.param(["*[End of Life]: fail"], {"tracer": "2.6.0"}, FAIL, id="level in words"),
        pytest.param(["*[end_of_life]: fail"], {}, RUN, id="better level"),
        pytest.param(["*[end_of_life]: fail"], {"tracer": LEFT_OUT}, RUN, id="unknown level"),
        pytest.param(["*[end_of_life]: fail"], {"tracer": None}, SKIP, id="no tracer"),
        pytest.param(["*[eol]: run"], {"tracer": "2.6.0"}, RUN, id="level that runs"),
    ],
)
def test_what_a_line_acts_on(lines: list[str], facts: dict[str, Any], action: Action) -> None:
    assert ruling(policy(*lines), asks("api_security"), **facts).action is action


@pytest.mark.parametrize(
    ("lines", "action"),
    [
        pytest.param(["*.tracer: xfail", "*[eol]: skip"], SKIP, id="of two findings"),
        pytest.param(["*.tracer: xfail", "*[eol]: fail"], FAIL, id="of two findings, stronger"),
        pytest.param(["*[eol]: run"], SKIP, id="the run's own, of the finding without a line"),
        pytest.param(["*: run", "*[eol]: run"], RUN, id="both run"),
        pytest.param(["*.tracer: run", "*.site?: fail"], FAIL, id="violated and unknown"),
    ],
)
def test_the_strongest_action_of_the_findings_counts(lines: list[str], action: Action) -> None:
    facts: dict[str, Any] = {**OLD, "site": LEFT_OUT}
    assert ruling(policy(*lines), asks("api_security"), **facts).action is action


@pytest.mark.parametrize(
    ("run", "strict", "line", "action"),
    [
        pytest.param(FAIL, None, "api_security: xfail", XFAIL, id="policy before the run"),
        pytest.param(FAIL, None, "sca: xfail", FAIL, id="the run where no line acts"),
        pytest.param(SKIP, True, "api_security: xfail", FAIL, id="strict before policy"),
        pytest.param(SKIP, False, "api_security: fail", SKIP, id="not strict before policy"),
        pytest.param(SKIP, False, "api_security: xfail", XFAIL, id="not strict, no failure"),
        pytest.param(SKIP, None, "api_security: deselect", DESELECT, id="silent"),
    ],
)
def test_strict_comes_before_the_policy_and_that_before_the_run(
    run: Action, strict: bool | None, line: str, action: Action
) -> None:
    found = ruling(policy(line), asks("api_security"), Policy(run), strict=strict, **OLD)
    assert found.action is action


@pytest.mark.parametrize(
    ("requirement", "facts", "action"),
    [
        pytest.param(Requirement.tracer(">=9"), {}, SKIP, id="marker without a capability"),
        pytest.param(asks("not api_security"), {}, SKIP, id="not"),
        pytest.param(asks("api_security", "sca"), OLD, FAIL, id="and"),
        pytest.param(asks("api_security or sca"), OLD, RUN, id="or, one is supported"),
        pytest.param(asks("api_security or sca"), {"tracer": "1.0"}, FAIL, id="or"),
    ],
)
def test_lines_are_for_capabilities_that_decide(
    requirement: Requirement, facts: dict[str, Any], action: Action
) -> None:
    assert ruling(policy("api_security: fail"), requirement, **facts).action is action


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["api_*: fail", "*_security: skip", "api_security: run"], id="a name decides"),
        pytest.param(["threat_*: fail", "api_*: skip"], id="patterns that share nothing"),
        pytest.param(["*: fail", "*?: fail"], id="violated and unknown"),
        pytest.param(["*: fail", "*.site: fail", "*.agent: fail"], id="other checks"),
        pytest.param(["*[ga]: run", "*[maintenance]: run", "*[eol]: fail"], id="other levels"),
        pytest.param(["*.release: xfail", "*[eol]: fail"], id="check and level"),
        pytest.param(["sca: fail", "preview: deny"], id="preview"),
    ],
)
def test_lines_that_may_stand_together(lines: list[str]) -> None:
    assert policy(*lines)


@pytest.mark.parametrize(
    ("needs", "name", "valid"),
    [
        pytest.param((), "*", "a check of which the page speaks", id="of no capability"),
        pytest.param(("sca",), "api_security", "software_composition_analysis", id="of another"),
        pytest.param(("sca",), "*", "", id="of one"),
    ],
)
def test_a_line_for_facts_that_no_capability_needs_is_refused(
    needs: tuple[str, ...], name: str, valid: str
) -> None:
    rows = tuple(
        row.replaced({"needs": {"variant": ("a",)}}) if {row.id, *row.aliases} & {*needs} else row
        for row in MATRIX.capabilities
    )
    page = MATRIX.replaced({"capabilities": rows})
    lines = read_lines([f"{name}.facts: fail"], "policy")
    if not valid:
        lines.check([page])
        return
    with pytest.raises(CompatibilityError) as caught:
        lines.check([page])
    assert str(caught.value) == (
        f'policy: "{name}.facts: fail": no capability of this line needs a fact of your own; '
        f"valid: {valid}"
    )


def test_previews_are_allowed_unless_a_line_says_otherwise() -> None:
    assert policy("*: fail").previews
    assert policy("preview: allow").previews
    assert not policy("preview: deny").previews


def test_a_level_is_narrower_than_its_check() -> None:
    lines = policy("*.release: fail", "*[eol]: xfail")
    requirement = asks("sca", support_level="maintenance")
    assert ruling(lines, requirement, **OLD).action is XFAIL


def test_all_problems_are_told_together() -> None:
    with pytest.raises(CompatibilityError) as raised:
        read_lines(["*: fial", "*.agnt: fail"], "policy")
    first, second = str(raised.value).splitlines()
    assert first.startswith('policy: "*: fial": "fial" is not an action; did you mean "fail"?')
    assert second.startswith('policy: "*.agnt: fail": "agnt" is not a check; did you mean "agent"?')


def test_lines_are_limited_in_number() -> None:
    assert read_lines(["sca: fail"] * 200, "policy")
    with pytest.raises(CompatibilityError, match="there are 201 lines; valid: 200 lines at most"):
        read_lines(["sca: fail"] * 201, "policy")


def test_a_hostile_pattern_takes_no_time() -> None:
    with pytest.raises(CompatibilityError, match="no capability of this run matches"):
        policy(f"{'*a' * 450}*: fail")
