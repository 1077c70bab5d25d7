"""A deployment type that only a matrix has, as a fact; and types that are named without a mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.core import MATRICES, MATRIX, asks, environment
from support.overlays import overlaid

from pytest_ddcompat import FactsError, Requirement, evaluate
from pytest_ddcompat.evaluation.pages import check_facts

if TYPE_CHECKING:
    from pytest_ddcompat import Matrix

PODMAN = """heading = "Supported deployment types"
documented = ["Podman", "yes", ""]
id = "podman"
capabilities = { threat_detection = true, software_composition_analysis = false }"""


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    folder = tmp_path_factory.mktemp("overlay")
    return overlaid(folder, ("deployments", PODMAN), extends=MATRICES / "iast-python.toml")


@pytest.mark.parametrize("name", ["podman", "Podman", "pod-man", "POD MAN"])
def test_type_of_an_overlay_is_a_fact(matrix: Matrix, name: str) -> None:
    there = environment(deployments=[name])
    check_facts(there, [MATRIX, matrix])
    statuses = {
        requirement.marker: evaluate(requirement, there, matrix).status.value
        for requirement in (
            asks("threat_detection"),
            asks("threat_detection", deployment="podman"),
            Requirement.deployment("podman"),
            asks("sca"),
            Requirement.deployment("docker"),
        )
    }
    assert [*statuses.values()] == ["supported"] * 3 + ["unsupported"] * 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "podmann",
            '"podmann" is not a deployment type; did you mean "podman"? valid: '
            "amazon_ecs, aws_fargate, aws_lambda, docker, kubernetes, podman",
            id="a misspelling",
        ),
        pytest.param(
            "heroku",
            '"heroku" is not a deployment type; valid: '
            "amazon_ecs, aws_fargate, aws_lambda, docker, kubernetes, podman",
            id="another type",
        ),
    ],
)
def test_type_that_no_matrix_has_is_refused(matrix: Matrix, name: str, message: str) -> None:
    with pytest.raises(FactsError) as caught:
        check_facts(environment(deployments=["docker", name]), [MATRIX, matrix])
    assert str(caught.value) == f"facts: deployments: {message}"


MARKED = "Docker, Kubernetes, Amazon ECS, AWS Fargate"


@pytest.mark.parametrize(
    ("named", "here", "words", "remedy"),
    [
        pytest.param(
            "aws_lambda", ["docker"],
            f"AWS Lambda to be a deployment type that the page marks for it ({MARKED}), "
            "found Docker", "",
            id="named, and elsewhere",
        ),
        pytest.param(
            "aws_lambda", ["aws_lambda", "docker"],
            f"AWS Lambda to be a deployment type that the page marks for it ({MARKED}), "
            "found AWS Lambda, Docker", "",
            id="named, and here beside one with a mark",
        ),
        pytest.param(
            None, ["aws_lambda"],
            f"a deployment type that the page marks for it ({MARKED}), found AWS Lambda",
            f"a run on {MARKED.replace(', ', ' or ')}",
            id="here",
        ),
        pytest.param(
            None, ["aws_lambda", "docker"],
            f"a deployment type that the page marks for it ({MARKED}), found AWS Lambda",
            f"a run on {MARKED.replace(', ', ' or ')}, not on AWS Lambda",
            id="here beside one with a mark",
        ),
    ],
)  # fmt: skip
def test_type_without_a_mark(named: str | None, here: list[str], words: str, remedy: str) -> None:
    verdict = evaluate(asks("sca", deployment=named), environment(deployments=here), MATRIX)
    (found,) = verdict.decisive
    assert (found.sentence.partition(" (Supported")[0], found.remedy) == (f"needs {words}", remedy)
