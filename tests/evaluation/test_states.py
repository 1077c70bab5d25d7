"""States of tests, decided by their conditions, and the changes that end them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.core import LEFT_OUT, MATRIX, asks, environment
from support.overlays import WHY

from pytest_ddcompat import Requirement, Status, evaluate, load_matrix
from pytest_ddcompat.evaluation.pages import Matrices, Verdicts
from pytest_ddcompat.evaluation.remedies import find_remedies
from pytest_ddcompat.values.errors import RequirementError

if TYPE_CHECKING:
    from pathlib import Path

OLD, DJANGO = Requirement.tracer("<4"), Requirement.framework("django", "<4")
MISSING = "the test needs not to be declared missing"


@pytest.mark.parametrize(
    ("when", "changes", "status", "reason"),
    [
        pytest.param((), {}, "unsupported", MISSING, id="always"),
        pytest.param(
            (OLD,), {"tracer": "3.9"}, "unsupported", f"{MISSING}, found ddtrace <4 (3.9)",
            id="a condition that is met",
        ),
        pytest.param((OLD,), {"tracer": "4.0"}, "supported", "", id="a condition that is not"),
        pytest.param((OLD,), {"tracer": None}, "supported", "", id="nothing that it speaks of"),
        pytest.param(
            (OLD,), {"tracer": LEFT_OUT}, "undetermined",
            f"{MISSING}, which is unknown: ddtrace <4 (not among the given facts)",
            id="a condition that is not known",
        ),
        pytest.param(
            (OLD, DJANGO), {"tracer": "3.9", "frameworks": {"django": "3.2"}}, "unsupported",
            f"{MISSING}, found ddtrace <4 (3.9) and django <4 (3.2)",
            id="all conditions",
        ),
        pytest.param((OLD, DJANGO), {"tracer": "3.9"}, "supported", "", id="one of two"),
        pytest.param(
            (OLD, DJANGO), {"tracer": "4.0", "frameworks": {}}, "supported", "",
            id="one that is not met, and one that is not known",
        ),
        pytest.param(
            (OLD, DJANGO), {"tracer": "3.9", "frameworks": {}}, "undetermined",
            f"{MISSING}, which is unknown: django <4 (not among the given facts)",
            id="one that is met, and one that is not known",
        ),
        pytest.param(
            (asks("sca"),), {}, "unsupported", f"{MISSING}, found sca supported", id="a capability"
        ),
        pytest.param(
            (Requirement.deployment("docker"),), {}, "unsupported", f"{MISSING}, found Docker",
            id="a deployment type",
        ),
    ],
)  # fmt: skip
def test_state(
    when: tuple[Requirement, ...], changes: dict[str, object], status: str, reason: str
) -> None:
    state = Requirement.state("missing", *when)
    verdict = evaluate(state, environment(**changes), MATRIX)
    assert verdict.status is Status(status)
    assert verdict.reason == (f"{reason} ({state.marker})" if reason else "")
    assert Verdicts(environment(**changes), Matrices([MATRIX])).of(state) == verdict


@pytest.mark.parametrize(
    ("others", "when", "changes", "remedies"),
    [
        pytest.param((), (OLD,), {"tracer": "3.9"}, ("ddtrace >=4",), id="an upgrade"),
        pytest.param(
            (), (Requirement.tracer(">=3"),), {"tracer": "3.9"}, ("ddtrace <3 (older than 3.9)",),
            id="a downgrade",
        ),
        pytest.param(
            (), (Requirement.tracer(">=3,<4.2"),), {"tracer": "3.9"}, ("ddtrace >=4.2",),
            id="the newer of two ways out",
        ),
        pytest.param(
            (), (asks("sca"), DJANGO), {"frameworks": {"django": "3.2"}}, ("django >=4",),
            id="the first condition that a version ends",
        ),
        pytest.param((), (asks("sca"),), {}, (), id="no version to change"),
        pytest.param((), (), {}, (), id="no condition"),
        pytest.param((), (OLD,), {"tracer": "4.0"}, (), id="a state that does not apply"),
        pytest.param(
            (Requirement.tracer(">=2.6"),), (OLD,), {"tracer": "1.9"}, ("ddtrace >=4",),
            id="together with another requirement",
        ),
        pytest.param(
            (Requirement.tracer("<5"), Requirement.state("bug", Requirement.tracer(">=4.1,<4.3"))),
            (OLD,), {"tracer": "3.9"}, ("ddtrace >=4.3,<5",),
            id="not into another state",
        ),
    ],
)  # fmt: skip
def test_remedy(
    others: tuple[Requirement, ...],
    when: tuple[Requirement, ...],
    changes: dict[str, object],
    remedies: tuple[str, ...],
) -> None:
    asked = (*others, Requirement.state("missing", *when))
    found = find_remedies(asked, environment(**changes), Matrices([MATRIX]))
    assert found.phrases == remedies
    if remedies:
        verdicts = Verdicts(found.environment, Matrices([MATRIX]))
        assert [verdicts.of(one).status for one in asked] == [Status.SUPPORTED] * len(asked)


def test_each_condition_has_its_own_page(tmp_path: Path) -> None:
    overlay = f'extends = "iast-python"\n\n[[capabilities]]\nid = "acme"\nminimum = "3"\n{WHY}'
    (tmp_path / "acme.toml").write_text(overlay)
    matrices = Matrices([MATRIX, load_matrix(tmp_path / "acme.toml")])
    ours, acme = OLD._replace(matrix="iast-python"), asks("acme")
    state = Requirement.state("missing", ours, acme)
    matrices.check(state)
    assert matrices.pick(state) is MATRIX
    reached = {v: Verdicts(environment(tracer=v), matrices).of(state) for v in ("2.9", "3.9", "4")}
    assert [verdict.status.value for verdict in reached.values()] == [
        "supported", "unsupported", "supported",
    ]  # fmt: skip
    found = find_remedies([state], environment(tracer="3.9"), matrices)
    assert found.phrases == ("ddtrace >=4",)
    with pytest.raises(RequirementError, match="none of the pages iast-python, acme has"):
        matrices.check(Requirement.state("missing", ours, asks("amce_rules")))
