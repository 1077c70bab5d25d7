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
            ("ddtrace >=2,<5",),
            id="one upgrade mends tracer and runtime, in all rows that admit the environment",
        ),
        pytest.param(
            asks("threat_detection"), {"tracer": None, "python": "3.12.1"}, ("ddtrace >=2,<5",),
            id="no tracer, on a Python that its oldest branch lacks",
        ),
        pytest.param(
            asks("threat_detection"), {"tracer": "1.9.7", "python": "3.14.0"}, ("ddtrace >=3,<5",),
            id="a Python that only the newer branches have",
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
        pytest.param(
            asks("sca"), {"cpu": "i686"}, ("ddtrace >=1.5.0,<4 (older than 4.16.0)",),
            id="no tracer above for this CPU",
        ),
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
        pytest.param(
            Requirement.tracer("<2"), {}, ("ddtrace <2 (older than 4.16.0)",),
            id="only older ones would do",
        ),
        pytest.param(
            Requirement.tracer(">=2,<3"), {}, ("ddtrace >=2,<3 (older than 4.16.0)",),
            id="an older one that is named",
        ),
        pytest.param(
            Requirement.tracer("<2|>=5"), {}, ("ddtrace >=5",), id="the newer of two ranges"
        ),
        pytest.param(
            Requirement.tracer(">=2,<3|>=4,<5|>=6"), {"tracer": "1.0"}, ("ddtrace >=4,<5",),
            id="the range of a supported branch before a newer one",
        ),
        pytest.param(
            Requirement.tracer("!=4.16.0"), {}, ("ddtrace !=4.16.0",), id="any but one version"
        ),
        pytest.param(
            Requirement.support_level("end_of_life"), {"tracer": None}, ("ddtrace <5",),
            id="any branch, those of no lower bound too",
        ),
        pytest.param(Requirement.agent(">=8"), {"agent": None}, ("Datadog Agent >=8",), id="Agent"),
        pytest.param(
            Requirement.support_level("ga"), {"tracer": "3.1"}, ("ddtrace >=4.0,<5",), id="level"
        ),
        pytest.param(
            Requirement.deployment("lambda", "ecs"), {}, ("a run on AWS Lambda or Amazon ECS",),
            id="deployment",
        ),
        pytest.param(
            asks("sca", deployment="lambda"), {}, (), id="a type that is named and has no mark"
        ),
        pytest.param(
            asks("sca"), {"deployments": ["docker", "aws_lambda"]},
            ("a run on Docker or Kubernetes or Amazon ECS or AWS Fargate, not on AWS Lambda",),
            id="a type without a mark beside one that has it",
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


@pytest.mark.parametrize(
    ("requirements", "changes", "remedies"),
    [
        pytest.param(
            [Requirement.support_level("ga"), Requirement.tracer("<=4.0.0")], {"tracer": "3.1"},
            ("ddtrace ==4.0.0",),
            id="a level and a version",
        ),
        pytest.param(
            [Requirement.agent("~=7.50"), Requirement.agent("<7.60")], {"agent": "7.40"},
            ("Datadog Agent >=7.50,<7.60",),
            id="two ranges of the Agent",
        ),
        pytest.param(
            [Requirement.agent("~=7.50"), Requirement.agent("<7.60")], {"agent": "7.70"},
            ("Datadog Agent >=7.50,<7.60 (older than 7.70)",),
            id="two ranges below the Agent",
        ),
        pytest.param(
            [asks("code_security"), Requirement.tracer("<4")], {"tracer": "1.0"},
            ("ddtrace >=2.21.0,<4",),
            id="a minimum and a version",
        ),
        pytest.param(
            [asks("sca"), Requirement.deployment("aws_lambda", "docker")], {"deployments": []},
            ("a run on Docker",),
            id="the types that do for both",
        ),
        pytest.param(
            [asks("sca"), Requirement.deployment("docker")],
            {"deployments": ["aws_lambda", "docker"]},
            ("a run on Docker, not on AWS Lambda",),
            id="the types that do for both, without another",
        ),
        pytest.param(
            [
                asks("threat_detection", framework=("django", "flask")),
                Requirement.framework("django", "<3"),
            ],
            {"frameworks": {"django": "1.8", "flask": None}}, ("Django >=2.2,<3",),
            id="a framework of two, and its version",
        ),
        pytest.param(
            [
                asks("threat_detection", framework=("flask", "django")),
                Requirement.framework("django", "<3"),
            ],
            {"frameworks": {"django": None, "flask": "1.0"}}, ("django >=2.2,<3",),
            id="one of two frameworks, for the other is needed anyway",
        ),
        pytest.param(
            [Requirement.framework("django", "<3"), asks("api_security", framework="django")],
            {"frameworks": {"django": None}}, ("django <3",),
            id="a framework's version, and any that is installed",
        ),
        pytest.param(
            [
                asks("threat_detection", framework="django"),
                asks("api_security or threat_detection", framework="django"),
            ],
            {"tracer": None, "python": "2.7", "frameworks": {"django": None}},
            ("ddtrace >=1.9.0,<2", "Django >=2.2"),
            id="an older version in the place of another Python",
        ),
        pytest.param(
            [
                asks("threat_detection"),
                asks("api_security or threat_detection", framework="django"),
            ],
            {"tracer": None, "python": "2.7", "frameworks": {"django": None}},
            ("ddtrace >=1.9.0,<3", "django >=2.2", "Python >=3.7,<3.12"),
            id="a framework for which the page speaks, once another Python is named",
        ),
        pytest.param(
            [asks("sca", support_level="ga"), Requirement.tracer("<4")], {"tracer": "2.6"}, (),
            id="what no version has",
        ),
    ],
)  # fmt: skip
def test_what_is_promised_for_several_holds_for_all(
    requirements: list[Requirement], changes: dict[str, Any], remedies: tuple[str, ...]
) -> None:
    found = find_remedies(requirements, environment(**changes), Matrices([MATRIX]))
    assert found.phrases == remedies
