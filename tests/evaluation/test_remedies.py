"""What would have to change for a requirement to be supported."""

from __future__ import annotations

from typing import Any

import pytest
from support.core import LEFT_OUT, MATRIX, asks, environment

from pytest_ddcompat import Requirement
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.evaluation.remedies import find_remedies


@pytest.mark.parametrize(
    ("requirement", "changes", "remedies"),
    [
        pytest.param(asks("sca"), {}, (), id="nothing to mend"),
        pytest.param(asks("sca"), {"site": LEFT_OUT}, (), id="undetermined"),
        pytest.param(
            asks("threat_protection"), {"tracer": "1.9.7"}, ("ddtrace >=1.10.0",), id="tracer"
        ),
        pytest.param(
            asks("threat_protection"), {"tracer": None}, ("ddtrace >=1.10.0",), id="no tracer"
        ),
        pytest.param(
            asks("threat_protection", "api_security"), {"tracer": "1.9.7", "python": "3.10.1"},
            ("ddtrace >=2.6.0",),
            id="the higher of two minimums",
        ),
        pytest.param(
            asks("threat_protection"), {"tracer": "1.9.7", "python": "3.12.1"},
            ("ddtrace >=2,<3",),
            id="one upgrade mends tracer and runtime",
        ),
        pytest.param(
            asks("sca", support_level="ga"), {"tracer": "2.6", "python": "3.8"},
            ("ddtrace >=4.0,<5", "Python >=3.9"),
            id="an upgrade that needs another Python",
        ),
        pytest.param(
            asks("threat_protection"), {"remote_configuration": False, "agent": "7.1"},
            ("Datadog Agent >=7.28", "Remote Configuration turned on"),
            id="two facts",
        ),
        pytest.param(asks("sca"), {"cpu": "i686"}, (), id="no tracer above for this CPU"),
        pytest.param(asks("sca"), {"site": "ddog-gov.com"}, (), id="a site that is excluded"),
        pytest.param(
            asks("threat_detection", framework="django"), {"frameworks": {"django": "2.1"}},
            ("Django >=2.2",),
            id="a framework of the page",
        ),
        pytest.param(
            Requirement.framework("django", ">=5"), {}, ("django >=5",), id="a framework"
        ),
        pytest.param(
            Requirement.framework("Django", ">=5"), {}, ("Django >=5",),
            id="a framework as the page writes it",
        ),
        pytest.param(
            asks("threat_detection", framework=("tornado", "flask")),
            {"frameworks": {"flask": "1.0"}}, ("Flask >=1.1",),
            id="the one of two frameworks that can be fixed",
        ),
        pytest.param(Requirement.tracer("<2"), {}, (), id="only older ones would do"),
        pytest.param(
            Requirement.tracer(">=2,<3"), {}, ("ddtrace >=2,<3",), id="an older one that is named"
        ),
        pytest.param(Requirement.agent(">=8"), {"agent": None}, ("Datadog Agent >=8",), id="Agent"),
        pytest.param(
            Requirement.support_level("ga"), {"tracer": "3.1"}, ("ddtrace >=4.0,<5",), id="level"
        ),
        pytest.param(
            Requirement.deployment("lambda", "ecs"), {}, ("a run on AWS Lambda or Amazon ECS",),
            id="deployment",
        ),
    ],
)  # fmt: skip
def test_what_would_mend_it(
    requirement: Requirement, changes: dict[str, Any], remedies: tuple[str, ...]
) -> None:
    assert (
        find_remedies((requirement,), environment(**changes), Matrices([MATRIX])).phrases
        == remedies
    )


def test_the_first_of_two_alternatives_is_mended() -> None:
    asked = asks("threat_protection or api_security")
    found = find_remedies(
        (asked,), environment(tracer="1.9.7", python="3.10.1", agent=None), Matrices([MATRIX])
    )
    assert found.phrases == ("ddtrace >=1.10.0,<2.0",)


def test_no_branch_is_promised_that_does_not_admit_the_platform() -> None:
    found = find_remedies(
        (asks("threat_protection"),), environment(tracer="1.9.7", cpu="i686"), Matrices([MATRIX])
    )
    assert found.phrases == ("ddtrace >=1.10.0,<4.0",)


def test_a_version_that_the_specifier_itself_names_need_not_do() -> None:
    found = find_remedies(
        (Requirement.tracer(">3"),), environment(tracer="2.5"), Matrices([MATRIX])
    )
    assert found.phrases == ("ddtrace >3",)
    assert str(found.environment.tracer.value) == "3.1"
