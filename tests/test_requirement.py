"""What a marker's arguments are understood as, and with which words they are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddcompat import Requirement, RequirementError

if TYPE_CHECKING:
    from collections.abc import Callable

asks = Requirement.capability
LEVELS = "end_of_life, general_availability, maintenance"


@pytest.mark.parametrize(
    ("requirement", "marker"),
    [
        pytest.param(asks("sca"), 'requires_capability("sca")', id="one capability"),
        pytest.param(
            asks("Threat Protection", "not sca"),
            'requires_capability("Threat Protection", "not sca")',
            id="two, as they were written",
        ),
        pytest.param(
            asks(
                "sca", framework="django", deployment=("k8s", "docker"), datastore="mysql",
                support_level="GA", preview=False,
            ),
            'requires_capability("sca", framework="django", deployment=("k8s", "docker"), '
            'datastore="mysql", support_level="general_availability", preview=False)',
            id="every keyword",
        ),
        pytest.param(Requirement.tracer(" >=2,<3 "), 'requires_tracer(">=2,<3")', id="tracer"),
        pytest.param(Requirement.agent(">=7.28"), 'requires_agent(">=7.28")', id="Agent"),
        pytest.param(
            Requirement.framework("django"), 'requires_framework("django")', id="framework"
        ),
        pytest.param(
            Requirement.framework("django", ">=4"),
            'requires_framework("django", ">=4")',
            id="framework with versions",
        ),
        pytest.param(
            Requirement.deployment("docker", "aws_lambda"),
            'requires_deployment("docker", "aws_lambda")',
            id="deployments",
        ),
        pytest.param(
            Requirement.support_level("Maintenance"),
            'requires_support_level("maintenance")',
            id="support level",
        ),
        pytest.param(asks('"\\'), 'requires_capability("\\"\\\\")', id="quotes"),
    ],
)  # fmt: skip
def test_marker_as_it_would_be_written(requirement: Requirement, marker: str) -> None:
    assert requirement.marker == marker
    assert Requirement.from_marker(marker) == requirement


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("requires_sca()", None, id="another marker"),
        pytest.param("from_marker('requires_tracer')", None, id="another method"),
        pytest.param('requires_capability("sca"', None, id="cut off"),
        pytest.param('requires_capability("sca", size=1)', None, id="unknown keyword"),
        pytest.param("requires_capability(name)", None, id="no literal"),
        pytest.param("requires_capability(" + "(" * 9999, None, id="nested too deeply"),
        pytest.param("\0", None, id="no text"),
        pytest.param("requires_capability()", "a capability is missing", id="no argument"),
    ],
)
def test_text_that_is_no_marker(text: str, message: str | None) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        Requirement.from_marker(text)
    assert str(raised.value) == (message or f"{text[:80]} is not a marker of this plugin")


@pytest.mark.parametrize(
    ("written", "level"),
    [
        pytest.param("general_availability", "general_availability", id="id"),
        pytest.param("General Availability", "general_availability", id="documented"),
        pytest.param("GA", "general_availability", id="abbreviation"),
        pytest.param("end-of-life", "end_of_life", id="dashes"),
        pytest.param("eol", "end_of_life", id="another abbreviation"),
        pytest.param("MAINTENANCE", "maintenance", id="capitals"),
    ],
)
def test_support_level(written: str, level: str) -> None:
    assert Requirement.support_level(written).level == level
    assert asks("sca", support_level=written).level == level


def test_equal_arguments_are_equal_requirements() -> None:
    assert asks("sca", framework="flask") == asks("sca", framework=("flask",))
    assert len({asks("sca"), asks("sca"), asks("sca", preview=False)}) == 2
    assert asks("sca") != Requirement.deployment("sca")


SPECIFIER = "is not a version specifier"


@pytest.mark.parametrize(
    ("make", "arguments", "keywords", "message"),
    [
        pytest.param(asks, (), {}, "a capability is missing", id="no capability"),
        pytest.param(
            asks, ("",), {}, "a capability must be a string that is not empty (got '')",
            id="empty capability",
        ),
        pytest.param(
            asks, ("sca", 3), {}, "a capability must be a string that is not empty (got 3)",
            id="a number for a capability",
        ),
        pytest.param(
            asks, (["sca"],), {},
            "a capability must be a string that is not empty (got ['sca'])",
            id="a list for a capability",
        ),
        pytest.param(
            asks, ("sca",), {"framework": ["django"]},
            "framework must be a string or a tuple of them (got ['django'])",
            id="a list of frameworks",
        ),
        pytest.param(
            asks, ("sca",), {"deployment": ()}, "deployment is missing", id="no deployment",
        ),
        pytest.param(
            asks, ("sca",), {"datastore": ("mysql", None)},
            "datastore must be a string that is not empty (got None)",
            id="None among data stores",
        ),
        pytest.param(
            asks, ("sca",), {"preview": "no"}, "preview must be True or False (got 'no')",
            id="preview is no boolean",
        ),
        pytest.param(
            asks, ("sca",), {"support_level": "maintenence"},
            '"maintenence" is not a support level; did you mean "maintenance"? '
            f"valid: {LEVELS}",
            id="support level misspelt",
        ),
        pytest.param(
            Requirement.support_level, (3,), {}, "a support level must be a string (got 3)",
            id="a number for a support level",
        ),
        pytest.param(
            Requirement.tracer, ("2.0",), {},
            f'"2.0" {SPECIFIER}; did you mean ">=2.0"?',
            id="a version for a specifier",
        ),
        pytest.param(
            Requirement.tracer, ("=>2.0",), {},
            f'"=>2.0" {SPECIFIER}; valid: such as >=2.0,<3',
            id="bad specifier",
        ),
        pytest.param(
            Requirement.agent, ("",), {}, f'"" {SPECIFIER}; valid: such as >=2.0,<3',
            id="empty specifier",
        ),
        pytest.param(
            Requirement.agent, (7,), {}, "a version specifier must be a string (got 7)",
            id="a number for a specifier",
        ),
        pytest.param(
            Requirement.framework, ("django", "4"), {},
            f'"4" {SPECIFIER}; did you mean ">=4"?',
            id="a version of a framework",
        ),
        pytest.param(
            Requirement.framework, ("",), {},
            "a framework must be a string that is not empty (got '')",
            id="empty framework",
        ),
        pytest.param(
            Requirement.deployment, (), {}, "a deployment type is missing", id="no type",
        ),
        pytest.param(
            Requirement.deployment, (("docker",),), {},
            "a deployment type must be a string that is not empty (got ('docker',))",
            id="a tuple for a type",
        ),
    ],
)  # fmt: skip
def test_arguments_that_are_refused(
    make: Callable[..., Requirement],
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    message: str,
) -> None:
    with pytest.raises(RequirementError) as raised:
        make(*arguments, **keywords)
    assert str(raised.value) == message
